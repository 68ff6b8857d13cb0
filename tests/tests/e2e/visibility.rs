//! What an account may not see of the catalog does not exist for it, however it asks; others see it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Actor, Shop, eventually, line, nothing_rejected, skus};

/// Three products in two categories and of two brands, sold to three accounts.
async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.account("GROUP").await;
    shop.account_with("ACME", json!({ "parent": "GROUP", "group": "GOLD" })).await;
    shop.account("RIVAL").await;
    for (code, parent) in [("TOOLS", None), ("SAWS", Some("TOOLS")), ("GLUES", None)] {
        shop.admin().put(&format!("/v1/categories/{code}"), &json!({ "name": code, "parent": parent })).await.ok();
    }
    for (sku, category, brand) in [("SAW-1", "SAWS", "Alba"), ("SAW-2", "SAWS", "Beta"), ("GLUE-1", "GLUES", "Alba")] {
        shop.sells(sku, "2.00", 100).await;
        let relations = json!([{ "kind": "accessory", "sku": "SAW-1" }]);
        let mut product = json!({ "title": format!("Gadget {sku}"), "category": category, "brand": brand, "identifiers": { "mpn": format!("M{sku}") } });
        if sku != "SAW-1" {
            product["relations"] = relations;
        }
        shop.product(sku, product).await;
    }
    shop
}

impl Shop {
    pub(super) async fn rules(&self, code: &str, effect: &str, audience: (&str, Option<&str>), targets: Value) {
        let mut body = json!({ "effect": effect, "audience": { "kind": audience.0, "code": audience.1 } });
        crate::support::merge(&mut body, targets);
        self.admin().put(&format!("/v1/visibility-rules/{code}"), &body).await.ok();
    }
}

/// What somebody sees, asked by name.
async fn seen(who: &Actor) -> Vec<&'static str> {
    let mut seen = Vec::new();
    for sku in ["GLUE-1", "SAW-1", "SAW-2"] {
        let answer = who.get(&format!("/v1/products/{sku}")).await;
        if answer.status == 200 {
            seen.push(sku);
        } else {
            answer.is_refused("product-not-found");
        }
    }
    seen
}

/// What somebody finds; the index follows a moment behind.
async fn finds(who: &Actor, right: &[&str]) {
    let found = async || {
        let mut found = skus(&who.get("/v1/search?q=gadget").await.ok()["items"]);
        found.sort();
        (found == right).then_some(())
    };
    eventually("the search shows what may be seen", Duration::from_secs(20), found).await;
}

const ALL: [&str; 3] = ["GLUE-1", "SAW-1", "SAW-2"];

/// A shop where `SAW-1` is denied to ACME, with both buyers.
async fn denied() -> (Shop, Actor, Actor) {
    let shop = shop().await;
    let (acme, rival) = (shop.erp("ACME").await, shop.erp("RIVAL").await);
    finds(&acme, &ALL).await;
    shop.rules("NO-SAW", "deny", ("account", Some("ACME")), json!({ "skus": ["SAW-1"] })).await;
    (shop, acme, rival)
}

#[tokio::test]
async fn what_is_denied_is_not_there_when_it_is_asked_for_by_its_sku() {
    let (shop, acme, _) = denied().await;
    assert_eq!(seen(&acme).await, ["GLUE-1", "SAW-2"]);
    acme.get("/v1/products/SAW-1/part-numbers").await.is_refused("product-not-found");
    acme.get("/v1/products/SAW-1/suggestions").await.is_refused("product-not-found");
    shop.admin().get("/v1/products/SAW-1?account=ACME").await.is_refused("product-not-found");
}

#[tokio::test]
async fn what_is_denied_is_neither_found_nor_counted() {
    let (_shop, acme, _) = denied().await;
    finds(&acme, &["GLUE-1", "SAW-2"]).await;
    let found = acme.get("/v1/search?q=gadget&facet=brand").await.ok();
    assert_eq!(found["total"], 2, "{found}");
    let brands = found["facets"].list().iter().find(|facet| facet["name"] == "brand").expect("the facet asked for");
    let counts: Vec<i64> = brands["values"].list().iter().map(|value| value["count"].whole()).collect();
    assert_eq!(counts, [1, 1], "one of each brand: {found}");
    for text in ["SAW-1", "saw1", "MSAW-1"] {
        let found = skus(&acme.get(&format!("/v1/search?q={text}")).await.ok()["items"]);
        assert!(!found.contains(&"SAW-1".to_owned()), "{text}: {found:?}");
    }
}

