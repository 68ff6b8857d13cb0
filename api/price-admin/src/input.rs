//! What staff send, checked and turned into what commands take.
//!
//! Every check gives all faults at once, each with its pointer and code. Codes are turned into ids from memory; nothing here
//! asks the database.

use entity::{AssignedKind, Instant};
use poem_openapi::Object;
use pricing::{Amount, Currency, Per, Quantity, UnitCode};
use serde::{Deserialize, Serialize};

use super::lists::Assigned;
use super::{NewEntry, NewPriceList};
use catalog::{Categories, Product, Products};
use identity::Accounts;
use kernel::field_code::FieldCode;
use kernel::problem::FieldError;
use kernel::wire::RawDecimal;
use kernel::wire::{BulkItem, Code, Text, Timestamp};
use prices::{ProductCost, excerpt, read_currency};

/// Where codes are looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names<'a> {
    pub accounts: &'a Accounts,
    pub products: &'a Products,
    pub categories: &'a Categories,
}

/// Faults found, and where one is at.
#[derive(Debug, Default)]
pub(super) struct Faults(pub(super) Vec<FieldError>);

impl Faults {
    pub(super) fn add(&mut self, pointer: impl Into<String>, code: FieldCode, detail: impl Into<String>) -> &mut FieldError {
        let place = self.0.len();
        self.0.push(FieldError::new(pointer, code, detail));
        &mut self.0[place]
    }

    pub(super) fn number<T>(&mut self, pointer: &str, text: &RawDecimal) -> Option<T>
    where
        T: std::str::FromStr<Err = pricing::ParseDecimalError>,
    {
        text.read()
            .map_err(|(code, detail)| {
                self.add(pointer, code, detail);
            })
            .ok()
    }

    pub(super) fn quantity(&mut self, pointer: &str, text: &RawDecimal) -> Option<Quantity> {
        let quantity: Quantity = self.number(pointer, text)?;
        if quantity.is_negative() {
            self.add(pointer, FieldCode::Negative, "the quantity must not be less than 0");
            return None;
        }
        Some(quantity)
    }

    pub(super) fn amount(&mut self, pointer: &str, text: &RawDecimal) -> Option<Amount> {
        let amount: Amount = self.number(pointer, text)?;
        if amount.is_negative() {
            self.add(pointer, FieldCode::Negative, "the value must not be less than 0");
            return None;
        }
        Some(amount)
    }

    pub(super) fn currency(&mut self, pointer: &str, code: &str) -> Option<Currency> {
        read_currency(pointer, code).map_err(|problem| self.0.push(problem)).ok()
    }

    pub(super) fn per(&mut self, pointer: &str, per: Option<u32>) -> Per {
        let units = per.unwrap_or(1);
        let per = Per::new(units).filter(|_| units <= MAX_PER);
        if per.is_none() {
            self.add(pointer, FieldCode::OutOfRange, format!("a price must be for 1 to {MAX_PER} units"))
                .add_param("min", 1)
                .add_param("max", MAX_PER);
        }
        per.unwrap_or_default()
    }

    /// Both ends of a validity that starts before it ends.
    pub(super) fn validity(&mut self, base: &str, from: Option<Timestamp>, until: Option<Timestamp>) -> [Option<Instant>; 2] {
        if let (Some(from), Some(until)) = (from, until)
            && until <= from
        {
            self.add(format!("{base}/valid_until"), FieldCode::EndsBeforeStart, "valid_until must be after valid_from");
        }
        [from.map(|at| at.0), until.map(|at| at.0)]
    }

    pub(super) fn account(&mut self, pointer: &str, code: &str, names: &Names<'_>) -> Option<entity::AccountId> {
        let account = names.accounts.by_code(code).map(|account| account.id);
        if account.is_none() {
            self.add(pointer, FieldCode::UnknownAccount, format!("there is no account \"{}\"", excerpt(code)))
                .add_param("value", excerpt(code));
        }
        account
    }

    pub(super) fn unit(&mut self, pointer: &str, text: &str, product: &Product) -> Option<UnitCode> {
        let unit = text.parse().ok().filter(|unit| product.factor_of(*unit).is_some());
        if unit.is_none() {
            self.add(pointer, FieldCode::UnknownUnit, format!("{} is not sold in \"{}\"", product.sku, excerpt(text)))
                .add_param("value", excerpt(text));
        }
        unit
    }
}

const MAX_PER: u32 = 1_000_000;

/// The customers a price list is for.
#[derive(Clone, Debug, Object, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssignedInput {
    /// `default` for everyone, or a group, or an account and those below it.
    pub kind: AssignedKind,
    /// Code of the group or account.
    #[serde(default)]
    pub code: Option<Code>,
}

/// A price list to create or change.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceListInput {
    /// Name.
    #[serde(default)]
    pub name: Option<Text<200>>,
    /// The customers it is for. Default: everyone.
    #[serde(default)]
    pub assigned: Option<AssignedInput>,
}

