//! Creating and changing accounts and their sites.

use entity::{AccountId, AccountStatus, Amount, SiteId, Terms, accounts, sites};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::directory::MAX_DEPTH;
use super::error::IdentityError;
use super::events::AccountChanged;
use super::events::SiteChanged;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use kernel::wire::{VersionMatch, check_version};
use store::database::{Lock, Tx};

/// What an account is to become.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
    pub group: Option<String>,
    pub currency: String,
    pub status: AccountStatus,
}

/// What an account may owe, and when it pays.
#[derive(Clone, Debug)]
pub struct NewCredit {
    /// Largest exposure on terms; none for no limit.
    pub limit: Option<Amount>,
    pub terms: String,
    pub overdue_grace_days: i32,
}

impl NewCredit {
    /// Fails when it cannot be set; gives the terms.
    pub fn check(&self) -> Result<Terms, CommonError> {
        if self.limit.is_some_and(|limit| limit.0 < 0) {
            let detail = "the credit limit must not be less than 0";
            return Err(CommonError::invalid("/credit_limit", FieldCode::Negative, detail));
        }
        parse_terms(&self.terms)
    }
}

/// The terms of an account whose credit nobody set, and the days that its invoices may be overdue.
pub const USUAL_TERMS: &str = "NET30";
pub const USUAL_GRACE_DAYS: i32 = 14;

/// What a site is to become.
#[derive(Clone, Debug)]
pub struct NewSite {
    pub code: String,
    pub name: String,
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub region: String,
    pub postal_code: String,
    pub country: String,
    pub is_default: bool,
}

/// Creates the account or changes it to what is given; its credit is [another's](put_credit) to set. `expected` is the version the caller read, if it said one. Accounts are
/// changed one after the other, so that no two become each other's parent.
pub async fn put_account(tx: &Tx, new: NewAccount, expected: Option<VersionMatch>) -> Result<accounts::Model, IdentityError> {
    let currency = new.currency.parse().map_err(|_| {
        let detail = format!("\"{}\" must be a currency code of ISO 4217", new.currency);
        CommonError::invalid("/currency", FieldCode::UnknownCurrency, detail)
    })?;
    tx.lock(Lock::Accounts).await?;
    let parent = parent_of(tx, &new).await?;
    let old = accounts::Entity::find().filter(accounts::Column::Code.eq(&new.code)).one(tx).await?;
    // An account that does not exist yet has no version that could be expected.
    check_version(expected, old.as_ref().map(|o| o.version))?;
    let version = old.as_ref().map_or(1, |o| o.version + 1);
    let created_at = old.as_ref().map_or(tx.now(), |o| o.created_at);
    let id = match &old {
        Some(old) => old.id,
        None => AccountId(tx.id().await?),
    };
    let row = accounts::Model {
        id,
        code: new.code,
        name: new.name,
        parent_id: parent,
        group_code: new.group,
        currency,
        credit_limit: old.as_ref().and_then(|o| o.credit_limit),
        terms: match &old {
            Some(old) => old.terms.clone(),
            None => parse_terms(USUAL_TERMS)?,
        },
        overdue_grace_days: old.as_ref().map_or(USUAL_GRACE_DAYS, |o| o.overdue_grace_days),
        status: new.status,
        version,
        created_at,
        updated_at: tx.now(),
    };
    let active = row.clone().into_active_model().reset_all();
    if old.is_some() {
        active.update(tx).await?;
    } else {
        accounts::Entity::insert(active).exec_without_returning(tx).await?;
    }
    tx.record(&AccountChanged::from(&row));
    Ok(row)
}

/// Sets the credit of an account. `expected` is the version of the account that the caller read, if it said one.
pub async fn put_credit(
    tx: &Tx,
    account: AccountId,
    new: NewCredit,
    expected: Option<VersionMatch>,
) -> Result<accounts::Model, IdentityError> {
    let terms = new.check()?;
    tx.lock(Lock::Accounts).await?;
    let old = accounts::Entity::find_by_id(account).one(tx).await?;
    let old = old.ok_or_else(|| CommonError::Internal("an account is gone".to_owned()))?;
    check_version(expected, Some(old.version))?;
    let row = accounts::Model {
        credit_limit: new.limit,
        terms,
        overdue_grace_days: new.overdue_grace_days,
        version: old.version + 1,
        updated_at: tx.now(),
        ..old
    };
    row.clone().into_active_model().reset_all().update(tx).await?;
    tx.record(&AccountChanged::from(&row));
    Ok(row)
}

fn parse_terms(text: &str) -> Result<Terms, CommonError> {
    text.parse().map_err(|_| {
        let detail = format!("\"{text}\" must be one of NET<days>, <percent>-<days>-NET<days>, EOM<days>, PREPAID");
        CommonError::invalid("/terms", FieldCode::UnknownTerms, detail)
    })
}

async fn parent_of(tx: &Tx, new: &NewAccount) -> Result<Option<AccountId>, IdentityError> {
    let Some(code) = &new.parent else { return Ok(None) };
    let find = |code: String| accounts::Entity::find().filter(accounts::Column::Code.eq(code)).one(tx);
    let parent = find(code.clone())
        .await?
        .ok_or_else(|| CommonError::invalid("/parent", FieldCode::UnknownAccount, format!("there is no account \"{code}\"")))?;
    let mut at = Some(parent.clone());
    for _ in 0..MAX_DEPTH {
        match at {
            None => return Ok(Some(parent.id)),
            Some(ancestor) if ancestor.code == new.code => break,
            Some(ancestor) => {
                at = match ancestor.parent_id {
                    Some(id) => accounts::Entity::find_by_id(id).one(tx).await?,
                    None => None,
                };
            }
        }
    }
    Err(IdentityError::AccountLoop(new.code.clone()))
}

/// Creates the site or changes it to what is given. An account that has sites has one default site, the first if no other.
pub async fn put_site(tx: &Tx, account: AccountId, new: NewSite) -> Result<sites::Model, IdentityError> {
    tx.lock(Lock::Accounts).await?;
    let others = sites::Entity::find().filter(sites::Column::AccountId.eq(account)).all(tx).await?;
    let old = others.iter().find(|s| s.code == new.code);
    let id = match old {
        Some(old) => old.id,
        None => SiteId(tx.id().await?),
    };
    let is_default = new.is_default || !others.iter().any(|s| s.is_default && s.id != id);
    if is_default {
        let clear = sea_orm::sea_query::Expr::value(false);
        let update = sites::Entity::update_many().col_expr(sites::Column::IsDefault, clear);
        update.filter(sites::Column::AccountId.eq(account)).exec(tx).await?;
    }
    let row = sites::Model {
        id,
        account_id: account,
        code: new.code,
        name: new.name,
        line1: new.line1,
        line2: new.line2,
        city: new.city,
        region: new.region,
        postal_code: new.postal_code,
        country: new.country,
        is_default,
    };
    let all_but_key = [
        sites::Column::Name,
        sites::Column::Line1,
        sites::Column::Line2,
        sites::Column::City,
        sites::Column::Region,
        sites::Column::PostalCode,
        sites::Column::Country,
        sites::Column::IsDefault,
    ];
    let upsert = OnConflict::column(sites::Column::Id).update_columns(all_but_key).to_owned();
    let active = row.clone().into_active_model().reset_all();
    sites::Entity::insert(active).on_conflict(upsert).exec_without_returning(tx).await?;
    tx.record(&SiteChanged::from(&row));
    Ok(row)
}
