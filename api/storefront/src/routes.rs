//! The storefront over HTTP.

use poem_openapi::param::{Path, Query};
use poem_openapi::{OpenApi, Tags};

use super::account_filters::AccountFilters;
use super::error::StorefrontError;
use super::offers::Offers;
use super::search_request::{SearchParameters, SearchRequest, query_text};
use super::viewer::Viewer;
use super::views::{
    CompletionsView, IdentifierListInput, IdentifierMatchesView, OfferAvailabilityView, OfferView, PriceView, ProductPage,
    SearchView,
};
use catalog::{Categories, ProductJsonCache};
use identity::permit;
use kernel::field_code::FieldCode;
use kernel::principal::Acting;
use kernel::problem::{ApiError, CommonError, FieldError};
use kernel::wire::{Body, Code, Etag, JsonResponse, page_limit};
use merchandising::{Curation, SearchLog};
use search_index::SearchIndex;

type Result<T> = std::result::Result<T, ApiError<StorefrontError>>;

#[derive(Tags)]
enum Tag {
    /// Products and search with the account's own prices and stock.
    Storefront,
}

/// Routes of product pages and search.
#[derive(Debug)]
pub struct StorefrontRoutes {
    /// Prices and stock.
    pub offers: Offers,
    /// All categories.
    pub categories: Categories,
    /// Products as JSON.
    pub product_json: ProductJsonCache,
    /// The search index.
    pub index: SearchIndex,
    /// Product sets of accounts.
    pub account_filters: AccountFilters,
    /// Synonyms, pins, boosts and redirects of the staff.
    pub curation: Curation,
    /// The log of searches.
    pub search_log: SearchLog,
}

/// The most identifiers of one request.
const MAX_IDENTIFIERS: usize = 10_000;

#[OpenApi(tag = "Tag::Storefront")]
impl StorefrontRoutes {
    /// Read a product
    ///
    /// With the account's price at the smallest quantity that can be ordered, and the quantity that can be reserved now. The
    /// seller's side may name an account to see the product as that account does; without an account it also sees drafts. The
    /// `ETag` is the version of the product, not of its price.
    #[oai(path = "/v1/products/:sku", method = "get", operation_id = "get_product")]
    async fn get_product(
        &self,
        who: Acting<permit::ReadProducts>,
        sku: Path<Code>,
        account: Query<Option<Code>>,
        currency: Query<Option<Code>>,
    ) -> Result<JsonResponse<ProductPage>> {
        let offers = &self.offers;
        let viewer = Viewer::new(&who, offers, account.0.as_deref(), currency.0.as_deref())?;
        let unknown = || StorefrontError::ProductNotFound(sku.0.to_string());
        let product = offers.products.by_sku(&sku.0).filter(|p| viewer.can_see(p)).ok_or_else(unknown)?;
        let db = who.db();
        let cached = self.product_json.get(&db, &offers.products, &self.categories, &product).await?.ok_or_else(unknown)?;
        let text = cached.restricted_to(&viewer.catalog_view, &offers.products);
        let price = offers.price(&db, &viewer, &product).await?;
        let offer = OfferView {
            price: price.map(PriceView::from),
            availability: viewer.may_read_stock.then(|| OfferAvailabilityView::new(offers.availability(&product), &product)),
        };
        let version = Etag(text.version);
        Ok(JsonResponse::of_text(ProductPage::text(&text, &offer)?).with_etag(version))
    }

