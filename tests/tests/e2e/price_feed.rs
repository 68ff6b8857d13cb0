//! All prices of an account, and what changed since.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Actor, Json, Shop, eventually, in_millis, micros, nothing_rejected, parse};

/// What a client knows: prices by product, unit and quantity.
type Known = BTreeMap<(String, String, i128), (i128, u64)>;

fn key(row: &Json) -> (String, String, i128) {
    let text = |name: &str| row[name].text().to_owned();
    (text("sku"), text("unit"), micros(&row["min_quantity"]))
}

/// Reads all prices; gives them with the cursor to go on from.
async fn all(actor: &Actor) -> (Known, String) {
    read(actor, "/v1/prices").await
}

async fn read(actor: &Actor, path: &str) -> (Known, String) {
    let answer = actor.get(path).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let rows = answer.text.lines().map(Json::parse);
    let known = rows.map(|row| (key(&row), (micros(&row["unit_price"]), row["per"].as_u64().expect("a basis")))).collect();
    (known, answer.header("price-cursor").to_owned())
}

async fn page(actor: &Actor, after: &str, limit: usize) -> Json {
    actor.get(&format!("/v1/price-changes?after={after}&limit={limit}")).await.ok()
}

/// Brings what a client knows up to date, page by page; gives the rows it was told.
async fn follow(actor: &Actor, known: &mut Known, cursor: &mut String, limit: usize) -> Vec<Json> {
    let mut told = Vec::new();
    loop {
        let page = page(actor, cursor, limit).await;
        for row in page["items"].list() {
            if row["deleted"] == true {
                known.remove(&key(row));
            } else {
                known.insert(key(row), (micros(&row["unit_price"]), row["per"].as_u64().expect("a basis")));
            }
            told.push(row.clone());
        }
        page["next_cursor"].text().clone_into(cursor);
        if page["has_more"] == false {
            return told;
        }
    }
}

async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.account_with("ACME", json!({ "group": "GOLD" })).await;
    shop.account("RIVAL").await;
    for sku in ["A-1", "B-1", "C-1", "D-1"] {
        shop.product(sku, json!({ "brand": "Ferrum", "units": [{ "unit": "BX", "factor": "10" }] })).await;
        shop.price(sku, "10.00").await;
    }
    shop
}

async fn entries(shop: &Shop, list: &str, entries: Value) {
    let answer = shop.admin().post(&format!("/v1/price-lists/{list}/entries"), &json!({ "entries": entries })).await.ok();
    nothing_rejected(&answer);
}

fn contract(account: &str, value: &str) -> Value {
    let target = json!({ "kind": "sku", "code": "B-1" });
    json!({ "account": account, "currency": "EUR", "lines": [{ "target": target, "kind": "fixed", "value": value }] })
}

#[tokio::test]
async fn all_prices_are_what_quotes_say() {
    let shop = shop().await;
    entries(&shop, "STANDARD", json!([{ "sku": "A-1", "currency": "EUR", "min_quantity": "25", "unit_price": "9.00" }])).await;
    shop.admin().put("/v1/contracts/C-1", &contract("ACME", "7.50")).await.ok();
    shop.product("DRAFT", json!({ "lifecycle": "draft" })).await;
    shop.price("DRAFT", "1.00").await;
    shop.product("FREE", json!({})).await;
    let acme = shop.erp("ACME").await;
    let (known, _) = all(&acme).await;
    assert_eq!(known.len(), 10, "four products in two units, one of them with a break in each: {known:?}");
    for ((sku, unit, from), (price, per)) in &known {
        let quantity = (from / 1_000_000).max(1).to_string();
        let quote = acme.quotes(&[json!({ "sku": sku, "unit": unit, "quantity": quantity })]).await.ok();
        let line = &quote["lines"][0];
        assert_eq!(micros(&line["unit_price"]), *price, "{sku} {unit} {from}: {line}");
        assert_eq!(line["per"].as_u64(), Some(*per), "{sku} {unit} {from}: {line}");
    }
    assert_eq!(known.get(&("A-1".to_owned(), "BX".to_owned(), parse("3"))), Some(&(parse("90"), 1)), "25 pieces are 3 boxes");
    let (smallest, cursor) = read(&acme, "/v1/prices?quantities=smallest").await;
    let in_pieces = known.iter().filter(|((_, unit, from), _)| unit == "EA" && *from == 0);
    assert_eq!(smallest, in_pieces.map(|(key, price)| (key.clone(), *price)).collect(), "one price per product");
    assert_eq!(page(&acme, &cursor, 10).await["items"], json!([]), "the state is the same");
    acme.get("/v1/prices?quantities=none").await.is_refused("malformed-request");
    let (rival, _) = all(&shop.erp("RIVAL").await).await;
    assert_eq!(rival[&("B-1".to_owned(), "EA".to_owned(), 0)], (parse("10"), 1), "no contract of somebody else");
}

