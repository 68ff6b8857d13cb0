//! Batches from the wire to commands: names become ids, every line gets its result.

use std::collections::BTreeMap;
use std::sync::Arc;

use entity::WarehouseId;
use pricing::Quantity;

use super::batch::{Batch, Line};
use super::board::Board;
use super::error::StockError;
use super::inbound::{self, Arrival, NewInbound};
use super::moves::{self, Move, Moved, set_safety};
use super::sheet::MOST;
use super::views::{ArrivalInput, InboundInput, MovementInput, SafetyInput, StockBatchView, StockLineView};
use catalog::{Product, Products};
use kernel::field_code::FieldCode;
use kernel::problem::FieldError;
use kernel::wire::QuantityText;
use store::database::Tx;

/// Moves stock.
pub(super) async fn movements(
    tx: &Tx,
    products: &Products,
    board: &Board,
    batch: Batch<MovementInput>,
) -> Result<StockBatchView, StockError> {
    let (mut results, good) = names(&Names { products, board }, batch, |names, line: &MovementInput| {
        let (product, warehouse) = names.pair(&line.sku, &line.warehouse)?;
        let to = line.to_warehouse.as_deref().map(|code| names.warehouse("/to_warehouse", code)).transpose()?;
        if to.is_some() && line.reason != super::views::MovementReason::Transfer {
            return Err(FieldError::new("/to_warehouse", FieldCode::NotATransfer, "must be given only for a transfer"));
        }
        Ok(Move {
            product: product.id,
            warehouse,
            quantity: whole_if_needed(&product, "/quantity", line.quantity.0)?,
            reason: line.reason.into(),
            to,
            reference: line.reference.to_string(),
        })
    });
    let (places, lines): (Vec<_>, Vec<_>) = good.into_iter().unzip();
    for (place, done) in places.into_iter().zip(moves::move_stock(tx, &lines).await?) {
        results.settle(place, done.map(Some).map_err(|why| ("/quantity", why.code(), why.to_string())));
    }
    Ok(results.view())
}

/// Sets safety stock.
pub(super) async fn safety(
    tx: &Tx,
    products: &Products,
    board: &Board,
    batch: Batch<SafetyInput>,
) -> Result<StockBatchView, StockError> {
    let (mut results, good) = names(&Names { products, board }, batch, |names, line: &SafetyInput| {
        let (product, warehouse) = names.pair(&line.sku, &line.warehouse)?;
        let quantity = whole_if_needed(&product, "/safety", line.safety.0)?;
        if quantity.is_negative() || quantity.micros() > MOST {
            return Err(FieldError::new("/safety", FieldCode::OutOfRange, "safety stock must be from 0 to 1000000000000"));
        }
        Ok((product.id, warehouse, quantity))
    });
    let (places, lines): (Vec<_>, Vec<_>) = good.into_iter().unzip();
    for (place, level) in places.into_iter().zip(set_safety(tx, &lines).await?) {
        results.settle(place, Ok(Some(level)));
    }
    Ok(results.view())
}

/// Announces supply.
pub(super) async fn supplies(
    tx: &Tx,
    products: &Products,
    board: &Board,
    batch: Batch<InboundInput>,
) -> Result<StockBatchView, StockError> {
    let (mut results, good) = names(&Names { products, board }, batch, |names, line: &InboundInput| {
        let (product, warehouse) = names.pair(&line.sku, &line.warehouse)?;
        Ok(NewInbound {
            reference: line.reference.to_string(),
            product: product.id,
            warehouse,
            quantity: whole_if_needed(&product, "/quantity", line.quantity.0)?,
            expected_at: line.expected_at.0,
        })
    });
    let (places, lines): (Vec<_>, Vec<_>) = good.into_iter().unzip();
    for (place, done) in places.into_iter().zip(inbound::put_inbound(tx, &lines).await?) {
        results.settle(place, done.map(|()| None).map_err(|why| ("/quantity", why.code(), why.to_string())));
    }
    Ok(results.view())
}

