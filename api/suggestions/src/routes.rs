//! Suggestions over HTTP.

use std::sync::Arc;

use entity::Consent;
use poem_openapi::param::{Path, Query};
use poem_openapi::{OpenApi, Tags};
use pricing::{Quantity, UnitCode};

use super::basket::{Basket, advise};
use super::basket_items::reorder_suggestions;
use super::bought_together::Viewer;
use super::consents::{Consents, put_consent};
use super::context::SuggestionContext;
use super::error::SuggestionError;
use super::order_history::minute_of;
use super::orderable::OrderableProducts;
use super::product_suggestions::suggestions;
use super::purchase_history::PurchaseHistory;
use super::related_products::RelatedProducts;
use super::reorder_views::{ReorderView, ReordersView};
use super::replacement_views::{ReplacementConsentInput, ReplacementConsentView};
use super::views::{AdviceView, BasketInput, BasketLineInput, SuggestionKind, SuggestionsView};
use catalog::{CatalogError, CatalogView, Product, Products};
use identity::permit;
use identity::{Account, Accounts, account_for, visible_account};
use inventory::StockLevels;
use kernel::field_code::FieldCode;
use kernel::principal::{Acting, Permission};
use kernel::problem::{ApiError, CommonError, FieldError};
use kernel::wire::{Body, BulkItem, Code, JsonResponse, Timestamp, page_limit};
use store::clock;

pub(super) type Result<T> = std::result::Result<T, ApiError<SuggestionError>>;

#[derive(Tags)]
pub(super) enum Tag {
    /// Products that go with a product or a basket.
    Suggestions,
}

/// Routes of suggestions.
#[derive(Debug)]
pub struct SuggestionRoutes {
    /// All accounts.
    pub accounts: Accounts,
    /// All products.
    pub products: Products,
    /// Stock levels.
    pub stock_levels: StockLevels,
    /// Past orders.
    pub purchases: PurchaseHistory,
    /// Relations between products.
    pub related: RelatedProducts,
    /// Consents of accounts to replacements.
    pub consents: Consents,
}

/// The most lines of a basket.
const MAX_LINES: usize = 10_000;

#[OpenApi(tag = "Tag::Suggestions")]
impl SuggestionRoutes {
    /// Suggest products for a product
    ///
    /// Required parts, accessories, compatible products, substitutes, the successor, and products bought together with it.
    /// Every suggestion can be ordered and has a reason. The seller's side may name the account to suggest to.
    #[oai(path = "/v1/products/:sku/suggestions", method = "get", operation_id = "list_suggestions")]
    async fn list_suggestions(
        &self,
        who: Acting<permit::ReadProducts>,
        sku: Path<Code>,
        kind: Query<Option<SuggestionKind>>,
        account: Query<Option<Code>>,
        limit: Query<Option<u64>>,
    ) -> Result<JsonResponse<SuggestionsView>> {
        let limit = page_limit(limit.0, 20, 100)? as usize;
        let viewer = self.viewer(&who, account.0.as_deref(), None)?;
        let product = self.visible_product(&sku.0, &self.products.view_for(viewer.account));
        let product = product.ok_or_else(|| SuggestionError::from(CatalogError::ProductNotFound(sku.0.to_string())))?;
        let found = suggestions(&self.context(viewer), &product, kind.0, limit);
        Ok(JsonResponse::of(&SuggestionsView { items: found.into_iter().map(Into::into).collect() })?)
    }

    /// Suggest products for a basket
    ///
    /// Examines all lines together: required parts that are missing and how many; products that conflict, the rule that reports
    /// it and what would fix it; successors and substitutes for products that are no longer sold or out of stock, as far as the
    /// account or the line consents; and what else goes with the basket, with a reason. The latter is learnt from the orders of
    /// all accounts and of the account itself, recent ones more; single orders of other accounts are not disclosed. Changes
    /// nothing. Lines with an unknown product are reported and left out. The seller's side may name the account to suggest to.
    #[oai(path = "/v1/basket-suggestions", method = "post", operation_id = "advise_basket")]
    async fn advise_basket(
        &self,
        who: Acting<permit::ReadProducts>,
        body: Body<BasketInput>,
    ) -> Result<JsonResponse<AdviceView>> {
        let input = body.0;
        let limit = page_limit(input.limit, 10, 100)? as usize;
        if input.lines.is_empty() || input.lines.len() > MAX_LINES {
            return Err(CommonError::from(
                FieldError::new("/lines", FieldCode::OutOfRange, format!("a basket must have 1 to {MAX_LINES} lines"))
                    .with("min", 1)
                    .with("max", MAX_LINES),
            )
            .into());
        }
        let viewer = self.viewer(&who, input.account.as_deref(), input.at)?;
        let catalog_view = self.products.view_for(viewer.account);
        let mut basket = Basket::default();
        let mut rejected = Vec::new();
        for (place, line) in input.lines.into_iter().enumerate() {
            match self.line(line, &catalog_view) {
                Ok((product, quantity, consent)) => basket.add(product, quantity, consent),
                Err(problems) => rejected.extend(problems.into_iter().map(|problem| problem.under(&format!("/lines/{place}")))),
            }
        }
        let consent = viewer.account.map_or(Consent::Ask, |account| self.consents.consent_of(&self.accounts, account).0);
        let advice = advise(&who.db(), &self.context(viewer), &basket, consent, limit).await?;
        let view = AdviceView {
            missing: advice.missing.into_iter().map(Into::into).collect(),
            conflicts: advice.conflicts.into_iter().map(Into::into).collect(),
            replacements: advice.replacements.into_iter().map(Into::into).collect(),
            items: advice.items.into_iter().map(Into::into).collect(),
            rejected,
        };
        Ok(JsonResponse::of(&view)?)
    }

