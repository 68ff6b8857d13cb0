//! The lines that contracts and promotions are made of, as they are stored.

use entity::{Instant, PriceRuleKind, TargetKind, VolumeScope};
use prices::{LineRow, write_breaks};
use pricing::{Amount, Break, Per, UnitCode};
use sea_orm::Value;

/// A line to record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NewLine {
    pub target: NewTarget,
    pub kind: PriceRuleKind,
    /// The value that needs no quantity: an amount or a percentage, as `kind` says.
    pub value: Option<Amount>,
    /// The unit of price and thresholds; none for the product's stock unit.
    pub unit: Option<UnitCode>,
    pub per: Per,
    pub scope: VolumeScope,
    pub breaks: Vec<(pricing::Quantity, Amount)>,
    /// When it applies, within its contract's validity. Lines of promotions have none of their own.
    pub valid_from: Option<Instant>,
    pub valid_until: Option<Instant>,
}

/// What a line is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NewTarget {
    pub kind: TargetKind,
    /// Id of the product or category; 0 for a brand and for everything.
    pub id: i64,
    /// SKU, code of the category, or name of the brand; empty for everything.
    pub code: String,
}

impl NewLine {
    /// The breaks in the engine's words.
    pub(super) fn steps(&self) -> Vec<Break> {
        self.breaks.iter().map(|(threshold, value)| Break { threshold: *threshold, value: *value }).collect()
    }

    /// The columns from `target_kind` to `scope`.
    pub(super) fn values(&self) -> [Value; 9] {
        [
            self.target.kind.word().into(),
            self.target.id.into(),
            self.target.code.clone().into(),
            self.kind.word().into(),
            self.value.map(Amount::micros).into(),
            self.unit.map(|unit| unit.as_str().to_owned()).into(),
            i64::from(self.per.get()).into(),
            write_breaks(&self.steps()).into(),
            self.scope.word().into(),
        ]
    }

    /// A stored line.
    pub(super) fn of(row: LineRow) -> Self {
        Self {
            target: NewTarget { kind: row.target_kind, id: row.target_id, code: row.target_code },
            kind: row.kind,
            value: row.value.map(Amount::from_micros),
            unit: row.unit,
            per: row.per,
            scope: row.scope,
            breaks: row.breaks.iter().map(|step| (step.threshold, step.value)).collect(),
            valid_from: None,
            valid_until: None,
        }
    }
}

/// The columns that [`NewLine::values`] gives.
pub(super) const COLUMNS: &str = "target_kind, target_id, target_code, kind, value, unit, per, breaks, scope";
