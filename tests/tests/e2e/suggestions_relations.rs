//! What is said to go together: by SKU, by rules over properties, by lists of devices; what a basket lacks and what in it does
//! not go together; what stands in for what cannot be had.

use serde_json::{Value, json};

use crate::support::{Actor, MAIN, Shop, pairs, skus};

fn attribute(name: &str, value: &str) -> Value {
    json!({ "name": name, "value": value })
}

/// Screws and nuts of two threads, and a rule that a screw needs a nut of its own.
async fn fasteners() -> Shop {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    for (code, parent) in [("FAST", None), ("SCREW", Some("FAST")), ("NUT", Some("FAST"))] {
        shop.admin().put(&format!("/v1/categories/{code}"), &json!({ "name": code, "parent": parent })).await.ok();
    }
    for (sku, category, name, thread) in [
        ("S-8", "SCREW", "thread", "M8"),
        ("S-10", "SCREW", "thread", "M10"),
        ("N-8", "NUT", "Thread size", "m 8"),
        ("N-8S", "NUT", "Thread size", "M8x1.25"),
        ("N-10", "NUT", "Thread size", "M10"),
        ("S-0", "SCREW", "length", "40 mm"),
    ] {
        shop.product(sku, json!({ "category": category, "attributes": [attribute(name, thread)], "backorder": true })).await;
    }
    shop
}

fn screw_needs_nut() -> Value {
    json!({
        "name": "A screw needs a nut of equal thread", "kind": "required",
        "from": { "categories": ["SCREW"] }, "to": { "categories": ["NUT"] },
        "match": [{ "attribute": "thread", "of_other": "thread_size", "compare": "thread" }], "quantity": "2",
    })
}

#[tokio::test]
async fn a_rule_relates_products_that_agree_at_once_and_those_that_come_later() {
    let mut shop = fasteners().await;
    let acme = shop.erp("ACME").await;
    assert!(acme.suggested("S-8", "required").await.is_empty());
    shop.admin().put("/v1/relation-rules/SCREW-NUT", &screw_needs_nut()).await.ok();
    let reason = "S-8 cannot be used without it: A screw needs a nut of equal thread".to_owned();
    let right = [("N-8".to_owned(), reason.clone()), ("N-8S".to_owned(), reason)];
    assert_eq!(acme.suggested("S-8", "required").await, right);
    assert!(acme.suggested("S-0", "required").await.is_empty(), "a screw that says no thread");
    shop.product("N-9", json!({ "category": "NUT", "attributes": [attribute("THREAD-SIZE", "M8")] })).await;
    shop.product("N-8", json!({ "category": "NUT", "attributes": [attribute("Thread size", "M12")] })).await;
    let now = acme.suggested("S-8", "required").await.into_iter().map(|(sku, _)| sku).collect::<Vec<_>>();
    assert_eq!(now, ["N-8S", "N-9"], "products are followed");
    shop.start_again();
    let acme = shop.erp("ACME").await;
    assert_eq!(acme.suggested("S-8", "required").await.len(), 2, "and known after a start");
    shop.admin().put("/v1/categories/NUT", &json!({ "name": "Nuts" })).await.ok();
    shop.admin().put("/v1/relation-rules/SCREW-NUT", &within("FAST")).await.ok();
    assert!(acme.suggested("S-8", "required").await.is_empty(), "nuts lie elsewhere now");
    shop.admin().put("/v1/categories/NUT", &json!({ "name": "Nuts", "parent": "FAST" })).await.ok();
    assert_eq!(acme.suggested("S-8", "required").await.len(), 2, "what lies below a category belongs to it");
    let request = shop.admin().request(reqwest::Method::DELETE, "/v1/relation-rules/SCREW-NUT");
    shop.admin().send(request).await.ok();
    assert!(acme.suggested("S-8", "required").await.is_empty());
    shop.admin().get("/v1/relation-rules/SCREW-NUT").await.is_refused("relation-rule-not-found");
}

/// The rule, leading to whatever lies in a category.
fn within(category: &str) -> Value {
    let mut rule = screw_needs_nut();
    rule["to"] = json!({ "categories": [category] });
    rule
}