/// Receives supply.
pub(super) async fn arrivals(
    tx: &Tx,
    products: &Products,
    board: &Board,
    batch: Batch<ArrivalInput>,
) -> Result<StockBatchView, StockError> {
    let (mut results, good) = names(&Names { products, board }, batch, |names, line: &ArrivalInput| {
        let (product, warehouse) = names.pair(&line.sku, &line.warehouse)?;
        let quantity = whole_if_needed(&product, "/quantity", line.quantity.0)?;
        Ok(Arrival { reference: line.reference.to_string(), product: product.id, warehouse, quantity })
    });
    let (places, lines): (Vec<_>, Vec<_>) = good.into_iter().unzip();
    for (place, done) in places.into_iter().zip(inbound::receive_inbound(tx, &lines).await?) {
        let field = if matches!(done, Err(inbound::InboundRefusal::Unknown)) { "/reference" } else { "/quantity" };
        results.settle(place, done.map(Some).map_err(|why| (field, why.code(), why.to_string())));
    }
    Ok(results.view())
}

/// What codes mean.
#[derive(Debug)]
struct Names<'a> {
    products: &'a Products,
    board: &'a Board,
}

impl Names<'_> {
    fn pair(&self, sku: &str, warehouse: &str) -> Result<(Arc<Product>, WarehouseId), FieldError> {
        let unknown = || FieldError::new("/sku", FieldCode::UnknownProduct, format!("there is no product \"{sku}\""));
        let product = self.products.by_sku(sku).ok_or_else(unknown)?;
        Ok((product, self.warehouse("/warehouse", warehouse)?))
    }

    fn warehouse(&self, field: &str, code: &str) -> Result<WarehouseId, FieldError> {
        let unknown = || FieldError::new(field, FieldCode::UnknownWarehouse, format!("there is no warehouse \"{code}\""));
        self.board.warehouse(code).map(|w| w.id).ok_or_else(unknown)
    }
}

fn whole_if_needed(product: &Product, field: &str, quantity: Quantity) -> Result<Quantity, FieldError> {
    if product.fractional || quantity.is_whole() {
        return Ok(quantity);
    }
    let detail = format!("the quantity of {} must be a whole number of {}", product.sku, product.stock_unit);
    Err(FieldError::new(field, FieldCode::NotWhole, detail))
}

/// Results of a batch, filled line by line.
#[derive(Debug, Default)]
struct Results {
    base: &'static str,
    /// SKU and warehouse of the lines that became commands, by place.
    named: BTreeMap<usize, (String, String)>,
    accepted: Vec<StockLineView>,
    rejected: Vec<(usize, FieldError)>,
}

/// Turns lines into commands; gives those that could be, each with its place, and the results with all others refused.
fn names<T: Line, C>(
    names: &Names<'_>,
    batch: Batch<T>,
    read: impl Fn(&Names<'_>, &T) -> Result<C, FieldError>,
) -> (Results, Vec<(usize, C)>) {
    let mut results = Results { base: batch.base, ..Results::default() };
    let mut good = Vec::with_capacity(batch.lines.len());
    for (place, line) in batch.lines.into_iter().enumerate() {
        let command = line.0.and_then(|line| {
            let command = read(names, &line).map_err(|problem| vec![problem])?;
            let (sku, warehouse) = line.names();
            results.named.insert(place, (sku.to_owned(), warehouse.to_owned()));
            Ok(command)
        });
        match command {
            Ok(command) => good.push((place, command)),
            Err(problems) if problems.is_empty() => {
                results.rejected.push((place, FieldError::new("", FieldCode::InvalidValue, "the line cannot be read")));
            }
            Err(problems) => results.rejected.extend(problems.into_iter().map(|problem| (place, problem))),
        }
    }
    (results, good)
}

impl Results {
    fn settle(&mut self, place: usize, done: Result<Option<Moved>, (&str, FieldCode, String)>) {
        match done {
            Ok(level) => {
                let (sku, warehouse) = self.named.remove(&place).unwrap_or_default();
                self.accepted.push(StockLineView {
                    index: place,
                    sku,
                    warehouse,
                    on_hand: level.map(|l| QuantityText(l.on_hand)),
                    reserved: level.map(|l| QuantityText(l.reserved)),
                    available: level.map(|l| QuantityText(l.available)),
                });
            }
            Err((field, code, detail)) => self.rejected.push((place, FieldError::new(field, code, detail))),
        }
    }

    fn view(mut self) -> StockBatchView {
        self.rejected.sort_by_key(|(place, _)| *place);
        let base = self.base;
        let placed = |(place, problem): (usize, FieldError)| problem.under(&format!("{base}/{place}"));
        StockBatchView { accepted: self.accepted, rejected: self.rejected.into_iter().map(placed).collect() }
    }
}
