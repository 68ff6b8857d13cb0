//! What pricing staff does with lists, contracts and promotions besides writing them: copy, schedule, end, review, and look up
//! who changed what when.
//!
//! Promises:
//! - A copy is a thing of its own; nothing ties it to what it was copied from. Prices of a copied list may be raised or
//!   lowered by a percentage and rounded to a step; the arithmetic is exact.
//! - Ending and scheduling change when something applies; what was known before stays known.
//! - A review refuses nothing: it tells what looks like a mistake in what is recorded now.
//! - Every change that was ever recorded is told with who made it, when, and what stood there before and after.
//!
//! Not here: the shape of lists, contracts and promotions (`input`, `agreements`), the rules of a review (`pricing::review`).

mod adjust;
mod copy_routes;
mod copying;
mod ending;
mod finding_routes;
mod finding_views;
mod history;
mod history_routes;
mod history_views;
mod input;
mod listed;

pub(crate) use copy_routes::CopyRoutes;
pub(crate) use finding_routes::FindingRoutes;
pub(crate) use history_routes::PriceHistoryRoutes;
