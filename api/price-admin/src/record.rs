//! Recording entries that came over HTTP, at once or as a stream, and reporting the outcome of each.
//!
//! Every batch of a stream is a price version of its own, so an upload of a million entries does not block other price changes.
//! When an upload breaks off, the batches recorded before stay, and sending it again changes nothing that is recorded already.
//! With an `Idempotency-Key` everything is one transaction, and the answer is stored with it.

use ahash::{AHashMap, AHashSet};
use entity::{PriceListId, ProductId};

use super::change::PriceChange;
use super::change_sets::{self, DraftEntry};
use super::entries::{EntryOutcome, put_entries};
use super::entry_rows::{self, CheckedRow};
use super::error::PriceAdminError;
use super::input::{Faults, PriceEntryInput};
use super::upload::{Batches, Stream, read};
use super::upload_report::{ReportMode, UploadResponse};
use super::views::{PriceEntriesView, PriceEntryResult, PriceEntryStatus};
use super::{NewEntry, review};
use catalog::Products;
use identity::permit;
use kernel::field_code::FieldCode;
use kernel::principal::Acting;
use kernel::problem::FieldError;
use kernel::wire::JsonResponse;
use prices::{BadInput, costs_of, excerpt};
use store::database::Tx;

/// Most entries of one JSON request.
pub(super) const MAX_ENTRIES: usize = 10_000;
/// Most entries of one upload.
const MAX_UPLOADED: u64 = 1_000_000;
/// Rejected entries of an upload that its answer lists.
const MAX_REPORTED: usize = 1_000;

/// Where entries go.
#[derive(Clone, Debug)]
pub(super) enum EntryTarget {
    /// Into a price list: they count from now on.
    List { code: String, id: PriceListId },
    /// Into a draft, each into the list it names: they count when it is published.
    Set(change_sets::OpenSet, AHashMap<String, PriceListId>),
}

impl EntryTarget {
    /// The list an entry goes into, when the entry names this one or none.
    fn list_of(&self, named: Option<&str>) -> Result<PriceListId, FieldError> {
        match (self, named) {
            (Self::List { id, .. }, _) => Ok(*id),
            (Self::Set(..), None) => Err(FieldError::new("/price_list", FieldCode::MissingValue, "must name the price list")),
            (Self::Set(_, lists), Some(code)) => lists.get(code).copied().ok_or_else(|| {
                let detail = format!("there is no price list \"{}\"", excerpt(code));
                FieldError::new("/price_list", FieldCode::UnknownPriceList, detail)
            }),
        }
    }

    fn columns(&self) -> &'static [&'static str] {
        match self {
            Self::List { .. } => entry_rows::COLUMNS,
            Self::Set(..) => entry_rows::LISTED_COLUMNS,
        }
    }

    /// Writes entries; gives what became of each. The first call of a transaction takes a price version, if one is needed.
    async fn put(
        &self,
        tx: &Tx,
        change: &mut Option<PriceChange>,
        entries: &[DraftEntry],
    ) -> Result<Vec<EntryOutcome>, PriceAdminError> {
        match self {
            Self::List { code, id } => {
                let change = match change {
                    Some(change) => *change,
                    None => *change.insert(PriceChange::begin(tx, format!("price-list/{code}")).await?),
                };
                let entries: Vec<NewEntry> = entries.iter().map(|entry| entry.entry).collect();
                Ok(put_entries(tx, &change, *id, &entries).await?)
            }
            Self::Set(set, _) => change_sets::collect(tx, set, entries).await,
        }
    }
}

/// An entry of a JSON request, and the list it names.
#[derive(Clone, Debug)]
pub(super) struct EntryInput {
    pub(super) list: Option<String>,
    pub(super) entry: PriceEntryInput,
}

