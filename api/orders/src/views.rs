//! Orders on the wire.

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

use super::amounts;
use super::error::OrderError;
use super::order::Placed;
use super::queries::load;
use super::status::{OrderStatus, status};
use identity::Accounts;
use inventory::Board;
use kernel::problem::FieldError;
use kernel::wire::{AmountText, Money, QuantityText, Text, Timestamp, Totals, TotalsParts};
use store::database::Db;

/// An order.
#[derive(Debug, Object, Serialize)]
pub struct OrderView {
    /// Number of the order; absent in the answer of a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Where it stands, derived from its lines.
    pub status: OrderStatus,
    /// Account that ordered.
    pub account: String,
    /// Number of the customer's purchase order.
    pub purchase_order_number: String,
    /// The caller's own reference.
    pub external_reference: Option<String>,
    /// Number of the quote it was made of; its prices are those offered there.
    pub quote_number: Option<String>,
    /// Currency of all amounts.
    pub currency: String,
    /// How it is paid.
    pub payment: PaymentView,
    /// Where it goes.
    pub ship_to: DestinationView,
    /// Note of the customer.
    pub note: String,
    /// Coupons given.
    pub coupons: Vec<String>,
    /// When the customer wants it.
    pub requested_at: Option<Timestamp>,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Version of the order, as in its `ETag`.
    pub version: i64,
    /// Version of the prices it was priced from.
    pub price_version: i64,
    /// Instant it was priced at; a price quote with this as `at` and `as_of` gives the same prices for ever.
    pub priced_at: Timestamp,
    /// Sums over the lines.
    pub totals: TotalsView,
    /// Why it is or was held.
    pub holds: Vec<HoldView>,
    /// The lines.
    pub lines: Vec<OrderLineView>,
    /// Lines that were not ordered, of a partial order.
    pub rejected: Vec<FieldError>,
    /// Remarks that did not keep the order from being placed.
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
    /// What the lines come to as placed.
    #[oai(flatten)]
    #[serde(flatten)]
    pub placed: Totals,
    /// What is still ordered, cancelled quantities taken off.
    pub open: Money,
    /// What was invoiced.
    pub invoiced: Money,
}

/// A hold.
#[derive(Debug, Object, Serialize)]
pub struct HoldView {
    /// Kind of reason.
    pub kind: HoldKind,
    /// The reason.
    pub reason: String,
    /// Since when.
    pub placed_at: Timestamp,
    /// Until when.
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
    /// How far it is.
    pub quantities: QuantitiesView,
    /// Price of `per` units.
    pub unit_price: AmountText,
    /// Price basis.
    pub per: QuantityText,
    /// Unit price × quantity ÷ per, rounded to the currency's minor unit.
    pub line_amount: AmountText,
    /// List price of `per` units.
    pub list_price: Option<AmountText>,
    /// Where the price came from.
    pub price_source: PriceSource,
    /// Which warehouse gives how much.
    pub allocations: Vec<AllocationView>,
    /// When it is promised to leave.
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
    /// Given up.
    pub cancelled: QuantityText,
    /// Reserved at warehouses, shipped included.
    pub allocated: QuantityText,
    /// Waiting for stock.
    pub backordered: QuantityText,
    /// Taken from the shelves, shipped included.
    pub picked: QuantityText,
    /// Left.
    pub shipped: QuantityText,
    /// Arrived.
    pub delivered: QuantityText,
    /// Invoiced.
    pub invoiced: QuantityText,
    /// Came back.
    pub returned: QuantityText,
}

impl From<&order_lines::Model> for QuantitiesView {
    fn from(line: &order_lines::Model) -> Self {
        let waiting = entity::Quantity(line.quantity.0 - line.cancelled.0 - line.allocated.0);
        Self {
            ordered: line.quantity.into(),
            cancelled: line.cancelled.into(),
            allocated: line.allocated.into(),
            backordered: waiting.into(),
            picked: line.picked.into(),
            shipped: line.shipped.into(),
            delivered: line.delivered.into(),
            invoiced: line.invoiced.into(),
            returned: line.returned.into(),
        }
    }
}

