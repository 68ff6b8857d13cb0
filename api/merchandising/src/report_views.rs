//! Clicks and reports on the wire.

use poem_openapi::{Enum, Object};
use pricing::Quantity;
use serde::{Deserialize, Serialize};

use super::report::SearchTotals;
use kernel::wire::{Code, QuantityText, Text};

/// A hit of a search that a buyer opened.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchClickInput {
    /// `search_id` of the search's result.
    pub search_id: Text<64>,
    /// SKU.
    pub sku: Code,
    /// Its position among the hits, counted from 1.
    #[oai(validator(minimum(value = "1"), maximum(value = "10100")))]
    pub position: u32,
}

/// A hit of a search that a buyer opened.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SearchClickView {
    /// The search.
    pub search_id: String,
    /// SKU.
    pub sku: String,
    /// Its position among the hits.
    pub position: u32,
}

/// The order of a report. Queries whose measure is 0 are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum ReportOrder {
    /// Most searches first.
    #[default]
    Searches,
    /// Most searches without result first.
    EmptySearches,
    /// Most clicks first.
    Clicks,
    /// Most orders first.
    Orders,
    /// Largest ordered quantity first.
    Quantity,
}

/// A report on searches.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SearchReportView {
    /// Totals over all queries of these days.
    pub totals: SearchTotalsView,
    /// One page of queries.
    pub items: Vec<SearchedView>,
    /// Pass this as `cursor` to read the next page; left out on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// The totals of one query.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SearchedView {
    /// The query: lower-case words without accents.
    pub query: String,
    /// Its totals.
    #[oai(flatten)]
    #[serde(flatten)]
    pub totals: SearchTotalsView,
}

/// Totals of searches.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SearchTotalsView {
    /// The number of searches.
    pub searches: i64,
    /// Searches that found nothing.
    pub empty_searches: i64,
    /// Searches that found only partial matches.
    pub relaxed_searches: i64,
    /// The number of accounts that searched.
    pub accounts: i64,
    /// Searches with at least one opened hit.
    pub clicked_searches: i64,
    /// Opened hits.
    pub clicks: i64,
    /// Share of the searches with at least one opened hit, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click_through: Option<f64>,
    /// Mean position of opened hits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_clicked_position: Option<f64>,
    /// Orders that followed; an order that followed several searches counts for each.
    pub orders: i64,
    /// The quantity of shown or opened products that these orders contain, in stock units.
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
