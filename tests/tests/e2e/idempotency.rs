//! Safe retries.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Actor, Answer, Shop, line, unique};

fn person() -> Value {
    json!({ "email": format!("{}@example.com", unique("p")), "name": "Ada", "password": "long enough yet", "roles": ["sales"] })
}

async fn people(actor: &Actor) -> usize {
    actor.all("/v1/users").await.len()
}

#[tokio::test]
async fn the_same_key_and_body_give_the_same_answer_and_one_effect() {
    let shop = Shop::open().await;
    let body = person();
    let first = shop.admin().post_once("/v1/users", "key-1", &body).await;
    let again = shop.admin().post_once("/v1/users", "key-1", &body).await;
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(first.header("idempotency-replayed"), "");
    assert_eq!(people(&shop.admin()).await, 1);
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused() {
    let shop = Shop::open().await;
    shop.admin().post_once("/v1/users", "key-1", &person()).await.is(201);
    let other = shop.admin().post_once("/v1/users", "key-1", &person()).await;
    assert_eq!(other.status, 422);
    other.is_refused("idempotency-key-reused");
    assert_eq!(people(&shop.admin()).await, 1);
}

#[tokio::test]
async fn concurrent_retries_have_one_effect_and_give_the_same_answer_or_409() {
    let shop = Shop::open().await;
    let body = person();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (admin, body) = (shop.admin(), body.clone());
        running.spawn(async move { admin.post_once("/v1/users", "key-1", &body).await });
    }
    let answers: Vec<Answer> = running.join_all().await;
    let done: Vec<&Answer> = answers.iter().filter(|a| a.status == 201).collect();
    assert!(!done.is_empty());
    assert!(done.iter().all(|a| a.text == done[0].text));
    for answer in answers.iter().filter(|a| a.status != 201) {
        assert_eq!(answer.status, 409);
        assert_eq!(answer.problem_code(), "idempotency-key-running");
    }
    assert_eq!(people(&shop.admin()).await, 1);
    let late = shop.admin().post_once("/v1/users", "key-1", &body).await;
    assert_eq!(late.text, done[0].text);
}

#[tokio::test]
async fn a_refused_request_does_not_use_up_its_key() {
    let shop = Shop::open().await;
    let mut body = person();
    body["email"] = json!("no address");
    shop.admin().post_once("/v1/users", "key-1", &body).await.is_refused("invalid-request");
    shop.admin().post_once("/v1/users", "key-1", &person()).await.is(201);
}

#[tokio::test]
async fn a_key_belongs_to_whoever_used_it() {
    let shop = Shop::open().await;
    let other = shop
        .client(
            None,
            &[
                "users:write",
                "orders:read",
                "products:read",
                "prices:read",
                "stock:read",
                "carts:read",
                "quotes:read",
                "quotes:write",
                "shipments:read",
                "invoices:read",
                "events:read",
                "accounts:read",
                "carts:write",
                "orders:write",
                "accounts:write",
                "holds:write",
                "imports:write",
            ],
        )
        .await;
    shop.admin().post_once("/v1/users", "key-1", &person()).await.is(201);
    let theirs = other.post_once("/v1/users", "key-1", &person()).await;
    assert_eq!(theirs.header("idempotency-replayed"), "");
    theirs.is(201);
}

#[tokio::test]
async fn a_malformed_key_is_refused() {
    let shop = Shop::open().await;
    let long = "k".repeat(256);
    for key in ["", &long, "schl\u{fc}ssel"] {
        let admin = shop.admin();
        let value = reqwest::header::HeaderValue::from_bytes(key.as_bytes()).expect("a header");
        let request = admin.request(Method::POST, "/v1/users").header("idempotency-key", value).json(&person());
        let answer = admin.send(request).await;
        assert_eq!(answer.status, 400, "{key}: {}", answer.text);
        answer.is_refused("idempotency-key-malformed");
    }
}

#[tokio::test]
async fn a_key_of_a_request_without_a_body_belongs_to_its_address() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.sells("A-1", "1.00", 100).await;
    let acme = shop.erp("ACME").await;
    let accepts = async |cart: &str| {
        let request = acme.request(Method::POST, &format!("/v1/carts/{cart}/price-acceptance"));
        acme.send(request.header("idempotency-key", "key-1")).await
    };
    let (first, second) = (acme.cart().await, acme.cart().await);
    for cart in [&first, &second] {
        acme.adds(cart, &[line("A-1", 1)]).await.ok();
    }
    accepts(&first).await.ok();
    accepts(&second).await.is_refused("idempotency-key-reused");
    assert_eq!(accepts(&first).await.header("idempotency-replayed"), "true");
}
