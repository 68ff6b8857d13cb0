//! Guessing passwords, finding out who has a login, keeping somebody out of theirs.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Actor, Shop, eventually, unique};

/// Somebody who calls from another address of this machine.
fn elsewhere(shop: &Shop) -> Actor {
    let from = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
    let http = reqwest::Client::builder().local_address(from).build().expect("a client");
    Actor::nobody(http, shop.nobody().base().to_owned())
}

#[tokio::test]
async fn of_many_guesses_at_once_few_are_looked_at() {
    let shop = Shop::open().await;
    let email = shop.somebody(None, "sales").await;
    let guess = |n: usize| {
        let (nobody, email) = (shop.nobody(), email.clone());
        async move { nobody.sign_in(&email, &format!("wrong password {n}")).await.status }
    };
    let statuses = join_all((0..100).map(guess)).await;
    let looked_at = statuses.iter().filter(|status| **status == 401).count();
    assert!(looked_at <= 5, "{looked_at} of 100 guesses were compared");
    assert!(statuses.iter().all(|status| matches!(status, 401 | 429 | 503)), "{statuses:?}");
}

#[tokio::test]
async fn known_and_unknown_addresses_are_answered_alike() {
    let shop = Shop::open().await;
    let known = shop.somebody(None, "sales").await;
    let unknown = format!("{}@example.com", unique("nobody"));
    for _ in 0..7 {
        let [a, b] = [&known, &unknown].map(|email| {
            let (nobody, email) = (shop.nobody(), email.clone());
            async move { nobody.sign_in(&email, "wrong password").await }
        });
        let (a, b) = (a.await, b.await);
        assert_eq!(a.status, b.status);
        let text = |answer: &crate::support::Answer| answer.text.split("\"instance\"").next().map(str::to_owned);
        assert_eq!(text(&a), text(&b));
    }
}

#[tokio::test]
async fn guesses_from_elsewhere_do_not_keep_the_owner_out() {
    let shop = Shop::open().await;
    let email = shop.somebody(None, "sales").await;
    let attacker = elsewhere(&shop);
    for _ in 0..8 {
        attacker.sign_in(&email, "wrong password").await;
    }
    attacker.sign_in(&email, Shop::password()).await.is_refused("sign-in-locked");
    shop.nobody().sign_in(&email, Shop::password()).await.ok();
}

#[tokio::test]
async fn a_success_gives_the_tries_back_and_failures_are_recorded() {
    let shop = Shop::open().await;
    let email = shop.somebody(None, "sales").await;
    for _ in 0..3 {
        for _ in 0..4 {
            shop.nobody().sign_in(&email, "wrong password").await.is_refused("wrong-password");
        }
        shop.nobody().sign_in(&email, Shop::password()).await.ok();
    }
    let events = shop.admin().all("/v1/events").await;
    assert_eq!(events.iter().filter(|event| event["type"] == "session.refused").count(), 12);
}

#[tokio::test]
async fn passwords_that_everybody_tries_and_addresses_that_are_none_are_refused() {
    let shop = Shop::open().await;
    let person = |email: &str, password: &str| json!({ "email": email, "name": "Bo", "password": password, "roles": ["sales"] });
    let passwords = [
        ("password", "too-short"),
        ("        ", "too-short"),
        ("password1234", "common-password"),
        ("            ", "common-password"),
    ];
    for (password, code) in passwords {
        let email = format!("{}@example.com", unique("bo"));
        let problem = shop.admin().post("/v1/users", &person(&email, password)).await.is_refused("invalid-request");
        assert_eq!(
            (problem["errors"][0]["pointer"].text(), problem["errors"][0]["code"].text()),
            ("/password", code),
            "{problem}"
        );
    }
    for email in ["bo@example.com\r\nBcc: all@example.com", "bo@", "@example.com", "bo example@example.com", "bo"] {
        let problem = shop.admin().post("/v1/users", &person(email, Shop::password())).await.is_refused("invalid-request");
        assert_eq!(problem["errors"][0]["pointer"], "/email", "{email:?}: {problem}");
    }
    let created = shop.admin().post("/v1/users", &person("  Bo@Example.COM ", Shop::password())).await.is(201);
    assert_eq!(created["email"], "bo@example.com");
    shop.nobody().sign_in("BO@example.com", Shop::password()).await.ok();
}

