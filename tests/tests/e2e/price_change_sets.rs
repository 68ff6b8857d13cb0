//! Draft change sets: collected, published at once or at a date, or dropped.

use serde_json::{Value, json};

use crate::support::{Json, Shop, line, micros, nothing_rejected, parse};

const SET: &str = "/v1/price-change-sets/SPRING";

async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    for (sku, price) in [("A-1", "10"), ("A-2", "20"), ("A-3", "30")] {
        shop.product(sku, json!({ "brand": "Ferrum" })).await;
        shop.price(sku, price).await;
    }
    shop.admin().put(SET, &json!({ "name": "Spring prices" })).await.ok();
    shop
}

async fn collects(shop: &Shop, entries: Value) -> Json {
    shop.admin().post(&format!("{SET}/entries"), &json!({ "entries": entries })).await.ok()
}

fn entry(sku: &str, price: &str) -> Value {
    json!({ "price_list": "STANDARD", "sku": sku, "currency": "EUR", "unit_price": price })
}

/// What an account will pay then, as the seller's staff see it.
async fn price_at(shop: &Shop, account: &str, sku: &str, at: &str) -> i128 {
    let body = json!({ "account": account, "currency": "EUR", "at": at, "lines": [line(sku, 1)] });
    micros(&shop.admin().post("/v1/price-quotes", &body).await.ok()["lines"][0]["unit_price"])
}

#[tokio::test]
async fn a_draft_is_known_to_nobody_until_it_is_published_and_then_at_once() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let told = collects(&shop, json!([entry("A-1", "11"), entry("A-2", "20"), entry("A-3", "29")])).await;
    nothing_rejected(&told);
    assert_eq!(told["created"], 3, "{told}");
    let contract = json!({
        "account": "ACME", "currency": "EUR",
        "lines": [{ "target": { "kind": "sku", "code": "A-3" }, "kind": "percent_off", "value": "10" }],
    });
    shop.admin().put(&format!("{SET}/contracts/C-1"), &contract).await.ok();
    let promotion = json!({ "lines": [{ "target": { "kind": "sku", "code": "A-2" }, "kind": "percent_off", "value": "50" }] });
    shop.admin().put(&format!("{SET}/promotions/P-1"), &promotion).await.ok();
    for (sku, price) in [("A-1", "10"), ("A-2", "20"), ("A-3", "30")] {
        assert_eq!(parse(&acme.unit_price(sku).await), parse(price), "nothing is published");
    }
    let set = shop.admin().get(SET).await.ok();
    assert_eq!(set["entries"], 3, "{set}");
    assert_eq!(set["agreements"].list().len(), 2, "{set}");
    let published = shop.admin().post(&format!("{SET}/publication"), &json!({})).await.ok();
    assert_eq!(published["status"], "published");
    let publication = &published["publication"];
    for (count, expected) in [("replaced", 2), ("unchanged", 1), ("created", 0), ("contracts", 1), ("promotions", 1)] {
        assert_eq!(publication[count], expected, "{count}: {published}");
    }
    for (sku, price) in [("A-1", "11"), ("A-2", "10"), ("A-3", "26.1")] {
        assert_eq!(parse(&acme.unit_price(sku).await), parse(price), "{sku}");
    }
    let id = told["results"][0]["id"].text();
    let entries = shop.admin().get("/v1/price-lists/STANDARD/entries?sku=A-1").await.ok();
    assert_eq!(entries["items"][0]["id"], id, "a drafted entry keeps its id: {entries}");
    shop.admin().post(&format!("{SET}/publication"), &json!({})).await.is_refused("price-change-set-closed");
    shop.admin()
        .post(&format!("{SET}/entries"), &json!({ "entries": [entry("A-1", "12")] }))
        .await
        .is_refused("price-change-set-closed");
}

