//! Events of stock, warehouses and supply.

use std::sync::Arc;

use entity::{ProductId, WarehouseId, warehouses};
use serde::{Deserialize, Serialize};
use store::{DomainEvent, EventDetails, NoPublicForm};

use kernel::wire::QuantityText;

/// Stock levels changed. [`StockLevels`](super::StockLevels) applies the levels given and reads those of the products named.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct StockChanged {
    /// New levels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) levels: Vec<ChangedLevel>,
    /// Products whose levels must be read again, given instead of the levels when many thousands changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) product_ids: Vec<ProductId>,
    /// SKUs of the products. Only the public form is stored with them; an event that is read back has none.
    #[serde(default, skip_serializing)]
    pub(crate) skus: Vec<Arc<str>>,
}

/// The new level of a product in one warehouse.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ChangedLevel {
    pub(crate) product_id: ProductId,
    pub(crate) warehouse_id: WarehouseId,
    /// SKU of the product; only the public form is stored with it.
    #[serde(default, skip_serializing)]
    pub(crate) sku: Arc<str>,
    /// Code of the warehouse; only the public form is stored with it.
    #[serde(default, skip_serializing)]
    pub(crate) warehouse: Arc<str>,
    pub(crate) on_hand: QuantityText,
    pub(crate) reserved: QuantityText,
    pub(crate) safety: QuantityText,
}

/// Public form of [`StockChanged`]: the new levels, or the products whose levels changed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicStock<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    levels: Vec<PublicLevel<'a>>,
    #[serde(skip_serializing_if = "<[Arc<str>]>::is_empty")]
    skus: &'a [Arc<str>],
}

/// One level of [`PublicStock`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicLevel<'a> {
    sku: &'a str,
    warehouse: &'a str,
    on_hand: QuantityText,
    reserved: QuantityText,
    safety: QuantityText,
}

impl ChangedLevel {
    fn public(&self) -> PublicLevel<'_> {
        PublicLevel {
            sku: &self.sku,
            warehouse: &self.warehouse,
            on_hand: self.on_hand,
            reserved: self.reserved,
            safety: self.safety,
        }
    }
}

impl DomainEvent for StockChanged {
    const KIND: &'static str = "stock.changed";
    type Public<'a> = PublicStock<'a>;

    fn subject(&self) -> String {
        "stock".to_owned()
    }

    fn public(&self) -> Option<PublicStock<'_>> {
        let levels = self.levels.iter().map(ChangedLevel::public).collect();
        Some(PublicStock { levels, skus: &self.skus })
    }
}

/// Products whose available quantity increased.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct MoreStock {
    pub product_ids: Vec<ProductId>,
    /// SKUs of the products. Only the public form is stored with them; an event that is read back has none.
    #[serde(default, skip_serializing)]
    pub skus: Vec<Arc<str>>,
}

/// Public form of [`MoreStock`].
#[derive(Clone, Debug, Serialize)]
pub struct PublicMoreStock<'a> {
    skus: &'a [Arc<str>],
}

impl EventDetails for MoreStock {
    type Public<'a> = PublicMoreStock<'a>;

    fn subject(&self) -> String {
        "stock".to_owned()
    }

    fn public(&self) -> Option<PublicMoreStock<'_>> {
        Some(PublicMoreStock { skus: &self.skus })
    }
}

store::event_kinds! {
    MoreStock:
    /// More of the products is on hand. `orders` allocates it to backordered lines.
    pub StockReceived = "stock.received",
    /// A reservation or safety stock of the products was released. `orders` allocates it to backordered lines.
    pub StockFreed = "stock.freed",
}

/// A warehouse was created or changed. [`StockLevels`](super::StockLevels) reads all warehouses again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WarehouseChanged {
    pub(crate) id: WarehouseId,
    pub(crate) code: String,
    /// Version after the change.
    pub(crate) version: i64,
}

impl From<&warehouses::Model> for WarehouseChanged {
    fn from(row: &warehouses::Model) -> Self {
        Self { id: row.id, code: row.code.clone(), version: row.version }
    }
}

/// Public form of [`WarehouseChanged`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicWarehouse<'a> {
    code: &'a str,
    version: i64,
}

impl DomainEvent for WarehouseChanged {
    const KIND: &'static str = "warehouse.changed";
    type Public<'a> = PublicWarehouse<'a>;

    fn subject(&self) -> String {
        format!("warehouse/{}", self.code)
    }

    fn public(&self) -> Option<PublicWarehouse<'_>> {
        Some(PublicWarehouse { code: &self.code, version: self.version })
    }
}

/// Inbound supply was announced, changed or received.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InboundChanged {
    pub(crate) product_ids: Vec<ProductId>,
}

impl DomainEvent for InboundChanged {
    const KIND: &'static str = "inbound.changed";
    type Public<'a> = NoPublicForm;

    fn subject(&self) -> String {
        "inbound-supplies".to_owned()
    }

    fn public(&self) -> Option<NoPublicForm> {
        None
    }
}