#[tokio::test]
async fn rules_are_kept_by_the_sellers_staff_and_checked() {
    let shop = fasteners().await;
    let admin = shop.admin();
    let first = admin.put("/v1/relation-rules/R-1", &screw_needs_nut()).await;
    assert_eq!(first.header("etag"), "\"1\"");
    let stored = first.ok();
    assert_eq!(stored["match"][0], json!({ "attribute": "thread", "of_other": "thread_size", "compare": "thread" }));
    assert_eq!(admin.put("/v1/relation-rules/R-1", &screw_needs_nut()).await.ok()["version"], 1, "nothing changed");
    let stale = admin.request(reqwest::Method::PUT, "/v1/relation-rules/R-1").header("if-match", "\"7\"");
    admin.send(stale.json(&within("FAST"))).await.is_refused("stale");
    let listed = admin.all("/v1/relation-rules").await;
    assert_eq!(listed, [stored]);
    let bad = json!({
        "name": " ", "kind": "successor", "from": { "categories": ["NOWHERE"] }, "to": {}, "quantity": "0",
    });
    let problem = admin.put("/v1/relation-rules/R-2", &bad).await.is_refused("invalid-request");
    let pointers = problem["errors"].to_string();
    for pointer in ["/name", "/kind", "/from/categories/0", "/to", "/quantity", "/match"] {
        assert!(pointers.contains(&format!("\"{pointer}\"")), "{pointer}: {problem}");
    }
    let acme = shop.erp("ACME").await;
    acme.put("/v1/relation-rules/R-1", &screw_needs_nut()).await.is_refused("forbidden");
    acme.get("/v1/relation-rules").await.is_refused("forbidden");
}

#[tokio::test]
async fn a_basket_lacks_what_a_rule_requires_until_it_has_enough_of_what_agrees() {
    let shop = fasteners().await;
    shop.admin().put("/v1/relation-rules/SCREW-NUT", &screw_needs_nut()).await.ok();
    let acme = shop.erp("ACME").await;
    let basket = |lines: &[(&str, &str)]| lines.iter().map(|(sku, n)| json!({ "sku": sku, "quantity": n })).collect::<Vec<_>>();
    let advice = acme.advice_on(basket(&[("S-8", "5"), ("N-8S", "4")]), json!({})).await;
    let missing = &advice["missing"][0];
    assert_eq!(missing["sku"], "N-8", "{advice}");
    assert_eq!(missing["rule"], "SCREW-NUT", "{advice}");
    assert_eq!(missing["needed"], "10");
    assert_eq!(missing["in_basket"], "4");
    assert_eq!(missing["quantity"], "6");
    assert_eq!(missing["alternatives"], json!(["N-8S"]));
    assert_eq!(missing["needed_for"], json!(["S-8"]));
    let enough = acme.advice_on(basket(&[("S-8", "5"), ("N-8S", "4"), ("N-8", "6")]), json!({})).await;
    assert_eq!(enough["missing"], json!([]));
    assert_eq!(enough["conflicts"], json!([]));
}

#[tokio::test]
async fn a_conflict_says_which_rule_and_what_would_fix_it() {
    let shop = fasteners().await;
    shop.admin().put("/v1/relation-rules/SCREW-NUT", &screw_needs_nut()).await.ok();
    let acme = shop.erp("ACME").await;
    let advice = acme.advice(&["S-8", "N-10"]).await;
    let conflict = &advice["conflicts"][0];
    assert_eq!(conflict["rule"], "SCREW-NUT", "{advice}");
    assert_eq!(conflict["skus"], json!(["S-8", "N-10"]));
    let detail = "A screw needs a nut of equal thread: S-8 has thread M8, N-10 has thread size M10";
    assert_eq!(conflict["detail"], detail);
    assert_eq!(conflict["fixes"][0]["instead_of"], "N-10");
    assert_eq!(conflict["fixes"][0]["sku"], "N-8");
    let both = acme.advice(&["S-8", "S-10", "N-10"]).await;
    assert_eq!(both["conflicts"], json!([]), "the nut has its screw: {both}");
}

