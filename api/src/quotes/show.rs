//! Showing a quote: what was asked for and offered, beside what it costs today.

use entity::{Instant, quote_lines, quotes};
use pricing::Amount;

use super::error::QuoteError;
use super::prices::per_of;
use super::request::Priced;
use super::status::status;
use super::views::{
    QuotedPriceView, SalesOfferView, SalesQuoteLineView, SalesQuoteSummary, SalesQuoteTotals, SalesQuoteView, TargetPriceView,
};
use crate::catalog::Products;
use crate::contracts::{LineRefusal, PricedLine};
use crate::identity::Accounts;
use crate::kernel::wire::{AmountText, Money, Timestamp};

/// A quote without its lines, as it stands at an instant.
pub(super) fn summary(accounts: &Accounts, quote: &quotes::Model, now: Instant) -> SalesQuoteSummary {
    SalesQuoteSummary {
        number: quote.number.clone(),
        status: status(quote, now),
        account: accounts.code_of(quote.account_id),
        currency: quote.currency.clone(),
        note: quote.note.clone(),
        line_count: quote.line_count,
        round: quote.round,
        requested_at: Timestamp(quote.requested_at),
        offer: offer(quote),
        declined_at: quote.declined_at.map(Timestamp),
        withdrawn_at: quote.withdrawn_at.map(Timestamp),
        reason: quote.reason.clone(),
        ordered_at: quote.ordered_at.map(Timestamp),
        order_number: quote.order_number.clone(),
        created_at: Timestamp(quote.created_at),
        updated_at: Timestamp(quote.updated_at),
        version: quote.version,
    }
}

fn offer(quote: &quotes::Model) -> Option<SalesOfferView> {
    Some(SalesOfferView {
        round: quote.offer_round?,
        offered_at: Timestamp(quote.offered_at?),
        valid_until: Timestamp(quote.valid_until?),
        note: quote.offer_note.clone(),
        total: Money::new(quote.offer_total?, &quote.currency),
    })
}

/// A quote with its lines beside today's prices, as it stands at an instant.
pub(super) fn view(
    accounts: &Accounts,
    products: &Products,
    priced: &Priced,
    now: Instant,
) -> Result<SalesQuoteView, QuoteError> {
    let Priced { quote, lines, basket } = priced;
    let answered = quote.offer_round == Some(quote.round);
    let mut views = Vec::with_capacity(lines.len());
    for (line, price) in lines.iter().zip(&basket.lines) {
        views.push(line_view(products, line, price, answered)?);
    }
    let sum = |amounts: &mut dyn Iterator<Item = Amount>| {
        let total = Amount::checked_sum(amounts).map_err(|_| QuoteError::OutOfRange)?;
        Ok::<_, QuoteError>(Money::new(total, &quote.currency))
    };
    let saving = sum(&mut views.iter().filter_map(|line| line.saving).map(|saving| saving.0))?;
    let totals = SalesQuoteTotals {
        today: sum(&mut basket.lines.iter().flatten().map(|price| price.line_amount))?,
        unpriced: basket.lines.iter().filter(|price| price.is_err()).count(),
        saving: answered.then_some(saving),
        price_version: basket.version,
    };
    let quote = summary(accounts, quote, now);
    Ok(SalesQuoteView { quote, lines: views, totals, rejected: Vec::new(), warnings: Vec::new() })
}

fn line_view(
    products: &Products,
    line: &quote_lines::Model,
    price: &Result<PricedLine, LineRefusal>,
    answered: bool,
) -> Result<SalesQuoteLineView, QuoteError> {
    let product = products.by_id(line.product_id);
    let today = price.as_ref().ok();
    let saving = match (today, line.offer_amount.filter(|_| answered)) {
        (Some(today), Some(offered)) => Some(today.line_amount.checked_sub(offered.into()).ok_or(QuoteError::OutOfRange)?),
        _ => None,
    };
    Ok(SalesQuoteLineView {
        line: line.line_no,
        sku: product.as_ref().map(|product| product.sku.to_string()).unwrap_or_default(),
        title: product.as_ref().map(|product| product.title.to_string()).unwrap_or_default(),
        unit: line.unit.clone(),
        quantity: line.quantity.into(),
        note: line.note.clone(),
        target: line
            .target_unit_price
            .map(|price| TargetPriceView { unit_price: price.into(), per: per_of(line.target_per).get() }),
        at_request: quoted(Some(line.quantity), line.asked_unit_price, line.asked_per, line.asked_amount),
        today: today.map(Into::into),
        price_problem: price.as_ref().err().map(|refusal| refusal.code().to_owned()),
        offer: quoted(line.offer_quantity, line.offer_unit_price, line.offer_per, line.offer_amount),
        saving: saving.map(AmountText),
    })
}

fn quoted(
    quantity: Option<entity::Quantity>,
    unit_price: Option<entity::Amount>,
    per: Option<i64>,
    amount: Option<entity::Amount>,
) -> Option<QuotedPriceView> {
    Some(QuotedPriceView {
        quantity: quantity?.into(),
        unit_price: unit_price?.into(),
        per: per_of(per).get(),
        line_amount: amount?.into(),
    })
}
