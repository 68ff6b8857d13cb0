//! Clicks and reports over HTTP.

use poem_openapi::OpenApi;
use poem_openapi::param::Query;

use super::click::{Click, query_of, record_click};
use super::curation_routes::{Result, Tag};
use super::error::MerchandisingError;
use super::report::{self, ReportCursor, ReportFilter};
use super::report_views::{ReportOrder, SearchClickInput, SearchClickView, SearchReportView, SearchedView};
use super::search_log::{SearchLog, day_of};
use catalog::Products;
use identity::permit;
use identity::{Accounts, visible_account};
use kernel::field_code::FieldCode;
use kernel::principal::Acting;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::{Body, Code, JsonResponse, Timestamp, page_limit, place_of};
use store::clock;

/// Routes of clicks and reports.
#[derive(Debug)]
pub struct ReportRoutes {
    /// All accounts.
    pub accounts: Accounts,
    /// All products.
    pub products: Products,
    /// The log of searches.
    pub log: SearchLog,
}

/// The last position a hit can have.
const LAST_POSITION: u32 = 10_100;
/// Days of a report without `from`.
const USUAL_DAYS: i64 = 30;

#[OpenApi(tag = "Tag::Merchandising")]
impl ReportRoutes {
    /// Note a click
    ///
    /// Records that a buyer opened a hit of a search. A click can be recorded for 7 days, and once for each product; repeating
    /// it changes nothing.
    #[oai(path = "/v1/search/clicks", method = "post", operation_id = "note_search_click")]
    async fn note_search_click(
        &self,
        who: Acting<permit::ReadProducts>,
        body: Body<SearchClickInput>,
    ) -> Result<JsonResponse<SearchClickView>> {
        let input = body.0;
        let unknown = || MerchandisingError::SearchNotFound(input.search_id.to_string());
        if !(1..=LAST_POSITION).contains(&input.position) {
            return Err(CommonError::from(
                FieldError::new("/position", FieldCode::OutOfRange, format!("must be from 1 to {LAST_POSITION}"))
                    .with("min", 1)
                    .with("max", LAST_POSITION),
            )
            .into());
        }
        let (Some(account), Ok(search)) = (who.account(), place_of(&input.search_id)) else { return Err(unknown().into()) };
        let catalog_view = self.products.view_for(Some(account));
        let product = self.products.by_sku(&input.sku).filter(|product| catalog_view.can_see(product));
        let product = product.ok_or_else(|| MerchandisingError::ProductNotFound(input.sku.to_string()))?;
        let query = query_of(&who.db(), &self.log, account, search).await?.ok_or_else(unknown)?;
        let tx = who.begin().await?;
        record_click(&tx, Click { search, account, product: product.id, position: input.position }, &query).await?;
        tx.commit(()).await?;
        let view =
            SearchClickView { search_id: input.search_id.to_string(), sku: product.sku.to_string(), position: input.position };
        Ok(JsonResponse::of(&view)?)
    }

    /// Report on searches
    ///
    /// What buyers searched for in some days, by default the last 30 (days begin at midnight UTC; 180 are kept): how often, how
    /// often without result, which hits were opened, which orders followed within 3 days. `order` says what comes first:
    /// `empty_searches` lists queries without result. Searches appear a second after they happened.
    #[oai(path = "/v1/search/reports", method = "get", operation_id = "report_searches")]
    #[expect(clippy::too_many_arguments, reason = "each is a query parameter of its own")]
    async fn report_searches(
        &self,
        who: Acting<permit::WriteProducts>,
        from: Query<Option<Timestamp>>,
        until: Query<Option<Timestamp>>,
        order: Query<Option<ReportOrder>>,
        account: Query<Option<Code>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 2000))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<SearchReportView>> {
        let account = visible_account(&who, &self.accounts, account.0.as_deref()).map_err(MerchandisingError::from)?;
        let last = day_of(until.0.map_or_else(clock::now, |until| until.0));
        let first = from.0.map_or(last - USUAL_DAYS + 1, |from| day_of(from.0));
        if first > last {
            return Err(
                CommonError::invalid("until", FieldCode::EndsBeforeStart, "the last day must not be before the first").into()
            );
        }
        let filter = ReportFilter { days: (first, last), account, order: order.0.unwrap_or_default() };
        let limit = page_limit(limit.0, 50, 500)?;
        let after = cursor.0.as_deref().map(ReportCursor::read).transpose()?;
        let db = who.db();
        // Totals are read first, so that the items contain at least what they count.
        let totals = report::totals(&db, filter).await?;
        let mut rows = report::by_query(&db, filter, after.as_ref(), limit + 1).await?;
        let more = rows.len() as u64 > limit;
        rows.truncate(limit as usize);
        let end = rows.last().filter(|_| more);
        let next = end.map(|row| ReportCursor { measure: filter.order.of(row), query: row.query.clone() }.cursor());
        let items = rows.into_iter().map(|row| SearchedView { totals: (&row).into(), query: row.query });
        let view = SearchReportView { totals: (&totals).into(), items: items.collect(), next_cursor: next };
        Ok(JsonResponse::of(&view)?)
    }
}
