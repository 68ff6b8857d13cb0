//! JSON of an answer that refuses to be read wrongly: a member that is not there fails the test that reads it.
//!
//! `serde_json::Value` answers a misspelt member with null, so a test that expects null passes for ever. Here reading a member
//! that is absent fails with the members there are; that a member is absent is said with [`Json::is_absent`].

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Index;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// How much of a value is shown when a test fails.
const SHOWN: usize = 2_000;

/// A value of an answer.
#[derive(Clone, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// Reads a text that must be JSON.
    #[track_caller]
    pub(crate) fn parse(text: &str) -> Self {
        serde_json::from_str::<Value>(text).map_or_else(|e| panic!("no JSON: {e}: {text}"), Self::from)
    }

    /// The text it must be.
    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        self.as_str().unwrap_or_else(|| panic!("no text: {self}"))
    }

    /// The list it must be.
    #[track_caller]
    pub(crate) fn list(&self) -> &[Self] {
        self.as_array().unwrap_or_else(|| panic!("no list: {self}"))
    }

    /// The members of the object it must be.
    #[track_caller]
    pub(crate) fn members(&self) -> &BTreeMap<String, Self> {
        self.as_object().unwrap_or_else(|| panic!("no object: {self}"))
    }

    /// The whole number it must be.
    #[track_caller]
    pub(crate) fn whole(&self) -> i64 {
        self.as_i64().unwrap_or_else(|| panic!("no whole number: {self}"))
    }

    /// The value as a type, whose members must all be there.
    #[track_caller]
    pub(crate) fn read<T: DeserializeOwned>(&self) -> T {
        let value = serde_json::to_value(self).unwrap_or_default();
        serde_json::from_value(value).unwrap_or_else(|e| panic!("not as its type says: {e}: {self}"))
    }

    /// A member, if it is there.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// The text of a member that may be absent; empty then.
    #[track_caller]
    pub(crate) fn text_if_there(&self, name: &str) -> &str {
        self.get(name).map_or("", Self::text)
    }

    /// Whether it is an object without this member.
    #[track_caller]
    pub(crate) fn is_absent(&self, name: &str) -> bool {
        !self.members().contains_key(name)
    }

    /// The text, if it is one.
    pub(crate) fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The list, if it is one.
    pub(crate) fn as_array(&self) -> Option<&Vec<Self>> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// The members, if it is an object.
    pub(crate) fn as_object(&self) -> Option<&BTreeMap<String, Self>> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// The members, if it is an object.
    pub(crate) fn as_object_mut(&mut self) -> Option<&mut BTreeMap<String, Self>> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// The whole number, if it is one.
    pub(crate) fn as_i64(&self) -> Option<i64> {
        if let Self::Number(number) = self { number.as_i64() } else { None }
    }

    /// The whole number from zero, if it is one.
    pub(crate) fn as_u64(&self) -> Option<u64> {
        if let Self::Number(number) = self { number.as_u64() } else { None }
    }

    /// The flag, if it is one.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(flag) = self { Some(*flag) } else { None }
    }

    /// Whether it is null; the member that holds it must be there.
    pub(crate) fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// Whether it is an object.
    pub(crate) fn is_object(&self) -> bool {
        self.as_object().is_some()
    }

    /// Whether it is a list.
    pub(crate) fn is_array(&self) -> bool {
        self.as_array().is_some()
    }

    /// Whether it is a text.
    pub(crate) fn is_string(&self) -> bool {
        self.as_str().is_some()
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a flag",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(flag),
            Value::Number(number) => Self::Number(number),
            Value::String(text) => Self::Text(text),
            Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Value::Object(members) => Self::Object(members.into_iter().map(|(name, value)| (name, Self::from(value))).collect()),
        }
    }
}

impl Index<&str> for Json {
    type Output = Self;

    #[track_caller]
    fn index(&self, name: &str) -> &Self {
        let Self::Object(members) = self else {
            panic!("\"{name}\" is read from {}: {self}", self.kind());
        };
        let names = || members.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        members.get(name).unwrap_or_else(|| panic!("there is no \"{name}\" among {}: {self}", names()))
    }
}

impl Index<usize> for Json {
    type Output = Self;

    #[track_caller]
    fn index(&self, place: usize) -> &Self {
        let Self::List(items) = self else {
            panic!("item {place} is read from {}: {self}", self.kind());
        };
        items.get(place).unwrap_or_else(|| panic!("there is no item {place} among {}: {self}", items.len()))
    }
}

impl fmt::Display for Json {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        formatter.write_str(&text)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_string();
        let end = text.char_indices().nth(SHOWN).map_or(text.len(), |(at, _)| at);
        formatter.write_str(&text[..end])
    }
}

#[expect(clippy::cmp_owned, reason = "a `Json` is compared as a whole")]
impl PartialEq<Value> for Json {
    fn eq(&self, other: &Value) -> bool {
        *self == Self::from(other.clone())
    }
}

impl PartialEq<Json> for Value {
    fn eq(&self, other: &Json) -> bool {
        *other == *self
    }
}

impl PartialEq<str> for Json {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Json {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<String> for Json {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == Some(other)
    }
}

/// Comparisons with what `serde_json` can make of a plain value.
macro_rules! compared_with {
    ($($plain:ty),*) => { $(impl PartialEq<$plain> for Json {
        #[expect(clippy::cmp_owned, reason = "a `Json` is compared as a whole")]
        fn eq(&self, other: &$plain) -> bool {
            *self == Self::from(Value::from(*other))
        }
    })* };
}

compared_with!(bool, i32, i64, u16, u64, usize, f64);

#[test]
fn what_is_there_is_read_and_compared() {
    let json = Json::parse(r#"{ "a": [1, { "b": null }], "c": "text", "d": 2.5 }"#);
    assert_eq!(json["a"][0], 1);
    assert!(json["a"][1]["b"].is_null() && json.is_absent("e"));
    assert_eq!(json["c"], "text");
    assert_eq!(json["d"], 2.5);
    assert_eq!(json["a"], serde_json::json!([1, { "b": null }]));
}

#[test]
#[should_panic(expected = r#"there is no "tittle" among sku, title"#)]
fn a_misspelt_member_fails_with_the_members_there_are() {
    let json = Json::parse(r#"{ "sku": "A-1", "title": "Part" }"#);
    assert!(json["tittle"].is_null());
}