impl PriceListInput {
    pub(super) fn check(self, code: &str, names: &Names<'_>, faults: &mut Faults) -> Option<NewPriceList> {
        let assigned = match self.assigned.map(|assigned| (assigned.kind, assigned.code)) {
            None | Some((AssignedKind::Default, None)) => {
                Some(Assigned { kind: AssignedKind::Default, id: 0, code: String::new() })
            }
            Some((AssignedKind::Default, Some(_))) => {
                faults.add(
                    "/assigned/code",
                    FieldCode::UnexpectedValue,
                    "must not be given for a default list, which is for everyone",
                );
                None
            }
            Some((_, None)) => {
                faults.add("/assigned/code", FieldCode::MissingValue, "must name the group or account");
                None
            }
            Some((kind @ AssignedKind::Group, Some(group))) => Some(Assigned { kind, id: 0, code: group.into_inner() }),
            Some((kind @ AssignedKind::Account, Some(account))) => {
                let id = faults.account("/assigned/code", &account, names);
                id.map(|id| Assigned { kind, id: id.0, code: account.into_inner() })
            }
        };
        let name = self.name.map_or_else(|| code.to_owned(), Text::into_inner);
        assigned.map(|assigned| NewPriceList { code: code.to_owned(), name, assigned })
    }
}

/// An entry of a price list to record.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceEntryInput {
    /// The product.
    pub sku: Text<200>,
    /// Unit of price and quantity. Default: the product's default unit.
    #[serde(default)]
    pub unit: Option<Text<40>>,
    /// ISO 4217 code.
    pub currency: Text<40>,
    /// Smallest quantity of the SKU in the basket at which it applies. Default 0.
    #[serde(default)]
    pub min_quantity: Option<RawDecimal>,
    /// Price of `per` units, up to 6 decimals.
    pub unit_price: RawDecimal,
    /// Price basis, 1 to 1,000,000. Default 1.
    #[serde(default)]
    pub per: Option<u32>,
    /// First instant at which it applies; left out for always.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// First instant at which it does not apply any more.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
}

impl PriceEntryInput {
    /// The entry to record; nothing when there are faults. `base` points to the entry in the request.
    pub(super) fn check(&self, base: &str, product: Option<&Product>, faults: &mut Faults) -> Option<NewEntry> {
        let before = faults.0.len();
        let unit = match (product, &self.unit) {
            (None, _) => {
                faults.add(
                    format!("{base}/sku"),
                    FieldCode::UnknownProduct,
                    format!("there is no product \"{}\"", excerpt(&self.sku)),
                );
                None
            }
            (Some(product), None) => Some(product.default_unit()),
            (Some(product), Some(unit)) => faults.unit(&format!("{base}/unit"), unit, product),
        };
        let currency = faults.currency(&format!("{base}/currency"), &self.currency);
        let min_quantity = match &self.min_quantity {
            Some(text) => faults.quantity(&format!("{base}/min_quantity"), text),
            None => Some(Quantity::ZERO),
        };
        let unit_price = faults.amount(&format!("{base}/unit_price"), &self.unit_price);
        let per = faults.per(&format!("{base}/per"), self.per);
        let [valid_from, valid_until] = faults.validity(base, self.valid_from, self.valid_until);
        let entry = NewEntry {
            product: product?.id,
            unit: unit?,
            currency: currency?,
            min_quantity: min_quantity?,
            unit_price: unit_price?,
            per,
            valid_from,
            valid_until,
        };
        (faults.0.len() == before).then_some(entry)
    }
}

/// Entries of a price list.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceEntriesInput {
    /// At most 10,000; send CSV or NDJSON for more.
    pub entries: Vec<BulkItem<PriceEntryInput>>,
}

/// Cost and floor of a product in one currency.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CostInput {
    /// ISO 4217 code.
    pub currency: Text<40>,
    /// What 1 stock unit costs the seller.
    #[serde(default)]
    pub cost: Option<RawDecimal>,
    /// The lowest price of 1 stock unit.
    #[serde(default)]
    pub floor: Option<RawDecimal>,
}

impl CostInput {
    pub(super) fn check(&self, base: &str, product: entity::ProductId, faults: &mut Faults) -> Option<ProductCost> {
        let before = faults.0.len();
        let currency = faults.currency(&format!("{base}/currency"), &self.currency);
        let cost = self.cost.as_ref().and_then(|cost| faults.amount(&format!("{base}/cost"), cost));
        let floor = self.floor.as_ref().and_then(|floor| faults.amount(&format!("{base}/floor"), floor));
        let new = ProductCost { product, currency: currency?, cost: cost.map(Into::into), floor: floor.map(Into::into) };
        (faults.0.len() == before).then_some(new)
    }
}

/// Cost and floor of a product.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CostsInput {
    /// One per currency.
    #[oai(validator(max_items = 200))]
    pub costs: Vec<CostInput>,
}

/// When an entry ends.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndingInput {
    /// First instant at which it does not apply any more. Default: now.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
}
