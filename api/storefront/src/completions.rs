//! `GET /v1/search/completions`: past queries, popular queries, and completions from the index.

use std::sync::Arc;

use search::{Audience, Completion, Filter, Index, Query};

use super::error::StorefrontError;
use super::routes::StorefrontRoutes;
use super::viewer::Viewer;
use super::views::{CompletionKind, CompletionView};

impl StorefrontRoutes {
    /// At most `limit` completions of `prefix`: first past queries of the account, then popular queries, then completions from
    /// the index.
    pub(super) async fn completions(
        &self,
        viewer: &Viewer,
        prefix: String,
        limit: usize,
    ) -> Result<Vec<CompletionView>, StorefrontError> {
        let (folded, max_queries) = (search::fold_text(&prefix), limit.div_ceil(4));
        let past_queries = &self.search_log.past_queries;
        let account = viewer.account.as_ref();
        let own = account.map(|account| past_queries.of_account(account.id, &folded, max_queries)).unwrap_or_default();
        let mut popular = past_queries.popular(&folded, max_queries + own.len());
        popular.retain(|query| !own.contains(query));
        popular.truncate(max_queries);
        let audience = viewer.audience();
        let complete = move |engine: &Index| {
            let popular = with_visible_results(engine, popular, &audience)?;
            Ok((popular, visible_completions(engine, &prefix, limit, &audience)?))
        };
        let (popular, mut completions) = self.index.with_engine(complete).await?;
        let products = &self.offers.products;
        let is_visible = |sku: &str| products.by_sku(sku).is_some_and(|product| viewer.can_see(&product));
        completions.retain(|completion| completion.sku.as_deref().is_none_or(is_visible));
        let query = |kind: CompletionKind| move |text: &Arc<str>| CompletionView { text: text.to_string(), kind, sku: None };
        let own = own.iter().map(query(CompletionKind::PastQuery));
        let mut items: Vec<CompletionView> = own.chain(popular.iter().map(query(CompletionKind::PopularQuery))).collect();
        let queries: Vec<String> = items.iter().map(|item| item.text.clone()).collect();
        let is_new =
            |item: &CompletionView| item.kind != CompletionKind::Words || !queries.contains(&search::fold_text(&item.text));
        items.extend(completions.into_iter().map(CompletionView::from).filter(is_new));
        items.truncate(limit);
        Ok(items)
    }
}

/// At most `limit` completions of `prefix`. The index takes words, brands and categories from the whole catalog; for a
/// restricted audience each of them is searched for, so that no completion reveals a product the audience may not see.
fn visible_completions(engine: &Index, prefix: &str, limit: usize, audience: &Audience) -> search::Result<Vec<Completion>> {
    let completions = engine.complete(prefix, limit, audience)?;
    if !matches!(audience, Audience::Restricted(_)) {
        return Ok(completions);
    }
    let mut visible = Vec::with_capacity(completions.len());
    for completion in completions {
        let text = completion.text.clone();
        let filter = |name: &str| vec![Filter { name: name.to_owned(), value: text.clone() }];
        let mut query = Query { limit: 1, ..Query::new("", audience.clone()) };
        match completion.kind {
            search::CompletionKind::Product => {
                visible.push(completion);
                continue;
            }
            search::CompletionKind::Brand => query.filters = filter("brand"),
            search::CompletionKind::Category => query.filters = filter("category"),
            search::CompletionKind::Words => query.text = text,
        }
        if has_results(engine, &query)? {
            visible.push(completion);
        }
    }
    Ok(visible)
}

/// The queries that have a result for the audience. Only a restricted audience can have fewer results than others.
fn with_visible_results(engine: &Index, queries: Vec<Arc<str>>, audience: &Audience) -> search::Result<Vec<Arc<str>>> {
    if !matches!(audience, Audience::Restricted(_)) {
        return Ok(queries);
    }
    let mut visible = Vec::with_capacity(queries.len());
    for text in queries {
        if has_results(engine, &Query { limit: 1, ..Query::new(&*text, audience.clone()) })? {
            visible.push(text);
        }
    }
    Ok(visible)
}

fn has_results(engine: &Index, query: &Query) -> search::Result<bool> {
    let hits = engine.find(query)?;
    Ok(hits.total > 0 && !hits.relaxed)
}
