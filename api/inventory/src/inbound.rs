//! Inbound supplies: announced by a purchase order to a supplier, received in one or several deliveries.
//!
//! Promises: reference, product and warehouse identify a supply; announcing it again changes it; received goods are on hand.
//! More goods may be received than were announced. Supplies are locked before stock levels.

use std::sync::Arc;
use store::{BoundRows, Db};

use ahash::{AHashMap, AHashSet};
use entity::{InboundId, Instant, ProductId, WarehouseId};
use pricing::Quantity;
use sea_orm::{ConnectionTrait, DbErr};

use super::error::StockError;
use super::events::InboundChanged;
use super::locked_levels::LockedLevels;
use super::locked_levels::MAX_LEVEL;
use super::locked_levels::ROWS_PER_STATEMENT;
use super::locked_levels::StockEvents;
use super::movements::{MovementError, Reason, ResultingLevel, post};
use kernel::field_code::FieldCode;
use store::database::Tx;

/// The new state of an inbound supply, in stock units.
#[derive(Clone, Debug)]
pub struct NewInboundSupply {
    pub reference: String,
    pub product: ProductId,
    pub warehouse: WarehouseId,
    pub quantity: Quantity,
    pub expected_at: Instant,
}

/// Goods received of an inbound supply, in stock units.
#[derive(Clone, Debug)]
pub(crate) struct InboundReceipt {
    pub reference: String,
    pub product: ProductId,
    pub warehouse: WarehouseId,
    pub quantity: Quantity,
}

/// Why a supply or a receipt is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InboundError {
    #[error("the quantity must be at least {received}, which was received already")]
    BelowReceived { received: Quantity },
    #[error("a supply must be given only once")]
    Duplicate,
    #[error("there is no supply of this product to this warehouse with this reference")]
    Unknown,
    #[error("the quantity must be greater than 0")]
    NotPositive,
    #[error(transparent)]
    Stock(#[from] MovementError),
}

impl InboundError {
    /// The field code of the error.
    pub const fn code(self) -> FieldCode {
        match self {
            Self::BelowReceived { .. } => FieldCode::BelowReceived,
            Self::Duplicate => FieldCode::Duplicate,
            Self::Unknown => FieldCode::UnknownSupply,
            Self::NotPositive => FieldCode::NotPositive,
            Self::Stock(refusal) => refusal.code(),
        }
    }
}

type Key = (String, ProductId, WarehouseId);

/// Announces or changes supplies; returns one result per supply. A quantity equal to the received quantity closes a supply.
pub async fn put_inbound_supplies(tx: &Tx, new: &[NewInboundSupply]) -> Result<Vec<Result<(), InboundError>>, StockError> {
    let known = lock(tx, new.iter().map(|n| (n.reference.clone(), n.product, n.warehouse)).collect()).await?;
    let mut seen = AHashSet::new();
    let mut results = Vec::with_capacity(new.len());
    let mut good = Vec::with_capacity(new.len());
    for one in new {
        let key = (one.reference.clone(), one.product, one.warehouse);
        let received = known.get(&key).map_or(0, |(_, received)| *received);
        let checked = if one.quantity.is_negative() || (one.quantity.is_zero() && received == 0 && !known.contains_key(&key)) {
            Err(InboundError::NotPositive)
        } else if one.quantity.micros() > MAX_LEVEL {
            Err(MovementError::Overflow.into())
        } else if one.quantity.micros() < received {
            Err(InboundError::BelowReceived { received: Quantity::from_micros(received) })
        } else if !seen.insert(key) {
            Err(InboundError::Duplicate)
        } else {
            good.push(one);
            Ok(())
        };
        results.push(checked);
    }
    let ids = tx.ids(good.len()).await?;
    for (chunk, ids) in good.chunks(ROWS_PER_STATEMENT).zip(ids.chunks(ROWS_PER_STATEMENT)) {
        upsert(tx, chunk, ids).await?;
    }
    record_changed(tx, good.iter().map(|one| one.product));
    Ok(results)
}

/// Puts received goods on hand; returns one result per receipt.
pub(crate) async fn receive_inbound_supplies(
    tx: &Tx,
    receipts: &[InboundReceipt],
) -> Result<Vec<Result<ResultingLevel, InboundError>>, StockError> {
    let known = lock(tx, receipts.iter().map(|a| (a.reference.clone(), a.product, a.warehouse)).collect()).await?;
    let pairs = receipts.iter().map(|a| (a.product, a.warehouse)).collect();
    let mut locked = LockedLevels::open_or_create(tx, pairs).await?;
    let mut received: AHashMap<InboundId, i64> = AHashMap::new();
    let mut results = Vec::with_capacity(receipts.len());
    for receipt in receipts {
        let found = known.get(&(receipt.reference.clone(), receipt.product, receipt.warehouse));
        let result = match found {
            None => Err(InboundError::Unknown),
            Some(_) if !receipt.quantity.is_positive() => Err(InboundError::NotPositive),
            Some((id, before)) => {
                let arrived = received.entry(*id).or_default();
                post_receipt(&mut locked, receipt, *before, arrived)
            }
        };
        results.push(result);
    }
    locked.write(tx, StockEvents::Levels).await?;
    add_received(tx, received.into_iter().filter(|(_, quantity)| *quantity > 0).collect()).await?;
    let good = receipts.iter().zip(&results).filter(|(_, result)| result.is_ok());
    record_changed(tx, good.map(|(receipt, _)| receipt.product));
    Ok(results)
}

