//! `If-Match` on resources that do not exist.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::Shop;

/// Resources that a PUT creates, each with a body that is accepted.
fn creatable() -> Vec<(&'static str, Value)> {
    let line = json!({ "target": { "kind": "sku", "code": "A-1" }, "kind": "percent_off", "value": "5" });
    vec![
        ("/v1/accounts/NEW", json!({ "name": "New", "currency": "EUR" })),
        ("/v1/products/NEW", json!({ "title": "New", "stock_unit": "EA" })),
        ("/v1/warehouses/NEW", json!({ "name": "New", "country": "DE" })),
        ("/v1/price-lists/NEW", json!({ "name": "New" })),
        ("/v1/contracts/NEW", json!({ "account": "ACME", "currency": "EUR", "lines": [line] })),
        ("/v1/promotions/NEW", json!({ "lines": [line] })),
        ("/v1/visibility-rules/NEW", json!({ "effect": "deny", "audience": { "kind": "everyone" }, "brands": ["None"] })),
        ("/v1/search-rules/NEW", json!({ "phrases": ["bolt"], "pins": [{ "sku": "A-1", "position": 1 }] })),
        ("/v1/search-synonyms/NEW", json!({ "terms": ["bolt", "screw"] })),
        (
            "/v1/relation-rules/NEW",
            json!({
                "name": "Bolts need nuts", "kind": "required", "from": { "skus": ["A-1"] }, "to": { "skus": ["A-2"] },
                "match": [{ "attribute": "thread", "of_other": "thread", "compare": "equal" }], "quantity": "1",
            }),
        ),
    ]
}

#[tokio::test]
async fn a_change_with_if_match_does_not_create_a_resource() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.product("A-1", json!({})).await;
    shop.product("A-2", json!({})).await;
    let admin = shop.admin();
    for (path, body) in creatable() {
        for tag in ["\"0\"", "\"1\"", "*"] {
            let refused = admin.send(admin.request(Method::PUT, path).header("if-match", tag).json(&body)).await;
            assert_eq!(refused.status, 412, "{path} with {tag}: {}", refused.text);
            refused.is_refused("stale");
        }
        let created = admin.put(path, &body).await;
        let tag = created.header("etag").to_owned();
        created.ok();
        for tag in [tag.as_str(), "*"] {
            admin.send(admin.request(Method::PUT, path).header("if-match", tag).json(&body)).await.ok();
        }
    }
}
