//! Inventory on the wire.

use chrono::NaiveDate;
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use super::batch::Line;
use super::calendar::Calendar;
use super::ledger::{Discrepancy, LedgerRow};
use super::movements::Reason;
use super::stock_levels::{StockLevels, Warehouse};
use super::warehouses::NewWarehouse;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::{Code, QuantityText, Text, Timestamp};

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// The new state of a warehouse.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WarehouseInput {
    /// Name.
    pub name: Text<200>,
    /// ISO 3166 code of two capital letters.
    #[oai(validator(pattern = "^[A-Z]{2}$"))]
    pub country: String,
    /// City.
    #[serde(default)]
    #[oai(default)]
    pub city: Text<100>,
    /// Stock is taken from warehouses with lower numbers first; 0 to 1000000, 100 when left out.
    #[oai(validator(minimum(value = "0"), maximum(value = "1000000")))]
    pub priority: Option<i32>,
    /// Days of the week on which the warehouse ships; Monday to Friday when left out.
    #[oai(validator(min_items = 1, max_items = 7))]
    pub working_days: Option<Vec<Weekday>>,
    /// Days on which nothing ships, as `2026-12-25`; at most 1000.
    #[serde(default)]
    #[oai(default, validator(max_items = 1000))]
    pub holidays: Vec<Text<10>>,
    /// Orders placed up to this local time, `HH:MM`, ship on the same day; `15:00` when left out.
    #[oai(validator(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$"))]
    pub cutoff: Option<String>,
    /// Offset of the local time from UTC in minutes, -840 to 840; 0 when left out.
    #[oai(validator(minimum(value = "-840"), maximum(value = "840")))]
    pub utc_offset_minutes: Option<i32>,
}

impl WarehouseInput {
    /// The warehouse, or an error for every invalid field.
    pub(super) fn read(self, code: Code) -> Result<NewWarehouse, CommonError> {
        let mut wrong = Vec::new();
        let mut holidays: Vec<NaiveDate> = Vec::with_capacity(self.holidays.len());
        for (at, day) in self.holidays.iter().enumerate() {
            match day.parse().ok().filter(|_| day.len() == 10) {
                Some(day) => holidays.push(day),
                None => wrong.push(FieldError::new(
                    format!("/holidays/{at}"),
                    FieldCode::BadDate,
                    "must be a date such as 2026-12-25",
                )),
            }
        }
        let mut refuse = |is_wrong: bool, field: &str, code: FieldCode, detail: &str| {
            if is_wrong {
                wrong.push(FieldError::new(format!("/{field}"), code, detail));
            }
        };
        let days = self.working_days.unwrap_or_else(|| WEEK[..5].to_vec());
        let priority = self.priority.unwrap_or(100);
        let offset = self.utc_offset_minutes.unwrap_or(0);
        let cutoff = minutes(self.cutoff.as_deref().unwrap_or("15:00"));
        let is_country = self.country.len() == 2 && self.country.bytes().all(|b| b.is_ascii_uppercase());
        refuse(self.name.trim().is_empty(), "name", FieldCode::MissingValue, "must not be empty");
        refuse(!is_country, "country", FieldCode::UnknownCountry, "must be two capital letters");
        refuse(!(0..=1_000_000).contains(&priority), "priority", FieldCode::OutOfRange, "must be from 0 to 1000000");
        refuse(days.is_empty(), "working_days", FieldCode::MissingValue, "must name at least one day");
        refuse(self.holidays.len() > 1_000, "holidays", FieldCode::TooMany, "must have at most 1000 entries");
        refuse(cutoff.is_none(), "cutoff", FieldCode::BadTime, "must be a time such as 15:00");
        refuse(!(-840..=840).contains(&offset), "utc_offset_minutes", FieldCode::OutOfRange, "must be from -840 to 840 minutes");
        if !wrong.is_empty() {
            return Err(CommonError::Invalid(wrong));
        }
        holidays.sort_unstable();
        holidays.dedup();
        let calendar = Calendar {
            works: WEEK.map(|day| days.contains(&day)),
            holidays,
            cutoff_minutes: cutoff.unwrap_or_default(),
            utc_offset_minutes: offset,
        };
        Ok(NewWarehouse {
            code: code.into_inner(),
            name: self.name.into_inner(),
            country: self.country,
            city: self.city.into_inner(),
            priority,
            calendar,
        })
    }
}

