//! `GET /v1/search`: ranks products in the index, attaches prices and stock, and records the search.
//!
//! When prices or stock filter or sort, the best [`WINDOW`] products are ranked, priced in one call, filtered and sorted.
//! Otherwise the index gives the page, and only its products are priced. Titles, prices and stock come from memory.

use std::sync::Arc;
use store::Db;

use entity::ProductId;
use search::{Filter, Query, QueryKind, Ranked, Ranking};

use super::error::StorefrontError;
use super::explanation_views::SearchExplanationView;
use super::offers::{Availability, HitOffer};
use super::routes::StorefrontRoutes;
use super::search_request::{ResultOrder, SearchRequest, next_offset, page_cursor};
use super::viewer::Viewer;
use super::views::{FacetView, HitView, OfferAvailabilityView, RedirectView, SearchView};
use catalog::Product;
use identity::permit;
use identity::scope::Scope;
use kernel::principal::Acting;
use kernel::wire::cursor;
use merchandising::{Guidance, Redirect, SearchToLog};
use store::clock;

/// The most products that price and stock filter and sort.
const WINDOW: usize = 2_000;

/// A ranked product with its price and stock.
struct Candidate {
    ranked: Ranked,
    product: Arc<Product>,
    price: Option<HitOffer>,
    stock: Availability,
}

/// One page of a search.
struct ResultPage {
    /// The ranking, without its items.
    ranking: Ranking,
    hits: Vec<HitView>,
    /// The products of the hits.
    shown: Vec<ProductId>,
    /// Offset of the next page.
    next: Option<i64>,
}

impl StorefrontRoutes {
    /// Answers a search. Searches of buyers are recorded.
    pub(super) async fn search(
        &self,
        who: &Acting<permit::ReadProducts>,
        viewer: &Viewer,
        request: SearchRequest,
    ) -> Result<SearchView, StorefrontError> {
        let now = clock::now();
        let guidance = self.curation.guidance_for(&request.text, now);
        let query = self.index_query(&request, viewer, &guidance)?;
        check_scopes(&request, viewer)?;
        let redirect = self.redirect(&guidance, viewer).await?;
        let db = who.db();
        let page = if request.needs_offers() {
            self.search_by_price_or_stock(&db, viewer, &request, query).await?
        } else {
            self.search_by_relevance(&db, viewer, query).await?
        };
        let search_id = match who.account() {
            Some(account) if request.offset == 0 => self.search_log.record(
                now,
                SearchToLog {
                    account,
                    text: &request.text,
                    lookup: matches!(page.ranking.kind, QueryKind::Identifier | QueryKind::PartNumber),
                    relaxed: page.ranking.relaxed,
                    found: page.ranking.total,
                    shown: page.shown.clone(),
                },
            ),
            Some(_) => request.search_id,
            None => None,
        };
        Ok(page.into_view(&guidance, redirect, search_id))
    }

    /// The page as the index ranks it.
    async fn search_by_relevance(&self, db: &impl Db, viewer: &Viewer, query: Query) -> Result<ResultPage, StorefrontError> {
        let (offset, limit) = (query.offset, query.limit);
        let mut ranking = self.index.with_engine(move |engine| engine.rank(&query, offset.saturating_add(limit))).await?;
        let page = ranking.items.split_off(offset.min(ranking.items.len()));
        let next = next_offset(offset, page.len(), ranking.total);
        let candidates = self.attach_products(viewer, page);
        let candidates = self.attach_prices(db, viewer, candidates).await?;
        Ok(ResultPage::new(ranking, candidates, viewer, next))
    }

    /// The page of the best products of the index, filtered and sorted by price and stock.
    async fn search_by_price_or_stock(
        &self,
        db: &impl Db,
        viewer: &Viewer,
        request: &SearchRequest,
        query: Query,
    ) -> Result<ResultPage, StorefrontError> {
        let mut ranking = self.index.with_engine(move |engine| engine.rank(&query, WINDOW)).await?;
        let mut candidates = self.attach_products(viewer, std::mem::take(&mut ranking.items));
        if request.needs_prices() {
            candidates = self.attach_prices(db, viewer, candidates).await?;
        }
        candidates.retain(|c| request.accepts(c.price.as_ref(), c.stock));
        if request.order == ResultOrder::Index && request.sort == search::Sort::Relevance {
            candidates = with_pins_in_position(candidates);
        }
        candidates.sort_by(|a, b| request.compare((a.price.as_ref(), a.stock), (b.price.as_ref(), b.stock)));
        if request.counts_stock {
            ranking.facets.push(stock_facet(&candidates));
        }
        ranking.total = candidates.len();
        let mut page: Vec<Candidate> = candidates.into_iter().skip(request.offset).take(request.limit).collect();
        let next = next_offset(request.offset, page.len(), ranking.total);
        if !request.needs_prices() {
            page = self.attach_prices(db, viewer, page).await?;
        }
        Ok(ResultPage::new(ranking, page, viewer, next))
    }

