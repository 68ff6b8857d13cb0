//! Creating and changing contracts.
//!
//! A contract becomes what is given: lines that stay are left alone, lines that are gone are ended, new ones are added. The
//! cost is that of the lines that changed.

use ahash::AHashMap;
use entity::{AccountId, ContractId, ContractMode, Instant, contract_terms, contracts};
use pricing::Currency;
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, QueryFilter, Set, Value};
use store::{Db, Row};

use super::change::{ChangedPart, PriceChange};
use super::error::PriceAdminError;
use super::lines::{COLUMNS, NewLine};
use kernel::wire::{VersionMatch, check_version};
use prices::stored_terms;
use store::database::Tx;
use store::sql::insert_values;

/// A contract to be recorded.
#[derive(Clone, Debug)]
pub struct NewContract {
    pub code: String,
    pub name: String,
    pub account: AccountId,
    pub currency: Currency,
    pub valid_from: Option<Instant>,
    pub valid_until: Option<Instant>,
    pub mode: ContractMode,
    pub active: bool,
    pub lines: Vec<NewLine>,
}

/// A contract with its present terms and lines.
#[derive(Clone, Debug)]
pub struct Contract {
    pub header: contracts::Model,
    pub terms: contract_terms::Model,
    /// With their ids, oldest first.
    pub lines: Vec<(i64, NewLine)>,
}

/// The contract of a code.
pub(super) async fn find(db: &impl Db, code: &str) -> Result<Contract, PriceAdminError> {
    let missing = || PriceAdminError::ContractNotFound(code.to_owned());
    let contract = contracts::Entity::find().filter(contracts::Column::Code.eq(code)).one(db).await?.ok_or_else(missing)?;
    let terms = contract_terms::Entity::find()
        .filter(contract_terms::Column::ContractId.eq(contract.id))
        .filter(contract_terms::Column::SupersededAt.is_null());
    let terms = terms.one(db).await?.ok_or_else(missing)?;
    let lines = lines_of(db, contract.id).await?;
    Ok(Contract { header: contract, terms, lines })
}

