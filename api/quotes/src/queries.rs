//! Queries on quotes.

use entity::{AccountId, Instant, QuoteId, quote_lines, quotes};
use pricing::{Amount, Factor, Per};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select};
use store::Db;

use super::error::QuoteError;
use super::status::{QuoteStatus, status, status_condition};
use cart::CartLine;
use kernel::problem::CommonError;
use kernel::wire::{PageRequest, VersionMatch, check_version};
use store::database::Tx;

/// The quotes that an account may see; all quotes for the seller's staff (`None`).
fn visible_to(account: Option<AccountId>) -> Select<quotes::Entity> {
    let all = quotes::Entity::find();
    match account {
        Some(account) => all.filter(quotes::Column::AccountId.eq(account)),
        None => all,
    }
}

/// The quote of a number, if the account may see it.
pub(super) async fn find(db: &impl Db, number: &str, account: Option<AccountId>) -> Result<quotes::Model, QuoteError> {
    read(db, number, account, false).await
}

/// As [`find`], locked until the transaction ends. `expected` is the `If-Match` of the request.
pub(super) async fn lock(
    tx: &Tx,
    number: &str,
    account: Option<AccountId>,
    expected: Option<VersionMatch>,
) -> Result<quotes::Model, QuoteError> {
    let quote = read(tx, number, account, true).await?;
    check_version(expected, Some(quote.version))?;
    Ok(quote)
}

async fn read(db: &impl Db, number: &str, account: Option<AccountId>, lock: bool) -> Result<quotes::Model, QuoteError> {
    let mut select = visible_to(account).filter(quotes::Column::Number.eq(number));
    // SQLite's one writer needs no lock.
    if lock && !db.is_sqlite() {
        select = select.lock_exclusive();
    }
    select.one(db).await?.ok_or_else(|| QuoteError::NotFound(number.to_owned()))
}

/// The lines of a quote.
pub(super) async fn lines_of(db: &impl Db, quote: QuoteId) -> Result<Vec<quote_lines::Model>, DbErr> {
    let select = quote_lines::Entity::find().filter(quote_lines::Column::QuoteId.eq(quote));
    select.order_by_asc(quote_lines::Column::LineNo).all(db).await
}

/// How often a quote that changes while it is read is read again.
const ROUNDS: usize = 10;

/// A quote with its lines, both of one version.
pub(super) async fn read_with_lines(
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
pub(super) struct QuoteFilter {
    pub(super) account: Option<AccountId>,
    pub(super) status: Option<QuoteStatus>,
    /// Instant at which offers count as valid or expired.
    pub(super) now: Instant,
    pub(super) page: PageRequest,
}

/// Quotes of a list, newest first.
pub(super) async fn list(db: &impl Db, filter: QuoteFilter) -> Result<Vec<quotes::Model>, DbErr> {
    let mut select = filter.page.descending(visible_to(filter.account), quotes::Column::Id);
    if let Some(status) = filter.status {
        select = select.filter(status_condition(status, filter.now));
    }
    select.all(db).await
}

/// A line as it was offered.
#[derive(Clone, Debug)]
pub struct OfferedLine {
    /// The offered line, with the number of the quote's line.
    pub line: CartLine,
    /// The price of `per` units.
    pub unit_price: Amount,
    pub per: Per,
    /// Factor from the line's unit to the stock unit at the time of the offer.
    pub factor: Factor,
}

/// A quote with a valid offer, locked until the transaction ends, to be ordered by its account. `version` is the version the
/// caller saw, if it is given.
pub async fn lock_offered(
    tx: &Tx,
    number: &str,
    account: AccountId,
    version: i64,
) -> Result<(quotes::Model, Vec<OfferedLine>), QuoteError> {
    let quote = lock(tx, number, Some(account), None).await?;
    refuse_closed(&quote, tx.now())?;
    match status(&quote, tx.now()) {
        QuoteStatus::Requested => return Err(QuoteError::NotOffered),
        QuoteStatus::Expired => return Err(QuoteError::Expired),
        _ => {}
    }
    if version != quote.version {
        return Err(CommonError::Stale.into());
    }
    let lines = offered(lines_of(tx, quote.id).await?)?;
    Ok((quote, lines))
}

/// Fails when the quote is ordered, withdrawn or declined.
pub(super) fn refuse_closed(quote: &quotes::Model, now: Instant) -> Result<(), QuoteError> {
    match status(quote, now) {
        QuoteStatus::Ordered => Err(QuoteError::Ordered(quote.order_number.clone().unwrap_or_default())),
        QuoteStatus::Withdrawn => Err(QuoteError::Withdrawn),
        QuoteStatus::Declined => Err(QuoteError::Declined),
        QuoteStatus::Requested | QuoteStatus::Offered | QuoteStatus::Expired => Ok(()),
    }
}

/// The offered lines of a quote that was ordered; empty when there is no such quote.
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
