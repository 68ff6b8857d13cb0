//! HTTP routes of fulfilment.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::{OpenApi, Tags};

use super::create::create;
use super::error::FulfilmentError;
use super::queries::{self, LoadedShipment, ShipmentFilter};
use super::steps::{self, Dispatch};
use super::tracking;
use super::views::{DispatchInput, GiveUpInput, PackingInput, PickInput, PickListView, ReportInput, ShipmentInput, ShipmentView};
use ::orders::find_order_id;
use catalog::Products;
use identity::permit;
use identity::{Accounts, visible_account};
use inventory::{StockError, StockLevels};
use kernel::field_code::FieldCode;
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::problem::CommonError;
use kernel::problem::FieldError;
use kernel::wire::Body;
use kernel::wire::Code;
use kernel::wire::Created;
use kernel::wire::Etag;
use kernel::wire::JsonResponse;
use kernel::wire::Page;
use kernel::wire::PageRequest;
use kernel::wire::Text;
use store::database::Tx;

type Result<T> = std::result::Result<T, ApiError<FulfilmentError>>;

#[derive(Tags)]
enum Tag {
    /// Pick lists, shipments, tracking.
    Shipments,
}

/// Fulfilment.
#[derive(Debug)]
pub struct FulfilmentRoutes {
    /// All accounts.
    pub accounts: Accounts,
    /// All products.
    pub products: Products,
    /// Warehouses and stock.
    pub stock_levels: StockLevels,
}

/// Largest number of lines in a request.
const MAX_LINES: usize = 10_000;

