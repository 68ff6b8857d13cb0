//! Products of one basket that do not go together although they seem meant to: related products whose voltage, frequency or
//! thread differs, or a product beside the one that replaced it.
//!
//! Not here: products that nobody related to each other; nothing says they are used together.

use std::sync::Arc;

use ahash::AHashMap;
use entity::{ProductId, RelationKind};
use pricing::Quantity;
use sea_orm::{ConnectionTrait, DbErr};

use crate::catalog::queries::{self, Relation};
use crate::catalog::{Attribute, AttributeValue, Product};

/// Two products of a basket that do not go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Conflict {
    /// The rule that says so.
    pub(super) rule: &'static str,
    pub(super) skus: [String; 2],
    pub(super) detail: String,
}

/// A property that products used together must share.
struct Rule {
    code: &'static str,
    noun: &'static str,
    /// Names under which the property goes, in the form of [`name_of`].
    names: &'static [&'static str],
    /// Whether values agree, given in words.
    agree: fn(&str, &str) -> bool,
}

const RULES: &[Rule] = &[
    Rule {
        code: "voltage-differs",
        noun: "voltage",
        names: &["voltage", "ratedvoltage", "supplyvoltage", "operatingvoltage", "coilvoltage"],
        agree: ranges_meet,
    },
    Rule { code: "frequency-differs", noun: "frequency", names: &["frequency", "mainsfrequency"], agree: ranges_meet },
    Rule { code: "thread-differs", noun: "thread", names: &["thread", "threadsize", "forthread"], agree: same_thread },
];

/// The conflicts among products of a basket that are related to each other. One statement at most.
pub(super) async fn conflicts(
    db: &impl ConnectionTrait,
    basket: &AHashMap<ProductId, Arc<Product>>,
    relations: &[Relation],
) -> Result<Vec<Conflict>, DbErr> {
    let within: Vec<(&Relation, &Product, &Product)> = relations
        .iter()
        .filter_map(|relation| Some((relation, &**basket.get(&relation.product)?, &**basket.get(&relation.target)?)))
        .collect();
    let mut found = Vec::new();
    for (_, old, new) in within.iter().filter(|(relation, ..)| relation.kind == RelationKind::Successor) {
        found.push(Conflict {
            rule: "replaced-and-replacement",
            skus: [old.sku.to_string(), new.sku.to_string()],
            detail: format!("{} replaces {}; both are in the basket", new.sku, old.sku),
        });
    }
    let together = |kind| matches!(kind, RelationKind::Required | RelationKind::Accessory | RelationKind::Compatible);
    let used: Vec<_> = within.into_iter().filter(|(relation, ..)| together(relation.kind)).collect();
    let mut ids: Vec<ProductId> = used.iter().flat_map(|(relation, ..)| [relation.product, relation.target]).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(found);
    }
    let attributes = queries::attributes(db, &ids).await?;
    let of = |id: ProductId| attributes.get(&id).map(Vec::as_slice).unwrap_or_default();
    for (relation, product, target) in used {
        found.extend(differences(of(relation.product), of(relation.target)).map(|(rule, own, other)| Conflict {
            rule: rule.code,
            skus: [product.sku.to_string(), target.sku.to_string()],
            detail: format!("{} has {} {own}, {} has {other}", product.sku, rule.noun, target.sku),
        }));
    }
    found.sort_by(|a, b| (a.rule, &a.skus).cmp(&(b.rule, &b.skus)));
    found.dedup();
    Ok(found)
}

/// The rules two products break together, with both values in words.
fn differences<'a>(one: &'a [Attribute], other: &'a [Attribute]) -> impl Iterator<Item = (&'static Rule, String, String)> + 'a {
    RULES.iter().filter_map(move |rule| {
        let find = |list: &'a [Attribute]| list.iter().find(|a| rule.names.contains(&name_of(&a.name).as_str()));
        let (one, other) = (words(find(one)?), words(find(other)?));
        (!(rule.agree)(&one, &other)).then_some((rule, one, other))
    })
}

fn name_of(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn words(attribute: &Attribute) -> String {
    let value = match &attribute.value {
        AttributeValue::Text(text) => text.trim().to_owned(),
        AttributeValue::Number(number) => number.to_string(),
        AttributeValue::Flag(flag) => flag.to_string(),
    };
    attribute.unit.as_ref().map_or_else(|| value.clone(), |unit| format!("{value} {unit}"))
}

/// Whether two ranges of one unit meet. What cannot be compared is no conflict.
fn ranges_meet(one: &str, other: &str) -> bool {
    match (range_of(one), range_of(other)) {
        (Some((unit, low, high)), Some((other_unit, other_low, other_high))) => {
            unit != other_unit || (low <= other_high && other_low <= high)
        }
        _ => true,
    }
}

/// Whether two threads are the same; one without a pitch goes with any (`M8`, `M8x1.25`).
fn same_thread(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect::<String>();
    let (one, other) = (plain(one), plain(other));
    let widens = |short: &str, long: &str| long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('x'));
    widens(&one, &other) || widens(&other, &one)
}

/// Reads `230 V`, `220-240 V`, `12/24 V DC`: the lowest and highest number and what is left as the unit. A number that
/// follows a letter (`M8`) is a name.
fn range_of(text: &str) -> Option<(String, Quantity, Quantity)> {
    let mut numbers: Vec<Quantity> = Vec::new();
    let mut unit = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() {
            if unit.chars().last().is_some_and(char::is_alphabetic) {
                return None;
            }
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            numbers.push(rest[..end].trim_end_matches('.').parse().ok()?);
            rest = &rest[end..];
        } else {
            if first.is_alphabetic() {
                unit.extend(first.to_uppercase());
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    Some((unit, *numbers.iter().min()?, *numbers.iter().max()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(name: &str, value: &str, unit: Option<&str>) -> Attribute {
        Attribute { name: name.to_owned(), value: AttributeValue::Text(value.to_owned()), unit: unit.map(str::to_owned) }
    }

    fn broken(one: (&str, &str, Option<&str>), other: (&str, &str, Option<&str>)) -> Vec<&'static str> {
        let (one, other) = ([attribute(one.0, one.1, one.2)], [attribute(other.0, other.1, other.2)]);
        differences(&one, &other).map(|(rule, ..)| rule.code).collect()
    }

    #[test]
    fn voltages_must_meet() {
        assert_eq!(broken(("Voltage", "230", Some("V")), ("rated voltage", "24 V", None)), ["voltage-differs"]);
        assert!(broken(("voltage", "230", Some("V")), ("voltage", "220-240 V", None)).is_empty());
        assert!(broken(("voltage", "0.23", Some("kV")), ("voltage", "230", Some("V"))).is_empty());
        assert!(broken(("voltage", "any", None), ("voltage", "230", Some("V"))).is_empty());
        assert!(broken(("colour", "red", None), ("colour", "blue", None)).is_empty());
    }

    #[test]
    fn threads_must_be_the_same() {
        assert!(broken(("thread", "M8", None), ("For thread", "M8 x 1.25", None)).is_empty());
        assert_eq!(broken(("thread", "M8", None), ("thread_size", "M10", None)), ["thread-differs"]);
        assert!(broken(("thread", "M8", None), ("thread", "m 8", None)).is_empty());
        assert_eq!(broken(("thread", "1/4", None), ("thread", "3/4", None)), ["thread-differs"]);
        assert_eq!(broken(("thread", "M8x1.25", None), ("thread", "M8x1", None)), ["thread-differs"]);
    }
}
