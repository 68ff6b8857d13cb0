//! People, machine clients, tokens.

use reqwest::Method;
use serde_json::json;

use crate::support::{Setup, Shop, eventually, unique};
use std::time::Duration;

#[tokio::test]
async fn a_client_takes_a_token_with_its_credentials_in_the_form_or_by_basic() {
    let shop = Shop::open().await;
    let (id, secret) = shop.credentials(None, &["accounts:read", "orders:read"]).await;
    let form = [("grant_type", "client_credentials"), ("client_id", id.as_str()), ("client_secret", secret.as_str())];
    let in_form = shop.nobody().token_for(&form).await.ok();
    assert_eq!(in_form["token_type"], "Bearer");
    assert_eq!(in_form["scope"], "accounts:read orders:read");
    assert!(in_form["expires_in"].as_i64().is_some_and(|seconds| seconds > 0), "{in_form}");
    assert!(in_form.is_absent("refresh_token"), "machines ask again with their secret");

    let nobody = shop.nobody();
    let basic = nobody.request(Method::POST, "/v1/oauth/token").basic_auth(&id, Some(&secret));
    let basic = nobody.send(basic.form(&[("grant_type", "client_credentials")])).await.ok();
    let token = basic["access_token"].text();
    nobody.with_token(token).get("/v1/accounts").await.ok();
}

#[tokio::test]
async fn a_token_carries_the_scopes_asked_for_and_no_others() {
    let shop = Shop::open().await;
    let (id, secret) = shop.credentials(None, &["accounts:read", "accounts:write"]).await;
    let asking = |scope: &'static str| {
        let (id, secret, nobody) = (id.clone(), secret.clone(), shop.nobody());
        async move {
            let form = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret), ("scope", scope)];
            nobody.token_for(&form).await
        }
    };
    let narrow = asking("accounts:read").await.ok();
    assert_eq!(narrow["scope"], "accounts:read");
    let reader = shop.nobody().with_token(narrow["access_token"].text());
    reader.get("/v1/accounts").await.ok();
    reader.put("/v1/accounts/ACME", &json!({ "name": "ACME", "currency": "EUR" })).await.is_refused("forbidden");
    asking("orders:write").await.is_refused("invalid-scope");
    asking("no:such").await.is_refused("invalid-scope");
}

#[tokio::test]
async fn a_wrong_secret_gives_nothing_and_says_nothing_about_the_client() {
    let shop = Shop::open().await;
    let (id, _) = shop.credentials(None, &["accounts:read"]).await;
    let known = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", "wrong")];
    let known = shop.nobody().token_for(&known).await;
    let unknown = [("grant_type", "client_credentials"), ("client_id", "nobody"), ("client_secret", "wrong")];
    let unknown = shop.nobody().token_for(&unknown).await;
    assert_eq!(known.status, 401);
    assert_eq!(known.body["detail"], unknown.body["detail"]);
    assert_eq!(known.is_refused("invalid-client")["code"], unknown.is_refused("invalid-client")["code"]);
    shop.nobody().token_for(&[("grant_type", "password")]).await.is_refused("unsupported-grant-type");
}

#[tokio::test]
async fn a_refresh_token_works_once_and_using_it_twice_ends_the_sign_in() {
    let shop = Shop::open().await;
    let account = shop.account("ACME").await;
    let email = shop.somebody(Some(&account), "buyer").await;
    let session = shop.nobody().sign_in(&email, Shop::password()).await.ok();
    let refresh = |token: String| {
        let nobody = shop.nobody();
        async move { nobody.token_for(&[("grant_type", "refresh_token"), ("refresh_token", &token)]).await }
    };
    let text = |value: &crate::support::Json| value.text().to_owned();
    let first = text(&session["refresh_token"]);
    let next = refresh(first.clone()).await.ok();
    let second = text(&next["refresh_token"]);
    assert_ne!(first, second);

    refresh(first).await.is_refused("invalid-grant");
    refresh(second).await.is_refused("invalid-grant");
    let holder = shop.nobody().with_token(text(&next["access_token"]));
    let ended = async || (holder.get("/v1/accounts").await.status == 401).then_some(());
    eventually("access tokens of the ended sign-in are refused", Duration::from_secs(5), ended).await;
}