/// Minutes of the day of `HH:MM`.
fn minutes(time: &str) -> Option<i32> {
    let (hours, minutes) = time.split_once(':').filter(|_| time.len() == 5)?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..24).contains(&hours) && (0..60).contains(&minutes)).then_some(hours * 60 + minutes)
}

/// A warehouse.
#[derive(Debug, Object, Serialize)]
pub(crate) struct WarehouseView {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// ISO 3166 code of two letters.
    pub country: String,
    /// City.
    pub city: String,
    /// Stock is taken from warehouses with lower numbers first.
    pub priority: i32,
    /// Days of the week on which the warehouse ships.
    pub working_days: Vec<Weekday>,
    /// Days on which nothing ships.
    pub holidays: Vec<String>,
    /// Orders placed up to this local time ship on the same day.
    pub cutoff: String,
    /// Offset of the local time from UTC in minutes.
    pub utc_offset_minutes: i32,
    /// Increases with every change; also the `ETag`.
    pub version: i64,
}

impl From<&Warehouse> for WarehouseView {
    fn from(row: &Warehouse) -> Self {
        let calendar = Calendar::of(row);
        Self {
            code: row.code.clone(),
            name: row.name.clone(),
            country: row.country.clone(),
            city: row.city.clone(),
            priority: row.priority,
            working_days: WEEK.into_iter().zip(calendar.works).filter(|(_, works)| *works).map(|(day, _)| day).collect(),
            holidays: calendar.holidays.iter().map(NaiveDate::to_string).collect(),
            cutoff: format!("{:02}:{:02}", row.cutoff_minutes / 60, row.cutoff_minutes % 60),
            utc_offset_minutes: row.utc_offset_minutes,
            version: row.version,
        }
    }
}

/// Every warehouse.
#[derive(Debug, Object, Serialize)]
pub(crate) struct WarehouseList {
    /// The warehouses in sourcing order.
    pub items: Vec<WarehouseView>,
}

/// Reason of a stock movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum MovementReason {
    /// Goods were received.
    Receipt,
    /// The quantity on hand was corrected.
    Adjustment,
    /// Stock was counted; the quantity is the quantity on hand.
    Count,
    /// Goods were damaged or lost; give a negative quantity.
    Damage,
    /// A customer returned goods.
    Return,
    /// Goods were moved to another warehouse.
    Transfer,
}

impl From<MovementReason> for Reason {
    fn from(reason: MovementReason) -> Self {
        match reason {
            MovementReason::Receipt => Self::Receipt,
            MovementReason::Adjustment => Self::Adjustment,
            MovementReason::Count => Self::Count,
            MovementReason::Damage => Self::Damage,
            MovementReason::Return => Self::Return,
            MovementReason::Transfer => Self::Transfer,
        }
    }
}

/// A stock movement.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MovementInput {
    /// SKU of the product.
    pub sku: Code,
    /// Code of the warehouse.
    pub warehouse: Code,
    /// Quantity added to the stock on hand, in stock units; negative to take goods away. For a count the quantity on hand.
    pub quantity: QuantityText,
    /// Reason.
    pub reason: MovementReason,
    /// Code of the receiving warehouse of a transfer; the quantity is taken from `warehouse`. When it is left out, the transfer
    /// is posted in `warehouse` only.
    pub to_warehouse: Option<Code>,
    /// Number of the document it belongs to.
    #[serde(default)]
    #[oai(default)]
    pub reference: Text<200>,
}

impl Line for MovementInput {
    const MEMBER: &'static str = "movements";
    const POINTER: &'static str = "/movements";

    fn codes(&self) -> (&str, &str) {
        (&self.sku, &self.warehouse)
    }
}

/// The new state of an inbound supply.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InboundInput {
    /// Number of the purchase order to the supplier; with SKU and warehouse it identifies the supply.
    pub reference: Code,
    /// SKU of the product.
    pub sku: Code,
    /// Code of the warehouse.
    pub warehouse: Code,
    /// Quantity ordered, in stock units, including what was received already.
    pub quantity: QuantityText,
    /// Expected arrival.
    pub expected_at: Timestamp,
}

impl Line for InboundInput {
    const MEMBER: &'static str = "supplies";
    const POINTER: &'static str = "/supplies";

    fn codes(&self) -> (&str, &str) {
        (&self.sku, &self.warehouse)
    }
}