#[tokio::test]
async fn who_follows_changes_knows_what_reading_everything_says() {
    let mut shop = shop().await;
    let (admin, acme) = (shop.admin(), shop.erp("ACME").await);
    let (mut known, mut cursor) = all(&acme).await;
    let promotion =
        json!({ "lines": [{ "target": { "kind": "brand", "code": "Ferrum" }, "kind": "percent_off", "value": "5" }] });
    for step in 0..12 {
        match step {
            0 => shop.price("A-1", "11.00").await,
            1 => {
                entries(&shop, "STANDARD", json!([{ "sku": "A-1", "currency": "EUR", "min_quantity": "50", "unit_price": "8" }]))
                    .await;
            }
            2 => drop(admin.put("/v1/contracts/C-1", &contract("ACME", "7.50")).await.ok()),
            3 => drop(admin.put("/v1/contracts/C-2", &contract("RIVAL", "1.00")).await.ok()),
            4 => drop(admin.put("/v1/promotions/P-1", &promotion).await.ok()),
            5 => shop.product("C-1", json!({ "brand": "Aurum", "units": [{ "unit": "BX", "factor": "12" }] })).await,
            6 => {
                let floor = json!({ "costs": [{ "currency": "EUR", "floor": "12.00" }] });
                drop(admin.put("/v1/products/D-1/costs", &floor).await.ok());
            }
            7 => {
                let gold = json!({ "name": "Gold", "assigned": { "kind": "group", "code": "GOLD" } });
                admin.put("/v1/price-lists/GOLD", &gold).await.ok();
                entries(&shop, "GOLD", json!([{ "sku": "A-1", "currency": "EUR", "unit_price": "3", "per": 10 }])).await;
            }
            8 => drop(shop.account_with("ACME", json!({})).await),
            9 => shop.product("B-1", json!({ "lifecycle": "draft" })).await,
            10 => drop(admin.put("/v1/promotions/P-1", &json!({ "status": "inactive", "lines": promotion["lines"] })).await.ok()),
            _ => shop.product("B-1", json!({})).await,
        }
        let told = follow(&acme, &mut known, &mut cursor, 3).await;
        let (fresh, _) = all(&acme).await;
        assert_eq!(known, fresh, "after step {step}, told {told:?}");
        assert_eq!(told.is_empty(), step == 3, "step {step}: {told:?}");
        assert!(!told.iter().any(|row| row.to_string().contains("C-2")), "another account's contract: {told:?}");
        assert!(told.iter().all(|row| row["causes"].as_array().is_some_and(|causes| !causes.is_empty())), "{told:?}");
    }
    let before = cursor.clone();
    assert!(follow(&acme, &mut known, &mut cursor, 1_000).await.is_empty(), "nothing is told when nothing changed");
    shop.price("A-1", "99.00").await;
    shop.start_again();
    let acme = acme.at(shop.admin().base());
    let mut cursor = before;
    follow(&acme, &mut known, &mut cursor, 1_000).await;
    assert_eq!(known, all(&acme).await.0, "a cursor outlives the process that gave it");
}

