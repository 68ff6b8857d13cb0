//! What buyers searched for, clicked and ordered, as staff read it.

use std::time::Duration;

use serde_json::json;

use crate::support::{Actor, Json, Shop, eventually, line, number_of};

async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.account("RIVAL").await;
    for sku in ["P-1", "P-2", "S-1"] {
        shop.sells(sku, "2.00", 1_000).await;
        let kind = if sku == "S-1" { "Shaft seal" } else { "Rotary pump" };
        shop.product(sku, json!({ "title": format!("{kind} {sku}") })).await;
    }
    shop.finds("rotary", 2).await;
    shop.finds("seal", 1).await;
    shop
}

async fn report(shop: &Shop, parameters: &str) -> Json {
    shop.admin().get(&format!("/v1/search/reports?{parameters}")).await.ok()
}

/// Waits until so many searches are reported; gives the report.
async fn reported(shop: &Shop, searches: u64) -> Json {
    let counted = async || {
        let all = report(shop, "").await;
        (all["totals"]["searches"] == searches).then_some(all)
    };
    eventually("the searches are reported", Duration::from_secs(10), counted).await.0
}

fn of<'a>(report: &'a Json, query: &str) -> &'a Json {
    let items = report["items"].list();
    items.iter().find(|item| item["query"] == query).unwrap_or_else(|| panic!("no {query}: {report}"))
}

fn queries(report: &Json) -> Vec<&str> {
    report["items"].list().iter().filter_map(|item| item["query"].as_str()).collect()
}

#[tokio::test]
async fn searches_of_buyers_are_counted_with_what_they_found() {
    let shop = shop().await;
    let (acme, rival) = (shop.erp("ACME").await, shop.erp("RIVAL").await);
    for text in ["Rotary  PUMP", "rotary pump", "zzyzzx", "seal"] {
        acme.finds(text).await;
    }
    rival.finds("rotary pump").await;
    rival.finds("zzyzzx").await;
    acme.finds("").await;
    shop.admin().finds("rotary pump").await;
    shop.admin().search(&[("q", "rotary pump"), ("account", "ACME")]).await;
    let first = acme.search(&[("q", "rotary"), ("limit", "1")]).await;
    let next = acme.search(&[("q", "rotary"), ("limit", "1"), ("cursor", first["next_cursor"].text())]).await;
    assert_eq!(first["search_id"], next["search_id"], "a page that is read on is the same search");
    assert!(shop.admin().search(&[("q", "rotary")]).await.is_absent("search_id"));
    let all = reported(&shop, 7).await;
    assert_eq!(queries(&all), ["rotary pump", "zzyzzx", "rotary", "seal"], "{all}");
    let pump = of(&all, "rotary pump");
    assert_eq!(pump["searches"], 3);
    assert_eq!(pump["accounts"], 2);
    assert_eq!(pump["empty_searches"], 0);
    assert_eq!(all["totals"]["empty_searches"], 2);
    assert_eq!(all["totals"]["accounts"], 2);
    assert_eq!(queries(&report(&shop, "order=empty_searches").await), ["zzyzzx"]);
    assert_eq!(of(&report(&shop, "account=RIVAL").await, "rotary pump")["searches"], 1);
    assert_eq!(report(&shop, "from=2020-01-01&until=2020-01-31").await["items"], json!([]));
    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = report(&shop, &format!("limit=1{cursor}")).await;
        paged.extend(queries(&page).into_iter().map(str::to_owned));
        let Some(next) = page.get("next_cursor").and_then(Json::as_str) else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(paged, queries(&all));
}

