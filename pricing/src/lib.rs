//! The price engine of Bulkhead: exact types for money, quantities and units, a book of all rows that can make a
//! price, and functions that find a price in it, explain it and say what the next break would bring.
//!
//! It is pure: no database, no network, no clock (time is an argument), no floating point. The same book and the same
//! question give the same answer for ever, whatever the order in which the rows came in. Not here: taxes, freight,
//! rounding of totals, exchange of currencies, who may see which price list.
//!
//! ```
//! use pricing::{
//!     AccountVersion, AccountId, Assignment, Entry, EntryId, Instant, ListVersion, ListId, Per, PriceBook, PriceRequest,
//!     ProductVersion, ProductId, RequestLine, Times, price,
//! };
//! let now = Instant::from_micros(1_800_000_000_000_000);
//! let mut book = PriceBook::new();
//! book.put_product(&ProductVersion {
//!     id: ProductId(1), recorded_at: now, categories: vec![], brand: None, mix_group: None,
//!     stock_unit: "EA".parse()?, units: vec![], money: vec![],
//! })?;
//! book.put_list(&ListVersion { id: ListId(1), recorded_at: now, code: "STANDARD".into(), assigned: vec![Assignment::Default] })?;
//! book.put_entry(&Entry {
//!     id: EntryId(1), list: ListId(1), product: ProductId(1), unit: "EA".parse()?, currency: "EUR".parse()?,
//!     min_quantity: "1".parse()?, unit_price: "12.5".parse()?, per: Per::new(100).ok_or("zero")?, times: Times::since(now),
//! })?;
//! let lines = [RequestLine { product: ProductId(1), quantity: "30".parse()?, unit: "EA".parse()? }];
//! let request = PriceRequest {
//!     account: Some(AccountId(7)), currency: "EUR".parse()?, at: now, as_of: now, coupons: &[], lines: &lines,
//!     period_quantities: &[],
//! };
//! let line = price(&book, &request).lines[0]?;
//! assert_eq!((line.unit_price.to_string(), line.line_amount.to_string()), ("12.5".into(), "3.75".into()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How a price is found
//!
//! Everything happens in the asked currency. A row counts when `recorded_at ≤ as_of < superseded_at` and
//! `valid_from ≤ at < valid_until`.
//!
//! | step | candidates | which one | result |
//! |---|---|---|---|
//! | 1 list | entries of the lists of the account, of its parents (nearest first), of its group, of everybody | first source with an applicable entry; there: asked unit before converted, larger threshold, later `valid_from`, later recorded | list price |
//! | 2 contract | lines of active contracts of the account and its parents that target the SKU | SKU > deeper category > shallower > brand > everything; nearer account; later contract start; lower price; lower code | contract price |
//! | 3 promotion | lines of promotions for everyone, the group, the account, coupon given if needed | lowest; lower code | promotion price |
//! | 4 choice | the three above | an exclusive contract applies; else the lowest, on a tie contract, promotion, list | price, or `price_on_request` |
//! | 5 floor | the product's minimum price | a lower price is lifted, but a `fixed` contract price applies and is flagged | unit price |
//! | 6 rounding | | see the rounding points of [`line_amount`] and below | line amount |
//!
//! Rounding points, all half away from zero: unit conversion (price and floor), end of step 2, end of step 3: to 6
//! decimals; line amount: to the currency's minor unit. A price per stock unit or per row unit is multiplied out first
//! and rounded once.
//!
//! # Readings
//!
//! Where the rules leave two readings open, this one is taken; each has a test of the same name in `tests/engine/` (cases, choices).
//!
//! 1. **Lists of one owner are one source.** Two lists assigned to the same account compete by threshold, not by list:
//!    one has a price from 1, the other from 10; at 10 the second one counts.
//! 2. **Groups are not inherited.** `its group` is the group of the account itself, not of a parent: a site without a
//!    group whose company is in group G does not see G's lists and promotions.
//! 3. **Other units.** A row that is neither in the asked nor in the stock unit does not apply: a row per box says
//!    nothing about one piece. A percentage needs no unit; only its thresholds are in one, which the product must have.
//! 4. **The asked unit beats a converted row** within one contract (or promotion) and one degree of specificity, among
//!    the rows that apply: 10.00 per box beats 0.10 each × 30. Percentages compete with either.
//! 5. **Group quantities** are added in the row's unit, each SKU by its own factor: a box of 12 of one SKU and a box of
//!    30 of another are two boxes. A SKU without that unit does not count. A row without unit counts stock units. A SKU
//!    in no group is its own group.
//! 6. **Period quantities** are over all that the contract line targets: for a category line all products of the
//!    category, ordered so far by the contract's account and its descendants plus all such lines of this basket. From 100 on
//!    10 % off a category: 60 drills ordered last month and 40 saws in this basket are 100, and the saws get it.
//!    [`period_lines`] names the lines for which the caller has to fetch a quantity.
//! 7. **A discount stops at zero**: 5.00 less 6.00 is 0.00, flagged. Prices that are negative as given stay so.
//! 8. **Amount off** is per 1 unit of its row, also when the list price is per 100: 12.00 per 100 less 0.01 is 11.00 per 100.
//! 9. **Cost plus** is on the cost of the asked unit, for the line's `per`: cost 0.50, 20 %, per 100 is 60.00 per 100.
//! 10. **A value without threshold** in a line with breaks applies from 0 on; without it the line applies from its
//!     smallest break only: 10 %, and 15 % from 50 on, is 10 % for 49; with the break alone 49 get nothing.
//! 11. **Versions of a contract or promotion.** Of those known at `as_of` the last recorded counts, also when it is
//!     inactive or not valid at `at`; an older version does not step in: recorded on Monday for ever, on Tuesday as ended in
//!     May, it gives no price in June, though Monday's version would.
//! 12. **Products** (cost and floor too), accounts and lists go by `as_of`: the last recorded up to then. For an
//!     `as_of` before the first recording the first one is used, so that history may begin late: a product moved to another
//!     category in May is priced in its old one as of April, also if it was recorded first in March and is asked as of January.
//! 13. **Full ties** go on: list entries of one source by lower price, smaller `per`, lower list and entry handle;
//!     contract lines by smaller `per`, kind, handles; promotions by smaller `per`, handles. Of 1.00 per 1 and 100.00 per 100
//!     the first is given.
//! 14. **The next break** adds to this line: its unit price may also change because other lines of the basket count
//!     along. The quantity to add, not the sum, is rounded up to the order multiple: sold in fives, 92 and a break at 95 is 5
//!     more, 97. A break that raises the price is given too, and one that changes nothing is not.
//! 15. **Lines in error** (unknown product or unit, quantity not above zero) count in no quantity: 5 pieces and 5 pallets of a
//!     product that has no pallets are 5.
//! 16. **Coupons** are compared without regard to ASCII case: `spring` opens what needs `SPRING`.
//! 17. **Companies in a circle** are each visited once; at most 64 are looked at. With A below B and B below A, A sees its own
//!     lists and contracts first, then those of B.
//! 18. **A fixed promotion price** needs no list price: 5.00 for a product that no list has. A promotion without currency may
//!     only have percentages.
//! 19. **An open start is the earliest.** Of two contracts that tie up to their start, one that began on a day beats one that has
//!     always been valid; the same goes for list entries of one threshold.
//! 20. **One fault per line**: an unknown product comes before an unknown unit, and that before a quantity that is not above
//!     zero: −1 pallet of a product that has no pallets is an unknown unit.
//! 21. **A category given twice** counts at its deepest place: given at depth 1 and 3, its line beats one of another category
//!     at depth 2.
//! 22. **A ladder** (see [`Ladders`]) is what one line alone costs: no coupons, nothing ordered before, no other lines. A price that
//!     holds from the smallest quantity that may be ordered has no threshold there: sold by the piece, an entry from 1 on is
//!     given as from 0 on.
//!
//! To replay an old order the book must hold the rows and versions of that time, and the request must bring `at`, `as_of`,
//! the coupons, all lines of the basket and the period quantities of that time.
#![deny(missing_docs, clippy::float_arithmetic)]

