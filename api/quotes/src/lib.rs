//! Quotes: a customer requests prices, and the seller offers prices that are valid until a date and can be ordered exactly.
//!
//! A quote is requested and offered; the request may be revised with other target prices or quantities and offered again; in the
//! end the quote is ordered, declined or withdrawn, or it expires. Every request begins a round; an offer is for the round it
//! answers, so an offer no longer applies after a new request. The status of a quote is derived from these facts
//! and the clock ([`status`]) and is not stored.
//!
//! Promises:
//! - While an offer is valid, its quantities and prices do not change, whatever prices are published: the order of a quote costs
//!   exactly what was offered, also when lines are left out of it and when a quantity is reduced later. The seller may
//!   revise an offer; an order with the version of the quote is never placed for another version. A line whose unit factor
//!   changed since the offer cannot be ordered and needs a new offer.
//! - The account can order every line at the time it is offered or requested. A line that cannot be ordered is rejected, whether
//!   the request contains it or not; the seller may decline single lines, which are then left out of offer, total and order.
//! - A product that the account may not see is neither offered nor requested again, and is shown to the account's users without
//!   title and price of today; its SKU and the requested and offered prices stay visible.
//! - Header and lines of a quote are read in one version.
//! - A quote becomes at most one order. Its row is locked while it is ordered, and marked as ordered in the order's
//!   transaction. An ordered quote never changes, so an order's prices can be audited against its quote.
//! - A request is priced in one call and stores the prices of that day; a quote is shown with today's prices beside the offer.
//!   The number of statements does not depend on the number of lines, except for batches.
//! - A request with invalid lines is rejected as a whole, or accepted without them with `partial: accept`. An offer is accepted
//!   whole or not at all.
//! - Staff are warned of offered prices below cost, below the floor, or above today's. Buyers never see cost or floor.
//! - A quote of another account is answered 404.
//!
//! Tables: `quotes`, `quote_lines`. Events: `quote.requested` (of every round), `quote.offered`, `quote.declined`,
//! `quote.withdrawn`, `quote.ordered`.
//!
//! Not here: how a price is found (`prices`), ordering a quote (`checkout`),
//! approval of discounts, attachments, lines added to a quote after it was requested.

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
mod revise_request;
mod routes;
mod show;
mod status;
mod target_price;
mod views;

pub use close::mark_ordered;
pub use error::QuoteError;
pub use offer::{NewOffer, NewOfferLine, QuoteContext, offer};
pub use open::OpenQuotes;
pub use queries::{OfferedLine, lock_offered, offered_lines};
pub use request::{NewQuote, NewQuoteLine, request};
pub use routes::SalesQuoteRoutes;
