//! Change sets over HTTP.

use std::sync::Arc;
use store::Db;

use entity::{ChangeSetStatus, PriceChangeSetId, PriceEntryId};
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};

use super::agreements::{self, Kind};
use super::collect;
use super::preview::{PreviewContext, preview};
use super::preview_views::{About, CountView, PreviewView, TouchedAccountsView};
use super::publish::{self, Publication};
use super::sets::{self, Closing};
use super::views::{
    ChangeSetInput, ChangeSetView, DraftAgreementView, DraftEntriesInput, DraftEntryInput, DraftEntryView, PublicationInput,
};
use crate::agreements::{ContractInput, PromotionInput};
use crate::error::PriceAdminError;
use crate::input::{Faults, Names, PriceEntryInput};
use crate::record::{self, EntryInput, EntryTarget, ResponseOptions};
use crate::routes::{Results, Tag};
use crate::upload::RowsBody;
use crate::upload_report::UploadResponse;
use crate::{lists, review};
use catalog::{Categories, Products};
use identity::Accounts;
use identity::permit;
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::wire::{Body, Code, Etag, JsonResponse, Page, PageRequest, Text, Timestamp, if_match};
use prices::{BadInput, OpenBaskets, PriceImpact, Prices, costs_of};
use store::clock;

type Result<T> = std::result::Result<T, ApiError<PriceAdminError>>;

/// Change sets.
#[derive(Debug)]
pub struct ChangeSetRoutes {
    /// All accounts.
    pub accounts: Accounts,
    /// All products.
    pub products: Products,
    /// All categories.
    pub categories: Categories,
    /// All prices.
    pub prices: Prices,
    /// What later slices keep that a price change may touch.
    pub baskets: Vec<Arc<dyn OpenBaskets>>,
}

#[OpenApi(tag = "Tag::Prices")]
impl ChangeSetRoutes {
    /// Create or rename a price change set
    ///
    /// A draft in which entries, contracts and promotions are collected. It does not affect prices until it is
    /// published.
    #[oai(path = "/v1/price-change-sets/:code", method = "put", operation_id = "put_price_change_set")]
    async fn put_price_change_set(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        body: Body<ChangeSetInput>,
    ) -> Result<JsonResponse<ChangeSetView>> {
        let name = body.0.name.map_or_else(|| code.0.to_string(), Text::into_inner);
        let tx = who.begin().await?;
        sets::put(&tx, &code.0, name).await?;
        tx.commit(()).await?;
        self.answer(&who, &code.0).await
    }

    /// Read a price change set
    ///
    /// Its status, what it contains, and what publishing it did.
    #[oai(path = "/v1/price-change-sets/:code", method = "get", operation_id = "get_price_change_set")]
    async fn get_price_change_set(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
    ) -> Result<JsonResponse<ChangeSetView>> {
        self.answer(&who, &code.0).await
    }

