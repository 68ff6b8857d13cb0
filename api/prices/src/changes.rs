//! An account's prices at one state, and what changed in them between two states, product by product.
//!
//! Both read the book in batches and hold its lock for one batch at a time, so that a price change never waits long. The state
//! that is read stays the same meanwhile, because the book keeps all versions. Not here: the cursor on the wire (`cursor`).

use std::sync::Arc;

use ahash::AHashSet;
use entity::{AccountId, Instant, ProductId};
use pricing::{Asking, Causes, Currency, Delta, LadderStep, Ladders, Source, Target, UnitPrice, compare_ladders};

use super::change_log::AsOf;
use super::lookup::Prices;
use super::price_book::Book;
use super::price_rows::{LabelledStep, PriceChangeRow, Quantities, write_line};
use catalog::{CatalogView, Product, Products};
use kernel::wire::SharedText;

/// Products looked at under one lock.
const BATCH: usize = 500;

/// The account and the currency whose prices are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FeedScope {
    pub(super) account: AccountId,
    pub(super) currency: Currency,
}

/// One batch of an account's prices.
pub(super) struct FeedBatch {
    steps: Vec<LabelledStep>,
    /// The products, where this process knows them, and where the steps of each end.
    products: Vec<(Option<Arc<Product>>, usize)>,
    /// Where the next batch begins; none at the end.
    pub(super) next: Option<u32>,
}

impl FeedBatch {
    /// The prices as lines of JSON.
    pub(super) fn lines(&self, currency: Currency) -> Vec<u8> {
        let mut lines = Vec::with_capacity(self.steps.len() * 192);
        let mut start = 0;
        for (product, end) in &self.products {
            if let Some(product) = product {
                self.steps[start..*end].iter().for_each(|step| write_line(&mut lines, &product.sku, currency, step));
            }
            start = *end;
        }
        lines
    }
}

/// Changes of one page.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) rows: Vec<PriceChangeRow>,
    /// The product up to which all changes are contained; none when all products are.
    pub(super) upto: Option<i64>,
}

/// How the prices of one product changed.
struct ProductChange {
    product: i64,
    causes: Causes,
    gone: Vec<LadderStep>,
    fresh: Vec<(LabelledStep, Option<UnitPrice>)>,
}

impl Book {
    /// Whether the product existed for a viewer at an instant, by the rules of now.
    fn is_seen(&self, catalog_view: &CatalogView, product: pricing::ProductId, as_of: Instant) -> bool {
        if self.is_hidden(product, as_of) || !catalog_view.is_restricted() {
            return !self.is_hidden(product, as_of);
        }
        let (mut categories, mut brand) = (Vec::new(), "");
        for target in self.engine().targets_of(product, as_of.into()) {
            match target {
                Target::Category(category) => categories.extend(self.category_id(category)),
                Target::Brand(dense_id) => brand = self.brand(dense_id).unwrap_or_default(),
                Target::Sku(_) | Target::Everything => {}
            }
        }
        self.product_id(product).is_some_and(|id| catalog_view.permits_attributes(ProductId(id), &categories, brand))
    }

    fn asking(&self, scope: FeedScope, state: AsOf) -> Asking {
        let (at, as_of) = (state.valid_at.into(), state.known_at.into());
        Asking { account: Some(self.account(scope.account)), currency: scope.currency, at, as_of }
    }

