//! Copying, scheduling and ending over HTTP.

use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path};

use super::agreements::InForce;
use super::change::PriceChange;
use super::copy::{self, CopyOptions};
use super::copy_input::{
    ContractCopyInput, ListCopyInput, ListCopyView, ListEndingView, PromotionCopyInput, SchedulingInput, end_of,
};
use super::end;
use super::error::PriceAdminError;
use super::input::{EndingInput, Faults, Names, PriceListInput};
use super::reschedule::{self, Schedule};
use super::routes::Tag;
use super::views::{ContractView, PromotionView};
use super::{NewContract, NewPriceList, NewPromotion, contract, lists, promotion, put_contract, put_price_list, put_promotion};
use catalog::{Categories, Products};
use identity::Accounts;
use identity::permit;
use kernel::field_code::FieldCode;
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::wire::{Body, Code, Created, Etag, JsonResponse, Text, Timestamp, VersionMatch, if_match};
use prices::BadInput;
use store::clock;

type Result<T> = std::result::Result<T, ApiError<PriceAdminError>>;

/// Copying, scheduling, ending.
#[derive(Debug)]
pub struct CopyRoutes {
    /// All accounts.
    pub accounts: Accounts,
    /// All products.
    pub products: Products,
    /// All categories.
    pub categories: Categories,
}

#[OpenApi(tag = "Tag::Prices")]
impl CopyRoutes {
    /// Copy a price list
    ///
    /// Into a new list, one that is there, or itself: entries that have not ended, raised or lowered by a percentage and
    /// rounded if asked for. Copied into itself with a `valid_from` this is a price rise at a date. All of it is one price
    /// version.
    #[oai(path = "/v1/price-lists/:code/copies", method = "post", operation_id = "copy_price_list")]
    async fn copy_price_list(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<ListCopyInput>,
    ) -> Result<JsonResponse<ListCopyView>> {
        let mut faults = Faults::default();
        let adjustment = body.0.adjustment(&mut faults);
        BadInput::check(faults.0).map_err(PriceAdminError::from)?;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let change = PriceChange::begin(&tx, format!("price-list/{}", &*body.0.to)).await?;
        let from = lists::find(&tx, &code.0).await?.list.id;
        let to = match lists::find(&tx, &body.0.to).await {
            Ok(list) => list,
            Err(PriceAdminError::ListNotFound(_)) => {
                let new = self.new_list(&body.0)?;
                put_price_list(&tx, &change, new, None).await?
            }
            Err(error) => return Err(error.into()),
        };
        let valid_from = body.0.valid_from.map(|at| at.0);
        let copying = CopyOptions { from, to: to.list.id, adjustment, valid_from };
        let entries = copy::copy_entries(&tx, &change, &copying).await?;
        let view = ListCopyView { price_list: to.into(), entries, price_version: change.version };
        let answer = JsonResponse::stored(&tx, &view).await?;
        Ok(tx.commit(answer).await?)
    }