#[tokio::test]
async fn a_change_says_what_was_before_and_why() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let (mut known, mut cursor) = all(&acme).await;
    entries(&shop, "STANDARD", json!([{ "sku": "A-1", "currency": "EUR", "min_quantity": "50", "unit_price": "8" }])).await;
    let told = follow(&acme, &mut known, &mut cursor, 1_000).await;
    let fresh = told.iter().find(|row| row["unit"] == "EA").expect("the new break");
    assert!(fresh.is_absent("previous_unit_price"), "{fresh}");
    shop.price("A-1", "12.00").await;
    let told = follow(&acme, &mut known, &mut cursor, 1_000).await;
    assert_eq!(told.len(), 2, "each and box: {told:?}");
    assert_eq!(micros(&told[0]["unit_price"]), parse("12"));
    assert_eq!(micros(&told[0]["previous_unit_price"]), parse("10"));
    assert_eq!(told[0]["causes"], json!(["list"]));
    assert_eq!(told[0]["source"], "list");
    assert_eq!(told[0]["label"], "STANDARD");
    let items = shop.admin().all("/v1/price-lists/STANDARD/entries?sku=A-1").await;
    let of_fifty = items.iter().find(|entry| micros(&entry["min_quantity"]) == parse("50")).expect("the entry");
    let path = format!("/v1/price-lists/STANDARD/entries/{}/ending", of_fifty["id"].text());
    shop.admin().post(&path, &json!({})).await.ok();
    let told = follow(&acme, &mut known, &mut cursor, 1_000).await;
    assert!(told.iter().all(|row| row["deleted"] == true && row.is_absent("unit_price")), "tombstones: {told:?}");
    assert_eq!(told.len(), 2, "{told:?}");
}

#[tokio::test]
async fn prices_that_begin_and_end_as_scheduled_are_told_when_they_do() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let (from, until) = (in_millis(2_000), in_millis(3_500));
    let soon = json!([{ "sku": "A-1", "currency": "EUR", "unit_price": "6.00", "valid_from": from, "valid_until": until }]);
    entries(&shop, "STANDARD", soon).await;
    let (mut known, mut cursor) = all(&acme).await;
    let ea = ("A-1".to_owned(), "EA".to_owned(), 0);
    assert_eq!(known[&ea], (parse("10"), 1), "not yet");
    for expected in ["6", "10"] {
        let became = async || {
            let page = page(&acme, &cursor, 10).await;
            (!page["items"].list().is_empty()).then_some(())
        };
        eventually("the scheduled price is told", Duration::from_secs(10), became).await;
        follow(&acme, &mut known, &mut cursor, 10).await;
        assert_eq!(known[&ea], (parse(expected), 1));
    }
}

#[tokio::test]
async fn unchanged_prices_are_not_sent_again() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let read = async |tag: Option<&str>| {
        let request = acme.request(reqwest::Method::GET, "/v1/prices");
        let request = match tag {
            Some(tag) => request.header("if-none-match", tag),
            None => request,
        };
        acme.send(request).await
    };
    let first = read(None).await;
    assert_eq!(first.header("content-type"), "application/x-ndjson");
    assert!(first.header("price-version").parse::<i64>().is_ok_and(|version| version > 0));
    let tag = first.header("etag").to_owned();
    let again = read(Some(&tag)).await;
    assert_eq!((again.status, again.text.as_str(), again.header("etag")), (304, "", tag.as_str()));
    shop.admin().put("/v1/contracts/C-2", &contract("RIVAL", "1.00")).await.ok();
    assert_eq!(read(Some(&tag)).await.status, 304, "what concerns others changes nothing here");
    shop.price("A-1", "12.00").await;
    assert_eq!(read(Some(&tag)).await.status, 200);
    shop.product("A-1", json!({ "units": [{ "unit": "BX", "factor": "7" }] })).await;
    let other = shop.erp("RIVAL").await;
    let request = other.request(reqwest::Method::GET, "/v1/prices").header("if-none-match", &tag);
    assert_eq!(other.send(request).await.status, 200, "another account's tag means nothing");
    assert_eq!(read(Some("\"nonsense\"")).await.status, 200);
}

