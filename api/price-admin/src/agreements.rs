//! Contracts and promotions as staff send them, checked and turned into what commands take.

use entity::{AudienceKind, ContractMode, PriceRuleKind, TargetKind, VolumeScope};
use poem_openapi::Object;
use pricing::{Amount, Quantity};
use serde::{Deserialize, Serialize};

use super::input::{Faults, Names};
use super::lines::{NewLine, NewTarget};
use super::promotion::NewAudience;
use super::{NewContract, NewPromotion};
use catalog::Product;
use kernel::field_code::FieldCode;
use kernel::wire::RawDecimal;
use kernel::wire::{Code, Text, Timestamp};
use prices::excerpt;

/// What a line of a contract or promotion is for.
#[derive(Clone, Debug, Object, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TargetInput {
    /// One product, a category and what lies below it, a brand, or everything.
    pub kind: TargetKind,
    /// SKU, code of the category, or name of the brand.
    #[serde(default)]
    pub code: Option<Text<200>>,
}

/// From a quantity on, a value.
#[derive(Clone, Debug, Object, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BreakInput {
    /// The quantity, in the line's unit and scope.
    pub min_quantity: RawDecimal,
    /// An amount or a percentage, as the line's kind says.
    pub value: RawDecimal,
}

/// A line of a contract or promotion.
#[derive(Clone, Debug, Object, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgreementLineInput {
    /// What it is for.
    pub target: TargetInput,
    /// How it makes a price.
    pub kind: PriceRuleKind,
    /// A unit price, an amount or a percentage; left out when only the breaks give values.
    #[serde(default)]
    pub value: Option<RawDecimal>,
    /// Unit of price and thresholds. Default: the product's stock unit.
    #[serde(default)]
    pub unit: Option<Text<40>>,
    /// Price basis of a fixed or cost-plus price. Default 1.
    #[serde(default)]
    pub per: Option<u32>,
    /// Which quantity thresholds are compared with. Default `sku`.
    #[serde(default)]
    pub scope: Option<VolumeScope>,
    /// Volume breaks, rising.
    #[serde(default)]
    pub breaks: Vec<BreakInput>,
    /// First instant at which the line applies, within its contract's validity; lines of promotions have none of their own.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// First instant at which the line does not apply any more.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
}

/// Most lines of one contract or promotion.
pub(super) const MAX_LINES: usize = 100_000;
/// Most breaks of one line.
const MAX_BREAKS: usize = 100;

impl AgreementLineInput {
    fn check(&self, base: &str, names: &Names<'_>, faults: &mut Faults) -> Option<NewLine> {
        let before = faults.0.len();
        let (target, product) = self.target(&format!("{base}/target"), names, faults);
        let unit = match (&self.unit, &product) {
            (None, _) => None,
            (Some(unit), Some(product)) => faults.unit(&format!("{base}/unit"), unit, product),
            (Some(unit), None) => {
                let code = unit.parse().ok();
                if code.is_none() {
                    faults.add(
                        format!("{base}/unit"),
                        FieldCode::UnknownUnit,
                        "a unit code must have 1 to 8 visible ASCII characters",
                    );
                }
                code
            }
        };
        let value = self.value.as_ref().and_then(|value| faults.amount(&format!("{base}/value"), value));
        if self.value.is_none() && self.breaks.is_empty() {
            faults.add(format!("{base}/value"), FieldCode::MissingValue, "a line must have a value or breaks");
        }
        let breaks = self.breaks(base, faults);
        let per = faults.per(&format!("{base}/per"), self.per);
        let scope = self.scope.unwrap_or(VolumeScope::Sku);
        let [valid_from, valid_until] = faults.validity(base, self.valid_from, self.valid_until);
        let line = NewLine { target: target?, kind: self.kind, value, unit, per, scope, breaks, valid_from, valid_until };
        (faults.0.len() == before).then_some(line)
    }

