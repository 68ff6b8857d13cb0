//! What a search offers besides its hits: sets of the account, instead of nothing what comes near, what was asked before.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Actor, Json, Shop, eventually, line, number_of, skus};

/// Four pumps in two categories, sold to three accounts.
async fn shop() -> Shop {
    let shop = Shop::open().await;
    for account in ["ACME", "RIVAL", "NEW"] {
        shop.account(account).await;
    }
    for (code, name) in [("PUMPS", "Pumps"), ("SEALS", "Seals")] {
        shop.admin().put(&format!("/v1/categories/{code}"), &json!({ "name": name })).await.ok();
    }
    for (sku, category, brand) in
        [("P-1", "PUMPS", "Alba"), ("P-2", "PUMPS", "Beta"), ("P-3", "PUMPS", "Beta"), ("S-1", "SEALS", "Beta")]
    {
        shop.sells(sku, "2.00", 100).await;
        let kind = if category == "PUMPS" { "Rotary pump" } else { "Pump seal" };
        shop.product(sku, json!({ "title": format!("{kind} {brand}"), "category": category, "brand": brand })).await;
    }
    shop.finds("pump", 4).await;
    shop
}

async fn filtered(who: &Actor, filter: &str) -> Vec<String> {
    let mut found = skus(&who.search(&[("q", "pump"), ("filter", filter)]).await["items"]);
    found.sort();
    found
}

fn facet(answer: &Json, name: &str) -> Json {
    let facets = answer["facets"].list();
    facets.iter().find(|facet| facet["name"] == name).map_or(Json::Null, |facet| facet["values"].clone())
}

#[tokio::test]
async fn what_an_account_bought_before_is_counted_and_filters_at_once_and_for_itself_alone() {
    let shop = shop().await;
    let (acme, rival) = (shop.erp("ACME").await, shop.erp("RIVAL").await);
    assert!(filtered(&acme, "bought_before:true").await.is_empty());
    number_of(&acme.orders(&[line("P-1", 1), line("S-1", 2)]).await.is(201));
    assert_eq!(filtered(&acme, "bought_before:true").await, ["P-1", "S-1"]);
    assert_eq!(filtered(&acme, "bought_before:false").await, ["P-2", "P-3"]);
    // How rare a word is settles when the index has put its parts together.
    shop.finds("rotary pump", 3).await;
    let counted = acme.search(&[("q", "rotary pump"), ("facet", "bought_before")]).await;
    let values = json!([{ "value": "false", "count": 2 }, { "value": "true", "count": 1 }]);
    assert_eq!(facet(&counted, "bought_before"), values, "{counted}");
    assert!(filtered(&rival, "bought_before:true").await.is_empty(), "nobody else's");
    shop.past_orders(&[("RIVAL", "2026-01-05", &["P-3"])]).await;
    let both = async || (filtered(&rival, "bought_before:true").await == ["P-3"]).then_some(());
    eventually("orders of the past count", Duration::from_secs(10), both).await;
    let as_rival = shop.admin().search(&[("q", "pump"), ("account", "RIVAL"), ("filter", "bought_before:true")]).await;
    assert_eq!(skus(&as_rival["items"]), ["P-3"]);
    let number = number_of(&rival.orders(&[line("P-2", 1)]).await.is(201));
    assert_eq!(filtered(&rival, "bought_before:true").await, ["P-2", "P-3"]);
    rival.cancels(&number, json!({})).await.ok();
    assert_eq!(filtered(&rival, "bought_before:true").await, ["P-3"], "what was cancelled was not bought");
}

#[tokio::test]
async fn what_contracts_cover_is_counted_and_filters() {
    let shop = shop().await;
    shop.account_with("ACME", json!({ "parent": "NEW" })).await;
    let (acme, rival) = (shop.erp("ACME").await, shop.erp("RIVAL").await);
    let contract = |account: &str, kind: &str, code: Value| {
        let line = json!({ "target": { "kind": kind, "code": code }, "kind": "percent_off", "value": "10" });
        json!({ "account": account, "currency": "EUR", "lines": [line] })
    };
    let agree = async |code: &str, body: Value| shop.admin().put(&format!("/v1/contracts/{code}"), &body).await.ok();
    assert!(filtered(&acme, "on_contract:true").await.is_empty());
    agree("C-1", contract("ACME", "sku", json!("P-1"))).await;
    assert_eq!(filtered(&acme, "on_contract:true").await, ["P-1"]);
    agree("C-2", contract("NEW", "category", json!("SEALS"))).await;
    assert_eq!(filtered(&acme, "on_contract:true").await, ["P-1", "S-1"], "its parent's contracts are its own");
    let counted = acme.search(&[("q", "pump"), ("facet", "on_contract"), ("facet", "brand")]).await;
    let halves = json!([{ "value": "true", "count": 2 }, { "value": "false", "count": 2 }]);
    assert_eq!(facet(&counted, "on_contract"), halves, "{counted}");
    assert_eq!(filtered(&acme, "on_contract:false").await, ["P-2", "P-3"]);
    assert!(filtered(&rival, "on_contract:true").await.is_empty());
    agree("C-1", contract("ACME", "brand", json!("Beta"))).await;
    assert_eq!(filtered(&acme, "on_contract:true").await, ["P-2", "P-3", "S-1"]);
    agree("C-1", contract("ACME", "everything", Value::Null)).await;
    assert_eq!(filtered(&acme, "on_contract:true").await.len(), 4);
    let mut ended = contract("ACME", "everything", Value::Null);
    ended["valid_until"] = json!("2026-01-01");
    agree("C-1", ended).await;
    assert_eq!(filtered(&acme, "on_contract:true").await, ["S-1"]);
    let mut dollars = contract("NEW", "everything", Value::Null);
    dollars["currency"] = json!("USD");
    agree("C-2", dollars).await;
    assert!(filtered(&acme, "on_contract:true").await.is_empty(), "prices in other currencies do not count");
}

