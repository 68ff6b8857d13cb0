//! Today's prices of a quote's lines, all in one call: of those that whoever looks may see, without those the offer declines.

use entity::{Quantity, quote_lines, quotes};
use store::Db;

use super::error::QuoteError;
use super::offer::Desk;
use catalog::CatalogView;
use prices::PriceLine;
use prices::PriceRequest;
use prices::PricedBasket;
use prices::PricedLine;

/// The quantity a line is about: what is offered if the offer answers the last request, else what is asked for.
pub(super) fn quantity_of(quote: &quotes::Model, line: &quote_lines::Model) -> Quantity {
    line.offer_quantity.filter(|_| quote.offer_round == Some(quote.round)).unwrap_or(line.quantity)
}

/// Whether the latest offer leaves a line out.
pub(super) fn is_declined(quote: &quotes::Model, line: &quote_lines::Model) -> bool {
    quote.offer_round.is_some() && line.offer_quantity.is_none()
}

/// Whether the latest offer leaves a line out, and answers the last request.
pub(super) fn is_left_out(quote: &quotes::Model, line: &quote_lines::Model) -> bool {
    quote.offer_round == Some(quote.round) && is_declined(quote, line)
}

/// Today's prices of the lines as one basket, in the quantities they are about. Lines that are left out, or whose product does
/// not exist for whoever has this catalog_view, have none.
pub(super) async fn today(
    db: &impl Db,
    desk: &Desk<'_>,
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
    let mut counts = desk.products.visible(lines.iter().map(|line| line.product_id), catalog_view);
    for (counts, line) in counts.iter_mut().zip(lines) {
        *counts &= !is_left_out(quote, line);
    }
    Ok(desk.prices.price_visible(db, &ask, &counts).await?)
}

/// Notes in the lines what they cost at the time of the request.
pub(super) fn note_asked(lines: &mut [quote_lines::Model], basket: &PricedBasket) {
    for (line, price) in lines.iter_mut().zip(&basket.lines) {
        let price: Option<&PricedLine> = price.as_ref().ok();
        line.asked_unit_price = price.map(|price| price.unit_price.into());
        line.asked_per = price.map(|price| price.per.into());
        line.asked_amount = price.map(|price| price.line_amount.into());
    }
}
