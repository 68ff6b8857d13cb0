//! Attribute values that can be compared: texts without regard to case and spaces, numbers and ranges in one unit, threads.
//!
//! Values that cannot be compared neither match nor conflict.

use std::hash::{Hash as _, Hasher as _};

use ahash::AHasher;
use poem_openapi::Enum;
use serde::{Deserialize, Serialize};

use catalog::AttributeValue;

/// How a value of one product and a value of another must agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum Compare {
    /// The same text up to case and spaces, or the same number whatever its unit.
    #[default]
    Equal,
    /// The same thread. A thread without a pitch agrees with every pitch (`M8`, `M8x1.25`).
    Thread,
    /// Ranges that overlap (`230 V`, `220-240 V`).
    Overlaps,
    /// The other's number is not smaller.
    AtLeast,
    /// The other's number is not larger.
    AtMost,
}

/// An attribute value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ComparableValue {
    /// As a person reads it.
    pub(super) text: Box<str>,
    /// Without case and spaces.
    pub(super) normalised: Box<str>,
    range: Option<Range>,
}

/// The lowest and the highest number of a value, in the base unit of its measure.
#[derive(Clone, Debug, PartialEq)]
struct Range {
    measure: Box<str>,
    current: Option<Current>,
    low: f64,
    high: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Current {
    Alternating,
    Direct,
}

/// Units that are converted, with their measure and the factor to its base unit.
const UNITS: &[(&str, &str, f64)] = &[
    ("v", "v", 1.0),
    ("mv", "v", 1e-3),
    ("kv", "v", 1e3),
    ("a", "a", 1.0),
    ("ma", "a", 1e-3),
    ("w", "w", 1.0),
    ("kw", "w", 1e3),
    ("va", "va", 1.0),
    ("kva", "va", 1e3),
    ("hz", "hz", 1.0),
    ("khz", "hz", 1e3),
    ("mhz", "hz", 1e6),
    ("ghz", "hz", 1e9),
    ("mm", "mm", 1.0),
    ("cm", "mm", 10.0),
    ("m", "mm", 1e3),
    ("in", "mm", 25.4),
    ("inch", "mm", 25.4),
    ("ft", "mm", 304.8),
    ("bar", "bar", 1.0),
    ("mbar", "bar", 1e-3),
    ("kpa", "bar", 1e-2),
    ("mpa", "bar", 10.0),
    ("g", "g", 1.0),
    ("kg", "g", 1e3),
];

impl ComparableValue {
    /// Reads an attribute value.
    pub(super) fn read(value: &AttributeValue, unit: Option<&str>) -> Self {
        let text = match value {
            AttributeValue::Text(text) => text.trim().to_owned(),
            AttributeValue::Number(number) => number.to_string(),
            AttributeValue::Flag(flag) => flag.to_string(),
        };
        let text = unit.filter(|unit| !unit.is_empty()).map_or_else(|| text.clone(), |unit| format!("{text} {unit}"));
        let normalised = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
        Self { range: Range::read(&text), normalised, text: text.into() }
    }

    /// A key that is equal for values that can agree; none when every value may agree with this one.
    pub(super) fn key(&self, compare: Compare) -> Option<u64> {
        let mut hasher = AHasher::default();
        match (compare, &self.range) {
            (Compare::Equal, Some(range)) if range.is_single() => {
                range.measure.hash(&mut hasher);
                // Six digits, so that a converted number equals a written one.
                format!("{:.5e}", range.low).hash(&mut hasher);
            }
            (Compare::Equal, _) => self.normalised.hash(&mut hasher),
            (Compare::Thread, _) => thread_parts(&self.normalised).0.hash(&mut hasher),
            (Compare::Overlaps | Compare::AtLeast | Compare::AtMost, _) => return None,
        }
        Some(hasher.finish())
    }