#[tokio::test]
async fn what_is_denied_is_matched_by_no_number_and_completes_no_word() {
    let (_shop, acme, _) = denied().await;
    finds(&acme, &["GLUE-1", "SAW-2"]).await;
    for text in ["SAW-1", "saw1", "MSAW-1"] {
        let matches = acme.post("/v1/identifier-matches", &json!({ "identifiers": [text] })).await.ok();
        assert!(!matches.to_string().contains("Gadget SAW-1"), "{matches}");
    }
    let completions = acme.get("/v1/search/completions?q=saw-1").await.ok();
    assert!(!completions.to_string().contains("SAW-1"), "{completions}");
}

#[tokio::test]
async fn what_is_denied_is_not_suggested_nor_named_by_other_products() {
    let (_shop, acme, rival) = denied().await;
    assert!(acme.suggested("GLUE-1", "accessory").await.is_empty());
    assert_eq!(acme.get("/v1/products/GLUE-1").await.ok()["relations"], json!([]));
    let advice = acme.advice(&["GLUE-1", "SAW-1"]).await;
    assert_eq!(advice["items"], json!([]));
    assert_eq!(advice["rejected"][0]["code"], "unknown-product");
    assert_eq!(rival.suggested("GLUE-1", "accessory").await.len(), 1, "to others it is");
    assert_eq!(rival.get("/v1/products/GLUE-1").await.ok()["relations"][0]["sku"], "SAW-1");
}

#[tokio::test]
async fn related_drafts_are_shown_to_the_seller_alone() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    assert_eq!(acme.get("/v1/products/GLUE-1").await.ok()["relations"][0]["sku"], "SAW-1");
    shop.product("SAW-1", json!({ "lifecycle": "draft" })).await;
    assert_eq!(acme.get("/v1/products/GLUE-1").await.ok()["relations"], json!([]));
    assert_eq!(shop.admin().get("/v1/products/GLUE-1?account=ACME").await.ok()["relations"], json!([]));
    assert_eq!(shop.admin().get("/v1/products/GLUE-1").await.ok()["relations"][0]["sku"], "SAW-1");
}

#[tokio::test]
async fn what_is_denied_comes_into_no_cart_by_any_name() {
    let (_shop, acme, _) = denied().await;
    let cart = acme.cart().await;
    for name in [line("SAW-1", 1), json!({ "identifier": "MSAW-1", "quantity": "1" })] {
        let answer = acme.adds(&cart, &[name]).await.ok();
        assert_eq!(answer["rejected"][0]["code"], "unknown-product", "{answer}");
        assert!(!answer.to_string().contains("Gadget SAW-1"), "{answer}");
    }
}

#[tokio::test]
async fn what_is_denied_has_no_price_and_no_stock() {
    let (_shop, acme, _) = denied().await;
    let quote = acme.quotes(&[line("SAW-1", 1)]).await.ok();
    assert!(quote["lines"][0].is_absent("unit_price"), "{quote}");
    let stock = acme.get("/v1/availability?sku=SAW-1&sku=SAW-2").await.ok();
    let known: Vec<&str> = stock["items"].list().iter().map(|item| item["sku"].text()).collect();
    assert_eq!(known, ["SAW-2"]);
    assert_eq!(stock["rejected"][0]["code"], "unknown-product");
}

#[tokio::test]
async fn what_is_denied_is_not_ordered_neither_by_lines_nor_by_a_cart_of_before() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let cart = acme.cart().await;
    nothing_rejected(&acme.adds(&cart, &[line("SAW-1", 1)]).await.ok());
    shop.rules("NO-SAW", "deny", ("account", Some("ACME")), json!({ "skus": ["SAW-1"] })).await;
    let by_lines = acme.orders(&[line("SAW-1", 1)]).await;
    assert_eq!(by_lines.status, 422);
    by_lines.is_refused_for("order-lines-refused", &["/lines/0/sku unknown-product"]);
    let by_cart = acme.orders_cart(&cart).await;
    assert_eq!(by_cart.status, 422);
    by_cart.is_refused_for("order-lines-refused", &["/cart/lines/1/sku unknown-product"]);
    assert!(acme.all("/v1/orders").await.is_empty());
}

#[tokio::test]
async fn what_is_denied_to_one_is_there_for_others_and_for_the_seller() {
    let (shop, _, rival) = denied().await;
    assert_eq!(seen(&rival).await, ALL);
    finds(&rival, &ALL).await;
    rival.orders(&[line("SAW-1", 1)]).await.is(201);
    assert_eq!(seen(&shop.admin()).await, ALL);
}

