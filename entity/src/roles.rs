//! The roles of a person as they are stored: words separated by spaces in a text column.

use std::fmt;
use std::str::FromStr;

use sea_orm::DeriveValueType;

use crate::{Role, Unreadable};

/// What a person does.
#[derive(Clone, Debug, Default, PartialEq, Eq, DeriveValueType)]
#[sea_orm(value_type = "String", column_type = "Text")]
pub struct Roles(pub Vec<Role>);

impl FromStr for Roles {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let role = |word| Role::from_word(word).ok_or_else(|| Unreadable::new(word, "a role"));
        text.split_whitespace().map(role).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, role) in self.0.iter().enumerate() {
            let gap = if at == 0 { "" } else { " " };
            write!(f, "{gap}{}", role.word())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_columns::{read, round_trips};

    #[test]
    fn roles_are_stored_as_words() {
        for text in ["", "buyer", "buyer account_admin", "admin"] {
            round_trips::<Roles>(text);
        }
    }

    #[test]
    fn a_stored_word_that_is_no_role_is_named() {
        assert_eq!(read::<Roles>("buyer king"), Err("\"king\" is not a role".to_owned()));
    }
}
