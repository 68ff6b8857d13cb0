//! A search: ranked by the index, joined with prices and stock, shown.
//!
//! When prices or stock decide what is shown, the best [`WINDOW`] products are ranked, joined in one pricing call, filtered
//! and sorted, and only the page is shown in full. Otherwise the index gives the page and only its hits are joined.

use std::sync::Arc;

use ahash::AHashMap;
use entity::ProductId;
use sea_orm::ConnectionTrait;
use search::{Hit, Ranked};

use super::error::StorefrontError;
use super::filters::{Plan, next_place};
use super::index::SearchIndex;
use super::offers::{HitOffer, Offers, Stocked, Viewpoint};
use super::views::{FacetValueView, FacetView, HitView, OfferAvailabilityView, SearchView};
use crate::catalog::Product;
use crate::kernel::scope::Scope;
use crate::kernel::wire::cursor;

/// How many of the best products price and stock may filter and sort.
const WINDOW: usize = 2_000;

/// A hit with its product and what was joined.
type Joined = (Hit, Arc<Product>, Option<HitOffer>);

/// A ranked product with what was joined.
struct Candidate {
    ranked: Ranked,
    product: Arc<Product>,
    price: Option<HitOffer>,
    stock: Stocked,
}

/// Carries out a search.
pub(super) async fn look(
    db: &impl ConnectionTrait,
    index: &SearchIndex,
    offers: &Offers,
    viewpoint: &Viewpoint,
    mut plan: Plan,
) -> Result<SearchView, StorefrontError> {
    if plan.needs_prices() && !viewpoint.prices {
        return Err(StorefrontError::ScopeNeeded(Scope::PricesRead.word()));
    }
    if plan.needs_stock() && !viewpoint.stock {
        return Err(StorefrontError::ScopeNeeded(Scope::StockRead.word()));
    }
    plan.query.account = viewpoint.account_number();
    if plan.joins() { joined(db, index, offers, viewpoint, plan).await } else { plain(db, index, offers, viewpoint, plan).await }
}

/// The index decides; only the page is joined.
async fn plain(
    db: &impl ConnectionTrait,
    index: &SearchIndex,
    offers: &Offers,
    viewpoint: &Viewpoint,
    plan: Plan,
) -> Result<SearchView, StorefrontError> {
    let offset = plan.query.offset;
    let query = plan.query;
    let hits = index.ask(move |engine| engine.find(&query)).await?;
    let next = next_place(offset, hits.items.len(), hits.total);
    let known = offers.products.by_ids(hits.items.iter().map(|hit| ProductId(hit.id as i64)));
    let shown =
        hits.items.into_iter().zip(known).filter_map(|(hit, product)| Some((hit, product.filter(|p| viewpoint.shows(p))?)));
    let (items, products): (Vec<Hit>, Vec<Arc<Product>>) = shown.unzip();
    let prices = offers.prices(db, viewpoint, &products).await?;
    let joined = items.into_iter().zip(products).zip(prices).map(|((hit, product), price)| (hit, product, price));
    Ok(SearchView {
        items: joined.map(|joined| hit_view(joined, offers, viewpoint)).collect(),
        total: hits.total,
        facets: hits.facets.into_iter().map(FacetView::from).collect(),
        did_you_mean: hits.did_you_mean,
        kind: hits.kind.into(),
        relaxed: hits.relaxed,
        nearest_categories: hits.nearest_categories,
        next_cursor: next.map(cursor),
    })
}

