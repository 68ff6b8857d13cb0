//! How prices move: what rises and falls most, what falls under floor or cost, and how many do which.
//!
//! Not here: where the prices come from (`what_if`), what is compared (`preview`).

use std::cmp::Ordering;
use std::collections::BTreeMap;

use entity::{PriceEntryId, ProductId};
use pricing::{Currency, Quantity, UnitCode, UnitPrice};

use super::what_if::BeforeAfter;
use prices::PricedLine;

/// Differences of each kind that are listed one by one.
const MOST: usize = 20;
/// Lines under floor or cost that are listed one by one.
const MOST_UNDER: usize = 100;

/// The row of the set that a move comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// An entry of the set, for the list of this code.
    Entry {
        id: PriceEntryId,
        list: String,
    },
    Contract(String),
    Promotion(String),
}

/// What was asked for.
#[derive(Clone, Debug)]
pub(super) struct ComparedLine {
    pub(super) cause: Cause,
    pub(super) product: ProductId,
    pub(super) unit: UnitCode,
    pub(super) currency: Currency,
    pub(super) quantity: Quantity,
}

/// A price that differs before and after.
#[derive(Clone, Debug)]
pub(super) struct PriceDifference {
    pub(super) asked: ComparedLine,
    pub(super) before: UnitPrice,
    pub(super) after: UnitPrice,
}

impl PriceDifference {
    /// By how much a unit costs more, in millionths times the product of both price bases.
    fn rise(&self) -> i128 {
        let (before, after) = (i128::from(self.before.per.get()), i128::from(self.after.per.get()));
        i128::from(self.after.amount.micros()) * before - i128::from(self.before.amount.micros()) * after
    }

    /// By how much one unit costs more, in millionths, cut to whole ones.
    pub(super) fn by(&self) -> i128 {
        self.rise() / (i128::from(self.before.per.get()) * i128::from(self.after.per.get()))
    }

    /// The same in millionths of a per cent of the price before; none where that was nothing.
    pub(super) fn percent(&self) -> Option<i128> {
        let whole = i128::from(self.before.amount.micros()) * i128::from(self.after.per.get());
        (whole > 0).then(|| self.rise().saturating_mul(100_000_000) / whole)
    }

    /// How far it moves relatively; what was free before moves farther than anything else.
    fn relative(&self) -> i128 {
        self.percent().unwrap_or(i128::MAX)
    }
}

/// The largest of many moves.
#[derive(Debug)]
pub(super) struct Largest {
    by: fn(&PriceDifference) -> i128,
    kept: Vec<PriceDifference>,
}

impl Largest {
    fn new(by: fn(&PriceDifference) -> i128) -> Self {
        Self { by, kept: Vec::new() }
    }

    fn offer(&mut self, moved: &PriceDifference) {
        let size = (self.by)(moved);
        if size <= 0 || (self.kept.len() == MOST && self.kept.last().is_some_and(|last| (self.by)(last) >= size)) {
            return;
        }
        let place = self.kept.partition_point(|other| (self.by)(other) >= size);
        self.kept.insert(place, moved.clone());
        self.kept.truncate(MOST);
    }

    /// The largest first.
    pub(super) fn differences(&self) -> &[PriceDifference] {
        &self.kept
    }
}

/// A line whose price would lie under a limit.
#[derive(Clone, Debug)]
pub(super) struct BelowLimit {
    pub(super) asked: ComparedLine,
    pub(super) after: UnitPrice,
    /// Whether it lies under it already.
    pub(super) already: bool,
}

/// Lines under a limit.
#[derive(Debug, Default)]
pub(super) struct BelowLimits {
    pub(super) count: u64,
    /// Of them, those that lie under it already.
    pub(super) already: u64,
    pub(super) first: Vec<BelowLimit>,
}

impl BelowLimits {
    fn add(&mut self, asked: &ComparedLine, after: UnitPrice, already: bool) {
        self.count += 1;
        self.already += u64::from(already);
        if self.first.len() < MOST_UNDER {
            self.first.push(BelowLimit { asked: asked.clone(), after, already });
        }
    }
}

/// Everything that is counted.
#[derive(Debug)]
pub(super) struct PriceDifferences {
    pub(super) compared: u64,
    pub(super) rises: u64,
    pub(super) falls: u64,
    pub(super) same: u64,
    pub(super) appear: u64,
    pub(super) vanish: u64,
    pub(super) under_floor: BelowLimits,
    pub(super) under_cost: BelowLimits,
    pub(super) rises_by_percent: Largest,
    pub(super) falls_by_percent: Largest,
    /// By currency, because amounts of two currencies are not compared.
    pub(super) by_amount: BTreeMap<&'static str, (Largest, Largest)>,
}