    fn target(&self, base: &str, names: &Names<'_>, faults: &mut Faults) -> (Option<NewTarget>, Option<std::sync::Arc<Product>>) {
        let kind = self.target.kind;
        let pointer = format!("{base}/code");
        let code = match (&self.target.code, kind) {
            (None, TargetKind::Everything) => return (Some(NewTarget { kind, id: 0, code: String::new() }), None),
            (Some(_), TargetKind::Everything) => {
                faults.add(pointer, FieldCode::UnexpectedValue, "must not be given for all products");
                return (None, None);
            }
            (None, _) => {
                faults.add(pointer, FieldCode::MissingValue, "must name the product, category or brand");
                return (None, None);
            }
            (Some(code), _) => code.to_string(),
        };
        let product = if kind == TargetKind::Sku { names.products.by_sku(&code) } else { None };
        let id = match kind {
            TargetKind::Sku => product.as_ref().map(|product| product.id.0),
            TargetKind::Category => names.categories.by_code(&code).map(|category| category.id.0),
            TargetKind::Brand => Some(0).filter(|_| !code.is_empty() && !code.contains(['\n', '\r', '\t'])),
            TargetKind::Everything => None,
        };
        if id.is_none() {
            faults.add(pointer, FieldCode::UnknownTarget, format!("there is no {} \"{}\"", kind.word(), excerpt(&code)));
        }
        (id.map(|id| NewTarget { kind, id, code }), product)
    }

    fn breaks(&self, base: &str, faults: &mut Faults) -> Vec<(Quantity, Amount)> {
        if self.breaks.len() > MAX_BREAKS {
            faults
                .add(format!("{base}/breaks"), FieldCode::TooMany, format!("a line must have at most {MAX_BREAKS} breaks"))
                .add_param("max", MAX_BREAKS);
            return Vec::new();
        }
        let mut breaks: Vec<(Quantity, Amount)> = Vec::with_capacity(self.breaks.len());
        for (index, step) in self.breaks.iter().enumerate() {
            let quantity = faults.quantity(&format!("{base}/breaks/{index}/min_quantity"), &step.min_quantity);
            let value = faults.amount(&format!("{base}/breaks/{index}/value"), &step.value);
            let (Some(quantity), Some(value)) = (quantity, value) else { continue };
            let doubles_value = self.value.is_some() && quantity.is_zero();
            if doubles_value || breaks.last().is_some_and(|(last, _)| quantity <= *last) {
                let detail = "each break must have a larger quantity than the one before";
                faults.add(format!("{base}/breaks/{index}/min_quantity"), FieldCode::BreaksOutOfOrder, detail);
            }
            breaks.push((quantity, value));
        }
        breaks
    }
}

fn check_lines(lines: &[AgreementLineInput], names: &Names<'_>, faults: &mut Faults) -> Vec<NewLine> {
    if lines.len() > MAX_LINES {
        faults.add("/lines", FieldCode::TooMany, format!("there must be at most {MAX_LINES} lines")).add_param("max", MAX_LINES);
        return Vec::new();
    }
    let one = |(index, line): (usize, &AgreementLineInput)| line.check(&format!("/lines/{index}"), names, faults);
    lines.iter().enumerate().filter_map(one).collect()
}

/// Whether something is in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, poem_openapi::Enum, Deserialize, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum InForce {
    /// It prices, within its validity.
    #[default]
    Active,
    /// It does not.
    Inactive,
}

/// A contract to create or change.
#[derive(Clone, Debug, Object, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContractInput {
    /// Name.
    #[serde(default)]
    pub name: Option<Text<200>>,
    /// The account that holds it; accounts below inherit it.
    pub account: Code,
    /// ISO 4217 code of all its amounts.
    pub currency: Text<40>,
    /// First instant at which it applies; left out for always.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// First instant at which it does not apply any more.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
    /// `exclusive` (default): its price stands. `best_of`: the lowest price counts.
    #[serde(default)]
    pub mode: Option<ContractMode>,
    /// Whether it is in force. Default `active`.
    #[serde(default)]
    pub status: InForce,
    /// All its lines.
    #[serde(default)]
    pub lines: Vec<AgreementLineInput>,
}

impl ContractInput {
    pub(super) fn check(self, code: &str, names: &Names<'_>, faults: &mut Faults) -> Option<NewContract> {
        let account = faults.account("/account", &self.account, names);
        let currency = faults.currency("/currency", &self.currency);
        let [valid_from, valid_until] = faults.validity("", self.valid_from, self.valid_until);
        let lines = check_lines(&self.lines, names, faults);
        Some(NewContract {
            code: code.to_owned(),
            name: self.name.map_or_else(|| code.to_owned(), Text::into_inner),
            account: account?,
            currency: currency?,
            valid_from,
            valid_until,
            mode: self.mode.unwrap_or(ContractMode::Exclusive),
            active: self.status == InForce::Active,
            lines,
        })
    }
}

