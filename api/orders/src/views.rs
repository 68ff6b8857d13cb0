//! The API views and inputs of orders.

use entity::Destination;
use entity::HoldKind;
use entity::PaymentMethod;
use entity::PriceSource;
use entity::order_allocations;
use entity::order_holds;
use entity::order_lines;
use entity::orders;
use poem_openapi::Object;
use pricing::Currency;
use serde::{Deserialize, Serialize};
use store::Db;

use super::amounts;
use super::error::OrderError;
use super::order::LoadedOrder;
use super::queries::load;
use super::status::{OrderStatus, status};
use identity::Accounts;
use inventory::StockLevels;
use kernel::problem::FieldError;
use kernel::wire::{AmountText, Money, QuantityText, Text, Timestamp, Totals, TotalsParts};

/// An order.
#[derive(Debug, Object, Serialize)]
pub struct OrderView {
    /// Number of the order; absent in the response to a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Status, derived from the lines.
    pub status: OrderStatus,
    /// Account that ordered.
    pub account: String,
    /// Number of the customer's purchase order.
    pub purchase_order_number: String,
    /// The caller's own reference.
    pub external_reference: Option<String>,
    /// Number of the quote that the order was made from, at the prices of its offer.
    pub quote_number: Option<String>,
    /// Currency of all amounts.
    pub currency: String,
    /// Payment method and terms.
    pub payment: PaymentView,
    /// Destination.
    pub ship_to: DestinationView,
    /// Note of the customer.
    pub note: String,
    /// Coupons given.
    pub coupons: Vec<String>,
    /// Delivery date requested by the customer.
    pub requested_at: Option<Timestamp>,
    /// Time the order was placed.
    pub placed_at: Timestamp,
    /// Time of the last change.
    pub updated_at: Timestamp,
    /// Version of the order, also its `ETag`.
    pub version: i64,
    /// Version of the prices used.
    pub price_version: i64,
    /// Pricing time; a price quote with this as `at` and `as_of` always gives the same prices.
    pub priced_at: Timestamp,
    /// Sums over the lines.
    pub totals: TotalsView,
    /// Holds, released ones included.
    pub holds: Vec<HoldView>,
    /// The lines.
    pub lines: Vec<OrderLineView>,
    /// Lines that were not ordered, for a partial order.
    pub rejected: Vec<FieldError>,
    /// Warnings; the order was placed in spite of them.
    pub warnings: Vec<FieldError>,
}

/// How an order is paid.
#[derive(Debug, Object, Serialize)]
pub struct PaymentView {
    /// On terms or before shipment.
    pub method: PaymentMethod,
    /// Payment terms.
    pub terms: String,
}

/// Sums over the lines of an order.
#[derive(Debug, Object, Serialize)]
pub struct TotalsView {
    /// Totals of the lines as placed.
    #[oai(flatten)]
    #[serde(flatten)]
    pub placed: Totals,
    /// Amount without cancelled quantities.
    pub open: Money,
    /// Invoiced amount.
    pub invoiced: Money,
}

/// A hold.
#[derive(Debug, Object, Serialize)]
pub struct HoldView {
    /// Kind of reason.
    pub kind: HoldKind,
    /// Reason.
    pub reason: String,
    /// Time of the hold.
    pub placed_at: Timestamp,
    /// Time of the release.
    pub released_at: Option<Timestamp>,
}

/// A line of an order. Quantities are in its unit.
#[derive(Debug, Object, Serialize)]
pub struct OrderLineView {
    /// Number of the line, from 1.
    pub line: i32,
    /// SKU.
    pub sku: String,
    /// Title when it was ordered.
    pub title: String,
    /// Unit.
    pub unit: String,
    /// Quantity ordered.
    pub quantity: QuantityText,
    /// Quantities by progress.
    pub quantities: QuantitiesView,
    /// Price of `per` units.
    pub unit_price: AmountText,
    /// Price basis.
    pub per: QuantityText,
    /// Unit price × quantity ÷ per, rounded to the currency's minor unit.
    pub line_amount: AmountText,
    /// List price of `per` units.
    pub list_price: Option<AmountText>,
    /// Source of the price.
    pub price_source: PriceSource,
    /// Quantity per warehouse.
    pub allocations: Vec<AllocationView>,
    /// Promised shipping date.
    pub promised_at: Option<Timestamp>,
    /// Note of the customer.
    pub note: String,
    /// The customer's reference of the line.
    pub reference: String,
}

