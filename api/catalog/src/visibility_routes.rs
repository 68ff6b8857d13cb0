//! Rules of what accounts may see, over HTTP.

use entity::visibility_rules;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};

use super::categories::Categories;
use super::error::CatalogError;
use super::products::Products;
use super::put_visibility::{delete_visibility_rule, put_visibility_rule};
use super::queries;
use super::routes::{Result, Tag};
use super::visibility_views::{Named, VisibilityRuleInput, VisibilityRuleView};
use identity::Accounts;
use identity::permit;
use kernel::principal::Acting;
use kernel::wire::{Body, Code, Etag, JsonResponse, Page, PageRequest, if_match};

/// Rules of what accounts may see.
#[derive(Debug)]
pub struct VisibilityRoutes {
    /// All accounts.
    pub accounts: Accounts,
    /// All products.
    pub products: Products,
    /// All categories.
    pub categories: Categories,
}

#[OpenApi(tag = "Tag::Catalog")]
impl VisibilityRoutes {
    /// Create or change a visibility rule
    ///
    /// What accounts may see of the catalog. `deny`: the audience never sees the targets, whatever else is said. `allow`: the
    /// audience sees nothing but the targets of such rules; the nearest list counts, of the account, its parents, its groups,
    /// everyone. `reserve`: nobody but the audiences of such rules sees the targets. A rule of an account counts for those below
    /// it. It counts at once, in search, suggestions, prices, availability, carts and orders: what an account may not see does
    /// not exist for it. With `If-Match` the change happens only if nobody changed the rule meanwhile.
    #[oai(path = "/v1/visibility-rules/:code", method = "put", operation_id = "put_visibility_rule")]
    async fn put_visibility_rule(
        &self,
        who: Acting<permit::WriteProducts>,
        code: Path<Code>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<VisibilityRuleInput>,
    ) -> Result<JsonResponse<VisibilityRuleView>> {
        let expected = if_match(expected.0.as_deref())?;
        let named = Named { accounts: &self.accounts, products: &self.products, categories: &self.categories };
        let new = body.0.into_new(code.0.to_string(), &named)?;
        let tx = who.begin().await?;
        let row = put_visibility_rule(&tx, new, expected).await?;
        self.answer(tx.commit(row).await?)
    }

    /// Read a visibility rule
    ///
    /// As it was put.
    #[oai(path = "/v1/visibility-rules/:code", method = "get", operation_id = "get_visibility_rule")]
    async fn get_visibility_rule(
        &self,
        who: Acting<permit::WriteProducts>,
        code: Path<Code>,
    ) -> Result<JsonResponse<VisibilityRuleView>> {
        let row = queries::visibility_rule(&who.db(), &code.0).await?;
        self.answer(row.ok_or_else(|| CatalogError::VisibilityRuleNotFound(code.0.to_string()))?)
    }

    /// List visibility rules
    ///
    /// In the order they were created, those switched off among them.
    #[oai(path = "/v1/visibility-rules", method = "get", operation_id = "list_visibility_rules")]
    async fn list_visibility_rules(
        &self,
        who: Acting<permit::WriteProducts>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<VisibilityRuleView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 50, 200)?;
        let rows = queries::visibility_rules_after(&who.db(), page.after.unwrap_or(0), page.rows()).await?;
        let items = rows.into_iter().map(|row| (row.id, VisibilityRuleView::new(row, &self.products, &self.categories)));
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Delete a visibility rule
    ///
    /// It no longer counts.
    #[oai(path = "/v1/visibility-rules/:code", method = "delete", operation_id = "delete_visibility_rule")]
    async fn delete_visibility_rule(&self, who: Acting<permit::WriteProducts>, code: Path<Code>) -> Result<()> {
        let tx = who.begin().await?;
        delete_visibility_rule(&tx, &code.0).await?;
        Ok(tx.commit(()).await?)
    }
}

impl VisibilityRoutes {
    fn answer(&self, row: visibility_rules::Model) -> Result<JsonResponse<VisibilityRuleView>> {
        let view = VisibilityRuleView::new(row, &self.products, &self.categories);
        Ok(JsonResponse::of(&view)?.with_etag(Etag(view.version)))
    }
}
