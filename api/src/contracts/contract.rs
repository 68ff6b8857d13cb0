//! Creating and changing contracts.
//!
//! A contract becomes what is given: lines that stay are left alone, lines that are gone are ended, new ones are added. The
//! cost is that of the lines that changed.

use ahash::AHashMap;
use entity::{AccountId, ContractId, ContractMode, Instant, contract_terms, contracts};
use pricing::Currency;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Set, Statement, Value};

use super::change::PriceChange;
use super::error::ContractError;
use super::lines::{COLUMNS, NewLine};
use super::load::statement;
use super::rows;
use crate::kernel::database::Tx;
use crate::kernel::problem::Trouble;
use crate::kernel::sql::push_row;

/// A contract as it shall be.
#[derive(Clone, Debug)]
pub(crate) struct NewContract {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) account: AccountId,
    pub(crate) currency: Currency,
    pub(crate) valid_from: Option<Instant>,
    pub(crate) valid_until: Option<Instant>,
    pub(crate) mode: ContractMode,
    pub(crate) active: bool,
    pub(crate) lines: Vec<NewLine>,
}

/// A contract with its present terms and lines.
#[derive(Clone, Debug)]
pub(crate) struct Contract {
    pub(crate) header: contracts::Model,
    pub(crate) terms: contract_terms::Model,
    /// With their ids, oldest first.
    pub(crate) lines: Vec<(i64, NewLine)>,
}

/// The contract of a code.
pub(super) async fn find(db: &impl ConnectionTrait, code: &str) -> Result<Contract, ContractError> {
    let missing = || ContractError::ContractNotFound(code.to_owned());
    let contract = contracts::Entity::find().filter(contracts::Column::Code.eq(code)).one(db).await?.ok_or_else(missing)?;
    let terms = contract_terms::Entity::find()
        .filter(contract_terms::Column::ContractId.eq(contract.id))
        .filter(contract_terms::Column::SupersededAt.is_null());
    let terms = terms.one(db).await?.ok_or_else(missing)?;
    let lines = lines_of(db, contract.id).await?;
    Ok(Contract { header: contract, terms, lines })
}

async fn lines_of(db: &impl ConnectionTrait, contract: ContractId) -> Result<Vec<(i64, NewLine)>, DbErr> {
    let sql = format!("select id, {COLUMNS} from contract_lines where contract_id = $1 and superseded_at is null order by id");
    let rows = db.query_all_raw(statement(db, sql, vec![contract.0.into()])).await?;
    rows.iter().map(|row| Ok((row.try_get("", "id")?, NewLine::of(rows::line(row)?)))).collect()
}

/// Creates the contract or changes it to what is given. `expected` is the version the caller read, if it said one.
pub(crate) async fn put_contract(
    tx: &Tx,
    change: &PriceChange,
    new: NewContract,
    expected: Option<i64>,
) -> Result<Contract, ContractError> {
    let old = match find(tx, &new.code).await {
        Ok(old) => Some(old),
        Err(ContractError::ContractNotFound(_)) => None,
        Err(error) => return Err(error),
    };
    if expected.is_some_and(|version| old.as_ref().map(|o| o.terms.change_id) != Some(version)) {
        return Err(Trouble::Stale.into());
    }
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
    change.supersede(tx, "contract_lines", &difference.gone).await?;
    let added = insert_lines(tx, change, contract.id, &difference.added).await?;
    let terms = contract_terms::Model {
        id: tx.id().await?,
        contract_id: contract.id,
        name: new.name,
        account_id: new.account,
        currency: new.currency.code().to_owned(),
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

fn says_the_same(old: &contract_terms::Model, new: &NewContract) -> bool {
    (old.name.as_str(), old.account_id, old.currency.as_str(), old.valid_from, old.valid_until, old.mode, old.active)
        == (new.name.as_str(), new.account, new.currency.code(), new.valid_from, new.valid_until, new.mode, new.active)
}

/// What a contract's lines have to undergo.
struct Difference {
    kept: Vec<(i64, NewLine)>,
    gone: Vec<i64>,
    added: Vec<NewLine>,
}

impl Difference {
    fn between(old: Vec<(i64, NewLine)>, new: &[NewLine]) -> Self {
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
    let backend = tx.get_database_backend();
    for (ids, lines) in ids.chunks(2_000).zip(lines.chunks(2_000)) {
        let mut sql = format!("insert into contract_lines (id, contract_id, {COLUMNS}, recorded_at, change_id) values ");
        let mut values: Vec<Value> = Vec::with_capacity(lines.len() * 13);
        for (row, (id, line)) in ids.iter().zip(lines).enumerate() {
            push_row(&mut sql, backend, row, 13);
            values.extend([(*id).into(), contract.0.into()]);
            values.extend(line.values());
            values.extend([change.recorded_at.0.into(), change.version.into()]);
        }
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use entity::{PriceRuleKind, TargetKind, VolumeScope};
    use pricing::{Amount, Per};

    use super::*;
    use crate::contracts::lines::NewTarget;

    fn line(value: i64) -> NewLine {
        NewLine {
            target: NewTarget { kind: TargetKind::Everything, id: 0, code: String::new() },
            kind: PriceRuleKind::PercentOff,
            value: Some(Amount::from_micros(value)),
            unit: None,
            per: Per::ONE,
            scope: VolumeScope::Sku,
            breaks: Vec::new(),
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