    /// List price change sets
    ///
    /// In the order they were created; with `status` only those that are so far.
    #[oai(path = "/v1/price-change-sets", method = "get", operation_id = "list_price_change_sets")]
    async fn list_price_change_sets(
        &self,
        who: Acting<permit::WritePrices>,
        status: Query<Option<ChangeSetStatus>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<ChangeSetView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 50, 200)?;
        let db = who.db();
        let rows = sets::list(&db, status.0, page).await?;
        let counts = sets::entry_counts(&db, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
        let items = rows.into_iter().map(|row| {
            let entries = counts.iter().find(|(set, _)| *set == row.id).map_or(0, |(_, count)| *count);
            (row.id.0, ChangeSetView::new(row, entries, Vec::new()))
        });
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Drop a price change set
    ///
    /// What was collected is forgotten; that there was such a set, and who dropped it, is not. A published set cannot be
    /// dropped.
    #[oai(path = "/v1/price-change-sets/:code", method = "delete", operation_id = "drop_price_change_set")]
    async fn drop_price_change_set(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
    ) -> Result<JsonResponse<ChangeSetView>> {
        let tx = who.begin().await?;
        let set = sets::find_open(&tx, &code.0).await?;
        sets::touch(&tx, &set).await?;
        let closing = Closing { status: ChangeSetStatus::Dropped, price_version: None, valid_from: None, outcome: String::new() };
        sets::close(&tx, &set, closing).await?;
        tx.commit(()).await?;
        self.answer(&who, &code.0).await
    }

    /// Collect entries in a price change set
    ///
    /// As for a price list, with the code of the list in `price_list`. Good entries are collected and bad ones reported. An entry
    /// of the same list, SKU, unit, currency, smallest quantity and start takes the place of the one in the set. JSON takes
    /// up to 10,000 entries; CSV and NDJSON, also packed, take up to 1,000,000, in batches as they come: when an upload breaks
    /// off, what was collected stays, and sending it again completes it. With an `Idempotency-Key` an upload is one
    /// transaction and has the size of an ordinary request.
    #[oai(path = "/v1/price-change-sets/:code/entries", method = "post", operation_id = "collect_price_entries")]
    async fn collect_price_entries(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        /// Which rows of an upload the answer reports.
        results: Query<Option<Results>>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: RowsBody<DraftEntriesInput>,
    ) -> Result<UploadResponse> {
        let db = who.db();
        let place = EntryTarget::Set(sets::find_open(&db, &code.0).await?, lists::ids(&db).await?);
        let input = match body {
            RowsBody::Json(input) => input,
            RowsBody::Stream(stream) => {
                let how = ResponseOptions { key: key.0.as_deref(), all: results.0 == Some(Results::All) };
                return Ok(record::record_stream(&who, place, stream, &self.products, how).await?);
            }
        };
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(UploadResponse::Once(JsonResponse::replay(replay)));
        }
        let given = input.entries.into_iter().map(|entry| entry.0.map(entry_input)).collect();
        let view = record::record(&tx, &place, given, &self.products).await?;
        let answer = JsonResponse::stored(&tx, &view).await?;
        Ok(UploadResponse::Once(tx.commit(answer).await?))
    }

    /// List entries of a price change set
    ///
    /// In the order in which they came.
    #[oai(path = "/v1/price-change-sets/:code/entries", method = "get", operation_id = "list_collected_entries")]
    async fn list_collected_entries(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<DraftEntryView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 100, 1_000)?;
        let db = who.db();
        let set = sets::find(&db, &code.0).await?;
        let lists = lists::ids(&db).await?;
        let rows = collect::page(&db, set.id, page.after.unwrap_or(0), page.rows()).await?;
        let items = rows.into_iter().map(|(id, draft)| {
            let list = lists.iter().find(|(_, list)| **list == draft.list).map(|(code, _)| code.clone());
            let sku = self.products.by_id(draft.entry.product).map(|product| product.sku.to_string());
            (id.0, DraftEntryView::new(id, draft, list.unwrap_or_default(), sku.unwrap_or_default()))
        });
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Take an entry out of a price change set
    ///
    /// What is recorded in the price list is not touched.
    #[oai(path = "/v1/price-change-sets/:code/entries/:id", method = "delete", operation_id = "remove_collected_entry")]
    async fn remove_collected_entry(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        id: Path<Code>,
    ) -> Result<JsonResponse<ChangeSetView>> {
        let entry: i64 = id.0.parse().map_err(|_| PriceAdminError::EntryNotFound(id.0.to_string()))?;
        let tx = who.begin().await?;
        let set = sets::find_open(&tx, &code.0).await?;
        collect::remove(&tx, &set, PriceEntryId(entry)).await?;
        tx.commit(()).await?;
        self.answer(&who, &code.0).await
    }

    /// Draft a contract in a price change set
    ///
    /// The complete contract with all its lines. Publishing is refused if somebody changes the contract meanwhile.
    #[oai(path = "/v1/price-change-sets/:code/contracts/:contract", method = "put", operation_id = "draft_contract")]
    async fn draft_contract(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        contract: Path<Code>,
        body: Body<ContractInput>,
    ) -> Result<JsonResponse<DraftAgreementView>> {
        let mut faults = Faults::default();
        let new = body.0.clone().check(&contract.0, &self.names(), &mut faults);
        BadInput::check(faults.0).map_err(PriceAdminError::from)?;
        let new = new.ok_or_else(|| PriceAdminError::ContractNotFound(contract.0.to_string()))?;
        let tx = who.begin().await?;
        let set = sets::find_open(&tx, &code.0).await?;
        let row = agreements::put(&tx, &set, Kind::Contract, &contract.0, &body.0).await?;
        let costs = costs_of(&tx, &review::products_of(&new.lines)).await?;
        let usual = self.accounts.by_id(new.account).map(|account| account.currency);
        let warnings = review::contract(&new, &self.products, &costs, usual);
        Ok(JsonResponse::of(&DraftAgreementView::new(tx.commit(row).await?, warnings))?)
    }