    fn delta(&self, scope: FeedScope, from: AsOf, to: AsOf) -> Delta<'_> {
        Delta::new(self.engine(), self.asking(scope, from), self.asking(scope, to))
    }

    /// Products that may cost something else, by their ids, with their dense ids.
    fn candidates(&self, scope: FeedScope, from: AsOf, to: AsOf, after: i64) -> Vec<(i64, pricing::ProductId)> {
        let delta = self.delta(scope, from, to);
        let dense_ids: Vec<pricing::ProductId> = if delta.is_wide() || !self.change_index().covers(from) {
            self.engine().all_products().collect()
        } else {
            let lists: AHashSet<u32> = delta.lists().map(|list| list.0).collect();
            let mut dense_ids = self.change_index().between(from, to, &lists);
            dense_ids.extend(delta.named().map(|product| product.0));
            dense_ids.into_iter().map(pricing::ProductId).collect()
        };
        let with_id = |dense_id: pricing::ProductId| self.product_id(dense_id).map(|id| (id, dense_id));
        let mut products: Vec<_> = dense_ids.into_iter().filter_map(with_id).filter(|(id, _)| *id > after).collect();
        products.sort_unstable();
        products
    }

    fn product_change(
        &self,
        delta: &mut Delta<'_>,
        catalog_view: &CatalogView,
        (product, dense_id): (i64, pricing::ProductId),
        (from, to): (AsOf, AsOf),
    ) -> Option<ProductChange> {
        let causes = delta.causes(dense_id);
        if !causes.any() {
            return None;
        }
        let (before, after) = delta.ladders(dense_id);
        let before = if self.is_seen(catalog_view, dense_id, from.known_at) { before } else { &[] };
        let after = if self.is_seen(catalog_view, dense_id, to.known_at) { after } else { &[] };
        let (gone, fresh) = compare_ladders(before, after);
        if gone.is_empty() && fresh.is_empty() {
            return None;
        }
        let previous = |step: &LadderStep| {
            let same = |other: &&LadderStep| (other.unit, other.min_quantity) == (step.unit, step.min_quantity);
            before.iter().find(same).map(|other| other.price)
        };
        let fresh = fresh.into_iter().map(|step| (self.labelled(step), previous(&step))).collect();
        Some(ProductChange { product, causes, gone, fresh })
    }

    fn labelled(&self, step: LadderStep) -> LabelledStep {
        let (source, label) = match step.source {
            Source::List { list, .. } => ("list", self.list_code(list)),
            Source::Contract { contract, .. } => ("contract", self.contract_code(contract)),
            Source::Promotion { promotion, .. } => ("promotion", self.promotion_code(promotion)),
        };
        LabelledStep { step, source, label: SharedText((&*label).into()) }
    }
}

impl Prices {
    /// The state that holds now, with its price version.
    pub(super) fn present(&self, now: Instant) -> (AsOf, i64) {
        let book = self.book.read();
        let known_at = book.recorded_at();
        (AsOf { valid_at: now.max(known_at), known_at }, book.version())
    }

    /// What changed between two states, from the product after `after` on: about `limit` rows, whole products.
    pub(super) fn changes(
        &self,
        products: &Products,
        scope: FeedScope,
        (from, to): (AsOf, AsOf),
        after: i64,
        limit: usize,
    ) -> Changes {
        let catalog_view = products.view_for(Some(scope.account));
        let candidates = self.book.read().candidates(scope, from, to, after);
        let mut changes = Changes::default();
        for batch in candidates.chunks(BATCH) {
            let found: Vec<ProductChange> = {
                let book = self.book.read();
                let mut delta = book.delta(scope, from, to);
                batch.iter().filter_map(|product| book.product_change(&mut delta, &catalog_view, *product, (from, to))).collect()
            };
            let known = products.by_ids(found.iter().map(|changed| ProductId(changed.product)));
            for (changed, product) in found.into_iter().zip(known) {
                // A product that this process does not know yet goes on the next page.
                let Some(product) = product.filter(|_| changes.rows.len() < limit) else {
                    changes.upto = Some(changed.product - 1);
                    return changes;
                };
                changes.push(&product.sku, scope.currency, changed);
            }
        }
        changes
    }

    /// The next batch of all prices at a state, from a place on; the place after it, or none at the end.
    pub(super) fn batch(
        &self,
        products: &Products,
        scope: FeedScope,
        state: AsOf,
        quantities: Quantities,
        place: u32,
    ) -> FeedBatch {
        let catalog_view = products.view_for(Some(scope.account));
        let (mut ids, mut steps) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH * 4));
        let next = {
            let book = self.book.read();
            let mut ladders = Ladders::new(book.engine(), book.asking(scope, state));
            let mut all = book.engine().all_products().skip(place as usize);
            for dense_id in all.by_ref().take(BATCH).filter(|dense_id| book.is_seen(&catalog_view, *dense_id, state.known_at)) {
                if let Some(id) = book.product_id(dense_id) {
                    match quantities {
                        Quantities::All => steps.extend(ladders.of(dense_id).iter().map(|step| book.labelled(*step))),
                        Quantities::Smallest => steps.extend(ladders.first(dense_id).map(|step| book.labelled(step))),
                    }
                    ids.push((ProductId(id), steps.len()));
                }
            }
            all.next().map(|dense_id| dense_id.0)
        };
        let known = products.by_ids(ids.iter().map(|(id, _)| *id));
        let ends = ids.into_iter().map(|(_, end)| end);
        FeedBatch { steps, products: known.into_iter().zip(ends).collect(), next }
    }
}

impl Changes {
    fn push(&mut self, sku: &str, currency: Currency, changed: ProductChange) {
        let causes = changed.causes;
        self.rows.extend(changed.gone.iter().map(|step| PriceChangeRow::gone(sku, currency, step, causes)));
        let fresh = changed.fresh.into_iter();
        self.rows.extend(fresh.map(|(labelled, previous)| PriceChangeRow::changed(sku, currency, labelled, previous, causes)));
    }
}
