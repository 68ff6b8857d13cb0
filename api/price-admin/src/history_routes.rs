//! Who changed what when, over HTTP.

use ahash::AHashMap;
use entity::{contract_terms, price_list_terms, promotion_terms};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryResult, Value};

use super::change::{ChangedPart, placeholders};
use super::error::PriceAdminError;
use super::history::{self, HistoryPosition, Numbered, Origin, Step, Wanted, line_changes};
use super::history_views::{
    ContractChangeView, ContractTermsChangeView, EntryChangeView, LineChangeView, ListTermsChangeView, PriceListChangeView,
    PromotionChangeView, PromotionTermsChangeView,
};
use super::lines::{COLUMNS, NewLine};
use super::lists::PriceList;
use super::routes::Tag;
use super::views::{AgreementLineView, ContractView, PriceEntryView, PriceListView, PromotionView};
use super::{contract, lists, promotion};
use catalog::Products;
use identity::Accounts;
use identity::permit;
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::wire::{Code, JsonResponse, Page, page_limit, pair_cursor, pair_of};
use prices::stored_terms;
use store::sql::statement;

type Result<T> = std::result::Result<T, ApiError<PriceAdminError>>;
type Found<T> = std::result::Result<T, PriceAdminError>;

/// Versions of a contract or promotion that a page spans at most.
const VERSIONS: u64 = 10;

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
        let wanted = Wanted { list: list.list.id, product, after, limit: limit + 1 };
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
        let origins = history::origins(&db, ChangedPart::Contract(id), after.0, VERSIONS).await?;
        let versions: Vec<i64> = origins.iter().map(|origin| origin.version).collect();
        let mut terms: Vec<contract_terms::Model> = Vec::new();
        let mut lines = Vec::new();
        if !versions.is_empty() {
            let touched = Condition::any()
                .add(contract_terms::Column::ChangeId.is_in(versions.clone()))
                .add(contract_terms::Column::EndChangeId.is_in(versions.clone()));
            let select = contract_terms::Entity::find().filter(contract_terms::Column::ContractId.eq(id)).filter(touched);
            terms = select.all(&db).await?;
            lines = contract_lines(&db, id.0, &versions).await?;
        }
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
        let origins = history::origins(&db, ChangedPart::Promotion(id), after.0, VERSIONS).await?;
        let versions: Vec<i64> = origins.iter().map(|origin| origin.version).collect();
        let mut terms: Vec<promotion_terms::Model> = Vec::new();
        if !versions.is_empty() {
            let touched = Condition::any()
                .add(promotion_terms::Column::ChangeId.is_in(versions.clone()))
                .add(promotion_terms::Column::EndChangeId.is_in(versions));
            let select = promotion_terms::Entity::find().filter(promotion_terms::Column::PromotionId.eq(id)).filter(touched);
            terms = select.all(&db).await?;
        }
        let lines = promotion_lines(&db, &terms).await?;
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
        db: &impl ConnectionTrait,
        list: &PriceList,
        wanted: &Wanted,
        origins: &[Origin],
    ) -> Found<Page<PriceListChangeView>> {
        let versions: Vec<i64> = origins.iter().map(|origin| origin.version).collect();
        if versions.is_empty() {
            return Ok(Page { items: Vec::new(), next_cursor: None });
        }
        let mut terms: Vec<price_list_terms::Model> = Vec::new();
        if wanted.product.is_none() {
            let touched = Condition::any()
                .add(price_list_terms::Column::ChangeId.is_in(versions.clone()))
                .add(price_list_terms::Column::EndChangeId.is_in(versions.clone()));
            let select = price_list_terms::Entity::find().filter(price_list_terms::Column::ListId.eq(list.list.id));
            terms = select.filter(touched).all(db).await?;
        }
        let view = |row: &price_list_terms::Model| PriceListView::from(PriceList { list: list.list.clone(), terms: row.clone() });
        let mut changes = history::entry_changes(db, wanted, &versions).await?.into_iter().peekable();
        let mut items: Vec<(HistoryPosition, PriceListChangeView)> = Vec::new();
        for origin in origins {
            let version = origin.version;
            let told = wanted.after.version == version && wanted.after.step != Step::Start;
            let before = terms.iter().find(|row| row.end_change_id == Some(version));
            let now = terms.iter().find(|row| row.change_id == version);
            if (before.is_some() || now.is_some()) && !told {
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

/// A contract's line and the versions that recorded and ended it.
struct LineRow {
    id: i64,
    line: NewLine,
    recorded: i64,
    ended: Option<i64>,
}

async fn contract_lines(db: &impl ConnectionTrait, contract: i64, versions: &[i64]) -> Found<Vec<LineRow>> {
    let mut values: Vec<Value> = vec![contract.into()];
    values.extend(versions.iter().map(|version| Value::from(*version)));
    let places = placeholders(2, versions.len());
    let sql = format!(
        "select id, change_id, end_change_id, valid_from, valid_until, {COLUMNS} from contract_lines \
         where contract_id = $1 and (change_id in ({places}) or end_change_id in ({places})) order by id"
    );
    let one = |row: &QueryResult| {
        Ok(LineRow {
            id: row.try_get("", "id")?,
            line: contract::read_line(row)?,
            recorded: row.try_get("", "change_id")?,
            ended: row.try_get("", "end_change_id")?,
        })
    };
    let rows = db.query_all_raw(statement(db, sql, values)).await?;
    Ok(rows.iter().map(one).collect::<std::result::Result<_, sea_orm::DbErr>>()?)
}

/// The lines of versions of promotions, by their terms.
async fn promotion_lines(db: &impl ConnectionTrait, terms: &[promotion_terms::Model]) -> Found<AHashMap<i64, Vec<Numbered>>> {
    let mut found: AHashMap<i64, Vec<Numbered>> = AHashMap::new();
    if terms.is_empty() {
        return Ok(found);
    }
    let values: Vec<Value> = terms.iter().map(|terms| terms.id.into()).collect();
    let places = placeholders(1, values.len());
    let sql = format!("select id, terms_id, {COLUMNS} from promotion_lines where terms_id in ({places}) order by id");
    for row in db.query_all_raw(statement(db, sql, values)).await? {
        let line = NewLine::of(stored_terms::line(&row)?);
        found.entry(row.try_get("", "terms_id")?).or_default().push((row.try_get("", "id")?, line));
    }
    Ok(found)
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
    let last = pages.last().map(|(version, _)| *version).filter(|_| pages.len() as u64 == VERSIONS);
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