    /// Search products
    ///
    /// Finds products by whatever the buyer knows: part of a number, a GTIN, a competitor's or the account's own number, words,
    /// dimensions with units, a device the product must fit. Every text gets an answer. `filter` is `name:value` and may be
    /// repeated: for `brand`, `category` (code or name), an attribute (a value, or `low..high`), `price` (`low..high` of one
    /// unit price), `availability` (`in_stock` or `out_of_stock`), `bought_before` and `on_contract` (`true` or `false`:
    /// whether the account ever ordered the product, whether a contract of the account covers it). Filters of the same name
    /// widen the result, filters of different names narrow it. `facet` names what to count and may be repeated. A search
    /// without results is relaxed and corrected, and returns the nearest categories. Staff may pin products, and redirect a
    /// search with `redirect`. `sort` is `relevance`, `sku`, `price`, `-price`, `availability`, `attribute:name` or
    /// `-attribute:name`; price and stock filter and sort the 2,000 best products. The seller's side may name the `account` to
    /// search as, and ask with `explain` for the reasons of each rank.
    #[oai(path = "/v1/search", method = "get", operation_id = "search_products")]
    #[expect(clippy::too_many_arguments, reason = "each is a query parameter of its own")]
    async fn search_products(
        &self,
        who: Acting<permit::ReadProducts>,
        q: Query<Option<String>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
        facet: Query<Option<Vec<String>>>,
        filter: Query<Option<Vec<String>>>,
        sort: Query<Option<String>>,
        account: Query<Option<Code>>,
        currency: Query<Option<Code>>,
        explain: Query<Option<bool>>,
    ) -> Result<JsonResponse<SearchView>> {
        let explain = explain.0.unwrap_or(false);
        if explain && !who.is_seller() {
            return Err(StorefrontError::SellersOnly("explain must not be set by buyers").into());
        }
        let viewer = Viewer::new(&who, &self.offers, account.0.as_deref(), currency.0.as_deref())?;
        let parameters = SearchParameters {
            q: q.0,
            limit: limit.0,
            cursor: cursor.0,
            facets: facet.0.unwrap_or_default(),
            filters: filter.0.unwrap_or_default(),
            sort: sort.0,
            explain,
        };
        let request = SearchRequest::read(parameters, &self.categories)?;
        Ok(JsonResponse::of(&self.search(&who, &viewer, request).await?)?)
    }

    /// Complete a search text
    ///
    /// Past searches of the account, then searches of at least three accounts, each only if it had a result; then brands and
    /// categories, words of the catalog, and products whose number or title begins with the text. Part numbers that other
    /// accounts searched for are not shown. Without a text, the latest searches of the account.
    #[oai(path = "/v1/search/completions", method = "get", operation_id = "complete_search")]
    async fn complete_search(
        &self,
        who: Acting<permit::ReadProducts>,
        q: Query<Option<String>>,
        limit: Query<Option<u64>>,
        account: Query<Option<Code>>,
    ) -> Result<JsonResponse<CompletionsView>> {
        let viewer = Viewer::new(&who, &self.offers, account.0.as_deref(), None)?;
        let limit = page_limit(limit.0, 10, 50)? as usize;
        let items = self.completions(&viewer, query_text(q.0)?, limit).await?;
        Ok(JsonResponse::of(&CompletionsView { items })?)
    }

    /// Resolve a list of identifiers
    ///
    /// Up to 10,000 SKUs, manufacturer part numbers, GTINs, superseded numbers or the account's own part numbers at once,
    /// whatever their case and separators. Identifiers of several products and unknown identifiers come with candidates; when
    /// more than a few hundred are unknown, the last of them come without. Changes nothing.
    #[oai(path = "/v1/identifier-matches", method = "post", operation_id = "match_identifiers")]
    async fn match_identifiers(
        &self,
        who: Acting<permit::ReadProducts>,
        body: Body<IdentifierListInput>,
    ) -> Result<JsonResponse<IdentifierMatchesView>> {
        let input = body.0;
        if input.identifiers.len() > MAX_IDENTIFIERS {
            let detail = format!("there must be at most {MAX_IDENTIFIERS} identifiers at once");
            return Err(CommonError::from(
                FieldError::new("/identifiers", FieldCode::TooMany, detail).with("max", MAX_IDENTIFIERS),
            )
            .into());
        }
        let viewer = Viewer::new(&who, &self.offers, input.account.as_deref(), None)?;
        let items = self.resolve_identifiers(&who.db(), &viewer, input.identifiers).await?;
        Ok(JsonResponse::of(&IdentifierMatchesView { items })?)
    }
}