#[tokio::test]
async fn a_set_published_at_a_date_is_quoted_from_then_on_and_not_before() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let lines =
        |percent: &str| json!([{ "target": { "kind": "brand", "code": "Ferrum" }, "kind": "percent_off", "value": percent }]);
    let contract = |percent: &str| json!({ "account": "ACME", "currency": "EUR", "mode": "best_of", "lines": lines(percent) });
    shop.admin().put("/v1/contracts/C-1", &contract("10")).await.ok();
    nothing_rejected(&collects(&shop, json!([entry("A-1", "100")])).await);
    shop.admin().put(&format!("{SET}/contracts/C-1"), &contract("20")).await.ok();
    let published = shop.admin().post(&format!("{SET}/publication"), &json!({ "valid_from": "2040-01-01" })).await.ok();
    assert_eq!(published["publication"]["valid_from"], "2040-01-01T00:00:00Z", "{published}");
    assert_eq!(parse(&acme.unit_price("A-1").await), parse("9"));
    assert_eq!(price_at(&shop, "ACME", "A-1", "2039-12-31T23:59:59Z").await, parse("9"));
    assert_eq!(price_at(&shop, "ACME", "A-1", "2040-01-01").await, parse("80"));
    let contract = shop.admin().get("/v1/contracts/C-1").await.ok();
    let ends: Vec<&str> = contract["lines"].list().iter().filter_map(|line| line.get("valid_until")).map(Json::text).collect();
    assert_eq!(ends, ["2040-01-01T00:00:00Z"], "the line of before ends when the new one begins: {contract}");
}

#[tokio::test]
async fn what_has_no_date_of_its_own_is_refused_with_its_pointer_and_nothing_is_published() {
    let shop = shop().await;
    let contract = json!({ "account": "ACME", "currency": "EUR", "mode": "exclusive", "lines": [] });
    shop.admin().put("/v1/contracts/C-1", &contract).await.ok();
    let promotion =
        |percent: &str| json!({ "lines": [{ "target": { "kind": "everything" }, "kind": "percent_off", "value": percent }] });
    shop.admin().put("/v1/promotions/P-1", &promotion("1")).await.ok();
    nothing_rejected(&collects(&shop, json!([entry("A-1", "100")])).await);
    let contract = json!({ "account": "ACME", "currency": "EUR", "mode": "best_of", "lines": [] });
    shop.admin().put(&format!("{SET}/contracts/C-1"), &contract).await.ok();
    shop.admin().put(&format!("{SET}/promotions/P-1"), &promotion("2")).await.ok();
    let later = json!({ "valid_from": "2040-01-01" });
    let problem = shop.admin().post(&format!("{SET}/publication"), &later).await.is_refused("no-date-possible");
    let pointers: Vec<&Json> = problem["errors"].list().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/contracts/C-1", "/promotions/P-1"]);
    assert_eq!(price_at(&shop, "ACME", "A-1", "2041-01-01").await, parse("9.9"), "not even the entry is recorded");
    shop.admin().post(&format!("{SET}/publication"), &json!({})).await.ok();
}

#[tokio::test]
async fn a_contract_changed_meanwhile_is_not_overwritten() {
    let shop = shop().await;
    let contract = |name: &str| json!({ "name": name, "account": "ACME", "currency": "EUR", "lines": [] });
    shop.admin().put(&format!("{SET}/contracts/C-1"), &contract("drafted")).await.ok();
    shop.admin().put("/v1/contracts/C-1", &contract("meanwhile")).await.ok();
    let problem = shop.admin().post(&format!("{SET}/publication"), &json!({})).await.is_refused("outdated-draft");
    assert_eq!(problem["errors"][0]["pointer"], "/contracts/C-1");
    shop.admin().put(&format!("{SET}/contracts/C-1"), &contract("drafted again")).await.ok();
    shop.admin().post(&format!("{SET}/publication"), &json!({})).await.ok();
    assert_eq!(shop.admin().get("/v1/contracts/C-1").await.ok()["name"], "drafted again");
}

