//! The verbs of suggestions: past orders brought in, baskets looked at.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::actor::Actor;
use super::json::Json;
use super::shop::Shop;
use super::wait::eventually;

/// An order of the past: account, day, and the SKUs it had, one of each.
pub(crate) type Past<'a> = (&'a str, &'a str, &'a [&'a str]);

impl Shop {
    /// Brings in orders of the past, and waits until that is done.
    pub(crate) async fn past_orders(&self, orders: &[Past<'_>]) {
        let mut csv = String::from("external_number,account,placed_at,currency,sku,quantity,unit_price\n");
        for (number, (account, day, skus)) in orders.iter().enumerate() {
            for sku in *skus {
                let _ = writeln!(csv, "{account}-{day}-{number},{account},{day},EUR,{sku},1,1.00");
            }
        }
        self.imports("orders", csv.into_bytes()).await;
    }

    /// Imports a file of CSV, and waits until that is done; gives the job.
    pub(crate) async fn imports(&self, kind: &str, csv: Vec<u8>) -> Json {
        let path = format!("/v1/imports?kind={kind}");
        let job = self.admin().post_raw(&path, "text/csv", csv).await.is(202);
        let path = format!("/v1/imports/{}", job["id"].text());
        let ended = async || {
            let job = self.admin().get(&path).await.ok();
            assert_ne!(job["status"], "failed", "{job}");
            (job["status"] == "done").then_some(job)
        };
        eventually("the import is done", Duration::from_mins(5), ended).await.0
    }
}

impl Actor {
    /// What there is to say of a basket with one of each.
    pub(crate) async fn advice(&self, skus: &[&str]) -> Json {
        self.advice_on(skus.iter().map(|sku| json!({ "sku": sku })).collect(), json!({})).await
    }

    /// What there is to say of a basket, with further fields of the request.
    pub(crate) async fn advice_on(&self, lines: Vec<Value>, fields: Value) -> Json {
        let mut body = json!({ "lines": lines });
        super::shop::merge(&mut body, fields);
        self.post("/v1/basket-suggestions", &body).await.ok()
    }

    /// SKUs and reasons suggested for a product.
    pub(crate) async fn suggested(&self, sku: &str, kind: &str) -> Vec<(String, String)> {
        pairs(&self.get(&format!("/v1/products/{sku}/suggestions?kind={kind}")).await.ok()["items"])
    }
}

/// SKUs and reasons of a list.
pub(crate) fn pairs(items: &Json) -> Vec<(String, String)> {
    items.list().iter().map(|item| (item["sku"].text().to_owned(), item["reason"].text().to_owned())).collect()
}

/// SKUs of a list.
pub(crate) fn skus(items: &Json) -> Vec<String> {
    items.list().iter().map(|item| item["sku"].text().to_owned()).collect()
}
