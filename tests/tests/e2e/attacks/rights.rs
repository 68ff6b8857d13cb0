//! Nobody gives, renews or ends rights that they do not hold themselves.

use serde_json::json;

use crate::support::{Shop, line, unique};

/// The code of the refusal, wherever rights are changed.
const REFUSED: &str = "not-yours-to-give";

#[tokio::test]
async fn a_client_that_keeps_users_gets_no_secret_of_a_mightier_client() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    for account in [None, Some("ACME")] {
        let keeper = shop.client(account, &["users:write"]).await;
        let (mighty, _) = shop.credentials(account, &["users:write", "orders:read"]).await;
        let (equal, _) = shop.credentials(account, &["users:write"]).await;
        for act in ["rotation", "revocation"] {
            keeper.post(&format!("/v1/clients/{mighty}/{act}"), &json!({})).await.is_refused(REFUSED);
            keeper.post(&format!("/v1/clients/{equal}/{act}"), &json!({})).await.ok();
        }
        let create = |scopes: &[&str]| json!({ "client_id": unique("new"), "name": "New", "account": account, "scopes": scopes });
        keeper.post("/v1/clients", &create(&["users:write", "orders:read"])).await.is_refused(REFUSED);
        keeper.post("/v1/clients", &create(&["users:write"])).await.is(201);
    }
}

#[tokio::test]
async fn a_client_that_keeps_users_neither_makes_nor_disables_a_mightier_person() {
    let shop = Shop::open().await;
    let account = shop.account("ACME").await;
    for (account, role) in [(None, "sales"), (Some(account.as_str()), "buyer")] {
        let keeper = shop.client(account, &["users:write"]).await;
        let email = shop.somebody(account, role).await;
        let everybody = shop.admin().all("/v1/users").await;
        let id = everybody.iter().find(|user| user["email"] == email.as_str()).expect("listed")["id"].text();
        keeper.post(&format!("/v1/users/{id}/deactivation"), &json!({})).await.is_refused(REFUSED);
        let person = json!({
            "email": format!("{}@example.com", unique("new")), "name": "Bo", "password": "correct horse battery",
            "account": account, "roles": [role],
        });
        keeper.post("/v1/users", &person).await.is_refused(REFUSED);
        shop.admin().post(&format!("/v1/users/{id}/deactivation"), &json!({})).await.ok();
    }
}

#[tokio::test]
async fn sales_holds_and_finance_limits_and_releases() {
    let shop = Shop::open().await;
    shop.account_with("ACME", json!({ "credit_limit": "1.00" })).await;
    shop.sells("A-1", "2.50", 100).await;
    let (acme, sales, finance) = (shop.erp("ACME").await, shop.seller("sales").await, shop.seller("finance").await);
    let order = acme.places(&[line("A-1", 10)]).await;
    assert_eq!(order.held_for(), ["credit_limit"]);
    sales.holds(&order.number, "call them").await.ok();
    for kind in [json!({}), json!({ "kind": "credit_limit" })] {
        sales.releases(&order.number, kind).await.is_refused("hold-not-yours");
    }
    sales.releases(&order.number, json!({ "kind": "manual" })).await.ok();
    finance.releases(&order.number, json!({ "kind": "credit_limit" })).await.ok();

    let limit = json!({ "credit_limit": "1000000.00" });
    sales.put("/v1/accounts/ACME/credit", &limit).await.is_refused("forbidden");
    finance.put("/v1/accounts/ACME/credit", &limit).await.ok();
    let account = json!({ "name": "ACME", "currency": "EUR" });
    sales.put("/v1/accounts/ACME", &account).await.ok();
    assert_eq!(shop.admin().get("/v1/accounts/ACME").await.ok()["credit_limit"], "1000000", "sales leave it as it is");
    let import = "code,name,currency,credit_limit\nACME,ACME,EUR,5.00\n";
    let seller = shop.client(None, &["imports:write", "accounts:write"]).await;
    let job = super::imports::imports(&seller, "accounts", import).await;
    assert_eq!(job["rejected"], 1, "{job}");
}
