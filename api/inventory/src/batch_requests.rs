//! Turns batches of the API into commands on stock: codes become ids, and every line gets a result.

use std::collections::BTreeMap;
use std::sync::Arc;

use entity::WarehouseId;
use pricing::Quantity;

use super::batch::{Batch, Line};
use super::error::StockError;
use super::inbound::{self, InboundReceipt, NewInboundSupply};
use super::locked_levels::MAX_LEVEL;
use super::movements::{self, ResultingLevel, StockMovement, set_safety_stock};
use super::stock_levels::StockLevels;
use super::views::{ArrivalInput, InboundInput, MovementInput, SafetyInput, StockBatchView, StockLineView};
use catalog::{Product, Products};
use kernel::field_code::FieldCode;
use kernel::problem::FieldError;
use kernel::wire::QuantityText;
use store::database::Tx;

/// Posts stock movements.
pub(super) async fn move_stock(
    tx: &Tx,
    products: &Products,
    stock_levels: &StockLevels,
    batch: Batch<MovementInput>,
) -> Result<StockBatchView, StockError> {
    let (mut results, valid) = resolve_lines(&CodeLookup { products, stock_levels }, batch, |codes, line: &MovementInput| {
        let (product, warehouse) = codes.product_and_warehouse(&line.sku, &line.warehouse)?;
        let to = line.to_warehouse.as_deref().map(|code| codes.warehouse("/to_warehouse", code)).transpose()?;
        if to.is_some() && line.reason != super::views::MovementReason::Transfer {
            return Err(FieldError::new("/to_warehouse", FieldCode::NotATransfer, "must be given only for a transfer"));
        }
        Ok(StockMovement {
            product: product.id,
            warehouse,
            quantity: check_whole(&product, "/quantity", line.quantity.0)?,
            reason: line.reason.into(),
            to,
            reference: line.reference.to_string(),
        })
    });
    let (indexes, lines): (Vec<_>, Vec<_>) = valid.into_iter().unzip();
    for (index, done) in indexes.into_iter().zip(movements::move_stock(tx, &lines).await?) {
        results.add(index, done.map(Some).map_err(|why| ("/quantity", why.code(), why.to_string())));
    }
    Ok(results.view())
}

/// Sets safety stock.
pub(super) async fn put_safety_stock(
    tx: &Tx,
    products: &Products,
    stock_levels: &StockLevels,
    batch: Batch<SafetyInput>,
) -> Result<StockBatchView, StockError> {
    let (mut results, valid) = resolve_lines(&CodeLookup { products, stock_levels }, batch, |codes, line: &SafetyInput| {
        let (product, warehouse) = codes.product_and_warehouse(&line.sku, &line.warehouse)?;
        let quantity = check_whole(&product, "/safety", line.safety.0)?;
        if quantity.is_negative() || quantity.micros() > MAX_LEVEL {
            return Err(FieldError::new("/safety", FieldCode::OutOfRange, "safety stock must be from 0 to 1000000000000"));
        }
        Ok((product.id, warehouse, quantity))
    });
    let (indexes, lines): (Vec<_>, Vec<_>) = valid.into_iter().unzip();
    for (index, level) in indexes.into_iter().zip(set_safety_stock(tx, &lines).await?) {
        results.add(index, Ok(Some(level)));
    }
    Ok(results.view())
}

/// Announces or changes inbound supplies.
pub(super) async fn put_supplies(
    tx: &Tx,
    products: &Products,
    stock_levels: &StockLevels,
    batch: Batch<InboundInput>,
) -> Result<StockBatchView, StockError> {
    let (mut results, valid) = resolve_lines(&CodeLookup { products, stock_levels }, batch, |codes, line: &InboundInput| {
        let (product, warehouse) = codes.product_and_warehouse(&line.sku, &line.warehouse)?;
        Ok(NewInboundSupply {
            reference: line.reference.to_string(),
            product: product.id,
            warehouse,
            quantity: check_whole(&product, "/quantity", line.quantity.0)?,
            expected_at: line.expected_at.0,
        })
    });
    let (indexes, lines): (Vec<_>, Vec<_>) = valid.into_iter().unzip();
    for (index, done) in indexes.into_iter().zip(inbound::put_inbound_supplies(tx, &lines).await?) {
        results.add(index, done.map(|()| None).map_err(|why| ("/quantity", why.code(), why.to_string())));
    }
    Ok(results.view())
}

