//! The rows a [`crate::PriceBook`] is fed with, one type per kind of row.
//!
//! Rows that carry prices (list entries, contract lines, promotions) are bitemporal: valid from/until says when they
//! apply, recorded/superseded says when they were known. Versions of products, accounts and lists are kept by the
//! instant they were recorded. Not here: how rows are held (see [`crate::PriceBook`]).

use crate::{
    AccountId, Amount, BrandId, CategoryId, ContractId, ContractLineId, Currency, EntryId, Factor, GroupId, Instant, ListId,
    MixGroupId, Per, ProductId, PromotionId, Quantity, UnitCode,
};

/// When a row applies and when it was known. It counts when `recorded_at ≤ as_of < superseded_at` and
/// `valid_from ≤ at < valid_until`; open ends are `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Times {
    /// The first instant at which it applies.
    pub valid_from: Option<Instant>,
    /// The first instant at which it does not apply any more.
    pub valid_until: Option<Instant>,
    /// The instant from which it was known.
    pub recorded_at: Instant,
    /// The instant from which it was known to be replaced or withdrawn.
    pub superseded_at: Option<Instant>,
}

impl Times {
    /// Without ends, known from `recorded_at` on.
    pub const fn since(recorded_at: Instant) -> Self {
        Self { valid_from: None, valid_until: None, recorded_at, superseded_at: None }
    }
}

/// What pricing needs to know about a product, as recorded at an instant. A later recording replaces the earlier one
/// for every `as_of` from then on; for an `as_of` before the first recording the first one is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductVersion {
    /// The product.
    pub id: ProductId,
    /// When this was recorded.
    pub recorded_at: Instant,
    /// Every category it is in, directly or through a parent, with its depth (a root has depth 0). In any order.
    pub categories: Vec<CategoryAt>,
    /// Its brand.
    pub brand: Option<BrandId>,
    /// Its mix-and-match group.
    pub mix_group: Option<MixGroupId>,
    /// The unit stock is kept in. Its factor is 1; it needs no row in `units` unless it has an order multiple.
    pub stock_unit: UnitCode,
    /// Its sales units.
    pub units: Vec<ProductUnit>,
    /// Cost and minimum price per currency.
    pub money: Vec<ProductMoney>,
}

/// A category of a product and how deep it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CategoryAt {
    /// The category.
    pub id: CategoryId,
    /// Its depth in the tree: a deeper one is more specific.
    pub depth: u32,
}

/// A unit in which a product is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProductUnit {
    /// The unit.
    pub code: UnitCode,
    /// Stock units in one of it.
    pub factor: Factor,
    /// It is ordered in multiples of this quantity; `None` for any quantity.
    pub order_multiple: Option<Quantity>,
}

/// Cost and minimum price of one stock unit in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProductMoney {
    /// The currency.
    pub currency: Currency,
    /// What one stock unit costs the seller.
    pub cost: Option<Amount>,
    /// The minimum price of one stock unit.
    pub floor: Option<Amount>,
}

/// What pricing needs to know about an account, as recorded at an instant (same rule as for products).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountVersion {
    /// The account.
    pub id: AccountId,
    /// When this was recorded.
    pub recorded_at: Instant,
    /// The company above it.
    pub parent: Option<AccountId>,
    /// Its group. Groups are not inherited from the parent.
    pub group: Option<GroupId>,
}

/// To whom a price list belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assignment {
    /// To an account and, as a source of lower rank, to the accounts below it.
    Account(AccountId),
    /// To the accounts of a group.
    Group(GroupId),
    /// To everybody, as the last source.
    Default,
}

/// A price list, as recorded at an instant (same rule as for products).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListVersion {
    /// The list.
    pub id: ListId,
    /// When this was recorded.
    pub recorded_at: Instant,
    /// Its code, shown in explanations.
    pub code: String,
    /// To whom it belongs; a list without assignment is never used.
    pub assigned: Vec<Assignment>,
}

/// An entry of a price list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The entry.
    pub id: EntryId,
    /// Its list.
    pub list: ListId,
    /// Its product.
    pub product: ProductId,
    /// The unit that price and quantity are in.
    pub unit: UnitCode,
    /// The currency.
    pub currency: Currency,
    /// The smallest quantity of the SKU in the basket at which it applies.
    pub min_quantity: Quantity,
    /// The price of `per` units.
    pub unit_price: Amount,
    /// The price basis.
    pub per: Per,
    /// When it applies and was known.
    pub times: Times,
}

