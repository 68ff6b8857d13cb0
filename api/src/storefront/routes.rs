//! The storefront over HTTP.

use poem_openapi::param::{Path, Query};
use poem_openapi::{OpenApi, Tags};

use super::complete::complete;
use super::error::StorefrontError;
use super::filters::{Asked, Plan, text};
use super::identify::identify;
use super::index::SearchIndex;
use super::look::look;
use super::offers::{Offers, Viewpoint};
use super::views::{
    CompletionView, CompletionsView, IdentifierListInput, IdentifierMatchesView, OfferAvailabilityView, OfferView, PriceView,
    ProductPage, SearchView,
};
use crate::catalog::{Categories, product_text};
use crate::kernel::principal::{Acting, permit};
use crate::kernel::problem::{Failure, Trouble};
use crate::kernel::wire::{Answer, Body, Code, Etag, page_limit};

type Result<T> = std::result::Result<T, Failure<StorefrontError>>;

#[derive(Tags)]
enum Tag {
    /// Products and search with the account's own prices and stock.
    Storefront,
}

/// What buyers look at.
#[derive(Debug)]
pub(crate) struct StorefrontRoutes {
    /// Prices and stock.
    pub(crate) offers: Offers,
    /// All categories.
    pub(crate) categories: Categories,
    /// The search index.
    pub(crate) index: SearchIndex,
}

/// How many identifiers a call may bring.
const MOST_IDENTIFIERS: usize = 10_000;

#[OpenApi(tag = "Tag::Storefront")]
impl StorefrontRoutes {
    /// Read a product
    ///
    /// With the account's price at the smallest quantity that can be ordered, and what can be reserved now. The seller's
    /// side sees it as an account does when it names one, and drafts when it does not. The `ETag` is the version of the
    /// product, not of its price.
    #[oai(path = "/v1/products/:sku", method = "get", operation_id = "get_product")]
    async fn get_product(
        &self,
        who: Acting<permit::ReadProducts>,
        sku: Path<Code>,
        account: Query<Option<Code>>,
        currency: Query<Option<Code>>,
    ) -> Result<Answer<ProductPage>> {
        let offers = &self.offers;
        let viewpoint = Viewpoint::of(&who, offers, account.0.as_deref(), currency.0.as_deref())?;
        let unknown = || StorefrontError::ProductNotFound(sku.0.to_string());
        let product = offers.products.by_sku(&sku.0).filter(|p| viewpoint.shows(p)).ok_or_else(unknown)?;
        let db = who.db();
        let text = product_text(&db, &offers.products, &self.categories, &product).await?.ok_or_else(unknown)?;
        let text = text.seen_with(&viewpoint.sight, &offers.products);
        let price = offers.price(&db, &viewpoint, &product).await?;
        let offer = OfferView {
            price: price.map(PriceView::from),
            availability: viewpoint.stock.then(|| OfferAvailabilityView::new(offers.stock(&product), &product)),
        };
        let version = Etag(text.version);
        Ok(Answer::of_text(ProductPage::text(text, &offer)?).with_etag(version))
    }

    /// Search products
    ///
    /// Finds products by whatever the buyer has: part of a number, a GTIN, a competitor's or the account's own number, words,
    /// dimensions with units, a device it shall fit. Any text is answered. `filter` is `name:value` and may be repeated: for
    /// `brand`, `category` (code or name), an attribute (a value, or `low..high`), `price` (`low..high` of one unit price) and
    /// `availability` (`in_stock` or `out_of_stock`); filters of one name widen, of different names narrow. `facet` names what
    /// to count and may be repeated. `sort` is `relevance`, `sku`, `price`, `-price`, `availability`, `attribute:name` or
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
    ) -> Result<Answer<SearchView>> {
        let explain = explain.0.unwrap_or(false);
        if explain && !who.is_seller() {
            return Err(StorefrontError::SellersOnly("explanations are for the seller's side").into());
        }
        let viewpoint = Viewpoint::of(&who, &self.offers, account.0.as_deref(), currency.0.as_deref())?;
        let asked = Asked {
            q: q.0,
            limit: limit.0,
            cursor: cursor.0,
            facets: facet.0.unwrap_or_default(),
            filters: filter.0.unwrap_or_default(),
            sort: sort.0,
            explain,
        };
        let plan = Plan::read(asked, viewpoint.audience(), &self.categories)?;
        let found = look(&who.db(), &self.index, &self.offers, &viewpoint, plan).await?;
        Ok(Answer::of(&found)?)
    }

    /// Complete what is being typed
    ///
    /// Brands and categories, words of the catalog, and products whose number or title begins so.
    #[oai(path = "/v1/search/completions", method = "get", operation_id = "complete_search")]
    async fn complete_search(
        &self,
        who: Acting<permit::ReadProducts>,
        q: Query<Option<String>>,
        limit: Query<Option<u64>>,
        account: Query<Option<Code>>,
    ) -> Result<Answer<CompletionsView>> {
        let viewpoint = Viewpoint::of(&who, &self.offers, account.0.as_deref(), None)?;
        let limit = page_limit(limit.0, 10, 50)? as usize;
        let (prefix, audience) = (text(q.0)?, viewpoint.audience());
        let mut found = self.index.ask(move |engine| complete(engine, &prefix, limit, &audience)).await?;
        let products = &self.offers.products;
        found.retain(|c| c.sku.as_deref().is_none_or(|sku| products.by_sku(sku).is_some_and(|p| viewpoint.shows(&p))));
        Ok(Answer::of(&CompletionsView { items: found.into_iter().map(CompletionView::from).collect() })?)
    }

    /// Resolve a list of identifiers
    ///
    /// Up to 10,000 SKUs, manufacturer part numbers, GTINs, superseded numbers or the account's own part numbers at once,
    /// whatever their case and separators. What several products bear and what none bears comes with candidates; when more
    /// than some hundred numbers are unknown, the last of them come without. Changes nothing.
    #[oai(path = "/v1/identifier-matches", method = "post", operation_id = "match_identifiers")]
    async fn match_identifiers(
        &self,
        who: Acting<permit::ReadProducts>,
        body: Body<IdentifierListInput>,
    ) -> Result<Answer<IdentifierMatchesView>> {
        let input = body.0;
        if input.identifiers.len() > MOST_IDENTIFIERS {
            let detail = format!("at most {MOST_IDENTIFIERS} identifiers in one call");
            return Err(Trouble::invalid("/identifiers", "too-many", detail).into());
        }
        let viewpoint = Viewpoint::of(&who, &self.offers, input.account.as_deref(), None)?;
        let items = identify(&who.db(), &self.index, &self.offers, &viewpoint, input.identifiers).await?;
        Ok(Answer::of(&IdentifierMatchesView { items })?)
    }
}