    /// End a price list
    ///
    /// At the instant given, or now: its entries end then, and those that would begin later are withdrawn. What is known of the
    /// past stays.
    #[oai(path = "/v1/price-lists/:code/ending", method = "post", operation_id = "end_price_list")]
    async fn end_price_list(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<EndingInput>,
    ) -> Result<JsonResponse<ListEndingView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let change = PriceChange::begin(&tx, format!("price-list/{}", &*code.0)).await?;
        let list = lists::find(&tx, &code.0).await?.list.id;
        let until = body.0.valid_until.map_or_else(clock::now, |at| at.0);
        let ended = end::end_entries(&tx, &change, list, until).await?;
        let view = ListEndingView {
            valid_until: Timestamp(until),
            ended: ended.ended,
            withdrawn: ended.withdrawn,
            price_version: change.version,
        };
        let answer = JsonResponse::stored(&tx, &view).await?;
        Ok(tx.commit(answer).await?)
    }

    /// Copy a contract
    ///
    /// Under a code of its own, with all its lines; what the body says is different.
    #[oai(path = "/v1/contracts/:code/copies", method = "post", operation_id = "copy_contract")]
    async fn copy_contract(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<ContractCopyInput>,
    ) -> Result<Created<ContractView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(Created::replay(replay));
        }
        let change = PriceChange::begin(&tx, format!("contract/{}", &*body.0.to)).await?;
        let original = contract::find(&tx, &code.0).await?;
        copy::is_free(&tx, "contracts", &body.0.to).await?;
        let new = self.changed_contract(copy::of_contract(&original, body.0.to.to_string()), body.0)?;
        let copy = put_contract(&tx, &change, new, None).await?;
        let answer = Created::stored(&tx, &ContractView::new(copy, &self.accounts, Vec::new())).await?;
        Ok(tx.commit(answer).await?)
    }

    /// Say when a contract applies
    ///
    /// From and until the instants given; nothing else about it changes. With `If-Match` the change happens only if nobody
    /// changed it meanwhile.
    #[oai(path = "/v1/contracts/:code/scheduling", method = "post", operation_id = "schedule_contract")]
    async fn schedule_contract(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<SchedulingInput>,
    ) -> Result<JsonResponse<ContractView>> {
        let schedule = schedule_of(&body.0)?;
        let expected = if_match(expected.0.as_deref())?;
        self.reschedule_contract(&who, &code.0, key.0.as_deref(), schedule, expected).await
    }

    /// End a contract
    ///
    /// At the instant given, or now. One that would begin later is put out of force.
    #[oai(path = "/v1/contracts/:code/ending", method = "post", operation_id = "end_contract")]
    async fn end_contract(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<EndingInput>,
    ) -> Result<JsonResponse<ContractView>> {
        let until = body.0.valid_until.map_or_else(clock::now, |at| at.0);
        self.reschedule_contract(&who, &code.0, key.0.as_deref(), Schedule::EndAt(until), None).await
    }

    /// Copy a promotion
    ///
    /// Under a code of its own, with all its lines; what the body says is different.
    #[oai(path = "/v1/promotions/:code/copies", method = "post", operation_id = "copy_promotion")]
    async fn copy_promotion(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<PromotionCopyInput>,
    ) -> Result<Created<PromotionView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(Created::replay(replay));
        }
        let change = PriceChange::begin(&tx, format!("promotion/{}", &*body.0.to)).await?;
        let original = promotion::find(&tx, &code.0).await?;
        copy::is_free(&tx, "promotions", &body.0.to).await?;
        let new = self.changed_promotion(copy::of_promotion(&original, body.0.to.to_string()), body.0)?;
        let copy = put_promotion(&tx, &change, new, None).await?;
        let answer = Created::stored(&tx, &PromotionView::new(copy, Vec::new())).await?;
        Ok(tx.commit(answer).await?)
    }

    /// Say when a promotion applies
    ///
    /// From and until the instants given; nothing else about it changes. With `If-Match` the change happens only if nobody
    /// changed it meanwhile.
    #[oai(path = "/v1/promotions/:code/scheduling", method = "post", operation_id = "schedule_promotion")]
    async fn schedule_promotion(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<SchedulingInput>,
    ) -> Result<JsonResponse<PromotionView>> {
        let schedule = schedule_of(&body.0)?;
        let expected = if_match(expected.0.as_deref())?;
        reschedule_promotion(&who, &code.0, key.0.as_deref(), schedule, expected).await
    }

    /// End a promotion
    ///
    /// At the instant given, or now. One that would begin later is put out of force.
    #[oai(path = "/v1/promotions/:code/ending", method = "post", operation_id = "end_promotion")]
    async fn end_promotion(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<EndingInput>,
    ) -> Result<JsonResponse<PromotionView>> {
        let until = body.0.valid_until.map_or_else(clock::now, |at| at.0);
        reschedule_promotion(&who, &code.0, key.0.as_deref(), Schedule::EndAt(until), None).await
    }
}

fn schedule_of(input: &SchedulingInput) -> std::result::Result<Schedule, PriceAdminError> {
    let mut faults = Faults::default();
    let [from, until] = faults.validity("", input.valid_from, input.valid_until);
    BadInput::check(faults.0)?;
    Ok(Schedule::Between(from, until))
}

