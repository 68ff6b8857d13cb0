//! Quantities of a basket, added up once per scope.
//!
//! Promises: exact; a basket of any size is walked once per scope that is really asked for. Quantities of one SKU are
//! held in stock units. Quantities over several SKUs are added in the unit that is asked for, each SKU by its own
//! factor; a SKU that does not have the unit does not count. Not here: thresholds, quantities ordered before.

use crate::book::entries::EntryKey;
use crate::book::rows::{Product, ProductSlot};
use crate::context::PricingContext;
use crate::inputs::Target;
use crate::ratio::Ratio;
use crate::{Factor, LineError, MixGroupId, Overflow, PriceBook, PriceRequest, ProductId, RequestLine, UnitCode};
use ahash::AHashMap;

/// A line whose product and unit are known.
#[derive(Clone, Copy)]
pub(crate) struct ResolvedLine<'b> {
    pub(crate) slot: &'b ProductSlot,
    pub(crate) product: &'b Product,
    pub(crate) line: RequestLine,
    pub(crate) factor: Factor,
    /// Position of its SKU in the totals.
    pub(crate) sku: usize,
}

struct Sku<'b> {
    product: &'b Product,
    /// In stock units.
    total: Result<Ratio, Overflow>,
}

/// A set of SKUs whose quantities count together.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Pool {
    Group(MixGroupId),
    /// All that a target other than a single product names.
    Target(Target),
}

/// The quantities of one basket.
#[derive(Default)]
pub(crate) struct Totals<'b> {
    skus: Vec<Sku<'b>>,
    groups: Option<AHashMap<Pool, Vec<u32>>>,
    targets: Option<AHashMap<Pool, Vec<u32>>>,
    sums: AHashMap<(Pool, Option<UnitCode>), Result<Ratio, Overflow>>,
}

impl<'b> Totals<'b> {
    /// Looks every line up and adds its quantity to its SKU. Lines in error count nowhere.
    pub(crate) fn of_basket(book: &'b PriceBook, request: &PriceRequest<'_>) -> (Self, Vec<Result<ResolvedLine<'b>, LineError>>) {
        let mut totals = Self { skus: Vec::with_capacity(request.lines.len()), ..Self::default() };
        let mut index = AHashMap::new();
        if request.lines.len() > 1 {
            index.reserve(request.lines.len());
        }
        let mut resolved = Vec::with_capacity(request.lines.len());
        for line in request.lines {
            let found = ResolvedLine::find(book, request, line).map(|found| {
                let quantity = Ratio::in_stock(line.quantity, found.factor);
                let place = if request.lines.len() > 1 { *index.entry(line.product).or_insert(totals.skus.len()) } else { 0 };
                match totals.skus.get_mut(place) {
                    Some(sku) => sku.total = sku.total.and_then(|total| total.plus(quantity)),
                    None => totals.skus.push(Sku { product: found.product, total: Ok(quantity) }),
                }
                ResolvedLine { sku: place, ..found }
            });
            resolved.push(found);
        }
        (totals, resolved)
    }

    /// Makes this the totals of a basket of one line.
    pub(crate) fn set_single(&mut self, resolved: &ResolvedLine<'b>) {
        self.skus.clear();
        let total = Ok(Ratio::in_stock(resolved.line.quantity, resolved.factor));
        self.skus.push(Sku { product: resolved.product, total });
    }

    /// The quantity of one SKU, in stock units.
    pub(crate) fn of_sku(&self, sku: usize) -> Result<Ratio, Overflow> {
        self.skus[sku].total
    }

    /// The quantity of one SKU, in a unit it has.
    pub(crate) fn of_sku_in(&self, sku: usize, unit: Option<UnitCode>) -> Result<Ratio, Overflow> {
        self.skus[sku].total_in(unit)
    }

    /// The quantity of all SKUs in the pool, in the unit; without one, in each product's stock unit.
    pub(crate) fn of_pool(&mut self, pool: Pool, unit: Option<UnitCode>) -> Result<Ratio, Overflow> {
        if let [sku] = self.skus.as_slice() {
            return if is_member(sku, pool) { sku.total_in(unit) } else { Ok(Ratio::ZERO) };
        }
        if let Some(sum) = self.sums.get(&(pool, unit)) {
            return *sum;
        }
        let skus = &self.skus;
        let members = match pool {
            Pool::Group(_) => self.groups.get_or_insert_with(|| group_members(skus)),
            Pool::Target(_) => self.targets.get_or_insert_with(|| target_members(skus)),
        };
        let members = members.get(&pool).map_or(&[][..], Vec::as_slice);
        let sum = members.iter().try_fold(Ratio::ZERO, |sum, sku| sum.plus(skus[*sku as usize].total_in(unit)?));
        self.sums.insert((pool, unit), sum);
        sum
    }
}

impl<'b> ResolvedLine<'b> {
    pub(crate) fn find(book: &'b PriceBook, request: &PriceRequest<'_>, line: &RequestLine) -> Result<Self, LineError> {
        let (slot, product) = book.product(line.product, request.as_of).ok_or(LineError::UnknownProduct)?;
        slot.touch();
        let factor = product.factor(line.unit).ok_or(LineError::UnknownUnit)?;
        if !line.quantity.is_positive() {
            return Err(LineError::QuantityNotPositive);
        }
        Ok(Self { slot, product, line: *line, factor, sku: 0 })
    }
}

impl ResolvedLine<'_> {
    /// Begins to load the entries that are looked at first. Changes nothing.
    pub(crate) fn touch_entries(&self, context: &PricingContext<'_, '_>) {
        touch_entries(self.slot, context);
    }
}

/// Products that are walked through one after another are loaded this many ahead.
const AHEAD: usize = 6;

/// Begins to load what will be looked at soon by who walks through all products. Changes nothing.
pub(crate) fn touch_ahead(book: &PriceBook, product: ProductId, context: &PricingContext<'_, '_>) {
    if let Some(slot) = book.products.get(product.0 as usize + AHEAD) {
        touch_entries(slot, context);
    }
}

fn touch_entries(slot: &ProductSlot, context: &PricingContext<'_, '_>) {
    if let Some(first) = context.lists.first() {
        slot.entries.touch(EntryKey::new(first.list, context.request.currency));
    }
}

impl Sku<'_> {
    fn total_in(&self, unit: Option<UnitCode>) -> Result<Ratio, Overflow> {
        match unit.map(|unit| self.product.factor(unit)) {
            None => self.total,
            Some(Some(factor)) => self.total?.in_unit(factor),
            Some(None) => Ok(Ratio::ZERO),
        }
    }
}

fn is_member(sku: &Sku<'_>, pool: Pool) -> bool {
    match pool {
        Pool::Group(group) => sku.product.mix_group == Some(group),
        Pool::Target(target) => sku.product.is_in(target),
    }
}

fn group_members(skus: &[Sku<'_>]) -> AHashMap<Pool, Vec<u32>> {
    let mut members: AHashMap<Pool, Vec<u32>> = AHashMap::new();
    for (index, sku) in skus.iter().enumerate() {
        if let Some(group) = sku.product.mix_group {
            members.entry(Pool::Group(group)).or_default().push(index as u32);
        }
    }
    members
}

fn target_members(skus: &[Sku<'_>]) -> AHashMap<Pool, Vec<u32>> {
    let mut members: AHashMap<Pool, Vec<u32>> = AHashMap::new();
    for (index, sku) in skus.iter().enumerate() {
        let own = sku.product.targets().map(|(target, _)| *target);
        for target in own.chain([Target::Everything]) {
            members.entry(Pool::Target(target)).or_default().push(index as u32);
        }
    }
    members
}
