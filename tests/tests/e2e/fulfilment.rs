//! Fulfilment: what is allocated is picked, packed, dispatched and delivered, never more of it and never twice.

use serde_json::{Value, json};

use crate::support::{Actor, Answer, LineQuantity, MAIN, Order, PickList, Shipment, Shop, line};

/// A shop with 100 of `A-1` and 50 of `B-1`, and two accounts.
async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.account("RIVAL").await;
    shop.sells("A-1", "2.50", 100).await;
    shop.sells("B-1", "4.00", 50).await;
    shop
}

/// A shop, its buyer and its warehouse, and an order of 10 `A-1` and 5 `B-1`.
async fn ordered() -> (Shop, Actor, Actor, Order) {
    let shop = shop().await;
    let (acme, warehouse) = (shop.erp("ACME").await, shop.seller("warehouse").await);
    let order = acme.places(&[line("A-1", 10), line("B-1", 5)]).await;
    (shop, acme, warehouse, order)
}

async fn pick_lists(warehouse: &Actor) -> Vec<PickList> {
    warehouse.all(&format!("/v1/pick-lists?warehouse={MAIN}&limit=1")).await.iter().map(|list| list.read()).collect()
}

/// Lines and quantities, as `1: 10`.
fn quantities<'a>(lines: impl IntoIterator<Item = &'a LineQuantity>) -> Vec<String> {
    lines.into_iter().map(|line| format!("{}: {}", line.line, line.quantity.0 / 1_000_000)).collect()
}

fn delivered(parcel: Option<i64>, at: &str) -> Value {
    json!({ "parcel": parcel, "code": "delivered", "occurred_at": at })
}

async fn tracks(warehouse: &Actor, shipment: &str, reports: &[Value]) -> Answer {
    warehouse.steps(shipment, "tracking-events", json!(reports)).await
}

// Pick lists.

#[tokio::test]
async fn a_pick_list_holds_what_is_reserved_and_on_no_pick_list() {
    let (_shop, _acme, warehouse, order) = ordered().await;
    let lists = pick_lists(&warehouse).await;
    assert_eq!(lists.len(), 1);
    assert_eq!((lists[0].order.as_str(), lists[0].account.as_str()), (order.number.as_str(), "ACME"));
    assert_eq!(quantities(&lists[0].lines), ["1: 10", "2: 5"]);
    let part = json!({ "stage": "created", "lines": [{ "line": 1, "quantity": "4" }] });
    warehouse.ships_with(&order.number, part).await.is(201);
    assert_eq!(quantities(&pick_lists(&warehouse).await[0].lines), ["1: 6", "2: 5"]);
    warehouse.lists_for_picking(&order.number).await;
    assert!(pick_lists(&warehouse).await.is_empty());
}

#[tokio::test]
async fn orders_are_picked_oldest_first_and_held_ones_are_left_out() {
    let (shop, acme, warehouse, first) = ordered().await;
    let second = acme.places(&[line("A-1", 1)]).await;
    let third = acme.places(&[line("A-1", 2)]).await;
    shop.seller("sales").await.holds(&second.number, "call them").await.ok();
    let listed: Vec<String> = pick_lists(&warehouse).await.into_iter().map(|list| list.order).collect();
    assert_eq!(listed, [first.number, third.number]);
}

#[tokio::test]
async fn the_pick_lists_of_an_unknown_warehouse_do_not_exist() {
    let (_shop, acme, warehouse, _) = ordered().await;
    warehouse.get("/v1/pick-lists?warehouse=NOWHERE").await.is_refused("warehouse-not-found");
    acme.get(&format!("/v1/pick-lists?warehouse={MAIN}")).await.is_refused("forbidden");
}

// Steps.