/// What a warehouse gives of a line.
#[derive(Debug, Object, Serialize)]
pub struct AllocationView {
    /// Code of the warehouse.
    pub warehouse: String,
    /// Reserved there, shipped included.
    pub quantity: QuantityText,
    /// Left from there.
    pub shipped: QuantityText,
}

impl OrderView {
    /// The view of a loaded order.
    pub fn new(placed: Placed, accounts: &Accounts, board: &Board) -> Result<Self, OrderError> {
        let Placed { order, lines, allocations, holds } = placed;
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
            lines: line_views(lines, &allocations, board),
            rejected: Vec::new(),
            warnings: Vec::new(),
            currency: order.currency.to_string(),
        })
    }
}

/// The view of an order as it is in the database now.
pub(crate) async fn view_of(
    db: &impl Db,
    order: orders::Model,
    accounts: &Accounts,
    board: &Board,
) -> Result<OrderView, OrderError> {
    OrderView::new(load(db, order).await?, accounts, board)
}

fn totals(currency: Currency, lines: &[order_lines::Model]) -> Result<TotalsView, OrderError> {
    let code = currency.code();
    let placed = amounts::sum(lines.iter().map(|l| l.line_amount))?;
    let mut open = Vec::with_capacity(lines.len());
    let mut invoiced = Vec::with_capacity(lines.len());
    for line in lines {
        open.push(amounts::worth(line, amounts::open_quantity(line), currency)?);
        invoiced.push(amounts::worth(line, line.invoiced, currency)?);
    }
    Ok(TotalsView {
        placed: Totals::new(placed, TotalsParts::default(), code).map_err(|_| OrderError::OutOfRange)?,
        open: Money::new(amounts::sum(open)?, code),
        invoiced: Money::new(amounts::sum(invoiced)?, code),
    })
}

/// Allocations are sorted by line, so each line takes its run.
fn line_views(lines: Vec<order_lines::Model>, allocations: &[order_allocations::Model], board: &Board) -> Vec<OrderLineView> {
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
            allocations: places.iter().filter(|a| a.quantity.0 > 0).map(|a| allocation_view(a, board)).collect(),
            promised_at: line.promised_at.map(Timestamp),
            note: line.note,
            reference: line.reference,
        });
    }
    views
}

fn allocation_view(row: &order_allocations::Model, board: &Board) -> AllocationView {
    AllocationView { warehouse: board.code_of(row.warehouse_id), quantity: row.quantity.into(), shipped: row.shipped.into() }
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

/// What to cancel.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default)]
pub(crate) struct CancellationInput {
    /// Lines and quantities; none for the whole order.
    pub lines: Vec<LineQuantity>,
    /// Why.
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
    /// One kind; none for every hold.
    pub kind: Option<HoldKind>,
}

/// Why to hold.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoldInput {
    /// The reason.
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
    /// More of the address.
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

/// Where an order or a shipment goes.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "Destination")]
pub struct DestinationView {
    /// Code of the account's site, if it is one.
    pub site: Option<String>,
    /// Name of the place or person.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// More of the address.
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

/// What shall be different of an order.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default)]
pub(crate) struct ChangeInput {
    /// Number of the customer's purchase order.
    pub purchase_order_number: Option<Text<64>>,
    /// Note.
    pub note: Option<Text<2000>>,
    /// When the customer wants it.
    pub requested_at: Option<Timestamp>,
    /// Where it goes; until something has been picked.
    pub ship_to: Option<AddressInput>,
    /// New quantities of lines, not above what is ordered.
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
    /// Both together.
    pub exposure: Money,
    /// Largest exposure allowed; none for no limit.
    pub limit: Option<Money>,
    /// What is left of the limit; none for no limit.
    pub available: Option<Money>,
    /// When the oldest open invoice is due.
    pub oldest_due_at: Option<Timestamp>,
}
