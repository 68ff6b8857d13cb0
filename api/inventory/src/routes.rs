//! Inventory over HTTP.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::{OpenApi, Tags};

use super::availability::{self, Asked, Question};
use super::availability_views::{AvailabilityInput, AvailabilityList};
use super::batch::Batch;
use super::board::Board;
use super::error::StockError;
use super::intake;
use super::ledger::{self, Wanted};
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
use kernel::wire::{Body, Code, Etag, JsonResponse, Page, QuantityText, Text, if_match, page_limit, place_of};
use store::clock;

type Result<T> = std::result::Result<T, ApiError<StockError>>;

/// SKUs in one question by query.
const MOST_SKUS: usize = 500;
/// Lines in one question by body.
const MOST_ASKED: usize = 5_000;
/// Discrepancies shown.
const MOST_DISCREPANCIES: u64 = 1_000;

#[derive(Tags)]
enum Tag {
    /// Warehouses, stock, supply on its way, availability.
    Inventory,
}

/// Warehouses, stock, availability.
#[derive(Debug)]
pub struct InventoryRoutes {
    pub accounts: Accounts,
    pub products: Products,
    pub board: Board,
}

#[OpenApi(tag = "Tag::Inventory")]
impl InventoryRoutes {
    /// Ask how many there are and when they can leave
    ///
    /// For each SKU: what may be reserved, per warehouse and in all, what is on its way, and when `quantity` (in stock units;
    /// the smallest that can be ordered when left out) can leave. The promise comes from stock, from supply that no waiting
    /// order needs, or from the lead time, and is the cut-off of a working day of the warehouse. Warehouses in the country
    /// the goods go to are asked first. Buyers see what is available; the seller's side also sees what is on hand and
    /// reserved. Unknown SKUs are listed in `rejected`. The answer is read from the database; nothing is held by it.
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
        let ask = |sku: Code| Asked { pointer: "sku".to_owned(), sku: sku.into_inner(), quantity, unit: None };
        self.availability(&who, sku.0.into_iter().map(ask).collect(), ship_to.0.as_deref(), account.0.as_deref()).await
    }

    /// Ask when a basket can leave
    ///
    /// As the question by query, for up to 5000 lines with quantities and units. Lines share what there is, in their order:
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
        let asked = lines.map(|(at, line)| Asked {
            pointer: format!("/lines/{at}"),
            sku: line.sku.into_inner(),
            quantity: line.quantity.map(|quantity| quantity.0),
            unit: line.unit.map(Text::into_inner),
        });
        self.availability(&who, asked.collect(), input.ship_to.as_deref(), input.account.as_deref()).await
    }

    /// Move stock
    ///
    /// Up to 10,000 movements, as an array or as `{"movements": […]}`, done in their order. Good ones are kept and bad ones
    /// reported with pointers: unknown SKU or warehouse, nothing to move, or less would be on hand than is reserved
    /// (`below-reserved`). A `count` says what is on hand. A `transfer` with
    /// `to_warehouse` happens on both sides or not at all. Orders that wait get what comes in.
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
        let view = intake::movements(&tx, &self.products, &self.board, body.0).await?;
        let answer = JsonResponse::stored(&tx, &view).await?;
        Ok(tx.commit(answer).await?)
    }

    /// Read the stock ledger
    ///
    /// Every change of what is on hand or reserved, latest first.
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
        let limit = page_limit(limit.0, 50, 500)?;
        let mut wanted = Wanted { limit: limit + 1, reference: reference.0.map(Code::into_inner), ..Wanted::default() };
        wanted.before = cursor.0.as_deref().map(place_of).transpose()?;
        if let Some(sku) = sku.0 {
            let unknown = || CommonError::invalid("sku", FieldCode::UnknownProduct, format!("there is no product \"{}\"", &*sku));
            wanted.product = Some(self.products.by_sku(&sku).ok_or_else(unknown)?.id);
        }
        if let Some(code) = warehouse.0 {
            let unknown = || {
                CommonError::invalid("warehouse", FieldCode::UnknownWarehouse, format!("there is no warehouse \"{}\"", &*code))
            };
            wanted.warehouse = Some(self.board.warehouse(&code).ok_or_else(unknown)?.id);
        }
        let rows = ledger::booked(&who.db(), &wanted).await?;
        let items = rows.into_iter().map(|row| (row.id, MovementView::new(row, &self.board))).collect();
        Ok(JsonResponse::of(&Page::cut(items, limit))?)
    }

    /// Check the stock ledger
    ///
    /// Adds up the whole ledger and lists the levels that are not its sums, at most 1000. The list is empty unless something
    /// else than this service wrote to the database.
    #[oai(path = "/v1/stock-discrepancies", method = "get", operation_id = "list_stock_discrepancies")]
    async fn list_stock_discrepancies(&self, who: Acting<permit::WriteStock>) -> Result<JsonResponse<DiscrepancyList>> {
        let found = ledger::verify(&who.db(), MOST_DISCREPANCIES).await?;
        Ok(JsonResponse::of(&DiscrepancyList { items: found.into_iter().map(Into::into).collect() })?)
    }

    /// Set safety stock
    ///
    /// Up to 10,000 levels, as an array or as `{"levels": […]}`. What is kept as safety stock is never reserved.
    #[oai(path = "/v1/stock-levels", method = "put", operation_id = "put_stock_levels")]
    async fn put_stock_levels(
        &self,
        who: Acting<permit::WriteStock>,
        body: Body<Batch<SafetyInput>>,
    ) -> Result<JsonResponse<StockBatchView>> {
        let tx = who.begin().await?;
        let view = intake::safety(&tx, &self.products, &self.board, body.0).await?;
        let answer = JsonResponse::of(&view)?;
        Ok(tx.commit(answer).await?)
    }

    /// Announce supply on its way
    ///
    /// Up to 10,000 supplies, as an array or as `{"supplies": […]}`. A supply is known by reference, SKU and warehouse;
    /// announcing it again changes quantity and date. Good ones are kept and bad ones reported with pointers.
    #[oai(path = "/v1/inbound-supplies", method = "put", operation_id = "put_inbound_supplies")]
    async fn put_inbound_supplies(
        &self,
        who: Acting<permit::WriteStock>,
        body: Body<Batch<InboundInput>>,
    ) -> Result<JsonResponse<StockBatchView>> {
        let tx = who.begin().await?;
        let view = intake::supplies(&tx, &self.products, &self.board, body.0).await?;
        let answer = JsonResponse::of(&view)?;
        Ok(tx.commit(answer).await?)
    }

    /// Receive supply
    ///
    /// Puts on hand what arrived of announced supplies, up to 10,000 lines, as an array or as `{"receipts": […]}`. A supply
    /// may arrive in several deliveries and be more than announced. Good lines are kept and bad ones reported.
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
        let view = intake::arrivals(&tx, &self.products, &self.board, body.0).await?;
        let answer = JsonResponse::stored(&tx, &view).await?;
        Ok(tx.commit(answer).await?)
    }

    /// Create or change a warehouse
    ///
    /// The warehouse becomes what the body says. With `If-Match` the change happens only if nobody changed it meanwhile.
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
    /// Its place and calendar.
    #[oai(path = "/v1/warehouses/:code", method = "get", operation_id = "get_warehouse")]
    async fn get_warehouse(&self, who: Acting<permit::ReadStock>, code: Path<Code>) -> Result<JsonResponse<WarehouseView>> {
        let _ = who;
        let found = self.board.warehouse(&code.0).ok_or_else(|| StockError::WarehouseNotFound(code.0.to_string()))?;
        Ok(JsonResponse::of(&WarehouseView::from(&found))?.with_etag(Etag(found.version)))
    }

    /// List warehouses
    ///
    /// All of them, in the order they are asked.
    #[oai(path = "/v1/warehouses", method = "get", operation_id = "list_warehouses")]
    async fn list_warehouses(&self, who: Acting<permit::ReadStock>) -> Result<JsonResponse<WarehouseList>> {
        let _ = who;
        let items = self.board.warehouses().iter().map(WarehouseView::from).collect();
        Ok(JsonResponse::of(&WarehouseList { items })?)
    }
}

impl InventoryRoutes {
    async fn availability(
        &self,
        who: &Acting<permit::ReadStock>,
        asked: Vec<Asked>,
        ship_to: Option<&str>,
        account: Option<&str>,
    ) -> Result<JsonResponse<AvailabilityList>> {
        let account = match (who.account(), account) {
            (None, None) => None,
            _ => Some(account_for(who, &self.accounts, account).map_err(StockError::from)?.id),
        };
        let db = who.db();
        let prefer = availability::destination(&db, account, ship_to).await?;
        let (products, board) = (&self.products, &self.board);
        let catalog_view = products.view_for(who.account());
        let question = Question { products, board, asked, prefer, catalog_view, exact: who.is_seller() };
        Ok(JsonResponse::of(&availability::answer(&db, question, clock::now()).await?)?)
    }
}