    /// Read a contract drafted in a price change set
    ///
    /// As it was sent.
    #[oai(path = "/v1/price-change-sets/:code/contracts/:contract", method = "get", operation_id = "get_drafted_contract")]
    async fn get_drafted_contract(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        contract: Path<Code>,
    ) -> Result<JsonResponse<ContractInput>> {
        let db = who.db();
        let set = sets::find(&db, &code.0).await?;
        Ok(JsonResponse::of(&agreements::sent::<ContractInput>(&db, set.id, Kind::Contract, &contract.0).await?)?)
    }

    /// Take a contract out of a price change set
    ///
    /// The contract itself is not touched.
    #[oai(path = "/v1/price-change-sets/:code/contracts/:contract", method = "delete", operation_id = "remove_drafted_contract")]
    async fn remove_drafted_contract(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        contract: Path<Code>,
    ) -> Result<JsonResponse<ChangeSetView>> {
        self.remove(&who, &code.0, Kind::Contract, &contract.0).await
    }

    /// Draft a promotion in a price change set
    ///
    /// The complete promotion with all its lines. Publishing is refused if somebody changes it meanwhile.
    #[oai(path = "/v1/price-change-sets/:code/promotions/:promotion", method = "put", operation_id = "draft_promotion")]
    async fn draft_promotion(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        promotion: Path<Code>,
        body: Body<PromotionInput>,
    ) -> Result<JsonResponse<DraftAgreementView>> {
        let mut faults = Faults::default();
        let new = body.0.clone().check(&promotion.0, &self.names(), &mut faults);
        BadInput::check(faults.0).map_err(PriceAdminError::from)?;
        let new = new.ok_or_else(|| PriceAdminError::PromotionNotFound(promotion.0.to_string()))?;
        let tx = who.begin().await?;
        let set = sets::find_open(&tx, &code.0).await?;
        let row = agreements::put(&tx, &set, Kind::Promotion, &promotion.0, &body.0).await?;
        let costs = costs_of(&tx, &review::products_of(&new.lines)).await?;
        let warnings = review::lines(&new.lines, new.currency, &self.products, &costs);
        Ok(JsonResponse::of(&DraftAgreementView::new(tx.commit(row).await?, warnings))?)
    }

    /// Read a promotion drafted in a price change set
    ///
    /// As it was sent.
    #[oai(path = "/v1/price-change-sets/:code/promotions/:promotion", method = "get", operation_id = "get_drafted_promotion")]
    async fn get_drafted_promotion(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        promotion: Path<Code>,
    ) -> Result<JsonResponse<PromotionInput>> {
        let db = who.db();
        let set = sets::find(&db, &code.0).await?;
        Ok(JsonResponse::of(&agreements::sent::<PromotionInput>(&db, set.id, Kind::Promotion, &promotion.0).await?)?)
    }

