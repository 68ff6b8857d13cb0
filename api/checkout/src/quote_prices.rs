//! The prices of lines that were ordered from a quote: what the quote offered is their source, and stands beside them when an
//! order is priced again. A quote that was ordered never changes.

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

/// Which line of the quote a price is from, as stored with it.
#[derive(Debug, Deserialize)]
struct Detail {
    quote_line: i32,
}

/// Puts what the quote offers in place of what the engine finds, in lines whose price is the quote's.
pub(super) async fn from_quote(
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
            Some(own) => stands(number, line, own, replayed, order.currency.0)?,
            None => replayed,
        });
    }
    Ok(all)
}

/// A line at the price offered, which is the last step of the way to it.
fn stands(
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
