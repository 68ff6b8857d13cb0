//! What is recorded, remembered and deleted.

use entity::{AccountId, Instant, noted_searches, search_tallies};
use sea_orm::EntityTrait as _;

use super::daily_totals::purge_expired;
use super::past_queries::PastQueries;
use super::search_log::{SearchLog, SearchToLog};
use kernel::Kernel;
use kernel::rate::Rates;
use kernel::secret_key::SecretKey;
use kernel::tokens::Keys;
use store::clock::{self, DAY, later};
use store::database::Database;
use store::system::System;

fn seen(account: i64, text: &str, lookup: bool, found: usize) -> SearchToLog<'_> {
    SearchToLog { account: AccountId(account), text, lookup, relaxed: false, found, shown: Vec::new() }
}

fn own(past_queries: &PastQueries, account: i64, prefix: &str) -> Vec<String> {
    past_queries.of_account(AccountId(account), prefix, 10).iter().map(ToString::to_string).collect()
}

#[test]
fn queries_with_a_result_are_completed_for_their_account() {
    let log = SearchLog::default();
    for (second, (text, found)) in [("Hex  Bolt", 3), ("hex nut", 0), ("hexagon", 1), ("hex bolt", 3)].iter().enumerate() {
        let recorded = log.record(Instant(1_000_000 * (second as i64 + 1)), seen(1, text, false, *found));
        assert!(recorded.is_some());
    }
    assert_eq!(own(&log.past_queries, 1, "hex"), ["hex bolt", "hexagon"]);
    assert_eq!(own(&log.past_queries, 1, "hex bolt"), [""; 0], "a query that is typed completely is no completion");
    assert!(own(&log.past_queries, 2, "hex").is_empty(), "not those of other accounts");
    assert_eq!(log.record(Instant(9_000_000), seen(1, " - ", false, 9)), None, "a search without words is not recorded");
}

#[test]
fn search_ids_differ_and_waiting_searches_are_bounded() {
    let log = SearchLog::default();
    let ids: std::collections::BTreeSet<i64> =
        (0..1_000).filter_map(|_| log.record(Instant(5), seen(1, "same", false, 1))).collect();
    assert_eq!(ids.len(), 1_000);
    let recorded = (0..30_000).filter(|_| log.record(Instant(6), seen(1, "same", false, 1)).is_some()).count();
    assert_eq!(recorded, 19_000);
}

#[test]
fn fifty_queries_are_remembered_per_account() {
    let log = SearchLog::default();
    for n in 0..60 {
        log.record(Instant(n * 1_000_000), seen(1, &format!("part {n}"), false, 1));
    }
    let all = log.past_queries.of_account(AccountId(1), "", 100);
    assert_eq!((all.len(), &*all[0], &*all[49]), (50, "part 59", "part 10"));
}

async fn open_system() -> (System, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("test.db").display());
    let db = Database::connect(&url, 2).await.expect("a database");
    db.migrate().await.expect("a schema");
    let keys = Keys::load(&db, SecretKey::random().expect("a key")).await.expect("keys");
    (Kernel::new(db, keys, Rates::new(0)).system("test"), folder)
}

#[tokio::test]
async fn searches_are_written_once_and_deleted_after_their_retention() {
    let (system, _folder) = open_system().await;
    let log = SearchLog::default();
    let now = clock::now();
    let ago = |days: i64| later(now, -days * DAY);
    for (at, account, text) in [(ago(200), 1, "very old"), (ago(8), 1, "older"), (now, 1, "hex bolt"), (now, 1, "Hex Bolt")] {
        log.record(at, seen(account, text, false, 1)).expect("recorded");
    }
    for account in [2, 3, 4] {
        log.record(now, seen(account, "wing nut", false, 1)).expect("recorded");
        log.record(now, seen(account, "7-11", false, 1)).expect("recorded");
        log.record(now, seen(account, "cap nut", account == 4, 1)).expect("recorded");
    }
    log.write(&system).await.expect("written");
    log.write(&system).await.expect("nothing more to write");
    let db = system.db();
    assert_eq!(noted_searches::Entity::find().all(&db).await.expect("rows").len(), 13);
    let past_queries = PastQueries::default();
    past_queries.read_all(&db, now).await.expect("read");
    assert_eq!(own(&past_queries, 1, "").len(), 2, "90 days are remembered");
    assert_eq!(past_queries.popular("", 9).iter().map(ToString::to_string).collect::<Vec<_>>(), ["wing nut"]);
    let tx = system.begin().await.expect("a transaction");
    assert_eq!(purge_expired(&tx).await.expect("forgotten"), 3, "two searches and a sum");
    tx.commit(()).await.expect("kept");
    let left = search_tallies::Entity::find().all(&db).await.expect("rows");
    let bolts: Vec<i64> = left.iter().filter(|row| row.query == "hex bolt").map(|row| row.searches).collect();
    assert_eq!((bolts, left.iter().any(|row| row.query == "older")), (vec![2], true));
}
