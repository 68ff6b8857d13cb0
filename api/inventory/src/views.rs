//! Inventory on the wire.

use chrono::NaiveDate;
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use super::batch::Line;
use super::board::{Board, Warehouse};
use super::calendar::Calendar;
use super::ledger::{Booked, Discrepancy};
use super::moves::Reason;
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

/// A warehouse as it shall be.
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
    /// Warehouses with lower numbers are asked first, 0 to 1000000; 100 when left out.
    #[oai(validator(minimum(value = "0"), maximum(value = "1000000")))]
    pub priority: Option<i32>,
    /// Days on which goods leave; Monday to Friday when left out.
    #[oai(validator(min_items = 1, max_items = 7))]
    pub working_days: Option<Vec<Weekday>>,
    /// Days on which nothing leaves, as `2026-12-25`; at most 1000.
    #[serde(default)]
    #[oai(default, validator(max_items = 1000))]
    pub holidays: Vec<Text<10>>,
    /// What is ordered up to this local time, `HH:MM`, leaves the same day; `15:00` when left out.
    #[oai(validator(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$"))]
    pub cutoff: Option<String>,
    /// Minutes the local clock is ahead of UTC, -840 to 840; 0 when left out.
    #[oai(validator(minimum(value = "-840"), maximum(value = "840")))]
    pub utc_offset_minutes: Option<i32>,
}

impl WarehouseInput {
    /// The warehouse, or every field that is wrong.
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
    /// Warehouses with lower numbers are asked first.
    pub priority: i32,
    /// Days on which goods leave.
    pub working_days: Vec<Weekday>,
    /// Days on which nothing leaves.
    pub holidays: Vec<String>,
    /// What is ordered up to this local time leaves the same day.
    pub cutoff: String,
    /// Minutes the local clock is ahead of UTC.
    pub utc_offset_minutes: i32,
    /// Rises with every change; also the `ETag`.
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
    /// In the order they are asked.
    pub items: Vec<WarehouseView>,
}

/// Why stock moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum MovementReason {
    /// Goods came in.
    Receipt,
    /// A correction.
    Adjustment,
    /// Somebody counted: the quantity is what is on hand.
    Count,
    /// Goods are broken or lost; give a negative quantity.
    Damage,
    /// A customer sent goods back.
    Return,
    /// Goods went to another warehouse.
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

/// One movement of stock.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MovementInput {
    /// SKU of the product.
    pub sku: Code,
    /// Code of the warehouse.
    pub warehouse: Code,
    /// Added to what is on hand, in stock units; negative takes away. For a count it is what is on hand.
    pub quantity: QuantityText,
    /// Why.
    pub reason: MovementReason,
    /// Code of the other warehouse of a transfer: the quantity leaves `warehouse` and comes to this one. Left out, a transfer
    /// is booked on one side.
    pub to_warehouse: Option<Code>,
    /// The document it belongs to.
    #[serde(default)]
    #[oai(default)]
    pub reference: Text<200>,
}

impl Line for MovementInput {
    const MEMBER: &'static str = "movements";
    const POINTER: &'static str = "/movements";

    fn names(&self) -> (&str, &str) {
        (&self.sku, &self.warehouse)
    }
}

/// A supply on its way.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InboundInput {
    /// The supplier's order; with SKU and warehouse it is the supply's name.
    pub reference: Code,
    /// SKU of the product.
    pub sku: Code,
    /// Code of the warehouse.
    pub warehouse: Code,
    /// All that was ordered, in stock units, with what was received already.
    pub quantity: QuantityText,
    /// When it is expected.
    pub expected_at: Timestamp,
}

impl Line for InboundInput {
    const MEMBER: &'static str = "supplies";
    const POINTER: &'static str = "/supplies";

    fn names(&self) -> (&str, &str) {
        (&self.sku, &self.warehouse)
    }
}

/// What arrived of a supply.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArrivalInput {
    /// The supplier's order.
    pub reference: Code,
    /// SKU of the product.
    pub sku: Code,
    /// Code of the warehouse.
    pub warehouse: Code,
    /// What arrived now, in stock units.
    pub quantity: QuantityText,
}

impl Line for ArrivalInput {
    const MEMBER: &'static str = "receipts";
    const POINTER: &'static str = "/receipts";

    fn names(&self) -> (&str, &str) {
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
    /// What is never reserved, in stock units.
    pub safety: QuantityText,
}

impl Line for SafetyInput {
    const MEMBER: &'static str = "levels";
    const POINTER: &'static str = "/levels";

    fn names(&self) -> (&str, &str) {
        (&self.sku, &self.warehouse)
    }
}

/// A line of a batch that was done.
#[derive(Debug, Object, Serialize)]
pub(crate) struct StockLineView {
    /// Place in the request, from 0.
    pub index: usize,
    /// SKU.
    pub sku: String,
    /// Code of the warehouse.
    pub warehouse: String,
    /// On hand afterwards, in stock units.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_hand: Option<QuantityText>,
    /// Allocation afterwards.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved: Option<QuantityText>,
    /// What may be reserved afterwards.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available: Option<QuantityText>,
}

/// What became of a batch about stock.
#[derive(Debug, Object, Serialize)]
pub(crate) struct StockBatchView {
    /// Lines done.
    pub accepted: Vec<StockLineView>,
    /// What is wrong with the others, by pointers into the request.
    pub rejected: Vec<FieldError>,
}

/// One row of the stock ledger.
#[derive(Debug, Object, Serialize)]
pub(crate) struct MovementView {
    /// SKU.
    pub sku: String,
    /// Code of the warehouse.
    pub warehouse: String,
    /// Change of what is on hand, in stock units.
    pub on_hand: QuantityText,
    /// Change of what is reserved.
    pub reserved: QuantityText,
    /// `receipt`, `adjustment`, `count`, `damage`, `return`, `transfer`, `reservation`, `release` or `issue`.
    pub reason: String,
    /// The document or order it belongs to.
    pub reference: String,
    /// Who did it.
    pub actor: String,
    /// When.
    pub occurred_at: Timestamp,
}

impl MovementView {
    pub(super) fn new(row: Booked, board: &Board) -> Self {
        Self {
            sku: row.sku,
            warehouse: board.code_of(row.warehouse),
            on_hand: QuantityText(row.on_hand),
            reserved: QuantityText(row.reserved),
            reason: row.reason,
            reference: row.reference,
            actor: row.actor,
            occurred_at: Timestamp(row.occurred_at),
        }
    }
}

/// Levels that are not the sums of their ledger.
#[derive(Debug, Object, Serialize)]
pub(crate) struct DiscrepancyList {
    /// Empty when the ledger proves every level.
    pub items: Vec<DiscrepancyView>,
}

/// A level that is not the sum of its ledger.
#[derive(Debug, Object, Serialize)]
pub(crate) struct DiscrepancyView {
    /// SKU.
    pub sku: String,
    /// Code of the warehouse.
    pub warehouse: String,
    /// On hand, as the level says.
    pub on_hand: QuantityText,
    /// On hand, as the ledger adds up.
    pub ledger_on_hand: QuantityText,
    /// Allocation, as the level says.
    pub reserved: QuantityText,
    /// Allocation, as the ledger adds up.
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
