//! Importing past orders as closed history.
//!
//! Promises: an imported order reserves no stock, commits no credit and is never invoiced; all its quantities are
//! delivered and invoiced. An order whose external reference the account already has is skipped, so an
//! import can be repeated. The number of statements does not depend on how many orders there are (save for batches).
//!
//! Not here: what is derived from past orders. Slices that count purchases handle `order.imported`.

use std::sync::Arc;

use ahash::AHashSet;
use entity::{
    AccountId, Amount, Destination, Instant, OrderId, PaymentMethod, PriceSource, Quantity, order_imports, order_lines, orders,
};
use pricing::{Currency, UnitCode};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _};

use super::amounts;
use super::error::OrderError;
use super::line_row::{LineOwner, line_row};
use super::order::{AgreedPrice, NewLine, order_number};
use catalog::Product;
use identity::Account;
use order_events::OrdersImported;
use store::database::{Lock, Tx};
use store::sql::{insert_all, key_chunks};

/// A past order.
#[derive(Clone, Debug)]
pub struct PastOrder {
    pub account: Arc<Account>,
    pub placed_by: String,
    pub placed_at: Instant,
    /// Number of the order in the system it comes from.
    pub external_reference: String,
    pub purchase_order_number: String,
    pub currency: Currency,
    pub ship_to: Destination,
    pub lines: Vec<PastLine>,
}

/// A line of a past order, with the price paid.
#[derive(Clone, Debug)]
pub struct PastLine {
    pub product: Arc<Product>,
    pub unit: UnitCode,
    pub quantity: Quantity,
    /// The price of `per` units.
    pub unit_price: Amount,
    pub per: Quantity,
}

/// Result of importing a past order.
#[derive(Debug)]
pub enum ImportResult {
    /// The order was stored.
    Stored,
    /// The account already has an order with this external reference.
    AlreadyImported,
    /// The order has no lines, or an amount or quantity is out of range.
    Rejected(OrderError),
}

/// Largest number of orders in one event.
const IDS_PER_EVENT: usize = 1_000;

/// Stores past orders; returns one result per order, in the order given.
pub async fn import_past(tx: &Tx, past: &[PastOrder]) -> Result<Vec<ImportResult>, OrderError> {
    // Without the lock, two concurrent imports of one file would not see each other's orders.
    tx.lock(Lock::PastOrders).await?;
    let mut known = known_references(tx, past).await?;
    let mut ids = tx.ids(past.len()).await?.into_iter().map(OrderId);
    let mut results = Vec::with_capacity(past.len());
    let (mut rows, mut lines, mut stored) = (Vec::new(), Vec::new(), Vec::new());
    for order in past {
        let key = (order.account.id, order.external_reference.clone());
        if known.contains(&key) {
            results.push(ImportResult::AlreadyImported);
            continue;
        }
        let Some(id) = ids.next() else { break };
        match rows_of(order, id) {
            Ok((row, own)) => {
                known.insert(key);
                stored.push(id.0);
                rows.push(row.into_active_model());
                lines.extend(own.into_iter().map(order_lines::Model::into_active_model));
                results.push(ImportResult::Stored);
            }
            Err(error) => results.push(ImportResult::Rejected(error)),
        }
    }
    insert_all(tx, rows, None).await?;
    insert_all(tx, lines, None).await?;
    let imported = |id: &i64| order_imports::Model { order_id: OrderId(*id), imported_at: tx.now() }.into_active_model();
    insert_all(tx, stored.iter().map(imported).collect(), None).await?;
    for ids in stored.chunks(IDS_PER_EVENT) {
        tx.record(&OrdersImported { order_ids: ids.iter().copied().map(OrderId).collect() });
    }
    Ok(results)
}

/// The external references that already exist, with their accounts.
async fn known_references(tx: &Tx, past: &[PastOrder]) -> Result<AHashSet<(AccountId, String)>, DbErr> {
    let references: Vec<&str> = past.iter().map(|order| order.external_reference.as_str()).collect();
    let mut known = AHashSet::new();
    for references in key_chunks(&references) {
        let found: Vec<(AccountId, String)> = orders::Entity::find()
            .select_only()
            .columns([orders::Column::AccountId, orders::Column::ExternalReference])
            .filter(orders::Column::ExternalReference.is_in(references.iter().copied()))
            .into_tuple()
            .all(tx)
            .await?;
        known.extend(found);
    }
    Ok(known)
}

fn rows_of(past: &PastOrder, id: OrderId) -> Result<(orders::Model, Vec<order_lines::Model>), OrderError> {
    if past.lines.is_empty() {
        return Err(OrderError::Empty);
    }
    let lines = past.lines.iter().enumerate().map(|(index, line)| past_line_row(past, id, index, line));
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    let total = amounts::sum(lines.iter().map(|line| line.line_amount))?;
    let row = orders::Model {
        id,
        number: order_number(id),
        account_id: past.account.id,
        placed_by: past.placed_by.clone(),
        purchase_order_number: past.purchase_order_number.clone(),
        currency: past.currency.into(),
        payment_method: PaymentMethod::Terms,
        terms: past.account.terms.clone(),
        ship_to: past.ship_to.clone(),
        site_code: past.ship_to.site.clone(),
        note: String::new(),
        external_reference: Some(past.external_reference.clone()),
        total,
        price_version: 0,
        priced_at: past.placed_at,
        coupons: String::new(),
        requested_at: None,
        placed_at: past.placed_at,
        updated_at: past.placed_at,
        version: 1,
        open: false,
        quote_number: None,
    };
    Ok((row, lines))
}

fn past_line_row(past: &PastOrder, id: OrderId, index: usize, line: &PastLine) -> Result<order_lines::Model, OrderError> {
    let factor = line.product.factor_of(line.unit).ok_or(OrderError::OutOfRange)?;
    factor.to_stock(line.quantity.into()).map_err(|_| OrderError::OutOfRange)?;
    let price = AgreedPrice {
        unit_price: line.unit_price,
        per: line.per,
        line_amount: amounts::value_of(line.unit_price, line.per, line.quantity, past.currency)?,
        list_price: None,
        source: PriceSource::Agreed,
        detail: "{}".to_owned(),
    };
    let (note, reference) = (String::new(), String::new());
    let new = NewLine { product: line.product.clone(), unit: line.unit, quantity: line.quantity, price, note, reference };
    let owner = LineOwner { order: id, account: past.account.id, placed_at: past.placed_at };
    let quantity = line.quantity;
    Ok(order_lines::Model {
        allocated: quantity,
        picked: quantity,
        shipped: quantity,
        delivered: quantity,
        invoiced: quantity,
        ..line_row(owner, index, new)?
    })
}
