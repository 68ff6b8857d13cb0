//! What is asked and what is answered: baskets in, prices or refusals out.
//!
//! Not here: the explanation of a price (see [`crate::explain`]).

use crate::{
    AccountId, Amount, ContractId, ContractLineId, Currency, EntryId, Instant, ListId, Overflow, Per, ProductId, PromotionId,
    Quantity, UnitCode,
};

/// A basket to be priced. All lines are one basket: thresholds see them together.
#[derive(Debug, Clone, Copy)]
pub struct PriceRequest<'a> {
    /// Who asks; `None` for a visitor without account, who gets default lists and promotions for everyone.
    pub account: Option<AccountId>,
    /// The currency everything happens in.
    pub currency: Currency,
    /// The instant whose prices are asked for.
    pub at: Instant,
    /// The instant whose knowledge counts.
    pub as_of: Instant,
    /// Coupons given.
    pub coupons: &'a [String],
    /// The lines.
    pub lines: &'a [RequestLine],
    /// What was ordered in the contract period so far, for the contract lines that [`crate::period_lines`] names. A
    /// line that is missing here has ordered nothing; of a line given twice the first counts.
    pub period_quantities: &'a [PeriodQuantity],
}

/// A line of the basket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLine {
    /// The product.
    pub product: ProductId,
    /// How much of it.
    pub quantity: Quantity,
    /// In which of its units.
    pub unit: UnitCode,
}

/// The quantity ordered so far under a contract line of scope period, in the line's unit (without one: in the stock
/// units of the products), cancelled quantities taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodQuantity {
    /// The contract line.
    pub line: ContractLineId,
    /// The quantity so far.
    pub quantity: Quantity,
}

/// The prices of a basket, line by line in the order asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceAnswer {
    /// The version of the book the prices come from.
    pub version: u64,
    /// One outcome per line.
    pub lines: Vec<Result<LinePrice, LineError>>,
}

impl PriceAnswer {
    /// The sum of the line amounts of all priced lines.
    pub fn total(&self) -> Result<Amount, Overflow> {
        Amount::checked_sum(self.lines.iter().flatten().map(|line| line.line_amount))
    }
}

/// A price together with its basis: `12.50` per 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnitPrice {
    /// The price of `per` units.
    pub amount: Amount,
    /// The price basis.
    pub per: Per,
}

impl UnitPrice {
    /// Compares what one unit costs, exactly.
    pub fn cmp_value(&self, other: &Self) -> std::cmp::Ordering {
        let left = i128::from(self.amount.micros()) * i128::from(other.per.get());
        left.cmp(&(i128::from(other.amount.micros()) * i128::from(self.per.get())))
    }
}

/// The price of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinePrice {
    /// The price of `per` of the asked units.
    pub unit_price: Amount,
    /// The price basis.
    pub per: Per,
    /// Unit price × quantity ÷ per, rounded to the currency's minor unit.
    pub line_amount: Amount,
    /// The list price in the asked unit, when there is one.
    pub list_price: Option<UnitPrice>,
    /// Where the price comes from.
    pub source: Source,
    /// What else is to be said about it.
    pub flags: Flags,
}

/// The row a price comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// An entry of a price list.
    List {
        /// The list.
        list: ListId,
        /// The entry.
        entry: EntryId,
    },
    /// A line of a contract.
    Contract {
        /// The contract.
        contract: ContractId,
        /// The line.
        line: ContractLineId,
    },
    /// A line of a promotion.
    Promotion {
        /// The promotion.
        promotion: PromotionId,
        /// Position of the line in the promotion, from 0.
        line: u32,
    },
}

/// Remarks on a price. `below_floor` and `below_cost` are for the seller's staff only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// The price was lifted to the product's minimum price.
    pub floor_lifted: bool,
    /// The price is under the product's minimum price, which a fixed contract price may be.
    pub below_floor: bool,
    /// The price is under the product's cost.
    pub below_cost: bool,
    /// A discount larger than the price was cut off at zero.
    pub stopped_at_zero: bool,
}

impl Flags {
    /// Without what only the seller's staff may see.
    pub const fn for_buyer(self) -> Self {
        Self { below_floor: false, below_cost: false, ..self }
    }
}

/// Why a line has no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum LineError {
    /// The book does not know the product.
    #[error("the product is unknown")]
    UnknownProduct,
    /// The product is not sold in the unit.
    #[error("the product is not sold in this unit")]
    UnknownUnit,
    /// The quantity is zero or negative.
    #[error("the quantity must be above zero")]
    QuantityNotPositive,
    /// No list, contract or promotion gives a price.
    #[error("there is no price; it is given on request")]
    PriceOnRequest,
    /// A number on the way is out of range.
    #[error("the quantity or an amount is out of range")]
    Overflow,
}

impl From<Overflow> for LineError {
    fn from(_: Overflow) -> Self {
        Self::Overflow
    }
}

impl LineError {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownProduct => "unknown_product",
            Self::UnknownUnit => "unknown_unit",
            Self::QuantityNotPositive => "quantity_not_positive",
            Self::PriceOnRequest => "price_on_request",
            Self::Overflow => "amount_out_of_range",
        }
    }
}
