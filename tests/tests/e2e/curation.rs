//! What the staff make of search: synonyms, pins, boosts, redirects. It counts at once, and opens no doors.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Shop, eventually, in_millis, skus};

/// Five fasteners of two brands in two categories, found by everybody.
async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.account("RIVAL").await;
    for (code, name) in [("BOLTS", "Bolts"), ("NUTS", "Nuts")] {
        shop.admin().put(&format!("/v1/categories/{code}"), &json!({ "name": name })).await.ok();
    }
    let goods = [
        ("B-1", "Hex bolt M8 zinc", "BOLTS", "Alba"),
        ("B-2", "Hex bolt M8 steel", "BOLTS", "Beta"),
        ("B-3", "Hex bolt M8 brass", "BOLTS", "Beta"),
        ("N-1", "Wing nut", "NUTS", "Alba"),
        ("N-2", "Cap nut", "NUTS", "Beta"),
    ];
    for (sku, title, category, brand) in goods {
        shop.product(sku, json!({ "title": title, "category": category, "brand": brand })).await;
    }
    shop.finds("hex bolt", 3).await;
    shop.finds("nut", 2).await;
    shop
}

fn pins(phrase: &str, pins: &[(&str, u32)]) -> Value {
    let pins: Vec<Value> = pins.iter().map(|(sku, position)| json!({ "sku": sku, "position": position })).collect();
    json!({ "phrases": [phrase], "pins": pins })
}

fn boost(target: (&str, &str), factor: &str) -> Value {
    json!({ "boosts": [{ target.0: target.1, "factor": factor }] })
}

#[tokio::test]
async fn synonyms_count_at_once_both_ways_or_one_and_are_explained() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    assert!(acme.finds("kwirtz").await.is_empty());
    shop.curates("synonyms", "KW", &json!({ "terms": ["Kwirtz", "wing nut"] })).await;
    assert_eq!(acme.finds("kwirtz").await, ["N-1"]);
    let explained = shop.admin().search(&[("q", "kwirtz"), ("account", "ACME"), ("explain", "true")]).await;
    let used = json!([{ "phrase": "kwirtz", "means": "wing nut", "code": "KW" }]);
    assert_eq!(explained["explanation"]["synonyms"], used, "{explained}");
    shop.curates("synonyms", "KW", &json!({ "terms": ["cap nut"], "means": ["hex bolt"] })).await;
    assert!(acme.finds("kwirtz").await.is_empty(), "what was said before counts no more");
    assert_eq!(acme.finds("cap nuts").await.len(), 4, "in any form of the word");
    assert!(!acme.finds("hex bolt").await.contains(&"N-2".to_owned()), "not the other way round");
    shop.admin().delete("/v1/search-synonyms/KW").await.ok();
    assert_eq!(acme.finds("cap nuts").await, ["N-2"]);
}