#[tokio::test]
async fn a_set_that_changed_since_it_was_looked_at_is_not_published() {
    let shop = shop().await;
    nothing_rejected(&collects(&shop, json!([entry("A-1", "11")])).await);
    let admin = shop.admin();
    let seen = admin.get(SET).await.header("etag").to_owned();
    nothing_rejected(&collects(&shop, json!([entry("A-2", "0.01")])).await);
    let publish = |etag: &str| {
        admin.request(reqwest::Method::POST, &format!("{SET}/publication")).header("if-match", etag).json(&json!({}))
    };
    admin.send(publish(&seen)).await.is_refused("stale");
    let seen = admin.get(SET).await.header("etag").to_owned();
    admin.send(publish(&seen)).await.ok();
}

#[tokio::test]
async fn a_dropped_set_changes_nothing() {
    let shop = shop().await;
    nothing_rejected(&collects(&shop, json!([entry("A-1", "11"), entry("A-2", "12")])).await);
    let items = shop.admin().get(&format!("{SET}/entries")).await.ok();
    let id = items["items"][1]["id"].text().to_owned();
    let admin = shop.admin();
    let delete = async |path: String| admin.send(admin.request(reqwest::Method::DELETE, &path)).await;
    assert_eq!(delete(format!("{SET}/entries/{id}")).await.ok()["entries"], 1);
    delete(format!("{SET}/entries/{id}")).await.is_refused("price-entry-not-found");
    let dropped = delete(SET.to_owned()).await.ok();
    assert_eq!(dropped["status"], "dropped", "{dropped}");
    assert_eq!(dropped["entries"], 0, "{dropped}");
    assert_eq!(parse(&shop.erp("ACME").await.unit_price("A-1").await), parse("10"));
    delete(SET.to_owned()).await.is_refused("price-change-set-closed");
    let listed = shop.admin().get("/v1/price-change-sets?status=dropped").await.ok();
    assert_eq!(listed["items"][0]["code"], "SPRING", "{listed}");
}

#[tokio::test]
async fn entries_of_many_lists_stream_into_a_set_and_bad_rows_are_told() {
    let shop = shop().await;
    shop.admin().put("/v1/price-lists/OTHER", &json!({ "assigned": { "kind": "account", "code": "ACME" } })).await.ok();
    let text = "price_list;sku;currency;unit_price;valid_from\nSTANDARD;A-1;EUR;11;\nOTHER;A-1;EUR;12;\nNOBODY;A-1;EUR;1;\n;A-1;EUR;1;\nOTHER;A-2;EUR;13;2040-01-01\n";
    let told = shop.admin().post_raw(&format!("{SET}/entries"), "text/csv", text).await.ok();
    assert_eq!(told["created"], 3, "{told}");
    assert_eq!(told["rejected"], 2, "{told}");
    assert_eq!(told["results"][0]["errors"][0]["code"], "unknown-price-list");
    assert_eq!(told["results"][1]["errors"][0]["code"], "missing-value");
    let again = shop.admin().post_raw(&format!("{SET}/entries"), "text/csv", text).await.ok();
    assert_eq!(again["unchanged"], 3, "{again}");
    shop.admin().post(&format!("{SET}/publication"), &json!({})).await.ok();
    let acme = shop.erp("ACME").await;
    assert_eq!(parse(&acme.unit_price("A-1").await), parse("12"));
    assert_eq!(parse(&acme.unit_price("A-2").await), parse("20"));
    assert_eq!(price_at(&shop, "ACME", "A-2", "2040-01-01").await, parse("13"), "an entry's own start stays");
}

#[tokio::test]
async fn a_repeated_publication_is_answered_once() {
    let shop = shop().await;
    nothing_rejected(&collects(&shop, json!([entry("A-1", "11")])).await);
    let first = shop.admin().post_once(&format!("{SET}/publication"), "pub-1", &json!({})).await;
    let again = shop.admin().post_once(&format!("{SET}/publication"), "pub-1", &json!({})).await;
    assert_eq!(first.text, again.text);
    first.ok();
}