#[OpenApi(tag = "Tag::Shipments")]
impl FulfilmentRoutes {
    /// List orders to be picked
    ///
    /// Oldest first, with the quantities that the warehouse has reserved and that are on no pick list. Held orders are left out.
    #[oai(path = "/v1/pick-lists", method = "get", operation_id = "list_pick_lists")]
    async fn list_pick_lists(
        &self,
        who: Acting<permit::WriteShipments>,
        warehouse: Query<Code>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<PickListView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 20, 100)?;
        let unknown = || FulfilmentError::from(StockError::WarehouseNotFound(warehouse.0.to_string()));
        let id = self.stock_levels.warehouse(&warehouse.0).map(|w| w.id).ok_or_else(unknown)?;
        let orders = queries::to_pick(&who.db(), id, page).await?;
        let items = orders.into_iter().map(|o| (o.order.id.0, PickListView::new(o, &self.accounts)));
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Create a shipment
    ///
    /// Puts goods that an order has allocated at a warehouse on a pick list, or records that they were already picked, packed
    /// or, by default, shipped. Quantities are at most what is allocated there and on no pick list. A shipped shipment is
    /// invoiced within a second. All lines are shipped or none.
    #[oai(path = "/v1/shipments", method = "post", operation_id = "create_shipment")]
    async fn create_shipment(
        &self,
        who: Acting<permit::WriteShipments>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<ShipmentInput>,
    ) -> Result<Created<ShipmentView>> {
        if body.0.lines.len() > MAX_LINES {
            return Err(CommonError::from(
                FieldError::new("/lines", FieldCode::TooMany, format!("there must be at most {MAX_LINES} lines"))
                    .with("max", MAX_LINES),
            )
            .into());
        }
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(Created::replay(replay));
        }
        let loaded = create(&tx, &self.stock_levels, &self.products, body.0.into()).await?;
        let etag = Etag(loaded.shipment.version);
        let answer = Created::stored(&tx, &ShipmentView::new(loaded, &self.accounts, &self.stock_levels)).await?.with_etag(etag);
        Ok(tx.commit(answer).await?)
    }

    /// Read a shipment
    ///
    /// With its lines, parcels and tracking events. A shipment of another account is answered 404.
    #[oai(path = "/v1/shipments/:number", method = "get", operation_id = "get_shipment")]
    async fn get_shipment(&self, who: Acting<permit::ReadShipments>, number: Path<Code>) -> Result<JsonResponse<ShipmentView>> {
        let db = who.db();
        let shipment = queries::find(&db, &number.0, who.account()).await?;
        let etag = Etag(shipment.version);
        let loaded = queries::load(&db, vec![shipment]).await?.pop();
        let loaded = loaded.ok_or_else(|| FulfilmentError::NotFound(number.0.to_string()))?;
        Ok(JsonResponse::of(&ShipmentView::new(loaded, &self.accounts, &self.stock_levels))?.with_etag(etag))
    }

    /// List shipments
    ///
    /// Newest first, of one order, of one account, or all that the caller may see.
    #[oai(path = "/v1/shipments", method = "get", operation_id = "list_shipments")]
    async fn list_shipments(
        &self,
        who: Acting<permit::ReadShipments>,
        order: Query<Option<Code>>,
        account: Query<Option<Code>>,
        stage: Query<Option<entity::ShipmentStage>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<ShipmentView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 20, 100)?;
        let db = who.db();
        let order = find_order_id(&db, order.0.as_deref(), who.account()).await.map_err(FulfilmentError::from)?;
        let filter = ShipmentFilter {
            account: visible_account(&who, &self.accounts, account.0.as_deref()).map_err(FulfilmentError::from)?,
            order,
            stage: stage.0,
            page,
        };
        let loaded = queries::list(&db, filter).await?;
        let items = loaded.into_iter().map(|l| (l.shipment.id.0, ShipmentView::new(l, &self.accounts, &self.stock_levels)));
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Record that a shipment was picked
    ///
    /// Possible once, from the stage created.
    #[oai(path = "/v1/shipments/:number/picks", method = "post", operation_id = "pick_shipment")]
    async fn pick_shipment(
        &self,
        who: Acting<permit::WriteShipments>,
        number: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<PickInput>,
    ) -> Result<JsonResponse<ShipmentView>> {
        let PickInput {} = body.0;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let loaded = steps::pick(&tx, &number.0).await?;
        self.answer(tx, loaded).await
    }

    /// Record the parcels of a shipment
    ///
    /// From the stage picked; a packed shipment can be packed again. Parcels may list their contents, at most the quantities of
    /// the shipment.
    #[oai(path = "/v1/shipments/:number/packing", method = "post", operation_id = "pack_shipment")]
    async fn pack_shipment(
        &self,
        who: Acting<permit::WriteShipments>,
        number: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<PackingInput>,
    ) -> Result<JsonResponse<ShipmentView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let parcels: Vec<_> = body.0.parcels.into_iter().map(Into::into).collect();
        let loaded = steps::pack(&tx, &number.0, &parcels).await?;
        self.answer(tx, loaded).await
    }

    /// Record that a shipment was shipped
    ///
    /// From the stage picked or packed. The goods are deducted from the stock and from the order's reservations; the invoice is
    /// issued within a second.
    #[oai(path = "/v1/shipments/:number/dispatch", method = "post", operation_id = "dispatch_shipment")]
    async fn dispatch_shipment(
        &self,
        who: Acting<permit::WriteShipments>,
        number: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<DispatchInput>,
    ) -> Result<JsonResponse<ShipmentView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let what = Dispatch { carrier: body.0.carrier.map(Text::into_inner), service: body.0.service.map(Text::into_inner) };
        let loaded = steps::dispatch(&tx, &number.0, what).await?;
        self.answer(tx, loaded).await
    }

    /// Cancel a shipment
    ///
    /// Possible until it is shipped. The goods stay reserved for the order and can be shipped or cancelled again.
    #[oai(path = "/v1/shipments/:number/cancellation", method = "post", operation_id = "cancel_shipment")]
    async fn cancel_shipment(
        &self,
        who: Acting<permit::WriteShipments>,
        number: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<GiveUpInput>,
    ) -> Result<JsonResponse<ShipmentView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let loaded = steps::cancel(&tx, &number.0, &body.0.reason).await?;
        self.answer(tx, loaded).await
    }

    /// Record tracking events
    ///
    /// Tracking events may be reported late, twice and in any order; each is stored once. When every parcel is delivered, the
    /// shipment is.
    #[oai(path = "/v1/shipments/:number/tracking-events", method = "post", operation_id = "record_tracking")]
    async fn record_tracking(
        &self,
        who: Acting<permit::WriteShipments>,
        number: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<Vec<ReportInput>>,
    ) -> Result<JsonResponse<ShipmentView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let loaded = tracking::record(&tx, &number.0, body.0.into_iter().map(Into::into).collect()).await?;
        self.answer(tx, loaded).await
    }
}

impl FulfilmentRoutes {
    /// Stores the shipment as the response for retries, and commits.
    async fn answer(&self, tx: Tx, loaded: LoadedShipment) -> Result<JsonResponse<ShipmentView>> {
        let etag = Etag(loaded.shipment.version);
        let answer =
            JsonResponse::stored(&tx, &ShipmentView::new(loaded, &self.accounts, &self.stock_levels)).await?.with_etag(etag);
        Ok(tx.commit(answer).await?)
    }
}