fn post_receipt(
    locked: &mut LockedLevels,
    receipt: &InboundReceipt,
    before: i64,
    arrived: &mut i64,
) -> Result<ResultingLevel, InboundError> {
    let quantity = receipt.quantity.micros();
    let after = before.checked_add(*arrived).and_then(|sum| sum.checked_add(quantity)).filter(|sum| *sum <= MAX_LEVEL);
    if after.is_none() {
        return Err(MovementError::Overflow.into());
    }
    let reference: Arc<str> = receipt.reference.as_str().into();
    let moved = post(locked, receipt.product, receipt.warehouse, quantity, Reason::Receipt, &reference)?;
    *arrived += quantity;
    Ok(moved)
}

/// Locks supplies and returns their ids and received quantities, in millionths.
async fn lock(tx: &Tx, keys: Vec<Key>) -> Result<AHashMap<Key, (InboundId, i64)>, DbErr> {
    let mut found = AHashMap::new();
    for chunk in keys.chunks(ROWS_PER_STATEMENT) {
        let mut bound = BoundRows::new(tx, &["product_id", "warehouse_id"], &["reference"]);
        for (reference, product, warehouse) in chunk {
            bound.push(&[product.0, warehouse.0], &[reference]);
        }
        let sql = format!(
            "select id, reference, product_id, warehouse_id, received from inbound_supplies where (reference, product_id, warehouse_id) \
             in (select reference, product_id, warehouse_id from {} as v) order by id {}",
            bound.source(1),
            tx.for_update()
        );
        for row in tx.rows(tx.statement(sql, bound.into_values())).await? {
            let key = (row.get(1)?, ProductId(row.get(2)?), WarehouseId(row.get(3)?));
            found.insert(key, (InboundId(row.get(0)?), row.get(4)?));
        }
    }
    Ok(found)
}

async fn upsert(tx: &Tx, supplies: &[&NewInboundSupply], ids: &[i64]) -> Result<(), DbErr> {
    let columns = &["id", "product_id", "warehouse_id", "quantity", "expected_at"];
    let mut bound = BoundRows::new(tx, columns, &["reference"]);
    for (supply, id) in supplies.iter().zip(ids) {
        let numbers = [*id, supply.product.0, supply.warehouse.0, supply.quantity.micros(), supply.expected_at.0];
        bound.push(&numbers, &[&supply.reference]);
    }
    let sql = format!(
        "insert into inbound_supplies (id, product_id, warehouse_id, quantity, received, expected_at, reference, updated_at) \
         select id, product_id, warehouse_id, quantity, 0, expected_at, reference, $1 from {} as v where true \
         order by reference, product_id, warehouse_id \
         on conflict (reference, product_id, warehouse_id) do update \
         set quantity = excluded.quantity, expected_at = excluded.expected_at, updated_at = excluded.updated_at",
        bound.source(2)
    );
    let values = std::iter::once(tx.now().0.into()).chain(bound.into_values());
    tx.execute_raw(tx.statement(sql, values)).await?;
    Ok(())
}

async fn add_received(tx: &Tx, received: Vec<(InboundId, i64)>) -> Result<(), DbErr> {
    for chunk in received.chunks(ROWS_PER_STATEMENT) {
        let mut bound = BoundRows::new(tx, &["id", "quantity"], &[]);
        for (id, quantity) in chunk {
            bound.push(&[id.0, *quantity], &[]);
        }
        let sql = format!(
            "update inbound_supplies as i set received = i.received + v.quantity, updated_at = $1 from {} as v where i.id = v.id",
            bound.source(2)
        );
        let values = std::iter::once(tx.now().0.into()).chain(bound.into_values());
        tx.execute_raw(tx.statement(sql, values)).await?;
    }
    Ok(())
}

fn record_changed(tx: &Tx, products: impl Iterator<Item = ProductId>) {
    let mut ids: Vec<ProductId> = products.collect();
    ids.sort_unstable();
    ids.dedup();
    for chunk in ids.chunks(500) {
        tx.record(&InboundChanged { product_ids: chunk.to_vec() });
    }
}