/// Goods received of an inbound supply.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArrivalInput {
    /// Number of the purchase order to the supplier.
    pub reference: Code,
    /// SKU of the product.
    pub sku: Code,
    /// Code of the warehouse.
    pub warehouse: Code,
    /// Quantity received now, in stock units.
    pub quantity: QuantityText,
}

impl Line for ArrivalInput {
    const MEMBER: &'static str = "receipts";
    const POINTER: &'static str = "/receipts";

    fn codes(&self) -> (&str, &str) {
        (&self.sku, &self.warehouse)
    }
}

/// Safety stock of a level.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SafetyInput {
    /// SKU of the product.
    pub sku: Code,
    /// Code of the warehouse.
    pub warehouse: Code,
    /// Safety stock, which is never reserved, in stock units.
    pub safety: QuantityText,
}

impl Line for SafetyInput {
    const MEMBER: &'static str = "levels";
    const POINTER: &'static str = "/levels";

    fn codes(&self) -> (&str, &str) {
        (&self.sku, &self.warehouse)
    }
}

/// An accepted line of a batch.
#[derive(Debug, Object, Serialize)]
pub(crate) struct StockLineView {
    /// Index in the request, from 0.
    pub index: usize,
    /// SKU.
    pub sku: String,
    /// Code of the warehouse.
    pub warehouse: String,
    /// New quantity on hand, in stock units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_hand: Option<QuantityText>,
    /// New reserved quantity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved: Option<QuantityText>,
    /// New quantity that can be reserved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available: Option<QuantityText>,
}

/// Result of a batch of stock changes.
#[derive(Debug, Object, Serialize)]
pub(crate) struct StockBatchView {
    /// Accepted lines.
    pub accepted: Vec<StockLineView>,
    /// Errors of the other lines, with pointers into the request.
    pub rejected: Vec<FieldError>,
}

/// One row of the stock ledger.
#[derive(Debug, Object, Serialize)]
pub(crate) struct MovementView {
    /// SKU.
    pub sku: String,
    /// Code of the warehouse.
    pub warehouse: String,
    /// Change of the quantity on hand, in stock units.
    pub on_hand: QuantityText,
    /// Change of the reserved quantity.
    pub reserved: QuantityText,
    /// `receipt`, `adjustment`, `count`, `damage`, `return`, `transfer`, `reservation`, `release` or `issue`.
    pub reason: String,
    /// Number of the document or order it belongs to.
    pub reference: String,
    /// User or client that made the change.
    pub actor: String,
    /// Time of the change.
    pub occurred_at: Timestamp,
}

impl MovementView {
    pub(super) fn new(row: LedgerRow, stock_levels: &StockLevels) -> Self {
        Self {
            sku: row.sku,
            warehouse: stock_levels.code_of(row.warehouse),
            on_hand: QuantityText(row.on_hand),
            reserved: QuantityText(row.reserved),
            reason: row.reason,
            reference: row.reference,
            actor: row.actor,
            occurred_at: Timestamp(row.occurred_at),
        }
    }
}

/// Levels that are not the sums of their ledger rows.
#[derive(Debug, Object, Serialize)]
pub(crate) struct DiscrepancyList {
    /// Empty when every level agrees with the ledger.
    pub items: Vec<DiscrepancyView>,
}

/// A level that is not the sum of its ledger rows.
#[derive(Debug, Object, Serialize)]
pub(crate) struct DiscrepancyView {
    /// SKU.
    pub sku: String,
    /// Code of the warehouse.
    pub warehouse: String,
    /// Quantity on hand of the level.
    pub on_hand: QuantityText,
    /// Quantity on hand according to the ledger.
    pub ledger_on_hand: QuantityText,
    /// Reserved quantity of the level.
    pub reserved: QuantityText,
    /// Reserved quantity according to the ledger.
    pub ledger_reserved: QuantityText,
}

impl From<Discrepancy> for DiscrepancyView {
    fn from(found: Discrepancy) -> Self {
        Self {
            sku: found.sku,
            warehouse: found.warehouse,
            on_hand: QuantityText(found.on_hand),
            ledger_on_hand: QuantityText(found.ledger_on_hand),
            reserved: QuantityText(found.reserved),
            ledger_reserved: QuantityText(found.ledger_reserved),
        }
    }
}
