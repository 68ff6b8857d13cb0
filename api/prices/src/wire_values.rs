//! Values on the wire whose faults belong to their line, not to the whole request.

use std::fmt;

use kernel::field_code::FieldCode;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON};
use pricing::ParseDecimalError;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The parts of `Type` that are the same for every text.
macro_rules! text_schema {
    ($name:ident, $label:literal, $schema:expr) => {
        impl poem_openapi::types::Type for $name {
            const IS_REQUIRED: bool = true;
            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> std::borrow::Cow<'static, str> {
                $label.into()
            }

            fn schema_ref() -> poem_openapi::registry::MetaSchemaRef {
                poem_openapi::registry::MetaSchemaRef::Inline(Box::new($schema))
            }

            fn as_raw_value(&self) -> Option<&Self::RawValueType> {
                Some(self)
            }

            fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self::RawElementValueType> + 'a> {
                Box::new(std::iter::once(self))
            }
        }
    };
}

pub(super) use text_schema;

/// For a text that is only ever written: the derive of answers asks for a way to read, which nobody has.
macro_rules! never_read {
    ($name:ident) => {
        impl poem_openapi::types::ParseFromJSON for $name {
            fn parse_from_json(_: Option<serde_json::Value>) -> poem_openapi::types::ParseResult<Self> {
                Err(poem_openapi::types::ParseError::custom("this is only ever written"))
            }
        }
    };
}
pub(super) use never_read;

/// A decimal as it was sent, a string or a number. Whether it is one is found out later, line by line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RawDecimal(pub String);

text_schema!(RawDecimal, "string_decimal_text", {
    let mut schema = MetaSchema::new_with_format("string", "decimal");
    schema.pattern = Some(r"^-?\d{1,12}(\.\d{1,6})?$".to_owned());
    schema.example = Some(Value::String("12.5".to_owned()));
    schema
});

impl RawDecimal {
    /// What is longer than any number in range is cut: it is no number in range, and is not worth keeping.
    pub fn new(text: &str) -> Self {
        Self(text.chars().take(64).collect())
    }

    /// The number, or why it is none: a code and a sentence.
    pub fn read<T>(&self) -> Result<T, (FieldCode, String)>
    where
        T: std::str::FromStr<Err = ParseDecimalError>,
    {
        self.0.parse().map_err(|error: ParseDecimalError| {
            let code = match error {
                ParseDecimalError::TooManyDecimals => FieldCode::TooManyDecimals,
                ParseDecimalError::OutOfRange => FieldCode::OutOfRange,
                _ => FieldCode::NotANumber,
            };
            (code, error.to_string())
        })
    }
}

impl ParseFromJSON for RawDecimal {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        serde_json::from_value(value.unwrap_or_default()).map_err(|e| ParseError::custom(e.to_string()))
    }
}

impl ToJSON for RawDecimal {
    fn to_json(&self) -> Option<Value> {
        Some(Value::String(self.0.clone()))
    }
}

impl<'de> Deserialize<'de> for RawDecimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = RawDecimal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string such as \"12.5\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<RawDecimal, E> {
                Ok(RawDecimal::new(text))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<RawDecimal, E> {
                Ok(RawDecimal(number.to_string()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<RawDecimal, E> {
                Ok(RawDecimal(number.to_string()))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<RawDecimal, E> {
                // The shortest decimal that stands for the number is what the client wrote.
                Ok(RawDecimal(number.to_string()))
            }
        }

        deserializer.deserialize_any(Text)
    }
}

/// A stable code of the program itself, which is only ever written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaticCode(pub &'static str);

text_schema!(StaticCode, "string_word", MetaSchema::new("string"));
never_read!(StaticCode);

impl ToJSON for StaticCode {
    fn to_json(&self) -> Option<Value> {
        Some(Value::String(self.0.to_owned()))
    }
}

impl Serialize for StaticCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

/// Text that the price book holds and an answer only borrows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLabel(pub pricing::Label);

text_schema!(SourceLabel, "string_label", MetaSchema::new("string"));
never_read!(SourceLabel);

impl ToJSON for SourceLabel {
    fn to_json(&self) -> Option<Value> {
        Some(Value::String(self.0.to_string()))
    }
}

impl Serialize for SourceLabel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_its_code() {
        let code = |json: &str| {
            let loose: RawDecimal = serde_json::from_str(json).expect("a value");
            loose.read::<pricing::Quantity>().err().map(|(code, _)| code)
        };
        assert_eq!(code("\"1.5\""), None);
        assert_eq!(code("7"), None);
        assert_eq!(code("1.25"), None);
        assert_eq!(code("\"1.1234567\""), Some(FieldCode::TooManyDecimals));
        assert_eq!(code("1e300"), Some(FieldCode::OutOfRange));
        assert_eq!(code("\"ten\""), Some(FieldCode::NotANumber));
        assert_eq!(code("\"\""), Some(FieldCode::NotANumber));
    }
}