/// The quantities of a line, in its unit.
#[derive(Debug, Object, Serialize)]
pub struct QuantitiesView {
    /// As placed.
    pub ordered: QuantityText,
    /// Cancelled.
    pub cancelled: QuantityText,
    /// Reserved at warehouses, shipped included.
    pub allocated: QuantityText,
    /// Backordered: not reserved yet.
    pub backordered: QuantityText,
    /// Picked, shipped included.
    pub picked: QuantityText,
    /// Shipped.
    pub shipped: QuantityText,
    /// Delivered.
    pub delivered: QuantityText,
    /// Invoiced.
    pub invoiced: QuantityText,
    /// Returned.
    pub returned: QuantityText,
}

impl From<&order_lines::Model> for QuantitiesView {
    fn from(line: &order_lines::Model) -> Self {
        let backordered = entity::Quantity(line.quantity.0 - line.cancelled.0 - line.allocated.0);
        Self {
            ordered: line.quantity.into(),
            cancelled: line.cancelled.into(),
            allocated: line.allocated.into(),
            backordered: backordered.into(),
            picked: line.picked.into(),
            shipped: line.shipped.into(),
            delivered: line.delivered.into(),
            invoiced: line.invoiced.into(),
            returned: line.returned.into(),
        }
    }
}

/// The quantity of a line allocated in a warehouse.
#[derive(Debug, Object, Serialize)]
pub struct AllocationView {
    /// Code of the warehouse.
    pub warehouse: String,
    /// Reserved there, shipped included.
    pub quantity: QuantityText,
    /// Shipped from there.
    pub shipped: QuantityText,
}

impl OrderView {
    /// The view of a loaded order.
    pub fn new(placed: LoadedOrder, accounts: &Accounts, stock_levels: &StockLevels) -> Result<Self, OrderError> {
        let LoadedOrder { order, lines, allocations, holds } = placed;
        let totals = totals(order.currency.0, &lines)?;
        let held = holds.iter().any(|h| h.released_at.is_none());
        Ok(Self {
            status: status(&lines, held, order.open),
            account: accounts.code_of(order.account_id),
            number: Some(order.number),
            purchase_order_number: order.purchase_order_number,
            external_reference: order.external_reference,
            quote_number: order.quote_number,
            payment: PaymentView { method: order.payment_method, terms: order.terms.to_string() },
            ship_to: order.ship_to.into(),
            note: order.note,
            coupons: order.coupons.split_whitespace().map(str::to_owned).collect(),
            requested_at: order.requested_at.map(Timestamp),
            placed_at: Timestamp(order.placed_at),
            updated_at: Timestamp(order.updated_at),
            version: order.version,
            price_version: order.price_version,
            priced_at: Timestamp(order.priced_at),
            totals,
            holds: holds.into_iter().map(Into::into).collect(),
            lines: line_views(lines, &allocations, stock_levels),
            rejected: Vec::new(),
            warnings: Vec::new(),
            currency: order.currency.to_string(),
        })
    }
}

/// Reads the order's lines, allocations and holds and builds its view.
pub(crate) async fn load_view(
    db: &impl Db,
    order: orders::Model,
    accounts: &Accounts,
    stock_levels: &StockLevels,
) -> Result<OrderView, OrderError> {
    OrderView::new(load(db, order).await?, accounts, stock_levels)
}

fn totals(currency: Currency, lines: &[order_lines::Model]) -> Result<TotalsView, OrderError> {
    let code = currency.code();
    let placed = amounts::sum(lines.iter().map(|l| l.line_amount))?;
    let mut open = Vec::with_capacity(lines.len());
    let mut invoiced = Vec::with_capacity(lines.len());
    for line in lines {
        open.push(amounts::line_value(line, amounts::open_quantity(line), currency)?);
        invoiced.push(amounts::line_value(line, line.invoiced, currency)?);
    }
    Ok(TotalsView {
        placed: Totals::new(placed, TotalsParts::default(), code).map_err(|_| OrderError::OutOfRange)?,
        open: Money::new(amounts::sum(open)?, code),
        invoiced: Money::new(amounts::sum(invoiced)?, code),
    })
}

/// The views of lines with their allocations, which are sorted by line.
fn line_views(
    lines: Vec<order_lines::Model>,
    allocations: &[order_allocations::Model],
    stock_levels: &StockLevels,
) -> Vec<OrderLineView> {
    let mut rest = allocations;
    let mut views = Vec::with_capacity(lines.len());
    for line in lines {
        let skip = rest.iter().take_while(|a| a.line_no < line.line_no).count();
        let own = rest[skip..].iter().take_while(|a| a.line_no == line.line_no).count();
        let places = &rest[skip..skip + own];
        rest = &rest[skip + own..];
        views.push(OrderLineView {
            quantities: (&line).into(),
            line: line.line_no,
            sku: line.sku,
            title: line.title,
            unit: line.unit.to_string(),
            quantity: line.quantity.into(),
            unit_price: line.unit_price.into(),
            per: line.per.into(),
            line_amount: line.line_amount.into(),
            list_price: line.list_price.map(Into::into),
            price_source: line.price_source,
            allocations: places.iter().filter(|a| a.quantity.0 > 0).map(|a| allocation_view(a, stock_levels)).collect(),
            promised_at: line.promised_at.map(Timestamp),
            note: line.note,
            reference: line.reference,
        });
    }
    views
}

