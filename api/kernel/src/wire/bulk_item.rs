//! Items of a bulk request, each read on its own: one that cannot be read does not spoil the others.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::body::parse;
use crate::problem::FieldError;

/// One item: what was read, or what is wrong with its fields, by pointers that start at the item.
#[derive(Debug)]
pub struct BulkItem<T>(pub Result<T, Vec<FieldError>>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for BulkItem<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(parse(raw.get().as_bytes()).map_err(|problem| problem.errors)))
    }
}

impl<T: Type> Type for BulkItem<T> {
    const IS_REQUIRED: bool = true;
    type RawValueType = T::RawValueType;
    type RawElementValueType = T::RawElementValueType;

    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        self.0.as_ref().ok().and_then(Type::as_raw_value)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self::RawElementValueType> + 'a> {
        match &self.0 {
            Ok(item) => item.raw_element_iter(),
            Err(_) => Box::new(std::iter::empty()),
        }
    }
}

impl<T: Type + ParseFromJSON> ParseFromJSON for BulkItem<T> {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        T::parse_from_json(value).map(|item| Self(Ok(item))).map_err(ParseError::propagate)
    }
}

impl<T: Type + ToJSON> ToJSON for BulkItem<T> {
    fn to_json(&self) -> Option<Value> {
        self.0.as_ref().ok().and_then(ToJSON::to_json)
    }
}
