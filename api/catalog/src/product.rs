//! A product as hot requests need it, and the rules of its quantities.
//!
//! Not here: long texts, attributes and relations; those are read when somebody looks at a product (`queries`).

use std::sync::Arc;

use entity::{CategoryId, Lifecycle, ProductId};
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

/// Why a quantity cannot be ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuantityProblem {
    /// Stable code, as in problem documents.
    pub code: &'static str,
    /// In words, with the quantity that would do where there is one.
    pub detail: String,
}

impl QuantityProblem {
    fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
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

    /// Checks a quantity of `unit` against the order rules.
    pub fn check_quantity(&self, unit: UnitCode, quantity: Quantity) -> Result<(), QuantityProblem> {
        self.stock_quantity(unit, quantity).map(drop)
    }

    /// A quantity of `unit` in stock units, if the order rules allow it.
    pub fn stock_quantity(&self, unit: UnitCode, quantity: Quantity) -> Result<Quantity, QuantityProblem> {
        let Some(factor) = self.factor_of(unit) else {
            let detail = format!("{} is not sold in {unit} but in {}", self.sku, self.unit_list());
            return Err(QuantityProblem::new("unknown-unit", detail));
        };
        if !quantity.is_positive() {
            return Err(QuantityProblem::new("quantity-not-positive", "a quantity is greater than 0"));
        }
        if !self.fractional && !quantity.is_whole() {
            return Err(QuantityProblem::new("quantity-not-whole", format!("{} is sold in whole {unit}", self.sku)));
        }
        let stock = factor.to_stock(quantity).map_err(|error| match error {
            ConversionError::NotExact => {
                let detail = format!("{quantity} {unit} is not an exact quantity of {}", self.stock_unit);
                QuantityProblem::new("quantity-not-exact", detail)
            }
            ConversionError::Overflow(_) => QuantityProblem::new("quantity-too-large", "the quantity is too large"),
        })?;
        if !self.fractional && !stock.is_whole() {
            let detail = format!("{quantity} {unit} is not a whole number of {}", self.stock_unit);
            return Err(QuantityProblem::new("quantity-not-whole", detail));
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

    fn check_rules(&self, stock: Quantity) -> Result<(), QuantityProblem> {
        let unit = self.stock_unit;
        if let Some(min) = self.min.filter(|min| stock < *min) {
            let detail = format!("the smallest order of {} is {min} {unit}", self.sku);
            return Err(QuantityProblem::new("below-minimum", detail));
        }
        if let Some(max) = self.max.filter(|max| stock > *max) {
            let detail = format!("the largest order of {} is {max} {unit}", self.sku);
            return Err(QuantityProblem::new("above-maximum", detail));
        }
        if let Some(multiple) = self.multiple.filter(|multiple| !stock.is_multiple_of(*multiple)) {
            let next = self.orderable_quantity(stock).map(|next| format!("; the next is {next}")).unwrap_or_default();
            let detail = format!("{} is ordered in multiples of {multiple} {unit}{next}", self.sku);
            return Err(QuantityProblem::new("not-a-multiple", detail));
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