impl CopyRoutes {
    fn names(&self) -> Names<'_> {
        Names { accounts: &self.accounts, products: &self.products, categories: &self.categories }
    }

    fn new_list(&self, input: &ListCopyInput) -> std::result::Result<NewPriceList, PriceAdminError> {
        if input.assigned.is_none() {
            return Err(BadInput::one("/assigned", FieldCode::MissingValue, "must name whom the new list is for").into());
        }
        let mut faults = Faults::default();
        let list = PriceListInput { name: input.name.clone(), assigned: input.assigned.clone() };
        let new = list.check(&input.to, &self.names(), &mut faults);
        BadInput::check(faults.0)?;
        new.ok_or_else(|| PriceAdminError::ListNotFound(input.to.to_string()))
    }

    fn changed_contract(&self, copy: NewContract, input: ContractCopyInput) -> std::result::Result<NewContract, PriceAdminError> {
        let mut faults = Faults::default();
        let names = self.names();
        let account = input.account.map(|code| faults.account("/account", &code, &names).unwrap_or(copy.account));
        let valid_from = input.valid_from.map_or(copy.valid_from, |at| Some(at.0));
        let valid_until = end_of(input.valid_until, copy.valid_until, valid_from);
        faults.validity("", valid_from.map(Timestamp), valid_until.map(Timestamp));
        BadInput::check(faults.0)?;
        Ok(NewContract {
            name: input.name.map_or(copy.name, Text::into_inner),
            account: account.unwrap_or(copy.account),
            valid_from,
            valid_until,
            mode: input.mode.unwrap_or(copy.mode),
            active: input.status.map_or(copy.active, |status| status == InForce::Active),
            ..copy
        })
    }

    fn changed_promotion(
        &self,
        copy: NewPromotion,
        input: PromotionCopyInput,
    ) -> std::result::Result<NewPromotion, PriceAdminError> {
        let mut faults = Faults::default();
        let audience = input.audience.and_then(|audience| audience.check(&self.names(), &mut faults));
        let valid_from = input.valid_from.map_or(copy.valid_from, |at| Some(at.0));
        let valid_until = end_of(input.valid_until, copy.valid_until, valid_from);
        faults.validity("", valid_from.map(Timestamp), valid_until.map(Timestamp));
        BadInput::check(faults.0)?;
        Ok(NewPromotion {
            name: input.name.map_or(copy.name, Text::into_inner),
            audience: audience.unwrap_or(copy.audience),
            coupon: input.coupon.map_or(copy.coupon, |coupon| Some(coupon.into_inner())),
            valid_from,
            valid_until,
            active: input.status.map_or(copy.active, |status| status == InForce::Active),
            ..copy
        })
    }

    /// Reschedules a contract in a transaction of its own.
    async fn reschedule_contract(
        &self,
        who: &Acting<permit::WritePrices>,
        code: &str,
        key: Option<&str>,
        schedule: Schedule,
        expected: Option<VersionMatch>,
    ) -> Result<JsonResponse<ContractView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let contract = reschedule::contract(&tx, code, schedule, expected).await?;
        let view = ContractView::new(contract, &self.accounts, Vec::new());
        let answer = JsonResponse::stored(&tx, &view).await?.with_etag(Etag(view.price_version));
        Ok(tx.commit(answer).await?)
    }
}

/// Reschedules a promotion in a transaction of its own.
async fn reschedule_promotion(
    who: &Acting<permit::WritePrices>,
    code: &str,
    key: Option<&str>,
    schedule: Schedule,
    expected: Option<VersionMatch>,
) -> Result<JsonResponse<PromotionView>> {
    let tx = who.begin().await?;
    if let Some(replay) = tx.claim(key).await? {
        return Ok(JsonResponse::replay(replay));
    }
    let view = PromotionView::new(reschedule::promotion(&tx, code, schedule, expected).await?, Vec::new());
    let answer = JsonResponse::stored(&tx, &view).await?.with_etag(Etag(view.price_version));
    Ok(tx.commit(answer).await?)
}
