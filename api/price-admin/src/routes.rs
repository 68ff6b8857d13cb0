//! Price lists and costs over HTTP.

use entity::{PriceEntryId, price_entries};
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::{Enum, OpenApi, Tags};

use super::change::PriceChange;
use super::error::PriceAdminError;
use super::input::{CostInput, EndingInput, Faults, Names, PriceEntriesInput, PriceListInput};
use super::lists::PriceList;
use super::queries::{self, EntryFilter};
use super::record::{self, EntryInput, EntryTarget, ResponseOptions};
use super::upload::RowsBody;
use super::upload_report::UploadResponse;
use super::views::{CostsView, PriceEntryView, PriceListView};
use super::{entries, lists, put_costs, put_price_list};
use catalog::{Categories, Product, Products};
use identity::Accounts;
use identity::permit;
use kernel::field_code::FieldCode;
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::wire::{Body, Code, Etag, JsonResponse, Page, PageRequest, if_match};
use prices::{BadInput, ProductCost, StoredCost, costs_of};
use store::clock;

type Result<T> = std::result::Result<T, ApiError<PriceAdminError>>;

#[derive(Tags)]
pub(super) enum Tag {
    /// Price lists, contracts, promotions, quotes.
    Prices,
}

/// Which rows of an upload the answer reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub(super) enum Results {
    /// Of the first 1,000 that were rejected, in the answer.
    Rejected,
    /// Of every row: the answer is NDJSON with a result per row, in order, and the sums as `summary` in the last line.
    All,
}

/// Price lists and costs.
#[derive(Debug)]
pub struct PriceListRoutes {
    /// All accounts.
    pub accounts: Accounts,
    /// All products.
    pub products: Products,
    /// All categories.
    pub categories: Categories,
}

#[OpenApi(tag = "Tag::Prices")]
impl PriceListRoutes {
    /// Create or change a price list
    ///
    /// Name and assignment become what the body says; entries are not touched. With `If-Match` the change happens only if
    /// nobody changed them meanwhile.
    #[oai(path = "/v1/price-lists/:code", method = "put", operation_id = "put_price_list")]
    async fn put_price_list(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<PriceListInput>,
    ) -> Result<JsonResponse<PriceListView>> {
        let expected = if_match(expected.0.as_deref())?;
        let mut faults = Faults::default();
        let new = body.0.check(&code.0, &self.names(), &mut faults);
        BadInput::check(faults.0).map_err(PriceAdminError::from)?;
        let new = new.ok_or_else(|| PriceAdminError::ListNotFound(code.0.to_string()))?;
        let tx = who.begin().await?;
        let change = PriceChange::begin(&tx, format!("price-list/{}", &*code.0)).await?;
        let list = put_price_list(&tx, &change, new, expected).await?;
        list_answer(tx.commit(list).await?)
    }

    /// Read a price list
    ///
    /// Without its entries.
    #[oai(path = "/v1/price-lists/:code", method = "get", operation_id = "get_price_list")]
    async fn get_price_list(&self, who: Acting<permit::WritePrices>, code: Path<Code>) -> Result<JsonResponse<PriceListView>> {
        list_answer(lists::find(&who.db(), &code.0).await?)
    }

    /// List price lists
    ///
    /// In the order they were created.
    #[oai(path = "/v1/price-lists", method = "get", operation_id = "list_price_lists")]
    async fn list_price_lists(
        &self,
        who: Acting<permit::WritePrices>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<PriceListView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 50, 500)?;
        let lists = queries::list_price_lists(&who.db(), page).await?;
        let items = lists.into_iter().map(|list| (list.list.id.0, list.into()));
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Record entries of a price list
    ///
    /// Good entries are recorded and bad ones reported. An entry with the same SKU, unit, currency, smallest quantity and start as
    /// a current one takes its place; one that says the same leaves it alone, so a request can be repeated. JSON takes up to
    /// 10,000 entries and records them at once. CSV and NDJSON, also packed, take up to 1,000,000 and are recorded in batches
    /// as they come: when an upload breaks off, what was recorded stays, and sending it again completes it. With an
    /// `Idempotency-Key` an upload is one transaction and has the size of an ordinary request.
    #[oai(path = "/v1/price-lists/:code/entries", method = "post", operation_id = "put_price_entries")]
    async fn put_price_entries(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        /// Which rows of an upload the answer reports.
        results: Query<Option<Results>>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: RowsBody<PriceEntriesInput>,
    ) -> Result<UploadResponse> {
        let list = lists::find(&who.db(), &code.0).await?.list.id;
        let place = EntryTarget::List { code: code.0.to_string(), id: list };
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
        let given = input.entries.into_iter().map(|entry| entry.0.map(|entry| EntryInput { list: None, entry })).collect();
        let view = record::record(&tx, &place, given, &self.products).await?;
        let answer = JsonResponse::stored(&tx, &view).await?;
        Ok(UploadResponse::Once(tx.commit(answer).await?))
    }

