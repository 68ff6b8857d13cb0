//! Inventory over HTTP.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::{OpenApi, Tags};

use super::availability::{self, AvailabilityQuery, RequestedLine};
use super::availability_views::{AvailabilityInput, AvailabilityList};
use super::batch::Batch;
use super::batch_requests;
use super::error::StockError;
use super::ledger::{self, LedgerFilter};
use super::stock_levels::StockLevels;
use super::views::{
    ArrivalInput, DiscrepancyList, InboundInput, MovementInput, MovementView, SafetyInput, StockBatchView, WarehouseInput,
    WarehouseList, WarehouseView,
};
use catalog::Products;
use identity::permit;
use identity::{Accounts, account_for};
use kernel::field_code::FieldCode;
use kernel::principal::Acting;
use kernel::problem::{ApiError, CommonError, FieldError};
use kernel::wire::{Body, Code, Etag, JsonResponse, Page, PageRequest, QuantityText, Text, if_match};
use store::clock;

type Result<T> = std::result::Result<T, ApiError<StockError>>;

/// Largest number of SKUs in the query parameter.
const MOST_SKUS: usize = 500;
/// Largest number of lines in the request body.
const MOST_ASKED: usize = 5_000;
/// Largest number of discrepancies shown.
const MOST_DISCREPANCIES: u64 = 1_000;

#[derive(Tags)]
enum Tag {
    /// Warehouses, stock, inbound supply, availability.
    Inventory,
}

/// Warehouses, stock, availability.
#[derive(Debug)]
pub struct InventoryRoutes {
    pub accounts: Accounts,
    pub products: Products,
    pub stock_levels: StockLevels,
}

#[OpenApi(tag = "Tag::Inventory")]
impl InventoryRoutes {
    /// Read the availability of products
    ///
    /// For each SKU: the quantity that can be reserved, per warehouse and in all, the inbound supply, and when `quantity` (in
    /// stock units; the smallest orderable quantity when left out) can ship. The promised date comes from stock, from inbound
    /// supply that no backorder needs, or from the lead time, and is the cut-off time of a working day of the warehouse.
    /// Stock is taken from warehouses in the destination country first. Buyers see available quantities; the seller's staff also
    /// see the quantities on hand and reserved. Unknown SKUs are listed in `rejected`. Nothing is reserved.
    #[oai(path = "/v1/availability", method = "get", operation_id = "get_availability")]
    async fn get_availability(
        &self,
        who: Acting<permit::ReadStock>,
        #[oai(validator(min_items = 1, max_items = 500))] sku: Query<Vec<Code>>,
        ship_to: Query<Option<Code>>,
        quantity: Query<Option<QuantityText>>,
        account: Query<Option<Code>>,
    ) -> Result<JsonResponse<AvailabilityList>> {
        if sku.0.is_empty() || sku.0.len() > MOST_SKUS {
            return Err(CommonError::from(
                FieldError::new("sku", FieldCode::OutOfRange, format!("there must be 1 to {MOST_SKUS} SKUs"))
                    .with("min", 1)
                    .with("max", MOST_SKUS),
            )
            .into());
        }
        let quantity = quantity.0.map(|quantity| quantity.0);
        let ask = |sku: Code| RequestedLine { pointer: "sku".to_owned(), sku: sku.into_inner(), quantity, unit: None };
        self.availability(&who, sku.0.into_iter().map(ask).collect(), ship_to.0.as_deref(), account.0.as_deref()).await
    }

    /// Read the availability of a list of lines
    ///
    /// For up to 5000 lines with quantities and units, as with GET. Lines share the stock in their order:
    /// two lines for one SKU are promised together.
    #[oai(path = "/v1/availability", method = "post", operation_id = "ask_availability")]
    async fn ask_availability(
        &self,
        who: Acting<permit::ReadStock>,
        body: Body<AvailabilityInput>,
    ) -> Result<JsonResponse<AvailabilityList>> {
        let input = body.0;
        if input.lines.is_empty() || input.lines.len() > MOST_ASKED {
            return Err(CommonError::from(
                FieldError::new("/lines", FieldCode::OutOfRange, format!("there must be 1 to {MOST_ASKED} lines"))
                    .with("min", 1)
                    .with("max", MOST_ASKED),
            )
            .into());
        }
        let lines = input.lines.into_iter().enumerate();
        let asked = lines.map(|(at, line)| RequestedLine {
            pointer: format!("/lines/{at}"),
            sku: line.sku.into_inner(),
            quantity: line.quantity.map(|quantity| quantity.0),
            unit: line.unit.map(Text::into_inner),
        });
        self.availability(&who, asked.collect(), input.ship_to.as_deref(), input.account.as_deref()).await
    }

