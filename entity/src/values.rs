//! Numbers and instants as they are stored: whole millionths and microseconds. The exact types that calculate live in
//! `pricing`; these only carry a value to and from a column.

use sea_orm::DeriveValueType;

macro_rules! stored_number {
    ($($(#[$doc:meta])* $name:ident => $exact:path, $from:ident, $to:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType)]
        pub struct $name(pub i64);

        impl From<$exact> for $name {
            fn from(value: $exact) -> Self {
                Self(value.$to())
            }
        }

        impl From<$name> for $exact {
            fn from(value: $name) -> Self {
                <$exact>::$from(value.0)
            }
        }
    )*};
}

stored_number! {
    /// An amount of money in whole millionths of its currency's unit.
    Amount => pricing::Amount, from_micros, micros,
    /// A quantity in whole millionths of its unit.
    Quantity => pricing::Quantity, from_micros, micros,
    /// An instant in microseconds since 1970-01-01 UTC.
    Instant => pricing::Instant, from_micros, micros,
}
