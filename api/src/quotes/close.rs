//! The end of a quote: declined, withdrawn or ordered.

use entity::quotes;

use super::error::QuoteError;
use super::queries::still_open;
use super::request::{record, save};
use super::status::{QuoteStatus, status};
use crate::kernel::database::Tx;

/// The customer says no to the offer of a quote locked by the caller; they may ask again, and the seller may offer again.
pub(super) async fn decline(tx: &Tx, quote: &mut quotes::Model, reason: String) -> Result<(), QuoteError> {
    still_open(quote, tx.now())?;
    if status(quote, tx.now()) == QuoteStatus::Requested {
        return Err(QuoteError::NotOffered);
    }
    quote.declined_at = Some(tx.now());
    quote.reason = reason;
    save(tx, quote).await?;
    record(tx, "quote.declined", quote);
    Ok(())
}

/// Takes a quote back for good, locked by the caller.
pub(super) async fn withdraw(tx: &Tx, quote: &mut quotes::Model, reason: String) -> Result<(), QuoteError> {
    not_final(quote, tx)?;
    quote.withdrawn_at = Some(tx.now());
    quote.reason = reason;
    save(tx, quote).await?;
    record(tx, "quote.withdrawn", quote);
    Ok(())
}

/// Refuses a quote to which nothing can happen any more: ordered or withdrawn.
pub(super) fn not_final(quote: &quotes::Model, tx: &Tx) -> Result<(), QuoteError> {
    match still_open(quote, tx.now()) {
        Err(QuoteError::Declined) => Ok(()),
        other => other,
    }
}

/// A quote locked by the caller became an order.
pub(crate) async fn mark_ordered(tx: &Tx, mut quote: quotes::Model, order_number: &str) -> Result<(), QuoteError> {
    quote.ordered_at = Some(tx.now());
    quote.order_number = Some(order_number.to_owned());
    save(tx, &mut quote).await?;
    record(tx, "quote.ordered", &quote);
    Ok(())
}
