//! Relation rules over HTTP.

use entity::relation_rules;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};

use super::error::SuggestionError;
use super::put_rule;
use super::queries::{find_rule, list_rules};
use super::routes::{Result, Tag};
use super::rule_views::{RelationRuleInput, RelationRuleView};
use catalog::{Categories, Products};
use identity::permit;
use kernel::principal::Acting;
use kernel::wire::{Body, Code, Etag, JsonResponse, Page, PageRequest, if_match};

/// Routes of relation rules.
#[derive(Debug)]
pub struct RelationRuleRoutes {
    /// All products.
    pub products: Products,
    /// All categories.
    pub categories: Categories,
}

#[OpenApi(tag = "Tag::Suggestions")]
impl RelationRuleRoutes {
    /// Create or change a relation rule
    ///
    /// A rule relates every product that `from` selects with every product that `to` selects and that agrees with it in the
    /// attributes named: "a nut fits a screw of equal thread". It applies to suggestions and baskets at once, and to products
    /// that are added later. Its name is the reason shown to buyers. With `If-Match` the rule changes only if no other request
    /// has changed it.
    #[oai(path = "/v1/relation-rules/:code", method = "put", operation_id = "put_relation_rule")]
    async fn put_relation_rule(
        &self,
        who: Acting<permit::WriteProducts>,
        code: Path<Code>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<RelationRuleInput>,
    ) -> Result<JsonResponse<RelationRuleView>> {
        let expected = if_match(expected.0.as_deref())?;
        let new = body.0.into_new(code.0.to_string());
        put_rule::check(&new, &self.products, &self.categories)?;
        let tx = who.begin().await?;
        let row = put_rule::put_rule(&tx, new, expected).await?;
        respond(tx.commit(row).await?)
    }

    /// Read a relation rule
    ///
    /// As it was put.
    #[oai(path = "/v1/relation-rules/:code", method = "get", operation_id = "get_relation_rule")]
    async fn get_relation_rule(
        &self,
        who: Acting<permit::WriteProducts>,
        code: Path<Code>,
    ) -> Result<JsonResponse<RelationRuleView>> {
        let row = find_rule(&who.db(), &code.0).await?.ok_or_else(|| SuggestionError::RuleNotFound(code.0.to_string()))?;
        respond(row)
    }

    /// List relation rules
    ///
    /// In the order they were created, including inactive ones.
    #[oai(path = "/v1/relation-rules", method = "get", operation_id = "list_relation_rules")]
    async fn list_relation_rules(
        &self,
        who: Acting<permit::WriteProducts>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<RelationRuleView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 50, 500)?;
        let rows = list_rules(&who.db(), page).await?;
        let items = rows.into_iter().map(|row| Ok((row.id, RelationRuleView::read(row)?))).collect::<Result<Vec<_>>>()?;
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Delete a relation rule
    ///
    /// Its relations are no longer suggested.
    #[oai(path = "/v1/relation-rules/:code", method = "delete", operation_id = "delete_relation_rule")]
    async fn delete_relation_rule(&self, who: Acting<permit::WriteProducts>, code: Path<Code>) -> Result<()> {
        let tx = who.begin().await?;
        put_rule::delete_rule(&tx, &code.0).await?;
        Ok(tx.commit(()).await?)
    }
}

fn respond(row: relation_rules::Model) -> Result<JsonResponse<RelationRuleView>> {
    let view = RelationRuleView::read(row)?;
    Ok(JsonResponse::of(&view)?.with_etag(Etag(view.version)))
}
