//! Reading the tables of which there are few rows: lists, contracts, promotions.

use entity::{AssignedKind, AudienceKind, CurrencyCode, Instant, Per, Unit};
use pricing::Times;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use super::columns::read_breaks;
use super::price_book::{ContractRow, LineRow, ListRow, PromotionRow};
use store::sql::statement;

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

fn times(row: &QueryResult) -> Result<Times, DbErr> {
    let at = |column: &str| row.try_get::<Option<Instant>>("", column).map(|at| at.map(Into::into));
    Ok(Times {
        valid_from: at("valid_from")?,
        valid_until: at("valid_until")?,
        recorded_at: row.try_get::<Instant>("", "recorded_at")?.into(),
        superseded_at: at("superseded_at")?,
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

    async fn rows(&self, db: &impl ConnectionTrait, select: &str, order: &str) -> Result<Vec<QueryResult>, DbErr> {
        let sql = format!("{select} where {} order by {order}", self.condition);
        db.query_all_raw(statement(db, sql, self.values.clone())).await
    }
}

/// Terms of price lists.
pub async fn lists(db: &impl ConnectionTrait, which: &TermsFilter) -> Result<Vec<ListRow>, DbErr> {
    let sql = "select t.list_id, l.code, t.recorded_at, t.assigned_kind, t.assigned_id, t.assigned_code \
               from price_list_terms t join price_lists l on l.id = t.list_id";
    let one = |row: QueryResult| {
        Ok(ListRow {
            list: row.try_get("", "list_id")?,
            code: row.try_get("", "code")?,
            recorded_at: row.try_get("", "recorded_at")?,
            kind: row.try_get::<AssignedKind>("", "assigned_kind")?,
            assigned_id: row.try_get("", "assigned_id")?,
            assigned_code: row.try_get("", "assigned_code")?,
        })
    };
    which.rows(db, sql, "t.id").await?.into_iter().map(one).collect()
}

/// Terms of contracts.
pub async fn contracts(db: &impl ConnectionTrait, which: &TermsFilter) -> Result<Vec<ContractRow>, DbErr> {
    let sql = "select t.id, t.contract_id, c.code, t.account_id, t.currency, t.mode, t.active, t.valid_from, t.valid_until, \
               t.recorded_at, t.superseded_at from contract_terms t join contracts c on c.id = t.contract_id";
    let one = |row: QueryResult| {
        Ok(ContractRow {
            id: row.try_get("", "id")?,
            contract: row.try_get("", "contract_id")?,
            code: row.try_get("", "code")?,
            account: row.try_get("", "account_id")?,
            currency: row.try_get::<CurrencyCode>("", "currency")?.0,
            mode: row.try_get("", "mode")?,
            active: row.try_get("", "active")?,
            times: times(&row)?,
        })
    };
    which.rows(db, sql, "t.id").await?.into_iter().map(one).collect()
}

/// Versions of promotions with their lines.
pub async fn promotions(db: &impl ConnectionTrait, which: &TermsFilter) -> Result<Vec<PromotionRow>, DbErr> {
    let sql = "select t.id, t.promotion_id, p.code, t.audience_kind, t.audience_id, t.audience_code, t.currency, t.coupon, \
               t.active, t.valid_from, t.valid_until, t.recorded_at, t.superseded_at \
               from promotion_terms t join promotions p on p.id = t.promotion_id";
    let mut promotions: Vec<PromotionRow> = Vec::new();
    for row in which.rows(db, sql, "t.id").await? {
        promotions.push(PromotionRow {
            id: row.try_get("", "id")?,
            promotion: row.try_get("", "promotion_id")?,
            code: row.try_get("", "code")?,
            kind: row.try_get::<AudienceKind>("", "audience_kind")?,
            audience_id: row.try_get("", "audience_id")?,
            audience_code: row.try_get("", "audience_code")?,
            coupon: row.try_get("", "coupon")?,
            currency: row.try_get::<Option<CurrencyCode>>("", "currency")?.map(Into::into),
            active: row.try_get("", "active")?,
            times: times(&row)?,
            lines: Vec::new(),
        });
    }
    let sql = "select l.* from promotion_lines l join promotion_terms t on t.id = l.terms_id";
    for row in which.rows(db, sql, "l.id").await? {
        let terms: i64 = row.try_get("", "terms_id")?;
        // Both are read in order of the terms' ids.
        if let Ok(place) = promotions.binary_search_by_key(&terms, |promotion| promotion.id) {
            promotions[place].lines.push(line(&row)?);
        }
    }
    Ok(promotions)
}

/// The part that lines of contracts and promotions share.
pub fn line(row: &QueryResult) -> Result<LineRow, DbErr> {
    let breaks: String = row.try_get("", "breaks")?;
    Ok(LineRow {
        target_kind: row.try_get("", "target_kind")?,
        target_id: row.try_get("", "target_id")?,
        target_code: row.try_get("", "target_code")?,
        kind: row.try_get("", "kind")?,
        value: row.try_get("", "value")?,
        unit: row.try_get::<Option<Unit>>("", "unit")?.map(Into::into),
        per: row.try_get::<Per>("", "per")?.into(),
        breaks: read_breaks(&breaks).ok_or_else(|| unreadable("volume break"))?,
        scope: row.try_get("", "scope")?,
    })
}