/// Receives valids of inbound supplies.
pub(super) async fn receive_supplies(
    tx: &Tx,
    products: &Products,
    stock_levels: &StockLevels,
    batch: Batch<ArrivalInput>,
) -> Result<StockBatchView, StockError> {
    let (mut results, valid) = resolve_lines(&CodeLookup { products, stock_levels }, batch, |codes, line: &ArrivalInput| {
        let (product, warehouse) = codes.product_and_warehouse(&line.sku, &line.warehouse)?;
        let quantity = check_whole(&product, "/quantity", line.quantity.0)?;
        Ok(InboundReceipt { reference: line.reference.to_string(), product: product.id, warehouse, quantity })
    });
    let (indexes, lines): (Vec<_>, Vec<_>) = valid.into_iter().unzip();
    for (index, done) in indexes.into_iter().zip(inbound::receive_inbound_supplies(tx, &lines).await?) {
        let field = if matches!(done, Err(inbound::InboundError::Unknown)) { "/reference" } else { "/quantity" };
        results.add(index, done.map(Some).map_err(|why| (field, why.code(), why.to_string())));
    }
    Ok(results.view())
}

/// Finds products and warehouses by SKU and code.
#[derive(Debug)]
struct CodeLookup<'a> {
    products: &'a Products,
    stock_levels: &'a StockLevels,
}

impl CodeLookup<'_> {
    fn product_and_warehouse(&self, sku: &str, warehouse: &str) -> Result<(Arc<Product>, WarehouseId), FieldError> {
        let unknown = || FieldError::new("/sku", FieldCode::UnknownProduct, format!("there is no product \"{sku}\""));
        let product = self.products.by_sku(sku).ok_or_else(unknown)?;
        Ok((product, self.warehouse("/warehouse", warehouse)?))
    }

    fn warehouse(&self, field: &str, code: &str) -> Result<WarehouseId, FieldError> {
        let unknown = || FieldError::new(field, FieldCode::UnknownWarehouse, format!("there is no warehouse \"{code}\""));
        self.stock_levels.warehouse(code).map(|w| w.id).ok_or_else(unknown)
    }
}

fn check_whole(product: &Product, field: &str, quantity: Quantity) -> Result<Quantity, FieldError> {
    if product.fractional || quantity.is_whole() {
        return Ok(quantity);
    }
    let detail = format!("the quantity of {} must be a whole number of {}", product.sku, product.stock_unit);
    Err(FieldError::new(field, FieldCode::NotWhole, detail))
}

/// Results of a batch, filled line by line.
#[derive(Debug, Default)]
struct BatchResults {
    base: &'static str,
    /// SKU and warehouse of the valid lines, by index.
    codes: BTreeMap<usize, (String, String)>,
    accepted: Vec<StockLineView>,
    rejected: Vec<(usize, FieldError)>,
}

/// Turns lines into commands. Returns the valid commands, each with the index of its line, and the results so far: the errors of
/// all other lines.
fn resolve_lines<T: Line, C>(
    codes: &CodeLookup<'_>,
    batch: Batch<T>,
    read: impl Fn(&CodeLookup<'_>, &T) -> Result<C, FieldError>,
) -> (BatchResults, Vec<(usize, C)>) {
    let mut results = BatchResults { base: batch.base, ..BatchResults::default() };
    let mut valid = Vec::with_capacity(batch.lines.len());
    for (index, line) in batch.lines.into_iter().enumerate() {
        let command = line.0.and_then(|line| {
            let command = read(codes, &line).map_err(|problem| vec![problem])?;
            let (sku, warehouse) = line.codes();
            results.codes.insert(index, (sku.to_owned(), warehouse.to_owned()));
            Ok(command)
        });
        match command {
            Ok(command) => valid.push((index, command)),
            Err(problems) if problems.is_empty() => {
                results.rejected.push((
                    index,
                    FieldError::new("", FieldCode::InvalidValue, "the line must be an object with the fields of a line"),
                ));
            }
            Err(problems) => results.rejected.extend(problems.into_iter().map(|problem| (index, problem))),
        }
    }
    (results, valid)
}

impl BatchResults {
    fn add(&mut self, index: usize, done: Result<Option<ResultingLevel>, (&str, FieldCode, String)>) {
        match done {
            Ok(level) => {
                let (sku, warehouse) = self.codes.remove(&index).unwrap_or_default();
                self.accepted.push(StockLineView {
                    index,
                    sku,
                    warehouse,
                    on_hand: level.map(|l| QuantityText(l.on_hand)),
                    reserved: level.map(|l| QuantityText(l.reserved)),
                    available: level.map(|l| QuantityText(l.available)),
                });
            }
            Err((field, code, detail)) => self.rejected.push((index, FieldError::new(field, code, detail))),
        }
    }

    fn view(mut self) -> StockBatchView {
        self.rejected.sort_by_key(|(index, _)| *index);
        let base = self.base;
        let pointed = |(index, problem): (usize, FieldError)| problem.under(&format!("{base}/{index}"));
        StockBatchView { accepted: self.accepted, rejected: self.rejected.into_iter().map(pointed).collect() }
    }
}
