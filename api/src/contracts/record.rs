//! Recording entries that came over HTTP, and telling what became of each.

use ahash::AHashSet;
use entity::{PriceListId, ProductId};

use super::change::PriceChange;
use super::costs::costs_of;
use super::entries::{EntryOutcome, put_entries};
use super::error::{BadInput, ContractError};
use super::input::{Faults, Names, PriceEntryInput};
use super::upload::Row;
use super::views::{PriceEntriesView, PriceEntryResult, PriceEntryStatus};
use super::{NewEntry, lists, review};
use crate::kernel::database::Tx;
use crate::kernel::problem::FieldProblem;
use crate::kernel::wire::Each;

/// Most entries of one JSON request.
pub(super) const MAX_ENTRIES: usize = 10_000;
/// Most entries of one upload.
pub(super) const MAX_UPLOADED: u64 = 1_000_000;
/// Rejected entries that are told one by one.
const MAX_TOLD: usize = 1_000;

/// Records the entries of one JSON request and reviews them.
pub(super) async fn record(
    tx: &Tx,
    code: &str,
    entries: &[Each<PriceEntryInput>],
    names: &Names<'_>,
) -> Result<PriceEntriesView, ContractError> {
    if entries.len() > MAX_ENTRIES {
        let detail = format!("at most {MAX_ENTRIES} entries at once; send CSV or NDJSON for more");
        return Err(BadInput::one("/entries", "too-many-lines", detail).into());
    }
    let list = lists::find(tx, code).await?.list.id;
    let products = names.products.by_skus(entries.iter().map(|entry| entry.0.as_ref().map_or("", |entry| &*entry.sku)));
    let (mut good, mut view) = (Vec::with_capacity(entries.len()), PriceEntriesView::default());
    for (place, (entry, product)) in entries.iter().zip(products).enumerate() {
        let mut faults = Faults::default();
        let entry = match &entry.0 {
            Ok(entry) => entry,
            Err(unread) => {
                let base = format!("/entries/{place}");
                let unread = unread.iter().map(|f| FieldProblem { pointer: format!("{base}{}", f.pointer), ..f.clone() });
                view.reject(place as u64, unread.collect(), MAX_ENTRIES);
                continue;
            }
        };
        match entry.check(&format!("/entries/{place}"), product.as_deref(), &mut faults) {
            Some(new) => good.push((place as u64, new)),
            None => view.reject(place as u64, faults.0, MAX_ENTRIES),
        }
    }
    view.received = entries.len() as u64;
    if !good.is_empty() {
        put(tx, code, list, &good, &mut view, true).await?;
        let recorded: AHashSet<u64> = view.results.iter().filter(|r| r.id.is_some()).map(|r| r.index).collect();
        good.retain(|(place, _)| recorded.contains(place));
        let placed: Vec<(usize, NewEntry)> = good.into_iter().map(|(place, entry)| (place as usize, entry)).collect();
        let mut products: Vec<ProductId> = placed.iter().map(|(_, entry)| entry.product).collect();
        products.sort_unstable();
        products.dedup();
        view.warnings = review::entries(&placed, names.products, &costs_of(tx, &products).await?);
    }
    view.results.sort_unstable_by_key(|result| result.index);
    Ok(view)
}

/// Records one batch of an upload.
pub(super) async fn record_batch(
    tx: &Tx,
    code: &str,
    list: PriceListId,
    rows: Vec<Row>,
    names: &Names<'_>,
    view: &mut PriceEntriesView,
) -> Result<(), ContractError> {
    let skus = rows.iter().map(|row| row.entry.as_ref().map_or("", |entry| &*entry.sku));
    let products = names.products.by_skus(skus);
    let mut good = Vec::with_capacity(rows.len());
    view.received += rows.len() as u64;
    for (row, product) in rows.into_iter().zip(products) {
        let mut faults = Faults::default();
        let checked = match row.entry {
            Ok(entry) => entry.check("", product.as_deref(), &mut faults),
            Err(fault) => {
                faults.0.push(fault);
                None
            }
        };
        match checked {
            Some(entry) => good.push((row.line, entry)),
            None => view.reject(row.line, faults.0, MAX_TOLD),
        }
    }
    if good.is_empty() {
        return Ok(());
    }
    put(tx, code, list, &good, view, false).await
}

async fn put(
    tx: &Tx,
    code: &str,
    list: PriceListId,
    good: &[(u64, NewEntry)],
    view: &mut PriceEntriesView,
    told: bool,
) -> Result<(), ContractError> {
    let change = PriceChange::begin(tx, format!("price-list/{code}")).await?;
    let entries: Vec<NewEntry> = good.iter().map(|(_, entry)| *entry).collect();
    let outcomes = put_entries(tx, &change, list, &entries).await?;
    for ((place, _), outcome) in good.iter().zip(outcomes) {
        let (status, id, count) = match outcome {
            EntryOutcome::Created(id) => (PriceEntryStatus::Created, id, &mut view.created),
            EntryOutcome::Replaced(id) => (PriceEntryStatus::Replaced, id, &mut view.replaced),
            EntryOutcome::Unchanged(id) => (PriceEntryStatus::Unchanged, id, &mut view.unchanged),
            EntryOutcome::Duplicate => {
                let detail = "an entry for the same product, unit, currency, quantity and start stands before";
                let most = if told { MAX_ENTRIES } else { MAX_TOLD };
                let pointer = if told { format!("/entries/{place}") } else { String::new() };
                view.reject(*place, vec![FieldProblem::new(pointer, "duplicate-line", detail)], most);
                continue;
            }
        };
        *count += 1;
        if told {
            view.results.push(PriceEntryResult { index: *place, status, id: Some(id.to_string()), errors: Vec::new() });
        }
    }
    view.price_version = Some(change.version);
    Ok(())
}

impl PriceEntriesView {
    /// Counts a rejected entry, and tells it unless `most` are told already.
    fn reject(&mut self, index: u64, errors: Vec<FieldProblem>, most: usize) {
        self.rejected += 1;
        if self.results.len() < most {
            self.results.push(PriceEntryResult { index, status: PriceEntryStatus::Rejected, id: None, errors });
        }
    }
}
