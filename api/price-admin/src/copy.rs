//! Copying price lists, contracts and promotions.

use ahash::AHashMap;
use entity::{Instant, PriceListId, ProductId};
use store::Db as _;

use super::adjust::Adjustment;
use super::change::PriceChange;
use super::contract::Contract;
use super::copy_input::EntryCountsView;
use super::current_entries;
use super::error::PriceAdminError;
use super::promotion::Promotion;
use super::{EntryOutcome, NewAudience, NewContract, NewEntry, NewPromotion, put_entries};
use store::database::Tx;

/// How the entries of a list are copied.
#[derive(Clone, Copy, Debug)]
pub(super) struct CopyOptions {
    pub(super) from: PriceListId,
    pub(super) to: PriceListId,
    pub(super) adjustment: Adjustment,
    /// The copies begin no earlier.
    pub(super) valid_from: Option<Instant>,
}

/// Copies the entries of a list that have not ended; what they replace is replaced.
pub(super) async fn copy_entries(
    tx: &Tx,
    change: &PriceChange,
    copying: &CopyOptions,
) -> Result<EntryCountsView, PriceAdminError> {
    let mut counts = EntryCountsView::default();
    let mut product = ProductId(0);
    loop {
        let standing = current_entries::after(tx, copying.from, product).await?;
        let Some(last) = standing.last() else { return Ok(counts) };
        product = last.entry.product;
        let copies = copies(standing.iter().map(|standing| standing.entry), copying, change.recorded_at);
        let good: Vec<NewEntry> = copies.iter().flatten().copied().collect();
        counts.rejected += (copies.len() - good.len()) as u64;
        for outcome in put_entries(tx, change, copying.to, &good).await? {
            match outcome {
                EntryOutcome::Created(_) => counts.created += 1,
                EntryOutcome::Replaced(_) => counts.replaced += 1,
                EntryOutcome::Unchanged(_) | EntryOutcome::Duplicate => counts.unchanged += 1,
            }
        }
    }
}

/// What entries become in the copy; none where the price is out of range. Of those that would begin together the one that
/// began last counts, as it does in the list.
fn copies(entries: impl Iterator<Item = NewEntry>, copying: &CopyOptions, now: Instant) -> Vec<Option<NewEntry>> {
    let from = copying.valid_from.unwrap_or(now);
    let mut chosen: AHashMap<_, NewEntry> = AHashMap::new();
    let mut order = Vec::new();
    for entry in entries.filter(|entry| entry.valid_until.is_none_or(|until| until > from)) {
        let start = copying.valid_from.map_or(entry.valid_from, |from| Some(entry.valid_from.map_or(from, |own| own.max(from))));
        let key = (entry.product, entry.unit, entry.currency, entry.min_quantity, start);
        match chosen.get_mut(&key) {
            Some(other) if other.valid_from >= entry.valid_from => {}
            Some(other) => *other = entry,
            None => {
                order.push(key);
                chosen.insert(key, entry);
            }
        }
    }
    let one = |key: &(_, _, _, _, Option<Instant>)| {
        let entry = chosen[key];
        Some(NewEntry { unit_price: copying.adjustment.of(entry.unit_price)?, valid_from: key.4, ..entry })
    };
    order.iter().map(one).collect()
}

/// The present contract as input, to be recorded under a code.
pub(super) fn of_contract(contract: &Contract, code: String) -> NewContract {
    let terms = &contract.terms;
    NewContract {
        code,
        name: terms.name.clone(),
        account: terms.account_id,
        currency: terms.currency.0,
        valid_from: terms.valid_from,
        valid_until: terms.valid_until,
        mode: terms.mode,
        active: terms.active,
        lines: contract.lines.iter().map(|(_, line)| line.clone()).collect(),
    }
}

/// The present promotion as input, to be recorded under a code.
pub(super) fn of_promotion(promotion: &Promotion, code: String) -> NewPromotion {
    let terms = &promotion.terms;
    NewPromotion {
        code,
        name: terms.name.clone(),
        audience: NewAudience { kind: terms.audience_kind, id: terms.audience_id, code: terms.audience_code.clone() },
        currency: terms.currency.map(Into::into),
        coupon: terms.coupon.clone(),
        valid_from: terms.valid_from,
        valid_until: terms.valid_until,
        active: terms.active,
        lines: promotion.lines.clone(),
    }
}

/// Refuses a code that is taken already.
pub(super) async fn is_free(tx: &Tx, table: &str, code: &str) -> Result<(), PriceAdminError> {
    let sql = format!("select count(*) from {table} where code = $1");
    let count: i64 = tx.first_value(tx.statement(sql, vec![code.into()])).await?;
    if count == 0 { Ok(()) } else { Err(PriceAdminError::CodeTaken(code.to_owned())) }
}

#[cfg(test)]
mod tests {
    use pricing::{Amount, Per, Quantity};

    use super::*;

    fn entry(price: i64, from: Option<i64>, until: Option<i64>) -> NewEntry {
        NewEntry {
            product: ProductId(1),
            unit: "EA".parse().expect("a unit"),
            currency: "EUR".parse().expect("a currency"),
            min_quantity: Quantity::ZERO,
            unit_price: Amount::from_micros(price),
            per: Per::ONE,
            valid_from: from.map(Instant),
            valid_until: until.map(Instant),
        }
    }

    #[test]
    fn what_applies_at_the_start_is_copied_once_and_what_begins_later_keeps_its_start() {
        let adjustment = Adjustment { percent: Amount::ZERO, step: None };
        let copying = CopyOptions { from: PriceListId(1), to: PriceListId(2), adjustment, valid_from: Some(Instant(100)) };
        let entries = [entry(1, None, None), entry(2, Some(50), None), entry(3, Some(20), Some(90)), entry(4, Some(200), None)];
        let copied: Vec<(i64, Option<i64>)> = copies(entries.into_iter(), &copying, Instant(10))
            .iter()
            .flatten()
            .map(|entry| (entry.unit_price.micros(), entry.valid_from.map(|at| at.0)))
            .collect();
        assert_eq!(copied, [(2, Some(100)), (4, Some(200))]);
        let as_they_are = CopyOptions { valid_from: None, ..copying };
        assert_eq!(copies(entries.into_iter(), &as_they_are, Instant(90)).len(), 3);
    }
}
