//! Keeping price lists, contracts, promotions, cost and floor: what feeds the price engine.
//!
//! Promises:
//! - What was recorded is never changed: a change ends rows and adds rows, so every price of the past can be asked for again.
//! - Every price change takes the next price version first ([`PriceChange`]). Versions follow one another with strictly rising
//!   instants, on one process or many.
//! - A version contains everything a price depends on, the pricing inputs of products and accounts too. A transaction that
//!   changes those records them here ([`PricingInputsRecorder`]).
//! - A copy is a thing of its own; nothing ties it to what it was copied from. Prices of a copied list may be raised or
//!   lowered by a percentage and rounded to a step; the arithmetic is exact.
//! - Ending and scheduling change when something applies; what was known before stays known.
//! - A review refuses nothing: it lists what looks like a mistake in what is recorded now.
//! - The history gives every recorded change with who made it, when, and the values before and after.
//!
//! Tables: `price_versions`, `price_changes`, `price_change_parts`, `price_lists`, `price_list_terms`, `price_entries`,
//! `contracts`, `contract_terms`, `contract_lines`, `promotions`, `promotion_terms`, `promotion_lines`, `product_cost_facts`,
//! `product_price_facts`, `account_price_facts`, `price_change_sets`, `price_change_set_entries`, `price_change_set_agreements`.
//! Reads: `accounts`, `categories`, `products`, `product_units` (what prices depend on, to note when it changes).
//! Events: `prices.changed` with `version`, and those of `change_sets`.
//!
//! Not here: asking for prices (`prices`), the rules of a review (`pricing::review`), products and units (`catalog`).

mod adjust;
mod agreement_routes;
mod agreements;
mod change;
mod change_sets;
mod contract;
mod copy;
mod copy_input;
mod copy_routes;
mod costs;
mod current_entries;
mod end;
mod entries;
mod entry_rows;
mod error;
mod events;
mod finding_routes;
mod finding_views;
mod history;
mod history_routes;
mod history_rows;
mod history_views;
mod input;
mod lines;
mod lists;
mod pricing_inputs;
mod promotion;
mod queries;
mod record;
mod reschedule;
mod review;
mod routes;
#[cfg(test)]
mod tests;
mod upload;
mod upload_report;
mod views;

pub use agreement_routes::AgreementRoutes;
pub use change::PriceChange;
pub use change_sets::ChangeSetRoutes;
pub use contract::{NewContract, put_contract};
pub use copy_routes::CopyRoutes;
pub use costs::put_costs;
pub use entries::{EntryOutcome, NewEntry, put_entries};
pub use error::PriceAdminError;
pub use finding_routes::FindingRoutes;
pub use history_routes::PriceHistoryRoutes;
pub use lines::{NewLine, NewTarget};
pub use lists::{Assigned, NewPriceList, put_price_list};
pub use pricing_inputs::{PricingInputsRecorder, record_missing_inputs};
pub use promotion::{NewAudience, NewPromotion, put_promotion};
pub use routes::PriceListRoutes;