    /// Move stock
    ///
    /// Up to 10,000 movements, as an array or as `{"movements": […]}`, posted in their order. Valid movements are posted and
    /// invalid ones reported with pointers: unknown SKU or warehouse, quantity 0, or less on hand than is reserved
    /// (`below-reserved`). A `count` sets the quantity on hand. A `transfer` with
    /// `to_warehouse` is posted on both sides or not at all. Received stock is allocated to backorders.
    #[oai(path = "/v1/stock-movements", method = "post", operation_id = "move_stock")]
    async fn move_stock(
        &self,
        who: Acting<permit::WriteStock>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<Batch<MovementInput>>,
    ) -> Result<JsonResponse<StockBatchView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let view = batch_requests::move_stock(&tx, &self.products, &self.stock_levels, body.0).await?;
        let answer = JsonResponse::stored(&tx, &view).await?;
        Ok(tx.commit(answer).await?)
    }

    /// Read the stock ledger
    ///
    /// Every change of the quantity on hand or reserved, latest first.
    #[oai(path = "/v1/stock-movements", method = "get", operation_id = "list_stock_movements")]
    async fn list_stock_movements(
        &self,
        who: Acting<permit::WriteStock>,
        sku: Query<Option<Code>>,
        warehouse: Query<Option<Code>>,
        reference: Query<Option<Code>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<MovementView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 50, 500)?;
        let reference = reference.0.map(Code::into_inner);
        let mut filter = LedgerFilter { product: None, warehouse: None, reference, page };
        if let Some(sku) = sku.0 {
            let unknown = || CommonError::invalid("sku", FieldCode::UnknownProduct, format!("there is no product \"{}\"", &*sku));
            filter.product = Some(self.products.by_sku(&sku).ok_or_else(unknown)?.id);
        }
        if let Some(code) = warehouse.0 {
            let unknown = || {
                CommonError::invalid("warehouse", FieldCode::UnknownWarehouse, format!("there is no warehouse \"{}\"", &*code))
            };
            filter.warehouse = Some(self.stock_levels.warehouse(&code).ok_or_else(unknown)?.id);
        }
        let rows = ledger::list_rows(&who.db(), &filter).await?;
        let items = rows.into_iter().map(|row| (row.id, MovementView::new(row, &self.stock_levels)));
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Check the stock ledger
    ///
    /// Adds up the whole ledger and lists the levels that differ from the sums, at most 1000. The list is empty unless another
    /// program wrote to the database.
    #[oai(path = "/v1/stock-discrepancies", method = "get", operation_id = "list_stock_discrepancies")]
    async fn list_stock_discrepancies(&self, who: Acting<permit::WriteStock>) -> Result<JsonResponse<DiscrepancyList>> {
        let found = ledger::verify(&who.db(), MOST_DISCREPANCIES).await?;
        Ok(JsonResponse::of(&DiscrepancyList { items: found.into_iter().map(Into::into).collect() })?)
    }

    /// Set safety stock
    ///
    /// Up to 10,000 levels, as an array or as `{"levels": […]}`. Safety stock is never reserved.
    #[oai(path = "/v1/stock-levels", method = "put", operation_id = "put_stock_levels")]
    async fn put_stock_levels(
        &self,
        who: Acting<permit::WriteStock>,
        body: Body<Batch<SafetyInput>>,
    ) -> Result<JsonResponse<StockBatchView>> {
        let tx = who.begin().await?;
        let view = batch_requests::put_safety_stock(&tx, &self.products, &self.stock_levels, body.0).await?;
        let answer = JsonResponse::of(&view)?;
        Ok(tx.commit(answer).await?)
    }

    /// Announce inbound supplies
    ///
    /// Up to 10,000 supplies, as an array or as `{"supplies": […]}`. Reference, SKU and warehouse identify a supply;
    /// announcing it again changes quantity and date. Valid supplies are stored and invalid ones reported with pointers.
    #[oai(path = "/v1/inbound-supplies", method = "put", operation_id = "put_inbound_supplies")]
    async fn put_inbound_supplies(
        &self,
        who: Acting<permit::WriteStock>,
        body: Body<Batch<InboundInput>>,
    ) -> Result<JsonResponse<StockBatchView>> {
        let tx = who.begin().await?;
        let view = batch_requests::put_supplies(&tx, &self.products, &self.stock_levels, body.0).await?;
        let answer = JsonResponse::of(&view)?;
        Ok(tx.commit(answer).await?)
    }

    /// Receive inbound supplies
    ///
    /// Puts received goods of announced supplies on hand, up to 10,000 lines, as an array or as `{"receipts": […]}`. A supply
    /// may be received in several deliveries and may exceed the announced quantity. Valid lines are posted and invalid ones
    /// reported.
    #[oai(path = "/v1/inbound-supplies/receipts", method = "post", operation_id = "receive_inbound_supplies")]
    async fn receive_inbound_supplies(
        &self,
        who: Acting<permit::WriteStock>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<Batch<ArrivalInput>>,
    ) -> Result<JsonResponse<StockBatchView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let view = batch_requests::receive_supplies(&tx, &self.products, &self.stock_levels, body.0).await?;
        let answer = JsonResponse::stored(&tx, &view).await?;
        Ok(tx.commit(answer).await?)
    }

    /// Create or change a warehouse
    ///
    /// Replaces all fields of the warehouse. With `If-Match` the change is made only to the version given.
    #[oai(path = "/v1/warehouses/:code", method = "put", operation_id = "put_warehouse")]
    async fn put_warehouse(
        &self,
        who: Acting<permit::WriteStock>,
        code: Path<Code>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<WarehouseInput>,
    ) -> Result<JsonResponse<WarehouseView>> {
        let expected = if_match(expected.0.as_deref())?;
        let new = body.0.read(code.0)?;
        let tx = who.begin().await?;
        let row = super::put_warehouse(&tx, new, expected).await?;
        let row = tx.commit(row).await?;
        Ok(JsonResponse::of(&WarehouseView::from(&row))?.with_etag(Etag(row.version)))
    }

    /// Read a warehouse
    ///
    /// With its address and shipping calendar.
    #[oai(path = "/v1/warehouses/:code", method = "get", operation_id = "get_warehouse")]
    async fn get_warehouse(&self, who: Acting<permit::ReadStock>, code: Path<Code>) -> Result<JsonResponse<WarehouseView>> {
        let _ = who;
        let found = self.stock_levels.warehouse(&code.0).ok_or_else(|| StockError::WarehouseNotFound(code.0.to_string()))?;
        Ok(JsonResponse::of(&WarehouseView::from(&found))?.with_etag(Etag(found.version)))
    }

    /// List warehouses
    ///
    /// All warehouses, in sourcing order.
    #[oai(path = "/v1/warehouses", method = "get", operation_id = "list_warehouses")]
    async fn list_warehouses(&self, who: Acting<permit::ReadStock>) -> Result<JsonResponse<WarehouseList>> {
        let _ = who;
        let items = self.stock_levels.warehouses().iter().map(WarehouseView::from).collect();
        Ok(JsonResponse::of(&WarehouseList { items })?)
    }
}

impl InventoryRoutes {
    async fn availability(
        &self,
        who: &Acting<permit::ReadStock>,
        asked: Vec<RequestedLine>,
        ship_to: Option<&str>,
        account: Option<&str>,
    ) -> Result<JsonResponse<AvailabilityList>> {
        let account = match (who.account(), account) {
            (None, None) => None,
            _ => Some(account_for(who, &self.accounts, account).map_err(StockError::from)?.id),
        };
        let db = who.db();
        let preference = availability::sourcing_preference(&db, account, ship_to).await?;
        let (products, stock_levels) = (&self.products, &self.stock_levels);
        let catalog_view = products.view_for(who.account());
        let query = AvailabilityQuery { products, stock_levels, asked, preference, catalog_view, exact: who.is_seller() };
        Ok(JsonResponse::of(&availability::availability_of(&db, query, clock::now()).await?)?)
    }
}
