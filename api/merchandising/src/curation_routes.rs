//! Synonyms and search rules over HTTP.

use entity::search_curations;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::types::Type;
use poem_openapi::{OpenApi, Tags};
use serde::Serialize;

use super::curation_views::{CurationView, SearchRuleInput, SearchRuleView, SearchSynonymsInput, SearchSynonymsView};
use super::definition::CatalogReferences;
use super::error::MerchandisingError;
use super::put_curation::{NewCuration, delete_curation, put_curation};
use super::queries::{find_curation, list_curations};
use catalog::{Categories, Products};
use identity::permit;
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::wire::{Body, Code, Etag, JsonResponse, Page, PageRequest, VersionMatch, if_match};

pub(super) type Result<T> = std::result::Result<T, ApiError<MerchandisingError>>;

#[derive(Tags)]
pub(super) enum Tag {
    /// Synonyms, search rules and search reports.
    Merchandising,
}

/// Routes of synonyms and search rules.
#[derive(Debug)]
pub struct CurationRoutes {
    /// All products.
    pub products: Products,
    /// All categories.
    pub categories: Categories,
}

type Staff = Acting<permit::WriteProducts>;

#[OpenApi(tag = "Tag::Merchandising")]
impl CurationRoutes {
    /// Create or change search synonyms
    ///
    /// Words or phrases that are synonyms of each other, or with `means`, terms that have others as synonyms but not the other
    /// way round. They apply from the next search on, beside the standard table of trade English, and are never corrected as
    /// spelling mistakes. With `If-Match` they change only if no other request has changed them.
    #[oai(path = "/v1/search-synonyms/:code", method = "put", operation_id = "put_search_synonyms")]
    async fn put_search_synonyms(
        &self,
        who: Staff,
        code: Path<Code>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<SearchSynonymsInput>,
    ) -> Result<JsonResponse<SearchSynonymsView>> {
        let expected = if_match(expected.0.as_deref())?;
        put(&who, body.0.into_new(code.0.into_inner())?, expected).await
    }

    /// Read search synonyms
    ///
    /// As they were put.
    #[oai(path = "/v1/search-synonyms/:code", method = "get", operation_id = "get_search_synonyms")]
    async fn get_search_synonyms(&self, who: Staff, code: Path<Code>) -> Result<JsonResponse<SearchSynonymsView>> {
        get(&who, &code.0).await
    }

    /// List search synonyms
    ///
    /// In the order they were created, including those that do not apply now.
    #[oai(path = "/v1/search-synonyms", method = "get", operation_id = "list_search_synonyms")]
    async fn list_search_synonyms(
        &self,
        who: Staff,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<SearchSynonymsView>>> {
        list(&who, limit.0, cursor.0.as_deref()).await
    }

    /// Delete search synonyms
    ///
    /// They no longer apply.
    #[oai(path = "/v1/search-synonyms/:code", method = "delete", operation_id = "delete_search_synonyms")]
    async fn delete_search_synonyms(&self, who: Staff, code: Path<Code>) -> Result<()> {
        let tx = who.begin().await?;
        delete_curation(&tx, SearchSynonymsView::KIND, &code.0).await?;
        Ok(tx.commit(()).await?)
    }

    /// Create or change a search rule
    ///
    /// For some phrases: products at positions (`pins`), factors on the scores of products, categories or brands (`boosts`;
    /// factors below 1 demote), and where the client must go instead (`redirect`). Without phrases the boosts apply to every
    /// search. The rule applies from the next search on. Pins obey visibility, life cycle and filters. With `If-Match` the rule
    /// changes only if no other request has changed it.
    #[oai(path = "/v1/search-rules/:code", method = "put", operation_id = "put_search_rule")]
    async fn put_search_rule(
        &self,
        who: Staff,
        code: Path<Code>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<SearchRuleInput>,
    ) -> Result<JsonResponse<SearchRuleView>> {
        let expected = if_match(expected.0.as_deref())?;
        let references = CatalogReferences { products: &self.products, categories: &self.categories };
        put(&who, body.0.into_new(code.0.into_inner(), &references)?, expected).await
    }

    /// Read a search rule
    ///
    /// As it was put.
    #[oai(path = "/v1/search-rules/:code", method = "get", operation_id = "get_search_rule")]
    async fn get_search_rule(&self, who: Staff, code: Path<Code>) -> Result<JsonResponse<SearchRuleView>> {
        get(&who, &code.0).await
    }

    /// List search rules
    ///
    /// In the order they were created, including those that do not apply now.
    #[oai(path = "/v1/search-rules", method = "get", operation_id = "list_search_rules")]
    async fn list_search_rules(
        &self,
        who: Staff,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<SearchRuleView>>> {
        list(&who, limit.0, cursor.0.as_deref()).await
    }

    /// Delete a search rule
    ///
    /// It no longer applies.
    #[oai(path = "/v1/search-rules/:code", method = "delete", operation_id = "delete_search_rule")]
    async fn delete_search_rule(&self, who: Staff, code: Path<Code>) -> Result<()> {
        let tx = who.begin().await?;
        delete_curation(&tx, SearchRuleView::KIND, &code.0).await?;
        Ok(tx.commit(()).await?)
    }
}

async fn put<V: CurationView + Type + Serialize>(
    who: &Staff,
    new: NewCuration,
    expected: Option<VersionMatch>,
) -> Result<JsonResponse<V>> {
    let tx = who.begin().await?;
    let row = put_curation(&tx, new, expected).await?;
    respond(tx.commit(row).await?)
}

async fn get<V: CurationView + Type + Serialize>(who: &Staff, code: &str) -> Result<JsonResponse<V>> {
    let row = find_curation(&who.db(), V::KIND, code).await?;
    respond(row.ok_or_else(|| MerchandisingError::not_found(V::KIND, code))?)
}

async fn list<V>(who: &Staff, limit: Option<u64>, cursor: Option<&str>) -> Result<JsonResponse<Page<V>>>
where
    V: CurationView + Type + poem_openapi::types::ParseFromJSON + poem_openapi::types::ToJSON + Serialize,
{
    let page = PageRequest::read(limit, cursor, 50, 200)?;
    let rows = list_curations(&who.db(), V::KIND, page).await?;
    let items = rows.into_iter().map(|row| Ok((row.id, V::read(row)?))).collect::<Result<Vec<_>>>()?;
    Ok(JsonResponse::of(&page.page(items))?)
}

fn respond<V: CurationView + Type + Serialize>(row: search_curations::Model) -> Result<JsonResponse<V>> {
    let version = row.version;
    Ok(JsonResponse::of(&V::read(row)?)?.with_etag(Etag(version)))
}