#[tokio::test]
async fn a_disabled_person_is_let_in_again() {
    let shop = Shop::open().await;
    let email = shop.somebody(None, "sales").await;
    let everybody = shop.admin().all("/v1/users").await;
    let id = everybody.iter().find(|user| user["email"] == email.as_str()).expect("listed")["id"].text();
    shop.admin().post(&format!("/v1/users/{id}/deactivation"), &json!({})).await.ok();
    shop.nobody().sign_in(&email, Shop::password()).await.is_refused("wrong-password");
    assert_eq!(shop.admin().post(&format!("/v1/users/{id}/activation"), &json!({})).await.ok()["status"], "active");
    let session = shop.nobody().sign_in(&email, Shop::password()).await.ok();
    shop.nobody().with_token(session["access_token"].text()).get("/v1/accounts").await.ok();
}

/// The token in the newest mail to somebody.
async fn mailed_token(shop: &mut Shop, email: &str) -> String {
    let folder = shop.home().dir().join("mail");
    let email = email.to_owned();
    let found = async || {
        let mut mails: Vec<_> = std::fs::read_dir(&folder).ok()?.flatten().map(|entry| entry.path()).collect();
        mails.sort();
        let texts = mails.into_iter().rev().filter_map(|path| std::fs::read_to_string(path).ok());
        let text = texts.filter(|text| text.contains(&email)).find(|text| text.contains("with this token:"))?;
        // Long lines are folded by an equals sign.
        let text = text.replace("=\r\n", "").replace("=\n", "");
        let rest = text.split("with this token:").nth(1)?;
        rest.split_whitespace().next().map(str::to_owned)
    };
    eventually("the link is mailed", Duration::from_secs(10), found).await.0
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_a_mailed_link_that_works_once() {
    let mut shop = Shop::open().await;
    let email = shop.somebody(None, "sales").await;
    let session = shop.nobody().sign_in(&email, Shop::password()).await.ok();
    let person = shop.nobody().with_token(session["access_token"].text());
    let ask = |email: &str| {
        let (nobody, body) = (shop.nobody(), json!({ "email": email }));
        async move { nobody.post("/v1/password-resets", &body).await }
    };
    let (known, unknown) = (ask(&email).await, ask("nobody@example.com").await);
    assert_eq!((known.status, &known.text), (202, &unknown.text));
    // Whoever used up the tries to sign in can still reset.
    for _ in 0..6 {
        shop.nobody().sign_in(&email, "wrong password").await;
    }
    let token = mailed_token(&mut shop, &email).await;
    let set = |password: &str| {
        let (nobody, body) = (shop.nobody(), json!({ "token": token, "password": password }));
        async move { nobody.post("/v1/passwords", &body).await }
    };
    set("password1234").await.is_refused("invalid-request");
    set("gurke tisch mond").await.ok();
    set("tisch gurke mond").await.is_refused("reset-link-invalid");
    person.get("/v1/accounts").await.is_refused("unauthenticated");
    let elsewhere = elsewhere(&shop);
    elsewhere.sign_in(&email, Shop::password()).await.is_refused("wrong-password");
    elsewhere.sign_in(&email, "gurke tisch mond").await.ok();
}

#[tokio::test]
async fn a_password_is_changed_by_the_present_one_and_ends_every_sign_in() {
    let shop = Shop::open().await;
    let email = shop.somebody(None, "sales").await;
    let session = shop.nobody().sign_in(&email, Shop::password()).await.ok();
    let change = |present: &str, new: &str| {
        let (nobody, body) = (shop.nobody(), json!({ "email": email, "password": present, "new_password": new }));
        async move { nobody.post("/v1/password-changes", &body).await }
    };
    change("wrong password", "gurke tisch mond").await.is_refused("wrong-password");
    let problem = change(Shop::password(), "short").await.is_refused("invalid-request");
    assert_eq!(problem["errors"][0]["pointer"], "/new_password", "{problem}");
    change(Shop::password(), "gurke tisch mond").await.ok();
    shop.nobody().with_token(session["access_token"].text()).get("/v1/accounts").await.is_refused("unauthenticated");
    shop.nobody().sign_in(&email, "gurke tisch mond").await.ok();
}