fn allocation_view(row: &order_allocations::Model, stock_levels: &StockLevels) -> AllocationView {
    AllocationView {
        warehouse: stock_levels.code_of(row.warehouse_id),
        quantity: row.quantity.into(),
        shipped: row.shipped.into(),
    }
}

impl From<order_holds::Model> for HoldView {
    fn from(row: order_holds::Model) -> Self {
        Self {
            kind: row.kind,
            reason: row.reason,
            placed_at: Timestamp(row.placed_at),
            released_at: row.released_at.map(Timestamp),
        }
    }
}

/// A cancellation.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default)]
pub(crate) struct CancellationInput {
    /// Lines and quantities; empty for the whole order.
    pub lines: Vec<LineQuantity>,
    /// Reason.
    pub reason: Text<500>,
}

/// A quantity of a line.
#[derive(Debug, Object, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineQuantity {
    /// Number of the line.
    pub line: i32,
    /// Quantity in the line's unit.
    pub quantity: QuantityText,
}

impl Default for LineQuantity {
    fn default() -> Self {
        Self { line: 0, quantity: entity::Quantity(0).into() }
    }
}

/// Which hold to release.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default)]
pub(crate) struct ReleaseInput {
    /// Kind of hold; every hold when left out.
    pub kind: Option<HoldKind>,
}

/// A hold to place on an order.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoldInput {
    /// Reason.
    pub reason: Text<500>,
}

/// An address given in a request.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressInput {
    /// Name of the place or person.
    pub name: Text<200>,
    /// Street and number.
    pub line1: Text<200>,
    /// Second address line.
    #[serde(default)]
    pub line2: Text<200>,
    /// City.
    pub city: Text<100>,
    /// State or region.
    #[serde(default)]
    pub region: Text<100>,
    /// Postal code.
    #[serde(default)]
    pub postal_code: Text<20>,
    /// ISO 3166 code of the country.
    pub country: Text<2>,
}

impl From<Destination> for DestinationView {
    fn from(place: Destination) -> Self {
        let Destination { site, name, line1, line2, city, region, postal_code, country } = place;
        Self { site, name, line1, line2, city, region, postal_code, country }
    }
}

impl From<AddressInput> for Destination {
    fn from(address: AddressInput) -> Self {
        Self {
            site: None,
            name: address.name.into_inner(),
            line1: address.line1.into_inner(),
            line2: address.line2.into_inner(),
            city: address.city.into_inner(),
            region: address.region.into_inner(),
            postal_code: address.postal_code.into_inner(),
            country: address.country.into_inner(),
        }
    }
}

/// Destination of an order or a shipment.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "Destination")]
pub struct DestinationView {
    /// Code of the account's site, if the destination is a site.
    pub site: Option<String>,
    /// Name of the place or person.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// Second address line.
    pub line2: String,
    /// City.
    pub city: String,
    /// State or region.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// ISO 3166 code of the country.
    pub country: String,
}

/// Changes of an order; fields that are left out stay as they are.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default)]
pub(crate) struct ChangeInput {
    /// Number of the customer's purchase order.
    pub purchase_order_number: Option<Text<64>>,
    /// Note.
    pub note: Option<Text<2000>>,
    /// Delivery date requested by the customer.
    pub requested_at: Option<Timestamp>,
    /// New destination; possible until something is picked.
    pub ship_to: Option<AddressInput>,
    /// New quantities of lines, at most the ordered quantities.
    pub lines: Vec<LineQuantity>,
}

/// The credit position of an account.
#[derive(Debug, Object, Serialize)]
pub(crate) struct CreditPositionView {
    /// Account.
    pub account: String,
    /// Open invoices.
    pub receivable: Money,
    /// Orders not yet invoiced.
    pub committed: Money,
    /// Receivable and committed amount together.
    pub exposure: Money,
    /// Largest exposure allowed; absent without a limit.
    pub limit: Option<Money>,
    /// Limit less exposure; absent without a limit.
    pub available: Option<Money>,
    /// When the oldest open invoice is due.
    pub oldest_due_at: Option<Timestamp>,
}