#[tokio::test]
async fn a_shipment_goes_step_by_step_and_the_order_follows() {
    let (shop, acme, warehouse, order) = ordered().await;
    let created = warehouse.lists_for_picking(&order.number).await;
    assert_eq!((created.stage.as_str(), created.warehouse.as_str(), created.account.as_str()), ("created", MAIN, "ACME"));
    assert_eq!(quantities(&created.lines), ["1: 10", "2: 5"]);
    assert_eq!(acme.reads_order(&order.number).await.status, "allocated");

    let picked: Shipment = warehouse.steps(&created.number, "picks", json!({})).await.read_as(200);
    assert!(picked.stage == "picked" && picked.picked_at.is_some() && picked.shipped_at.is_none(), "{picked:?}");
    let seen = acme.reads_order(&order.number).await;
    assert_eq!(seen.status, "picking");
    assert_eq!(seen.lines[0].quantities.picked, "10");

    let parcels = json!({ "parcels": [{ "tracking_number": "JD01", "weight_grams": 1_200 }] });
    let packed: Shipment = warehouse.steps(&created.number, "packing", parcels).await.read_as(200);
    assert!(packed.stage == "packed" && packed.packed_at.is_some(), "{packed:?}");
    assert_eq!(shop.levels("A-1").await, (100, 10, 90), "it has not left yet");

    let left = json!({ "carrier": "DHL", "service": "Express" });
    let shipped: Shipment = warehouse.steps(&created.number, "dispatch", left).await.read_as(200);
    assert_eq!((shipped.stage.as_str(), shipped.carrier.as_str(), shipped.service.as_str()), ("shipped", "DHL", "Express"));
    assert_eq!(shop.levels("A-1").await, (90, 0, 90), "off the stock and off the reservations");
    let seen = acme.reads_order(&order.number).await;
    assert_eq!(seen.status, "shipped");
    assert_eq!(seen.lines[1].quantities.shipped, "5");
    assert_eq!(seen.lines[1].allocations[0].shipped, "5");
    shop.books_agree().await;
}

#[tokio::test]
async fn what_left_already_is_told_at_once() {
    let (shop, acme, warehouse, order) = ordered().await;
    let told = json!({ "carrier": "UPS", "parcels": [{ "tracking_number": "1Z", "lines": [{ "line": 1, "quantity": "10" }] }] });
    let shipment: Shipment = warehouse.ships_with(&order.number, told).await.read_as(201);
    assert_eq!((shipment.stage.as_str(), shipment.version), ("shipped", 1));
    assert!(shipment.picked_at.is_some() && shipment.packed_at.is_some() && shipment.shipped_at.is_some(), "{shipment:?}");
    assert_eq!(shipment.parcels[0].tracking_number, "1Z");
    assert_eq!(quantities(&shipment.parcels[0].lines), ["1: 10"]);
    assert_eq!(acme.reads_order(&order.number).await.status, "shipped");
    assert_eq!(shop.levels("B-1").await, (45, 0, 45));
    shop.books_agree().await;
}

#[tokio::test]
async fn a_line_may_be_shipped_in_parts() {
    let (shop, acme, warehouse, order) = ordered().await;
    let part = |quantity: &str| json!({ "lines": [{ "line": 1, "quantity": quantity }] });
    warehouse.ships_with(&order.number, part("4")).await.is(201);
    let seen = acme.reads_order(&order.number).await;
    assert_eq!(seen.status, "partially_shipped");
    assert_eq!(seen.lines[0].quantities.shipped, "4");
    warehouse
        .ships_with(&order.number, part("7"))
        .await
        .is_refused_for("invalid-request", &["/lines/0/quantity more-than-allocated"]);
    let rest = warehouse.ships(&order.number).await;
    assert_eq!(quantities(&rest.lines), ["1: 6", "2: 5"]);
    assert_eq!(acme.reads_order(&order.number).await.status, "shipped");
    shop.books_agree().await;
}

#[tokio::test]
async fn steps_out_of_order_are_refused_and_change_nothing() {
    let (_shop, _acme, warehouse, order) = ordered().await;
    let number = warehouse.lists_for_picking(&order.number).await.number;
    let refused = async |step: &str, body: Value| {
        let answer = warehouse.steps(&number, step, body).await;
        assert_eq!(answer.status, 409, "{}", answer.text);
        answer.is_refused("shipment-wrong-stage");
    };
    refused("packing", json!({ "parcels": [] })).await;
    refused("dispatch", json!({})).await;
    refused("tracking-events", json!([delivered(None, "2026-11-22T09:00:00Z")])).await;
    warehouse.steps(&number, "picks", json!({})).await.ok();
    refused("picks", json!({})).await;
    warehouse.steps(&number, "dispatch", json!({})).await.ok();
    for (step, body) in
        [("picks", json!({})), ("packing", json!({ "parcels": [] })), ("dispatch", json!({})), ("cancellation", json!({}))]
    {
        refused(step, body).await;
    }
    let seen = warehouse.reads_shipment(&number).await;
    assert_eq!((seen.stage.as_str(), seen.version), ("shipped", 3));
}

