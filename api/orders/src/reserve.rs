//! The first half of placing an order: credit and stock, for all lines in one call each.
//!
//! Between the two halves the caller may change the lines' prices: when lines were dropped for lack of stock, the rest may no
//! longer reach a volume break.

use entity::{Amount, OrderId};

use super::amounts;
use super::credit::{self, Position, Shift};
use super::error::OrderError;
use super::place::{NewLine, NewOrder, RejectedLine, number_of};
use inventory::{self, Reserved, Want};
use kernel::field_code::FieldCode;
use kernel::problem::FieldError;
use store::database::Tx;

/// An order whose stock is reserved and whose credit is committed.
#[derive(Debug)]
pub struct Reservation {
    pub(super) id: OrderId,
    /// The order without its lines.
    pub(super) new: NewOrder,
    /// The lines that stand.
    pub(super) lines: Vec<NewLine>,
    /// What each got, by its place.
    pub(super) parts: Vec<Reserved>,
    pub(super) rejected: Vec<RejectedLine>,
    pub(super) committed: Amount,
    pub(super) position: Position,
}

impl Reservation {
    /// Whether lines were dropped.
    pub fn has_dropped(&self) -> bool {
        !self.rejected.is_empty()
    }

    /// Why lines were dropped.
    pub fn dropped(&self) -> impl Iterator<Item = &FieldError> {
        self.rejected.iter().map(|line| &line.problem)
    }

    /// The lines that stand, whose prices may be changed.
    pub fn lines_mut(&mut self) -> &mut [NewLine] {
        &mut self.lines
    }

    /// What the prices are based on, to be changed with them.
    pub fn order_mut(&mut self) -> &mut NewOrder {
        &mut self.new
    }
}

/// Commits credit and reserves stock for an order. Lines that lack stock and cannot be backordered refuse the order, or are
/// dropped when it is partial.
pub async fn reserve(tx: &Tx, mut new: NewOrder) -> Result<Reservation, OrderError> {
    if new.lines.is_empty() {
        return Err(OrderError::Empty);
    }
    let committed = amounts::sum(new.lines.iter().map(|l| l.price.line_amount))?;
    let shift = Shift { receivable: 0, committed: committed.0 };
    let position = credit::shift(tx, new.account.id, new.currency.code(), shift).await?;
    let id = OrderId(tx.id().await?);
    let lines = std::mem::take(&mut new.lines);
    let (lines, parts, rejected) = stock(tx, &new, lines, &number_of(id)).await?;
    Ok(Reservation { id, new, lines, parts, rejected, committed, position })
}

/// Reserves stock for all lines in one call. Gives the lines that stand, with what each got.
async fn stock(
    tx: &Tx,
    new: &NewOrder,
    all: Vec<NewLine>,
    number: &str,
) -> Result<(Vec<NewLine>, Vec<Reserved>, Vec<RejectedLine>), OrderError> {
    let mut wants = Vec::with_capacity(all.len());
    for (key, line) in all.iter().enumerate() {
        let factor = line.product.factor_of(line.unit).ok_or(OrderError::OutOfRange)?;
        let quantity = factor.to_stock(line.quantity.into()).map_err(|_| OrderError::OutOfRange)?;
        wants.push(Want {
            key,
            product: line.product.id,
            quantity,
            multiple: step(line)?,
            all_or_nothing: !line.product.may_backorder(),
        });
    }
    let reserved = inventory::reserve(tx, &wants, &new.prefer, number).await?;
    let mut got = vec![0_i64; all.len()];
    for part in &reserved {
        got[part.key] += part.quantity.micros();
    }
    let mut places = vec![usize::MAX; all.len()];
    let (mut lines, mut rejected) = (Vec::with_capacity(all.len()), Vec::new());
    for (key, line) in all.into_iter().enumerate() {
        if got[key] < wants[key].quantity.micros() && !line.product.may_backorder() {
            let detail = format!("{} is not in stock in this quantity and cannot be backordered; order less", line.product.sku);
            let pointer = format!("{}/quantity", line.pointer);
            rejected.push(RejectedLine { problem: FieldError::new(pointer, FieldCode::InsufficientStock, detail) });
        } else {
            places[key] = lines.len();
            lines.push(line);
        }
    }
    if !rejected.is_empty() && (!new.partial || lines.is_empty()) {
        return Err(OrderError::OutOfStock(rejected.into_iter().map(|r| r.problem).collect()));
    }
    let reserved = reserved.into_iter().map(|part| Reserved { key: places[part.key], ..part }).collect();
    Ok((lines, reserved, rejected))
}

/// The smallest stock quantity that is a whole step of the line's unit: what one warehouse can give at a time.
fn step(line: &NewLine) -> Result<pricing::Quantity, OrderError> {
    if line.product.fractional && line.unit == line.product.stock_unit {
        return Ok(pricing::Quantity::from_micros(1));
    }
    let one = pricing::Quantity::from_micros(1_000_000);
    let factor = line.product.factor_of(line.unit).ok_or(OrderError::OutOfRange)?;
    factor.to_stock(one).map_err(|_| OrderError::OutOfRange)
}
