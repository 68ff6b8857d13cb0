//! Bounded text on the wire.

use std::ops::Deref;

use poem_openapi::registry::MetaSchema;
use poem_openapi::types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::string_schema;

/// Text of at most `MAX` characters, without control characters but line breaks and tabs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

/// A code: 1 to 64 visible characters without spaces, as SKUs, account codes and names of lists have.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Code(String);

impl<const MAX: usize> Text<MAX> {
    pub fn parse(text: String) -> Result<Self, String> {
        if text.chars().count() > MAX {
            return Err(format!("longer than {MAX} characters"));
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err("contains a control character".to_owned());
        }
        Ok(Self(text))
    }

    pub fn into_inner(self) -> String {
        self.0
    }
}

impl Code {
    pub fn parse(text: String) -> Result<Self, String> {
        if text.is_empty() || text.chars().count() > 64 {
            return Err("a code has 1 to 64 characters".to_owned());
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err("a code has no spaces or control characters".to_owned());
        }
        Ok(Self(text))
    }

    pub fn into_inner(self) -> String {
        self.0
    }
}

/// What both kinds of text share.
macro_rules! text_type {
    ([$($generics:tt)*] $name:ty, $label:expr, $schema:expr) => {
        impl<$($generics)*> Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        string_schema!([$($generics)*] $name, $label, $schema);

        impl<$($generics)*> ParseFromJSON for $name {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                match value {
                    Some(Value::String(text)) => Self::parse(text).map_err(ParseError::custom),
                    _ => Err(ParseError::custom("a string is expected")),
                }
            }
        }

        impl<$($generics)*> ParseFromParameter for $name {
            fn parse_from_parameter(value: &str) -> ParseResult<Self> {
                Self::parse(value.to_owned()).map_err(ParseError::custom)
            }
        }

        impl<$($generics)*> ToJSON for $name {
            fn to_json(&self) -> Option<Value> {
                Some(Value::String(self.0.clone()))
            }
        }

        impl<'de, $($generics)*> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::parse(String::deserialize(deserializer)?).map_err(D::Error::custom)
            }
        }
    };
}

text_type!([const MAX: usize] Text<MAX>, format!("string_max_{MAX}"), {
    let mut schema = MetaSchema::new("string");
    schema.max_length = Some(MAX);
    schema
});

text_type!([] Code, "string_code", {
    let mut schema = MetaSchema::new("string");
    schema.min_length = Some(1);
    schema.max_length = Some(64);
    schema.pattern = Some(r"^\S+$".to_owned());
    schema
});
