//! Consents of accounts to replacements for products that are out of stock or no longer sold.
//!
//! An account without a consent inherits that of its nearest parent; without any, it is asked.

use std::sync::Arc;

use ahash::AHashMap;
use entity::{AccountId, Consent, replacement_consents};
use parking_lot::RwLock;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Set};

use super::events::ConsentChanged;
use identity::{Account, Accounts};
use kernel::problem::CommonError;
use store::BoxError;
use store::database::{Reader, Tx};
use store::events::{Event, decode_all};
use store::projections::Projection;

/// The consents of all accounts. Cheap to clone; clones share the data.
#[derive(Clone, Debug, Default)]
pub struct Consents {
    by_account: Arc<RwLock<AHashMap<AccountId, Consent>>>,
}

impl Consents {
    /// Loads all consents.
    pub async fn load(db: &Reader) -> Result<Self, CommonError> {
        let all = Self::default();
        let rows = replacement_consents::Entity::find().all(db).await?;
        all.by_account.write().extend(rows.into_iter().map(|row| (row.account_id, row.consent)));
        Ok(all)
    }

    /// The consent that applies to an account, and the account that gave it, if any.
    pub(super) fn consent_of(&self, accounts: &Accounts, account: AccountId) -> (Consent, Option<Arc<Account>>) {
        let by_account = self.by_account.read();
        let mut chain = accounts.chain(account).into_iter();
        let found = chain.find_map(|account| by_account.get(&account.id).map(|consent| (*consent, account.clone())));
        found.map_or((Consent::Ask, None), |(consent, account)| (consent, Some(account)))
    }
}

/// Stores the consent of an account.
pub(super) async fn put_consent(tx: &Tx, account: &Account, consent: Consent) -> Result<(), CommonError> {
    let row = replacement_consents::ActiveModel { account_id: Set(account.id), consent: Set(consent), updated_at: Set(tx.now()) };
    let replace = OnConflict::column(replacement_consents::Column::AccountId)
        .update_columns([replacement_consents::Column::Consent, replacement_consents::Column::UpdatedAt])
        .to_owned();
    replacement_consents::Entity::insert(row).on_conflict(replace).exec_without_returning(tx).await?;
    tx.record(&ConsentChanged { id: account.id, account: account.code.clone(), consent });
    Ok(())
}

#[async_trait::async_trait]
impl Projection for Consents {
    async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), BoxError> {
        let changed: Vec<ConsentChanged> = decode_all(events)?;
        let ids: Vec<AccountId> = changed.into_iter().map(|changed| changed.id).collect();
        if !ids.is_empty() {
            let rows =
                replacement_consents::Entity::find().filter(replacement_consents::Column::AccountId.is_in(ids)).all(db).await?;
            self.by_account.write().extend(rows.into_iter().map(|row| (row.account_id, row.consent)));
        }
        Ok(())
    }
}
