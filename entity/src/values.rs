//! Numbers and instants as they are stored: whole millionths and microseconds. The exact types that calculate live in
//! `pricing`; these only carry a value to and from a column.

use std::sync::Arc;

use sea_orm::sea_query::{self, ArrayType, ColumnType, Nullable, ValueTypeErr};
use sea_orm::{ColIdx, DbErr, DeriveValueType, IntoActiveValue, QueryResult, Set, TryGetError, TryGetable, Value};

use crate::Unreadable;

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

/// How many units a price is for, stored as a whole number of units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Per(pub pricing::Per);

impl Per {
    /// The number of units.
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

impl From<pricing::Per> for Per {
    fn from(per: pricing::Per) -> Self {
        Self(per)
    }
}

impl From<Per> for pricing::Per {
    fn from(per: Per) -> Self {
        per.0
    }
}

impl TryFrom<i64> for Per {
    type Error = Unreadable;

    fn try_from(units: i64) -> Result<Self, Unreadable> {
        let per = u32::try_from(units).ok().and_then(pricing::Per::new);
        per.map(Self).ok_or_else(|| Unreadable::new(&units.to_string(), "a number of units that a price is for"))
    }
}

impl From<Per> for Value {
    fn from(per: Per) -> Self {
        i64::from(per.get()).into()
    }
}

impl TryGetable for Per {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let unreadable = |error| DbErr::TryIntoErr { from: "i64", into: "Per", source: Arc::new(error) };
        Self::try_from(i64::try_get_by(row, index)?).map_err(|error| TryGetError::DbErr(unreadable(error)))
    }
}

impl sea_query::ValueType for Per {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        let units = <i64 as sea_query::ValueType>::try_from(value)?;
        <Self as TryFrom<i64>>::try_from(units).map_err(|_| ValueTypeErr)
    }

    fn type_name() -> String {
        "Per".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::BigInt
    }

    fn column_type() -> ColumnType {
        ColumnType::BigInteger
    }
}

impl Nullable for Per {
    fn null() -> Value {
        Value::BigInt(None)
    }
}

impl IntoActiveValue<Self> for Per {
    fn into_active_value(self) -> sea_orm::ActiveValue<Self> {
        Set(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_columns::read;

    #[test]
    fn a_price_basis_is_stored_as_a_whole_number() {
        let hundred = read::<Per>(100_i64).expect("a basis");
        assert_eq!((hundred.get(), Value::from(hundred)), (100, Value::from(100_i64)));
        assert_eq!(<Per as sea_query::ValueType>::try_from(Value::from(100_i64)).ok(), Some(hundred));
        assert_eq!(read::<Option<Per>>(Per::null()), Ok(None));
    }

    #[test]
    fn a_stored_number_that_is_no_price_basis_is_named() {
        assert_eq!(read::<Per>(0_i64), Err("\"0\" is not a number of units that a price is for".to_owned()));
        assert!(<Per as sea_query::ValueType>::try_from(Value::from(-1_i64)).is_err());
    }
}
