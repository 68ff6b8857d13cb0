//! Reports on searches over some days, grouped by query.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::AccountId;
use sea_orm::{DbErr, Value};
use store::{Db, Row};

use super::report_views::ReportOrder;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;

/// Which searches a report covers, and how it is ordered.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReportFilter {
    /// The first and the last day, counted from 1970.
    pub(super) days: (i64, i64),
    pub(super) account: Option<AccountId>,
    pub(super) order: ReportOrder,
}

/// Totals over searches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SearchTotals {
    pub(super) query: String,
    pub(super) searches: i64,
    pub(super) empty: i64,
    pub(super) relaxed: i64,
    pub(super) accounts: i64,
    pub(super) clicked: i64,
    pub(super) clicks: i64,
    pub(super) positions: i64,
    pub(super) orders: i64,
    /// Millionths of stock units.
    pub(super) quantity: i64,
}

/// The last row of the page before: its measure and its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReportCursor {
    pub(super) measure: i64,
    pub(super) query: String,
}

const SUMMED: &str = "cast(sum(searches) as bigint), cast(sum(empty) as bigint), cast(sum(relaxed) as bigint), \
    count(distinct account_id), cast(sum(clicked) as bigint), cast(sum(clicks) as bigint), cast(sum(positions) as bigint), \
    cast(sum(orders) as bigint), cast(sum(quantity) as bigint)";

impl ReportCursor {
    /// An opaque cursor.
    pub(super) fn cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode([&self.measure.to_be_bytes(), self.query.as_bytes()].concat())
    }

    /// Reads an opaque cursor.
    pub(super) fn read(cursor: &str) -> Result<Self, CommonError> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
        let after = bytes.as_deref().and_then(|bytes| {
            let (measure, query) = bytes.split_first_chunk::<8>()?;
            let query = std::str::from_utf8(query).ok().filter(|query| !query.contains('\0'))?;
            Some(Self { measure: i64::from_be_bytes(*measure), query: query.to_owned() })
        });
        after.ok_or_else(|| {
            CommonError::invalid(
                "cursor",
                FieldCode::BadCursor,
                "the cursor must be the next_cursor of an earlier answer, unchanged",
            )
        })
    }
}

impl ReportOrder {
    fn measure(self) -> &'static str {
        match self {
            Self::Searches => "sum(searches)",
            Self::EmptySearches => "sum(empty)",
            Self::Clicks => "sum(clicks)",
            Self::Orders => "sum(orders)",
            Self::Quantity => "sum(quantity)",
        }
    }

    /// The value that rows are ordered by.
    pub(super) fn of(self, sums: &SearchTotals) -> i64 {
        match self {
            Self::Searches => sums.searches,
            Self::EmptySearches => sums.empty,
            Self::Clicks => sums.clicks,
            Self::Orders => sums.orders,
            Self::Quantity => sums.quantity,
        }
    }
}

/// Totals by query, the largest first; at most `limit` rows after the cursor. Queries whose measure is 0 are left out.
pub(super) async fn by_query(
    db: &impl Db,
    filter: ReportFilter,
    after: Option<&ReportCursor>,
    limit: u64,
) -> Result<Vec<SearchTotals>, CommonError> {
    let measure = filter.order.measure();
    let (condition, mut values) = condition(&filter);
    let mut having = format!("{measure} > 0");
    if let Some(after) = after {
        let at = values.len() + 1;
        let words = at + 1;
        having = format!("{having} and ({measure} < ${at} or ({measure} = ${at} and query > ${words}))");
        values.extend([after.measure.into(), after.query.as_str().into()]);
    }
    let sql = format!(
        "select query, {SUMMED} from search_tallies where {condition} group by query having {having} \
         order by {measure} desc, query limit {limit}"
    );
    let statement = db.statement(sql, values);
    let rows = db.rows(statement).await?;
    Ok(rows.iter().map(|row| SearchTotals::read(row, 1, row.get(0)?)).collect::<Result<_, _>>()?)
}

/// Totals over all queries.
pub(super) async fn totals(db: &impl Db, filter: ReportFilter) -> Result<SearchTotals, CommonError> {
    let (condition, values) = condition(&filter);
    let sql = format!("select {SUMMED} from search_tallies where {condition}");
    let statement = db.statement(sql, values);
    let row = db.row(statement).await?;
    Ok(row.map(|row| SearchTotals::read(&row, 0, String::new())).transpose()?.unwrap_or_default())
}

fn condition(filter: &ReportFilter) -> (&'static str, Vec<Value>) {
    let days = [filter.days.0.into(), filter.days.1.into()];
    match filter.account {
        None => ("day between $1 and $2", days.into()),
        Some(account) => ("day between $1 and $2 and account_id = $3", days.into_iter().chain([account.0.into()]).collect()),
    }
}

impl SearchTotals {
    /// Reads the totals from column `first` on. A sum over no rows is null.
    fn read(row: &Row, first: usize, query: String) -> Result<Self, DbErr> {
        let sum = |nth: usize| Ok::<i64, DbErr>(row.get::<Option<i64>>(first + nth)?.unwrap_or_default());
        Ok(Self {
            query,
            searches: sum(0)?,
            empty: sum(1)?,
            relaxed: sum(2)?,
            accounts: sum(3)?,
            clicked: sum(4)?,
            clicks: sum(5)?,
            positions: sum(6)?,
            orders: sum(7)?,
            quantity: sum(8)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_what_they_say() {
        let after = ReportCursor { measure: 7, query: "hex bolt".to_owned() };
        assert_eq!(ReportCursor::read(&after.cursor()).ok(), Some(after));
        for wrong in ["", "AA", "\u{0}", "AAAAAAAAAAD_"] {
            assert!(ReportCursor::read(wrong).is_err(), "{wrong}");
        }
    }
}