#[tokio::test]
async fn sets_of_an_account_are_told_to_those_who_may_read_what_they_are_made_of() {
    let shop = shop().await;
    let catalog_only = shop.client(Some("ACME"), &["products:read"]).await;
    for name in ["bought_before", "on_contract"] {
        let filter = format!("{name}:true");
        catalog_only.searches(&[("q", "pump"), ("filter", &filter)]).await.is_refused("forbidden");
        catalog_only.searches(&[("q", "pump"), ("facet", name)]).await.is_refused("forbidden");
        let nobody = shop.admin().searches(&[("q", "pump"), ("facet", name)]).await.is_refused("invalid-request");
        assert_eq!(nobody["errors"][0]["pointer"], "account", "{nobody}");
        let odd = shop.erp("ACME").await.searches(&[("q", "pump"), ("filter", &format!("{name}:maybe"))]).await;
        assert_eq!(odd.is_refused("invalid-request")["errors"][0]["code"], "bad-filter");
    }
    shop.erp("ACME").await.searches(&[("q", "pump"), ("account", "RIVAL")]).await.is_refused("account-not-found");
}

#[tokio::test]
async fn what_finds_nothing_is_answered_with_what_comes_near() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let relaxed = acme.search(&[("q", "rotary pump stainless submarine")]).await;
    assert_eq!(relaxed["relaxed"], true, "{relaxed}");
    assert_eq!(relaxed["relaxed_query"], "rotary pump", "{relaxed}");
    assert!(!skus(&relaxed["items"]).is_empty());
    assert_eq!(relaxed["nearest_categories"][0], "Pumps");
    let corrected = acme.search(&[("q", "rotarry pump")]).await;
    assert_eq!(corrected["did_you_mean"], "rotary pump", "{corrected}");
    assert_eq!(skus(&corrected["items"]).len(), 3);
    let nothing = acme.search(&[("q", "xqzvkw")]).await;
    assert_eq!(nothing["total"], 0);
    assert_eq!(nothing["nearest_categories"], json!(["Pumps", "Seals"]), "the largest first");
    let filtered_out = acme.search(&[("q", "rotary pump"), ("filter", "brand:Nobody")]).await;
    assert_eq!(filtered_out["total"], 0, "{filtered_out}");
    assert_eq!(filtered_out["total_without_filters"], 3, "{filtered_out}");
    assert_eq!(filtered_out["nearest_categories"][0], "Pumps");
    let hidden = json!({ "effect": "deny", "audience": { "kind": "everyone" }, "categories": ["SEALS"] });
    shop.admin().put("/v1/visibility-rules/V", &hidden).await.ok();
    assert_eq!(acme.search(&[("q", "xqzvkw")]).await["nearest_categories"], json!(["Pumps"]), "nothing hidden is told");
}

#[tokio::test]
async fn what_was_asked_before_finishes_what_is_typed_the_accounts_own_first() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    for text in ["rotary pump", "Pump  seal", "pump xqzvkw", "rotary xqzvkw filler words none"] {
        acme.finds(text).await;
    }
    assert_eq!(acme.completions("PUM", "past_query").await, ["pump xqzvkw", "pump seal"], "the latest first");
    assert_eq!(acme.completions("rot", "past_query").await.last().map(String::as_str), Some("rotary pump"));
    let all = acme.completions("", "past_query").await;
    assert!(all.len() >= 2, "without text the last ones: {all:?}");
    let rival = shop.erp("RIVAL").await;
    assert!(rival.completions("rot", "past_query").await.is_empty(), "nobody else's");
    assert!(rival.completions("rot", "popular_query").await.is_empty(), "one account is not several");
    let staff = shop.admin();
    staff.finds("rotary pump").await;
    rival.finds("rotary pump").await;
    let new = shop.erp("NEW").await;
    for who in [&acme, &rival, &new] {
        who.finds("P-1").await;
        who.finds("pump alba").await;
        who.finds("zzyzzx").await;
    }
    shop.account("LATE").await;
    let late = shop.erp("LATE").await;
    let told = async || (late.completions("pump", "popular_query").await == ["pump alba"]).then_some(());
    eventually("what three accounts asked is told", Duration::from_secs(15), told).await;
    assert!(late.completions("p", "popular_query").await.iter().all(|text| text != "p 1"), "part numbers are not told");
    assert!(late.completions("zz", "popular_query").await.is_empty(), "nor what finds nothing");
    assert!(late.completions("rot", "popular_query").await.is_empty(), "two accounts and the staff are not three");
    assert!(acme.completions("pump", "popular_query").await.is_empty(), "it is among one's own already");
    let hidden = json!({ "effect": "deny", "audience": { "kind": "account", "code": "LATE" }, "brands": ["Alba"] });
    shop.admin().put("/v1/visibility-rules/V", &hidden).await.ok();
    assert!(late.completions("pump", "popular_query").await.is_empty(), "what leads to nothing is not told");
}

#[tokio::test]
async fn what_was_asked_before_is_remembered_by_the_next_process() {
    let mut shop = shop().await;
    let acme = shop.erp("ACME").await;
    acme.finds("rotary pump").await;
    let written = async || {
        let report = shop.admin().get("/v1/search/reports").await.ok();
        (report["totals"]["searches"] == 1).then_some(())
    };
    eventually("it is written", Duration::from_secs(10), written).await;
    shop.start_again();
    let acme = shop.erp("ACME").await;
    let told = async || (acme.completions("rot", "past_query").await == ["rotary pump"]).then_some(());
    eventually("it is remembered", Duration::from_secs(10), told).await;
}