#[tokio::test]
async fn of_a_product_hidden_since_a_cart_shows_its_people_no_title_and_no_price() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let cart = acme.cart().await;
    acme.adds(&cart, &[line("SAW-1", 3), line("SAW-2", 5)]).await.ok();
    shop.rules("NO-SAW", "deny", ("account", Some("ACME")), json!({ "skus": ["SAW-1"] })).await;
    shop.price("SAW-1", "7.77").await;
    let path = |rest: &str| format!("/v1/carts/{cart}{rest}");
    let change =
        |line: i64, body: Value| acme.send(acme.request(reqwest::Method::PATCH, &path(&format!("/lines/{line}"))).json(&body));
    let read = acme.get(&path("")).await.ok();
    let changed = change(2, json!({ "note": "blue" })).await.ok();
    let accepted = acme.post(&path("/price-acceptance"), &json!({})).await.ok();
    for shown in [&read, &changed, &accepted] {
        let hidden = &shown["lines"][0];
        assert_eq!(hidden["sku"], "SAW-1", "{shown}");
        assert_eq!(hidden["title"], "", "{shown}");
        assert!(hidden["unit_price"].is_null(), "{shown}");
        assert_eq!(hidden["price_problem"], "unknown-product", "{shown}");
        assert_eq!(shown["totals"]["total"]["amount"], "10", "{shown}");
        assert_eq!(shown["totals"]["unpriced"], 1, "{shown}");
    }
    let added = acme.adds(&cart, &[line("GLUE-1", 1)]).await.ok();
    assert_eq!(added["totals"]["total"]["amount"], "12", "{added}");
    assert_eq!(added["totals"]["unpriced"], 1, "{added}");
    shop.price("SAW-1", "8.88").await;
    assert_eq!(acme.get(&path("/price-drift")).await.ok()["lines"], json!([]), "nor does it tell of its changes");
    let problem = change(1, json!({ "quantity": "1000" })).await.is_refused("invalid-request");
    assert_eq!(problem["errors"][0]["code"], "unknown-product", "{problem}");
    let staff = shop.admin().get(&path("")).await.ok();
    assert_eq!(staff["lines"][0]["title"], "Gadget SAW-1", "{staff}");
    assert_eq!(staff["lines"][0]["unit_price"], "8.88", "{staff}");
}

#[tokio::test]
async fn rules_count_at_once_for_those_below_and_those_in_a_group_and_outlive_the_process() {
    let mut shop = shop().await;
    let (acme, rival) = (shop.erp("ACME").await, shop.erp("RIVAL").await);
    shop.rules("R", "deny", ("account", Some("GROUP")), json!({ "categories": ["TOOLS"] })).await;
    assert_eq!((seen(&acme).await, seen(&rival).await), (vec!["GLUE-1"], ALL.to_vec()), "below a category, below an account");
    shop.rules("R", "deny", ("group", Some("GOLD")), json!({ "brands": ["ALBA"] })).await;
    assert_eq!(seen(&acme).await, ["SAW-2"]);
    finds(&acme, &["SAW-2"]).await;
    for (typed, told) in [("alb", false), ("bet", true), ("glu", false), ("saw", true)] {
        let completions = acme.get(&format!("/v1/search/completions?q={typed}")).await.ok();
        let any = completions["items"].as_array().is_some_and(|items| !items.is_empty());
        assert_eq!(any, told, "words tell nothing either: {completions}");
    }
    shop.rules("R", "deny", ("everyone", None), json!({ "brands": ["beta"] })).await;
    assert_eq!((seen(&acme).await, seen(&rival).await), (vec!["GLUE-1", "SAW-1"], vec!["GLUE-1", "SAW-1"]));
    shop.start_again();
    let (acme, rival) = (shop.erp("ACME").await, shop.erp("RIVAL").await);
    assert_eq!(seen(&rival).await, ["GLUE-1", "SAW-1"]);
    shop.account_with("RIVAL", json!({ "parent": "GROUP" })).await;
    shop.rules("R", "deny", ("account", Some("GROUP")), json!({ "skus": ["GLUE-1"] })).await;
    assert_eq!(
        (seen(&acme).await, seen(&rival).await),
        (vec!["SAW-1", "SAW-2"], vec!["SAW-1", "SAW-2"]),
        "accounts are followed"
    );
    shop.rules("R", "deny", ("account", Some("GROUP")), json!({ "categories": ["GLUES"] })).await;
    shop.admin().put("/v1/categories/SAWS", &json!({ "name": "Saws", "parent": "GLUES" })).await.ok();
    assert!(seen(&acme).await.is_empty(), "so are categories");
    let request = shop.admin().request(reqwest::Method::DELETE, "/v1/visibility-rules/R");
    shop.admin().send(request).await.ok();
    assert_eq!(seen(&acme).await, ALL);
    finds(&acme, &ALL).await;
}

