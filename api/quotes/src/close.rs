//! The end of a quote: declined, withdrawn or ordered.

use entity::quotes;

use super::error::QuoteError;
use super::events::{QuoteDeclined, QuoteOrdered, QuoteWithdrawn};
use super::queries::refuse_closed;
use super::request::save;
use super::status::{QuoteStatus, status};
use store::database::Tx;

/// How a quote ends without an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// The customer declines the offer. The customer may revise the request and the seller may make a new offer.
    Decline,
    /// The quote is withdrawn and cannot be reopened.
    Withdraw,
}

/// Declines or withdraws a quote locked by the caller.
pub(super) async fn close(tx: &Tx, quote: &mut quotes::Model, closing: Closing, reason: String) -> Result<(), QuoteError> {
    match closing {
        Closing::Decline => {
            refuse_closed(quote, tx.now())?;
            if status(quote, tx.now()) == QuoteStatus::Requested {
                return Err(QuoteError::NotOffered);
            }
            quote.declined_at = Some(tx.now());
        }
        Closing::Withdraw => {
            refuse_final(quote, tx)?;
            quote.withdrawn_at = Some(tx.now());
        }
    }
    quote.reason = reason;
    save(tx, quote).await?;
    match closing {
        Closing::Decline => tx.record(&QuoteDeclined((&*quote).into())),
        Closing::Withdraw => tx.record(&QuoteWithdrawn((&*quote).into())),
    }
    Ok(())
}

/// Fails when the quote is ordered or withdrawn.
pub(super) fn refuse_final(quote: &quotes::Model, tx: &Tx) -> Result<(), QuoteError> {
    match refuse_closed(quote, tx.now()) {
        Err(QuoteError::Declined) => Ok(()),
        other => other,
    }
}

/// Records that a quote, locked by the caller, became an order.
pub async fn mark_ordered(tx: &Tx, mut quote: quotes::Model, order_number: &str) -> Result<(), QuoteError> {
    quote.ordered_at = Some(tx.now());
    quote.order_number = Some(order_number.to_owned());
    save(tx, &mut quote).await?;
    tx.record(&QuoteOrdered((&quote).into()));
    Ok(())
}
