//! Reading the rows that price versions recorded or ended: terms of lists, contracts and promotions, and their lines.

use ahash::AHashMap;
use entity::{ContractId, PriceListId, PromotionId, contract_terms, price_list_terms, promotion_terms};
use sea_orm::{ColumnTrait as _, Condition, DbErr, EntityTrait as _, QueryFilter as _, Value};
use store::{Db, Row};

use super::change::placeholders;
use super::contract;
use super::history::Numbered;
use super::lines::{COLUMNS, NewLine};
use prices::stored_terms;

/// The terms of a price list that the versions recorded or ended.
pub(super) async fn list_terms(db: &impl Db, id: PriceListId, versions: &[i64]) -> Result<Vec<price_list_terms::Model>, DbErr> {
    use price_list_terms::{Column, Entity};
    if versions.is_empty() {
        return Ok(Vec::new());
    }
    let of_versions = Condition::any()
        .add(Column::ChangeId.is_in(versions.iter().copied()))
        .add(Column::EndChangeId.is_in(versions.iter().copied()));
    Entity::find().filter(Column::ListId.eq(id)).filter(of_versions).all(db).await
}

/// The terms of a contract that the versions recorded or ended.
pub(super) async fn contract_terms(db: &impl Db, id: ContractId, versions: &[i64]) -> Result<Vec<contract_terms::Model>, DbErr> {
    use contract_terms::{Column, Entity};
    if versions.is_empty() {
        return Ok(Vec::new());
    }
    let of_versions = Condition::any()
        .add(Column::ChangeId.is_in(versions.iter().copied()))
        .add(Column::EndChangeId.is_in(versions.iter().copied()));
    Entity::find().filter(Column::ContractId.eq(id)).filter(of_versions).all(db).await
}

/// The terms of a promotion that the versions recorded or ended.
pub(super) async fn promotion_terms(
    db: &impl Db,
    id: PromotionId,
    versions: &[i64],
) -> Result<Vec<promotion_terms::Model>, DbErr> {
    use promotion_terms::{Column, Entity};
    if versions.is_empty() {
        return Ok(Vec::new());
    }
    let of_versions = Condition::any()
        .add(Column::ChangeId.is_in(versions.iter().copied()))
        .add(Column::EndChangeId.is_in(versions.iter().copied()));
    Entity::find().filter(Column::PromotionId.eq(id)).filter(of_versions).all(db).await
}

/// A contract's line and the versions that recorded and ended it.
pub(super) struct LineVersion {
    pub(super) id: i64,
    pub(super) line: NewLine,
    pub(super) recorded: i64,
    pub(super) ended: Option<i64>,
}

/// The lines of a contract that the versions recorded or ended, by id.
pub(super) async fn contract_lines(db: &impl Db, contract: ContractId, versions: &[i64]) -> Result<Vec<LineVersion>, DbErr> {
    if versions.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = vec![contract.0.into()];
    values.extend(versions.iter().map(|version| Value::from(*version)));
    let places = placeholders(2, versions.len());
    let sql = format!(
        "select id, valid_from, valid_until, {COLUMNS}, change_id, end_change_id from contract_lines \
         where contract_id = $1 and (change_id in ({places}) or end_change_id in ({places})) order by id"
    );
    let one = |row: &Row| {
        Ok(LineVersion { id: row.get(0)?, line: contract::read_line(row)?, recorded: row.get(12)?, ended: row.get(13)? })
    };
    let rows = db.rows(db.statement(sql, values)).await?;
    rows.iter().map(one).collect()
}

/// The lines of versions of promotions, by their terms.
pub(super) async fn promotion_lines(
    db: &impl Db,
    terms: &[promotion_terms::Model],
) -> Result<AHashMap<i64, Vec<Numbered>>, DbErr> {
    let mut found: AHashMap<i64, Vec<Numbered>> = AHashMap::new();
    if terms.is_empty() {
        return Ok(found);
    }
    let values: Vec<Value> = terms.iter().map(|terms| terms.id.into()).collect();
    let places = placeholders(1, values.len());
    let sql = format!("select id, terms_id, {COLUMNS} from promotion_lines where terms_id in ({places}) order by id");
    for row in db.rows(db.statement(sql, values)).await? {
        let line = NewLine::of(stored_terms::line(&row, 2)?);
        found.entry(row.get(1)?).or_default().push((row.get(0)?, line));
    }
    Ok(found)
}