    /// List entries of a price list
    ///
    /// The current ones; with `history=true` also those that were replaced or withdrawn. In the order they were recorded.
    #[oai(path = "/v1/price-lists/:code/entries", method = "get", operation_id = "list_price_entries")]
    async fn list_price_entries(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        #[oai(validator(max_length = 64))] sku: Query<Option<String>>,
        history: Query<Option<bool>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<PriceEntryView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 100, 1_000)?;
        let db = who.db();
        let list = lists::find(&db, &code.0).await?.list.id;
        let product = sku.0.as_deref().map(|sku| self.product(sku)).transpose()?.map(|product| product.id);
        let filter = EntryFilter { list, product, history: history.0 == Some(true), page };
        let rows = queries::list_entries(&db, filter).await?;
        let items = rows.into_iter().map(|row| (row.id.0, self.entry_view(row)));
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// End an entry of a price list
    ///
    /// At the instant given, or now. What is known of the past stays: the entry is replaced by one that ends there, or
    /// withdrawn when it would never apply.
    #[oai(path = "/v1/price-lists/:code/entries/:id/ending", method = "post", operation_id = "end_price_entry")]
    async fn end_price_entry(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        id: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<EndingInput>,
    ) -> Result<JsonResponse<Page<PriceEntryView>>> {
        let entry: i64 = id.0.parse().map_err(|_| PriceAdminError::EntryNotFound(id.0.to_string()))?;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let change = PriceChange::begin(&tx, format!("price-list/{}", &*code.0)).await?;
        let list = lists::find(&tx, &code.0).await?.list.id;
        let until = body.0.valid_until.map_or_else(clock::now, |at| at.0);
        let row = entries::end_entry(&tx, &change, list, PriceEntryId(entry), until).await?;
        let items = row.map(|row| self.entry_view(row)).into_iter().collect();
        let answer = JsonResponse::stored(&tx, &Page { items, next_cursor: None }).await?;
        Ok(tx.commit(answer).await?)
    }

    /// Record cost and floor of a product
    ///
    /// For the currencies named, of 1 stock unit. Neither cost nor floor takes back what was recorded. Prices of orders placed
    /// before are not touched.
    #[oai(path = "/v1/products/:sku/costs", method = "put", operation_id = "put_product_costs")]
    async fn put_product_costs(
        &self,
        who: Acting<permit::WritePrices>,
        sku: Path<Code>,
        body: Body<super::input::CostsInput>,
    ) -> Result<JsonResponse<CostsView>> {
        let product = self.product(&sku.0)?;
        let mut faults = Faults::default();
        let costs = check_costs(&body.0.costs, &product, &mut faults);
        BadInput::check(faults.0).map_err(PriceAdminError::from)?;
        let tx = who.begin().await?;
        let change = PriceChange::begin(&tx, format!("product/{}", product.sku)).await?;
        put_costs(&tx, &change, &costs).await?;
        let stored = costs_of(&tx, &[product.id]).await?;
        costs_answer(&product, &tx.commit(stored).await?)
    }

    /// Read cost and floor of a product
    ///
    /// In every currency, of 1 stock unit.
    #[oai(path = "/v1/products/:sku/costs", method = "get", operation_id = "get_product_costs")]
    async fn get_product_costs(&self, who: Acting<permit::WritePrices>, sku: Path<Code>) -> Result<JsonResponse<CostsView>> {
        let product = self.product(&sku.0)?;
        costs_answer(&product, &costs_of(&who.db(), &[product.id]).await?)
    }
}

impl PriceListRoutes {
    fn names(&self) -> Names<'_> {
        Names { accounts: &self.accounts, products: &self.products, categories: &self.categories }
    }

    fn product(&self, sku: &str) -> std::result::Result<std::sync::Arc<Product>, PriceAdminError> {
        self.products.by_sku(sku).ok_or_else(|| PriceAdminError::ProductNotFound(sku.to_owned()))
    }

    fn entry_view(&self, row: price_entries::Model) -> PriceEntryView {
        let sku = self.products.by_id(row.product_id).map(|product| product.sku.to_string());
        PriceEntryView::new(row, sku.unwrap_or_default())
    }
}

fn list_answer(list: PriceList) -> Result<JsonResponse<PriceListView>> {
    let view = PriceListView::from(list);
    Ok(JsonResponse::of(&view)?.with_etag(Etag(view.price_version)))
}

fn check_costs(costs: &[CostInput], product: &Product, faults: &mut Faults) -> Vec<ProductCost> {
    let mut seen = Vec::new();
    for (place, cost) in costs.iter().enumerate() {
        if seen.contains(&&*cost.currency) {
            faults.add(format!("/costs/{place}/currency"), FieldCode::Duplicate, "each currency must be named only once");
        }
        seen.push(&*cost.currency);
    }
    let one = |(place, cost): (usize, &CostInput)| cost.check(&format!("/costs/{place}"), product.id, faults);
    costs.iter().enumerate().filter_map(one).collect()
}

fn costs_answer(product: &Product, stored: &[StoredCost]) -> Result<JsonResponse<CostsView>> {
    let mut shown: Vec<&StoredCost> = stored.iter().collect();
    shown.retain(|stored| stored.cost.cost.is_some() || stored.cost.floor.is_some());
    shown.sort_unstable_by_key(|stored| stored.cost.currency);
    let view = CostsView {
        sku: product.sku.to_string(),
        unit: product.stock_unit.to_string(),
        costs: shown.into_iter().map(Into::into).collect(),
    };
    Ok(JsonResponse::of(&view)?)
}
