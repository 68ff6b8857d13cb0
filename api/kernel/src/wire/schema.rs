//! The OpenAPI schema of values that are a JSON string.

/// Implements `Type` for a value that is a JSON string: what every such type has in common.
#[macro_export]
macro_rules! string_schema {
    ([$($generics:tt)*] $name:ty, $label:expr, $schema:expr) => {
        impl<$($generics)*> poem_openapi::types::Type for $name {
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

/// Implements reading for a value that only answers contain: the derive of answers asks for it, nothing calls it.
#[macro_export]
macro_rules! write_only {
    ($name:ident) => {
        impl poem_openapi::types::ParseFromJSON for $name {
            fn parse_from_json(_: Option<serde_json::Value>) -> poem_openapi::types::ParseResult<Self> {
                Err(poem_openapi::types::ParseError::custom("this value is only ever written"))
            }
        }
    };
}
