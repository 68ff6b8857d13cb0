//! The catalog over HTTP.

use std::sync::Arc;

use entity::AccountId;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::{OpenApi, Tags};

use super::catalog_view::CatalogView;
use super::categories::{Categories, Category};
use super::error::CatalogError;
use super::input::{BatchInput, CategoryInput, PartNumbersInput, ProductInput};
use super::new_product::{NewProduct, Outcome};
use super::part_numbers::PartNumber;
use super::product::Product;
use super::products::Products;
use super::put::lock_catalog;
use super::put_category::NewCategory;
use super::queries::{self, Detail, ProductFilter};
use super::views::{BatchView, CategoryView, PartNumbersView, ProductView, StoredView};
use identity::permit;
use identity::scope::Scope;
use identity::{Account, Accounts, account_for};
use kernel::field_code::FieldCode;
use kernel::principal::Acting;
use kernel::problem::{ApiError, CommonError, FieldError};
use kernel::wire::{Body, BulkItem, Code, Etag, JsonResponse, Page, check_version, if_match, page_limit, place_of};
use store::database::Tx;

pub(super) type Result<T> = std::result::Result<T, ApiError<CatalogError>>;

#[derive(Tags)]
pub(super) enum Tag {
    /// Products, units, identifiers, relations, categories.
    Catalog,
}

/// Products and categories.
#[derive(Debug)]
pub struct CatalogRoutes {
    /// All products.
    pub products: Products,
    /// All categories.
    pub categories: Categories,
    /// All accounts.
    pub accounts: Accounts,
}

/// How many products a batch may hold.
const MAX_BATCH: usize = 1_000;

/// How many numbers an account may have for one product.
const MAX_PART_NUMBERS: usize = 50;

#[OpenApi(tag = "Tag::Catalog")]
impl CatalogRoutes {
    /// Create or replace a product
    ///
    /// The product becomes what the body says; only accounts' own part numbers stay. A product that is so already keeps its
    /// version. With `If-Match` the change happens only if nobody changed the product meanwhile.
    #[oai(path = "/v1/products/:sku", method = "put", operation_id = "put_product")]
    async fn put_product(
        &self,
        who: Acting<permit::WriteProducts>,
        sku: Path<Code>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<ProductInput>,
    ) -> Result<JsonResponse<ProductView>> {
        let expected = if_match(expected.0.as_deref())?;
        let input = body.0;
        if input.sku.as_ref().is_some_and(|given| *given != sku.0) {
            return Err(CommonError::invalid("/sku", FieldCode::OtherSku, "must be the SKU of the address").into());
        }
        let tx = who.begin().await?;
        if expected.is_some() {
            lock_catalog(&tx).await?;
            check_version(expected, queries::version_of(&tx, &sku.0).await?)?;
        }
        let stored = super::put_products(&tx, vec![input.into_new(sku.0.to_string())]).await?.pop();
        let stored = match stored {
            Some(Ok(stored)) => stored,
            Some(Err(problem)) => return Err(CommonError::Invalid(problem.errors).into()),
            None => return Err(CommonError::Internal("a product was lost".to_owned()).into()),
        };
        let stored = tx.commit(stored).await?;
        let detail = queries::details(&who.db(), &[stored.id]).await?.pop();
        let detail = detail.ok_or_else(|| CatalogError::ProductNotFound(sku.0.to_string()))?;
        let view = ProductView::new(&detail, &self.products, &self.categories);
        Ok(JsonResponse::of(&view)?.with_etag(Etag(view.version)))
    }

    /// Create or replace many products
    ///
    /// Stores the good ones and reports what is wrong with the others, by pointers such as `/products/3/units/0/factor`.
    /// Relations may name products of the same batch. Sending a batch again changes nothing.
    #[oai(path = "/v1/products/batch", method = "post", operation_id = "put_products")]
    async fn put_products(
        &self,
        who: Acting<permit::WriteProducts>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<BatchInput>,
    ) -> Result<JsonResponse<BatchView>> {
        let input = body.0.products;
        if input.is_empty() || input.len() > MAX_BATCH {
            let detail = format!("a batch has 1 to {MAX_BATCH} products");
            return Err(CommonError::from(
                FieldError::new("/products", FieldCode::OutOfRange, detail).with("min", 1).with("max", MAX_BATCH),
            )
            .into());
        }
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let view = put_batch(&tx, input).await?;
        let answer = JsonResponse::stored(&tx, &view).await?;
        Ok(tx.commit(answer).await?)
    }