mod amount;
mod book;
mod candidate;
mod context;
mod coverage;
mod currency;
mod decimal;
mod delta;
mod explain;
mod ids;
pub mod inputs;
mod instant;
mod ladder;
mod next_break;
mod order;
mod per;
mod period;
mod pricing;
mod quantity;
mod ratio;
mod reason;
mod request;
mod resolve;
pub mod review;
mod rounding;
mod totals;
mod unit;
mod volume;

pub use amount::Amount;
pub use book::{BookError, PriceBook};
pub use coverage::{Coverage, coverage};
pub use currency::{Currency, UnknownCurrency};
pub use decimal::{DECIMALS, DecimalText, ParseDecimalError};
pub use delta::{Causes, Delta, compare_ladders};
pub use explain::{AppliedTerms, ExplainedLine, Explanation, Internal, LostCandidate, Step, StepKind, Viewer, explain};
pub use ids::{
    AccountId, BrandId, CategoryId, ContractId, ContractLineId, EntryId, GroupId, HANDLE_LIMIT, ListId, MixGroupId, ProductId,
    PromotionId,
};
pub use inputs::{
    AccountVersion, Assignment, Audience, Break, CategoryAt, ContractLine, ContractStatus, ContractVersion, Entry, Kind,
    ListVersion, Mode, ProductMoney, ProductUnit, ProductVersion, Promotion, Scope, Target, Terms, Times,
};
pub use instant::Instant;
pub use ladder::{Asking, LadderStep, Ladders};
pub use next_break::NextBreak;
pub use per::Per;
pub use period::{PeriodLine, period_lines};
pub use pricing::{CatalogueLine, price, price_catalogue, price_some};
pub use quantity::Quantity;
pub use reason::Reason;
pub use request::{Flags, LineError, LinePrice, PeriodQuantity, PriceAnswer, PriceRequest, RequestLine, Source, UnitPrice};
pub use rounding::{Overflow, less_percent, line_amount};
pub use unit::{ConversionError, Factor, InvalidFactor, InvalidUnitCode, UnitCode};
