//! Placing an order on the wire.

use entity::PaymentMethod;
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use crate::cart::Partial;
use crate::kernel::wire::{AmountText, Code, QuantityText, Text, Timestamp};
use crate::orders::AddressInput;

/// An order to be placed.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderInput {
    /// Account, when staff order for one.
    #[serde(default)]
    pub(crate) account: Option<Code>,
    /// Cart to order; or give `lines` or `quote_number`.
    #[serde(default)]
    pub(crate) cart_id: Option<Text<20>>,
    /// Lines to order, up to 10,000.
    #[serde(default)]
    pub(crate) lines: Option<Vec<OrderLineInput>>,
    /// Quote to order, at the prices offered in it.
    #[serde(default)]
    pub(crate) quote_number: Option<Code>,
    /// Version of the quote that was seen; when it changed since, the order is refused with 412.
    #[serde(default)]
    pub(crate) quote_version: Option<i64>,
    /// Number of the customer's purchase order.
    pub(crate) purchase_order_number: Text<64>,
    /// ISO 4217 currency, with a cart or quote that of it; that of the cart or quote, or the account's own when left out.
    #[serde(default)]
    pub(crate) currency: Option<Code>,
    /// Where it goes; the account's default site when left out.
    #[serde(default)]
    pub(crate) ship_to: Option<ShipTo>,
    /// How it is paid; on the account's terms when left out.
    #[serde(default)]
    pub(crate) payment: Option<PaymentInput>,
    /// Coupons; none with a quote, whose prices stand.
    #[serde(default)]
    pub(crate) coupons: Vec<Code>,
    /// Note.
    #[serde(default)]
    pub(crate) note: Text<2000>,
    /// The caller's own reference.
    #[serde(default)]
    pub(crate) external_reference: Option<Text<100>>,
    /// When the customer wants it.
    #[serde(default)]
    pub(crate) requested_at: Option<Timestamp>,
    /// What happens when a line of the cart costs something else than when it was added, last changed or accepted. Default
    /// `warn`.
    #[serde(default)]
    pub(crate) on_price_drift: Option<OnDrift>,
    /// What happens when a line cannot be ordered. Default `reject`.
    #[serde(default)]
    pub(crate) partial: Partial,
    /// Answer as if the order were placed, and place nothing.
    #[serde(default)]
    pub(crate) dry_run: bool,
}

/// A line to order.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderLineInput {
    /// SKU; or give an `identifier`.
    #[serde(default)]
    pub(crate) sku: Option<Text<64>>,
    /// Any name the product answers to.
    #[serde(default)]
    pub(crate) identifier: Option<Text<100>>,
    /// Quantity in the unit.
    pub(crate) quantity: QuantityText,
    /// Unit; the product's stock unit when left out.
    #[serde(default)]
    pub(crate) unit: Option<Text<8>>,
    /// Note.
    #[serde(default)]
    pub(crate) note: Text<500>,
    /// The customer's reference of the line.
    #[serde(default)]
    pub(crate) reference: Text<100>,
    /// Unit price the caller expects.
    #[serde(default)]
    pub(crate) expected_unit_price: Option<AmountText>,
    /// Price basis of the expected price; that of the answer when left out.
    #[serde(default)]
    pub(crate) expected_per: Option<u32>,
    /// How far the price may differ: an amount (`0.05`) or a percentage of the expected price (`2%`). Default 0.
    #[serde(default)]
    pub(crate) tolerance: Option<Text<20>>,
    /// What happens when it differs more. Default `reject`.
    #[serde(default)]
    pub(crate) on_price_drift: OnDrift,
}

/// What happens when a price differs from the expected one by more than the tolerance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum OnDrift {
    /// The line cannot be ordered.
    #[default]
    Reject,
    /// The line is ordered at today's price and a warning given.
    Warn,
    /// The line is ordered at today's price.
    Accept,
}

/// Where an order goes: a site of the account or an address.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShipTo {
    /// Code of the account's site.
    #[serde(default)]
    pub(crate) site: Option<Code>,
    /// An address.
    #[serde(default)]
    pub(crate) address: Option<AddressInput>,
}

/// How an order is paid.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentInput {
    /// On terms or before shipment.
    pub(crate) method: PaymentMethod,
}
