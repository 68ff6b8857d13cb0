//! The compact forms in which the book holds its rows.

use super::dedup::Interned;
use super::entries::Entries;
use super::history::History;
use super::index::TargetIndex;
use crate::inputs::{Break, ContractStatus, Kind, Mode, ProductMoney, ProductVersion, Promotion, Scope, Target, Times};
use crate::{AccountId, Amount, Assignment, Currency, Factor, GroupId, Instant, MixGroupId, Per, Quantity, UnitCode};
use smallvec::SmallVec;
use smol_str::SmolStr;
use std::sync::Arc;

/// Valid and recorded time without options: open ends are the extremes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) valid_from: Instant,
    pub(crate) valid_until: Instant,
    pub(crate) recorded_at: Instant,
    pub(crate) superseded_at: Instant,
}

impl Span {
    pub(crate) fn new(times: &Times) -> Self {
        Self {
            valid_from: times.valid_from.unwrap_or(Instant::MIN),
            valid_until: times.valid_until.unwrap_or(Instant::MAX),
            recorded_at: times.recorded_at,
            superseded_at: times.superseded_at.unwrap_or(Instant::MAX),
        }
    }

    pub(crate) fn known(&self, as_of: Instant) -> bool {
        self.recorded_at <= as_of && (as_of < self.superseded_at || self.superseded_at == Instant::MAX)
    }

    pub(crate) fn valid(&self, at: Instant) -> bool {
        self.valid_from <= at && (at < self.valid_until || self.valid_until == Instant::MAX)
    }

    /// Keeps the earlier end of knowledge: what was superseded stays so when the row is put again.
    pub(crate) fn superseded_no_later_than(mut self, other: Self) -> Self {
        self.superseded_at = self.superseded_at.min(other.superseded_at);
        self
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct ProductSlot {
    pub(crate) versions: History<Product>,
    /// Whether a contract line, a promotion line names this very product; if not, the look-up is skipped.
    pub(crate) in_contracts: bool,
    pub(crate) in_promotions: bool,
    pub(crate) entries: Entries,
}

/// SKU > deeper category > shallower category > brand > everything.
pub(crate) const SKU: u32 = u32::MAX;
const BRAND: u32 = 1;
pub(crate) const EVERYTHING: u32 = 0;

/// A version of a product, laid out for reading. What many products share is kept once.
#[derive(Debug, Clone)]
pub(crate) struct Product {
    pub(crate) sold: Arc<SoldIn>,
    pub(crate) categories: Arc<Categories>,
    pub(crate) brand: Option<(Target, u32)>,
    pub(crate) mix_group: Option<MixGroupId>,
    money: SmallVec<[MoneyRow; 1]>,
}

/// The units a product is sold in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct SoldIn {
    stock_unit: UnitCode,
    pub(crate) units: SmallVec<[UnitRow; 3]>,
}

/// A product's categories, deepest first, each with how specific it is.
pub(crate) type Categories = SmallVec<[(Target, u32); 4]>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct UnitRow {
    pub(crate) code: UnitCode,
    pub(crate) factor: Factor,
    /// Zero when any quantity may be ordered.
    pub(crate) order_multiple: Quantity,
}

/// Cost and minimum price in one currency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MoneyRow {
    currency: Currency,
    has_cost: bool,
    has_floor: bool,
    cost: Amount,
    floor: Amount,
}

impl MoneyRow {
    fn new(money: &ProductMoney) -> Self {
        Self {
            currency: money.currency,
            has_cost: money.cost.is_some(),
            has_floor: money.floor.is_some(),
            cost: money.cost.unwrap_or_default(),
            floor: money.floor.unwrap_or_default(),
        }
    }

    pub(crate) fn cost(&self) -> Option<Amount> {
        self.has_cost.then_some(self.cost)
    }

    pub(crate) fn floor(&self) -> Option<Amount> {
        self.has_floor.then_some(self.floor)
    }
}

impl SoldIn {
    fn new(version: &ProductVersion) -> Self {
        let row =
            |code, factor, multiple: Option<Quantity>| UnitRow { code, factor, order_multiple: multiple.unwrap_or_default() };
        let units = version.units.iter().map(|unit| row(unit.code, unit.factor, unit.order_multiple)).collect();
        Self { stock_unit: version.stock_unit, units }
    }
}

fn categories(version: &ProductVersion) -> Categories {
    let mut categories = version.categories.clone();
    categories.sort_by_key(|category| (std::cmp::Reverse(category.depth), category.id));
    let mut seen = ahash::AHashSet::new();
    categories.retain(|category| seen.insert(category.id));
    let specificity = |depth: u32| depth.saturating_add(BRAND + 1).min(SKU - 1);
    categories.iter().map(|at| (Target::Category(at.id), specificity(at.depth))).collect()
}

impl Product {
    pub(crate) fn new(version: &ProductVersion, sold_in: &mut Interned<SoldIn>, chains: &mut Interned<Categories>) -> Self {
        Self {
            sold: sold_in.one(SoldIn::new(version)),
            categories: chains.one(categories(version)),
            brand: version.brand.map(|brand| (Target::Brand(brand), BRAND)),
            mix_group: version.mix_group,
            money: version.money.iter().map(MoneyRow::new).collect(),
        }
    }

    pub(crate) fn stock_unit(&self) -> UnitCode {
        self.sold.stock_unit
    }

