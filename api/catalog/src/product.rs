//! A product as hot requests need it, and the rules of its quantities.
//!
//! Not here: long texts, attributes and relations; those are read when somebody looks at a product (`queries`).

use std::sync::Arc;

use entity::{CategoryId, Lifecycle, ProductId};
use kernel::field_code::FieldCode;
use kernel::problem::FieldError;
use pricing::{ConversionError, Factor, Quantity, UnitCode};
use smol_str::SmolStr;

/// A product in memory. Quantities of its order rules are in stock units. Numbers are held inline: looking one up touches the
/// memory of the product alone.
#[derive(Clone, Debug)]
pub struct Product {
    pub id: ProductId,
    pub sku: SmolStr,
    pub title: Box<str>,
    pub brand: Arc<str>,
    pub category: Option<CategoryId>,
    pub stock_unit: UnitCode,
    /// Sales units besides the stock unit.
    pub units: Box<[ProductUnit]>,
    /// Whether quantities may have decimals.
    pub fractional: bool,
    pub lifecycle: Lifecycle,
    /// Whether more may be ordered than is there.
    pub backorder: bool,
    pub min: Option<Quantity>,
    pub max: Option<Quantity>,
    pub multiple: Option<Quantity>,
    pub lead_time_days: Option<i32>,
    pub mpn: Option<SmolStr>,
    /// Rises with every change.
    pub version: i64,
}

/// A unit a product is sold in besides its stock unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProductUnit {
    pub unit: UnitCode,
    /// Stock units per 1 of this unit.
    pub factor: Factor,
}

/// A refusal of the quantity of a line.
fn of_quantity(code: FieldCode, detail: impl Into<String>) -> FieldError {
    FieldError::new("/quantity", code, detail)
}

impl Product {
    /// Stock units per 1 of `unit`; none when the product is not sold in it.
    pub fn factor_of(&self, unit: UnitCode) -> Option<Factor> {
        if unit == self.stock_unit {
            return Some(Factor::ONE);
        }
        self.units.iter().find(|u| u.unit == unit).map(|u| u.factor)
    }

    /// The unit of a line that names none.
    pub fn default_unit(&self) -> UnitCode {
        self.stock_unit
    }

    /// Whether it is sold at all.
    pub fn is_orderable(&self) -> bool {
        matches!(self.lifecycle, Lifecycle::Active | Lifecycle::PhaseOut)
    }

    /// Whether buyers may know of it.
    pub fn is_published(&self) -> bool {
        self.lifecycle != Lifecycle::Draft
    }

    /// Whether more may be ordered than is there or coming: never while stock is sold off.
    pub fn may_backorder(&self) -> bool {
        self.backorder && self.lifecycle == Lifecycle::Active
    }

    /// Checks a quantity of `unit` against the order rules. A refusal points at `/unit` or `/quantity` of the line.
    pub fn check_quantity(&self, unit: UnitCode, quantity: Quantity) -> Result<(), FieldError> {
        self.stock_quantity(unit, quantity).map(drop)
    }

    /// A quantity of `unit` in stock units, if the order rules allow it.
    pub fn stock_quantity(&self, unit: UnitCode, quantity: Quantity) -> Result<Quantity, FieldError> {
        let Some(factor) = self.factor_of(unit) else {
            let detail = format!("{} is not sold in {unit} but in {}", self.sku, self.unit_list());
            return Err(FieldError::new("/unit", FieldCode::UnknownUnit, detail)
                .with("unit", unit)
                .with("allowed", self.unit_list()));
        };
        if !quantity.is_positive() {
            return Err(of_quantity(FieldCode::NotPositive, "the quantity must be greater than 0"));
        }
        if !self.fractional && !quantity.is_whole() {
            return Err(
                of_quantity(FieldCode::NotWhole, format!("the quantity must be a whole number of {unit}")).with("unit", unit)
            );
        }
        let stock = factor.to_stock(quantity).map_err(|error| match error {
            ConversionError::NotExact => {
                let detail = format!("the quantity must be an exact quantity of {}", self.stock_unit);
                of_quantity(FieldCode::NotExact, detail).with("unit", self.stock_unit)
            }
            ConversionError::Overflow(_) => of_quantity(FieldCode::OutOfRange, "the quantity must be smaller"),
        })?;
        if !self.fractional && !stock.is_whole() {
            let detail = format!("the quantity must make a whole number of {}", self.stock_unit);
            return Err(of_quantity(FieldCode::NotWhole, detail).with("unit", self.stock_unit));
        }
        self.check_rules(stock)?;
        Ok(stock)
    }

    /// The smallest quantity in stock units that the order rules allow and that is not below `wanted`; none when there is
    /// none.
    pub fn orderable_quantity(&self, wanted: Quantity) -> Option<Quantity> {
        let smallest = if self.fractional { Quantity::from_micros(1) } else { Quantity::ONE };
        let step = self.multiple.unwrap_or(if self.fractional { Quantity::ZERO } else { Quantity::ONE });
        let least = wanted.max(self.min.unwrap_or(smallest)).max(smallest);
        let rounded = least.rounded_up_to(step).ok()?;
        self.max.is_none_or(|max| rounded <= max).then_some(rounded)
    }

    fn check_rules(&self, stock: Quantity) -> Result<(), FieldError> {
        let unit = self.stock_unit;
        if let Some(min) = self.min.filter(|min| stock < *min) {
            let detail = format!("the quantity of {} must be at least {min} {unit}", self.sku);
            return Err(of_quantity(FieldCode::BelowMinimum, detail).with("min", min).with("unit", unit));
        }
        if let Some(max) = self.max.filter(|max| stock > *max) {
            let detail = format!("the quantity of {} must be at most {max} {unit}", self.sku);
            return Err(of_quantity(FieldCode::AboveMaximum, detail).with("max", max).with("unit", unit));
        }
        if let Some(multiple) = self.multiple.filter(|multiple| !stock.is_multiple_of(*multiple)) {
            let next = self.orderable_quantity(stock);
            let text = next.map(|next| format!("; the next is {next}")).unwrap_or_default();
            let detail = format!("the quantity of {} must be a multiple of {multiple} {unit}{text}", self.sku);
            let refusal = of_quantity(FieldCode::NotAMultiple, detail).with("multiple", multiple).with("unit", unit);
            return Err(next.into_iter().fold(refusal, |refusal, next| refusal.with("next", next)));
        }
        Ok(())
    }

    fn unit_list(&self) -> String {
        let mut list = self.stock_unit.to_string();
        for unit in &self.units {
            list.push_str(", ");
            list.push_str(unit.unit.as_str());
        }
        list
    }
}
