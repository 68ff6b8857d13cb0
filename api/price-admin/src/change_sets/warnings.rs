//! What looks like a mistake among the entries of a set, once they stand beside those of their lists.

use std::collections::BTreeMap;

use ahash::{AHashMap, AHashSet};
use entity::{PriceEntryId, PriceListId, ProductId};
use pricing::EntryId;
use pricing::review::{FindingKind, ReviewedRow};

use super::collect::DraftEntry;
use crate::NewEntry;
use crate::entries::entry_of;
use crate::error::PriceAdminError;
use crate::review::{self, ReviewedEntry};
use catalog::Products;
use prices::{EntryRow, costs_of};
use store::database::Reader;

/// Warnings that are listed one by one.
const MOST: usize = 100;

/// A finding about an entry of the set.
#[derive(Clone, Debug)]
pub(super) struct EntryWarning {
    pub(super) entry: PriceEntryId,
    pub(super) kind: FindingKind,
    /// The entry it disagrees with.
    pub(super) other: Option<PriceEntryId>,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    /// How many, by code.
    pub(super) counts: BTreeMap<&'static str, u64>,
    pub(super) first: Vec<EntryWarning>,
}

impl Warnings {
    /// Looks at changed entries beside those of their lists that stay.
    pub(super) async fn look(
        &mut self,
        db: &Reader,
        products: &Products,
        standing: &[EntryRow],
        changed: &[(PriceEntryId, DraftEntry)],
    ) -> Result<(), PriceAdminError> {
        let lists: AHashSet<PriceListId> = changed.iter().map(|(_, draft)| draft.list).collect();
        let numbers: AHashMap<i64, u32> = lists.iter().map(|list| list.0).zip(0..).collect();
        let key = |list: i64, e: &NewEntry| (list, e.product, e.unit, e.currency, e.min_quantity, e.valid_from);
        let replaced: AHashSet<_> = changed.iter().map(|(_, draft)| key(draft.list.0, &draft.entry)).collect();
        let stays = standing.iter().filter_map(|row| {
            let (list, entry) = (*numbers.get(&row.list)?, entry_of(row));
            (!replaced.contains(&key(row.list, &entry))).then_some(ReviewedEntry { id: row.id, list, entry })
        });
        let comes = changed
            .iter()
            .filter_map(|(id, draft)| Some(ReviewedEntry { id: id.0, list: *numbers.get(&draft.list.0)?, entry: draft.entry }));
        let reviewed: Vec<ReviewedEntry> = stays.chain(comes).collect();
        let mut touched: Vec<ProductId> = changed.iter().map(|(_, draft)| draft.entry.product).collect();
        touched.sort_unstable();
        touched.dedup();
        let costs = costs_of(db, &touched).await?;
        let ours: AHashSet<i64> = changed.iter().map(|(id, _)| id.0).collect();
        for finding in review::findings(&reviewed, products, &costs) {
            let row = |row: ReviewedRow| match row {
                ReviewedRow::Entry(EntryId(id)) => Some(id),
                ReviewedRow::ContractLine(_) => None,
            };
            let (entry, other) = (row(finding.row), finding.other.and_then(row));
            // What was so before is not the set's doing.
            let Some(entry) = entry.filter(|id| ours.contains(id) || other.is_some_and(|other| ours.contains(&other))) else {
                continue;
            };
            *self.counts.entry(finding.kind.code()).or_default() += 1;
            if self.first.len() < MOST {
                let (entry, other) = (PriceEntryId(entry), other.map(PriceEntryId));
                self.first.push(EntryWarning { entry, kind: finding.kind, other });
            }
        }
        Ok(())
    }
}