    /// Its categories, deepest first, and its brand, each with how specific it is.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &(Target, u32)> {
        self.categories.iter().chain(&self.brand)
    }

    /// Stock units in one of the unit; nothing when the product is not sold in it.
    pub(crate) fn factor(&self, unit: UnitCode) -> Option<Factor> {
        if unit == self.sold.stock_unit {
            return Some(Factor::ONE);
        }
        self.sold.units.iter().find(|row| row.code == unit).map(|row| row.factor)
    }

    pub(crate) fn order_multiple(&self, unit: UnitCode) -> Quantity {
        self.sold.units.iter().find(|row| row.code == unit).map_or(Quantity::ZERO, |row| row.order_multiple)
    }

    /// Whether a target other than a single product names it.
    pub(crate) fn is_in(&self, target: Target) -> bool {
        target == Target::Everything || self.targets().any(|(own, _)| *own == target)
    }

    pub(crate) fn money(&self, currency: Currency) -> Option<&MoneyRow> {
        self.money.iter().find(|row| row.currency == currency)
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    pub(crate) parent: Option<AccountId>,
    pub(crate) group: Option<GroupId>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct AccountSlot {
    pub(crate) versions: History<Account>,
    /// Lists that were ever assigned to it.
    pub(crate) lists: SmallVec<[u32; 2]>,
    /// Contracts it ever held.
    pub(crate) contracts: SmallVec<[u32; 2]>,
    pub(crate) promotions: Option<Box<TargetIndex>>,
}

impl AccountSlot {
    /// Begins to load it, so that the waits for memory run side by side. Changes nothing.
    pub(crate) fn touch(&self) {
        std::hint::black_box((self.contracts.is_empty(), self.promotions.is_some()));
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct GroupSlot {
    pub(crate) lists: SmallVec<[u32; 2]>,
    pub(crate) promotions: TargetIndex,
}

#[derive(Debug, Clone)]
pub(crate) struct List {
    pub(crate) code: SmolStr,
    /// Sorted.
    pub(crate) assigned: Box<[Assignment]>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct ContractSlot {
    /// The version put first and, rarely, more of them.
    pub(crate) first: Option<ContractHeader>,
    #[expect(clippy::box_collection, reason = "nearly every contract has none, and then it is small")]
    pub(crate) more: Option<Box<Vec<ContractHeader>>>,
    pub(crate) lines: TargetIndex,
    /// Whether any line looks at what was ordered before.
    pub(crate) has_period: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct ContractHeader {
    pub(crate) version: i64,
    pub(crate) code: SmolStr,
    pub(crate) account: AccountId,
    pub(crate) currency: Currency,
    pub(crate) mode: Mode,
    pub(crate) status: ContractStatus,
    pub(crate) span: Span,
}

impl ContractSlot {
    /// Begins to load it, so that the waits for memory run side by side. Changes nothing.
    pub(crate) fn touch(&self) {
        std::hint::black_box((self.first.is_some(), self.has_period));
        self.lines.touch();
    }

    /// Adds a version; one of the same number is replaced.
    pub(crate) fn put(&mut self, mut header: ContractHeader) {
        let more = self.more.iter_mut().flat_map(|more| more.iter_mut());
        let mut versions = self.first.iter_mut().chain(more);
        if let Some(old) = versions.find(|old| old.version == header.version) {
            header.span = header.span.superseded_no_later_than(old.span);
            *old = header;
        } else if self.first.is_none() {
            self.first = Some(header);
        } else {
            self.more.get_or_insert_default().push(header);
        }
    }

    /// The version that counts at `as_of`, active or not.
    pub(crate) fn known(&self, as_of: Instant) -> Option<&ContractHeader> {
        if self.more.is_none() {
            return self.first.as_ref().filter(|header| header.span.known(as_of));
        }
        let more = self.more.iter().flat_map(|more| more.iter());
        let known = self.first.iter().chain(more).filter(|header| header.span.known(as_of));
        known.max_by_key(|header| (header.span.recorded_at, header.version))
    }
}

/// A version of a promotion as it was put, and the rows its lines became.
#[derive(Debug, Clone)]
pub(crate) struct PromotionRow {
    pub(crate) promotion: Promotion,
    pub(crate) code: SmolStr,
    pub(crate) span: Span,
    pub(crate) rows: Vec<u32>,
}

/// A line of a contract or a promotion.
#[derive(Debug, Clone)]
pub(crate) struct LineRow {
    /// The contract line's id, or the position in the promotion.
    pub(crate) id: i64,
    /// The contract, or the promotion row.
    pub(crate) owner: u32,
    /// The next line of the same owner and target; `u32::MAX` at the end.
    pub(crate) next: u32,
    pub(crate) target: Target,
    pub(crate) kind: Kind,
    pub(crate) scope: Scope,
    pub(crate) unit: Option<UnitCode>,
    pub(crate) per: Per,
    /// By threshold, which are all different.
    pub(crate) breaks: SmallVec<[Break; 2]>,
    /// When the contract line, or the promotion, applies and is known.
    pub(crate) span: Span,
    /// The promotion's currency and whether it needs a coupon, so that most can be passed over without looking at it.
    pub(crate) currency: Option<Currency>,
    pub(crate) needs_coupon: bool,
    /// Whether the promotion has several versions, one of which counts.
    pub(crate) has_versions: bool,
}