/// Prices and stock decide among the best of the index.
async fn joined(
    db: &impl ConnectionTrait,
    index: &SearchIndex,
    offers: &Offers,
    viewpoint: &Viewpoint,
    plan: Plan,
) -> Result<SearchView, StorefrontError> {
    let query = plan.query.clone();
    let ranking = index.ask(move |engine| engine.rank(&query, WINDOW)).await?;
    let mut all = candidates(db, offers, viewpoint, &plan, &ranking.items).await?;
    all.retain(|c| plan.admits(c.price.as_ref(), c.stock));
    all.sort_by(|a, b| plan.compare((a.price.as_ref(), a.stock), (b.price.as_ref(), b.stock)));
    let mut facets: Vec<FacetView> = ranking.facets.into_iter().map(FacetView::from).collect();
    if plan.counts_stock {
        facets.push(stock_facet(&all));
    }
    let total = all.len();
    let page: Vec<Candidate> = all.into_iter().skip(plan.query.offset).take(plan.query.limit).collect();
    let next = next_place(plan.query.offset, page.len(), total);
    let hits = rendered(index, &plan, page.iter().map(|c| c.ranked).collect()).await?;
    let mut products: Vec<Arc<Product>> = Vec::with_capacity(hits.len());
    let mut places: AHashMap<u64, Candidate> = page.into_iter().map(|c| (c.ranked.id, c)).collect();
    let mut items: Vec<(Hit, Option<HitOffer>)> = Vec::with_capacity(hits.len());
    for hit in hits {
        let Some(candidate) = places.remove(&hit.id) else { continue };
        products.push(candidate.product);
        items.push((hit, candidate.price));
    }
    if !plan.needs_prices() {
        let prices = offers.prices(db, viewpoint, &products).await?;
        items.iter_mut().zip(prices).for_each(|(item, price)| item.1 = price);
    }
    let joined = items.into_iter().zip(products).map(|((hit, price), product)| (hit, product, price));
    Ok(SearchView {
        items: joined.map(|joined| hit_view(joined, offers, viewpoint)).collect(),
        total,
        facets,
        did_you_mean: ranking.did_you_mean,
        kind: ranking.kind.into(),
        relaxed: ranking.relaxed,
        nearest_categories: ranking.nearest_categories,
        next_cursor: next.map(cursor),
    })
}

/// The ranked products with their prices, if the plan needs these, and their stock.
async fn candidates(
    db: &impl ConnectionTrait,
    offers: &Offers,
    viewpoint: &Viewpoint,
    plan: &Plan,
    ranked: &[Ranked],
) -> Result<Vec<Candidate>, StorefrontError> {
    let known = offers.products.by_ids(ranked.iter().map(|r| ProductId(r.id as i64)));
    let shown = ranked.iter().zip(known).filter_map(|(ranked, product)| Some((*ranked, product.filter(|p| viewpoint.shows(p))?)));
    let (ranked, products): (Vec<Ranked>, Vec<Arc<Product>>) = shown.unzip();
    let prices = if plan.needs_prices() { offers.prices(db, viewpoint, &products).await? } else { vec![None; products.len()] };
    let all = ranked.into_iter().zip(products).zip(prices).map(|((ranked, product), price)| {
        let stock = offers.stock(&product);
        Candidate { ranked, product, price, stock }
    });
    Ok(all.collect())
}

/// The page as the index shows it. Reasons cost a second ranking among the page's products, and only staff ask for them.
async fn rendered(index: &SearchIndex, plan: &Plan, page: Vec<Ranked>) -> Result<Vec<Hit>, StorefrontError> {
    let mut query = plan.query.clone();
    if !query.explain {
        return index.ask(move |engine| engine.render(&query, &page)).await;
    }
    query.within = Some(page.iter().map(|ranked| ranked.id).collect());
    query.offset = 0;
    query.facets = Vec::new();
    index
        .ask(move |engine| {
            let mut reasons: AHashMap<u64, Vec<String>> =
                engine.find(&query)?.items.into_iter().map(|hit| (hit.id, hit.explanation)).collect();
            let hits = engine.render(&query, &page)?.into_iter();
            Ok(hits.map(|hit| Hit { explanation: reasons.remove(&hit.id).unwrap_or_default(), ..hit }).collect())
        })
        .await
}

fn stock_facet(all: &[Candidate]) -> FacetView {
    let there = all.iter().filter(|c| c.stock.in_stock()).count();
    let value = |value: &str, count: usize| FacetValueView { value: value.to_owned(), count };
    let values = vec![value("in_stock", there), value("out_of_stock", all.len() - there)];
    FacetView { name: "availability".to_owned(), values: values.into_iter().filter(|v| v.count > 0).collect() }
}

fn hit_view((hit, product, price): Joined, offers: &Offers, viewpoint: &Viewpoint) -> HitView {
    let availability = viewpoint.stock.then(|| OfferAvailabilityView::new(offers.stock(&product), &product));
    HitView::new(hit, price, availability)
}
