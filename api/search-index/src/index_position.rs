//! The position of an index: its database, and the last event of the event log it contains. Every commit stores it.

use entity::signing_keys;
use sea_orm::{DbErr, EntityTrait, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use store::Db;

/// The position of an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct IndexPosition {
    /// Fingerprint of its database.
    pub(super) database: String,
    /// The index contains every event up to this number.
    pub(super) seq: i64,
}

impl IndexPosition {
    /// The position as the payload of a commit.
    pub(super) fn payload(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The position in the payload of a commit.
    pub(super) fn read(payload: &str) -> Option<Self> {
        serde_json::from_str(payload).ok()
    }

    /// Whether an index at this position can be brought up to date: it belongs to `database`, and its position is not beyond
    /// the event log.
    pub(super) fn is_usable(&self, database: &str, latest: i64) -> bool {
        self.database == database && self.seq <= latest
    }
}

/// A value that differs between databases: the first signing key, which is random and never deleted.
pub(super) async fn database_fingerprint(db: &impl Db) -> Result<String, DbErr> {
    let select = signing_keys::Entity::find().select_only().column(signing_keys::Column::Kid);
    let first = select.order_by_asc(signing_keys::Column::CreatedAt).order_by_asc(signing_keys::Column::Kid);
    Ok(first.into_tuple::<String>().one(db).await?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_or_a_log_set_back_makes_an_index_useless() {
        let position = IndexPosition { database: "a".to_owned(), seq: 7 };
        assert_eq!(IndexPosition::read(&position.payload()), Some(position.clone()));
        assert!(position.is_usable("a", 7));
        assert!(position.is_usable("a", 9));
        assert!(!position.is_usable("b", 9));
        assert!(!position.is_usable("a", 6));
        assert_eq!(IndexPosition::read("7"), None);
    }
}
