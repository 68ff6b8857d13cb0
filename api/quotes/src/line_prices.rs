//! Today's prices of a quote's lines, found in one call, without the lines that the viewer may not see or the offer declines.

use entity::{Quantity, quote_lines, quotes};
use store::Db;

use super::error::QuoteError;
use super::offer::QuoteContext;
use catalog::CatalogView;
use prices::PriceLine;
use prices::PriceRequest;
use prices::PricedBasket;
use prices::PricedLine;

/// The quantity of a line: the offered quantity if the offer answers the latest request, otherwise the requested quantity.
pub(super) fn quantity_of(quote: &quotes::Model, line: &quote_lines::Model) -> Quantity {
    line.offer_quantity.filter(|_| quote.offer_round == Some(quote.round)).unwrap_or(line.quantity)
}

/// Whether the latest offer leaves a line out.
pub(super) fn is_declined(quote: &quotes::Model, line: &quote_lines::Model) -> bool {
    quote.offer_round.is_some() && line.offer_quantity.is_none()
}

/// Whether the latest offer leaves a line out and answers the latest request.
pub(super) fn is_excluded(quote: &quotes::Model, line: &quote_lines::Model) -> bool {
    quote.offer_round == Some(quote.round) && is_declined(quote, line)
}

/// Today's prices of the lines as one basket, in the quantities of [`quantity_of`]. Lines that are left out, or whose product the
/// viewer may not see, have no price.
pub(super) async fn price_lines_today(
    db: &impl Db,
    context: &QuoteContext<'_>,
    quote: &quotes::Model,
    lines: &[quote_lines::Model],
    catalog_view: &CatalogView,
) -> Result<PricedBasket, QuoteError> {
    let ask = |line: &quote_lines::Model| PriceLine {
        product: line.product_id,
        unit: line.unit.0,
        quantity: quantity_of(quote, line).into(),
    };
    let asked: Vec<PriceLine> = lines.iter().map(ask).collect();
    let (account, currency) = (Some(quote.account_id), quote.currency.0);
    let ask = PriceRequest { account, currency, at: None, as_of: None, coupons: &[], lines: &asked };
    let mut counts = context.products.visible(lines.iter().map(|line| line.product_id), catalog_view);
    for (counts, line) in counts.iter_mut().zip(lines) {
        *counts &= !is_excluded(quote, line);
    }
    Ok(context.prices.price_visible(db, &ask, &counts).await?)
}

/// Writes today's prices into the lines as the prices at the time of the request.
pub(super) fn record_requested_prices(lines: &mut [quote_lines::Model], basket: &PricedBasket) {
    for (line, price) in lines.iter_mut().zip(&basket.lines) {
        let price: Option<&PricedLine> = price.as_ref().ok();
        line.asked_unit_price = price.map(|price| price.unit_price.into());
        line.asked_per = price.map(|price| price.per.into());
        line.asked_amount = price.map(|price| price.line_amount.into());
    }
}
