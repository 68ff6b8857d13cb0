//! The price engine of Bulkhead.
#![deny(missing_docs, clippy::float_arithmetic)]

mod amount;
mod book;
mod candidate;
mod currency;
mod decimal;
pub mod facts;
mod ids;
mod instant;
mod money;
mod pricing;
mod quantity;
mod ratio;
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
pub use facts::{
    AccountFacts, Assignment, Audience, Break, CategoryAt, ContractLine, ContractStatus,
    ContractVersion, Entry, Kind, ListFacts, Mode, ProductFacts, ProductMoney, ProductUnit,
    Promotion, Scope, Target, Terms, Times,
};
pub use ids::*;
pub use instant::Instant;
pub use money::{Money, MoneyError, Per};
pub use pricing::{CatalogueLine, price, price_catalogue};
pub use quantity::Quantity;
pub use request::{
    Flags, LineError, LinePrice, PeriodQuantity, PriceAnswer, PriceRequest, RequestLine, Source,
    UnitPrice,
};
pub use rounding::{Overflow, line_amount};
pub use unit::{ConversionError, Factor, InvalidFactor, InvalidUnitCode, UnitCode};
