//! Products, units, identifiers, categories.

use serde_json::json;

use crate::support::{Actor, Shop, line, nothing_rejected};

#[tokio::test]
async fn a_product_reads_back_as_it_was_put() {
    let shop = Shop::open().await;
    shop.admin().put("/v1/categories/FAST", &json!({ "name": "Fasteners" })).await.ok();
    shop.admin().put("/v1/categories/BOLT", &json!({ "name": "Bolts", "parent": "FAST" })).await.ok();
    let body = json!({
        "title": "Hex bolt M8x40", "brand": "Ferrum", "category": "BOLT", "stock_unit": "EA",
        "units": [{ "unit": "BX", "factor": "100" }],
        "order_rules": { "min": "10", "multiple": "10" },
        "identifiers": { "gtin": "4006381333931", "mpn": "HB-M8/40" },
        "attributes": [{ "name": "thread", "value": "M8" }, { "name": "length", "value": 40, "unit": "mm" }],
    });
    shop.admin().put("/v1/products/HB-840", &body).await.ok();
    let product = shop.admin().get("/v1/products/HB-840").await.ok();
    for field in ["title", "brand", "category", "stock_unit"] {
        assert_eq!(product[field], body[field], "{product}");
    }
    assert_eq!(product["units"][0]["factor"], "100");
    assert_eq!(product["order_rules"]["multiple"], "10");
    assert_eq!(product["identifiers"]["gtin"], "4006381333931");
    assert_eq!(product["attributes"][1]["unit"], "mm");
}

#[tokio::test]
async fn wrong_facts_of_a_product_are_refused_all_at_once() {
    let shop = Shop::open().await;
    let body = json!({
        "title": "Bolt", "stock_unit": "EA", "category": "NOWHERE", "units": [{ "unit": "BX", "factor": "0" }],
        "identifiers": { "gtin": "4006381333930" },
    });
    let problem = shop.admin().put("/v1/products/B-1", &body).await.is_refused("invalid-request");
    let pointers = problem["errors"].to_string();
    for pointer in ["/category", "/units/0", "gtin"] {
        assert!(pointers.contains(pointer), "{pointer}: {problem}");
    }
    shop.admin().get("/v1/products/B-1").await.is_refused("product-not-found");
}

#[tokio::test]
async fn a_batch_stores_the_good_products_and_names_the_bad_ones() {
    let shop = Shop::open().await;
    let good = json!({ "sku": "A-1", "title": "A", "stock_unit": "EA" });
    let bad = json!({ "sku": "A-2", "title": "B", "stock_unit": "EA", "units": [{ "unit": "BX", "factor": "-1" }] });
    let unreadable = json!({ "sku": "A-3", "title": 7, "stock_unit": "EA" });
    let body = json!({ "products": [good, bad, unreadable] });
    let answer = shop.admin().post("/v1/products/batch", &body).await.ok();
    assert_eq!(answer["accepted"][0]["sku"], "A-1");
    let rejected = answer["rejected"].to_string();
    assert!(rejected.contains("/products/1/units/0") && rejected.contains("/products/2"), "{rejected}");
    shop.admin().get("/v1/products/A-1").await.ok();
    shop.admin().get("/v1/products/A-2").await.is_refused("product-not-found");
    shop.admin().get("/v1/products/A-3").await.is_refused("product-not-found");
}

#[tokio::test]
async fn a_product_is_found_by_sku_part_number_gtin_and_the_accounts_own_number() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.account("RIVAL").await;
    let numbers = json!({ "identifiers": { "gtin": "4006381333931", "mpn": "HB-M8/40" } });
    shop.product("HB-840", numbers).await;
    let own = json!({ "account": "ACME", "part_numbers": ["ACME 77-1"] });
    shop.admin().put("/v1/products/HB-840/part-numbers", &own).await.ok();
    let acme = shop.erp("ACME").await;
    let cart = acme.cart().await;
    let names = ["HB-840", "hb840", "hb m8/40", "4006381333931", "acme77-1"];
    let lines: Vec<_> = names.iter().map(|name| json!({ "identifier": name, "quantity": "1" })).collect();
    let answer = acme.adds(&cart, &lines).await.ok();
    nothing_rejected(&answer);
    assert!(answer["accepted"].list().iter().all(|line| line["sku"] == "HB-840"));

    let rival = shop.erp("RIVAL").await;
    let cart = rival.cart().await;
    let answer = rival.adds(&cart, &[json!({ "identifier": "acme77-1", "quantity": "1" })]).await.ok();
    assert_eq!(answer["rejected"][0]["code"], "unknown-product", "another account's number names nothing: {answer}");
}