    /// Suggest products to reorder
    ///
    /// Products of the account's own orders: first those that it orders often and recently, that other accounts still order,
    /// and whose usual interval has passed; each with how often it was ordered and when last. Only products that can be ordered
    /// now. `at` computes the suggestions for another instant, such as the day of the next delivery; orders after it do not
    /// count.
    #[oai(path = "/v1/reorder-suggestions", method = "get", operation_id = "list_reorder_suggestions")]
    async fn list_reorder_suggestions(
        &self,
        who: Acting<permit::ReadProducts>,
        account: Query<Option<Code>>,
        at: Query<Option<Timestamp>>,
        limit: Query<Option<u64>>,
    ) -> Result<JsonResponse<ReordersView>> {
        let limit = page_limit(limit.0, 20, 100)? as usize;
        let account = account_for(&who, &self.accounts, account.0.as_deref()).map_err(SuggestionError::from)?;
        let viewer = self.viewer(&who, Some(&account.code), at.0)?;
        let found = reorder_suggestions(&self.purchases, &self.context(viewer).orderable, account.id, viewer.minute, limit);
        Ok(JsonResponse::of(&ReordersView { items: found.into_iter().map(ReorderView::from).collect() })?)
    }

    /// Read an account's consent to replacements
    ///
    /// Whether the account accepts another product when the one it ordered cannot be delivered: never, after asking, or
    /// automatically. An account without a consent inherits that of the accounts above it.
    #[oai(path = "/v1/accounts/:code/replacement-consent", method = "get", operation_id = "get_replacement_consent")]
    async fn get_replacement_consent(
        &self,
        who: Acting<permit::ReadCarts>,
        code: Path<Code>,
    ) -> Result<JsonResponse<ReplacementConsentView>> {
        let account = account_for(&who, &self.accounts, Some(&code.0)).map_err(SuggestionError::from)?;
        self.consent_answer(&account)
    }

    /// Set an account's consent to replacements
    ///
    /// Applies to the account and to those below it without a consent of their own, from the next basket on. A line of a basket
    /// may override it.
    #[oai(path = "/v1/accounts/:code/replacement-consent", method = "put", operation_id = "put_replacement_consent")]
    async fn put_replacement_consent(
        &self,
        who: Acting<permit::WriteCarts>,
        code: Path<Code>,
        body: Body<ReplacementConsentInput>,
    ) -> Result<JsonResponse<ReplacementConsentView>> {
        let account = account_for(&who, &self.accounts, Some(&code.0)).map_err(SuggestionError::from)?;
        let tx = who.begin().await?;
        put_consent(&tx, &account, body.0.consent).await?;
        tx.commit(()).await?;
        self.consent_answer(&account)
    }
}

impl SuggestionRoutes {
    fn context(&self, viewer: Viewer) -> SuggestionContext<'_> {
        let catalog_view = self.products.view_for(viewer.account);
        let orderable = OrderableProducts { products: &self.products, stock_levels: &self.stock_levels, catalog_view };
        SuggestionContext { purchases: &self.purchases, related: &self.related, orderable, viewer }
    }

    fn consent_answer(&self, account: &Account) -> Result<JsonResponse<ReplacementConsentView>> {
        let (consent, said_by) = self.consents.consent_of(&self.accounts, account.id);
        let said_by = said_by.map(|account| account.code.clone());
        Ok(JsonResponse::of(&ReplacementConsentView { account: account.code.clone(), consent, said_by })?)
    }

    /// The account that suggestions are for, and their instant.
    fn viewer<P: Permission>(&self, who: &Acting<P>, account: Option<&str>, at: Option<Timestamp>) -> Result<Viewer> {
        let account = visible_account(who, &self.accounts, account).map_err(SuggestionError::from)?;
        Ok(Viewer { account, minute: minute_of(at.map_or_else(clock::now, |at| at.0)) })
    }

    /// The product of an SKU, if the viewer may see it.
    fn visible_product(&self, sku: &str, catalog_view: &CatalogView) -> Option<Arc<Product>> {
        self.products.by_sku(sku).filter(|product| catalog_view.can_see(product))
    }

    /// The product, quantity in stock units, and consent of a line. Order rules are not checked, since the basket may be
    /// incomplete.
    fn line(
        &self,
        line: BulkItem<BasketLineInput>,
        catalog_view: &CatalogView,
    ) -> std::result::Result<(Arc<Product>, Quantity, Option<Consent>), Vec<FieldError>> {
        let line = line.0?;
        let problem = |pointer: &str, code: FieldCode, detail: String| vec![FieldError::new(pointer, code, detail)];
        let product = self.visible_product(&line.sku, catalog_view);
        let product = product
            .ok_or_else(|| problem("/sku", FieldCode::UnknownProduct, format!("there is no product \"{}\"", &*line.sku)))?;
        let unit = match line.unit.as_deref() {
            Some(unit) => unit.parse::<UnitCode>().ok(),
            None => Some(product.default_unit()),
        };
        let factor = unit.and_then(|unit| product.factor_of(unit));
        let factor = factor.ok_or_else(|| {
            problem("/unit", FieldCode::UnknownUnit, format!("must be a unit in which {} is sold", product.sku))
        })?;
        let quantity = line.quantity.map_or(Quantity::ONE, |quantity| quantity.0);
        if !quantity.is_positive() {
            return Err(problem("/quantity", FieldCode::NotPositive, "the quantity must be greater than 0".to_owned()));
        }
        let stock = factor.to_stock(quantity);
        let stock = stock.map_err(|error| problem("/quantity", FieldCode::NotExact, error.to_string()))?;
        Ok((product, stock, line.replacement))
    }
}