    /// Whether the other value agrees with this one; none when they cannot be compared.
    pub(super) fn agrees(&self, compare: Compare, other: &Self) -> Option<bool> {
        let ranges = self.range.as_ref().zip(other.range.as_ref());
        let comparable = ranges.filter(|(one, other)| one.measure == other.measure);
        let same_current =
            comparable.is_none_or(|(one, other)| one.current.zip(other.current).is_none_or(|(one, other)| one == other));
        match compare {
            Compare::Equal => match comparable {
                Some((one, other)) if one.is_single() && other.is_single() => Some(same_current && near(one.low, other.low)),
                _ => Some(self.normalised == other.normalised),
            },
            Compare::Thread => Some(same_thread(&self.normalised, &other.normalised)),
            Compare::Overlaps => comparable.map(|(one, other)| {
                let meets = |low: f64, high: f64| low <= high || near(low, high);
                same_current && meets(one.low, other.high) && meets(other.low, one.high)
            }),
            Compare::AtLeast => comparable.map(|(one, other)| other.high >= one.high || near(one.high, other.high)),
            Compare::AtMost => comparable.map(|(one, other)| other.low <= one.low || near(one.low, other.low)),
        }
    }
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-6 * one.abs().max(other.abs())
}

/// A thread and its pitch, if it has one.
fn thread_parts(normalised: &str) -> (&str, Option<&str>) {
    let Some((thread, rest)) = normalised.split_once(['x', '-', '×']) else { return (normalised, None) };
    // The text after the pitch is the tolerance class (`M8x1.25-6g`).
    let pitch = rest.split(|c: char| !c.is_ascii_digit() && c != '.' && c != '/').next();
    (thread, pitch.filter(|pitch| !pitch.is_empty()))
}

fn same_thread(one: &str, other: &str) -> bool {
    let (one, other) = (thread_parts(one), thread_parts(other));
    one.0 == other.0 && one.1.zip(other.1).is_none_or(|(one, other)| one == other)
}

impl Range {
    /// Reads `230 V`, `220-240 V`, `12/24 V DC`. A number after a letter (`M8`) is a name.
    fn read(text: &str) -> Option<Self> {
        let mut numbers: Vec<f64> = Vec::new();
        let mut unit = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if first.is_ascii_digit() {
                if !unit.is_empty() {
                    return None;
                }
                let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
                numbers.push(rest[..end].trim_end_matches('.').parse().ok()?);
                rest = &rest[end..];
            } else {
                if first.is_alphabetic() {
                    unit.extend(first.to_lowercase());
                }
                rest = &rest[first.len_utf8()..];
            }
        }
        let low = numbers.iter().copied().reduce(f64::min)?;
        let high = numbers.iter().copied().reduce(f64::max)?;
        let (unit, current) = current_of(&unit);
        let (measure, factor) = UNITS.iter().find(|known| known.0 == unit).map_or((unit, 1.0), |known| (known.1, known.2));
        Some(Self { measure: measure.into(), current, low: low * factor, high: high * factor })
    }

    fn is_single(&self) -> bool {
        near(self.low, self.high)
    }
}

/// An electrical unit without its kind of current: `vdc`, `vac`.
fn current_of(unit: &str) -> (&str, Option<Current>) {
    if let Some(unit) = unit.strip_suffix("dc").filter(|unit| !unit.is_empty()) {
        return (unit, Some(Current::Direct));
    }
    match unit.strip_suffix("ac").filter(|unit| !unit.is_empty()) {
        Some(unit) => (unit, Some(Current::Alternating)),
        None => (unit, None),
    }
}

/// The lower-case name of an attribute, with a single space for every run of other characters.
pub(super) fn name_of(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> ComparableValue {
        ComparableValue::read(&AttributeValue::Text(text.to_owned()), None)
    }

    fn agree(compare: Compare, one: &str, other: &str) -> Option<bool> {
        value(one).agrees(compare, &value(other))
    }

    #[test]
    fn numbers_are_equal_in_any_unit() {
        assert_eq!(agree(Compare::Equal, "8 mm", "0.8cm"), Some(true));
        assert_eq!(value("8 mm").key(Compare::Equal), value("0.8 cm").key(Compare::Equal));
        assert_eq!(agree(Compare::Equal, "8 mm", "8 V"), Some(false));
        assert_eq!(agree(Compare::Equal, "RJ45", "rj 45"), Some(true));
        assert_eq!(agree(Compare::Equal, "1/4", "1/2"), Some(false));
    }

    #[test]
    fn overlapping_ranges_agree() {
        assert_eq!(agree(Compare::Overlaps, "230 V", "220-240 V"), Some(true));
        assert_eq!(agree(Compare::Overlaps, "0.23 kV", "230 V"), Some(true));
        assert_eq!(agree(Compare::Overlaps, "24 V", "230 V"), Some(false));
        assert_eq!(agree(Compare::Overlaps, "24 V DC", "24 V AC"), Some(false));
        assert_eq!(agree(Compare::Overlaps, "24 V DC", "12/24 V"), Some(true));
        assert_eq!(agree(Compare::Overlaps, "any", "230 V"), None);
        assert_eq!(agree(Compare::AtLeast, "65 W", "0.09 kW"), Some(true));
        assert_eq!(agree(Compare::AtMost, "65 W", "90 W"), Some(false));
    }

    #[test]
    fn a_thread_without_a_pitch_agrees_with_any() {
        assert_eq!(agree(Compare::Thread, "M8", "M8 x 1.25"), Some(true));
        assert_eq!(agree(Compare::Thread, "M8x1.25", "M8x1"), Some(false));
        assert_eq!(agree(Compare::Thread, "M8", "M10"), Some(false));
        assert_eq!(agree(Compare::Thread, "M8x1.25-6g", "M8x1.25"), Some(true));
        assert_eq!(agree(Compare::Thread, "1/4", "1/4-20"), Some(true));
        assert_eq!(value("M8").key(Compare::Thread), value("m8 x 1").key(Compare::Thread));
    }

    #[test]
    fn names_are_compared_without_signs() {
        assert_eq!(name_of("Thread_Size"), name_of("thread  size"));
    }
}