#[tokio::test]
async fn quantities_follow_the_order_rules_and_units() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    let rules =
        json!({ "units": [{ "unit": "BX", "factor": "30" }], "order_rules": { "min": "10", "max": "300", "multiple": "5" } });
    shop.product("R-1", rules).await;
    shop.product("M-1", json!({ "stock_unit": "MTR", "order_rules": { "fractional": true } })).await;
    let acme = shop.erp("ACME").await;
    let cart = acme.cart().await;
    let with_unit = |sku: &str, quantity: &str, unit: &str| json!({ "sku": sku, "quantity": quantity, "unit": unit });
    let good = [line("R-1", 15), with_unit("R-1", "2", "BX"), with_unit("M-1", "2.5", "MTR")];
    nothing_rejected(&acme.adds(&cart, &good).await.ok());
    let bad = [
        line("R-1", 5),
        line("R-1", 305),
        line("R-1", 12),
        line("R-1", 0),
        line("R-1", -5),
        line("R-1", "10.5"),
        with_unit("R-1", "1", "PAL"),
        with_unit("R-1", "11", "BX"),
    ];
    let answer = acme.adds(&cart, &bad).await.ok();
    assert_eq!(answer["rejected"].as_array().map(Vec::len), Some(bad.len()), "{answer}");
    for (n, rejected) in answer["rejected"].list().iter().enumerate() {
        let pointer = rejected["pointer"].text();
        assert!(pointer.starts_with(&format!("/lines/{n}/")), "{rejected}");
        assert!(!rejected["code"].text().is_empty());
    }
}

#[tokio::test]
async fn only_products_that_are_sold_can_be_ordered() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    for lifecycle in ["draft", "discontinued"] {
        shop.product(lifecycle, json!({ "lifecycle": lifecycle })).await;
    }
    let acme = shop.erp("ACME").await;
    let cart = acme.cart().await;
    let answer = acme.adds(&cart, &[line("draft", 1), line("discontinued", 1)]).await.ok();
    assert_eq!(answer["rejected"].list().len(), 2, "{answer}");
}

#[tokio::test]
async fn sending_a_product_again_changes_nothing_and_if_match_guards_it() {
    let shop = Shop::open().await;
    let put = |title: &'static str, tag: Option<String>| {
        let admin = shop.admin();
        async move {
            let mut request = admin.request(reqwest::Method::PUT, "/v1/products/A-1");
            if let Some(tag) = tag {
                request = request.header("if-match", tag);
            }
            admin.send(request.json(&json!({ "title": title, "stock_unit": "EA" }))).await
        }
    };
    let first = put("One", None).await.header("etag").to_owned();
    assert_eq!(put("One", None).await.header("etag"), first);
    let second = put("Two", Some(first.clone())).await;
    assert_ne!(second.header("etag"), first);
    second.ok();
    put("Three", Some(first)).await.is_refused("stale");
    assert_eq!(shop.admin().get("/v1/products/A-1").await.ok()["title"], "Two");
}

#[tokio::test]
async fn buyers_list_the_products_they_may_see_page_by_page_and_no_drafts() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.account("RIVAL").await;
    for sku in ["A-1", "A-2", "A-3"] {
        shop.product(sku, json!({})).await;
    }
    shop.product("DRAFT", json!({ "lifecycle": "draft" })).await;
    shop.rules("NO-2", "deny", ("account", Some("ACME")), json!({ "skus": ["A-2"] })).await;
    let listed = async |who: &Actor| -> Vec<String> {
        let items = who.all("/v1/products?limit=1").await;
        items.iter().map(|item| item["sku"].text().to_owned()).collect()
    };
    assert_eq!(listed(&shop.erp("ACME").await).await, ["A-1", "A-3"]);
    assert_eq!(listed(&shop.erp("RIVAL").await).await, ["A-1", "A-2", "A-3"]);
    assert_eq!(listed(&shop.admin()).await, ["A-1", "A-2", "A-3", "DRAFT"], "the seller's side sees drafts");
    shop.client(None, &["orders:read"]).await.get("/v1/products").await.is_refused("forbidden");
}