impl Default for PriceDifferences {
    fn default() -> Self {
        Self {
            compared: 0,
            rises: 0,
            falls: 0,
            same: 0,
            appear: 0,
            vanish: 0,
            under_floor: BelowLimits::default(),
            under_cost: BelowLimits::default(),
            rises_by_percent: Largest::new(PriceDifference::relative),
            falls_by_percent: Largest::new(|moved| moved.relative().saturating_neg()),
            by_amount: BTreeMap::new(),
        }
    }
}

impl PriceDifferences {
    /// Counts a list price before and after.
    pub(super) fn of_list(&mut self, asked: &ComparedLine, prices: &BeforeAfter) {
        let list = |line: &Result<PricedLine, _>| line.as_ref().ok().and_then(|line| line.list_price);
        self.count(asked, list(&prices.0), list(&prices.1), prices);
    }

    /// Counts what a customer pays before and after.
    pub(super) fn of_customer(&mut self, asked: &ComparedLine, prices: &BeforeAfter) {
        let paid =
            |line: &Result<PricedLine, _>| line.as_ref().ok().map(|line| UnitPrice { amount: line.unit_price, per: line.per });
        self.count(asked, paid(&prices.0), paid(&prices.1), prices);
    }

    fn count(&mut self, asked: &ComparedLine, before: Option<UnitPrice>, after: Option<UnitPrice>, prices: &BeforeAfter) {
        self.compared += 1;
        if let (Some(after), (was, Ok(is))) = (after, prices) {
            let under_floor = |line: &PricedLine| line.flags.floor_lifted || line.flags.below_floor;
            let was = was.as_ref().ok();
            if under_floor(is) {
                self.under_floor.add(asked, after, was.is_some_and(under_floor));
            }
            if is.flags.below_cost {
                self.under_cost.add(asked, after, was.is_some_and(|line| line.flags.below_cost));
            }
        }
        let (before, after) = match (before, after) {
            (Some(before), Some(after)) => (before, after),
            (None, Some(_)) => return self.appear += 1,
            (Some(_), None) => return self.vanish += 1,
            (None, None) => return self.same += 1,
        };
        let moved = PriceDifference { asked: asked.clone(), before, after };
        match after.cmp_value(&before) {
            Ordering::Equal => return self.same += 1,
            Ordering::Greater => self.rises += 1,
            Ordering::Less => self.falls += 1,
        }
        self.rises_by_percent.offer(&moved);
        self.falls_by_percent.offer(&moved);
        let amounts = self.by_amount.entry(asked.currency.code());
        let (rises, falls) = amounts.or_insert_with(|| (Largest::new(PriceDifference::by), Largest::new(|moved| -moved.by())));
        rises.offer(&moved);
        falls.offer(&moved);
    }
}

#[cfg(test)]
mod tests {
    use pricing::{Amount, Per};

    use super::*;

    fn moved(before: (i64, u32), after: (i64, u32)) -> PriceDifference {
        let price = |(whole, per): (i64, u32)| UnitPrice {
            amount: Amount::from_micros(whole * 1_000_000),
            per: Per::new(per).expect("not zero"),
        };
        let asked = ComparedLine {
            cause: Cause::Contract(String::new()),
            product: ProductId(1),
            unit: "EA".parse().expect("a unit"),
            currency: "EUR".parse().expect("a currency"),
            quantity: Quantity::ONE,
        };
        PriceDifference { asked, before: price(before), after: price(after) }
    }

    #[test]
    fn moves_are_measured_per_unit_whatever_the_price_basis() {
        let per_hundred = moved((10, 1), (1_100, 100));
        assert_eq!((per_hundred.by(), per_hundred.percent()), (1_000_000, Some(10_000_000)));
        assert_eq!(moved((10, 1), (5, 1)).percent(), Some(-50_000_000));
        assert_eq!(moved((0, 1), (5, 1)).percent(), None);
    }

    #[test]
    fn the_largest_come_first_and_are_few() {
        let mut largest = Largest::new(PriceDifference::relative);
        for step in 0..200 {
            largest.offer(&moved((100, 1), (60 + step * 7 % 200, 1)));
        }
        let sizes: Vec<i128> = largest.differences().iter().map(PriceDifference::relative).collect();
        assert_eq!(sizes.len(), MOST);
        assert!(sizes.is_sorted_by(|left, right| left >= right) && sizes[0] == 159_000_000, "{sizes:?}");
    }
}
