//! Batches from the wire to commands: names become ids, every line gets its result.

use std::sync::Arc;

use entity::WarehouseId;
use pricing::Quantity;

use super::batch::{Batch, Line};
use super::board::Board;
use super::error::StockError;
use super::inbound::{self, Arrival, NewInbound};
use super::moves::{self, Move, Moved, set_safety};
use super::sheet::MOST;
use super::views::{ArrivalInput, BatchView, InboundInput, LineResult, LineStatus, MovementInput, SafetyInput};
use crate::catalog::{Product, Products};
use crate::kernel::database::Tx;
use crate::kernel::problem::{FieldProblem, Trouble};
use crate::kernel::wire::QuantityText;

/// Moves stock.
pub(super) async fn movements(
    tx: &Tx,
    products: &Products,
    board: &Board,
    batch: Batch<MovementInput>,
) -> Result<BatchView, StockError> {
    let (mut results, good) = names(&Names { products, board }, batch, |names, line: &MovementInput| {
        let (product, warehouse) = names.pair(&line.sku, &line.warehouse)?;
        let to = line.to_warehouse.as_deref().map(|code| names.warehouse("to_warehouse", code)).transpose()?;
        if to.is_some() && line.reason != super::views::MovementReason::Transfer {
            return Err(FieldProblem::new("to_warehouse", "not-a-transfer", "only a transfer goes to another warehouse"));
        }
        Ok(Move {
            product: product.id,
            warehouse,
            quantity: whole_if_needed(&product, "quantity", line.quantity.0)?,
            reason: line.reason.into(),
            to,
            reference: line.reference.to_string(),
        })
    });
    let (places, lines): (Vec<_>, Vec<_>) = good.into_iter().unzip();
    for (place, done) in places.into_iter().zip(moves::move_stock(tx, &lines).await?) {
        results.settle(place, done.map(Some).map_err(|why| ("quantity", why.code(), why.to_string())));
    }
    results.view()
}

/// Sets safety stock.
pub(super) async fn safety(tx: &Tx, products: &Products, board: &Board, batch: Batch<SafetyInput>) -> Result<BatchView, StockError> {
    let (mut results, good) = names(&Names { products, board }, batch, |names, line: &SafetyInput| {
        let (product, warehouse) = names.pair(&line.sku, &line.warehouse)?;
        let quantity = whole_if_needed(&product, "safety", line.safety.0)?;
        if quantity.is_negative() || quantity.micros() > MOST {
            return Err(FieldProblem::new("safety", "out-of-range", "safety stock is from 0 to 1000000000000"));
        }
        Ok((product.id, warehouse, quantity))
    });
    let (places, lines): (Vec<_>, Vec<_>) = good.into_iter().unzip();
    for (place, level) in places.into_iter().zip(set_safety(tx, &lines).await?) {
        results.settle(place, Ok(Some(level)));
    }
    results.view()
}

/// Announces supply.
pub(super) async fn supplies(
    tx: &Tx,
    products: &Products,
    board: &Board,
    batch: Batch<InboundInput>,
) -> Result<BatchView, StockError> {
    let (mut results, good) = names(&Names { products, board }, batch, |names, line: &InboundInput| {
        let (product, warehouse) = names.pair(&line.sku, &line.warehouse)?;
        Ok(NewInbound {
            reference: line.reference.to_string(),
            product: product.id,
            warehouse,
            quantity: whole_if_needed(&product, "quantity", line.quantity.0)?,
            expected_at: line.expected_at.0,
        })
    });
    let (places, lines): (Vec<_>, Vec<_>) = good.into_iter().unzip();
    for (place, done) in places.into_iter().zip(inbound::put_inbound(tx, &lines).await?) {
        results.settle(place, done.map(|()| None).map_err(|why| ("quantity", why.code(), why.to_string())));
    }
    results.view()
}

