//! All accounts in memory, with parent, group and terms, for requests that must not wait for the database.

use std::sync::Arc;

use ahash::AHashMap;
use entity::{AccountId, AccountStatus, Amount, Terms, accounts};
use parking_lot::RwLock;
use pricing::Currency;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::error::IdentityError;
use super::events::AccountChanged;
use kernel::problem::CommonError;
use store::BoxError;
use store::database::Reader;
use store::events::{Event, decode_all};
use store::projections::Projection;

/// An account as hot requests need it.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: AccountId,
    pub code: String,
    pub parent: Option<AccountId>,
    pub group: Option<String>,
    pub currency: Currency,
    pub credit_limit: Option<Amount>,
    pub terms: Terms,
    pub overdue_grace_days: i32,
    pub status: AccountStatus,
}

impl From<accounts::Model> for Account {
    fn from(row: accounts::Model) -> Self {
        Self {
            id: row.id,
            code: row.code,
            parent: row.parent_id,
            group: row.group_code,
            currency: row.currency.0,
            credit_limit: row.credit_limit,
            terms: row.terms,
            overdue_grace_days: row.overdue_grace_days,
            status: row.status,
        }
    }
}

impl Account {
    /// Fails when the account is blocked.
    pub fn refuse_blocked(&self) -> Result<(), IdentityError> {
        match self.status {
            AccountStatus::Active => Ok(()),
            AccountStatus::Blocked => Err(IdentityError::AccountBlocked(self.code.clone())),
        }
    }
}

#[derive(Debug, Default)]
struct Maps {
    by_id: AHashMap<AccountId, Arc<Account>>,
    by_code: AHashMap<String, AccountId>,
}

/// All accounts.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    maps: Arc<RwLock<Maps>>,
}

/// How deep a company tree may be.
pub(crate) const MAX_DEPTH: usize = 16;

impl Accounts {
    /// Loads every account.
    pub async fn load(db: &Reader) -> Result<Self, CommonError> {
        let all = Self::default();
        all.put(accounts::Entity::find().all(db).await?);
        Ok(all)
    }

    /// The account of a code.
    pub fn by_code(&self, code: &str) -> Option<Arc<Account>> {
        let maps = self.maps.read();
        maps.by_code.get(code).and_then(|id| maps.by_id.get(id)).cloned()
    }

    /// The account of an id.
    pub fn by_id(&self, id: AccountId) -> Option<Arc<Account>> {
        self.maps.read().by_id.get(&id).cloned()
    }

    /// Code of an account; empty when it is not known here yet.
    pub fn code_of(&self, id: AccountId) -> String {
        self.by_id(id).map(|a| a.code.clone()).unwrap_or_default()
    }

    /// The account and its ancestors, nearest first.
    pub fn chain(&self, id: AccountId) -> Vec<Arc<Account>> {
        let maps = self.maps.read();
        let mut chain = Vec::new();
        let mut next = Some(id);
        while let Some(account) = next.and_then(|id| maps.by_id.get(&id)) {
            if chain.len() == MAX_DEPTH {
                break;
            }
            chain.push(account.clone());
            next = account.parent;
        }
        chain
    }

    /// Every account, in no order.
    pub fn all(&self) -> Vec<Arc<Account>> {
        self.maps.read().by_id.values().cloned().collect()
    }

    fn put(&self, rows: Vec<accounts::Model>) {
        let mut maps = self.maps.write();
        for row in rows {
            let account = Account::from(row);
            maps.by_code.insert(account.code.clone(), account.id);
            maps.by_id.insert(account.id, Arc::new(account));
        }
    }
}

#[async_trait::async_trait]
impl Projection for Accounts {
    async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), BoxError> {
        let changed: Vec<AccountChanged> = decode_all(events)?;
        let ids: Vec<AccountId> = changed.into_iter().map(|changed| changed.id).collect();
        if !ids.is_empty() {
            self.put(accounts::Entity::find().filter(accounts::Column::Id.is_in(ids)).all(db).await?);
        }
        Ok(())
    }
}
