//! The prices of lines that were ordered from a quote. When an order is audited, they are compared with the offer,
//! because an ordered quote never changes.

use ahash::AHashMap;
use entity::{PriceSource, order_lines, orders};
use pricing::{Currency, UnitPrice, line_amount};
use serde::Deserialize;
use store::Db;

use super::error::CheckoutError;
use ::orders::OrderError;
use prices::PriceStepView;
use prices::PricedLine;
use prices::ReplayedLine;
use quotes::{OfferedLine, offered_lines};

/// The stored detail of a price from a quote.
#[derive(Debug, Deserialize)]
struct Detail {
    quote_line: i32,
}

/// Replaces the recomputed prices of lines that were ordered from a quote with the offered prices.
pub(super) async fn apply_quote_prices(
    db: &impl Db,
    order: &orders::Model,
    lines: &[order_lines::Model],
    replayed: Vec<ReplayedLine>,
) -> Result<Vec<ReplayedLine>, CheckoutError> {
    let Some(number) = &order.quote_number else { return Ok(replayed) };
    let offered = offered_lines(db, number).await?;
    let offered: AHashMap<i32, OfferedLine> = offered.into_iter().map(|offered| (offered.line.line, offered)).collect();
    let mut all = Vec::with_capacity(replayed.len());
    for (line, replayed) in lines.iter().zip(replayed) {
        let detail: Option<Detail> = serde_json::from_str(&line.price_detail).ok();
        let own = detail.filter(|_| line.price_source == PriceSource::Quote).and_then(|detail| offered.get(&detail.quote_line));
        all.push(match own {
            Some(own) => at_offered_price(number, line, own, replayed, order.currency.0)?,
            None => replayed,
        });
    }
    Ok(all)
}

/// A line at the offered price, which is added as the last step of its price calculation.
fn at_offered_price(
    number: &str,
    line: &order_lines::Model,
    offered: &OfferedLine,
    mut replayed: ReplayedLine,
    currency: Currency,
) -> Result<ReplayedLine, CheckoutError> {
    let (unit_price, per, row) = (offered.unit_price, offered.per, i64::from(offered.line.line));
    let step = PriceStepView::quoted(number, row, replayed.waterfall.last(), UnitPrice { amount: unit_price, per });
    replayed.waterfall.push(step);
    replayed.price = Ok(PricedLine {
        unit_price,
        per,
        line_amount: line_amount(unit_price, line.quantity.into(), per, currency).map_err(|_| OrderError::OutOfRange)?,
        list_price: replayed.price.ok().and_then(|price| price.list_price),
        source: PriceSource::Quote,
        label: number.into(),
        row,
        flags: pricing::Flags::default(),
    });
    Ok(replayed)
}
