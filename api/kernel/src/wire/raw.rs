//! Values that are read or written as they are: decimals that are checked line by line, and text that an answer only borrows.

use poem_openapi::registry::MetaSchema;
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON};
use pricing::ParseDecimalError;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use smol_str::SmolStr;

use super::numbers::text_or_number;
use crate::field_code::FieldCode;
use crate::{string_schema, write_only};

/// A decimal as it was sent, a string or a number. Whether it can be read is checked later, so that a fault belongs to its line
/// and not to the whole request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RawDecimal(pub String);

string_schema!([] RawDecimal, "string_decimal_text", {
    let mut schema = MetaSchema::new_with_format("string", "decimal");
    schema.pattern = Some(r"^-?\d{1,12}(\.\d{1,6})?$".to_owned());
    schema.example = Some(Value::String("12.5".to_owned()));
    schema
});

impl RawDecimal {
    /// Keeps the first 64 characters: a longer text is out of range in any case.
    pub fn new(text: &str) -> Self {
        Self(text.chars().take(64).collect())
    }

    /// The number; or a stable code and a sentence that say what is wrong with it.
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
        text_or_number(deserializer, "12.5", |text| Ok(RawDecimal::new(text)))
    }
}

/// A stable code of the program itself. It is only ever written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaticCode(pub &'static str);

string_schema!([] StaticCode, "string_word", MetaSchema::new("string"));
write_only!(StaticCode);

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

/// Short text that an answer shares with the memory it comes from. It is only ever written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedText(pub SmolStr);

string_schema!([] SharedText, "string_shared", MetaSchema::new("string"));
write_only!(SharedText);

impl ToJSON for SharedText {
    fn to_json(&self) -> Option<Value> {
        Some(Value::String(self.0.to_string()))
    }
}

impl Serialize for SharedText {
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
            let raw: RawDecimal = serde_json::from_str(json).expect("a value");
            raw.read::<pricing::Quantity>().err().map(|(code, _)| code)
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
