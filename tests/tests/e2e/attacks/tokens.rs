//! Keys and tokens that have ended must not work again: not after a restart, not in another process, not in the same second.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use serde_json::json;

use crate::support::{Actor, Json, Shop, eventually};

/// Signs somebody in; gives the answer and who they are then.
async fn signed_in(shop: &Shop, email: &str) -> (Json, Actor) {
    let session = shop.nobody().sign_in(email, Shop::password()).await.ok();
    let person = shop.nobody().with_token(session["access_token"].text());
    (session, person)
}

#[tokio::test]
async fn a_revoked_client_and_a_disabled_person_stay_out_after_a_restart() {
    let mut shop = Shop::open().await;
    let (id, secret) = shop.credentials(None, &["accounts:read"]).await;
    let form = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)];
    let token = shop.nobody().token_for(&form).await.ok();
    let machine = shop.nobody().with_token(token["access_token"].text());
    let email = shop.somebody(None, "sales").await;
    let (_, person) = signed_in(&shop, &email).await;
    let user = shop.admin().all("/v1/users").await.iter().find(|u| u["email"] == email.as_str()).expect("listed")["id"].clone();
    machine.get("/v1/accounts").await.ok();
    person.get("/v1/accounts").await.ok();

    shop.admin().post(&format!("/v1/clients/{id}/revocation"), &json!({})).await.ok();
    shop.admin().post(&format!("/v1/users/{}/deactivation", user.text()), &json!({})).await.ok();
    shop.start_again();
    let base = shop.nobody();
    machine.at(base.base()).get("/v1/accounts").await.is_refused("unauthenticated");
    person.at(base.base()).get("/v1/accounts").await.is_refused("unauthenticated");
    shop.admin().get("/v1/accounts").await.ok();
}

#[tokio::test]
async fn signing_out_ends_the_access_tokens_of_that_sign_in_and_no_others() {
    let mut shop = Shop::open().await;
    let email = shop.somebody(None, "sales").await;
    let (first, here) = signed_in(&shop, &email).await;
    let (_, elsewhere) = signed_in(&shop, &email).await;
    here.get("/v1/accounts").await.ok();
    shop.nobody().post("/v1/sessions/revocation", &json!({ "refresh_token": first["refresh_token"].text() })).await.ok();
    here.get("/v1/accounts").await.is_refused("unauthenticated");
    elsewhere.get("/v1/accounts").await.ok();
    shop.start_again();
    let base = shop.nobody();
    here.at(base.base()).get("/v1/accounts").await.is_refused("unauthenticated");
    elsewhere.at(base.base()).get("/v1/accounts").await.ok();
}

#[tokio::test]
async fn a_reused_refresh_token_ends_its_own_sign_in_and_no_fresh_one() {
    let shop = Shop::open().await;
    let email = shop.somebody(None, "sales").await;
    let (stolen, _) = signed_in(&shop, &email).await;
    let refresh = |token: &str| {
        let (nobody, token) = (shop.nobody(), token.to_owned());
        async move { nobody.token_for(&[("grant_type", "refresh_token"), ("refresh_token", &token)]).await }
    };
    let token = stolen["refresh_token"].text();
    let next = refresh(token).await.ok();
    refresh(token).await.is_refused("invalid-grant");
    // In the same second, and of the same person.
    let (fresh, person) = signed_in(&shop, &email).await;
    person.get("/v1/accounts").await.ok();
    let renewed = refresh(fresh["refresh_token"].text()).await.ok();
    shop.nobody().with_token(renewed["access_token"].text()).get("/v1/accounts").await.ok();
    shop.nobody().with_token(next["access_token"].text()).get("/v1/accounts").await.is_refused("unauthenticated");
}

#[tokio::test]
async fn a_key_that_others_have_is_ended_at_once() {
    let shop = Shop::open().await;
    let admin = shop.admin();
    admin.get("/v1/accounts").await.ok();
    let said = shop.runs(&["rotate-keys", "--revoke"]);
    let kid = said.trim().rsplit(' ').next().expect("a key id").to_owned();
    let refused = async || (admin.get("/v1/accounts").await.status == 401).then_some(());
    eventually("tokens of the old key are refused", Duration::from_secs(5), refused).await;
    let keys = shop.nobody().get("/.well-known/jwks.json").await.ok();
    let kids: Vec<&str> = keys["keys"].list().iter().map(|key| key["kid"].text()).collect();
    assert_eq!(kids, [kid], "the old key is not published any more");
}

#[tokio::test]
async fn nobody_but_the_owner_reads_the_data_directory() {
    let mut shop = Shop::open().await;
    shop.start_again();
    let folder = shop.home().dir().to_owned();
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let database = folder.join("bulkhead.db");
    if database.exists() {
        assert_eq!(mode(&database), 0o600);
        let bytes = std::fs::read(&database).expect("readable by us");
        let pkcs8_of_ed25519 = "MC4CAQAwBQYDK2VwBCIEI";
        assert!(!String::from_utf8_lossy(&bytes).contains(pkcs8_of_ed25519), "the private key is encrypted");
    }
}
