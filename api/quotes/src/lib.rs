//! Quotes: prices a customer asks for, and the seller's offer, held until a date and then ordered at exactly what was offered.
//!
//! The life of a quote: it is requested, offered, perhaps asked for again with other targets or quantities and offered anew, and
//! in the end ordered, declined or withdrawn, or it expires. Every request begins a round; an offer is for the round it
//! answers, so a new request puts the offer of the round before aside. Where a quote stands follows from these facts
//! and the clock ([`status`]); it is stored nowhere and cannot drift.
//!
//! Promises:
//! - While an offer stands, its quantities and prices stand, whatever is published: the order of a quote costs what was
//!   offered to the cent, also when lines are dropped from it, and later when less of a line is wanted. The seller may
//!   revise an offer; who orders with the version seen orders no other. A line whose unit is another quantity than when it was
//!   offered is not ordered; it is offered anew.
//! - What is offered or asked for again can be ordered by the account then. A line that cannot be is refused, whether it is named
//!   or not; the seller may decline single lines, which are then left out of offer, total and order.
//! - A product the account may not see is neither offered nor asked for again, and has no title and no price of today in what
//!   the account's people are shown; its SKU, and what was asked and offered, stay.
//! - Head and lines of a quote that is shown were together at one time.
//! - A quote becomes at most one order. Its row is locked from the look at it to the order, and marked in the order's
//!   transaction. What was ordered never changes again, so an order's prices can be audited against its quote.
//! - A request is priced in one call and shows the price of that day; a look shows today's price beside the offer. Whatever the
//!   number of lines, the number of statements is constant, save for batches.
//! - A request with bad lines is refused as a whole, or with `partial: accept` taken without them. An offer is taken whole or
//!   not at all.
//! - Staff who offer are told of prices under cost, floor, or above today's. Buyers never learn of cost or floor.
//! - Another account's quote does not exist.
//!
//! Tables: `quotes`, `quote_lines`. Events: `quote.requested` (of every round), `quote.offered`, `quote.declined`,
//! `quote.withdrawn`, `quote.ordered`.
//!
//! Not here: what a price is made of (`contracts`, whose price quotes are asked and not kept), ordering a quote (`checkout`),
//! approval of discounts, attachments, lines added to a quote after it was requested.

mod ask;
mod close;
mod error;
mod events;
mod input;
mod line_prices;
mod offer;
mod offer_lines;
mod open;
mod queries;
mod request;
mod routes;
mod show;
mod status;
mod views;

pub use close::mark_ordered;
pub use error::QuoteError;
pub use input::SalesOfferInput;
pub use offer::{Desk, offer};
pub use open::OpenQuotes;
pub use queries::{OfferedLine, lock_offered, offered_lines};
pub use request::{NewQuote, NewQuoteLine, request};
pub use routes::SalesQuoteRoutes;
