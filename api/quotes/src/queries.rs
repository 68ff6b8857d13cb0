//! Reading quotes.

use entity::{AccountId, Instant, QuoteId, quote_lines, quotes};
use pricing::{Amount, Factor, Per};
use sea_orm::{ColumnTrait as _, DbBackend, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use store::Db;

use super::error::QuoteError;
use super::status::{QuoteStatus, stands, status};
use cart::CartLine;
use kernel::problem::CommonError;
use store::database::Tx;

/// A quote of a number, if this account (or the seller, for `None`) may see it.
pub(super) async fn find(db: &impl Db, number: &str, account: Option<AccountId>) -> Result<quotes::Model, QuoteError> {
    read(db, number, account, false).await
}

/// As [`find`], locked until the transaction ends. `expected` is the version the caller saw, if they say so.
pub(super) async fn lock(
    tx: &Tx,
    number: &str,
    account: Option<AccountId>,
    expected: Option<i64>,
) -> Result<quotes::Model, QuoteError> {
    let quote = read(tx, number, account, true).await?;
    if expected.is_some_and(|version| version != quote.version) {
        return Err(CommonError::Stale.into());
    }
    Ok(quote)
}

async fn read(db: &impl Db, number: &str, account: Option<AccountId>, lock: bool) -> Result<quotes::Model, QuoteError> {
    let mut select = quotes::Entity::find().filter(quotes::Column::Number.eq(number));
    if let Some(account) = account {
        select = select.filter(quotes::Column::AccountId.eq(account));
    }
    // SQLite's one writer needs no lock.
    if lock && db.get_database_backend() == DbBackend::Postgres {
        select = select.lock_exclusive();
    }
    select.one(db).await?.ok_or_else(|| QuoteError::NotFound(number.to_owned()))
}

/// The lines of a quote.
pub(super) async fn lines_of(db: &impl Db, quote: QuoteId) -> Result<Vec<quote_lines::Model>, DbErr> {
    let select = quote_lines::Entity::find().filter(quote_lines::Column::QuoteId.eq(quote));
    select.order_by_asc(quote_lines::Column::LineNo).all(db).await
}

/// Times a quote that changes while it is read is read again.
const ROUNDS: usize = 10;

/// A quote with its lines as both were at one time.
pub(super) async fn with_lines(
    db: &impl Db,
    mut quote: quotes::Model,
) -> Result<(quotes::Model, Vec<quote_lines::Model>), QuoteError> {
    for _ in 0..ROUNDS {
        let lines = lines_of(db, quote.id).await?;
        let now = find(db, &quote.number, None).await?;
        if now.version == quote.version {
            return Ok((quote, lines));
        }
        quote = now;
    }
    Err(CommonError::Busy.into())
}

/// Which quotes a list shows.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    pub(super) account: Option<AccountId>,
    pub(super) status: Option<QuoteStatus>,
    /// Whether an offer has expired is judged at this instant.
    pub(super) now: Instant,
    /// Only quotes before this id: newest first.
    pub(super) before: Option<i64>,
    pub(super) limit: u64,
}

/// Quotes of a list, newest first.
pub(super) async fn list(db: &impl Db, filter: Filter) -> Result<Vec<quotes::Model>, DbErr> {
    let mut select = quotes::Entity::find().order_by_desc(quotes::Column::Id).limit(filter.limit);
    if let Some(account) = filter.account {
        select = select.filter(quotes::Column::AccountId.eq(account));
    }
    if let Some(status) = filter.status {
        select = select.filter(stands(status, filter.now));
    }
    if let Some(before) = filter.before {
        select = select.filter(quotes::Column::Id.lt(before));
    }
    select.all(db).await
}

/// A line as it was offered.
#[derive(Clone, Debug)]
pub struct OfferedLine {
    /// What is offered, under the number of the quote's line.
    pub line: CartLine,
    /// The price of `per` units.
    pub unit_price: Amount,
    pub per: Per,
    /// What one of its unit was in stock units when it was offered.
    pub factor: Factor,
}

/// A quote whose offer stands, locked until the transaction ends, to be ordered by its account. `version` is the version the
/// caller saw, if they say so.
pub async fn lock_offered(
    tx: &Tx,
    number: &str,
    account: AccountId,
    version: Option<i64>,
) -> Result<(quotes::Model, Vec<OfferedLine>), QuoteError> {
    let quote = lock(tx, number, Some(account), None).await?;
    still_open(&quote, tx.now())?;
    match status(&quote, tx.now()) {
        QuoteStatus::Requested => return Err(QuoteError::NotOffered),
        QuoteStatus::Expired => return Err(QuoteError::Expired),
        _ => {}
    }
    if version.is_some_and(|version| version != quote.version) {
        return Err(CommonError::Stale.into());
    }
    let lines = offered(lines_of(tx, quote.id).await?)?;
    Ok((quote, lines))
}

/// Refuses a quote about which all is said: ordered, withdrawn or declined.
pub(super) fn still_open(quote: &quotes::Model, now: Instant) -> Result<(), QuoteError> {
    match status(quote, now) {
        QuoteStatus::Ordered => Err(QuoteError::Ordered(quote.order_number.clone().unwrap_or_default())),
        QuoteStatus::Withdrawn => Err(QuoteError::Withdrawn),
        QuoteStatus::Declined => Err(QuoteError::Declined),
        QuoteStatus::Requested | QuoteStatus::Offered | QuoteStatus::Expired => Ok(()),
    }
}

/// What a quote that was ordered had offered; nothing when there is no such quote.
pub async fn offered_lines(db: &impl Db, number: &str) -> Result<Vec<OfferedLine>, CommonError> {
    match quotes::Entity::find().filter(quotes::Column::Number.eq(number)).one(db).await? {
        Some(quote) => offered(lines_of(db, quote.id).await?),
        None => Ok(Vec::new()),
    }
}

fn offered(rows: Vec<quote_lines::Model>) -> Result<Vec<OfferedLine>, CommonError> {
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let (Some(quantity), Some(unit_price)) = (row.offer_quantity, row.offer_unit_price) else { continue };
        let unit = row.unit.0;
        let factor = Factor::new(row.numerator, row.denominator);
        let factor = factor.map_err(|_| CommonError::Internal("a quote's line without factor".to_owned()))?;
        let line = CartLine { line: row.line_no, product: row.product_id, unit, quantity, note: row.note.into(), seen: None };
        lines.push(OfferedLine { line, unit_price: unit_price.into(), per: row.offer_per.unwrap_or_default().into(), factor });
    }
    Ok(lines)
}
