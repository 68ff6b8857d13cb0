//! What an account may not see of the catalog does not exist for it, however it asks; others see it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Actor, Shop, eventually, line, nothing_rejected, number_of, skus};

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

#[tokio::test]
async fn what_is_denied_does_not_exist_for_the_account_by_any_way_of_asking() {
    let shop = shop().await;
    let (acme, rival) = (shop.erp("ACME").await, shop.erp("RIVAL").await);
    let cart = acme.cart().await;
    nothing_rejected(&acme.adds(&cart, &[line("SAW-1", 1)]).await.ok());
    finds(&acme, &ALL).await;
    shop.rules("NO-SAW", "deny", ("account", Some("ACME")), json!({ "skus": ["SAW-1"] })).await;
    assert_eq!(seen(&acme).await, ["GLUE-1", "SAW-2"]);
    finds(&acme, &["GLUE-1", "SAW-2"]).await;
    let facets = acme.get("/v1/search?q=gadget&facet=brand").await.ok();
    assert_eq!(facets["total"], 2, "{facets}");
    assert!(facets["facets"].to_string().contains("\"count\":1") && !facets["facets"].to_string().contains("\"count\":2"));
    for text in ["SAW-1", "saw1", "MSAW-1"] {
        assert!(!skus(&acme.get(&format!("/v1/search?q={text}")).await.ok()["items"]).contains(&"SAW-1".to_owned()), "{text}");
        let matches = acme.post("/v1/identifier-matches", &json!({ "identifiers": [text] })).await.ok();
        assert!(!matches.to_string().contains("Gadget SAW-1"), "{matches}");
    }
    let completions = acme.get("/v1/search/completions?q=saw-1").await.ok();
    assert!(!completions.to_string().contains("SAW-1"), "{completions}");

    acme.get("/v1/products/SAW-1/suggestions").await.is_refused("product-not-found");
    acme.get("/v1/products/SAW-1/part-numbers").await.is_refused("product-not-found");
    assert!(acme.suggested("GLUE-1", "accessory").await.is_empty());
    assert_eq!(acme.get("/v1/products/GLUE-1").await.ok()["relations"], json!([]), "nor is it named by others");
    let advice = acme.advice(&["GLUE-1", "SAW-1"]).await;
    assert_eq!((&advice["items"], &advice["rejected"][0]["code"]), (&json!([]), &json!("unknown-product")));
    let other = acme.cart().await;
    for name in [line("SAW-1", 1), json!({ "identifier": "MSAW-1", "quantity": "1" })] {
        let answer = acme.adds(&other, &[name]).await.ok();
        assert_eq!(answer["rejected"][0]["code"], "unknown-product", "{answer}");
        assert!(!answer.to_string().contains("Gadget SAW-1"), "{answer}");
    }
    let unknown = acme.quotes(&[line("SAW-1", 1)]).await.ok()["lines"][0].clone();
    assert!(unknown["unit_price"].is_null(), "{unknown}");
    let stock = acme.get("/v1/availability?sku=SAW-1&sku=SAW-2").await.ok();
    assert_eq!((stock["items"].as_array().map(Vec::len), &stock["rejected"][0]["code"]), (Some(1), &json!("unknown-product")));
    let refused = acme.orders(&[line("SAW-1", 1)]).await;
    assert!(refused.status == 422 || refused.status == 409, "{}", refused.text);
    let refused = acme.orders_cart(&cart).await;
    assert!((400..500).contains(&refused.status), "what was in the cart before: {}", refused.text);

    assert_eq!(seen(&rival).await, ALL, "others see it");
    finds(&rival, &ALL).await;
    assert_eq!(rival.suggested("GLUE-1", "accessory").await.len(), 1);
    assert_eq!(rival.get("/v1/products/GLUE-1").await.ok()["relations"][0]["sku"], "SAW-1");
    number_of(&rival.orders(&[line("SAW-1", 1)]).await.is(201));
    assert_eq!(seen(&shop.admin()).await, ALL, "the seller sees everything");
    shop.admin().get("/v1/products/SAW-1?account=ACME").await.is_refused("product-not-found");
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
        assert_eq!((&hidden["sku"], &hidden["title"]), (&json!("SAW-1"), &json!("")), "{shown}");
        assert_eq!((&hidden["unit_price"], &hidden["price_problem"]), (&Value::Null, &json!("unknown-product")), "{shown}");
        assert_eq!((&shown["totals"]["total"]["amount"], &shown["totals"]["unpriced"]), (&json!("10"), &json!(1)), "{shown}");
    }
    let added = acme.adds(&cart, &[line("GLUE-1", 1)]).await.ok();
    assert_eq!((&added["totals"]["total"]["amount"], &added["totals"]["unpriced"]), (&json!("12"), &json!(1)), "{added}");
    shop.price("SAW-1", "8.88").await;
    assert_eq!(acme.get(&path("/price-drift")).await.ok()["lines"], json!([]), "nor does it tell of its changes");
    let problem = change(1, json!({ "quantity": "1000" })).await.is_refused("invalid-request");
    assert_eq!(problem["errors"][0]["code"], "unknown-product", "{problem}");
    let staff = shop.admin().get(&path("")).await.ok();
    assert_eq!(
        (&staff["lines"][0]["title"], &staff["lines"][0]["unit_price"]),
        (&json!("Gadget SAW-1"), &json!("8.88")),
        "{staff}"
    );
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
    assert_eq!(
        (&stored["skus"], &stored["categories"], &stored["brands"]),
        (&json!(["SAW-1"]), &json!(["GLUES"]), &json!(["Alba"]))
    );
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