#[tokio::test]
async fn a_shipment_given_up_leaves_its_goods_to_the_order() {
    let (shop, acme, warehouse, order) = ordered().await;
    let number = warehouse.lists_for_picking(&order.number).await.number;
    warehouse.steps(&number, "picks", json!({})).await.ok();
    acme.cancels(&order.number, json!({ "lines": [{ "line": 1, "quantity": "1" }] })).await.is_refused("order-too-late");
    let given_up: Shipment = warehouse.steps(&number, "cancellation", json!({ "reason": "van broke down" })).await.read_as(200);
    assert_eq!(given_up.stage, "cancelled");
    let seen = acme.reads_order(&order.number).await;
    assert_eq!(seen.status, "allocated");
    assert_eq!(seen.lines[0].quantities.picked, "0");
    assert_eq!(shop.levels("A-1").await, (100, 10, 90), "still reserved");
    assert_eq!(quantities(&pick_lists(&warehouse).await[0].lines), ["1: 10", "2: 5"], "to be picked again");
    acme.cancels(&order.number, json!({})).await.ok();
    assert_eq!(shop.levels("A-1").await, (100, 0, 100));
    warehouse.steps(&number, "picks", json!({})).await.is_refused("shipment-wrong-stage");
    shop.books_agree().await;
}

// What can be shipped.

#[tokio::test]
async fn every_line_that_cannot_be_shipped_is_named() {
    let (_shop, _acme, warehouse, order) = ordered().await;
    let lines = json!([
        { "line": 9 }, { "line": 1, "quantity": "11" }, { "line": 2, "quantity": "0" }, { "line": 2, "quantity": "1.5" },
        { "line": 1, "quantity": "2" }, { "line": 1, "quantity": "1" },
    ]);
    let faults = [
        "/lines/0/line unknown-order-line",
        "/lines/1/quantity more-than-allocated",
        "/lines/2/quantity not-positive",
        "/lines/3/quantity not-whole",
        "/lines/5/line duplicate",
    ];
    warehouse.ships_with(&order.number, json!({ "lines": lines })).await.is_refused_for("invalid-request", &faults);
    assert!(warehouse.all("/v1/shipments").await.is_empty(), "all of it happens or nothing");
}

#[tokio::test]
async fn what_is_not_allocated_is_not_shipped() {
    let (shop, acme, warehouse, order) = ordered().await;
    shop.sells("LATE", "1.00", 0).await;
    shop.product("LATE", json!({ "backorder": true })).await;
    let waiting = acme.places(&[line("LATE", 3)]).await;
    let answer = warehouse.ships_with(&waiting.number, json!({})).await;
    assert_eq!(answer.status, 409);
    answer.is_refused("nothing-to-ship");
    warehouse.ships(&order.number).await;
    warehouse.ships_with(&order.number, json!({})).await.is_refused("nothing-to-ship");
    warehouse.ships_with("SO99999999", json!({})).await.is_refused("order-not-found");
}

#[tokio::test]
async fn an_order_at_two_warehouses_leaves_from_the_one_named() {
    let (shop, acme, warehouse, _) = ordered().await;
    shop.warehouse("SOUTH", 2).await;
    shop.receives("A-1", "SOUTH", 50).await;
    let order = acme.places(&[line("A-1", 120)]).await;
    warehouse.ships_with(&order.number, json!({})).await.is_refused_for("invalid-request", &["/warehouse warehouse-needed"]);
    let nowhere = json!({ "warehouse": "NOWHERE" });
    warehouse.ships_with(&order.number, nowhere).await.is_refused_for("invalid-request", &["/warehouse unknown-warehouse"]);
    let south: Shipment = warehouse.ships_with(&order.number, json!({ "warehouse": "SOUTH" })).await.read_as(201);
    assert_eq!((south.warehouse.as_str(), quantities(&south.lines)), ("SOUTH", vec!["1: 30".to_owned()]));
    let main = warehouse.ships(&order.number).await;
    assert_eq!((main.warehouse.as_str(), quantities(&main.lines)), (MAIN, vec!["1: 90".to_owned()]), "the only one left");
    shop.books_agree().await;
}

