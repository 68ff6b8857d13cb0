//! Orders of the past, brought in as closed history.
//!
//! Promises: an imported order reserves nothing, commits no credit and is never invoiced again; all its quantities say
//! delivered and invoiced. An order that the account already has under the same external reference is left alone, so an
//! import can be repeated. The number of statements does not depend on how many orders there are (save for batches).
//!
//! Not here: what follows from history; `order.imported` names the orders for those who count what is bought.

use std::sync::Arc;

use ahash::AHashSet;
use entity::{
    AccountId, Amount, Destination, Instant, OrderId, PaymentMethod, PriceSource, Quantity, order_imports, order_lines, orders,
};
use pricing::{Currency, UnitCode};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _};

use super::amounts;
use super::error::OrderError;
use super::order::number_of;
use catalog::Product;
use identity::Account;
use order_events::OrdersImported;
use store::database::{Lock, Tx};
use store::sql::{insert_all, key_chunks};

/// An order of the past.
#[derive(Clone, Debug)]
pub struct PastOrder {
    pub account: Arc<Account>,
    pub placed_by: String,
    pub placed_at: Instant,
    /// The number it had where it came from.
    pub external_reference: String,
    pub purchase_order_number: String,
    pub currency: Currency,
    pub ship_to: Destination,
    pub lines: Vec<PastLine>,
}

/// A line of the past, at the price agreed then.
#[derive(Clone, Debug)]
pub struct PastLine {
    pub product: Arc<Product>,
    pub unit: UnitCode,
    pub quantity: Quantity,
    /// The price of `per` units.
    pub unit_price: Amount,
    pub per: Quantity,
}

/// What became of an order of the past.
#[derive(Debug)]
pub enum Imported {
    /// It is history now.
    Stored,
    /// The account had it already.
    Known,
    /// It has no lines, or numbers no order can have.
    Refused(OrderError),
}

/// Orders named by one event.
const IDS_PER_EVENT: usize = 1_000;

/// Stores orders of the past; one result per order, in the order given.
pub async fn import_past(tx: &Tx, past: &[PastOrder]) -> Result<Vec<Imported>, OrderError> {
    // Two imports of one file at the same time would not see each other's orders.
    tx.lock(Lock::PastOrders).await?;
    let mut known = known_references(tx, past).await?;
    let mut ids = tx.ids(past.len()).await?.into_iter().map(OrderId);
    let mut results = Vec::with_capacity(past.len());
    let (mut rows, mut lines, mut stored) = (Vec::new(), Vec::new(), Vec::new());
    for order in past {
        let key = (order.account.id, order.external_reference.clone());
        if known.contains(&key) {
            results.push(Imported::Known);
            continue;
        }
        let Some(id) = ids.next() else { break };
        match rows_of(order, id) {
            Ok((row, own)) => {
                known.insert(key);
                stored.push(id.0);
                rows.push(row.into_active_model());
                lines.extend(own.into_iter().map(order_lines::Model::into_active_model));
                results.push(Imported::Stored);
            }
            Err(error) => results.push(Imported::Refused(error)),
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

/// Which of the references exist already.
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
    let lines = past.lines.iter().enumerate().map(|(index, line)| line_row(past, id, index, line));
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    let total = amounts::sum(lines.iter().map(|line| line.line_amount))?;
    let row = orders::Model {
        id,
        number: number_of(id),
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

fn line_row(past: &PastOrder, id: OrderId, index: usize, line: &PastLine) -> Result<order_lines::Model, OrderError> {
    let factor = line.product.factor_of(line.unit).ok_or(OrderError::OutOfRange)?;
    factor.to_stock(line.quantity.into()).map_err(|_| OrderError::OutOfRange)?;
    let zero = Quantity(0);
    Ok(order_lines::Model {
        order_id: id,
        line_no: i32::try_from(index + 1).map_err(|_| OrderError::OutOfRange)?,
        account_id: past.account.id,
        product_id: line.product.id,
        sku: line.product.sku.to_string(),
        title: line.product.title.to_string(),
        unit: line.unit.into(),
        numerator: factor.numerator(),
        denominator: factor.denominator(),
        quantity: line.quantity,
        cancelled: zero,
        allocated: line.quantity,
        picked: line.quantity,
        shipped: line.quantity,
        delivered: line.quantity,
        invoiced: line.quantity,
        returned: zero,
        unit_price: line.unit_price,
        per: line.per,
        line_amount: amounts::worth_of(line.unit_price, line.per, line.quantity, past.currency)?,
        list_price: None,
        price_source: PriceSource::Agreed,
        price_detail: "{}".to_owned(),
        promised_at: None,
        note: String::new(),
        reference: String::new(),
        placed_at: past.placed_at,
    })
}
