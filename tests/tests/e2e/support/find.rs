//! The verbs of search: what is found, curated, clicked, reported.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::actor::Actor;
use super::answer::Answer;
use super::json::Json;
use super::shop::Shop;
use super::suggest::skus;
use super::wait::eventually;

impl Shop {
    /// Waits until a search finds so many products; the index follows a moment behind.
    pub(crate) async fn finds(&self, text: &str, count: usize) {
        let found = async || (self.admin().finds(text).await.len() == count).then_some(());
        eventually("the search finds what is sold", Duration::from_secs(20), found).await;
    }

    /// Says something of search: a rule or synonyms.
    pub(crate) async fn curates(&self, kind: &str, code: &str, body: &Value) {
        self.admin().put(&format!("/v1/search-{kind}/{code}"), body).await.ok();
    }
}

impl Actor {
    /// SKUs that a search finds, in order.
    pub(crate) async fn finds(&self, text: &str) -> Vec<String> {
        skus(&self.search(&[("q", text)]).await["items"])
    }

    /// The answer of a search.
    pub(crate) async fn search(&self, parameters: &[(&str, &str)]) -> Json {
        self.searches(parameters).await.ok()
    }

    /// Searches.
    pub(crate) async fn searches(&self, parameters: &[(&str, &str)]) -> Answer {
        self.send(self.request(Method::GET, "/v1/search").query(parameters)).await
    }

    /// Deletes something.
    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Notes a click on a hit.
    pub(crate) async fn clicks(&self, search: &Json, sku: &str, position: u32) -> Answer {
        let body = json!({ "search_id": search["search_id"], "sku": sku, "position": position });
        self.post("/v1/search/clicks", &body).await
    }

    /// Texts that finish what is typed, of one kind.
    pub(crate) async fn completions(&self, text: &str, kind: &str) -> Vec<String> {
        let request = self.request(Method::GET, "/v1/search/completions").query(&[("q", text)]);
        let answer = self.send(request).await.ok();
        let items = answer["items"].list().iter().filter(|item| item["kind"] == kind);
        items.map(|item| item["text"].text().to_owned()).collect()
    }
}