#[tokio::test]
async fn signing_out_ends_the_refresh_token() {
    let shop = Shop::open().await;
    let account = shop.account("ACME").await;
    let email = shop.somebody(Some(&account), "viewer").await;
    let session = shop.nobody().sign_in(&email, Shop::password()).await.ok();
    let token = session["refresh_token"].text();
    shop.nobody().post("/v1/sessions/revocation", &json!({ "refresh_token": token })).await.ok();
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    shop.nobody().token_for(&form).await.is_refused("invalid-grant");
    shop.nobody().post("/v1/sessions/revocation", &json!({ "refresh_token": "never seen" })).await.ok();
}

#[tokio::test]
async fn five_wrong_passwords_lock_the_address_even_for_the_right_one() {
    let shop = Shop::open().await;
    let email = shop.somebody(None, "sales").await;
    for _ in 0..5 {
        shop.nobody().sign_in(&email, "wrong password").await.is_refused("wrong-password");
    }
    let locked = shop.nobody().sign_in(&email, Shop::password()).await;
    assert_eq!(locked.status, 429);
    assert!(locked.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds >= 1));
    locked.is_refused("sign-in-locked");
    shop.nobody().sign_in("nobody@example.com", "wrong password").await.is_refused("wrong-password");
}

#[tokio::test]
async fn a_person_may_do_what_their_role_allows_and_no_more() {
    let shop = Shop::open().await;
    let account = shop.account("ACME").await;
    let body = json!({ "name": "New", "currency": "EUR" });
    shop.seller("sales").await.put("/v1/accounts/NEW", &body).await.ok();
    for role in ["catalog", "pricing", "warehouse", "finance"] {
        shop.seller(role).await.put("/v1/accounts/NEW", &body).await.is_refused("forbidden");
    }
    for role in ["viewer", "buyer"] {
        let person = shop.person(Some(&account), role).await;
        person.put("/v1/accounts/ACME", &body).await.is_refused("forbidden");
        person.get("/v1/accounts/ACME").await.is_refused("forbidden");
    }
    let chief = shop.person(Some(&account), "account_admin").await;
    chief.get("/v1/accounts/ACME").await.ok();
    chief.put("/v1/accounts/ACME", &body).await.is_refused("forbidden");
}

#[tokio::test]
async fn an_account_administrator_gives_nobody_more_than_they_hold() {
    let shop = Shop::open().await;
    let account = shop.account("ACME").await;
    shop.account("OTHER").await;
    let chief = shop.person(Some(&account), "account_admin").await;
    let person = |account: &str, role: &str| {
        let email = format!("{}@example.com", unique("new"));
        json!({ "email": email, "name": "Bo", "password": "long enough yet", "account": account, "roles": [role] })
    };
    chief.post("/v1/users", &person("ACME", "buyer")).await.is(201);
    chief.post("/v1/users", &person("ACME", "sales")).await.is_refused("not-yours-to-give");
    chief.post("/v1/users", &person("OTHER", "buyer")).await.is_refused("account-not-found");
    let client =
        |account: &str, scope: &str| json!({ "client_id": unique("own"), "name": "Own", "account": account, "scopes": [scope] });
    chief.post("/v1/clients", &client("ACME", "orders:write")).await.is(201);
    chief.post("/v1/clients", &client("ACME", "prices:write")).await.is_refused("not-yours-to-give");
    chief.post("/v1/clients", &client("OTHER", "orders:write")).await.is_refused("account-not-found");
}

