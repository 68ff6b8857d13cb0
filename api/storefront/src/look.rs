//! A search: ranked by the index, joined with prices and stock, shown.
//!
//! When prices or stock decide what is shown, the best [`WINDOW`] products are ranked, joined in one pricing call, filtered
//! and sorted. Otherwise the index gives the page and only its hits are joined. Titles come from memory, as prices and stock do.

use std::sync::Arc;
use store::Db;

use entity::ProductId;
use search::{Ranked, Ranking};

use super::error::StorefrontError;
use super::filters::{Order, Plan, next_place};
use super::offers::{HitOffer, Offers, Stocked, Viewpoint};
use super::views::{HitView, OfferAvailabilityView};
use catalog::Product;
use identity::scope::Scope;
use search_index::SearchIndex;

/// How many of the best products price and stock may filter and sort.
const WINDOW: usize = 2_000;

/// A ranked product with what was joined.
struct Candidate {
    ranked: Ranked,
    product: Arc<Product>,
    price: Option<HitOffer>,
    stock: Stocked,
}

/// What was found: the ranking without its items, and the page.
pub(super) struct Found {
    pub(super) ranking: Ranking,
    pub(super) page: Vec<HitView>,
    /// The products of the page.
    pub(super) shown: Vec<ProductId>,
    /// Where the next page begins.
    pub(super) next: Option<i64>,
}

/// Carries out a search.
pub(super) async fn look(
    db: &impl Db,
    index: &SearchIndex,
    offers: &Offers,
    viewpoint: &Viewpoint,
    mut plan: Plan,
) -> Result<Found, StorefrontError> {
    if plan.needs_prices() && !viewpoint.prices {
        return Err(StorefrontError::ScopeNeeded(Scope::PricesRead.word()));
    }
    if plan.needs_stock() && !viewpoint.stock {
        return Err(StorefrontError::ScopeNeeded(Scope::StockRead.word()));
    }
    plan.query.account = viewpoint.account_number();
    if plan.joins() { decided(db, index, offers, viewpoint, plan).await } else { plain(db, index, offers, viewpoint, plan).await }
}

/// The index decides; only the page is joined.
async fn plain(
    db: &impl Db,
    index: &SearchIndex,
    offers: &Offers,
    viewpoint: &Viewpoint,
    plan: Plan,
) -> Result<Found, StorefrontError> {
    let (offset, limit) = (plan.query.offset, plan.query.limit);
    let query = plan.query;
    let mut ranking = index.ask(move |engine| engine.rank(&query, offset.saturating_add(limit))).await?;
    let page = ranking.items.split_off(offset.min(ranking.items.len()));
    let next = next_place(offset, page.len(), ranking.total);
    let all = joined(offers, viewpoint, page);
    Ok(found(ranking, priced(db, offers, viewpoint, all).await?, viewpoint, next))
}

/// Prices and stock decide among the best of the index.
async fn decided(
    db: &impl Db,
    index: &SearchIndex,
    offers: &Offers,
    viewpoint: &Viewpoint,
    plan: Plan,
) -> Result<Found, StorefrontError> {
    let query = plan.query.clone();
    let mut ranking = index.ask(move |engine| engine.rank(&query, WINDOW)).await?;
    let mut all = joined(offers, viewpoint, std::mem::take(&mut ranking.items));
    if plan.needs_prices() {
        all = priced(db, offers, viewpoint, all).await?;
    }
    all.retain(|c| plan.admits(c.price.as_ref(), c.stock));
    if plan.order == Order::Index && plan.query.sort == search::Sort::Relevance {
        all = at_their_places(all);
    }
    all.sort_by(|a, b| plan.compare((a.price.as_ref(), a.stock), (b.price.as_ref(), b.stock)));
    if plan.counts_stock {
        ranking.facets.push(stock_facet(&all));
    }
    ranking.total = all.len();
    let mut page: Vec<Candidate> = all.into_iter().skip(plan.query.offset).take(plan.query.limit).collect();
    let next = next_place(plan.query.offset, page.len(), ranking.total);
    if !plan.needs_prices() {
        page = priced(db, offers, viewpoint, page).await?;
    }
    Ok(found(ranking, page, viewpoint, next))
}

/// Puts pinned products where they are pinned to, after others have gone.
fn at_their_places(all: Vec<Candidate>) -> Vec<Candidate> {
    let (mut pinned, mut rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|c| c.ranked.pinned.is_some());
    pinned.sort_by_key(|c| c.ranked.pinned);
    for pin in pinned {
        let place = pin.ranked.pinned.unwrap_or_default();
        rest.insert(place.min(rest.len()), pin);
    }
    rest
}

/// The ranked products that exist for whoever looks, with their stock. The index may be a moment behind.
fn joined(offers: &Offers, viewpoint: &Viewpoint, ranked: Vec<Ranked>) -> Vec<Candidate> {
    let known = offers.products.by_ids(ranked.iter().map(|r| ProductId(r.id as i64)));
    let shown =
        ranked.into_iter().zip(known).filter_map(|(ranked, product)| Some((ranked, product.filter(|p| viewpoint.can_see(p))?)));
    let candidates = shown.map(|(ranked, product)| Candidate { ranked, stock: offers.stock(&product), product, price: None });
    candidates.collect()
}

/// With their prices, all found in one call.
async fn priced(
    db: &impl Db,
    offers: &Offers,
    viewpoint: &Viewpoint,
    mut all: Vec<Candidate>,
) -> Result<Vec<Candidate>, StorefrontError> {
    let products: Vec<Arc<Product>> = all.iter().map(|c| c.product.clone()).collect();
    let prices = offers.prices(db, viewpoint, &products).await?;
    all.iter_mut().zip(prices).for_each(|(candidate, price)| candidate.price = price);
    Ok(all)
}

fn stock_facet(all: &[Candidate]) -> search::Facet {
    let there = all.iter().filter(|c| c.stock.in_stock()).count();
    let values = [("in_stock", there), ("out_of_stock", all.len() - there)];
    let values = values.into_iter().filter(|(_, count)| *count > 0).map(|(value, count)| (value.to_owned(), count));
    search::Facet { name: "availability".to_owned(), values: values.collect() }
}

fn found(mut ranking: Ranking, page: Vec<Candidate>, viewpoint: &Viewpoint, next: Option<i64>) -> Found {
    let shown = page.iter().map(|candidate| candidate.product.id).collect();
    let page = page.into_iter().map(|candidate| {
        let Candidate { ranked, product, price, stock } = candidate;
        let highlights = ranking.highlighter.spans(&product.title);
        let availability = viewpoint.stock.then(|| OfferAvailabilityView::new(stock, &product));
        HitView::new(ranked, &product, &highlights, price, availability)
    });
    Found { page: page.collect(), shown, next, ranking }
}
