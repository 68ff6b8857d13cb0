//! Views of quotes: the request, the offer and today's prices.

use entity::{Instant, quote_lines, quotes};
use pricing::Amount;

use super::line_prices::{is_declined, is_excluded};
use super::request::PricedQuote;
use super::status::status;
use super::views::{
    QuotedPriceView, SalesOfferView, SalesQuoteLineView, SalesQuoteSummary, SalesQuoteTotals, SalesQuoteView, TargetPriceView,
};
use catalog::{CatalogView, Product, Products};
use identity::Accounts;
use kernel::wire::{AmountText, Money, Timestamp, Totals, TotalsParts};
use prices::{LineRefusal, PricedLine};

/// The summary of a quote at an instant, without its lines.
pub(super) fn summary(accounts: &Accounts, quote: &quotes::Model, now: Instant) -> SalesQuoteSummary {
    SalesQuoteSummary {
        number: quote.number.clone(),
        status: status(quote, now),
        account: accounts.code_of(quote.account_id),
        currency: quote.currency.to_string(),
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
        totals: Totals::new(quote.offer_total?, TotalsParts::default(), quote.currency.code()).ok()?,
    })
}

/// The view of a quote at an instant, with its lines and today's prices, for a viewer with this catalog view.
pub(super) fn view(
    accounts: &Accounts,
    products: &Products,
    priced: &PricedQuote,
    catalog_view: &CatalogView,
    now: Instant,
) -> SalesQuoteView {
    let PricedQuote { quote, lines, basket } = priced;
    let known = products.by_ids(lines.iter().map(|line| line.product_id));
    let each = lines.iter().zip(known).zip(&basket.lines);
    let views: Vec<_> =
        each.map(|((line, product), price)| line_view(quote, line, product.as_deref(), price, catalog_view)).collect();
    let answered = quote.offer_round == Some(quote.round);
    let sum = |amounts: &mut dyn Iterator<Item = Amount>| {
        Amount::checked_sum(amounts).ok().map(|total| Money::new(total, quote.currency.code()))
    };
    let totals = SalesQuoteTotals {
        today: sum(&mut basket.lines.iter().flatten().map(|price| price.line_amount))
            .and_then(|goods| Totals::new(goods.amount.0, TotalsParts::default(), &goods.currency).ok()),
        unpriced: views.iter().filter(|line| line.price_problem.is_some()).count(),
        saving: sum(&mut views.iter().filter_map(|line| line.saving).map(|saving| saving.0)).filter(|_| answered),
        price_version: basket.version,
    };
    SalesQuoteView { quote: summary(accounts, quote, now), lines: views, totals, rejected: Vec::new(), warnings: Vec::new() }
}

fn line_view(
    quote: &quotes::Model,
    line: &quote_lines::Model,
    product: Option<&Product>,
    price: &Result<PricedLine, LineRefusal>,
    catalog_view: &CatalogView,
) -> SalesQuoteLineView {
    let answered = quote.offer_round == Some(quote.round);
    let (today, offered) = (price.as_ref().ok(), line.offer_amount.filter(|_| answered));
    let saving = today.zip(offered).and_then(|(today, offered)| today.line_amount.checked_sub(offered.into()));
    let problem = price.as_ref().err().filter(|_| !is_excluded(quote, line));
    SalesQuoteLineView {
        line: line.line_no,
        sku: product.map(|product| product.sku.to_string()).unwrap_or_default(),
        title: product
            .filter(|product| catalog_view.can_see(product))
            .map(|product| product.title.to_string())
            .unwrap_or_default(),
        unit: line.unit.to_string(),
        quantity: line.quantity.into(),
        note: line.note.clone(),
        target: line
            .target_unit_price
            .map(|price| TargetPriceView { unit_price: price.into(), per: line.target_per.unwrap_or_default().get() }),
        at_request: quoted(Some(line.quantity), line.asked_unit_price, line.asked_per, line.asked_amount),
        today: today.map(Into::into),
        price_problem: problem.map(|refusal| refusal.code()),
        offer: quoted(line.offer_quantity, line.offer_unit_price, line.offer_per, line.offer_amount),
        declined: is_declined(quote, line),
        saving: saving.map(AmountText),
    }
}

fn quoted(
    quantity: Option<entity::Quantity>,
    unit_price: Option<entity::Amount>,
    per: Option<entity::Per>,
    amount: Option<entity::Amount>,
) -> Option<QuotedPriceView> {
    Some(QuotedPriceView {
        quantity: quantity?.into(),
        unit_price: unit_price?.into(),
        per: per.unwrap_or_default().get(),
        line_amount: amount?.into(),
    })
}
