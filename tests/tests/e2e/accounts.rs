//! Accounts in trees, lists of them, and people from the command line.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::{Shop, eventually};

#[tokio::test]
async fn an_account_changes_only_for_those_who_read_its_latest_version() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    let read = shop.admin().get("/v1/accounts/ACME").await;
    let tag = read.header("etag").to_owned();
    let change = |tag: String, name: &'static str| {
        let admin = shop.admin();
        async move {
            let body = json!({ "name": name, "currency": "EUR" });
            let request = admin.request(Method::PUT, "/v1/accounts/ACME").header("if-match", tag);
            admin.send(request.json(&body)).await
        }
    };
    let changed = change(tag.clone(), "ACME Holding").await;
    assert_ne!(changed.header("etag"), tag);
    let now = changed.header("etag").to_owned();
    assert_eq!(changed.ok()["name"], "ACME Holding");
    let late = change(tag, "Too late").await;
    assert_eq!(late.status, 412);
    late.is_refused("stale");
    change(now, "In time").await.ok();
    let credit = json!({ "credit_limit": "1000.00", "terms": "2-10-NET30" });
    let version = shop.admin().put("/v1/accounts/ACME/credit", &credit).await.header("etag").to_owned();
    change(version, "Again").await.ok();
    let account = shop.admin().get("/v1/accounts/ACME").await.ok();
    assert_eq!((account["terms"].text(), account["credit_limit"].text()), ("2-10-NET30", "1000"), "its credit stays as it was");
}

#[tokio::test]
async fn companies_form_trees_without_loops() {
    let shop = Shop::open().await;
    shop.account("HQ").await;
    shop.account_with("PLANT", json!({ "parent": "HQ" })).await;
    let loops = json!({ "name": "HQ", "currency": "EUR", "parent": "PLANT" });
    shop.admin().put("/v1/accounts/HQ", &loops).await.is_refused("account-loop");
    let unknown = json!({ "name": "X", "currency": "EUR", "parent": "NOBODY" });
    let refused = shop.admin().put("/v1/accounts/X", &unknown).await.is_refused("invalid-request");
    assert_eq!(refused["errors"][0]["pointer"], "/parent");
    assert_eq!(shop.admin().get("/v1/accounts/PLANT").await.ok()["parent"], "HQ");
}

#[tokio::test]
async fn a_list_is_complete_and_without_repeats_page_by_page() {
    let shop = Shop::open().await;
    for n in 0..7 {
        shop.account(&format!("A{n}")).await;
    }
    let codes: Vec<String> = shop.admin().all("/v1/accounts?limit=3").await.iter().map(|a| a["code"].to_string()).collect();
    assert_eq!(codes, (0..7).map(|n| format!("\"A{n}\"")).collect::<Vec<_>>());
    shop.admin().get("/v1/accounts?limit=0").await.is_refused("invalid-request");
    shop.admin().get("/v1/accounts?cursor=nonsense").await.is_refused("invalid-request");
}

#[tokio::test]
async fn people_and_clients_are_made_and_ended_from_the_command_line() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    let said =
        shop.runs(&["user", "create", "--email", "cli@example.com", "--name", "Cli", "--roles", "buyer", "--account", "ACME"]);
    let password = said.trim().rsplit(' ').next().expect("a password").to_owned();
    shop.nobody().sign_in("cli@example.com", &password).await.ok();
    shop.runs(&["user", "revoke", "--email", "cli@example.com"]);
    shop.nobody().sign_in("cli@example.com", &password).await.is_refused("wrong-password");

    let said = shop.runs(&["client", "create", "--id", "cli", "--scopes", "accounts:read,events:read"]);
    let secret = said.trim().rsplit(' ').next().expect("a secret").to_owned();
    let form = [("grant_type", "client_credentials"), ("client_id", "cli"), ("client_secret", &secret)];
    let token = shop.nobody().token_for(&form).await.ok();
    let machine = shop.nobody().with_token(token["access_token"].text());
    machine.get("/v1/accounts").await.ok();
    shop.runs(&["client", "revoke", "--id", "cli"]);
    let ended = async || (machine.get("/v1/accounts").await.status == 401).then_some(());
    eventually("the running server follows the command line", Duration::from_secs(5), ended).await;
    shop.nobody().token_for(&form).await.is_refused("invalid-client");
}
