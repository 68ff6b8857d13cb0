//! Products of a catalogue.

use super::{Checked, ImportRow, Least, key_text, line_text, millionths_text, unit_text};
use crate::attributes::Attribute;
use crate::kind::Kind;
use crate::rejection::Problem;
use crate::value::Value;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductRow {
    pub sku: String,
    pub title: String,
    pub description: Option<String>,
    pub brand: Option<String>,
    /// From the broadest to the narrowest.
    pub category: Vec<String>,
    pub stock_unit: String,
    /// Sales units beside the stock unit.
    pub units: Vec<UnitRow>,
    pub mpn: Option<String>,
    /// Digits with a right check digit, without doubles.
    pub gtins: Vec<String>,
    pub identifiers: Vec<Identifier>,
    pub order_rules: OrderRules,
    pub lifecycle: Lifecycle,
    pub lead_time_days: Option<u16>,
    pub attributes: Vec<Attribute>,
    /// List price per stock unit, in millionths of `currency`.
    pub price: Option<i64>,
    pub cost: Option<i64>,
    /// The floor no rule may go under.
    pub minimum_price: Option<i64>,
    /// Present whenever one of the three amounts is.
    pub currency: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow {
    pub unit: String,
    /// Stock units in one of it, in millionths.
    pub factor: i64,
}

/// Any other number a product is known by: `{kind, value}`, or text `kind:value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    pub kind: String,
    pub value: String,
}

/// Quantities in the stock unit, in millionths, each above zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderRules {
    pub minimum: Option<i64>,
    pub maximum: Option<i64>,
    pub multiple: Option<i64>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lifecycle {
    Draft,
    #[default]
    Active,
    PhasingOut,
    Discontinued,
}

impl ImportRow for ProductRow {
    const KIND: Kind = Kind::Products;

    fn build(fields: &mut Checked) -> Option<Self> {
        let sku = fields.required("sku", |f| f.key("sku", 100));
        let title = fields.required("title", |f| f.line("title", 500));
        let description = fields.prose("description", 20_000);
        let brand = fields.line("brand", 100);
        let category = fields.items("category", |v| line_text(&scalar(v)?, 100));
        if category.len() > 10 {
            fields.problem(Problem::new("too-many", "category", "must be at most 10 levels deep", ""));
        }
        let stock_unit = fields.required("stock_unit", |f| f.unit("stock_unit"));
        let units = fields.items("units", unit);
        let mpn = fields.key("mpn", 100);
        let gtins = without_doubles(fields.items("gtins", |v| gtin(&scalar(v)?)));
        let identifiers = without_doubles(fields.items("identifiers", identifier));
        if doubled(&units, stock_unit.as_deref()) {
            let detail = "every unit must be given only once, and not the stock unit";
            fields.problem(Problem::new("duplicate", "units", detail, ""));
        }
        let order_rules = order_rules(fields);
        let lifecycle = fields.scalar("lifecycle", lifecycle).unwrap_or_default();
        let lead_time_days = fields.scalar("lead_time_days", |text| {
            text.parse().map_err(|_| ("not-a-number", "must be a whole number of days from 0 to 65535".to_owned()))
        });
        let price = fields.millionths("price", Least::Zero);
        let cost = fields.millionths("cost", Least::Zero);
        let minimum_price = fields.millionths("minimum_price", Least::Zero);
        let currency = if price.or(cost).or(minimum_price).is_some() {
            fields.required("currency", |f| f.letters("currency", 3))
        } else {
            fields.letters("currency", 3)
        };
        let attributes = std::mem::take(&mut fields.fields.attributes);
        Some(Self {
            sku: sku?,
            title: title?,
            description,
            brand,
            category,
            stock_unit: stock_unit?,
            units,
            mpn,
            gtins,
            identifiers,
            order_rules,
            lifecycle,
            lead_time_days,
            attributes,
            price,
            cost,
            minimum_price,
            currency,
        })
    }

    fn unique_key(&self) -> Option<String> {
        Some(self.sku.clone())
    }
}

fn scalar(value: &Value) -> Result<String, (&'static str, String)> {
    let text = value.as_text().ok_or(("invalid-value", "must be one value, not a list or an object".to_owned()))?;
    Ok(text.into_owned())
}

/// The two texts of `{first: .., second: ..}` or of `first<mark>second`.
fn pair(value: &Value, names: [&str; 2], mark: char) -> Result<(String, String), (&'static str, String)> {
    let wrong = || ("bad-list", format!("neither {{{}, {}}} nor text with {mark}", names[0], names[1]));
    if let Value::Object(members) = value {
        let text = |name| value.get(name).and_then(Value::as_text).map(String::from).ok_or_else(wrong);
        if members.len() != 2 {
            return Err(wrong());
        }
        return Ok((text(names[0])?, text(names[1])?));
    }
    let text = scalar(value)?;
    let (first, second) = text.split_once(mark).ok_or_else(wrong)?;
    Ok((first.trim().to_owned(), second.trim().to_owned()))
}

fn unit(value: &Value) -> Result<UnitRow, (&'static str, String)> {
    let (unit, factor) = pair(value, ["unit", "factor"], '=')?;
    Ok(UnitRow { unit: unit_text(&unit)?, factor: millionths_text(&factor, Least::AboveZero)? })
}

fn doubled(units: &[UnitRow], stock_unit: Option<&str>) -> bool {
    units
        .iter()
        .enumerate()
        .any(|(i, u)| Some(u.unit.as_str()) == stock_unit || units[..i].iter().any(|other| other.unit == u.unit))
}

fn identifier(value: &Value) -> Result<Identifier, (&'static str, String)> {
    let (kind, value) = pair(value, ["kind", "value"], ':')?;
    Ok(Identifier { kind: key_text(&kind, 40)?, value: key_text(&value, 100)? })
}

fn gtin(text: &str) -> Result<String, (&'static str, String)> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    if digits.len() != text.chars().count() || !matches!(digits.len(), 8 | 12 | 13 | 14) {
        return Err(("bad-gtin", "must have 8, 12, 13 or 14 digits".to_owned()));
    }
    let sum: u32 = digits.iter().rev().enumerate().map(|(i, d)| if i % 2 == 1 { d * 3 } else { *d }).sum();
    if !sum.is_multiple_of(10) {
        return Err(("bad-gtin", "must have the right check digit".to_owned()));
    }
    Ok(text.to_owned())
}

fn lifecycle(text: &str) -> Result<Lifecycle, (&'static str, String)> {
    match text {
        "draft" => Ok(Lifecycle::Draft),
        "active" => Ok(Lifecycle::Active),
        "phasing_out" => Ok(Lifecycle::PhasingOut),
        "discontinued" => Ok(Lifecycle::Discontinued),
        _ => Err(("invalid-value", "must be one of draft, active, phasing_out, discontinued".to_owned())),
    }
}

fn order_rules(fields: &mut Checked) -> OrderRules {
    let rules = OrderRules {
        minimum: fields.millionths("minimum_quantity", Least::AboveZero),
        maximum: fields.millionths("maximum_quantity", Least::AboveZero),
        multiple: fields.millionths("order_multiple", Least::AboveZero),
    };
    if rules.minimum.zip(rules.maximum).is_some_and(|(least, most)| most < least) {
        fields.problem(Problem::new("out-of-range", "maximum_quantity", "must not be below minimum_quantity", ""));
    }
    rules
}

fn without_doubles<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::with_capacity(items.len());
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}
