//! Availability of products: the quantity in stock, the inbound supply and the promised date.

use std::sync::Arc;

use entity::{AccountId, Instant, ProductId, sites};
use pricing::{ConversionError, Factor, Quantity, UnitCode};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::availability_views::{AvailabilityList, AvailabilityView, IncomingView, LevelView, PromiseView};
use super::error::StockError;
use super::promise::{AvailableToPromise, PromiseRequest};
use super::reserve::SourcingPreference;
use super::stock_levels::{Level, StockLevels};
use catalog::CatalogView;
use catalog::Product;
use catalog::Products;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::QuantityText;
use store::database::Reader;

/// A line of an availability request.
#[derive(Clone, Debug)]
pub(super) struct RequestedLine {
    pub(super) sku: String,
    pub(super) quantity: Option<Quantity>,
    pub(super) unit: Option<String>,
    pub(super) pointer: String,
}

/// An availability request and what is needed to answer it.
#[derive(Debug)]
pub(super) struct AvailabilityQuery<'a> {
    pub(super) products: &'a Products,
    pub(super) stock_levels: &'a StockLevels,
    pub(super) asked: Vec<RequestedLine>,
    pub(super) preference: SourcingPreference,
    /// The products that the caller may see.
    pub(super) catalog_view: Arc<CatalogView>,
    /// Whether the quantities on hand and reserved are shown.
    pub(super) exact: bool,
}

/// The availability of all lines, with three statements. Lines share the stock in their order.
pub(super) async fn availability_of(
    db: &Reader,
    query: AvailabilityQuery<'_>,
    now: Instant,
) -> Result<AvailabilityList, StockError> {
    let found = query.products.by_skus(query.asked.iter().map(|asked| asked.sku.as_str()));
    let mut rejected = Vec::new();
    let mut known: Vec<(Arc<Product>, PromiseRequest)> = Vec::with_capacity(found.len());
    for (asked, product) in query.asked.iter().zip(found) {
        let ask = product.filter(|p| query.catalog_view.can_see(p)).ok_or_else(|| {
            FieldError::new(field(asked, "sku"), FieldCode::UnknownProduct, format!("there is no product \"{}\"", asked.sku))
        });
        match ask.and_then(|product| read_ask(asked, &product, known.len()).map(|ask| (product, ask))) {
            Ok(line) => known.push(line),
            Err(problem) => rejected.push(problem),
        }
    }
    let mut atp = AvailableToPromise::read(db, query.stock_levels, known.iter().map(|(product, _)| product.id).collect()).await?;
    let mut items: Vec<AvailabilityView> = known.iter().map(|(product, ask)| view(&query, &atp, product, ask.quantity)).collect();
    for (item, (_, ask)) in items.iter_mut().zip(&known) {
        item.promise = PromiseView::new(&atp.promise(ask, &query.preference, now), query.stock_levels);
    }
    Ok(AvailabilityList { items, rejected })
}

/// The sourcing preference for goods that go to `ship_to`, which is a site of the account or a country.
pub(super) async fn sourcing_preference(
    db: &Reader,
    account: Option<AccountId>,
    ship_to: Option<&str>,
) -> Result<SourcingPreference, StockError> {
    let Some(ship_to) = ship_to else { return Ok(SourcingPreference::default()) };
    if let Some(account) = account {
        let of_account = sites::Entity::find().filter(sites::Column::AccountId.eq(account));
        if let Some(site) = of_account.filter(sites::Column::Code.eq(ship_to)).one(db).await? {
            return Ok(SourcingPreference { warehouse: None, country: Some(site.country) });
        }
    }
    if ship_to.len() == 2 && ship_to.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Ok(SourcingPreference { warehouse: None, country: Some(ship_to.to_ascii_uppercase()) });
    }
    let detail = format!("\"{ship_to}\" must be a site of the account or a country of two letters");
    Err(CommonError::invalid("ship_to", FieldCode::UnknownDestination, detail).into())
}

/// The pointer of a field of the line.
fn field(asked: &RequestedLine, name: &str) -> String {
    if asked.pointer.starts_with('/') { format!("{}/{name}", asked.pointer) } else { name.to_owned() }
}

