//! Price ladders: what one product costs an account by quantity, in every unit it is sold in.
//!
//! Promises: a ladder says what [`crate::price`] gives for a basket of one line, at every quantity that may be ordered; each
//! step differs from the one before. No coupons are given and nothing counts as ordered before. Not here: other lines of a
//! basket, which can only make thresholds be reached sooner.

use crate::candidate::{Candidates, Depth, Gather};
use crate::context::PricingContext;
use crate::resolve::{line_price, outcome};
use crate::totals::{ResolvedLine, Totals, touch_ahead};
use crate::{
    AccountId, Currency, Instant, LinePrice, PriceBook, PriceRequest, ProductId, Quantity, RequestLine, Source, UnitCode,
    UnitPrice,
};

/// The account whose prices are asked for, and the instants that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asking {
    /// Who asks; `None` for a visitor without account.
    pub account: Option<AccountId>,
    /// The currency everything happens in.
    pub currency: Currency,
    /// The instant whose prices are asked for.
    pub at: Instant,
    /// The instant whose knowledge counts.
    pub as_of: Instant,
}

/// From a quantity on, a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LadderStep {
    /// The unit of quantity and price.
    pub unit: UnitCode,
    /// The smallest quantity of one line that gets the price, rounded up to the order multiple; zero when any does.
    pub min_quantity: Quantity,
    /// The price of `per` units.
    pub price: UnitPrice,
    /// The list price, when there is one.
    pub list_price: Option<UnitPrice>,
    /// Where the price comes from.
    pub source: Source,
}

/// Makes ladders for one account, product by product.
pub struct Ladders<'b> {
    book: &'b PriceBook,
    request: PriceRequest<'static>,
    context: PricingContext<'b, 'static>,
    totals: Totals<'b>,
    candidates: Candidates<'b>,
    quantities: Vec<Quantity>,
    steps: Vec<LadderStep>,
}

impl Asking {
    fn request(self) -> PriceRequest<'static> {
        PriceRequest {
            account: self.account,
            currency: self.currency,
            at: self.at,
            as_of: self.as_of,
            coupons: &[],
            lines: &[],
            period_quantities: &[],
        }
    }

    pub(crate) fn context(self, book: &PriceBook) -> PricingContext<'_, 'static> {
        PricingContext::new(book, &self.request())
    }
}

impl<'b> Ladders<'b> {
    /// Gets ready to make ladders.
    pub fn new(book: &'b PriceBook, asking: Asking) -> Self {
        Self {
            book,
            request: asking.request(),
            context: asking.context(book),
            totals: Totals::default(),
            candidates: Candidates::with_room(),
            quantities: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// The ladder of a product: by unit, the stock unit first, then by quantity. Empty when it has no price, or is unknown.
    pub fn of(&mut self, product: ProductId) -> &[LadderStep] {
        self.steps.clear();
        touch_ahead(self.book, product, &self.context);
        if let Some((_, version)) = self.book.product(product, self.request.as_of) {
            self.climb(product, version.stock_unit());
            for unit in version.sold.units.iter().filter(|unit| unit.code != version.stock_unit()) {
                self.climb(product, unit.code);
            }
        }
        &self.steps
    }

    /// The first step of a product's ladder in its stock unit; none when it has no price in it, or is unknown.
    pub fn first(&mut self, product: ProductId) -> Option<LadderStep> {
        touch_ahead(self.book, product, &self.context);
        let (_, version) = self.book.product(product, self.request.as_of)?;
        let resolved = self.gather(product, version.stock_unit())?;
        match self.step_at(&resolved, Self::smallest(&resolved)) {
            Some(step) => Some(LadderStep { min_quantity: Quantity::ZERO, ..step }),
            // The smallest quantity has no price; a larger one may.
            None => {
                self.steps.clear();
                self.climb(product, version.stock_unit());
                self.steps.first().copied()
            }
        }
    }

    /// The smallest quantity of a line that may be ordered.
    fn smallest(resolved: &ResolvedLine<'_>) -> Quantity {
        let multiple = resolved.product.order_multiple(resolved.line.unit);
        if multiple.is_positive() { multiple } else { resolved.line.quantity }
    }

    /// Gathers what may make a price of the product in a unit, at any quantity.
    fn gather(&mut self, product: ProductId, unit: UnitCode) -> Option<ResolvedLine<'b>> {
        // The smallest quantity there is; whatever applies at it applies at every quantity.
        let line = RequestLine { product, quantity: Quantity::from_micros(1), unit };
        let resolved = ResolvedLine::find(self.book, &self.request, &line).ok()?;
        self.totals.set_single(&resolved);
        let mut gather = Gather { context: &self.context, totals: &mut self.totals, resolved: &resolved, depth: Depth::Price };
        // A number out of range at a threshold is no price there; one found while gathering is none anywhere.
        gather.all(&mut self.candidates).ok()?;
        Some(resolved)
    }

    fn climb(&mut self, product: ProductId, unit: UnitCode) {
        let Some(resolved) = self.gather(product, unit) else {
            return;
        };
        self.collect_quantities(&resolved);
        let start = self.steps.len();
        for place in 0..self.quantities.len() {
            let quantity = self.quantities[place];
            if let Some(step) = self.step_at(&resolved, quantity) {
                let before = self.steps[start..].last();
                if before.is_none_or(|before| before.price != step.price) {
                    self.steps.push(step);
                }
            }
        }
        // What costs the same from the first quantity that may be ordered on has no smallest quantity.
        if let Some(first) = self.steps.get_mut(start)
            && self.quantities.first() == Some(&first.min_quantity)
        {
            first.min_quantity = Quantity::ZERO;
        }
    }

    /// The quantities at which a price may change, ascending, beginning with the smallest that may be ordered.
    fn collect_quantities(&mut self, resolved: &ResolvedLine<'b>) {
        let multiple = resolved.product.order_multiple(resolved.line.unit);
        let smallest = Self::smallest(resolved);
        self.quantities.clear();
        self.quantities.push(smallest);
        for candidate in self.candidates.all.iter().filter(|candidate| candidate.unfit.is_none()) {
            for step in candidate.breaks.iter().filter(|step| step.threshold.is_positive()) {
                let missing = candidate.volume.missing(step.threshold, resolved.factor);
                let needed = missing.ok().and_then(|missing| resolved.line.quantity.checked_add(missing));
                let quantity = needed.and_then(|needed| needed.rounded_up_to(multiple).ok());
                self.quantities.extend(quantity.filter(|quantity| *quantity > smallest));
            }
        }
        self.quantities.sort_unstable();
        self.quantities.dedup();
    }

    fn step_at(&self, resolved: &ResolvedLine<'b>, quantity: Quantity) -> Option<LadderStep> {
        let added = quantity.checked_sub(resolved.line.quantity)?;
        let outcome = outcome(&self.context, resolved, &self.candidates, added).ok()?;
        // The line amount does not matter here; that of the smallest quantity is in range whenever the price is.
        let LinePrice { unit_price, per, list_price, source, .. } =
            line_price(&self.context, resolved, &outcome, resolved.line.quantity).ok()?;
        let price = UnitPrice { amount: unit_price, per };
        Some(LadderStep { unit: resolved.line.unit, min_quantity: quantity, price, list_price, source })
    }
}
