//! Contracts and promotions over HTTP.

use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};

use super::agreements::{ContractInput, PromotionInput};
use super::change::PriceChange;
use super::error::PriceAdminError;
use super::input::{Faults, Names};
use super::routes::Tag;
use super::views::{ContractView, PromotionView};
use super::{contract, promotion, put_contract, put_promotion, queries, review};
use catalog::{Categories, Products};
use identity::permit;
use identity::{Accounts, visible_account};
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::wire::{Body, Code, Etag, JsonResponse, Page, PageRequest, if_match};
use prices::{BadInput, costs_of};

type Result<T> = std::result::Result<T, ApiError<PriceAdminError>>;

/// Contracts and promotions.
#[derive(Debug)]
pub struct AgreementRoutes {
    /// All accounts.
    pub accounts: Accounts,
    /// All products.
    pub products: Products,
    /// All categories.
    pub categories: Categories,
}

#[OpenApi(tag = "Tag::Prices")]
impl AgreementRoutes {
    /// Create or change a contract
    ///
    /// The contract becomes what the body says, all its lines included; lines that stay as they are keep their ids. What it
    /// said before stays known for prices of the past. `warnings` names what looks like a mistake. With `If-Match` the change
    /// happens only if nobody changed it meanwhile.
    #[oai(path = "/v1/contracts/:code", method = "put", operation_id = "put_contract")]
    async fn put_contract(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<ContractInput>,
    ) -> Result<JsonResponse<ContractView>> {
        let expected = if_match(expected.0.as_deref())?;
        let mut faults = Faults::default();
        let new = body.0.check(&code.0, &self.names(), &mut faults);
        BadInput::check(faults.0).map_err(PriceAdminError::from)?;
        let new = new.ok_or_else(|| PriceAdminError::ContractNotFound(code.0.to_string()))?;
        let tx = who.begin().await?;
        let change = PriceChange::begin(&tx, format!("contract/{}", &*code.0)).await?;
        let costs = costs_of(&tx, &review::products_of(&new.lines)).await?;
        let usual = self.accounts.by_id(new.account).map(|account| account.currency);
        let warnings = review::contract(&new, &self.products, &costs, usual);
        let contract = put_contract(&tx, &change, new, expected).await?;
        let contract = tx.commit(contract).await?;
        self.contract_answer(contract, warnings)
    }

    /// Read a contract
    ///
    /// As it stands now, with all its lines.
    #[oai(path = "/v1/contracts/:code", method = "get", operation_id = "get_contract")]
    async fn get_contract(&self, who: Acting<permit::WritePrices>, code: Path<Code>) -> Result<JsonResponse<ContractView>> {
        self.contract_answer(contract::find(&who.db(), &code.0).await?, Vec::new())
    }

    /// List contracts
    ///
    /// In the order they were created, without their lines; of one account with `account`.
    #[oai(path = "/v1/contracts", method = "get", operation_id = "list_contracts")]
    async fn list_contracts(
        &self,
        who: Acting<permit::WritePrices>,
        #[oai(validator(max_length = 64))] account: Query<Option<String>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<ContractView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 50, 500)?;
        let visible = visible_account(&who, &self.accounts, account.0.as_deref()).map_err(PriceAdminError::from)?;
        let contracts = queries::list_contracts(&who.db(), visible, page).await?;
        let items =
            contracts.into_iter().map(|(code, terms)| (terms.contract_id.0, ContractView::summary(code, terms, &self.accounts)));
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Create or change a promotion
    ///
    /// The promotion becomes what the body says, all its lines included. `warnings` names what looks like a mistake. With
    /// `If-Match` the change happens only if nobody changed it meanwhile.
    #[oai(path = "/v1/promotions/:code", method = "put", operation_id = "put_promotion")]
    async fn put_promotion(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<PromotionInput>,
    ) -> Result<JsonResponse<PromotionView>> {
        let expected = if_match(expected.0.as_deref())?;
        let mut faults = Faults::default();
        let new = body.0.check(&code.0, &self.names(), &mut faults);
        BadInput::check(faults.0).map_err(PriceAdminError::from)?;
        let new = new.ok_or_else(|| PriceAdminError::PromotionNotFound(code.0.to_string()))?;
        let tx = who.begin().await?;
        let change = PriceChange::begin(&tx, format!("promotion/{}", &*code.0)).await?;
        let costs = costs_of(&tx, &review::products_of(&new.lines)).await?;
        let warnings = review::lines(&new.lines, new.currency, &self.products, &costs);
        let promotion = put_promotion(&tx, &change, new, expected).await?;
        promotion_answer(PromotionView::new(tx.commit(promotion).await?, warnings))
    }

    /// Read a promotion
    ///
    /// As it stands now, with all its lines.
    #[oai(path = "/v1/promotions/:code", method = "get", operation_id = "get_promotion")]
    async fn get_promotion(&self, who: Acting<permit::WritePrices>, code: Path<Code>) -> Result<JsonResponse<PromotionView>> {
        promotion_answer(PromotionView::new(promotion::find(&who.db(), &code.0).await?, Vec::new()))
    }

    /// List promotions
    ///
    /// In the order they were created, without their lines.
    #[oai(path = "/v1/promotions", method = "get", operation_id = "list_promotions")]
    async fn list_promotions(
        &self,
        who: Acting<permit::WritePrices>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<PromotionView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 50, 500)?;
        let promotions = queries::list_promotions(&who.db(), page).await?;
        let items = promotions.into_iter().map(|(code, terms)| (terms.promotion_id.0, PromotionView::summary(code, terms)));
        Ok(JsonResponse::of(&page.page(items))?)
    }
}

impl AgreementRoutes {
    fn names(&self) -> Names<'_> {
        Names { accounts: &self.accounts, products: &self.products, categories: &self.categories }
    }

    fn contract_answer(
        &self,
        contract: contract::Contract,
        warnings: Vec<review::PriceWarning>,
    ) -> Result<JsonResponse<ContractView>> {
        let view = ContractView::new(contract, &self.accounts, warnings);
        Ok(JsonResponse::of(&view)?.with_etag(Etag(view.price_version)))
    }
}

fn promotion_answer(view: PromotionView) -> Result<JsonResponse<PromotionView>> {
    Ok(JsonResponse::of(&view)?.with_etag(Etag(view.price_version)))
}
