//! Importing accounts. Fields that the file does not contain stay as they are; a new account gets default terms.

use entity::{AccountStatus, Amount};

use super::batch::{Importable, NumberedRow, RowOutcome};
use super::references::ImportRun;
use files::rejection::Problem;
use files::rows::AccountRow;
use identity::scope::Scope;
use identity::{self, Account, IdentityError, NewAccount, NewCredit, NewSite, USUAL_GRACE_DAYS, USUAL_TERMS};
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use store::database::Tx;

/// Code of the site with an account's address.
const MAIN_SITE: &str = "MAIN";

#[async_trait::async_trait]
impl Importable for AccountRow {
    const BATCH: usize = 500;

    async fn store(run: &ImportRun, tx: &Tx, rows: &[NumberedRow<Self>]) -> Result<Vec<RowOutcome>, CommonError> {
        let mut outcomes = Vec::with_capacity(rows.len());
        for row in rows {
            outcomes.push(store_one(run, tx, row).await?);
        }
        Ok(outcomes)
    }
}

async fn store_one(run: &ImportRun, tx: &Tx, row: &NumberedRow<AccountRow>) -> Result<RowOutcome, CommonError> {
    let given = &row.row;
    let old = run.references.accounts.by_code(&given.code);
    let credit = credit_of(given, old.as_deref());
    if credit.is_some() && !run.rights.contains(Scope::CreditWrite.word()) {
        let detail = "credit limits and terms need the scope credit:write";
        return Ok(row.refused(FieldCode::NotAllowed, "credit_limit", detail, ""));
    }
    if let Some(Err(CommonError::Invalid(errors))) = credit.as_ref().map(NewCredit::check) {
        return Ok(row.refused_by(&errors));
    }
    let Some(currency) = given.currency.clone().or_else(|| old.as_ref().map(|o| o.currency.to_string())) else {
        return Ok(row.refused(FieldCode::MissingValue, "currency", "must be given for a new account", ""));
    };
    if given.code.chars().count() > 64 || given.code.contains(char::is_whitespace) {
        return Ok(row.refused(FieldCode::BadCode, "code", "must have 1 to 64 characters without spaces", &given.code));
    }
    let old_parent = old.as_ref().and_then(|o| o.parent).map(|parent| run.references.accounts.code_of(parent));
    // A dry run does not store the parents of earlier batches, so they are left out.
    let parent = given.parent.clone().filter(|code| !(run.dry_run && run.accounts_of_dry_run.lock().contains(code)));
    let new = NewAccount {
        code: given.code.clone(),
        name: given.name.clone(),
        parent: parent.or(old_parent),
        group: given.group.clone().or_else(|| old.as_ref().and_then(|o| o.group.clone())),
        currency,
        status: old.as_ref().map_or(AccountStatus::Active, |o| o.status),
    };
    let stored = match identity::put_account(tx, new, None).await {
        Ok(stored) => stored,
        Err(IdentityError::Common(CommonError::Invalid(errors))) => return Ok(row.refused_by(&errors)),
        Err(IdentityError::Common(common_error)) => return Err(common_error),
        Err(refusal @ IdentityError::AccountLoop(_)) => {
            return Ok(row.refused(FieldCode::AccountLoop, "parent", refusal.to_string(), ""));
        }
        Err(refusal) => return Ok(row.refused(FieldCode::Refused, "", refusal.to_string(), "")),
    };
    if let Some(credit) = credit {
        identity::put_credit(tx, stored.id, credit, None).await.map_err(common_error)?;
    }
    if let Some(site) = site_of(given) {
        identity::put_site(tx, stored.id, site).await.map_err(common_error)?;
    }
    if run.dry_run {
        run.accounts_of_dry_run.lock().insert(given.code.clone());
    }
    let remark = given.tax_number.as_ref().map(|number| {
        Problem::new(
            FieldCode::NotKept.word(),
            "tax_number",
            "tax numbers of accounts are not stored; the rest of the row is",
            number,
        )
        .at(row.line)
    });
    Ok(RowOutcome::Stored(remark.into_iter().collect()))
}

/// The credit that a row sets, if it says something of it; the rest stays as it is.
fn credit_of(given: &AccountRow, old: Option<&Account>) -> Option<NewCredit> {
    if given.credit_limit.is_none() && given.terms.is_none() {
        return None;
    }
    let old_terms = || old.map_or_else(|| USUAL_TERMS.to_owned(), |old| old.terms.to_string());
    Some(NewCredit {
        limit: given.credit_limit.map(Amount).or_else(|| old.and_then(|old| old.credit_limit)),
        terms: given.terms.clone().unwrap_or_else(old_terms),
        overdue_grace_days: old.map_or(USUAL_GRACE_DAYS, |old| old.overdue_grace_days),
    })
}

/// The account's address as a site, if there is one.
fn site_of(row: &AccountRow) -> Option<NewSite> {
    let country = row.country.clone()?;
    row.street.as_ref().or(row.city.as_ref())?;
    Some(NewSite {
        code: MAIN_SITE.to_owned(),
        name: row.name.clone(),
        line1: row.street.clone().unwrap_or_default(),
        line2: String::new(),
        city: row.city.clone().unwrap_or_default(),
        region: String::new(),
        postal_code: row.postal_code.clone().unwrap_or_default(),
        country,
        is_default: false,
    })
}

fn common_error(error: IdentityError) -> CommonError {
    match error {
        IdentityError::Common(common_error) => common_error,
        other => CommonError::Internal(other.to_string()),
    }
}
