//! Answers to "how many are there, and when can they leave?".

use std::sync::Arc;

use entity::{AccountId, Instant, ProductId, sites};
use pricing::{ConversionError, Factor, Quantity, UnitCode};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::availability_views::{AvailabilityList, AvailabilityView, IncomingView, LevelView, PromiseView};
use super::board::{Board, Level};
use super::error::StockError;
use super::promise::{Ask, Outlook};
use super::reserve::SourcingPreference;
use catalog::CatalogView;
use catalog::Product;
use catalog::Products;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::QuantityText;
use store::database::Reader;

/// One line that is asked about, and where it stands in the request.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) sku: String,
    pub(super) quantity: Option<Quantity>,
    pub(super) unit: Option<String>,
    pub(super) pointer: String,
}

/// Who asks, about what.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) products: &'a Products,
    pub(super) board: &'a Board,
    pub(super) asked: Vec<Asked>,
    pub(super) prefer: SourcingPreference,
    /// What may be seen.
    pub(super) catalog_view: Arc<CatalogView>,
    /// Whether exact levels are shown.
    pub(super) exact: bool,
}

/// Answers in three statements. Lines share what there is, in their order.
pub(super) async fn answer(db: &Reader, question: Question<'_>, now: Instant) -> Result<AvailabilityList, StockError> {
    let found = question.products.by_skus(question.asked.iter().map(|asked| asked.sku.as_str()));
    let mut rejected = Vec::new();
    let mut known: Vec<(Arc<Product>, Ask)> = Vec::with_capacity(found.len());
    for (asked, product) in question.asked.iter().zip(found) {
        let ask = product.filter(|p| question.catalog_view.can_see(p)).ok_or_else(|| {
            FieldError::new(field(asked, "sku"), FieldCode::UnknownProduct, format!("there is no product \"{}\"", asked.sku))
        });
        match ask.and_then(|product| read_ask(asked, &product, known.len()).map(|ask| (product, ask))) {
            Ok(line) => known.push(line),
            Err(problem) => rejected.push(problem),
        }
    }
    let mut outlook = Outlook::read(db, question.board, known.iter().map(|(product, _)| product.id).collect()).await?;
    let mut items: Vec<AvailabilityView> =
        known.iter().map(|(product, ask)| view(&question, &outlook, product, ask.quantity)).collect();
    for (item, (_, ask)) in items.iter_mut().zip(&known) {
        item.promise = PromiseView::new(&outlook.promise(ask, &question.prefer, now), question.board);
    }
    Ok(AvailabilityList { items, rejected })
}

/// Where goods go, as a preference among warehouses: a site of the account, or a country.
pub(super) async fn destination(
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

fn field(asked: &Asked, name: &str) -> String {
    if asked.pointer.starts_with('/') { format!("{}/{name}", asked.pointer) } else { name.to_owned() }
}

fn read_ask(asked: &Asked, product: &Product, key: usize) -> Result<Ask, FieldError> {
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
    Ok(Ask {
        key,
        product: product.id,
        quantity,
        multiple: if product.fractional { Quantity::ZERO } else { factor.to_stock(Quantity::ONE).unwrap_or_default() },
        backorder: product.may_backorder(),
        lead_time_days: product.lead_time_days,
    })
}

/// Order rules (minimum, multiple) do not matter here: the question is what there is, not what may be ordered.
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

/// What there is before anything is promised.
fn view(question: &Question<'_>, outlook: &Outlook, product: &Product, quantity: Quantity) -> AvailabilityView {
    let levels = outlook.levels(product.id);
    let total = |of: fn(&Level) -> Quantity| {
        QuantityText(Quantity::from_micros(levels.iter().fold(0_i64, |sum, level| sum.saturating_add(of(level).micros()))))
    };
    let exact = question.exact;
    AvailabilityView {
        sku: product.sku.to_string(),
        unit: product.stock_unit.to_string(),
        quantity: QuantityText(quantity),
        available: total(Level::available),
        on_hand: exact.then(|| total(|level| level.on_hand)),
        reserved: exact.then(|| total(|level| level.reserved)),
        warehouses: warehouses(question, outlook, product.id),
        incoming: outlook.incoming(product.id).iter().map(|i| IncomingView::new(i, question.board, exact)).collect(),
        promise: PromiseView { at: None, warehouse: None, source: None, quantities: Vec::new(), uncovered: None },
    }
}

fn warehouses(question: &Question<'_>, outlook: &Outlook, product: ProductId) -> Vec<LevelView> {
    let mut views = Vec::new();
    for warehouse in question.board.warehouses().iter() {
        let level = outlook.levels(product).iter().find(|level| level.warehouse == warehouse.id);
        let here = outlook.incoming(product).iter().filter(|i| i.warehouse == warehouse.id);
        let incoming: Vec<IncomingView> = here.map(|i| IncomingView::new(i, question.board, question.exact)).collect();
        if level.is_some() || !incoming.is_empty() {
            views.push(LevelView::new(warehouse.code.clone(), level, incoming, question.exact));
        }
    }
    views
}
