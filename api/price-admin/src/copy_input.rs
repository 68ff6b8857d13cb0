//! What staff sends to copy, schedule and end.

use entity::{ContractMode, Instant};
use poem_openapi::{Enum, Object};
use pricing::Amount;
use serde::{Deserialize, Serialize};

use super::adjust::{Adjustment, RoundingDirection};
use super::agreements::{AudienceInput, InForce};
use super::input::{AssignedInput, Faults};
use super::views::PriceListView;
use kernel::field_code::FieldCode;
use kernel::wire::RawDecimal;
use kernel::wire::{Code, Text, Timestamp};

/// Which way prices are rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum RoundingMode {
    /// To the nearest multiple, a half away from zero.
    #[default]
    Nearest,
    /// To the next multiple above.
    Up,
    /// To the next multiple below.
    Down,
}

/// How copied prices are rounded.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoundingInput {
    /// Prices become multiples of this, as `0.05`.
    pub to: RawDecimal,
    /// Which way. Default `nearest`.
    #[serde(default)]
    pub mode: RoundingMode,
}

/// A price list to be copied.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListCopyInput {
    /// Code of the list that the entries go to: a new one, one that is there, or the same one again.
    pub to: Code,
    /// Name of a new list. Default: its code.
    #[serde(default)]
    pub name: Option<Text<200>>,
    /// The customers a new list is for; required when the list is new.
    #[serde(default)]
    pub assigned: Option<AssignedInput>,
    /// Put on every price, in per cent; negative to lower them, not below -100. Default 0.
    #[serde(default)]
    pub percent: Option<RawDecimal>,
    /// How prices are rounded. Default: to 6 decimals.
    #[serde(default)]
    pub rounding: Option<RoundingInput>,
    /// Copy the entries that apply at this instant or begin later, and let the copies begin no earlier. Default: copy all that
    /// has not ended, as it is.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
}

impl ListCopyInput {
    /// How prices change.
    pub(super) fn adjustment(&self, faults: &mut Faults) -> Adjustment {
        let percent = self.percent.as_ref().and_then(|percent| faults.number::<Amount>("/percent", percent)).unwrap_or_default();
        if percent < LEAST || percent > MOST {
            faults.add("/percent", FieldCode::OutOfRange, "must be from -100 to 10,000 per cent");
        }
        let step = self.rounding.as_ref().and_then(|rounding| {
            let to = faults.amount("/rounding/to", &rounding.to)?;
            if !to.is_positive() {
                faults.add("/rounding/to", FieldCode::NotPositive, "must be greater than 0");
                return None;
            }
            let toward = match rounding.mode {
                RoundingMode::Nearest => RoundingDirection::Nearest,
                RoundingMode::Up => RoundingDirection::Up,
                RoundingMode::Down => RoundingDirection::Down,
            };
            Some((to, toward))
        });
        Adjustment { percent, step }
    }
}

const LEAST: Amount = Amount::from_micros(-100_000_000);
const MOST: Amount = Amount::from_micros(10_000_000_000);

/// A contract to be copied.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContractCopyInput {
    /// Code of the new contract.
    pub to: Code,
    /// Name. Default: as the one copied.
    #[serde(default)]
    pub name: Option<Text<200>>,
    /// The account that holds it. Default: as the one copied.
    #[serde(default)]
    pub account: Option<Code>,
    /// First instant at which it applies. Default: as the one copied.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// First instant at which it does not apply any more. Default: as the one copied, when that is later than `valid_from`.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
    /// Whether its price may be beaten. Default: as the one copied.
    #[serde(default)]
    pub mode: Option<ContractMode>,
    /// Whether it is in force. Default: as the one copied.
    #[serde(default)]
    pub status: Option<InForce>,
}

/// A promotion to be copied.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PromotionCopyInput {
    /// Code of the new promotion.
    pub to: Code,
    /// Name. Default: as the one copied.
    #[serde(default)]
    pub name: Option<Text<200>>,
    /// The customers it is for. Default: as the one copied.
    #[serde(default)]
    pub audience: Option<AudienceInput>,
    /// The coupon it needs. Default: as the one copied.
    #[serde(default)]
    pub coupon: Option<Code>,
    /// First instant at which it applies. Default: as the one copied.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// First instant at which it does not apply any more. Default: as the one copied, when that is later than `valid_from`.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
    /// Whether it is in force. Default: as the one copied.
    #[serde(default)]
    pub status: Option<InForce>,
}

/// When something applies.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SchedulingInput {
    /// First instant at which it applies; left out for always.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// First instant at which it does not apply any more; left out for always.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
}

/// What became of the entries of a list.
#[derive(Clone, Copy, Debug, Default, Object, Serialize)]
pub(crate) struct EntryCountsView {
    /// New ones.
    pub created: u64,
    /// Those that took the place of another.
    pub replaced: u64,
    /// Those that said what was recorded already.
    pub unchanged: u64,
    /// Those whose price would be out of range.
    pub rejected: u64,
}

/// A copied list.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct ListCopyView {
    /// The list that the entries went to.
    pub price_list: PriceListView,
    /// What became of its entries.
    pub entries: EntryCountsView,
    /// The price version of all of it.
    pub price_version: i64,
}

/// A list whose entries end.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct ListEndingView {
    /// From when on nothing in the list applies.
    pub valid_until: Timestamp,
    /// Entries that end then.
    pub ended: u64,
    /// Entries that would have begun later and are withdrawn.
    pub withdrawn: u64,
    /// The price version of all of it.
    pub price_version: i64,
}

/// The end of a copy: as said, or as that of the original when it lies after the start.
pub(super) fn end_of(said: Option<Timestamp>, original: Option<Instant>, start: Option<Instant>) -> Option<Instant> {
    let kept = original.filter(|end| start.is_none_or(|start| start < *end));
    said.map_or(kept, |said| Some(said.0))
}