/// The contract of a code, if there is one.
pub(super) async fn find_if_any(db: &impl Db, code: &str) -> Result<Option<Contract>, PriceAdminError> {
    match find(db, code).await {
        Ok(found) => Ok(Some(found)),
        Err(PriceAdminError::ContractNotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The present price version of a contract.
pub(super) async fn version_of(db: &impl Db, code: &str) -> Result<Option<i64>, DbErr> {
    let sql = "select t.change_id from contract_terms t join contracts c on c.id = t.contract_id \
               where c.code = $1 and t.superseded_at is null";
    let row = db.row(db.statement(sql, vec![code.into()])).await?;
    row.map(|row| row.get(0)).transpose()
}

async fn lines_of(db: &impl Db, contract: ContractId) -> Result<Vec<(i64, NewLine)>, DbErr> {
    let sql = format!(
        "select id, valid_from, valid_until, {COLUMNS} from contract_lines \
         where contract_id = $1 and superseded_at is null order by id"
    );
    let rows = db.rows(db.statement(sql, vec![contract.0.into()])).await?;
    rows.iter().map(|row| Ok((row.get(0)?, read_line(row)?))).collect()
}

/// A stored line with its validity, of a row with its id, the first and the last instant of its validity, and [`COLUMNS`].
pub(super) fn read_line(row: &Row) -> Result<NewLine, DbErr> {
    let line = NewLine::of(stored_terms::line(row, 3)?);
    Ok(NewLine { valid_from: row.get(1)?, valid_until: row.get(2)?, ..line })
}

/// Creates the contract or changes it to what is given. `expected` is the version the caller read, if it said one.
pub async fn put_contract(
    tx: &Tx,
    change: &PriceChange,
    new: NewContract,
    expected: Option<VersionMatch>,
) -> Result<Contract, PriceAdminError> {
    let old = find_if_any(tx, &new.code).await?;
    check_version(expected, old.as_ref().map(|old| old.terms.change_id))?;
    let (contract, old_terms, old_lines) = match old {
        Some(old) => (old.header, Some(old.terms), old.lines),
        None => (create(tx, change, &new.code).await?, None, Vec::new()),
    };
    let mut difference = Difference::between(old_lines, &new.lines);
    let same_terms = old_terms.as_ref().is_some_and(|old| says_the_same(old, &new));
    if let Some(old) = old_terms {
        if same_terms && difference.is_empty() {
            return Ok(Contract { header: contract, terms: old, lines: difference.kept });
        }
        change.supersede(tx, "contract_terms", &[old.id]).await?;
    }
    change.touches(tx, ChangedPart::Contract(contract.id)).await?;
    change.supersede(tx, "contract_lines", &difference.gone).await?;
    let added = insert_lines(tx, change, contract.id, &difference.added).await?;
    let terms = contract_terms::Model {
        id: tx.id().await?,
        contract_id: contract.id,
        name: new.name,
        account_id: new.account,
        currency: new.currency.into(),
        valid_from: new.valid_from,
        valid_until: new.valid_until,
        mode: new.mode,
        active: new.active,
        recorded_at: change.recorded_at,
        superseded_at: None,
        change_id: change.version,
        end_change_id: None,
    };
    let row: contract_terms::ActiveModel = terms.clone().into();
    contract_terms::Entity::insert(row.reset_all()).exec_without_returning(tx).await?;
    difference.kept.extend(added.into_iter().zip(difference.added));
    Ok(Contract { header: contract, terms, lines: difference.kept })
}

async fn create(tx: &Tx, change: &PriceChange, code: &str) -> Result<contracts::Model, DbErr> {
    let contract = contracts::Model { id: ContractId(tx.id().await?), code: code.to_owned(), created_at: change.recorded_at };
    let row =
        contracts::ActiveModel { id: Set(contract.id), code: Set(contract.code.clone()), created_at: Set(contract.created_at) };
    contracts::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(contract)
}

pub(super) fn says_the_same(old: &contract_terms::Model, new: &NewContract) -> bool {
    (old.name.as_str(), old.account_id, old.currency.0, old.valid_from, old.valid_until, old.mode, old.active)
        == (new.name.as_str(), new.account, new.currency, new.valid_from, new.valid_until, new.mode, new.active)
}

/// What a contract has to become for `new` to hold from an instant on: lines that are gone end there, new ones begin there.
/// None when more than its lines differs, which has no date of its own. A contract that is not there yet begins there.
pub(super) fn from_then_on(old: Option<&Contract>, new: NewContract, at: Instant) -> Option<NewContract> {
    let Some(old) = old else {
        return Some(NewContract { valid_from: Some(new.valid_from.map_or(at, |from| from.max(at))), ..new });
    };
    if !says_the_same(&old.terms, &new) {
        return None;
    }
    let difference = Difference::between(old.lines.clone(), &new.lines);
    let ends = |line: &NewLine| NewLine { valid_until: Some(line.valid_until.map_or(at, |until| until.min(at))), ..line.clone() };
    let gone = old.lines.iter().filter(|(id, _)| difference.gone.contains(id)).map(|(_, line)| line);
    let gone = gone.filter(|line| line.valid_from.is_none_or(|from| from < at)).map(ends);
    let begins = |line: NewLine| NewLine { valid_from: Some(line.valid_from.map_or(at, |from| from.max(at))), ..line };
    let added = difference.added.into_iter().map(begins);
    let lines = difference.kept.iter().map(|(_, line)| line.clone()).chain(gone).chain(added).collect();
    Some(NewContract { lines, ..new })
}

/// What a contract's lines have to undergo.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) kept: Vec<(i64, NewLine)>,
    pub(super) gone: Vec<i64>,
    pub(super) added: Vec<NewLine>,
}

impl Difference {
    pub(super) fn between(old: Vec<(i64, NewLine)>, new: &[NewLine]) -> Self {
        let mut wanted: AHashMap<&NewLine, usize> = AHashMap::with_capacity(new.len());
        for line in new {
            *wanted.entry(line).or_default() += 1;
        }
        let (mut kept, mut gone) = (Vec::new(), Vec::new());
        for (id, line) in old {
            match wanted.get_mut(&line).filter(|count| **count > 0) {
                Some(count) => {
                    *count -= 1;
                    kept.push((id, line));
                }
                None => gone.push(id),
            }
        }
        let mut added = Vec::new();
        for line in new {
            if let Some(count) = wanted.get_mut(line).filter(|count| **count > 0) {
                *count -= 1;
                added.push(line.clone());
            }
        }
        Self { kept, gone, added }
    }

    fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.added.is_empty()
    }
}

async fn insert_lines(tx: &Tx, change: &PriceChange, contract: ContractId, lines: &[NewLine]) -> Result<Vec<i64>, DbErr> {
    let ids = tx.ids(lines.len()).await?;
    let row = |(id, line): (&i64, &NewLine)| {
        let validity = [line.valid_from, line.valid_until].map(|at| Value::from(at.map(|at| at.0)));
        let own = [(*id).into(), contract.0.into()].into_iter().chain(line.values()).chain(validity);
        own.chain([change.recorded_at.0.into(), change.version.into()]).collect()
    };
    let into = format!("contract_lines (id, contract_id, {COLUMNS}, valid_from, valid_until, recorded_at, change_id)");
    insert_values(tx, &into, ids.iter().zip(lines).map(row).collect(), "").await?;
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use entity::{PriceRuleKind, TargetKind, VolumeScope};
    use pricing::{Amount, Per};

    use super::*;
    use crate::lines::NewTarget;

    fn line(value: i64) -> NewLine {
        NewLine {
            target: NewTarget { kind: TargetKind::Everything, id: 0, code: String::new() },
            kind: PriceRuleKind::PercentOff,
            value: Some(Amount::from_micros(value)),
            unit: None,
            per: Per::ONE,
            scope: VolumeScope::Sku,
            breaks: Vec::new(),
            valid_from: None,
            valid_until: None,
        }
    }

    #[test]
    fn only_lines_that_differ_are_touched() {
        let old = vec![(1, line(1)), (2, line(2)), (3, line(2))];
        let difference = Difference::between(old, &[line(2), line(3)]);
        assert_eq!(difference.kept, [(2, line(2))]);
        assert_eq!(difference.gone, [1, 3]);
        assert_eq!(difference.added, [line(3)]);
    }
}
