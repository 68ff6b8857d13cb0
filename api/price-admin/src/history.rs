//! What was recorded about a list, contract or promotion, version by version, newest first.
//!
//! A page takes a constant number of statements, however many versions it spans, and reads no more rows than it shows (for
//! contracts and promotions: no more versions).

use ahash::AHashMap;
use entity::{CurrencyCode, Instant, PriceListId, ProductId, Unit, price_entries as entries};
use sea_orm::{
    ColumnTrait as _, Condition, DbErr, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    Value,
};
use store::Db;

use super::change::{ChangedPart, placeholders};
use super::history_views::PriceChangeOriginView;
use super::lines::NewLine;
use kernel::wire::Timestamp;

/// A price version, and who made it.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Origin {
    pub(super) version: i64,
    recorded_at: Instant,
    actor: String,
    change_set: Option<String>,
}

impl Origin {
    pub(super) fn view(&self) -> PriceChangeOriginView {
        PriceChangeOriginView {
            price_version: self.version,
            recorded_at: Timestamp(self.recorded_at),
            changed_by: self.actor.clone(),
            change_set: self.change_set.clone(),
        }
    }
}

/// Versions that touched something, newest first, from `upto` down.
pub(super) async fn origins(db: &impl Db, part: ChangedPart, upto: i64, limit: u64) -> Result<Vec<Origin>, DbErr> {
    let (kind, owner) = part.key();
    let versions = "select version from price_change_parts where kind = $1 and owner_id = $2 and version <= $3 \
                    order by version desc limit $4";
    named(db, versions, vec![kind.into(), owner.into(), upto.into(), (limit as i64).into()]).await
}

/// Versions that touched the entries of a product in a list, newest first, from `upto` down.
pub(super) async fn origins_of_product(
    db: &impl Db,
    list: PriceListId,
    product: ProductId,
    upto: i64,
    limit: u64,
) -> Result<Vec<Origin>, DbErr> {
    let versions = "select version from (select change_id as version from price_entries where product_id = $1 and list_id = $2 \
                    union select end_change_id from price_entries where product_id = $1 and list_id = $2) touched \
                    where version <= $3 order by version desc limit $4";
    named(db, versions, vec![product.0.into(), list.0.into(), upto.into(), (limit as i64).into()]).await
}

async fn named(db: &impl Db, versions: &str, values: Vec<Value>) -> Result<Vec<Origin>, DbErr> {
    let sql = format!(
        "select v.version, c.recorded_at, c.actor, s.code as change_set from ({versions}) v \
         join price_changes c on c.version = v.version left join price_change_sets s on s.price_version = v.version \
         order by v.version desc"
    );
    Origin::find_by_statement(db.statement(sql, values)).all(db).await
}

/// Position in the changes of a list: after this row of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HistoryPosition {
    pub(super) version: i64,
    pub(super) step: Step,
}

/// How far a version was shown: its terms first, then new entries, then those that were only ended; latest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Start,
    Terms,
    New(i64),
    Ended(i64),
}

impl HistoryPosition {
    pub(super) const START: Self = Self { version: i64::MAX, step: Step::Start };

    /// As two numbers.
    pub(super) fn packed(self) -> (i64, i64) {
        let step = match self.step {
            Step::Start => 0,
            Step::Terms => 1,
            Step::New(id) => id * 4 + 2,
            Step::Ended(id) => id * 4 + 3,
        };
        (self.version, step)
    }

    /// From two numbers.
    pub(super) fn unpacked((version, step): (i64, i64)) -> Self {
        let step = match (step.rem_euclid(4), step.div_euclid(4)) {
            (0, _) => Step::Start,
            (1, _) => Step::Terms,
            (2, id) => Step::New(id),
            (_, id) => Step::Ended(id),
        };
        Self { version, step }
    }
}

/// Which changes of entries are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct EntryHistoryFilter {
    pub(super) list: PriceListId,
    pub(super) product: Option<ProductId>,
    pub(super) after: HistoryPosition,
    pub(super) limit: u64,
}

