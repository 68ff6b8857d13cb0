//! Reading the tables of which there are few rows: lists, contracts, promotions.

use entity::{AssignedKind, AudienceKind, CurrencyCode, Instant, Per, Unit};
use pricing::Times;
use sea_orm::{DbErr, Value};
use store::{Db, Row};

use super::columns::read_breaks;
use super::price_book::{ContractRow, LineRow, ListRow, PromotionRow};

/// The versions a reader takes: after the first, up to the second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Versions {
    pub(super) after: i64,
    pub(super) upto: i64,
}

/// A row that breaks what was checked when it was recorded.
fn unreadable(what: &str) -> DbErr {
    DbErr::Custom(format!("a stored {what} cannot be read"))
}

/// Reads `valid_from`, `valid_until`, `recorded_at` and `superseded_at` from the columns that begin at a place.
fn times(row: &Row, first: usize) -> Result<Times, DbErr> {
    let at = |place: usize| row.get::<Option<Instant>>(place).map(|at| at.map(Into::into));
    Ok(Times {
        valid_from: at(first)?,
        valid_until: at(first + 1)?,
        recorded_at: row.get::<Instant>(first + 2)?.into(),
        superseded_at: at(first + 3)?,
    })
}

/// Which terms are read: a condition on `t` and what it binds.
#[derive(Clone, Debug)]
pub struct TermsFilter {
    pub condition: String,
    pub values: Vec<Value>,
}

impl TermsFilter {
    /// Those that the versions recorded.
    pub(super) fn changed(versions: Versions) -> Self {
        let condition = "t.change_id > $1 and t.change_id <= $2".to_owned();
        Self { condition, values: vec![versions.after.into(), versions.upto.into()] }
    }

    async fn rows(&self, db: &impl Db, select: &str, order: &str) -> Result<Vec<Row>, DbErr> {
        let sql = format!("{select} where {} order by {order}", self.condition);
        db.rows(db.statement(sql, self.values.clone())).await
    }
}

/// Terms of price lists.
pub async fn lists(db: &impl Db, which: &TermsFilter) -> Result<Vec<ListRow>, DbErr> {
    let sql = "select t.list_id, l.code, t.recorded_at, t.assigned_kind, t.assigned_id, t.assigned_code \
               from price_list_terms t join price_lists l on l.id = t.list_id";
    let one = |row: Row| {
        Ok(ListRow {
            list: row.get(0)?,
            code: row.get(1)?,
            recorded_at: row.get(2)?,
            kind: row.get::<AssignedKind>(3)?,
            assigned_id: row.get(4)?,
            assigned_code: row.get(5)?,
        })
    };
    which.rows(db, sql, "t.id").await?.into_iter().map(one).collect()
}

/// Terms of contracts.
pub async fn contracts(db: &impl Db, which: &TermsFilter) -> Result<Vec<ContractRow>, DbErr> {
    let sql = "select t.id, t.contract_id, c.code, t.account_id, t.currency, t.mode, t.active, t.valid_from, t.valid_until, \
               t.recorded_at, t.superseded_at from contract_terms t join contracts c on c.id = t.contract_id";
    let one = |row: Row| {
        Ok(ContractRow {
            id: row.get(0)?,
            contract: row.get(1)?,
            code: row.get(2)?,
            account: row.get(3)?,
            currency: row.get::<CurrencyCode>(4)?.0,
            mode: row.get(5)?,
            active: row.get(6)?,
            times: times(&row, 7)?,
        })
    };
    which.rows(db, sql, "t.id").await?.into_iter().map(one).collect()
}

/// Versions of promotions with their lines.
pub async fn promotions(db: &impl Db, which: &TermsFilter) -> Result<Vec<PromotionRow>, DbErr> {
    let sql = "select t.id, t.promotion_id, p.code, t.audience_kind, t.audience_id, t.audience_code, t.currency, t.coupon, \
               t.active, t.valid_from, t.valid_until, t.recorded_at, t.superseded_at \
               from promotion_terms t join promotions p on p.id = t.promotion_id";
    let mut promotions: Vec<PromotionRow> = Vec::new();
    for row in which.rows(db, sql, "t.id").await? {
        promotions.push(PromotionRow {
            id: row.get(0)?,
            promotion: row.get(1)?,
            code: row.get(2)?,
            kind: row.get::<AudienceKind>(3)?,
            audience_id: row.get(4)?,
            audience_code: row.get(5)?,
            coupon: row.get(7)?,
            currency: row.get::<Option<CurrencyCode>>(6)?.map(Into::into),
            active: row.get(8)?,
            times: times(&row, 9)?,
            lines: Vec::new(),
        });
    }
    let columns = line_columns("l");
    let sql = format!("select l.terms_id, {columns} from promotion_lines l join promotion_terms t on t.id = l.terms_id");
    for row in which.rows(db, &sql, "l.id").await? {
        let terms: i64 = row.get(0)?;
        // Both are read in order of the terms' ids.
        if let Ok(place) = promotions.binary_search_by_key(&terms, |promotion| promotion.id) {
            promotions[place].lines.push(line(&row, 1)?);
        }
    }
    Ok(promotions)
}

/// The columns that [`line`] reads, of a table of this name.
pub fn line_columns(table: &str) -> String {
    LINE_COLUMNS.map(|column| format!("{table}.{column}")).join(", ")
}

const LINE_COLUMNS: [&str; 9] = ["target_kind", "target_id", "target_code", "kind", "value", "unit", "per", "breaks", "scope"];

/// Reads the part that lines of contracts and promotions share from the columns that begin at a place, which are
/// [`line_columns`].
pub fn line(row: &Row, first: usize) -> Result<LineRow, DbErr> {
    let breaks: String = row.get(first + 7)?;
    Ok(LineRow {
        target_kind: row.get(first)?,
        target_id: row.get(first + 1)?,
        target_code: row.get(first + 2)?,
        kind: row.get(first + 3)?,
        value: row.get(first + 4)?,
        unit: row.get::<Option<Unit>>(first + 5)?.map(Into::into),
        per: row.get::<Per>(first + 6)?.into(),
        breaks: read_breaks(&breaks).ok_or_else(|| unreadable("volume break"))?,
        scope: row.get(first + 8)?,
    })
}