/// What a contract line or a promotion line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// One product.
    Sku(ProductId),
    /// The products in a category or below it.
    Category(CategoryId),
    /// The products of a brand.
    Brand(BrandId),
    /// Every product.
    Everything,
}

/// How a contract line or a promotion line makes a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The value is the price of `per` units.
    Fixed,
    /// The value is a percentage (12.5 is 12.5 %) taken off the list price.
    PercentOff,
    /// The value is an amount per 1 unit taken off the list price.
    AmountOff,
    /// The value is a percentage put on the product's cost. Contracts only.
    CostPlus,
}

/// Which quantity is compared with thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Scope {
    /// All lines of the SKU in the basket.
    #[default]
    Sku,
    /// All lines of the basket whose SKU is in the same mix-and-match group.
    Group,
    /// Ordered in the contract period so far, plus the lines of the basket that the contract line targets. Contracts only.
    Period,
}

/// From `threshold` on, `value` applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Break {
    /// The smallest quantity, in the line's unit.
    pub threshold: Quantity,
    /// What [`Kind`] says: an amount, or a percentage.
    pub value: Amount,
}

/// The part that contract lines and promotion lines share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// What it is for.
    pub target: Target,
    /// How it makes a price.
    pub kind: Kind,
    /// The unit of price and thresholds; `None` means the stock unit of the priced product.
    pub unit: Option<UnitCode>,
    /// The price basis of a fixed or cost-plus price.
    pub per: Per,
    /// Which quantity is compared with thresholds.
    pub scope: Scope,
    /// The value that needs no quantity; `None` when only the breaks give values.
    pub value: Option<Amount>,
    /// Volume breaks, in any order.
    pub breaks: Vec<Break>,
}

/// Whether a contract price may be beaten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// The contract price applies, whether it is higher or lower than others.
    #[default]
    Exclusive,
    /// The lowest of list, contract and promotion counts.
    BestOf,
}

/// Whether a contract is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ContractStatus {
    /// It prices.
    #[default]
    Active,
    /// Draft, suspended or cancelled: it does not price.
    Inactive,
}

/// One version of a contract's header. Of the versions known at `as_of` the last recorded counts, then the one with
/// the larger `version`; its validity is compared with `at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractVersion {
    /// The contract.
    pub id: ContractId,
    /// The version's own number; putting the same number again replaces it.
    pub version: i64,
    /// The contract's code, shown in explanations and used on a tie.
    pub code: String,
    /// The account that holds it; accounts below inherit it.
    pub account: AccountId,
    /// The currency of all its lines.
    pub currency: Currency,
    /// Whether its price may be beaten.
    pub mode: Mode,
    /// Whether it is in force.
    pub status: ContractStatus,
    /// When it applies and was known.
    pub times: Times,
}

/// A line of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractLine {
    /// The line.
    pub id: ContractLineId,
    /// Its contract.
    pub contract: ContractId,
    /// Target, price and thresholds.
    pub terms: Terms,
    /// When it applies and was known.
    pub times: Times,
}

/// For whom a promotion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// For everybody, also without an account.
    Everyone,
    /// For the accounts of a group.
    Group(GroupId),
    /// For one account; accounts below do not inherit it.
    Account(AccountId),
}

/// One version of a promotion. Of the versions known at `as_of` the last recorded counts, then the one with the larger
/// `version`; its validity is compared with `at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    /// The promotion.
    pub id: PromotionId,
    /// The version's own number; putting the same number again replaces it.
    pub version: i64,
    /// Its code, shown in explanations and used on a tie.
    pub code: String,
    /// For whom it is.
    pub audience: Audience,
    /// The coupon it needs. Coupons are compared without regard to ASCII case.
    pub coupon: Option<String>,
    /// The currency; `None`, for percentages only, means every currency.
    pub currency: Option<Currency>,
    /// Its lines.
    pub lines: Vec<Terms>,
    /// When it applies and was known.
    pub times: Times,
}
