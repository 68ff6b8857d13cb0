//! The price engine of Bulkhead.
#![deny(missing_docs, clippy::float_arithmetic)]

mod amount;
mod book;
mod candidate;
mod currency;
mod decimal;
mod explain;
pub mod facts;
mod ids;
mod instant;
mod money;
mod next_break;
mod order;
mod period;
mod pricing;
mod quantity;
mod ratio;
mod reason;
mod request;
mod resolve;
mod rounding;
mod scene;
mod totals;
mod unit;
mod volume;

pub use amount::Amount;
pub use book::{BookError, PriceBook};
pub use currency::{Currency, UnknownCurrency};
pub use decimal::{DECIMALS, ParseDecimalError};
pub use explain::{
    AppliedTerms, ExplainedLine, Explanation, Internal, LostCandidate, Step, StepKind, Viewer,
    explain,
};
pub use facts::{
    AccountFacts, Assignment, Audience, Break, CategoryAt, ContractLine, ContractStatus,
    ContractVersion, Entry, Kind, ListFacts, Mode, ProductFacts, ProductMoney, ProductUnit,
    Promotion, Scope, Target, Terms, Times,
};
pub use ids::*;
pub use instant::Instant;
pub use money::{Money, MoneyError, Per};
pub use next_break::NextBreak;
pub use period::{PeriodLine, period_lines};
pub use pricing::{CatalogueLine, price, price_catalogue};
pub use quantity::Quantity;
pub use reason::Reason;
pub use request::{
    Flags, LineError, LinePrice, PeriodQuantity, PriceAnswer, PriceRequest, RequestLine, Source,
    UnitPrice,
};
pub use rounding::{Overflow, line_amount};
pub use unit::{ConversionError, Factor, InvalidFactor, InvalidUnitCode, UnitCode};