/// Records the entries of one JSON request; those of a list are reviewed.
pub(super) async fn record(
    tx: &Tx,
    target: &EntryTarget,
    given: Vec<Result<EntryInput, Vec<FieldError>>>,
    products: &Products,
) -> Result<PriceEntriesView, PriceAdminError> {
    if given.len() > MAX_ENTRIES {
        let detail = format!("there must be at most {MAX_ENTRIES} entries at once; send CSV or NDJSON for more");
        return Err(BadInput::from(FieldError::new("/entries", FieldCode::TooMany, detail).with("max", MAX_ENTRIES)).into());
    }
    let found = products.by_skus(given.iter().map(|given| given.as_ref().map_or("", |given| &*given.entry.sku)));
    let rows = given.into_iter().zip(found).enumerate().map(|(line, (given, product))| {
        let mut faults = Faults::default();
        let (list, entry) = match given {
            Ok(given) => (given.list, given.entry.check("", product.as_deref(), &mut faults)),
            Err(unread) => {
                faults.0.extend(unread);
                (None, None)
            }
        };
        CheckedRow { line: line as u64, list, entry: entry.ok_or(faults.0) }
    });
    let rows: Vec<CheckedRow> = rows.collect();
    let placed: Vec<(usize, NewEntry)> = rows.iter().filter_map(|r| Some((r.line as usize, *r.entry.as_ref().ok()?))).collect();
    let mut tally = UploadTally::new(ReportMode::Each);
    let change = tally.apply(tx, target, None, rows).await?;
    let mut view = tally.view;
    if change.is_some() {
        let recorded: AHashSet<u64> = view.results.iter().filter(|r| r.id.is_some()).map(|r| r.index).collect();
        let placed: Vec<_> = placed.into_iter().filter(|(line, _)| recorded.contains(&(*line as u64))).collect();
        let mut touched: Vec<ProductId> = placed.iter().map(|(_, entry)| entry.product).collect();
        touched.sort_unstable();
        touched.dedup();
        view.warnings = review::entries(&placed, products, &costs_of(tx, &touched).await?);
    }
    Ok(view)
}

/// How a stream is answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResponseOptions<'a> {
    pub(super) key: Option<&'a str>,
    /// Tell of every row, not only of the rejected ones.
    pub(super) all: bool,
}

/// Records a stream.
pub(super) async fn record_stream(
    who: &Acting<permit::WritePrices>,
    target: EntryTarget,
    stream: Stream,
    products: &Products,
    how: ResponseOptions<'_>,
) -> Result<UploadResponse, PriceAdminError> {
    let (columns, known) = (target.columns(), products.clone());
    if how.key.is_none() {
        let report = if how.all { ReportMode::all()? } else { ReportMode::Rejected };
        let mut rows = read(stream, columns, move |rows| entry_rows::check(rows, columns, &known));
        let mut tally = UploadTally::new(report);
        while let Some(batch) = next(&mut rows, &tally.view).await? {
            let tx = who.begin().await?;
            tally.apply(&tx, &target, None, batch).await?;
            tx.commit(()).await?;
            tally.report.flush().await?;
        }
        return tally.respond().await;
    }
    let tx = who.begin().await?;
    if let Some(replay) = tx.claim(how.key).await? {
        return Ok(UploadResponse::Once(JsonResponse::replay(replay)));
    }
    let mut rows = read(stream, columns, move |rows| entry_rows::check(rows, columns, &known));
    let (mut tally, mut change) = (UploadTally::new(ReportMode::Rejected), None);
    while let Some(batch) = next(&mut rows, &tally.view).await? {
        change = tally.apply(&tx, &target, change, batch).await?;
    }
    let answer = JsonResponse::stored(&tx, &tally.view).await?;
    Ok(UploadResponse::Once(tx.commit(answer).await?))
}

async fn next(rows: &mut Batches<CheckedRow>, view: &PriceEntriesView) -> Result<Option<Vec<CheckedRow>>, PriceAdminError> {
    let Some(batch) = rows.recv().await.transpose()? else { return Ok(None) };
    if view.received + batch.len() as u64 > MAX_UPLOADED {
        let detail = format!("there must be at most {MAX_UPLOADED} entries at once; those before are recorded");
        return Err(BadInput::from(FieldError::new("", FieldCode::TooMany, detail).with("max", MAX_UPLOADED)).into());
    }
    Ok(Some(batch))
}