    /// Take a promotion out of a price change set
    ///
    /// The promotion itself is not touched.
    #[oai(
        path = "/v1/price-change-sets/:code/promotions/:promotion",
        method = "delete",
        operation_id = "remove_drafted_promotion"
    )]
    async fn remove_drafted_promotion(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        promotion: Path<Code>,
    ) -> Result<JsonResponse<ChangeSetView>> {
        self.remove(&who, &code.0, Kind::Promotion, &promotion.0).await
    }

    /// Look at a price change set before it is published
    ///
    /// Whom it concerns, how many open carts hold something whose price may change, the largest rises and falls, what would
    /// fall under floor or cost, and what looks like a mistake. Priced with the same engine as quotes, and with the prices of
    /// now; nothing is changed. Entries are compared as list prices, contracts as their account pays, promotions as somebody
    /// of their audience does. With `valid_from` as it would be if published so.
    #[oai(path = "/v1/price-change-sets/:code/preview", method = "get", operation_id = "preview_price_change_set")]
    async fn preview_price_change_set(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        valid_from: Query<Option<Timestamp>>,
    ) -> Result<JsonResponse<PreviewView>> {
        let db = who.db();
        let set = sets::find_open(&db, &code.0).await?;
        let version = sets::find(&db, &code.0).await?.version;
        let names = self.names();
        let drafts = agreements::all(&db, &set, &names).await?;
        let context = PreviewContext { db: &db, names, set: &set, valid_from: valid_from.0.map(|at| at.0), now: clock::now() };
        let mut found = preview(&context, &drafts).await?;
        let impact = PriceImpact::new(std::mem::take(&mut found.scopes), &self.accounts);
        let mut baskets = Vec::with_capacity(self.baskets.len());
        for kept in &self.baskets {
            baskets.push(CountView { name: kept.name().to_owned(), count: kept.affected(&db, &impact).await? });
        }
        let codes = impact.codes();
        let about = About {
            code: set.code.clone(),
            version,
            price_version: self.prices.version(),
            valid_from: valid_from.0,
            accounts: TouchedAccountsView { count: codes.len() as u64, codes: codes.iter().take(100).cloned().collect() },
            baskets,
        };
        Ok(JsonResponse::of(&PreviewView::new(about, &found, &self.products))?.with_etag(Etag(version)))
    }

    /// Publish a price change set
    ///
    /// All of it in one transaction and one price version, at once or from `valid_from` on; every process quotes it within a
    /// second. With `If-Match` it happens only if the set is the version that was looked at. Refused, with a pointer each,
    /// when a contract or promotion was changed since it was drafted, or cannot be changed at a date.
    #[oai(path = "/v1/price-change-sets/:code/publication", method = "post", operation_id = "publish_price_change_set")]
    async fn publish_price_change_set(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<PublicationInput>,
    ) -> Result<JsonResponse<ChangeSetView>> {
        let expected = if_match(expected.0.as_deref())?;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let set = sets::find_open(&tx, &code.0).await?;
        let publication = Publication { valid_from: body.0.valid_from.map(|at| at.0), expected };
        let published = publish::publish(&tx, &set, publication, &self.names()).await?;
        let agreements = agreements_of(&tx, set.id).await?;
        let answer = JsonResponse::stored(&tx, &ChangeSetView::new(published, 0, agreements)).await?;
        Ok(tx.commit(answer).await?)
    }
}

impl ChangeSetRoutes {
    fn names(&self) -> Names<'_> {
        Names { accounts: &self.accounts, products: &self.products, categories: &self.categories }
    }

    async fn remove(
        &self,
        who: &Acting<permit::WritePrices>,
        code: &str,
        kind: Kind,
        agreement: &str,
    ) -> Result<JsonResponse<ChangeSetView>> {
        let tx = who.begin().await?;
        let set = sets::find_open(&tx, code).await?;
        agreements::remove(&tx, &set, kind, agreement).await?;
        tx.commit(()).await?;
        self.answer(who, code).await
    }

    async fn answer(&self, who: &Acting<permit::WritePrices>, code: &str) -> Result<JsonResponse<ChangeSetView>> {
        let db = who.db();
        let set = sets::find(&db, code).await?;
        let entries = sets::entry_counts(&db, &[set.id]).await?.first().map_or(0, |(_, count)| *count);
        let agreements = agreements_of(&db, set.id).await?;
        let version = set.version;
        Ok(JsonResponse::of(&ChangeSetView::new(set, entries, agreements))?.with_etag(Etag(version)))
    }
}

async fn agreements_of(db: &impl Db, set: PriceChangeSetId) -> std::result::Result<Vec<DraftAgreementView>, PriceAdminError> {
    let rows = agreements::list(db, set).await?;
    Ok(rows.into_iter().map(|row| DraftAgreementView::new(row, Vec::new())).collect())
}

fn entry_input(input: DraftEntryInput) -> EntryInput {
    let DraftEntryInput { price_list, sku, unit, currency, min_quantity, unit_price, per, valid_from, valid_until } = input;
    let entry = PriceEntryInput { sku, unit, currency, min_quantity, unit_price, per, valid_from, valid_until };
    EntryInput { list: Some(price_list.into_inner()), entry }
}