/// The customers a promotion is for.
#[derive(Clone, Debug, Object, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AudienceInput {
    /// Everyone, a group, or one account.
    pub kind: AudienceKind,
    /// Code of the group or account.
    #[serde(default)]
    pub code: Option<Code>,
}

/// A promotion to create or change.
#[derive(Clone, Debug, Object, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PromotionInput {
    /// Name.
    #[serde(default)]
    pub name: Option<Text<200>>,
    /// The customers it is for. Default: everyone.
    #[serde(default)]
    pub audience: Option<AudienceInput>,
    /// ISO 4217 code; left out, for percentages only, it holds in every currency.
    #[serde(default)]
    pub currency: Option<Text<40>>,
    /// The coupon it needs, if it needs one.
    #[serde(default)]
    pub coupon: Option<Code>,
    /// First instant at which it applies; left out for always.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// First instant at which it does not apply any more.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
    /// Whether it is in force. Default `active`.
    #[serde(default)]
    pub status: InForce,
    /// All its lines.
    #[serde(default)]
    pub lines: Vec<AgreementLineInput>,
}

impl PromotionInput {
    pub(super) fn check(self, code: &str, names: &Names<'_>, faults: &mut Faults) -> Option<NewPromotion> {
        let everyone = AudienceInput { kind: AudienceKind::Everyone, code: None };
        let audience = self.audience.unwrap_or(everyone).check(names, faults);
        let currency = self.currency.as_ref().and_then(|code| faults.currency("/currency", code));
        let [valid_from, valid_until] = faults.validity("", self.valid_from, self.valid_until);
        let lines = check_lines(&self.lines, names, faults);
        for (index, line) in self.lines.iter().enumerate() {
            if line.kind == PriceRuleKind::CostPlus {
                faults.add(
                    format!("/lines/{index}/kind"),
                    FieldCode::NotForPromotions,
                    "must not be cost_plus, which only contracts have",
                );
            }
            if line.scope == Some(VolumeScope::Period) {
                faults.add(
                    format!("/lines/{index}/scope"),
                    FieldCode::NotForPromotions,
                    "must not be a period, which only contracts have",
                );
            }
            if line.valid_from.is_some() || line.valid_until.is_some() {
                faults.add(
                    format!("/lines/{index}/valid_from"),
                    FieldCode::NotForPromotions,
                    "must not be given; all lines of a promotion apply as long as it does",
                );
            }
            if self.currency.is_none() && line.kind != PriceRuleKind::PercentOff {
                faults.add("/currency", FieldCode::CurrencyNeeded, "a promotion with amounts must name its currency");
            }
        }
        Some(NewPromotion {
            code: code.to_owned(),
            name: self.name.map_or_else(|| code.to_owned(), Text::into_inner),
            audience: audience?,
            currency,
            coupon: self.coupon.map(Code::into_inner),
            valid_from,
            valid_until,
            active: self.status == InForce::Active,
            lines,
        })
    }
}

impl AudienceInput {
    /// The customers it means; none when there are faults.
    pub(super) fn check(self, names: &Names<'_>, faults: &mut Faults) -> Option<NewAudience> {
        let Self { kind, code } = self;
        match (kind, code) {
            (AudienceKind::Everyone, None) => Some(NewAudience { kind, id: 0, code: String::new() }),
            (AudienceKind::Everyone, Some(_)) => {
                faults.add("/audience/code", FieldCode::UnexpectedValue, "must not be given when the promotion is for everyone");
                None
            }
            (_, None) => {
                faults.add("/audience/code", FieldCode::MissingValue, "must name the group or account");
                None
            }
            (AudienceKind::Group, Some(code)) => Some(NewAudience { kind, id: 0, code: code.into_inner() }),
            (AudienceKind::Account, Some(code)) => {
                let id = faults.account("/audience/code", &code, names)?;
                Some(NewAudience { kind, id: id.0, code: code.into_inner() })
            }
        }
    }
}