    /// List products
    ///
    /// In the order they were created. Buyers see the products that their account may see, as published. The seller's side sees
    /// all products, drafts and discontinued ones among them.
    #[oai(path = "/v1/products", method = "get", operation_id = "list_products")]
    async fn list_products(
        &self,
        who: Acting<permit::ReadProducts>,
        category: Query<Option<Code>>,
        lifecycle: Query<Option<entity::Lifecycle>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<ProductView>>> {
        let limit = page_limit(limit.0, 50, 500)?;
        let category = category.0.map(|code| self.category(&code)).transpose()?.map(|category| category.id);
        let after = cursor.0.as_deref().map(place_of).transpose()?.unwrap_or_default();
        let filter = ProductFilter { category, lifecycle: lifecycle.0, after };
        let (db, view) = (who.db(), self.products.view_for(who.account()));
        let ids = queries::list_visible(&db, &self.products, &view, filter, limit + 1).await?;
        let details = queries::details(&db, &ids).await?;
        let items = details.iter().map(|detail| (detail.row.id.0, self.product_view(detail, &view)));
        Ok(JsonResponse::of(&Page::cut(items.collect(), limit))?)
    }

    /// Say what an account calls a product
    ///
    /// The account's own part numbers for the product become those given; lines of its carts and orders may use them from
    /// then on, whatever their case and separators. A number stands for one product of the account. For the account's buyers
    /// (`carts:write`) and the seller's catalog staff (`products:write`).
    #[oai(path = "/v1/products/:sku/part-numbers", method = "put", operation_id = "put_part_numbers")]
    async fn put_part_numbers(
        &self,
        who: Acting<permit::ReadProducts>,
        sku: Path<Code>,
        body: Body<PartNumbersInput>,
    ) -> Result<JsonResponse<PartNumbersView>> {
        let needed = if who.is_seller() { Scope::ProductsWrite } else { Scope::CartsWrite };
        if !who.holds(needed.word()) {
            return Err(CatalogError::NotYourPartNumbers.into());
        }
        let input = body.0;
        let account = account_for(&who, &self.accounts, input.account.as_deref()).map_err(CatalogError::from)?;
        let product = self.visible_product(&sku.0, who.account())?;
        if input.part_numbers.len() > MAX_PART_NUMBERS {
            let detail = format!("an account must have at most {MAX_PART_NUMBERS} numbers for a product");
            return Err(CommonError::from(
                FieldError::new("/part_numbers", FieldCode::TooMany, detail).with("max", MAX_PART_NUMBERS),
            )
            .into());
        }
        let numbers = input.part_numbers.into_iter();
        let numbers: Vec<PartNumber> = numbers.map(|n| PartNumber { product: product.id, number: n.into_inner() }).collect();
        let tx = who.begin().await?;
        let results = super::put_part_numbers(&tx, &self.products, account.id, &numbers, Some(product.id)).await?;
        let refused: Vec<FieldError> = results
            .into_iter()
            .enumerate()
            .filter_map(|(at, result)| {
                result.err().map(|problem| FieldError { pointer: format!("/part_numbers/{at}"), ..problem })
            })
            .collect();
        if !refused.is_empty() {
            return Err(CommonError::Invalid(refused).into());
        }
        let kept = queries::part_numbers(&tx, account.id, product.id).await?;
        part_numbers_response(&product, &account, tx.commit(kept).await?)
    }

    /// What an account calls a product
    ///
    /// The account's own part numbers. People of an account see their own.
    #[oai(path = "/v1/products/:sku/part-numbers", method = "get", operation_id = "get_part_numbers")]
    async fn get_part_numbers(
        &self,
        who: Acting<permit::ReadProducts>,
        sku: Path<Code>,
        account: Query<Option<Code>>,
    ) -> Result<JsonResponse<PartNumbersView>> {
        let account = account_for(&who, &self.accounts, account.0.as_deref()).map_err(CatalogError::from)?;
        let product = self.visible_product(&sku.0, who.account())?;
        let numbers = queries::part_numbers(&who.db(), account.id, product.id).await?;
        part_numbers_response(&product, &account, numbers)
    }

    /// Create or change a category
    ///
    /// The category becomes what the body says. Categories form a tree at most 16 deep.
    #[oai(path = "/v1/categories/:code", method = "put", operation_id = "put_category")]
    async fn put_category(
        &self,
        who: Acting<permit::WriteProducts>,
        code: Path<Code>,
        body: Body<CategoryInput>,
    ) -> Result<JsonResponse<CategoryView>> {
        let name = body.0.name.into_inner();
        if name.trim().is_empty() {
            return Err(CommonError::invalid("/name", FieldCode::MissingValue, "must not be empty").into());
        }
        let new = NewCategory { code: code.0.to_string(), name, parent: body.0.parent.map(Code::into_inner) };
        let tx = who.begin().await?;
        let ids = super::put_categories(&tx, vec![new]).await?;
        tx.commit(ids).await?;
        self.category_response(&code.0)
    }

    /// Read a category
    ///
    /// With the path of categories it lies in.
    #[oai(path = "/v1/categories/:code", method = "get", operation_id = "get_category")]
    async fn get_category(&self, who: Acting<permit::ReadProducts>, code: Path<Code>) -> Result<JsonResponse<CategoryView>> {
        tracing::trace!(actor = who.label(), "reads a category");
        self.category_response(&code.0)
    }

    /// List categories
    ///
    /// In the order they were created.
    #[oai(path = "/v1/categories", method = "get", operation_id = "list_categories")]
    async fn list_categories(
        &self,
        who: Acting<permit::ReadProducts>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<CategoryView>>> {
        tracing::trace!(actor = who.label(), "lists categories");
        let limit = page_limit(limit.0, 100, 1_000)?;
        let after = cursor.0.as_deref().map(place_of).transpose()?;
        let all = self.categories.all();
        let later = all.iter().filter(|c| after.is_none_or(|after| c.id.0 > after));
        let items = later.take(limit as usize + 1).map(|c| (c.id.0, CategoryView::new(c, &self.categories)));
        Ok(JsonResponse::of(&Page::cut(items.collect(), limit))?)
    }
}

impl CatalogRoutes {
    /// The product of an SKU, if the viewer may see it.
    fn visible_product(&self, sku: &str, viewer: Option<AccountId>) -> Result<Arc<Product>> {
        let product = self.products.by_sku(sku).filter(|product| self.products.view_for(viewer).can_see(product));
        Ok(product.ok_or_else(|| CatalogError::ProductNotFound(sku.to_owned()))?)
    }

    /// A product with those of its relations that the viewer may see.
    fn product_view(&self, detail: &Detail, view: &CatalogView) -> ProductView {
        let mut product = ProductView::new(detail, &self.products, &self.categories);
        if !view.is_staff() {
            let is_visible = |sku: &str| self.products.by_sku(sku).is_some_and(|product| view.can_see(&product));
            product.relations.retain(|relation| is_visible(&relation.sku));
        }
        product
    }

    fn category(&self, code: &str) -> Result<Arc<Category>> {
        Ok(self.categories.by_code(code).ok_or_else(|| CatalogError::CategoryNotFound(code.to_owned()))?)
    }

    fn category_response(&self, code: &str) -> Result<JsonResponse<CategoryView>> {
        let category = self.category(code)?;
        Ok(JsonResponse::of(&CategoryView::new(&category, &self.categories))?)
    }
}

fn part_numbers_response(
    product: &Product,
    account: &Account,
    part_numbers: Vec<String>,
) -> Result<JsonResponse<PartNumbersView>> {
    let view = PartNumbersView { sku: product.sku.to_string(), account: account.code.clone(), part_numbers };
    Ok(JsonResponse::of(&view)?)
}

/// Stores what could be read, and gathers what is wrong with single products under their places in the batch.
async fn put_batch(tx: &Tx, input: Vec<BulkItem<ProductInput>>) -> Result<BatchView> {
    let mut rejected = Vec::new();
    let mut places = Vec::with_capacity(input.len());
    let mut new: Vec<NewProduct> = Vec::with_capacity(input.len());
    for (place, item) in input.into_iter().enumerate() {
        let read = item.0.and_then(|mut product| match product.sku.take() {
            Some(sku) => Ok(product.into_new(sku.into_inner())),
            None => Err(vec![FieldError::new("/sku", FieldCode::MissingValue, "must be given")]),
        });
        match read {
            Ok(product) => {
                places.push(place);
                new.push(product);
            }
            Err(errors) => rejected.extend(errors.into_iter().map(|error| (place, error))),
        }
    }
    let skus: Vec<String> = new.iter().map(|product| product.sku.clone()).collect();
    let mut accepted: Vec<StoredView> = Vec::with_capacity(new.len());
    for ((place, sku), result) in places.into_iter().zip(skus).zip(super::put_products(tx, new).await?) {
        match result {
            Ok(stored) => {
                let outcome: Outcome = stored.outcome;
                accepted.push(StoredView { index: place, sku, outcome, version: stored.version });
            }
            Err(problem) => rejected.extend(problem.errors.into_iter().map(|error| (place, error))),
        }
    }
    rejected.sort_by_key(|(place, _)| *place);
    let rejected = rejected.into_iter().map(|(place, error)| error.under(&format!("/products/{place}")));
    Ok(BatchView { accepted, rejected: rejected.collect() })
}
