//! The inputs an order was priced with that are not in its rows: the instant up to which price rows were considered, and the
//! quantities ordered before.
//!
//! They are stored with the order, because orders and cancellations of the same moment may not have been visible at
//! pricing time.

use entity::{Instant, OrderId, order_pricings, orders};
use pricing::{ContractLineId, PeriodQuantity, Quantity};
use sea_orm::{DbErr, EntityTrait as _};
use serde::Deserialize;
use store::Db;

use super::order::NewOrderHeader;

/// The inputs an order was priced with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricingSnapshot {
    pub as_of: Instant,
    /// None when it was not stored.
    pub ordered_before: Option<Vec<PeriodQuantity>>,
}

/// The row of a new order.
pub(super) fn row(new: &NewOrderHeader, id: OrderId) -> order_pricings::Model {
    order_pricings::Model { order_id: id, as_of: new.priced_as_of, ordered_before: write(&new.ordered_before) }
}

/// The inputs an order was priced with; none for an order that was not priced here. `detail` is the price detail of one of its
/// lines, which contains the instant for orders that have no row.
pub async fn find(db: &impl Db, order: &orders::Model, detail: &str) -> Result<Option<PricingSnapshot>, DbErr> {
    #[derive(Deserialize)]
    struct Detail {
        as_of: i64,
    }
    Ok(match order_pricings::Entity::find_by_id(order.id).one(db).await? {
        Some(row) => Some(PricingSnapshot { as_of: row.as_of, ordered_before: Some(read(&row.ordered_before)) }),
        None => serde_json::from_str(detail)
            .ok()
            .map(|detail: Detail| PricingSnapshot { as_of: Instant(detail.as_of), ordered_before: None }),
    })
}

fn write(ordered: &[PeriodQuantity]) -> String {
    let one = |period: &PeriodQuantity| format!("{}:{}", period.line.0, period.quantity.micros());
    ordered.iter().map(one).collect::<Vec<_>>().join(",")
}

fn read(text: &str) -> Vec<PeriodQuantity> {
    let one = |part: &str| {
        let (line, quantity) = part.split_once(':')?;
        let (line, quantity) = (line.parse().ok()?, quantity.parse().ok()?);
        Some(PeriodQuantity { line: ContractLineId(line), quantity: Quantity::from_micros(quantity) })
    };
    text.split(',').filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_quantities_are_read_back() {
        let one = |line, micros| PeriodQuantity { line: ContractLineId(line), quantity: Quantity::from_micros(micros) };
        for ordered in [vec![], vec![one(7, 0)], vec![one(7, 12_500_000), one(9, i64::MAX)]] {
            assert_eq!(read(&write(&ordered)), ordered);
        }
    }
}
