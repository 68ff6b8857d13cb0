//! One account never learns that something of another exists.

use serde_json::json;

use crate::support::Shop;

#[tokio::test]
async fn another_accounts_name_is_answered_as_one_that_does_not_exist() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.account("RIVAL").await;
    let acme = shop.person(Some("ACME"), "account_admin").await;
    let rival = acme.get("/v1/accounts/RIVAL").await;
    let nobody = acme.get("/v1/accounts/NOBODY").await;
    assert_eq!(rival.status, 404);
    let but_for_the_name = |answer: &crate::support::Answer, name: &str| {
        let mut body = answer.body.clone();
        body.as_object_mut().expect("a problem").remove("instance");
        body.to_string().replace(name, "?")
    };
    assert_eq!(but_for_the_name(&rival, "RIVAL"), but_for_the_name(&nobody, "NOBODY"));
}

#[tokio::test]
async fn lists_hold_only_what_is_ones_own() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.account("RIVAL").await;
    shop.somebody(Some("RIVAL"), "buyer").await;
    shop.erp("RIVAL").await;
    let acme = shop.person(Some("ACME"), "account_admin").await;
    let codes: Vec<_> = acme.all("/v1/accounts").await.iter().map(|a| a["code"].clone()).collect();
    assert_eq!(codes, ["ACME"]);
    for list in ["/v1/users", "/v1/clients"] {
        let items = acme.all(list).await;
        assert!(items.iter().all(|item| item["account"] == "ACME"), "{list}: {items:?}");
    }
    acme.get("/v1/users?account=RIVAL").await.is_refused("account-not-found");
    acme.get("/v1/clients?account=RIVAL").await.is_refused("account-not-found");
}

#[tokio::test]
async fn a_machine_of_an_account_ends_nobody_elses() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.account("RIVAL").await;
    let (rival, secret) = shop.credentials(Some("RIVAL"), &["orders:read"]).await;
    let acme = shop.person(Some("ACME"), "account_admin").await;
    acme.post(&format!("/v1/clients/{rival}/revocation"), &json!({})).await.is_refused("client-not-found");
    acme.post(&format!("/v1/clients/{rival}/rotation"), &json!({})).await.is_refused("client-not-found");
    let form = [("grant_type", "client_credentials"), ("client_id", rival.as_str()), ("client_secret", secret.as_str())];
    shop.nobody().token_for(&form).await.ok();
}