#[tokio::test]
async fn a_held_order_goes_no_step_further_until_it_is_released() {
    let (shop, _acme, warehouse, order) = ordered().await;
    let number = warehouse
        .ships_with(&order.number, json!({ "stage": "picked", "lines": [{ "line": 1 }] }))
        .await
        .read_as::<Shipment>(201)
        .number;
    let sales = shop.seller("sales").await;
    sales.holds(&order.number, "dispute").await.ok();
    warehouse.ships_with(&order.number, json!({})).await.is_refused("order-held");
    warehouse.steps(&number, "packing", json!({ "parcels": [] })).await.is_refused("order-held");
    warehouse.steps(&number, "dispatch", json!({})).await.is_refused("order-held");
    assert_eq!(warehouse.reads_shipment(&number).await.stage, "picked");
    sales.releases(&order.number, json!({})).await.ok();
    warehouse.steps(&number, "dispatch", json!({})).await.ok();
    shop.books_agree().await;
}

#[tokio::test]
async fn boxes_are_shipped_whole_and_taken_off_the_stock_by_the_piece() {
    let (shop, acme, warehouse, _) = ordered().await;
    shop.product("A-1", json!({ "units": [{ "unit": "BX", "factor": "12" }] })).await;
    let order = acme.places(&[json!({ "sku": "A-1", "quantity": "2", "unit": "BX" })]).await;
    assert_eq!(shop.levels("A-1").await, (100, 34, 66));
    let half = json!({ "lines": [{ "line": 1, "quantity": "0.5" }] });
    warehouse.ships_with(&order.number, half).await.is_refused_for("invalid-request", &["/lines/0/quantity not-whole"]);
    let one = json!({ "lines": [{ "line": 1, "quantity": "1" }] });
    warehouse.ships_with(&order.number, one).await.is(201);
    assert_eq!(shop.levels("A-1").await, (88, 22, 66));
}

// Parcels.

#[tokio::test]
async fn parcels_hold_no_more_than_the_shipment() {
    let (_shop, _acme, warehouse, order) = ordered().await;
    let number = warehouse.ships_with(&order.number, json!({ "stage": "picked" })).await.read_as::<Shipment>(201).number;
    let parcels = json!({ "parcels": [
        { "lines": [{ "line": 1, "quantity": "8" }, { "line": 9, "quantity": "1" }] },
        { "lines": [{ "line": 1, "quantity": "3" }], "weight_grams": 0 },
    ] });
    let faults = [
        "/parcels/0/lines/1/line unknown-order-line",
        "/parcels/1/weight_grams out-of-range",
        "/parcels/1/lines/0/quantity out-of-range",
    ];
    warehouse.steps(&number, "packing", parcels).await.is_refused_for("invalid-request", &faults);
    assert_eq!(warehouse.reads_shipment(&number).await.stage, "picked");
}

#[tokio::test]
async fn a_packed_shipment_is_packed_anew() {
    let (_shop, _acme, warehouse, order) = ordered().await;
    let number = warehouse.ships_with(&order.number, json!({ "stage": "picked" })).await.read_as::<Shipment>(201).number;
    let two = json!({ "parcels": [{ "tracking_number": "T1" }, { "tracking_number": "T2", "weight_grams": 500 }] });
    let packed: Shipment = warehouse.steps(&number, "packing", two).await.read_as(200);
    let parcels: Vec<_> = packed.parcels.iter().map(|p| (p.parcel, p.tracking_number.as_str(), p.weight_grams)).collect();
    assert_eq!(parcels, [(1, "T1", None), (2, "T2", Some(500))]);
    let again: Shipment =
        warehouse.steps(&number, "packing", json!({ "parcels": [{ "tracking_number": "T3" }] })).await.read_as(200);
    assert_eq!((again.stage.as_str(), again.parcels.len(), again.parcels[0].tracking_number.as_str()), ("packed", 1, "T3"));
}

// Tracking.

#[tokio::test]
async fn a_shipment_is_delivered_when_every_parcel_is() {
    let (shop, acme, warehouse, order) = ordered().await;
    let parcels = json!({ "parcels": [{ "tracking_number": "T1" }, { "tracking_number": "T2" }] });
    let number = warehouse.ships_with(&order.number, parcels).await.read_as::<Shipment>(201).number;
    let first: Shipment = tracks(&warehouse, &number, &[delivered(Some(2), "2026-11-22T12:00:00Z")]).await.read_as(200);
    assert_eq!((first.stage.as_str(), first.delivered_at), ("shipped", None));
    let by_number = json!({ "tracking_number": "T1", "code": "delivered", "occurred_at": "2026-11-22T09:00:00Z" });
    let last: Shipment = tracks(&warehouse, &number, &[by_number]).await.read_as(200);
    assert_eq!(last.stage, "delivered");
    assert!(last.delivered_at.is_some_and(|at| at.starts_with("2026-11-22T12:00:00")), "when the last parcel arrived");
    let seen = acme.reads_order(&order.number).await;
    assert_eq!(seen.status, "delivered");
    assert_eq!(seen.lines[0].quantities.delivered, "10");
    shop.books_agree().await;
}