/// A change of an entry.
#[derive(Clone, Debug)]
pub(super) struct EntryChange {
    pub(super) place: HistoryPosition,
    pub(super) before: Option<entries::Model>,
    pub(super) after: Option<entries::Model>,
}

/// Changes of entries in some versions, newest first.
pub(super) async fn entry_changes(
    db: &impl Db,
    wanted: &EntryHistoryFilter,
    versions: &[i64],
) -> Result<Vec<EntryChange>, DbErr> {
    let of_list = || {
        let condition = Condition::all().add(entries::Column::ListId.eq(wanted.list));
        condition.add_option(wanted.product.map(|product| entries::Column::ProductId.eq(product)))
    };
    let below = |version: entries::Column, id: i64| {
        let same = Condition::all().add(version.eq(wanted.after.version)).add(entries::Column::Id.lt(id));
        Condition::any().add(version.ne(wanted.after.version)).add(same)
    };
    let (new_below, ended_below) = match wanted.after.step {
        Step::Start | Step::Terms => (i64::MAX, i64::MAX),
        Step::New(id) => (id, i64::MAX),
        Step::Ended(id) => (0, id),
    };
    let new = entries::Entity::find()
        .filter(of_list().add(entries::Column::ChangeId.is_in(versions.to_vec())))
        .filter(below(entries::Column::ChangeId, new_below))
        .order_by_desc(entries::Column::ChangeId)
        .order_by_desc(entries::Column::Id)
        .limit(wanted.limit);
    let new = new.all(db).await?;
    let ended = only_ended(db, wanted, versions, ended_below).await?;
    let mut products: Vec<ProductId> = new.iter().map(|row| row.product_id).collect();
    products.sort_unstable();
    products.dedup();
    let replaced = entries::Entity::find()
        .filter(entries::Column::ListId.eq(wanted.list))
        .filter(entries::Column::EndChangeId.is_in(versions.to_vec()))
        .filter(entries::Column::ProductId.is_in(products));
    let mut replaced: AHashMap<_, entries::Model> =
        replaced.all(db).await?.into_iter().map(|row| ((row.end_change_id.unwrap_or_default(), case(&row)), row)).collect();
    let mut changes: Vec<EntryChange> = Vec::with_capacity(new.len() + ended.len());
    changes.extend(new.into_iter().map(|row| EntryChange {
        place: HistoryPosition { version: row.change_id, step: Step::New(row.id.0) },
        before: replaced.remove(&(row.change_id, case(&row))),
        after: Some(row),
    }));
    changes.extend(ended.into_iter().map(|row| EntryChange {
        place: HistoryPosition { version: row.end_change_id.unwrap_or_default(), step: Step::Ended(row.id.0) },
        before: Some(row),
        after: None,
    }));
    let order = |change: &EntryChange| {
        let (kind, id) = match change.place.step {
            Step::Start | Step::Terms => (0, 0),
            Step::New(id) => (1, -id),
            Step::Ended(id) => (2, -id),
        };
        (std::cmp::Reverse(change.place.version), kind, id)
    };
    changes.sort_unstable_by_key(order);
    changes.truncate(wanted.limit as usize);
    Ok(changes)
}

/// What an entry and the one that takes its place have in common.
type Case = (ProductId, Unit, CurrencyCode, i64, Option<Instant>);

fn case(row: &entries::Model) -> Case {
    (row.product_id, row.unit, row.currency, row.min_quantity.0, row.valid_from)
}

