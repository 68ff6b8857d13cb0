//! Where an order or a shipment goes, as it is stored: JSON in a text column.

use std::fmt;
use std::str::FromStr;

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

use crate::Unreadable;

/// An address, written down with the order so that later changes of a site do not reach it. What is missing in the JSON is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String", column_type = "Text")]
#[serde(default)]
pub struct Destination {
    /// Code of the account's site, if it is one.
    pub site: Option<String>,
    /// Name of the place or person.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// More of the address.
    pub line2: String,
    /// City.
    pub city: String,
    /// State or region.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// ISO 3166 code of the country.
    pub country: String,
}

impl FromStr for Destination {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        serde_json::from_str(text).map_err(|_| Unreadable::new(text, "a destination"))
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_columns::{read, round_trips};

    #[test]
    fn a_destination_is_stored_as_json() {
        round_trips::<Destination>(
            r#"{"site":"HQ","name":"Yard \"B\"","line1":"1 Quay","line2":"","city":"Oslo","region":"","postal_code":"0150","country":"NO"}"#,
        );
        assert_eq!(read::<Destination>("{}"), Ok(Destination::default()));
    }

    #[test]
    fn a_stored_text_that_is_no_destination_is_named() {
        assert_eq!(read::<Destination>("Oslo"), Err("\"Oslo\" is not a destination".to_owned()));
    }
}