fn read_ask(asked: &RequestedLine, product: &Product, key: usize) -> Result<PromiseRequest, FieldError> {
    let unit = match &asked.unit {
        None => product.stock_unit,
        Some(unit) => {
            unit.parse::<UnitCode>().map_err(|e| FieldError::new(field(asked, "unit"), FieldCode::UnknownUnit, e.to_string()))?
        }
    };
    let unknown_unit =
        || FieldError::new(field(asked, "unit"), FieldCode::UnknownUnit, format!("{} is not sold in {unit}", product.sku));
    let factor = product.factor_of(unit).ok_or_else(unknown_unit)?;
    let quantity = match asked.quantity {
        None => product.orderable_quantity(Quantity::ZERO).unwrap_or(Quantity::ONE),
        Some(quantity) => in_stock_units(product, factor, quantity)
            .map_err(|problem| FieldError { pointer: field(asked, "quantity"), ..problem })?,
    };
    Ok(PromiseRequest {
        key,
        product: product.id,
        quantity,
        multiple: if product.fractional { Quantity::ZERO } else { factor.to_stock(Quantity::ONE).unwrap_or_default() },
        backorder: product.may_backorder(),
        lead_time_days: product.lead_time_days,
    })
}

/// The quantity in stock units. Order rules (minimum, multiple) are not checked: availability is shown for any quantity.
fn in_stock_units(product: &Product, factor: Factor, quantity: Quantity) -> Result<Quantity, FieldError> {
    let refuse = |code, detail: String| FieldError::new("/quantity", code, detail);
    if !quantity.is_positive() {
        return Err(refuse(FieldCode::NotPositive, "the quantity must be greater than 0".to_owned()));
    }
    let stock = factor.to_stock(quantity).map_err(|error| match error {
        ConversionError::NotExact => {
            refuse(FieldCode::NotExact, format!("the quantity must be an exact quantity of {}", product.stock_unit))
        }
        ConversionError::Overflow(_) => refuse(FieldCode::OutOfRange, "the quantity must be smaller".to_owned()),
    })?;
    if product.fractional || (stock.is_whole() && quantity.is_whole()) {
        return Ok(stock);
    }
    Err(refuse(FieldCode::NotWhole, format!("the quantity of {} must be a whole number of {}", product.sku, product.stock_unit)))
}

/// The stock and inbound supply of a product, before anything is promised.
fn view(query: &AvailabilityQuery<'_>, atp: &AvailableToPromise, product: &Product, quantity: Quantity) -> AvailabilityView {
    let levels = atp.levels(product.id);
    let total = |of: fn(&Level) -> Quantity| {
        QuantityText(Quantity::from_micros(levels.iter().fold(0_i64, |sum, level| sum.saturating_add(of(level).micros()))))
    };
    let exact = query.exact;
    AvailabilityView {
        sku: product.sku.to_string(),
        unit: product.stock_unit.to_string(),
        quantity: QuantityText(quantity),
        available: total(Level::available),
        on_hand: exact.then(|| total(|level| level.on_hand)),
        reserved: exact.then(|| total(|level| level.reserved)),
        warehouses: warehouses(query, atp, product.id),
        incoming: atp.incoming(product.id).iter().map(|i| IncomingView::new(i, query.stock_levels, exact)).collect(),
        promise: PromiseView { at: None, warehouse: None, source: None, quantities: Vec::new(), uncovered: None },
    }
}

fn warehouses(query: &AvailabilityQuery<'_>, atp: &AvailableToPromise, product: ProductId) -> Vec<LevelView> {
    let mut views = Vec::new();
    for warehouse in query.stock_levels.warehouses().iter() {
        let level = atp.levels(product).iter().find(|level| level.warehouse == warehouse.id);
        let here = atp.incoming(product).iter().filter(|i| i.warehouse == warehouse.id);
        let incoming: Vec<IncomingView> = here.map(|i| IncomingView::new(i, query.stock_levels, query.exact)).collect();
        if level.is_some() || !incoming.is_empty() {
            views.push(LevelView::new(warehouse.code.clone(), level, incoming, query.exact));
        }
    }
    views
}