/// Entries that were ended without another in their place.
async fn only_ended(
    db: &impl Db,
    wanted: &EntryHistoryFilter,
    versions: &[i64],
    below: i64,
) -> Result<Vec<entries::Model>, DbErr> {
    let mut values: Vec<Value> = vec![
        wanted.list.0.into(),
        wanted.after.version.into(),
        below.into(),
        (wanted.limit as i64).into(),
        wanted.product.map(|product| product.0).into(),
    ];
    let first = values.len() + 1;
    values.extend(versions.iter().map(|version| Value::from(*version)));
    let sql = format!(
        "select o.* from price_entries o where o.list_id = $1 and o.end_change_id in ({}) \
         and (o.end_change_id <> $2 or o.id < $3) and ($5 is null or o.product_id = $5) \
         and not exists (select 1 from price_entries n where n.change_id = o.end_change_id and n.list_id = o.list_id \
         and n.product_id = o.product_id and n.unit = o.unit and n.currency = o.currency \
         and n.min_quantity = o.min_quantity and coalesce(n.valid_from, -1) = coalesce(o.valid_from, -1)) \
         order by o.end_change_id desc, o.id desc limit $4",
        placeholders(first, versions.len())
    );
    entries::Model::find_by_statement(db.statement(sql, values)).all(db).await
}

/// A line with its number.
pub(super) type Numbered = (i64, NewLine);

/// Lines before and after: those that stay are left out, those for the same case stand together.
pub(super) fn line_changes(before: Vec<Numbered>, after: Vec<Numbered>) -> Vec<(Option<Numbered>, Option<Numbered>)> {
    let mut same: AHashMap<NewLine, Vec<usize>> = AHashMap::new();
    for (place, (_, line)) in before.iter().enumerate() {
        same.entry(line.clone()).or_default().push(place);
    }
    let mut before: Vec<Option<Numbered>> = before.into_iter().map(Some).collect();
    let mut fresh = Vec::new();
    for (id, line) in after {
        match same.get_mut(&line).and_then(Vec::pop) {
            Some(place) => before[place] = None,
            None => fresh.push((id, line)),
        }
    }
    let case = |line: &NewLine| (line.target.clone(), line.kind, line.unit, line.scope);
    let mut by_case: AHashMap<_, Vec<Numbered>> = AHashMap::new();
    for numbered in before.into_iter().flatten().rev() {
        by_case.entry(case(&numbered.1)).or_default().push(numbered);
    }
    let mut changes: Vec<(Option<Numbered>, Option<Numbered>)> =
        fresh.into_iter().map(|numbered| (by_case.get_mut(&case(&numbered.1)).and_then(Vec::pop), Some(numbered))).collect();
    let mut gone: Vec<Numbered> = by_case.into_values().flatten().collect();
    gone.sort_unstable_by_key(|(id, _)| *id);
    changes.extend(gone.into_iter().map(|numbered| (Some(numbered), None)));
    changes
}

#[cfg(test)]
mod tests {
    use entity::{PriceRuleKind, TargetKind, VolumeScope};
    use pricing::{Amount, Per};

    use super::*;
    use crate::NewTarget;

    fn line(id: i64, target: i64, value: i64) -> Numbered {
        let line = NewLine {
            target: NewTarget { kind: TargetKind::Sku, id: target, code: String::new() },
            kind: PriceRuleKind::Fixed,
            value: Some(Amount::from_micros(value)),
            unit: None,
            per: Per::ONE,
            scope: VolumeScope::Sku,
            breaks: Vec::new(),
            valid_from: None,
            valid_until: None,
        };
        (id, line)
    }

    #[test]
    fn lines_for_the_same_case_stand_together_and_none_is_lost() {
        let before = vec![line(1, 1, 5), line(2, 2, 5), line(3, 3, 5), line(4, 3, 6)];
        let after = vec![line(1, 1, 5), line(11, 2, 7), line(12, 4, 1), line(13, 3, 9)];
        let ids: Vec<(Option<i64>, Option<i64>)> =
            line_changes(before, after).iter().map(|(b, a)| (b.as_ref().map(|b| b.0), a.as_ref().map(|a| a.0))).collect();
        assert_eq!(ids, [(Some(2), Some(11)), (None, Some(12)), (Some(3), Some(13)), (Some(4), None)]);
    }

    #[test]
    fn places_survive_their_packing() {
        for step in [Step::Start, Step::Terms, Step::New(7), Step::Ended(8)] {
            let place = HistoryPosition { version: 3, step };
            assert_eq!(HistoryPosition::unpacked(place.packed()), place);
        }
    }
}
