//! Decimals and instants on the wire.

use chrono::{DateTime, NaiveDate, SecondsFormat};
use poem_openapi::Object;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON};
use pricing::{Amount, DecimalText, Quantity};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::string_schema;

/// Declares a wire type that is a JSON string, from how it is parsed and printed.
macro_rules! string_type {
    ($(#[$doc:meta])* $name:ident($inner:ty), $format:literal, $pattern:expr, $example:literal, parse $parse:path, print $print:path) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub $inner);

        string_schema!([] $name, concat!("string_", $format), {
            let mut schema = MetaSchema::new_with_format("string", $format);
            schema.pattern = $pattern;
            schema.example = Some(Value::String($example.to_owned()));
            schema
        });

        impl ParseFromJSON for $name {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                serde_json::from_value(value.unwrap_or_default()).map_err(|e| ParseError::custom(e.to_string()))
            }
        }

        impl ParseFromParameter for $name {
            fn parse_from_parameter(value: &str) -> ParseResult<Self> {
                $parse(value).map(Self).map_err(ParseError::custom)
            }
        }

        impl ToJSON for $name {
            fn to_json(&self) -> Option<Value> {
                Some(Value::String($print(self.0).to_string()))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&$print(self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                text_or_number(deserializer, $example, $parse).map(Self)
            }
        }
    };
}

/// Reads a string, or a number as the text a client wrote for it.
pub(super) fn text_or_number<'de, D, T>(
    deserializer: D,
    example: &'static str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(TextOrNumber { example, parse })
}

struct TextOrNumber<F> {
    example: &'static str,
    parse: F,
}

impl<T, F: Fn(&str) -> Result<T, String>> Visitor<'_> for TextOrNumber<F> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a string such as \"{}\"", self.example)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.parse)(text).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        (self.parse)(&number.to_string()).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        (self.parse)(&number.to_string()).map_err(E::custom)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        // The shortest decimal that stands for the number is what the client wrote.
        (self.parse)(&number.to_string()).map_err(E::custom)
    }
}

string_type! {
    /// An amount of money or a unit price: a decimal string with at most 6 decimals.
    AmountText(Amount), "decimal", Some(r"^-?\d{1,12}(\.\d{1,6})?$".to_owned()), "12.34", parse parse_amount, print print_amount
}

string_type! {
    /// A quantity: a decimal string with at most 6 decimals.
    QuantityText(Quantity), "quantity", Some(r"^-?\d{1,12}(\.\d{1,6})?$".to_owned()), "100", parse parse_quantity, print print_quantity
}

string_type! {
    /// An instant: RFC 3339. A date alone means its first instant in UTC.
    Timestamp(entity::Instant), "date-time", None, "2026-11-21T08:30:00Z", parse parse_instant, print print_instant
}

fn parse_amount(text: &str) -> Result<Amount, String> {
    text.parse::<Amount>().map_err(|e| e.to_string())
}

fn print_amount(amount: Amount) -> DecimalText {
    amount.text()
}

fn parse_quantity(text: &str) -> Result<Quantity, String> {
    text.parse::<Quantity>().map_err(|e| e.to_string())
}

fn print_quantity(quantity: Quantity) -> DecimalText {
    quantity.text()
}

fn parse_instant(text: &str) -> Result<entity::Instant, String> {
    let refused = || format!("\"{}\" is not an RFC 3339 instant from 1970 to 2199", text.chars().take(40).collect::<String>());
    let at = match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        Ok(date) => date.and_hms_opt(0, 0, 0).ok_or_else(refused)?.and_utc(),
        Err(_) => DateTime::parse_from_rfc3339(text).map_err(|_| refused())?.to_utc(),
    };
    // Beyond these years no calendar of trade reaches, and arithmetic on instants stays far from overflow.
    let micros = at.timestamp_micros();
    if (0..=7_258_118_400_000_000).contains(&micros) { Ok(entity::Instant(micros)) } else { Err(refused()) }
}

/// Reads an instant from text outside JSON, such as a field of a CSV file.
pub fn parse_timestamp(text: &str) -> Result<Timestamp, String> {
    parse_instant(text).map(Timestamp)
}

fn print_instant(at: entity::Instant) -> String {
    let format = if at.0 % 1_000_000 == 0 { SecondsFormat::Secs } else { SecondsFormat::Micros };
    DateTime::from_timestamp_micros(at.0).unwrap_or_default().to_rfc3339_opts(format, true)
}

/// Money: an exact decimal and its currency.
#[derive(Clone, Debug, PartialEq, Eq, Object, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Decimal string.
    pub amount: AmountText,
    /// ISO 4217 code.
    #[oai(validator(pattern = "^[A-Z]{3}$"))]
    pub currency: String,
}

impl Money {
    pub fn new(amount: impl Into<Amount>, currency: &str) -> Self {
        Self { amount: AmountText(amount.into()), currency: currency.to_owned() }
    }
}

impl From<entity::Amount> for AmountText {
    fn from(amount: entity::Amount) -> Self {
        Self(amount.into())
    }
}

impl From<entity::Quantity> for QuantityText {
    fn from(quantity: entity::Quantity) -> Self {
        Self(quantity.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_read_what_they_print() {
        for text in ["2026-11-21T08:30:00Z", "2026-11-21T08:30:00.123456Z"] {
            assert_eq!(parse_instant(text).map(print_instant), Ok(text.to_owned()));
        }
        assert_eq!(parse_instant("2026-11-21").map(print_instant), Ok("2026-11-21T00:00:00Z".to_owned()));
        for text in ["", "yesterday", "2026-13-01", "9999-12-31T00:00:00Z", "-0001-01-01"] {
            assert!(parse_instant(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_and_strings_mean_the_same() {
        let read = |text: &str| serde_json::from_str::<AmountText>(text).map(|a| print_amount(a.0).to_string()).ok();
        assert_eq!(read("\"12.34\""), Some("12.34".to_owned()));
        assert_eq!(read("12.34"), Some("12.34".to_owned()));
        assert_eq!(read("12"), Some("12".to_owned()));
        assert_eq!(read("\"1.2345678\""), None);
        assert_eq!(read("1e300"), None);
    }
}