#[tokio::test]
async fn pins_stand_at_their_places_and_obey_visibility_life_cycle_and_filters() {
    let shop = shop().await;
    let (acme, rival) = (shop.erp("ACME").await, shop.erp("RIVAL").await);
    let before = acme.finds("hex bolt").await;
    shop.curates("rules", "P", &pins("Hex-Bolts", &[("N-2", 1), (&before[2], 2), ("N-1", 9)])).await;
    let expected = ["N-2", &*before[2], &*before[0], &*before[1], "N-1"];
    assert_eq!(acme.finds("hex bolt").await, expected);
    assert_eq!(acme.finds("hex bolt m8").await.len(), 3, "for the phrase alone");
    let first = acme.search(&[("q", "hex bolt"), ("limit", "2")]).await;
    assert_eq!(skus(&first["items"]), vec!["N-2".to_owned(), before[2].clone()]);
    assert_eq!(first["total"], 5);
    let rest = acme.search(&[("q", "hex bolt"), ("limit", "3"), ("cursor", first["next_cursor"].text())]).await;
    assert_eq!(skus(&rest["items"]), expected[2..]);
    let bolts = acme.search(&[("q", "hex bolt"), ("filter", "category:BOLTS")]).await;
    assert_eq!(skus(&bolts["items"]), [before[0].as_str(), &before[2], &before[1]], "filters count, and positions stay");
    let stocked = acme.search(&[("q", "hex bolt"), ("filter", "availability:out_of_stock")]).await;
    assert_eq!(skus(&stocked["items"]), expected, "also where stock decides");
    let by_sku = acme.search(&[("q", "hex bolt"), ("sort", "sku")]).await;
    assert_eq!(skus(&by_sku["items"]), ["B-1", "B-2", "B-3", "N-1", "N-2"], "an order that was asked for is kept");

    let hidden = json!({ "effect": "deny", "audience": { "kind": "account", "code": "RIVAL" }, "skus": ["N-2"] });
    shop.admin().put("/v1/visibility-rules/V", &hidden).await.ok();
    assert_eq!(rival.finds("hex bolt").await, [&*before[0], &*before[2], &*before[1], "N-1"]);
    shop.product("N-1", json!({ "title": "Wing nut", "lifecycle": "discontinued" })).await;
    assert_eq!(acme.finds("hex bolt").await, expected[..4], "what is not sold any more is not pinned");
    let explained = shop.admin().search(&[("q", "hex bolt"), ("account", "ACME"), ("explain", "true")]).await;
    assert_eq!(explained["explanation"]["rules"], json!(["P"]));
    assert!(explained["items"][0]["explanation"].to_string().contains("pinned by staff to place 1"), "{explained}");
}

#[tokio::test]
async fn boosts_raise_and_bury_for_a_phrase_or_always_but_never_change_a_number() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let leading = async |text: &str| acme.finds(text).await[0].clone();
    for (code, target, factor, first) in [
        ("A", ("sku", "B-3"), "4", "B-3"),
        ("A", ("brand", "alba"), "4", "B-1"),
        ("A", ("sku", "B-2"), "10", "B-2"),
        ("B", ("brand", "BETA"), "0.1", "B-1"),
    ] {
        shop.curates("rules", code, &boost(target, factor)).await;
        assert_eq!(leading("hex bolt").await, first, "{target:?} × {factor}");
    }
    let explained = shop.admin().search(&[("q", "hex bolt"), ("account", "ACME"), ("explain", "true")]).await;
    assert_eq!(explained["explanation"]["general_rules"], json!(["A", "B"]));
    assert!(explained["items"].to_string().contains("weighed by staff: × 0.1"), "{explained}");
    assert_eq!(leading("B-3").await, "B-3", "a number stands as it is");
    shop.admin().delete("/v1/search-rules/A").await.ok();
    shop.admin().delete("/v1/search-rules/B").await.ok();
    let mut for_phrase = boost(("category", "NUTS"), "10");
    for_phrase["phrases"] = json!(["m8 nut"]);
    let before = leading("m8 nut").await;
    shop.curates("rules", "C", &for_phrase).await;
    assert!(leading("m8 nut").await.starts_with("N-"), "before: {before}");
    shop.curates("rules", "C", &boost(("category", "NUTS"), "0.1")).await;
    assert!(leading("").await.starts_with("B-"), "also where nothing is asked");
}

#[tokio::test]
async fn redirects_are_told_to_those_who_may_see_where_they_lead() {
    let shop = shop().await;
    let (acme, rival) = (shop.erp("ACME").await, shop.erp("RIVAL").await);
    shop.curates("rules", "R", &json!({ "phrases": ["nuts"], "redirect": { "category": "NUTS" } })).await;
    shop.curates("rules", "S", &json!({ "phrases": ["help", "nut"], "redirect": { "path": "/help?topic=1" } })).await;
    assert_eq!(acme.search(&[("q", "NUT")]).await["redirect"], json!({ "category": "NUTS" }), "of two the first");
    assert_eq!(acme.search(&[("q", "help")]).await["redirect"], json!({ "path": "/help?topic=1" }));
    assert!(acme.search(&[("q", "bolt")]).await.is_absent("redirect"));
    let hidden = json!({ "effect": "deny", "audience": { "kind": "account", "code": "RIVAL" }, "categories": ["NUTS"] });
    shop.admin().put("/v1/visibility-rules/V", &hidden).await.ok();
    assert!(rival.search(&[("q", "nut")]).await.is_absent("redirect"));
    assert_eq!(acme.search(&[("q", "nut")]).await["redirect"]["category"], "NUTS");
}

