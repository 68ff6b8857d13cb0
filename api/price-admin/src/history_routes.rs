//! The history of prices over HTTP: who changed what and when.

use entity::{contract_terms, price_list_terms, promotion_terms};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use store::Db;

use super::change::ChangedPart;
use super::error::PriceAdminError;
use super::history::{self, EntryHistoryFilter, HistoryPosition, Numbered, Origin, Step, line_changes};
use super::history_views::{
    ContractChangeView, ContractTermsChangeView, EntryChangeView, LineChangeView, ListTermsChangeView, PriceListChangeView,
    PromotionChangeView, PromotionTermsChangeView,
};
use super::lists::PriceList;
use super::routes::Tag;
use super::views::{AgreementLineView, ContractView, PriceEntryView, PriceListView, PromotionView};
use super::{contract, history_rows, lists, promotion};
use catalog::Products;
use identity::Accounts;
use identity::permit;
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::wire::{Code, JsonResponse, Page, page_limit, pair_cursor, pair_of};

type Result<T> = std::result::Result<T, ApiError<PriceAdminError>>;
type Found<T> = std::result::Result<T, PriceAdminError>;

/// Versions of a contract or promotion that a page spans at most.
const VERSIONS_PER_PAGE: u64 = 10;

/// Who changed what when.
#[derive(Debug)]
pub struct PriceHistoryRoutes {
    /// All accounts.
    pub accounts: Accounts,
    /// All products.
    pub products: Products,
}

#[OpenApi(tag = "Tag::Prices")]
impl PriceHistoryRoutes {
    /// List changes of a price list
    ///
    /// Newest first: who changed name, assignment or an entry, when, and what stood there before and after. With `sku` only
    /// the entries of a product.
    #[oai(path = "/v1/price-lists/:code/changes", method = "get", operation_id = "list_price_list_changes")]
    async fn list_price_list_changes(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        #[oai(validator(max_length = 200))] sku: Query<Option<String>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<PriceListChangeView>>> {
        let limit = page_limit(limit.0, 100, 500)?;
        let after = cursor.0.as_deref().map(pair_of).transpose()?.map_or(HistoryPosition::START, HistoryPosition::unpacked);
        let unknown = |sku: &String| PriceAdminError::ProductNotFound(sku.clone());
        let product = sku.0.as_ref().map(|sku| self.products.by_sku(sku).ok_or_else(|| unknown(sku))).transpose()?;
        let product = product.map(|product| product.id);
        let db = who.db();
        let list = lists::find(&db, &code.0).await?;
        let origins = match product {
            Some(product) => history::origins_of_product(&db, list.list.id, product, after.version, limit + 1).await?,
            None => history::origins(&db, ChangedPart::List(list.list.id), after.version, limit + 1).await?,
        };
        let wanted = EntryHistoryFilter { list: list.list.id, product, after, limit: limit + 1 };
        let page = self.list_changes(&db, &list, &wanted, &origins).await?;
        Ok(JsonResponse::of(&page)?)
    }

