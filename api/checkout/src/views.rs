//! Placing an order on the wire.

use entity::PaymentMethod;
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use cart::Partial;
use kernel::wire::{AmountText, Code, QuantityText, Text, Timestamp};
use orders::AddressInput;

/// An order to be placed.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderInput {
    /// Account, when staff order for one.
    #[serde(default)]
    pub account: Option<Code>,
    /// Cart to order; or give `lines` or `quote_number`.
    #[serde(default)]
    pub cart_id: Option<Text<20>>,
    /// Lines to order, up to 10,000.
    #[serde(default)]
    pub lines: Option<Vec<OrderLineInput>>,
    /// Quote to order, at the prices offered in it.
    #[serde(default)]
    pub quote_number: Option<Code>,
    /// Version of the quote that was seen; when it changed since, the order is refused with 412.
    #[serde(default)]
    pub quote_version: Option<i64>,
    /// Number of the customer's purchase order.
    pub purchase_order_number: Text<64>,
    /// ISO 4217 currency, with a cart or quote that of it; that of the cart or quote, or the account's own when left out.
    #[serde(default)]
    pub currency: Option<Code>,
    /// Where it goes; the account's default site when left out.
    #[serde(default)]
    pub ship_to: Option<ShipTo>,
    /// How it is paid; on the account's terms when left out.
    #[serde(default)]
    pub payment: Option<PaymentInput>,
    /// Coupons; none with a quote, whose prices stand.
    #[serde(default)]
    pub coupons: Vec<Code>,
    /// Note.
    #[serde(default)]
    pub note: Text<2000>,
    /// The caller's own reference.
    #[serde(default)]
    pub external_reference: Option<Text<100>>,
    /// When the customer wants it.
    #[serde(default)]
    pub requested_at: Option<Timestamp>,
    /// What happens when a line of the cart costs something else than when it was added, last changed or accepted. Default
    /// `warn`.
    #[serde(default)]
    pub on_price_drift: Option<OnDrift>,
    /// What happens when a line cannot be ordered. Default `reject`.
    #[serde(default)]
    pub partial: Partial,
    /// Answer as if the order were placed, and place nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// A line to order.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderLineInput {
    /// SKU; or give an `identifier`.
    #[serde(default)]
    pub sku: Option<Text<64>>,
    /// Any name the product answers to.
    #[serde(default)]
    pub identifier: Option<Text<100>>,
    /// Quantity in the unit.
    pub quantity: QuantityText,
    /// Unit; the product's stock unit when left out.
    #[serde(default)]
    pub unit: Option<Text<8>>,
    /// Note.
    #[serde(default)]
    pub note: Text<500>,
    /// The customer's reference of the line.
    #[serde(default)]
    pub reference: Text<100>,
    /// Unit price the caller expects.
    #[serde(default)]
    pub expected_unit_price: Option<AmountText>,
    /// Price basis of the expected price; that of the answer when left out.
    #[serde(default)]
    pub expected_per: Option<u32>,
    /// How far the price may differ: an amount (`0.05`) or a percentage of the expected price (`2%`). Default 0.
    #[serde(default)]
    pub tolerance: Option<Text<20>>,
    /// What happens when it differs more. Default `reject`.
    #[serde(default)]
    pub on_price_drift: OnDrift,
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
    pub site: Option<Code>,
    /// An address.
    #[serde(default)]
    pub address: Option<AddressInput>,
}

/// How an order is paid.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentInput {
    /// On terms or before shipment.
    pub method: PaymentMethod,
}
