//! That a buyer opened what a search showed.

use std::time::Duration;

use entity::{AccountId, ProductId, noted_clicks, noted_searches};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _, Set};

use super::error::MerchandisingError;
use super::journal::{Journal, day_of, instant_of};
use super::tally::{Tallies, Tally};
use kernel::problem::CommonError;
use store::clock::{self, SECOND};
use store::database::{Reader, Tx};

/// Products of one search whose clicks are noted.
const MOST_CLICKS: usize = 200;
/// How long the note of a search may take to be written by the process that answered it, and how often it is looked for.
const WRITTEN_WITHIN: i64 = 3 * SECOND;
const LOOKS: u32 = 15;
const PAUSE: Duration = Duration::from_millis(100);

/// A click.
#[derive(Clone, Copy, Debug)]
pub(super) struct Click {
    pub(super) search: i64,
    pub(super) account: AccountId,
    pub(super) product: ProductId,
    pub(super) position: u32,
}

/// The words of a search of the account; none when there is no such search. One that another process answered a moment ago is
/// waited for.
pub(super) async fn words(db: &Reader, journal: &Journal, account: AccountId, id: i64) -> Result<Option<String>, CommonError> {
    if let Some(note) = journal.waiting(id) {
        return Ok((note.account == account).then(|| note.query.clone()));
    }
    for _ in 0..LOOKS {
        if let Some(row) = noted_searches::Entity::find_by_id(id).one(db).await? {
            return Ok((row.account_id == account).then_some(row.query));
        }
        let age = clock::now().0 - instant_of(id).0;
        if !(0..WRITTEN_WITHIN).contains(&age) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(None)
}

/// Notes a click on a search with these words; a second one on the same product changes nothing.
pub(super) async fn note_click(tx: &Tx, click: Click, query: &str) -> Result<(), MerchandisingError> {
    let of_search = noted_clicks::Entity::find().filter(noted_clicks::Column::SearchId.eq(click.search));
    let before: Vec<ProductId> = of_search.select_only().column(noted_clicks::Column::ProductId).into_tuple().all(tx).await?;
    if before.contains(&click.product) || before.len() >= MOST_CLICKS {
        return Ok(());
    }
    let row = noted_clicks::ActiveModel {
        search_id: Set(click.search),
        product_id: Set(click.product),
        position: Set(i64::from(click.position)),
    };
    let columns = [noted_clicks::Column::SearchId, noted_clicks::Column::ProductId];
    let again = OnConflict::columns(columns).do_nothing().to_owned();
    let added = noted_clicks::Entity::insert(row).on_conflict(again).exec_without_returning(tx).await?;
    if added == 0 {
        return Ok(());
    }
    let one =
        Tally { clicks: 1, clicked: i64::from(before.is_empty()), positions: i64::from(click.position), ..Tally::default() };
    let mut tallies = Tallies::default();
    tallies.add(day_of(instant_of(click.search)), query, click.account, one);
    Ok(tallies.write(tx).await?)
}