#[tokio::test]
async fn what_is_said_counts_from_its_beginning_to_its_end_and_outlives_the_process() {
    let mut shop = shop().await;
    let acme = shop.erp("ACME").await;
    let mut rule = pins("hex bolt", &[("N-2", 1)]);
    let pinned = async |acme: &crate::support::Actor| acme.finds("hex bolt").await[0] == "N-2";
    rule["valid_until"] = json!("2026-01-01");
    shop.curates("rules", "P", &rule).await;
    assert!(!pinned(&acme).await, "it ended");
    rule["valid_until"] = Value::Null;
    rule["valid_from"] = json!(in_millis(1_500));
    shop.curates("rules", "P", &rule).await;
    assert!(!pinned(&acme).await, "it has not begun");
    eventually("it begins", Duration::from_secs(5), async || pinned(&acme).await.then_some(())).await;
    rule["valid_from"] = Value::Null;
    rule["valid_until"] = json!(in_millis(1_500));
    shop.curates("rules", "P", &rule).await;
    assert!(pinned(&acme).await);
    eventually("it ends", Duration::from_secs(5), async || (!pinned(&acme).await).then_some(())).await;
    rule["active"] = json!(false);
    rule["valid_until"] = Value::Null;
    shop.curates("rules", "P", &rule).await;
    assert!(!pinned(&acme).await, "switched off");
    rule["active"] = json!(true);
    shop.curates("rules", "P", &rule).await;
    shop.start_again();
    let acme = shop.erp("ACME").await;
    assert!(pinned(&acme).await);
}

#[tokio::test]
async fn everything_wrong_is_named_and_changes_nothing() {
    let shop = shop().await;
    let rule = |body: Value| ("rules", body);
    let long = "x".repeat(101);
    let many: Vec<Value> = (1..=21).map(|n| json!({ "sku": "B-1", "position": n })).collect();
    let cases = [
        (rule(json!({})), "/pins", "missing-value"),
        (rule(json!({ "pins": [{ "sku": "B-1", "position": 1 }] })), "/phrases", "missing-value"),
        (rule(json!({ "phrases": [" - "], "redirect": { "path": "/x" } })), "/phrases/0", "missing-value"),
        (rule(json!({ "phrases": ["bolt", "Bolts"], "redirect": { "path": "/x" } })), "/phrases/1", "duplicate"),
        (rule(json!({ "phrases": [long], "redirect": { "path": "/x" } })), "/phrases/0", "too-long"),
        (rule(pins("bolt", &[("NO-SUCH", 1)])), "/pins/0/sku", "unknown-product"),
        (rule(pins("bolt", &[("B-1", 1), ("B-1", 2)])), "/pins/1/sku", "duplicate"),
        (rule(pins("bolt", &[("B-1", 1), ("B-2", 1)])), "/pins/1/position", "duplicate"),
        (rule(pins("bolt", &[("B-1", 0)])), "/pins/0/position", "out-of-range"),
        (rule(pins("bolt", &[("B-1", 101)])), "/pins/0/position", "out-of-range"),
        (rule(json!({ "phrases": ["bolt"], "pins": many })), "/pins", "too-many"),
        (rule(boost(("sku", "NO-SUCH"), "2")), "/boosts/0/sku", "unknown-product"),
        (rule(boost(("category", "NO-SUCH"), "2")), "/boosts/0/category", "unknown-category"),
        (rule(boost(("sku", "B-1"), "0.09")), "/boosts/0/factor", "out-of-range"),
        (rule(boost(("sku", "B-1"), "10.1")), "/boosts/0/factor", "out-of-range"),
        (rule(json!({ "boosts": [{ "factor": "2" }] })), "/boosts/0", "not-exactly-one"),
        (rule(json!({ "boosts": [{ "sku": "B-1", "brand": "Alba", "factor": "2" }] })), "/boosts/0", "not-exactly-one"),
        (rule(json!({ "phrases": ["x"], "redirect": {} })), "/redirect", "not-exactly-one"),
        (rule(json!({ "phrases": ["x"], "redirect": { "category": "NO" } })), "/redirect/category", "unknown-category"),
        (rule(json!({ "phrases": ["x"], "redirect": { "path": "//evil.example" } })), "/redirect/path", "bad-path"),
        (
            rule(
                json!({ "phrases": ["x"], "redirect": { "path": "/x" }, "valid_from": "2026-02-01", "valid_until": "2026-02-01" }),
            ),
            "/valid_until",
            "ends-before-start",
        ),
        (("synonyms", json!({ "terms": ["bolt"] })), "/terms", "too-few"),
        (("synonyms", json!({ "terms": ["bolt", ""] })), "/terms/1", "missing-value"),
        (("synonyms", json!({ "terms": ["bolt", "a b c d e f"] })), "/terms/1", "too-many-words"),
        (("synonyms", json!({ "terms": ["bolt"], "means": ["x", "X"] })), "/means/1", "duplicate"),
    ];
    for ((kind, body), pointer, code) in cases {
        let refused = shop.admin().put(&format!("/v1/search-{kind}/X"), &body).await;
        assert_eq!(refused.status, 422, "{body}: {}", refused.text);
        let told = refused.is_refused("invalid-request");
        let found = told["errors"].list().iter().any(|e| e["pointer"] == pointer && e["code"] == code);
        assert!(found, "{body} wants {pointer} {code}: {told}");
        assert_eq!(shop.admin().get(&format!("/v1/search-{kind}/X")).await.status, 404);
    }
    shop.admin().get("/v1/search-rules/X").await.is_refused("search-rule-not-found");
    shop.admin().delete("/v1/search-synonyms/X").await.is_refused("search-synonyms-not-found");
}