/// Receives supply.
pub(super) async fn arrivals(
    tx: &Tx,
    products: &Products,
    board: &Board,
    batch: Batch<ArrivalInput>,
) -> Result<BatchView, StockError> {
    let (mut results, good) = names(&Names { products, board }, batch, |names, line: &ArrivalInput| {
        let (product, warehouse) = names.pair(&line.sku, &line.warehouse)?;
        let quantity = whole_if_needed(&product, "quantity", line.quantity.0)?;
        Ok(Arrival { reference: line.reference.to_string(), product: product.id, warehouse, quantity })
    });
    let (places, lines): (Vec<_>, Vec<_>) = good.into_iter().unzip();
    for (place, done) in places.into_iter().zip(inbound::receive_inbound(tx, &lines).await?) {
        let field = if matches!(done, Err(inbound::InboundRefusal::Unknown)) { "reference" } else { "quantity" };
        results.settle(place, done.map(Some).map_err(|why| (field, why.code(), why.to_string())));
    }
    results.view()
}

/// What codes mean.
#[derive(Debug)]
struct Names<'a> {
    products: &'a Products,
    board: &'a Board,
}

impl Names<'_> {
    fn pair(&self, sku: &str, warehouse: &str) -> Result<(Arc<Product>, WarehouseId), FieldProblem> {
        let unknown = || FieldProblem::new("sku", "unknown-sku", format!("there is no product \"{sku}\""));
        let product = self.products.by_sku(sku).ok_or_else(unknown)?;
        Ok((product, self.warehouse("warehouse", warehouse)?))
    }

    fn warehouse(&self, field: &str, code: &str) -> Result<WarehouseId, FieldProblem> {
        let unknown = || FieldProblem::new(field, "unknown-warehouse", format!("there is no warehouse \"{code}\""));
        self.board.warehouse(code).map(|w| w.id).ok_or_else(unknown)
    }
}

fn whole_if_needed(product: &Product, field: &str, quantity: Quantity) -> Result<Quantity, FieldProblem> {
    if product.fractional || quantity.is_whole() {
        return Ok(quantity);
    }
    let detail = format!("{} is counted in whole {}", product.sku, product.stock_unit);
    Err(FieldProblem::new(field, "quantity-not-whole", detail))
}

/// Results of a batch, filled line by line.
#[derive(Debug)]
struct Results<T> {
    batch: Batch<T>,
    lines: Vec<Option<Result<Option<Moved>, FieldProblem>>>,
}

/// Turns lines into commands; gives those that could be, each with its place, and the results with all others refused.
fn names<T: Line, C>(
    names: &Names<'_>,
    mut batch: Batch<T>,
    read: impl Fn(&Names<'_>, &T) -> Result<C, FieldProblem>,
) -> (Results<T>, Vec<(usize, C)>) {
    let mut good = Vec::with_capacity(batch.lines.len());
    let mut lines = Vec::with_capacity(batch.lines.len());
    for (place, line) in std::mem::take(&mut batch.lines).into_iter().enumerate() {
        let read = line.and_then(|line| {
            let placed = |problem: FieldProblem| FieldProblem { pointer: batch.pointer(place, &problem.pointer), ..problem };
            read(names, &line).map_err(placed)
        });
        lines.push(match read {
            Ok(command) => {
                good.push((place, command));
                None
            }
            Err(problem) => Some(Err(problem)),
        });
    }
    (Results { batch, lines }, good)
}

impl<T> Results<T> {
    fn settle(&mut self, place: usize, done: Result<Option<Moved>, (&str, &str, String)>) {
        let done = done.map_err(|(field, code, detail)| FieldProblem::new(self.batch.pointer(place, field), code, detail));
        if let Some(line) = self.lines.get_mut(place) {
            *line = Some(done);
        }
    }

    /// The answer; refused when there are lines and none was done.
    fn view(self) -> Result<BatchView, StockError> {
        let mut items = Vec::with_capacity(self.lines.len());
        for (index, line) in (0_u32..).zip(self.lines) {
            let done = line.unwrap_or(Ok(None));
            let level = done.as_ref().ok().copied().flatten();
            items.push(LineResult {
                index,
                status: if done.is_ok() { LineStatus::Accepted } else { LineStatus::Rejected },
                on_hand: level.map(|l| QuantityText(l.on_hand)),
                reserved: level.map(|l| QuantityText(l.reserved)),
                available: level.map(|l| QuantityText(l.available)),
                error: done.err(),
            });
        }
        let rejected = items.iter().filter(|item| item.error.is_some()).count() as u32;
        let accepted = items.len() as u32 - rejected;
        if rejected > 0 && accepted == 0 {
            return Err(Trouble::Invalid(items.into_iter().filter_map(|item| item.error).collect()).into());
        }
        Ok(BatchView { accepted, rejected, items })
    }
}
