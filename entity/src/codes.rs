//! Codes as they are stored in text columns, and the error of a stored text that is none.
//!
//! A row whose text cannot be read is not given at all: the query fails with a type error that names the text.

use std::fmt;
use std::str::FromStr;

use pricing::{Currency, UnitCode};
use sea_orm::{DbErr, DeriveValueType, TryFromU64};

/// A stored text that is not what its column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    text: String,
    kind: &'static str,
}

impl Unreadable {
    pub(crate) fn new(text: &str, kind: &'static str) -> Self {
        Self { text: text.to_owned(), kind }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is not {}", self.text, self.kind)
    }
}

impl std::error::Error for Unreadable {}

macro_rules! stored_code {
    ($($(#[$doc:meta])* $name:ident => $exact:ty, $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType)]
        #[sea_orm(value_type = "String", column_type = "Text")]
        pub struct $name(pub $exact);

        impl FromStr for $name {
            type Err = Unreadable;

            fn from_str(text: &str) -> Result<Self, Unreadable> {
                text.parse().map(Self).map_err(|_| Unreadable::new(text, $kind))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        /// sea-orm asks this of every part of a primary key; a database never draws a code.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl From<$exact> for $name {
            fn from(code: $exact) -> Self {
                Self(code)
            }
        }

        impl From<$name> for $exact {
            fn from(code: $name) -> Self {
                code.0
            }
        }
    )*};
}

stored_code! {
    /// The code of a currency of ISO 4217.
    CurrencyCode => Currency, "a currency of ISO 4217";
    /// The code of a unit of measure.
    Unit => UnitCode, "a unit code";
}

impl CurrencyCode {
    /// The three letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }
}

impl Unit {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_columns::{read, round_trips};

    #[test]
    fn codes_are_stored_as_their_text() {
        round_trips::<CurrencyCode>("EUR");
        round_trips::<Unit>("EA");
    }

    #[test]
    fn a_stored_text_that_is_no_code_is_named() {
        assert_eq!(read::<CurrencyCode>("XQX"), Err("\"XQX\" is not a currency of ISO 4217".to_owned()));
        assert_eq!(read::<Unit>("far too long"), Err("\"far too long\" is not a unit code".to_owned()));
    }
}