#[tokio::test]
async fn rules_are_kept_by_staff_with_versions_pages_and_a_record_of_who_did_what() {
    let shop = shop().await;
    let admin = shop.admin();
    let path = "/v1/search-rules/P";
    let body = pins("bolt", &[("B-1", 1)]);
    let first = admin.put(path, &body).await;
    assert_eq!(first.header("etag"), "\"1\"");
    assert_eq!(first.body["version"], 1);
    assert_eq!(admin.put(path, &body).await.ok(), first.body, "the same again changes nothing");
    let stale = admin.request(reqwest::Method::PUT, path).header("if-match", "\"7\"").json(&body);
    assert_eq!(admin.send(stale).await.status, 412);
    assert_eq!(admin.put(path, &pins("bolt", &[("B-2", 1)])).await.ok()["version"], 2);
    for n in 0..3 {
        shop.curates("rules", &format!("Q-{n}"), &pins("bolt", &[("B-1", 1)])).await;
    }
    let all = admin.all("/v1/search-rules?limit=2").await;
    let codes: Vec<&str> = all.iter().filter_map(|rule| rule["code"].as_str()).collect();
    assert_eq!(codes, ["P", "Q-0", "Q-1", "Q-2"]);
    assert_eq!(admin.get(path).await.ok(), all[0]);
    admin.delete(path).await.ok();
    admin.delete(path).await.is_refused("search-rule-not-found");
    let events = admin.all("/v1/events?after=0&limit=500").await;
    let told = events.iter().filter(|e| e["subject"] == "search-rule/P").map(|e| &e["data"]["version"]);
    assert_eq!(told.cloned().collect::<Vec<_>>(), [json!(1), json!(2), Value::Null], "each change once");
    let catalog = shop.seller("catalog").await;
    catalog.put(path, &body).await.ok();
    for (who, account) in [("sales", None), ("buyer", Some("ACME")), ("account_admin", Some("ACME"))] {
        let who = shop.person(account, who).await;
        who.put(path, &body).await.is_refused("forbidden");
        who.get("/v1/search-synonyms").await.is_refused("forbidden");
    }
    let acme = shop.erp("ACME").await;
    acme.searches(&[("q", "bolt"), ("explain", "true")]).await.is_refused("forbidden");
    assert!(acme.search(&[("q", "bolt")]).await.is_absent("explanation"));
}