#[tokio::test]
async fn reports_come_late_twice_and_in_any_order_and_are_kept_once() {
    let (_shop, _acme, warehouse, order) = ordered().await;
    let number = warehouse.ships_with(&order.number, json!({ "parcels": [{}] })).await.read_as::<Shipment>(201).number;
    let report = |code: &str, at: &str| json!({ "parcel": 1, "code": code, "occurred_at": at });
    let late = [report("in_transit", "2026-11-22T11:00:00Z"), report("picked_up", "2026-11-22T08:00:00Z")];
    tracks(&warehouse, &number, &late).await.ok();
    let again = [report("picked_up", "2026-11-22T08:00:00Z"), report("attempted", "2026-11-22T10:00:00Z")];
    let seen: Shipment = tracks(&warehouse, &number, &again).await.read_as(200);
    let codes: Vec<(&str, Option<i64>)> = seen.tracking.iter().map(|report| (report.code.as_str(), report.parcel)).collect();
    assert_eq!(codes, [("picked_up", Some(1)), ("attempted", Some(1)), ("in_transit", Some(1))]);
    assert!(seen.tracking.is_sorted_by_key(|report| report.occurred_at.clone()), "{seen:?}");
    let version = seen.version;
    let nothing_new: Shipment = tracks(&warehouse, &number, &again).await.read_as(200);
    assert_eq!(nothing_new.version, version);
}

#[tokio::test]
async fn a_report_about_the_whole_shipment_delivers_it() {
    let (_shop, _acme, warehouse, order) = ordered().await;
    let number = warehouse.ships(&order.number).await.number;
    let seen: Shipment = tracks(&warehouse, &number, &[delivered(None, "2026-11-22T12:00:00Z")]).await.read_as(200);
    assert_eq!((seen.stage.as_str(), seen.tracking[0].parcel), ("delivered", None));
}

#[tokio::test]
async fn reports_that_cannot_be_are_named_and_nothing_of_them_is_kept() {
    let (_shop, _acme, warehouse, order) = ordered().await;
    let number = warehouse
        .ships_with(&order.number, json!({ "parcels": [{ "tracking_number": "T1" }, {}] }))
        .await
        .read_as::<Shipment>(201)
        .number;
    let reports = [
        delivered(Some(1), "2026-11-22T12:00:00Z"),
        delivered(Some(3), "2026-11-22T12:00:00Z"),
        json!({ "tracking_number": "T9", "code": "delivered", "occurred_at": "2026-11-22T12:00:00Z" }),
        json!({ "tracking_number": "T1", "parcel": 2, "code": "delivered", "occurred_at": "2026-11-22T12:00:00Z" }),
        delivered(Some(2), "2190-01-01T00:00:00Z"),
    ];
    let faults = [
        "/1/parcel unknown-parcel",
        "/2/tracking_number unknown-parcel",
        "/3/parcel unknown-parcel",
        "/4/occurred_at in-the-future",
    ];
    tracks(&warehouse, &number, &reports).await.is_refused_for("invalid-request", &faults);
    assert!(warehouse.reads_shipment(&number).await.tracking.is_empty());
}

// Retries, lists, isolation.

#[tokio::test]
async fn a_retried_step_is_done_once() {
    let (shop, _acme, warehouse, order) = ordered().await;
    let twice = async |path: &str, key: &str, body: Value| -> Shipment {
        let first = warehouse.post_once(path, key, &body).await;
        let again = warehouse.post_once(path, key, &body).await;
        assert_eq!((again.status, &again.text), (first.status, &first.text), "{path}");
        assert_eq!(again.header("idempotency-replayed"), "true", "{path}");
        first.ok().read()
    };
    let body = json!({ "order": order.number, "stage": "created", "lines": [{ "line": 1 }] });
    let number = twice("/v1/shipments", "create", body).await.number;
    let path = |step: &str| format!("/v1/shipments/{number}/{step}");
    twice(&path("picks"), "pick", json!({})).await;
    twice(&path("packing"), "pack", json!({ "parcels": [{}] })).await;
    let shipped = twice(&path("dispatch"), "dispatch", json!({})).await;
    assert_eq!(shipped.version, 4);
    assert_eq!(shop.levels("A-1").await, (90, 0, 90), "the goods leave once");
    let delivered = twice(&path("tracking-events"), "track", json!([delivered(None, "2026-11-22T12:00:00Z")])).await;
    assert_eq!(delivered.tracking.len(), 1);
    let other = json!({ "order": order.number, "stage": "created", "lines": [{ "line": 2 }] });
    let number = twice("/v1/shipments", "create-2", other).await.number;
    twice(&format!("/v1/shipments/{number}/cancellation"), "give-up", json!({})).await;
    assert_eq!(warehouse.all("/v1/shipments").await.len(), 2);
    shop.books_agree().await;
}

