//! Access tokens that end before they expire: those of a person who was disabled, of a client that was revoked, of a sign-in that
//! ended. The rows are written in the transaction that ends them and read before a process serves; every process follows the
//! events. A row is of no use when all tokens issued before it have expired.

use std::sync::Arc;

use ahash::AHashMap;
use entity::{AccountId, Instant, UserId, token_revocations as rows};
use parking_lot::RwLock;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, Set};
use store::Db;
use store::clock;
use store::database::Tx;

use super::events::TokensEnded;
use super::tokens::LIFETIME_SECONDS;

/// How long a row is kept: twice as long as a token is valid, since clocks differ.
const KEPT: i64 = 2 * LIFETIME_SECONDS * clock::SECOND;

/// Whose tokens end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenHolder<'a> {
    Person(UserId),
    Client(&'a str),
    /// One sign-in of a person.
    Session(&'a str),
}

impl std::fmt::Display for TokenHolder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Person(id) => write!(f, "user:{id}"),
            Self::Client(id) => write!(f, "client:{id}"),
            Self::Session(id) => write!(f, "session:{id}"),
        }
    }
}

/// Ends every token issued to `holder` until now. The caller has locked whom they are given to, and records what is returned, as the event that says why.
pub async fn end_tokens(tx: &Tx, holder: TokenHolder<'_>, account: Option<AccountId>) -> Result<TokensEnded, DbErr> {
    // Not when the transaction began: it may have waited for one that gave a token.
    let now = clock::now();
    let row = rows::ActiveModel { holder: Set(holder.to_string()), revoked_at: Set(now) };
    let again = OnConflict::column(rows::Column::Holder).update_column(rows::Column::RevokedAt).to_owned();
    rows::Entity::insert(row).on_conflict(again).exec_without_returning(tx).await?;
    Ok(TokensEnded::new(holder.to_string(), now, account))
}

/// Deletes rows whose tokens have all expired.
pub async fn purge_expired(tx: &Tx) -> Result<u64, DbErr> {
    let oldest = clock::later(tx.now(), -KEPT);
    Ok(rows::Entity::delete_many().filter(rows::Column::RevokedAt.lt(oldest)).exec(tx).await?.rows_affected)
}

/// What a process knows of tokens that ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Revocations {
    /// When the tokens of a holder ended.
    ended: Arc<RwLock<AHashMap<String, Instant>>>,
}

impl Revocations {
    /// Reads those that still matter.
    pub(super) async fn load(&self, db: &impl Db) -> Result<(), DbErr> {
        let oldest = clock::later(clock::now(), -KEPT);
        let found = rows::Entity::find().filter(rows::Column::RevokedAt.gte(oldest)).all(db).await?;
        self.ended.write().extend(found.into_iter().map(|row| (row.holder, row.revoked_at)));
        Ok(())
    }

    /// Takes note that the tokens of a holder ended.
    pub(super) fn note(&self, holder: &str, at: Instant) {
        let oldest = clock::later(clock::now(), -KEPT);
        let mut ended = self.ended.write();
        ended.retain(|_, at| *at >= oldest);
        let known = ended.entry(holder.to_owned()).or_insert(at);
        *known = (*known).max(at);
    }

    /// Whether a token that was issued then ended since.
    pub(super) fn has_ended(&self, subject: &str, session: Option<&str>, issued_at: Instant) -> bool {
        let ended = self.ended.read();
        if ended.is_empty() {
            return false;
        }
        // Every token of a sign-in is older than its end.
        let session = session.is_some_and(|session| ended.contains_key(&TokenHolder::Session(session).to_string()));
        session || ended.get(subject).is_some_and(|at| issued_at <= *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_issued_until_the_end_have_ended_and_later_ones_have_not() {
        let now = clock::now();
        let revocations = Revocations::default();
        revocations.note("user:7", now);
        assert!(revocations.has_ended("user:7", None, now));
        assert!(!revocations.has_ended("user:7", None, clock::later(now, 1)));
        assert!(!revocations.has_ended("user:8", None, now));
        revocations.note("user:7", clock::later(now, -5));
        assert!(revocations.has_ended("user:7", None, now), "an older end takes nothing back");
    }

    #[test]
    fn a_sign_in_ends_alone() {
        let now = clock::now();
        let revocations = Revocations::default();
        revocations.note("session:a", now);
        assert!(revocations.has_ended("user:7", Some("a"), clock::later(now, 1)));
        assert!(!revocations.has_ended("user:7", Some("b"), now));
        assert!(!revocations.has_ended("user:7", None, now));
    }
}