    /// The ranked products with their stock. Products that the viewer may not see are left out, since the index may lag behind
    /// a change.
    fn attach_products(&self, viewer: &Viewer, ranked: Vec<Ranked>) -> Vec<Candidate> {
        let products = self.offers.products.by_ids(ranked.iter().map(|r| ProductId(r.id as i64)));
        let visible = ranked
            .into_iter()
            .zip(products)
            .filter_map(|(ranked, product)| Some((ranked, product.filter(|p| viewer.can_see(p))?)));
        let with_stock = |(ranked, product): (Ranked, Arc<Product>)| Candidate {
            ranked,
            stock: self.offers.availability(&product),
            product,
            price: None,
        };
        visible.map(with_stock).collect()
    }

    /// Prices the candidates, all in one call.
    async fn attach_prices(
        &self,
        db: &impl Db,
        viewer: &Viewer,
        mut candidates: Vec<Candidate>,
    ) -> Result<Vec<Candidate>, StorefrontError> {
        let products: Vec<Arc<Product>> = candidates.iter().map(|c| c.product.clone()).collect();
        let prices = self.offers.prices(db, viewer, &products).await?;
        candidates.iter_mut().zip(prices).for_each(|(candidate, price)| candidate.price = price);
        Ok(candidates)
    }

    /// Where the staff redirect the search, unless to a category of which the viewer may see no product.
    async fn redirect(&self, guidance: &Guidance, viewer: &Viewer) -> Result<Option<RedirectView>, StorefrontError> {
        let code = match &guidance.redirect {
            None => return Ok(None),
            Some(Redirect::Path(path)) => return Ok(Some(RedirectView { category: None, path: Some(path.to_string()) })),
            Some(Redirect::Category(code)) => code,
        };
        let Some(category) = self.categories.by_code(code) else { return Ok(None) };
        if viewer.catalog_view.is_restricted() {
            let filters = vec![Filter { name: "category".to_owned(), value: category.id.to_string() }];
            let query = Query { filters, ..Query::new("", viewer.audience()) };
            let has_products = self.index.with_engine(move |engine| Ok(engine.rank(&query, 1)?.total > 0)).await?;
            if !has_products {
                return Ok(None);
            }
        }
        Ok(Some(RedirectView { category: Some(code.to_string()), path: None }))
    }
}

/// Refuses filters and orders by prices or stock that the token may not read.
fn check_scopes(request: &SearchRequest, viewer: &Viewer) -> Result<(), StorefrontError> {
    if request.needs_prices() && !viewer.may_read_prices {
        return Err(StorefrontError::ScopeNeeded(Scope::PricesRead.word()));
    }
    if request.needs_stock() && !viewer.may_read_stock {
        return Err(StorefrontError::ScopeNeeded(Scope::StockRead.word()));
    }
    Ok(())
}

/// Moves pinned products back to their positions after filters have removed others.
fn with_pins_in_position(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let (mut pinned, mut rest): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|c| c.ranked.pinned_position.is_some());
    pinned.sort_by_key(|c| c.ranked.pinned_position);
    for pin in pinned {
        let position = pin.ranked.pinned_position.unwrap_or_default();
        rest.insert(position.min(rest.len()), pin);
    }
    rest
}

fn stock_facet(candidates: &[Candidate]) -> search::Facet {
    let in_stock = candidates.iter().filter(|c| c.stock.in_stock()).count();
    let values = [("in_stock", in_stock), ("out_of_stock", candidates.len() - in_stock)];
    let values = values.into_iter().filter(|(_, count)| *count > 0).map(|(value, count)| (value.to_owned(), count));
    search::Facet { name: "availability".to_owned(), values: values.collect() }
}

impl ResultPage {
    fn new(mut ranking: Ranking, candidates: Vec<Candidate>, viewer: &Viewer, next: Option<i64>) -> Self {
        let shown = candidates.iter().map(|candidate| candidate.product.id).collect();
        let hits = candidates.into_iter().map(|candidate| {
            let Candidate { ranked, product, price, stock } = candidate;
            let highlights = ranking.highlighter.spans(&product.title);
            let availability = viewer.may_read_stock.then(|| OfferAvailabilityView::new(stock, &product));
            HitView::new(ranked, &product, &highlights, price, availability)
        });
        Self { hits: hits.collect(), shown, next, ranking }
    }

    fn into_view(self, guidance: &Guidance, redirect: Option<RedirectView>, search_id: Option<i64>) -> SearchView {
        let ranking = self.ranking;
        let explanation = ranking.query_explanation.map(|explanation| SearchExplanationView::new(explanation, guidance));
        SearchView {
            items: self.hits,
            total: ranking.total,
            facets: ranking.facets.into_iter().map(FacetView::from).collect(),
            did_you_mean: ranking.did_you_mean,
            kind: ranking.kind.into(),
            relaxed: ranking.relaxed,
            relaxed_query: ranking.relaxed_to,
            nearest_categories: ranking.nearest_categories,
            total_without_filters: ranking.total_without_filters,
            redirect,
            search_id: search_id.map(cursor),
            explanation,
            next_cursor: self.next.map(|offset| page_cursor(offset, search_id)),
        }
    }
}