/// The counts, and the reports on single rows.
struct UploadTally {
    view: PriceEntriesView,
    report: ReportMode,
}

impl UploadTally {
    fn new(report: ReportMode) -> Self {
        Self { view: PriceEntriesView::default(), report }
    }

    /// Writes the good rows of a batch and reports on all rows. Returns the price version they belong to.
    async fn apply(
        &mut self,
        tx: &Tx,
        target: &EntryTarget,
        mut change: Option<PriceChange>,
        rows: Vec<CheckedRow>,
    ) -> Result<Option<PriceChange>, PriceAdminError> {
        let rows: Vec<(u64, Result<DraftEntry, Vec<FieldError>>)> = rows
            .into_iter()
            .map(|row| {
                let placed = row.entry.and_then(|entry| match target.list_of(row.list.as_deref()) {
                    Ok(list) => Ok(DraftEntry { list, entry }),
                    Err(fault) => Err(vec![fault]),
                });
                (row.line, placed)
            })
            .collect();
        let good: Vec<DraftEntry> = rows.iter().filter_map(|(_, row)| row.as_ref().ok().copied()).collect();
        let outcomes = if good.is_empty() { Vec::new() } else { target.put(tx, &mut change, &good).await? };
        if let Some(change) = change.filter(|_| !good.is_empty()) {
            self.view.price_version = Some(change.version);
        }
        let mut outcomes = outcomes.into_iter();
        for (line, row) in rows {
            self.view.received += 1;
            let result = match row {
                Err(faults) => Err(faults),
                Ok(_) => match outcomes.next() {
                    Some(EntryOutcome::Created(id)) => Ok((PriceEntryStatus::Created, id)),
                    Some(EntryOutcome::Replaced(id)) => Ok((PriceEntryStatus::Replaced, id)),
                    Some(EntryOutcome::Unchanged(id)) => Ok((PriceEntryStatus::Unchanged, id)),
                    Some(EntryOutcome::Duplicate) | None => {
                        let detail =
                            "an entry before has the same product, unit, currency, quantity and start; send only one of them";
                        Err(vec![FieldError::new("", FieldCode::Duplicate, detail)])
                    }
                },
            };
            self.count(line, result.map(|(status, id)| (status, id.to_string())))?;
        }
        Ok(change)
    }

    fn count(&mut self, index: u64, outcome: Result<(PriceEntryStatus, String), Vec<FieldError>>) -> Result<(), PriceAdminError> {
        let (status, id, mut errors) = match outcome {
            Ok((status, id)) => (status, Some(id), Vec::new()),
            Err(errors) => (PriceEntryStatus::Rejected, None, errors),
        };
        let count = match status {
            PriceEntryStatus::Created => &mut self.view.created,
            PriceEntryStatus::Replaced => &mut self.view.replaced,
            PriceEntryStatus::Unchanged => &mut self.view.unchanged,
            PriceEntryStatus::Rejected => &mut self.view.rejected,
        };
        *count += 1;
        match &mut self.report {
            ReportMode::All(file) => file.write(&PriceEntryResult { index, status, id, errors })?,
            ReportMode::Each => {
                for error in &mut errors {
                    error.pointer = format!("/entries/{index}{}", error.pointer);
                }
                self.view.results.push(PriceEntryResult { index, status, id, errors });
            }
            ReportMode::Rejected if status == PriceEntryStatus::Rejected && self.view.results.len() < MAX_REPORTED => {
                self.view.results.push(PriceEntryResult { index, status, id, errors });
            }
            ReportMode::Rejected => {}
        }
        Ok(())
    }

    async fn respond(self) -> Result<UploadResponse, PriceAdminError> {
        match self.report {
            ReportMode::All(file) => file.respond(&self.view).await,
            _ => Ok(UploadResponse::Once(JsonResponse::of(&self.view)?)),
        }
    }
}
