//! What buyers searched for over some days, summed by words.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::AccountId;
use sea_orm::{DbErr, Statement, Value};
use store::{Db, Row};

use super::report_views::ReportOrder;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;

/// What is asked of the sums.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// The first and the last day, counted from 1970.
    pub(super) days: (i64, i64),
    pub(super) account: Option<AccountId>,
    pub(super) order: ReportOrder,
}

/// Sums over searches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
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

/// After which row a page begins: its measure and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) measure: i64,
    pub(super) query: String,
}

const SUMMED: &str = "cast(sum(searches) as bigint), cast(sum(empty) as bigint), cast(sum(relaxed) as bigint), \
    count(distinct account_id), cast(sum(clicked) as bigint), cast(sum(clicks) as bigint), cast(sum(positions) as bigint), \
    cast(sum(orders) as bigint), cast(sum(quantity) as bigint)";

impl Place {
    /// An opaque cursor.
    pub(super) fn cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode([&self.measure.to_be_bytes(), self.query.as_bytes()].concat())
    }

    /// The place of a cursor.
    pub(super) fn read(cursor: &str) -> Result<Self, CommonError> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
        let place = bytes.as_deref().and_then(|bytes| {
            let (measure, query) = bytes.split_first_chunk::<8>()?;
            let query = std::str::from_utf8(query).ok().filter(|query| !query.contains('\0'))?;
            Some(Self { measure: i64::from_be_bytes(*measure), query: query.to_owned() })
        });
        place.ok_or_else(|| {
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

    /// What rows are ordered by.
    pub(super) fn of(self, sums: &Sums) -> i64 {
        match self {
            Self::Searches => sums.searches,
            Self::EmptySearches => sums.empty,
            Self::Clicks => sums.clicks,
            Self::Orders => sums.orders,
            Self::Quantity => sums.quantity,
        }
    }
}

/// Sums by words, the largest first; at most `limit`, after `place`. Words with nothing of what is asked for are left out.
pub(super) async fn by_query(db: &impl Db, asked: Asked, place: Option<&Place>, limit: u64) -> Result<Vec<Sums>, CommonError> {
    let measure = asked.order.measure();
    let (filter, mut values) = filter(&asked);
    let mut having = format!("{measure} > 0");
    if let Some(place) = place {
        let at = values.len() + 1;
        let words = at + 1;
        having = format!("{having} and ({measure} < ${at} or ({measure} = ${at} and query > ${words}))");
        values.extend([place.measure.into(), place.query.as_str().into()]);
    }
    let sql = format!(
        "select query, {SUMMED} from search_tallies where {filter} group by query having {having} \
         order by {measure} desc, query limit {limit}"
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = db.rows(statement).await?;
    Ok(rows.iter().map(|row| Sums::read(row, 1, row.get(0)?)).collect::<Result<_, _>>()?)
}

/// Sums over everything.
pub(super) async fn totals(db: &impl Db, asked: Asked) -> Result<Sums, CommonError> {
    let (filter, values) = filter(&asked);
    let sql = format!("select {SUMMED} from search_tallies where {filter}");
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let row = db.row(statement).await?;
    Ok(row.map(|row| Sums::read(&row, 0, String::new())).transpose()?.unwrap_or_default())
}

fn filter(asked: &Asked) -> (&'static str, Vec<Value>) {
    let days = [asked.days.0.into(), asked.days.1.into()];
    match asked.account {
        None => ("day between $1 and $2", days.into()),
        Some(account) => ("day between $1 and $2 and account_id = $3", days.into_iter().chain([account.0.into()]).collect()),
    }
}

impl Sums {
    /// Reads the sums that begin in a column; a sum over nothing is null.
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
        let place = Place { measure: 7, query: "hex bolt".to_owned() };
        assert_eq!(Place::read(&place.cursor()).ok(), Some(place));
        for wrong in ["", "AA", "\u{0}", "AAAAAAAAAAD_"] {
            assert!(Place::read(wrong).is_err(), "{wrong}");
        }
    }
}
