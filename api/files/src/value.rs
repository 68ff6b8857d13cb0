//! A value of a foreign record: text from CSV, or any JSON from NDJSON.
//!
//! Promise: a JSON number keeps the digits it was written with; it never passes through a float.
//! Not here: meaning. Empty and absent values are distinguished by `is_empty` only.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Objects and lists inside one another beyond this depth are refused.
const DEEPEST: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Bool(bool),
    /// The digits as written.
    Number(String),
    Text(String),
    List(Vec<Value>),
    /// In the order written.
    Object(Vec<(String, Value)>),
    /// Microseconds since the epoch; made by a date format of a mapping, never read from a file.
    Instant(i64),
}

impl Value {
    /// Text of a scalar, trimmed; `None` for lists and objects.
    pub fn as_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Null => Some(Cow::Borrowed("")),
            Self::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
            Self::Number(text) | Self::Text(text) => Some(Cow::Borrowed(text.trim())),
            Self::Instant(micros) => Some(Cow::Owned(micros.to_string())),
            Self::List(_) | Self::Object(_) => None,
        }
    }

    /// Null, blank text, an empty list or an empty object.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) | Self::Number(text) => text.trim().is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Object(fields) => fields.is_empty(),
            Self::Bool(_) | Self::Instant(_) => false,
        }
    }

    /// What to show of it in a report.
    pub fn raw(&self) -> String {
        match self {
            Self::List(items) => format!("list of {}", items.len()),
            Self::Object(fields) => format!("object of {}", fields.len()),
            scalar => scalar.as_text().unwrap_or_default().into_owned(),
        }
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Object(fields) => fields.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }
}

/// Parses one JSON text; the error is a phrase for a report.
pub fn parse_json(text: &str) -> Result<Value, String> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|e| phrase(&e))?;
    convert(raw.get(), 0)
}

fn convert(raw: &str, depth: usize) -> Result<Value, String> {
    if depth > DEEPEST {
        return Err(format!("nested deeper than {DEEPEST} levels"));
    }
    Ok(match raw.as_bytes().first() {
        Some(b'{') => {
            let Pairs(pairs) = serde_json::from_str(raw).map_err(|e| phrase(&e))?;
            let mut fields = Vec::with_capacity(pairs.len());
            for (key, value) in pairs {
                fields.push((key, convert(value.get(), depth + 1)?));
            }
            Value::Object(fields)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(raw).map_err(|e| phrase(&e))?;
            Value::List(items.into_iter().map(|v| convert(v.get(), depth + 1)).collect::<Result<_, _>>()?)
        }
        Some(b'"') => Value::Text(serde_json::from_str(raw).map_err(|e| phrase(&e))?),
        _ => match raw {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            number => Value::Number(number.to_owned()),
        },
    })
}

fn phrase(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column ", " at character ")
}

/// An object's members in order, not yet parsed.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(PairsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_keep_their_digits() {
        let value = parse_json(r#"{"a":12.3400,"b":[1e5,-0],"c":{"d":null,"e":"x","f":true}}"#).expect("JSON");
        assert_eq!(value.get("a"), Some(&Value::Number("12.3400".to_owned())));
        assert_eq!(value.get("b"), Some(&Value::List(vec![Value::Number("1e5".to_owned()), Value::Number("-0".to_owned())])));
        assert_eq!(value.get("c").and_then(|c| c.get("f")), Some(&Value::Bool(true)));
    }

    #[test]
    fn broken_and_too_deep_json_is_refused() {
        assert!(parse_json(r#"{"a":1"#).expect_err("cut").contains("character"));
        assert!(parse_json(r#"{"a":"\ud800"}"#).is_err());
        assert!(parse_json(&("[".repeat(9) + &"]".repeat(9))).is_ok());
        assert!(parse_json(&("[".repeat(10) + &"]".repeat(10))).is_err());
        assert!(parse_json(&"[".repeat(100_000)).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in r#"[\[\]{}:,"a0.e\\ -]{0,60}"#) {
            let ours = parse_json(&text).is_ok();
            let theirs = serde_json::from_str::<&RawValue>(&text).is_ok();
            prop_assert!(theirs || !ours);
        }
    }
}
