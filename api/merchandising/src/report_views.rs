//! Clicks and reports on the wire.

use poem_openapi::{Enum, Object};
use pricing::Quantity;
use serde::{Deserialize, Serialize};

use super::report::SearchTotals;
use kernel::wire::{Code, QuantityText, Text};

/// A product of a search that was opened.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchClickInput {
    /// `search_id` of the search's answer.
    pub search_id: Text<64>,
    /// SKU.
    pub sku: Code,
    /// Its place among the hits, from 1 on.
    #[oai(validator(minimum(value = "1"), maximum(value = "10100")))]
    pub position: u32,
}

/// A product of a search that was opened.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SearchClickView {
    /// The search.
    pub search_id: String,
    /// SKU.
    pub sku: String,
    /// Its place among the hits.
    pub position: u32,
}

/// What a report puts first; words that have nothing of it are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum ReportOrder {
    /// What was searched for most.
    #[default]
    Searches,
    /// What found nothing most.
    EmptySearches,
    /// What was followed by most clicks.
    Clicks,
    /// What was followed by most orders.
    Orders,
    /// What was followed by the largest quantity ordered.
    Quantity,
}

/// What was searched for.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SearchReportView {
    /// Over everything in these days.
    pub totals: SearchTotalsView,
    /// One page of words.
    pub items: Vec<SearchedView>,
    /// Give this as `cursor` to read on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// One text that was searched for.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SearchedView {
    /// The text: lower-case words without accents.
    pub query: String,
    /// What became of it.
    #[oai(flatten)]
    #[serde(flatten)]
    pub totals: SearchTotalsView,
}

/// What became of searches.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SearchTotalsView {
    /// How often it was searched for.
    pub searches: i64,
    /// Searches that found nothing.
    pub empty_searches: i64,
    /// Searches that found only what matches a part.
    pub relaxed_searches: i64,
    /// How many accounts searched.
    pub accounts: i64,
    /// Searches after which something was opened.
    pub clicked_searches: i64,
    /// Products opened.
    pub clicks: i64,
    /// Share of the searches after which something was opened, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click_through: Option<f64>,
    /// Mean place of what was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_clicked_position: Option<f64>,
    /// Orders that followed; one that followed several searches counts for each.
    pub orders: i64,
    /// What they ordered of what was shown or opened, in stock units.
    pub quantity: QuantityText,
}

impl From<&SearchTotals> for SearchTotalsView {
    fn from(totals: &SearchTotals) -> Self {
        let share = |part: i64, whole: i64| (whole > 0).then(|| part as f64 / whole as f64);
        Self {
            searches: totals.searches,
            empty_searches: totals.empty,
            relaxed_searches: totals.relaxed,
            accounts: totals.accounts,
            clicked_searches: totals.clicked,
            clicks: totals.clicks,
            click_through: share(totals.clicked, totals.searches),
            mean_clicked_position: share(totals.positions, totals.clicks),
            orders: totals.orders,
            quantity: QuantityText(Quantity::from_micros(totals.quantity)),
        }
    }
}