#[tokio::test]
async fn shipments_are_listed_by_order_account_and_stage_newest_first() {
    let (shop, acme, warehouse, order) = ordered().await;
    let first = warehouse.ships_with(&order.number, json!({ "lines": [{ "line": 1 }] })).await.read_as::<Shipment>(201).number;
    let second = warehouse.lists_for_picking(&order.number).await.number;
    let theirs = shop.erp("RIVAL").await.places(&[line("A-1", 1)]).await;
    let third = warehouse.ships(&theirs.number).await.number;
    let listed = async |who: &Actor, query: &str| -> Vec<String> {
        let items = who.all(&format!("/v1/shipments?limit=1{query}")).await;
        items.iter().map(|item| item.read::<Shipment>().number).collect()
    };
    assert_eq!(listed(&warehouse, "").await, [third.clone(), second.clone(), first.clone()]);
    assert_eq!(listed(&warehouse, "&account=RIVAL").await, [third]);
    assert_eq!(listed(&warehouse, &format!("&order={}", order.number)).await, [second.clone(), first.clone()]);
    assert_eq!(listed(&warehouse, "&stage=created").await, std::slice::from_ref(&second));
    assert_eq!(listed(&acme, "").await, [second, first], "a buyer sees its own");
}

#[tokio::test]
async fn another_accounts_shipment_does_not_exist() {
    let (shop, acme, warehouse, order) = ordered().await;
    let number = warehouse.ships(&order.number).await.number;
    assert_eq!(acme.reads_shipment(&number).await.order, order.number);
    let rival = shop.erp("RIVAL").await;
    let answer = rival.get(&format!("/v1/shipments/{number}")).await;
    assert_eq!(answer.status, 404);
    answer.is_refused("shipment-not-found");
    assert!(rival.all("/v1/shipments").await.is_empty());
    rival.get(&format!("/v1/shipments?order={}", order.number)).await.is_refused("order-not-found");
    rival.get("/v1/shipments?account=ACME").await.is_refused("account-not-found");
    warehouse.get("/v1/shipments/SH99999999").await.is_refused("shipment-not-found");
}

#[tokio::test]
async fn buyers_ship_nothing() {
    let (_shop, acme, warehouse, order) = ordered().await;
    acme.ships_with(&order.number, json!({})).await.is_refused("forbidden");
    let number = warehouse.lists_for_picking(&order.number).await.number;
    for step in ["picks", "packing", "dispatch", "cancellation", "tracking-events"] {
        let answer = acme.steps(&number, step, json!({})).await;
        assert_eq!(answer.status, 403, "{step}");
        answer.is_refused("forbidden");
    }
    assert_eq!(warehouse.reads_shipment(&number).await.stage, "created");
}

#[tokio::test]
async fn the_account_is_told_of_every_step() {
    let (shop, acme, warehouse, order) = ordered().await;
    let number = warehouse.lists_for_picking(&order.number).await.number;
    warehouse.steps(&number, "picks", json!({})).await.ok();
    warehouse.steps(&number, "packing", json!({ "parcels": [{}] })).await.ok();
    warehouse.steps(&number, "dispatch", json!({})).await.ok();
    tracks(&warehouse, &number, &[delivered(None, "2026-11-22T12:00:00Z")]).await.ok();
    let told = acme.events_about(&format!("shipment/{number}")).await;
    let steps = ["created", "picked", "packed", "shipped", "tracked", "delivered"];
    assert_eq!(told, steps.map(|step| format!("shipment.{step}")));
    assert!(shop.erp("RIVAL").await.events_about(&format!("shipment/{number}")).await.is_empty());
}