#[tokio::test]
async fn the_nearest_list_of_what_is_allowed_counts_and_denials_stand_above_it() {
    let shop = shop().await;
    let (acme, rival) = (shop.erp("ACME").await, shop.erp("RIVAL").await);
    shop.rules("WIDE", "allow", ("account", Some("GROUP")), json!({ "categories": ["TOOLS"] })).await;
    assert_eq!((seen(&acme).await, seen(&rival).await), (vec!["SAW-1", "SAW-2"], ALL.to_vec()));
    finds(&acme, &["SAW-1", "SAW-2"]).await;
    shop.rules("OWN", "allow", ("account", Some("ACME")), json!({ "brands": ["Alba"] })).await;
    assert_eq!(seen(&acme).await, ["GLUE-1", "SAW-1"]);
    shop.rules("MORE", "allow", ("account", Some("ACME")), json!({ "skus": ["SAW-2"] })).await;
    assert_eq!(seen(&acme).await, ALL, "lists of one audience add up");
    shop.rules("NEVER", "deny", ("everyone", None), json!({ "skus": ["SAW-2"] })).await;
    assert_eq!(seen(&acme).await, ["GLUE-1", "SAW-1"]);
}

#[tokio::test]
async fn what_is_reserved_is_seen_by_those_it_is_reserved_for() {
    let shop = shop().await;
    let (acme, rival) = (shop.erp("ACME").await, shop.erp("RIVAL").await);
    shop.rules("OWN", "reserve", ("account", Some("RIVAL")), json!({ "skus": ["SAW-1"] })).await;
    assert_eq!((seen(&acme).await, seen(&rival).await), (vec!["GLUE-1", "SAW-2"], ALL.to_vec()));
    finds(&acme, &["GLUE-1", "SAW-2"]).await;
    finds(&rival, &ALL).await;
    shop.rules("ALSO", "reserve", ("group", Some("GOLD")), json!({ "skus": ["SAW-1"] })).await;
    assert_eq!(seen(&acme).await, ALL);
}

#[tokio::test]
async fn visibility_rules_are_kept_by_the_sellers_staff_and_checked() {
    let shop = shop().await;
    let admin = shop.admin();
    shop.rules("R", "deny", ("account", Some("ACME")), json!({ "skus": ["SAW-1"], "categories": ["GLUES"], "brands": ["Alba"] }))
        .await;
    let stored = admin.get("/v1/visibility-rules/R").await.ok();
    assert_eq!(stored["audience"], json!({ "kind": "account", "code": "ACME" }), "{stored}");
    assert_eq!(stored["skus"], json!(["SAW-1"]));
    assert_eq!(stored["categories"], json!(["GLUES"]));
    assert_eq!(stored["brands"], json!(["Alba"]));
    assert_eq!(admin.all("/v1/visibility-rules").await, [stored]);
    let off = json!({ "effect": "deny", "audience": { "kind": "account", "code": "ACME" }, "skus": ["SAW-1"], "active": false });
    assert_eq!(admin.put("/v1/visibility-rules/R", &off).await.ok()["version"], 2);
    assert_eq!(admin.put("/v1/visibility-rules/R", &off).await.ok()["version"], 2, "nothing changed");
    let acme = shop.erp("ACME").await;
    assert_eq!(seen(&acme).await, ALL, "switched off");
    let bad = json!({ "effect": "allow", "audience": { "kind": "account", "code": "NOBODY" }, "skus": ["NONE"], "categories": ["NONE"] });
    let problem = admin.put("/v1/visibility-rules/R", &bad).await.is_refused("invalid-request");
    for pointer in ["/audience/code", "/skus/0", "/categories/0"] {
        assert!(problem["errors"].to_string().contains(pointer), "{pointer}: {problem}");
    }
    admin
        .put("/v1/visibility-rules/R", &json!({ "effect": "deny", "audience": { "kind": "everyone" } }))
        .await
        .is_refused("invalid-request");
    acme.get("/v1/visibility-rules/R").await.is_refused("forbidden");
    admin.get("/v1/visibility-rules/NONE").await.is_refused("visibility-rule-not-found");
}