#[tokio::test]
async fn related_products_of_another_voltage_are_a_conflict_with_a_way_out() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    let coil = |voltage: &str| json!({ "attributes": [attribute("Coil voltage", voltage)] });
    shop.product("COIL-24", coil("24 V DC")).await;
    shop.product("COIL-230", coil("0.23 kV AC")).await;
    let relation = |kind: &str, sku: &str| json!({ "kind": kind, "sku": sku });
    let valve = json!({
        "attributes": [attribute("Voltage", "24 VDC")],
        "relations": [relation("accessory", "COIL-230"), relation("accessory", "COIL-24")],
    });
    shop.product("VALVE", valve).await;
    let acme = shop.erp("ACME").await;
    let advice = acme.advice(&["VALVE", "COIL-230"]).await;
    let conflict = &advice["conflicts"][0];
    assert_eq!(conflict["rule"], "voltage-differs", "{advice}");
    assert_eq!(conflict["detail"], "VALVE has voltage 24 VDC, COIL-230 has 0.23 kV AC");
    assert_eq!(conflict["fixes"][0]["sku"], "COIL-24");
    assert_eq!(conflict["fixes"][0]["instead_of"], "COIL-230");
    assert_eq!(acme.advice(&["VALVE", "COIL-24"]).await["conflicts"], json!([]));
}

#[tokio::test]
async fn a_device_has_the_accessories_that_list_it() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    let made_by = |brand: &str, devices: &str| json!({ "brand": brand, "attributes": [attribute("Compatibility", devices)] });
    let fits = |devices: &str| made_by("Prinz", devices);
    shop.product("TONER", fits("Prinz LaserJet 4200, 4250\nPrinz Deskline 300")).await;
    shop.product("DRUM", fits("LaserJet 4250/4350")).await;
    shop.product("OTHER", made_by("Xero", "Xero Phaser 4200")).await;
    let device = |title: &str| json!({ "title": title, "brand": "Prinz" });
    shop.product("LJ-4200", device("Prinz LaserJet 4200 1200 x 1200 DPI A4")).await;
    shop.product("LJ-4350", device("Prinz LaserJet 4350dtn printer")).await;
    shop.product("LJ-1200", device("Prinz LaserJet 1200")).await;
    let acme = shop.erp("ACME").await;
    let of = async |sku: &str| acme.suggested(sku, "accessory").await;
    let reason = "Accessory for LJ-4200, which it names as compatible".to_owned();
    assert_eq!(of("LJ-4200").await, [("TONER".to_owned(), reason)]);
    assert!(of("LJ-1200").await.is_empty() && of("LJ-4350").await.is_empty(), "neither 1200 nor 4350dtn is listed");
    assert_eq!(skus(&acme.advice(&["LJ-4200"]).await["items"])[0], "TONER");
    shop.product("TONER", fits("Prinz LaserJet 1200")).await;
    assert_eq!(of("LJ-1200").await[0].0, "TONER", "lists are followed");
}

const CONSENT: &str = "/v1/accounts/ACME/replacement-consent";

/// `OLD` is discontinued and has a discontinued successor and a substitute, `SCARCE` is not there; nothing else is either.
async fn nothing_to_be_had() -> (Shop, Actor) {
    let shop = Shop::open().await;
    shop.account("GROUP").await;
    shop.account_with("ACME", json!({ "parent": "GROUP" })).await;
    let relation = |kind: &str, sku: &str| json!({ "kind": kind, "sku": sku });
    for sku in ["NEWER", "LIKE", "SCARCE"] {
        shop.sells(sku, "1.00", 0).await;
    }
    shop.product("NEW", json!({ "lifecycle": "discontinued", "relations": [relation("successor", "NEWER")] })).await;
    let old = json!({ "lifecycle": "discontinued", "relations": [relation("successor", "NEW"), relation("substitute", "LIKE")] });
    shop.product("OLD", old).await;
    shop.product("SCARCE", json!({ "relations": [relation("substitute", "LIKE")] })).await;
    let acme = shop.erp("ACME").await;
    (shop, acme)
}

#[tokio::test]
async fn what_is_discontinued_has_its_successors_successor_and_then_its_substitutes() {
    let (_shop, acme) = nothing_to_be_had().await;
    let advice = acme.advice(&["OLD", "SCARCE"]).await;
    let replaced = &advice["replacements"];
    assert_eq!(replaced.list().len(), 1, "nothing is there instead of SCARCE: {advice}");
    assert_eq!(replaced[0]["sku"], "OLD");
    assert_eq!(replaced[0]["cause"], "discontinued");
    assert_eq!(replaced[0]["consent"], "ask");
    assert_eq!(skus(&replaced[0]["candidates"]), ["NEWER", "LIKE"]);
}