#[tokio::test]
async fn cursors_are_their_own_accounts_and_unchanged() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let start = acme.get("/v1/price-changes").await.ok();
    assert_eq!(start["items"], json!([]));
    assert_eq!(start["has_more"], false);
    let cursor = start["next_cursor"].text();
    page(&acme, cursor, 10).await;
    let path = format!("/v1/price-changes?after={cursor}");
    shop.erp("RIVAL").await.get(&path).await.is_refused("invalid-request");
    shop.admin().get(&path).await.is_refused("account-needed");
    shop.admin().get(&format!("{path}&account=ACME")).await.ok();
    shop.admin().get(&format!("{path}&account=RIVAL")).await.is_refused("invalid-request");
    acme.get("/v1/price-changes?account=RIVAL").await.is_refused("account-not-found");
    acme.get("/v1/prices?account=RIVAL").await.is_refused("account-not-found");
    acme.get("/v1/prices?currency=QQQ").await.is_refused("unknown-currency");
    acme.get(&format!("{path}&currency=USD")).await.is_refused("invalid-request");
    for bad in ["nonsense", "AAAA", "%00", &cursor[1..], &format!("{cursor}A")] {
        acme.get(&format!("/v1/price-changes?after={bad}")).await.is_refused("invalid-request");
    }
    acme.get(&format!("{path}&limit=0")).await.is_refused("invalid-request");
}

#[tokio::test]
async fn what_an_account_may_not_see_is_in_no_feed() {
    let shop = shop().await;
    let (admin, acme, rival) = (shop.admin(), shop.erp("ACME").await, shop.erp("RIVAL").await);
    let cursor = all(&acme).await.1;
    let (mut others, mut theirs) = all(&rival).await;
    for (code, parent) in [("TOOLS", None), ("SAWS", Some("TOOLS"))] {
        admin.put(&format!("/v1/categories/{code}"), &json!({ "name": code, "parent": parent })).await.ok();
    }
    let deny =
        json!({ "effect": "deny", "audience": { "kind": "account", "code": "ACME" }, "categories": ["TOOLS"], "skus": ["B-1"] });
    admin.put("/v1/visibility-rules/NO-TOOLS", &deny).await.ok();
    acme.get(&format!("/v1/price-changes?after={cursor}")).await.is_refused("cursor-outdated");
    assert!(follow(&rival, &mut others, &mut theirs, 10).await.is_empty(), "rules of another account are no news");
    let request = acme.request(reqwest::Method::GET, "/v1/prices").header("if-none-match", format!("\"{cursor}\""));
    assert_eq!(acme.send(request).await.status, 200, "what is seen is another thing now");
    let (mut known, mut cursor) = all(&acme).await;
    assert!(!known.keys().any(|(sku, ..)| sku == "B-1") && known.keys().any(|(sku, ..)| sku == "C-1"), "{known:?}");
    shop.price("B-1", "77.00").await;
    assert!(follow(&acme, &mut known, &mut cursor, 10).await.is_empty());
    shop.product("C-1", json!({ "category": "SAWS", "brand": "Ferrum" })).await;
    let told = follow(&acme, &mut known, &mut cursor, 10).await;
    assert!(!told.is_empty() && told.iter().all(|row| row["sku"] == "C-1" && row["deleted"] == true), "{told:?}");
    admin.put("/v1/categories/SAWS", &json!({ "name": "Saws" })).await.ok();
    let told = follow(&acme, &mut known, &mut cursor, 10).await;
    assert!(!told.is_empty() && told.iter().all(|row| row["sku"] == "C-1" && row["deleted"] == false), "{told:?}");
    assert_eq!(known, all(&acme).await.0);
}