#[tokio::test]
async fn clicks_count_once_for_each_product_and_only_on_ones_own_searches() {
    let shop = shop().await;
    let (acme, rival) = (shop.erp("ACME").await, shop.erp("RIVAL").await);
    let search = acme.search(&[("q", "rotary pump")]).await;
    acme.finds("rotary pump").await;
    for _ in 0..2 {
        acme.clicks(&search, "P-1", 1).await.ok();
    }
    acme.clicks(&search, "P-2", 4).await.ok();
    rival.clicks(&search, "P-1", 1).await.is_refused("search-not-found");
    shop.admin().clicks(&search, "P-1", 1).await.is_refused("search-not-found");
    reported(&shop, 2).await;
    acme.clicks(&search, "P-1", 1).await.ok();
    rival.clicks(&search, "P-1", 1).await.is_refused("search-not-found");
    for id in ["", "!", "AAAAAAAAAAA"] {
        acme.clicks(&json!({ "search_id": id }).into(), "P-1", 1).await.is_refused("search-not-found");
    }
    acme.clicks(&search, "NO-SUCH", 1).await.is_refused("product-not-found");
    let odd = acme.clicks(&search, "P-1", 0).await.is_refused("invalid-request");
    assert_eq!(odd["errors"][0]["pointer"], "/position");
    assert_eq!(odd["errors"][0]["code"], "out-of-range");
    let all = reported(&shop, 2).await;
    let pump = of(&all, "rotary pump");
    assert_eq!(pump["clicks"], 2, "{pump}");
    assert_eq!(pump["clicked_searches"], 1, "{pump}");
    assert_eq!(pump["click_through"], 0.5, "{pump}");
    assert_eq!(pump["mean_clicked_position"], 2.5, "{pump}");
    assert_eq!(queries(&report(&shop, "order=clicks").await), ["rotary pump"]);
}

async fn ordered(who: &Actor, sku: &str, quantity: u32) {
    number_of(&who.orders(&[line(sku, quantity)]).await.is(201));
}

#[tokio::test]
async fn orders_follow_the_search_that_was_clicked_or_that_showed_what_is_ordered() {
    let shop = shop().await;
    let (acme, rival) = (shop.erp("ACME").await, shop.erp("RIVAL").await);
    let clicked = acme.search(&[("q", "rotary")]).await;
    acme.clicks(&clicked, "P-1", 1).await.ok();
    acme.finds("rotary pump").await;
    ordered(&acme, "P-1", 5).await;
    ordered(&acme, "P-2", 7).await;
    ordered(&acme, "S-1", 1).await;
    ordered(&rival, "P-1", 100).await;
    let counted = async || {
        let all = report(&shop, "").await;
        (all["totals"]["orders"] == 2 && all["totals"]["searches"] == 2).then_some(all)
    };
    let all = eventually("the orders are counted", Duration::from_secs(10), counted).await.0;
    assert_eq!(of(&all, "rotary")["orders"], 1, "{all}");
    assert_eq!(of(&all, "rotary")["quantity"], "5", "{all}");
    assert_eq!(of(&all, "rotary pump")["orders"], 1, "{all}");
    assert_eq!(of(&all, "rotary pump")["quantity"], "7", "{all}");
    assert_eq!(queries(&report(&shop, "order=quantity").await), ["rotary pump", "rotary"]);
}

#[tokio::test]
async fn reports_are_for_staff_and_ask_for_sound_days() {
    let shop = shop().await;
    shop.erp("ACME").await.get("/v1/search/reports").await.is_refused("forbidden");
    shop.seller("warehouse").await.get("/v1/search/reports").await.is_refused("forbidden");
    shop.seller("catalog").await.get("/v1/search/reports").await.ok();
    for (parameters, pointer) in
        [("from=2026-02-01&until=2026-01-01", "until"), ("cursor=nonsense!", "cursor"), ("limit=0", "limit")]
    {
        let refused = shop.admin().get(&format!("/v1/search/reports?{parameters}")).await.is_refused("invalid-request");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{parameters}: {refused}");
    }
    shop.admin().get("/v1/search/reports?account=NOBODY").await.is_refused("account-not-found");
    let odd = shop.admin().get("/v1/search/reports?order=luck").await;
    assert_eq!(odd.status, 400, "{}", odd.text);
}