#[tokio::test]
async fn what_is_there_comes_first_among_replacements() {
    let (shop, acme) = nothing_to_be_had().await;
    shop.receives("LIKE", MAIN, 5).await;
    let advice = acme.advice(&["OLD", "SCARCE"]).await;
    assert_eq!(skus(&advice["replacements"][0]["candidates"]), ["LIKE", "NEWER"]);
    assert_eq!(advice["replacements"][1]["cause"], "out_of_stock", "{advice}");
    assert_eq!(advice["replacements"][1]["automatic"], false);
    let more = acme.advice_on(vec![json!({ "sku": "SCARCE", "quantity": "6" })], json!({})).await;
    assert_eq!(more["replacements"], json!([]), "there are five: {more}");
}

#[tokio::test]
async fn an_account_consents_itself_or_as_the_one_above_it_does() {
    let (shop, acme) = nothing_to_be_had().await;
    assert_eq!(acme.get(CONSENT).await.ok()["consent"], "ask");
    shop.admin().put("/v1/accounts/GROUP/replacement-consent", &json!({ "consent": "automatic" })).await.ok();
    let said = acme.get(CONSENT).await.ok();
    assert_eq!(said["consent"], "automatic");
    assert_eq!(said["said_by"], "GROUP");
    acme.put(CONSENT, &json!({ "consent": "never" })).await.ok();
    assert_eq!(acme.advice(&["OLD"]).await["replacements"][0]["consent"], "never");
    acme.put("/v1/accounts/GROUP/replacement-consent", &json!({ "consent": "never" })).await.is_refused("account-not-found");
}

#[tokio::test]
async fn a_line_may_want_no_replacement_though_the_account_consents() {
    let (shop, acme) = nothing_to_be_had().await;
    shop.receives("LIKE", MAIN, 5).await;
    acme.put(CONSENT, &json!({ "consent": "automatic" })).await.ok();
    let careful = json!({ "sku": "OLD", "replacement": "never" });
    let advice = acme.advice_on(vec![careful, json!({ "sku": "SCARCE", "quantity": "5" })], json!({})).await;
    assert_eq!(advice["replacements"][0]["candidates"], json!([]), "the line wants none: {advice}");
    assert_eq!(advice["replacements"][1]["automatic"], true);
    assert_eq!(advice["replacements"][1]["candidates"][0]["quantity"], "5");
}

#[tokio::test]
async fn relations_by_sku_are_suggested_by_kind_and_fit_from_both_sides() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    for sku in ["GASKET", "COVER", "FLANGE"] {
        shop.product(sku, json!({})).await;
    }
    let relation = |kind: &str, sku: &str, note: &str| json!({ "kind": kind, "sku": sku, "quantity": "2", "note": note });
    let relations = json!([
        relation("required", "GASKET", "both ends"),
        relation("accessory", "COVER", ""),
        relation("compatible", "FLANGE", "")
    ]);
    shop.product("PIPE", json!({ "relations": relations })).await;
    let acme = shop.erp("ACME").await;
    let all = pairs(&acme.get("/v1/products/PIPE/suggestions").await.ok()["items"]);
    assert_eq!(all.iter().map(|(sku, _)| sku.as_str()).collect::<Vec<_>>(), ["GASKET", "COVER", "FLANGE"]);
    assert_eq!(all[0].1, "PIPE cannot be used without it: both ends");
    assert_eq!(acme.suggested("FLANGE", "compatible").await, [("PIPE".to_owned(), "Fits FLANGE".to_owned())]);
    let advice = acme.advice(&["PIPE"]).await;
    assert_eq!(advice["missing"][0]["sku"], "GASKET", "{advice}");
    assert_eq!(advice["missing"][0]["quantity"], "2", "{advice}");
    assert_eq!(pairs(&advice["items"]), [("COVER".to_owned(), "Accessory for PIPE".to_owned())]);
}
