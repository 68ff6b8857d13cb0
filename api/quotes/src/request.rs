//! Requesting a quote.

use entity::{AccountId, QuoteId, quote_lines, quotes};
use pricing::Currency;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _};

use super::error::QuoteError;
use super::events::QuoteRequested;
use super::line_prices;
use super::offer::QuoteContext;
use super::target_price::TargetPrice;
use cart::CheckedLine;
use prices::PricedBasket;
use store::database::Tx;
use store::sql::insert_all;

/// A line of a new quote.
#[derive(Clone, Debug)]
pub struct NewQuoteLine {
    pub asked: CheckedLine,
    pub target: Option<TargetPrice>,
}

/// A new quote.
#[derive(Clone, Debug)]
pub struct NewQuote {
    pub account: AccountId,
    pub currency: Currency,
    pub note: String,
    pub lines: Vec<NewQuoteLine>,
}

/// A quote with its lines and today's prices.
#[derive(Debug)]
pub struct PricedQuote {
    pub quote: quotes::Model,
    pub lines: Vec<quote_lines::Model>,
    pub basket: PricedBasket,
}

/// Creates a quote for lines and stores their prices of today.
pub async fn request(tx: &Tx, context: &QuoteContext<'_>, new: NewQuote) -> Result<PricedQuote, QuoteError> {
    if new.lines.is_empty() {
        return Err(QuoteError::Empty);
    }
    let id = QuoteId(tx.id().await?);
    let mut lines = Vec::with_capacity(new.lines.len());
    for (line_no, line) in (1..).zip(&new.lines) {
        lines.push(line_row(id, line_no, line)?);
    }
    let mut quote = head(tx, id, &new)?;
    let basket =
        line_prices::price_lines_today(tx, context, &quote, &lines, &context.products.view_for(Some(new.account))).await?;
    line_prices::record_requested_prices(&mut lines, &basket);
    quote.price_version = basket.version;
    quotes::Entity::insert(quote.clone().into_active_model().reset_all()).exec_without_returning(tx).await?;
    insert_all(tx, lines.iter().map(|line| line.clone().into_active_model().reset_all()).collect(), None).await?;
    tx.record(&QuoteRequested((&quote).into()));
    Ok(PricedQuote { quote, lines, basket })
}

fn head(tx: &Tx, id: QuoteId, new: &NewQuote) -> Result<quotes::Model, QuoteError> {
    Ok(quotes::Model {
        id,
        number: format!("QU{:08}", id.0),
        account_id: new.account,
        requested_by: tx.actor().label.to_string(),
        currency: new.currency.into(),
        note: new.note.clone(),
        line_count: i32::try_from(new.lines.len()).map_err(|_| QuoteError::OutOfRange)?,
        version: 1,
        round: 1,
        requested_at: tx.now(),
        price_version: 0,
        offer_round: None,
        offered_at: None,
        offered_by: None,
        valid_until: None,
        offer_note: String::new(),
        offer_total: None,
        declined_at: None,
        withdrawn_at: None,
        ordered_at: None,
        order_number: None,
        reason: String::new(),
        created_at: tx.now(),
        updated_at: tx.now(),
    })
}

fn line_row(id: QuoteId, line_no: i32, line: &NewQuoteLine) -> Result<quote_lines::Model, QuoteError> {
    let factor = line.asked.product.factor_of(line.asked.unit).ok_or(QuoteError::OutOfRange)?;
    Ok(quote_lines::Model {
        quote_id: id,
        line_no,
        product_id: line.asked.product.id,
        unit: line.asked.unit.into(),
        numerator: factor.numerator(),
        denominator: factor.denominator(),
        quantity: line.asked.quantity.into(),
        note: line.asked.note.clone(),
        target_unit_price: line.target.map(|target| target.unit_price.into()),
        target_per: line.target.map(|target| target.per.into()),
        asked_unit_price: None,
        asked_per: None,
        asked_amount: None,
        offer_quantity: None,
        offer_unit_price: None,
        offer_per: None,
        offer_amount: None,
    })
}

/// Writes a changed quote, locked by the caller: its version rises by one.
pub(super) async fn save(tx: &Tx, quote: &mut quotes::Model) -> Result<(), QuoteError> {
    quote.version += 1;
    quote.updated_at = tx.now();
    quote.clone().into_active_model().reset_all().update(tx).await?;
    Ok(())
}

/// Writes changed lines of a quote, locked by the caller.
pub(super) async fn save_lines(tx: &Tx, lines: &[quote_lines::Model]) -> Result<(), QuoteError> {
    use quote_lines::Column;
    let key = [Column::QuoteId, Column::LineNo];
    let fields = <Column as sea_orm::Iterable>::iter().filter(|column| !matches!(column, Column::QuoteId | Column::LineNo));
    let replace = sea_orm::sea_query::OnConflict::columns(key).update_columns(fields).to_owned();
    let rows = lines.iter().map(|line| line.clone().into_active_model().reset_all()).collect();
    Ok(insert_all(tx, rows, Some(replace)).await?)
}
