//! Requests with many lines, each accepted or rejected by itself. A malformed line is rejected like an invalid one.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use serde::de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use kernel::wire::BulkItem;

/// Largest number of lines in a request.
pub(super) const MOST_LINES: usize = 10_000;

/// A line of a batch.
pub(super) trait Line: Type + DeserializeOwned {
    /// The member that holds the lines when the body is an object.
    const MEMBER: &'static str;
    /// The member as a JSON pointer.
    const POINTER: &'static str;

    /// The line's SKU and warehouse code.
    fn codes(&self) -> (&str, &str);
}

/// Lines as an array, or as an object with the array as its only member.
#[derive(Debug)]
pub(super) struct Batch<T> {
    /// Each line, or why it cannot be read.
    pub(super) lines: Vec<BulkItem<T>>,
    /// JSON pointer of the array of lines in the body.
    pub(super) base: &'static str,
}

impl<'de, T: Line> Deserialize<'de> for Batch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

struct Reader<T>(PhantomData<T>);

impl<'de, T: Line> Visitor<'de> for Reader<T> {
    type Value = Batch<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array, or an object with the member `{}`", T::MEMBER)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut lines = Vec::new();
        while let Some(line) = array.next_element()? {
            if lines.len() == MOST_LINES {
                return Err(A::Error::custom(format!("a request must have at most {MOST_LINES} lines")));
            }
            lines.push(line);
        }
        Ok(Batch { lines, base: "" })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut found: Option<Vec<BulkItem<T>>> = None;
        while let Some(member) = object.next_key::<String>()? {
            if member != T::MEMBER {
                return Err(A::Error::custom(format!("unknown field `{member}`, expected `{}`", T::MEMBER)));
            }
            if found.replace(object.next_value()?).is_some() {
                return Err(A::Error::duplicate_field(T::MEMBER));
            }
        }
        let lines = found.ok_or_else(|| A::Error::missing_field(T::MEMBER))?;
        if lines.len() > MOST_LINES {
            return Err(A::Error::custom(format!("a request must have at most {MOST_LINES} lines")));
        }
        Ok(Batch { lines, base: T::POINTER })
    }
}

impl<T: Line> Type for Batch<T> {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        format!("Batch_{}", T::name()).into()
    }

    fn schema_ref() -> MetaSchemaRef {
        let array = || {
            let mut schema = MetaSchema::new("array");
            schema.items = Some(Box::new(T::schema_ref()));
            schema.max_items = Some(MOST_LINES);
            MetaSchemaRef::Inline(Box::new(schema))
        };
        let mut object = MetaSchema::new("object");
        object.properties = vec![(T::MEMBER, array())];
        object.required = vec![T::MEMBER];
        let mut either = MetaSchema::ANY;
        either.any_of = vec![array(), MetaSchemaRef::Inline(Box::new(object))];
        MetaSchemaRef::Inline(Box::new(either))
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self::RawElementValueType> + 'a> {
        Box::new(std::iter::once(self))
    }
}