    /// List changes of a contract
    ///
    /// Newest first: who changed its terms or a line, when, and what stood there before and after.
    #[oai(path = "/v1/contracts/:code/changes", method = "get", operation_id = "list_contract_changes")]
    async fn list_contract_changes(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<ContractChangeView>>> {
        let limit = page_limit(limit.0, 100, 500)?;
        let after = cursor.0.as_deref().map(pair_of).transpose()?.unwrap_or((i64::MAX, 0));
        let db = who.db();
        let id = contract::find(&db, &code.0).await?.header.id;
        let origins = history::origins(&db, ChangedPart::Contract(id), after.0, VERSIONS_PER_PAGE).await?;
        let versions: Vec<i64> = origins.iter().map(|origin| origin.version).collect();
        let terms = history_rows::contract_terms(&db, id, &versions).await?;
        let lines = history_rows::contract_lines(&db, id, &versions).await?;
        let view = |row: &contract_terms::Model| ContractView::summary(code.0.to_string(), row.clone(), &self.accounts);
        let pages = origins.iter().map(|origin| {
            let version = origin.version;
            let before = terms.iter().find(|row| row.end_change_id == Some(version));
            let now = terms.iter().find(|row| row.change_id == version);
            let same = before.zip(now).is_some_and(|(before, now)| same_contract_terms(before, now));
            let terms = (!same && (before.is_some() || now.is_some()))
                .then(|| ContractTermsChangeView { before: before.map(view), after: now.map(view) });
            let of = |ended: bool| -> Vec<Numbered> {
                let touched = lines.iter().filter(|row| if ended { row.ended == Some(version) } else { row.recorded == version });
                touched.map(|row| (row.id, row.line.clone())).collect()
            };
            let lines = line_changes(of(true), of(false)).into_iter().map(line_change);
            let change = |terms, line| ContractChangeView { origin: origin.view(), terms, line };
            let all = terms.map(|terms| change(Some(terms), None)).into_iter();
            (version, all.chain(lines.map(|line| change(None, Some(line)))).collect())
        });
        Ok(JsonResponse::of(&page_of(pages.collect(), after, limit))?)
    }

    /// List changes of a promotion
    ///
    /// Newest first: who changed its terms or a line, when, and what stood there before and after.
    #[oai(path = "/v1/promotions/:code/changes", method = "get", operation_id = "list_promotion_changes")]
    async fn list_promotion_changes(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<PromotionChangeView>>> {
        let limit = page_limit(limit.0, 100, 500)?;
        let after = cursor.0.as_deref().map(pair_of).transpose()?.unwrap_or((i64::MAX, 0));
        let db = who.db();
        let id = promotion::find(&db, &code.0).await?.header.id;
        let origins = history::origins(&db, ChangedPart::Promotion(id), after.0, VERSIONS_PER_PAGE).await?;
        let versions: Vec<i64> = origins.iter().map(|origin| origin.version).collect();
        let terms = history_rows::promotion_terms(&db, id, &versions).await?;
        let lines = history_rows::promotion_lines(&db, &terms).await?;
        let view = |row: &promotion_terms::Model| PromotionView::summary(code.0.to_string(), row.clone());
        let pages = origins.iter().map(|origin| {
            let before = terms.iter().find(|row| row.end_change_id == Some(origin.version));
            let now = terms.iter().find(|row| row.change_id == origin.version);
            let same = before.zip(now).is_some_and(|(before, now)| same_promotion_terms(before, now));
            let changed = (!same && (before.is_some() || now.is_some()))
                .then(|| PromotionTermsChangeView { before: before.map(view), after: now.map(view) });
            let of = |row: Option<&promotion_terms::Model>| -> Vec<Numbered> {
                row.and_then(|row| lines.get(&row.id)).cloned().unwrap_or_default()
            };
            let lines = line_changes(of(before), of(now)).into_iter().map(unnumbered);
            let change = |terms, line| PromotionChangeView { origin: origin.view(), terms, line };
            let all = changed.map(|terms| change(Some(terms), None)).into_iter();
            (origin.version, all.chain(lines.map(|line| change(None, Some(line)))).collect())
        });
        Ok(JsonResponse::of(&page_of(pages.collect(), after, limit))?)
    }
}

impl PriceHistoryRoutes {
    async fn list_changes(
        &self,
        db: &impl Db,
        list: &PriceList,
        wanted: &EntryHistoryFilter,
        origins: &[Origin],
    ) -> Found<Page<PriceListChangeView>> {
        let versions: Vec<i64> = origins.iter().map(|origin| origin.version).collect();
        if versions.is_empty() {
            return Ok(Page { items: Vec::new(), next_cursor: None });
        }
        let mut terms: Vec<price_list_terms::Model> = Vec::new();
        if wanted.product.is_none() {
            terms = history_rows::list_terms(db, list.list.id, &versions).await?;
        }
        let view = |row: &price_list_terms::Model| PriceListView::from(PriceList { list: list.list.clone(), terms: row.clone() });
        let mut changes = history::entry_changes(db, wanted, &versions).await?.into_iter().peekable();
        let mut items: Vec<(HistoryPosition, PriceListChangeView)> = Vec::new();
        for origin in origins {
            let version = origin.version;
            let shown = wanted.after.version == version && wanted.after.step != Step::Start;
            let before = terms.iter().find(|row| row.end_change_id == Some(version));
            let now = terms.iter().find(|row| row.change_id == version);
            if (before.is_some() || now.is_some()) && !shown {
                let terms = Some(ListTermsChangeView { before: before.map(view), after: now.map(view) });
                let place = HistoryPosition { version, step: Step::Terms };
                items.push((place, PriceListChangeView { origin: origin.view(), terms, entry: None }));
            }
            while let Some(change) = changes.next_if(|change| change.place.version == version) {
                let entry = |row: entity::price_entries::Model| {
                    let sku = self.products.by_id(row.product_id).map(|product| product.sku.to_string());
                    PriceEntryView::new(row, sku.unwrap_or_default())
                };
                let entry = EntryChangeView { before: change.before.map(entry), after: change.after.map(entry) };
                items.push((change.place, PriceListChangeView { origin: origin.view(), terms: None, entry: Some(entry) }));
            }
        }
        let limit = wanted.limit as usize - 1;
        let next = if items.len() > limit {
            items.get(limit.saturating_sub(1)).map(|(place, _)| *place)
        } else {
            // Versions may have touched nothing in the end; what lies before them is still to come.
            origins
                .last()
                .filter(|_| origins.len() > limit)
                .map(|last| HistoryPosition { version: last.version - 1, step: Step::Start })
        };
        items.truncate(limit);
        let next_cursor = next.map(HistoryPosition::packed).map(|(version, step)| pair_cursor(version, step));
        Ok(Page { items: items.into_iter().map(|(_, item)| item).collect(), next_cursor })
    }
}

fn same_contract_terms(before: &contract_terms::Model, now: &contract_terms::Model) -> bool {
    (&before.name, before.account_id, &before.currency, before.valid_from, before.valid_until, before.mode, before.active)
        == (&now.name, now.account_id, &now.currency, now.valid_from, now.valid_until, now.mode, now.active)
}

fn same_promotion_terms(before: &promotion_terms::Model, now: &promotion_terms::Model) -> bool {
    let whom = |row: &promotion_terms::Model| (row.audience_kind, row.audience_id, row.audience_code.clone());
    let what = |row: &promotion_terms::Model| (row.name.clone(), row.currency, row.coupon.clone());
    (whom(before), what(before), before.valid_from, before.valid_until, before.active)
        == (whom(now), what(now), now.valid_from, now.valid_until, now.active)
}

fn line_change((before, after): (Option<Numbered>, Option<Numbered>)) -> LineChangeView {
    let view = |(id, line): Numbered| AgreementLineView::new(Some(id), line);
    LineChangeView { before: before.map(view), after: after.map(view) }
}

/// Lines of promotions are known by no number.
fn unnumbered((before, after): (Option<Numbered>, Option<Numbered>)) -> LineChangeView {
    let view = |(_, line): Numbered| AgreementLineView::new(None, line);
    LineChangeView { before: before.map(view), after: after.map(view) }
}

/// A page of changes that lie by version, after a place in one of them.
fn page_of<T>(pages: Vec<(i64, Vec<T>)>, after: (i64, i64), limit: u64) -> Page<T>
where
    T: poem_openapi::types::Type + poem_openapi::types::ParseFromJSON + poem_openapi::types::ToJSON + Send + Sync,
{
    let last = pages.last().map(|(version, _)| *version).filter(|_| pages.len() as u64 == VERSIONS_PER_PAGE);
    let numbered =
        pages.into_iter().flat_map(|(version, items)| items.into_iter().zip(1_i64..).map(move |(item, n)| (version, n, item)));
    let mut items: Vec<(i64, i64, T)> = numbered.filter(|(version, n, _)| *version != after.0 || *n > after.1).collect();
    let more = items.len() as u64 > limit;
    items.truncate(limit as usize);
    let next = match items.last() {
        Some((version, n, _)) if more => Some((*version, *n)),
        _ => last.map(|version| (version - 1, 0)),
    };
    let next_cursor = next.map(|(version, n)| pair_cursor(version, n));
    Page { items: items.into_iter().map(|(_, _, item)| item).collect(), next_cursor }
}
