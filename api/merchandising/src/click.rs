//! Records clicks of buyers on the hits of a search.

use std::time::Duration;

use entity::{AccountId, ProductId, noted_clicks, noted_searches};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _, Set};

use super::daily_totals::{DailyTotals, SearchCounts};
use super::error::MerchandisingError;
use super::search_log::{SearchLog, day_of, instant_of};
use kernel::problem::CommonError;
use store::clock::{self, SECOND};
use store::database::{Reader, Tx};

/// The most products of one search whose clicks are recorded.
const MAX_CLICKS: usize = 200;
/// Another process may have answered the search and not have written it yet. How long that may take, how often to look for the
/// search, and how long to wait between two attempts.
const MAX_WRITE_DELAY: i64 = 3 * SECOND;
const ATTEMPTS: u32 = 15;
const ATTEMPT_PAUSE: Duration = Duration::from_millis(100);

/// A click on a hit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Click {
    pub(super) search: i64,
    pub(super) account: AccountId,
    pub(super) product: ProductId,
    pub(super) position: u32,
}

/// The query of a logged search of the account; none when there is no such search. Waits for a search that another process has
/// just answered.
pub(super) async fn query_of(db: &Reader, log: &SearchLog, account: AccountId, id: i64) -> Result<Option<String>, CommonError> {
    if let Some(search) = log.unwritten(id) {
        return Ok((search.account == account).then(|| search.query.clone()));
    }
    for _ in 0..ATTEMPTS {
        if let Some(row) = noted_searches::Entity::find_by_id(id).one(db).await? {
            return Ok((row.account_id == account).then_some(row.query));
        }
        let age = clock::now().0 - instant_of(id).0;
        if !(0..MAX_WRITE_DELAY).contains(&age) {
            break;
        }
        tokio::time::sleep(ATTEMPT_PAUSE).await;
    }
    Ok(None)
}

/// Records a click on a search with this query. A second click on the same product changes nothing.
pub(super) async fn record_click(tx: &Tx, click: Click, query: &str) -> Result<(), MerchandisingError> {
    let of_search = noted_clicks::Entity::find().filter(noted_clicks::Column::SearchId.eq(click.search));
    let before: Vec<ProductId> = of_search.select_only().column(noted_clicks::Column::ProductId).into_tuple().all(tx).await?;
    if before.contains(&click.product) || before.len() >= MAX_CLICKS {
        return Ok(());
    }
    let row = noted_clicks::ActiveModel {
        search_id: Set(click.search),
        product_id: Set(click.product),
        position: Set(i64::from(click.position)),
    };
    let columns = [noted_clicks::Column::SearchId, noted_clicks::Column::ProductId];
    let on_conflict = OnConflict::columns(columns).do_nothing().to_owned();
    let added = noted_clicks::Entity::insert(row).on_conflict(on_conflict).exec_without_returning(tx).await?;
    if added == 0 {
        return Ok(());
    }
    let counts = SearchCounts {
        clicks: 1,
        clicked: i64::from(before.is_empty()),
        positions: i64::from(click.position),
        ..SearchCounts::default()
    };
    let mut totals = DailyTotals::default();
    totals.add(day_of(instant_of(click.search)), query, click.account, counts);
    Ok(totals.write(tx).await?)
}