#[tokio::test]
async fn disabling_a_person_ends_what_they_hold() {
    let shop = Shop::open().await;
    let account = shop.account("ACME").await;
    let email = shop.somebody(Some(&account), "account_admin").await;
    let session = shop.nobody().sign_in(&email, Shop::password()).await.ok();
    let person = shop.nobody().with_token(session["access_token"].text());
    person.get("/v1/accounts").await.ok();
    let id = shop.admin().all("/v1/users").await.iter().find(|u| u["email"] == email.as_str()).expect("listed")["id"].clone();
    let path = format!("/v1/users/{}/deactivation", id.text());
    assert_eq!(shop.admin().post(&path, &json!({})).await.ok()["status"], "disabled");
    person.get("/v1/accounts").await.is_refused("unauthenticated");
    shop.nobody().sign_in(&email, Shop::password()).await.is_refused("wrong-password");
    let form = [("grant_type", "refresh_token"), ("refresh_token", session["refresh_token"].text())];
    shop.nobody().token_for(&form).await.is_refused("invalid-grant");
}

#[tokio::test]
async fn a_rotated_client_has_two_secrets_and_a_revoked_one_has_none() {
    let shop = Shop::open().await;
    let (id, old) = shop.credentials(None, &["accounts:read"]).await;
    let rotated = shop.admin().post(&format!("/v1/clients/{id}/rotation"), &json!({})).await.ok();
    let new = rotated["client_secret"].text().to_owned();
    let take = |secret: String| {
        let (id, nobody) = (id.clone(), shop.nobody());
        async move {
            let form = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)];
            nobody.token_for(&form).await
        }
    };
    take(old.clone()).await.ok();
    let token = take(new.clone()).await.ok();
    let machine = shop.nobody().with_token(token["access_token"].text());
    machine.get("/v1/accounts").await.ok();
    shop.admin().post(&format!("/v1/clients/{id}/revocation"), &json!({})).await.ok();
    machine.get("/v1/accounts").await.is_refused("unauthenticated");
    take(old).await.is_refused("invalid-client");
    take(new).await.is_refused("invalid-client");
}

#[tokio::test]
async fn tokens_verify_with_the_published_keys_and_survive_a_rotation() {
    let shop = Shop::open().await;
    let before = shop.nobody().get("/.well-known/jwks.json").await.ok();
    let key = before["keys"][0].clone();
    assert_eq!(key["kty"], "OKP", "{key}");
    assert_eq!(key["crv"], "Ed25519", "{key}");
    let said = shop.runs(&["rotate-keys"]);
    let kid = said.trim().rsplit(' ').next().expect("a key id").to_owned();
    let published = async || {
        let keys = shop.nobody().get("/.well-known/jwks.json").await.ok();
        let kids: Vec<String> = keys["keys"].as_array()?.iter().map(|k| k["kid"].text().to_owned()).collect();
        kids.contains(&kid).then_some(kids)
    };
    let (kids, _) = eventually("the new key is published", Duration::from_secs(5), published).await;
    assert_eq!(kids.len(), 2, "the retired key stays until its tokens expired");
    shop.admin().get("/v1/accounts").await.ok();
}

#[tokio::test]
async fn a_forged_or_foreign_token_is_refused() {
    let shop = Shop::open().await;
    let other = Setup::default().open().await;
    let good = shop.admin().token().to_owned();
    let (head, _) = good.rsplit_once('.').expect("a signed token");
    let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJpc3MiOiJidWxraGVhZCJ9.";
    let shortened = good[..good.len() - 3].to_owned();
    let wrong = [format!("{head}.AAAA"), unsigned.to_owned(), "nonsense".to_owned(), shortened, String::new()];
    for token in wrong {
        shop.nobody().with_token(token).get("/v1/accounts").await.is_refused("unauthenticated");
    }
    // The same template makes both shops, so their keys are the same until one of them rotates.
    other.runs(&["rotate-keys"]);
    other.admin().get("/v1/accounts").await.ok();
}
