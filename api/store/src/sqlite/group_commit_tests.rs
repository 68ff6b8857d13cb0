//! Transactions that share commits, in random interleavings: whoever is told that its transaction was committed finds all of it,
//! whoever is told that it failed finds nothing of it, and of a transaction whose waiter has gone there is all or nothing.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use sea_orm::ConnectionTrait as _;

use crate::actor::Actor;
use crate::database::{Database, Tx};
use crate::row::Db as _;

/// What becomes of a transaction that has written its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Commits,
    CommitsAlone,
    IsDropped,
    /// Whoever waits for the commit goes away after so many turns of the scheduler.
    IsAbandoned(u8),
    /// It breaks a rule that the database checks when it commits.
    FailsToCommit,
    /// SQLite takes it back by itself, as when the disk is full.
    IsTakenBack,
}

/// A transaction: turns of the scheduler before it begins, between its two rows and before its end, and its end.
#[derive(Clone, Copy, Debug)]
struct Script {
    pauses: [u8; 3],
    end: End,
}

/// What a transaction was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Committed,
    Failed,
    Nothing,
}

async fn pause(turns: u8) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}

async fn database() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("group.db").display());
    let db = Database::connect(&url, 1).await.expect("a database");
    let tx = db.begin(Actor::system("test")).await.expect("a transaction");
    tx.execute_unprepared("create table t (n bigint primary key)").await.expect("a table");
    let child = "create table child (parent bigint references t (n) deferrable initially deferred)";
    tx.execute_unprepared(child).await.expect("a table");
    tx.commit(()).await.expect("committed");
    (folder, db)
}

async fn write(tx: &Tx, number: i64) {
    tx.execute_raw(tx.statement("insert into t values ($1)", [number.into()])).await.expect("inserted");
}

/// Runs a transaction that writes the rows `2n` and `2n + 1`.
async fn run(db: Database, n: i64, script: Script) -> Told {
    pause(script.pauses[0]).await;
    let tx = db.begin(Actor::system("test")).await.expect("a transaction");
    write(&tx, 2 * n).await;
    pause(script.pauses[1]).await;
    write(&tx, 2 * n + 1).await;
    pause(script.pauses[2]).await;
    match script.end {
        End::IsDropped => return Told::Failed,
        End::CommitsAlone => tx.commit_alone(),
        End::FailsToCommit => drop(tx.execute_unprepared("insert into child values (-1)").await.expect("inserted")),
        End::IsTakenBack => drop(tx.execute_unprepared("rollback").await.expect("rolled back")),
        End::Commits | End::IsAbandoned(_) => {}
    }
    let told = |outcome: Result<(), _>| if outcome.is_ok() { Told::Committed } else { Told::Failed };
    let End::IsAbandoned(turns) = script.end else { return told(tx.commit(()).await) };
    tokio::select! {
        biased;
        outcome = tx.commit(()) => told(outcome),
        () = pause(turns) => Told::Nothing,
    }
}

async fn check(scripts: &[Script]) {
    let (_folder, db) = database().await;
    let tasks: Vec<_> = (1..).zip(scripts).map(|(n, script)| tokio::spawn(run(db.clone(), n, *script))).collect();
    let mut told = Vec::new();
    for task in tasks {
        told.push(tokio::time::timeout(Duration::from_secs(20), task).await.expect("an end").expect("no panic"));
    }
    let last = db.begin(Actor::system("test")).await.expect("the writer is free");
    write(&last, 0).await;
    last.commit(()).await.expect("whatever happened before harms nobody after");
    let rows = db.reader().rows(db.reader().statement("select n from t", [])).await.expect("rows");
    let stored: BTreeSet<i64> = rows.iter().map(|row| row.get(0).expect("a number")).collect();
    assert!(stored.contains(&0));
    for (n, (script, told)) in (1..).zip(scripts.iter().zip(told)) {
        let found = [2 * n, 2 * n + 1].map(|row| stored.contains(&row));
        let fits = match told {
            Told::Committed => found == [true, true],
            Told::Failed => found == [false, false],
            Told::Nothing => found[0] == found[1],
        };
        assert!(fits, "transaction {n}, {script:?}, was told {told:?}, and of its rows there are {found:?}");
        let never = matches!(script.end, End::IsDropped | End::FailsToCommit | End::IsTakenBack);
        assert!(!never || told == Told::Failed, "transaction {n}, {script:?}, was told {told:?}");
    }
}

fn script() -> impl Strategy<Value = Script> {
    let end = prop_oneof![
        6 => Just(End::Commits),
        1 => Just(End::CommitsAlone),
        2 => Just(End::IsDropped),
        2 => (0..6_u8).prop_map(End::IsAbandoned),
        1 => Just(End::FailsToCommit),
        1 => Just(End::IsTakenBack),
    ];
    (proptest::array::uniform3(0..5_u8), end).prop_map(|(pauses, end)| Script { pauses, end })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn what_a_transaction_was_told_is_what_is_stored(scripts in proptest::collection::vec(script(), 2..14)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(check(&scripts));
    }
}

/// Prints how many transactions a second eight clients get, with shared commits and without.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
#[ignore = "prints what shared commits gain; a figure belongs to the machine it was measured on"]
#[expect(clippy::print_stdout, reason = "the figure is what it is for")]
async fn the_gain_of_shared_commits() {
    const CLIENTS: i64 = 8;
    const EACH: i64 = 1_000;
    for round in 0..6 {
        let alone = round % 2 == 0;
        let (_folder, db) = database().await;
        let started = Instant::now();
        let clients = (0..CLIENTS).map(|client| {
            let db = db.clone();
            tokio::spawn(async move {
                for n in 0..EACH {
                    let tx = db.begin(Actor::system("test")).await.expect("a transaction");
                    write(&tx, client * EACH + n).await;
                    if alone {
                        tx.commit_alone();
                    }
                    tx.commit(()).await.expect("committed");
                }
            })
        });
        futures_util::future::join_all(clients).await;
        let each = started.elapsed().as_secs_f64() / (CLIENTS * EACH) as f64;
        println!("{}: {:.0} transactions a second", if alone { "alone " } else { "shared" }, 1.0 / each);
    }
}
