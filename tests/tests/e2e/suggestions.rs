//! What is learnt from orders: bought together, ordered again.

use serde_json::{Value, json};

use crate::support::{Past, Shop, line, number_of, pairs, skus};

/// Three companies, one of which may not know what the others do alone, and some history.
async fn shop() -> Shop {
    let shop = Shop::open().await;
    for account in ["ACME", "RIVAL", "NEW"] {
        shop.account(account).await;
    }
    for sku in ["PUMP", "SEAL", "OIL", "GLUE", "SECRET", "GLOVE"] {
        shop.product(sku, json!({ "backorder": true })).await;
    }
    let both: &[&str] = &["PUMP", "SEAL"];
    let past: [Past<'_>; 8] = [
        ("ACME", "2026-09-01", both),
        ("ACME", "2026-09-22", both),
        ("RIVAL", "2026-09-23", both),
        ("ACME", "2026-10-13", &["PUMP", "OIL"]),
        ("RIVAL", "2026-10-14", &["PUMP", "SECRET"]),
        ("RIVAL", "2026-10-15", &["PUMP", "SECRET"]),
        ("RIVAL", "2026-10-16", &["PUMP", "SECRET"]),
        ("ACME", "2026-10-20", &["GLOVE"]),
    ];
    shop.past_orders(&past).await;
    shop
}

#[tokio::test]
async fn what_several_accounts_buy_together_is_suggested_with_its_reason() {
    let shop = shop().await;
    let new = shop.erp("NEW").await;
    let advice = new.advice(&["PUMP"]).await;
    let reason = "Bought together with PUMP in 3 of 7 orders".to_owned();
    assert_eq!(pairs(&advice["items"]), [("SEAL".to_owned(), reason.clone())], "{advice}");
    assert_eq!(new.suggested("PUMP", "bought_together").await, [("SEAL".to_owned(), reason)]);
    assert!(skus(&new.advice(&["PUMP", "SEAL"]).await["items"]).is_empty(), "not what is in the basket");
}

#[tokio::test]
async fn what_one_account_buys_is_told_to_itself_and_to_the_seller_alone() {
    let shop = shop().await;
    let rival = shop.erp("RIVAL").await;
    let own = rival.suggested("PUMP", "bought_together").await;
    let told = own.iter().find(|(sku, _)| sku == "SECRET").expect("its own orders");
    assert_eq!(told.1, "You bought it together with PUMP in 3 of 4 orders");
    let acme = shop.erp("ACME").await;
    assert!(!skus(&acme.advice(&["PUMP"]).await["items"]).contains(&"SECRET".to_owned()));
    let everything = skus(&shop.admin().advice(&["PUMP"]).await["items"]);
    assert!(["SECRET", "SEAL", "OIL"].iter().all(|sku| everything.contains(&(*sku).to_owned())), "{everything:?}");
    let as_new = shop.admin().advice_on(vec![json!({ "sku": "PUMP" })], json!({ "account": "NEW" })).await;
    assert_eq!(skus(&as_new["items"]), ["SEAL"], "the seller may look with an account's eyes");
    acme.post("/v1/basket-suggestions", &json!({ "account": "RIVAL", "lines": [{ "sku": "PUMP" }] }))
        .await
        .is_refused("account-not-found");
}

#[tokio::test]
async fn what_an_account_is_due_to_order_is_told_with_its_rhythm() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let again = acme.get("/v1/reorder-suggestions?at=2026-11-06").await.ok();
    let first = &again["items"][0];
    assert_eq!(first["sku"], "PUMP", "{again}");
    assert_eq!(first["reason"], "You order this about every 3 weeks, last 24 days ago");
    assert_eq!(first["orders"], 3);
    assert_eq!(first["quantity"], "1");
    assert_eq!(first["unit"], "EA");
    assert_eq!(first["due_at"], "2026-11-03T00:00:00Z");
    let earlier = acme.get("/v1/reorder-suggestions?at=2026-09-02").await.ok();
    assert_eq!(skus(&earlier["items"]).len(), 2, "nothing of later is known: {earlier}");
    let none = shop.erp("NEW").await.get("/v1/reorder-suggestions").await.ok();
    assert_eq!(none["items"], json!([]));
    acme.get("/v1/reorder-suggestions?account=RIVAL").await.is_refused("account-not-found");
    shop.admin().get("/v1/reorder-suggestions").await.is_refused("account-needed");
    let of_acme = shop.admin().get("/v1/reorder-suggestions?account=ACME&at=2026-11-06&limit=1").await.ok();
    assert_eq!(skus(&of_acme["items"]), ["PUMP"]);
}

#[tokio::test]
async fn an_order_counts_at_once_and_a_cancelled_one_no_longer() {
    let mut shop = shop().await;
    shop.sells("PUMP", "1.00", 0).await;
    shop.sells("GLUE", "1.00", 0).await;
    for sku in ["PUMP", "GLUE"] {
        shop.product(sku, json!({ "backorder": true })).await;
    }
    let new = shop.erp("NEW").await;
    let order = number_of(&new.orders(&[line("PUMP", 1), line("GLUE", 2)]).await.is(201));
    let told = |items: &[(String, String)]| items.iter().any(|(sku, _)| sku == "GLUE");
    assert!(told(&new.suggested("PUMP", "bought_together").await));
    assert!(!told(&shop.erp("ACME").await.suggested("PUMP", "bought_together").await), "one order of one account");
    new.cancels(&order, json!({ "lines": [{ "line": 2, "quantity": "2" }] })).await.ok();
    assert!(!told(&new.suggested("PUMP", "bought_together").await));
    let before = new.suggested("PUMP", "bought_together").await;
    shop.start_again();
    let new = shop.erp("NEW").await;
    assert_eq!(new.suggested("PUMP", "bought_together").await, before, "what is learnt outlives the process");
    let again = new.get("/v1/reorder-suggestions").await.ok();
    assert_eq!(skus(&again["items"]), ["PUMP"]);
}

#[tokio::test]
async fn only_what_can_be_ordered_is_suggested() {
    let shop = shop().await;
    let new = shop.erp("NEW").await;
    for (lifecycle, stock, shown) in [("discontinued", 0, false), ("phase_out", 0, false), ("phase_out", 3, true)] {
        shop.product("SEAL", json!({ "lifecycle": lifecycle })).await;
        if stock > 0 {
            shop.warehouse("MAIN", 1).await;
            shop.receives("SEAL", "MAIN", stock).await;
        }
        let seen = skus(&new.advice(&["PUMP"]).await["items"]);
        assert_eq!(seen.contains(&"SEAL".to_owned()), shown, "{lifecycle} with {stock}: {seen:?}");
    }
}

#[tokio::test]
async fn a_basket_is_looked_at_without_the_database() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let lines: Vec<Value> = ["PUMP", "GLOVE", "NOWHERE"].iter().map(|sku| json!({ "sku": sku })).collect();
    let answer = acme.post("/v1/basket-suggestions", &json!({ "lines": lines })).await;
    assert_eq!(answer.statements(), 0);
    let advice = answer.ok();
    assert_eq!(advice["rejected"][0]["pointer"], "/lines/2/sku", "{advice}");
    for path in ["/v1/products/PUMP/suggestions", "/v1/reorder-suggestions"] {
        let answer = acme.get(path).await;
        assert_eq!(answer.statements(), 0, "{path}");
        answer.ok();
    }
    for (bad, code) in [("limit=0", "invalid-request"), ("limit=101", "invalid-request"), ("at=yesterday", "malformed-request")] {
        acme.get(&format!("/v1/reorder-suggestions?{bad}")).await.is_refused(code);
    }
}
