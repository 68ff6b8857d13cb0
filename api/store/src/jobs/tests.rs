//! Jobs are done exactly once, tried again when they fail, and set aside when they cannot be done.

use crate::row::Db as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use entity::{BackgroundJobId, Instant, background_jobs};
use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use serde::{Deserialize, Serialize};

use super::queue::{self, JobState};
use super::{GiveUp, Job, JobHandler, JobHandlers, JobWorker, LEASE, OutsideJobHandler, retry_delay};
use crate::clock::{SECOND, later};
use crate::database::{Database, Tx};
use crate::error::BoxError;
use crate::system::System;

/// Writes its number into the table `done`.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    number: i64,
    fails: Fails,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Fails {
    Never,
    Always,
    ForGood,
    Panics,
    Hangs,
}

impl Job for Note {
    const KIND: &'static str = "test.note";
    const MAX_ATTEMPTS: i32 = 3;
}

struct Notes;

#[async_trait::async_trait]
impl JobHandler<Note> for Notes {
    async fn run(&self, tx: &Tx, job: Note) -> Result<(), BoxError> {
        tx.execute_raw(tx.statement("insert into done (number) values ($1)", vec![job.number.into()])).await?;
        match job.fails {
            Fails::Never => Ok(()),
            Fails::Always => Err("it always fails".into()),
            Fails::ForGood => Err(GiveUp("it can never succeed".to_owned()).into()),
            Fails::Panics => panic!("it panics"),
            Fails::Hangs => {
                std::future::pending::<()>().await;
                Ok(())
            }
        }
    }
}

/// Counts its calls, and fails the first so many.
#[derive(Debug, Serialize, Deserialize)]
struct Call {
    failures: usize,
}

impl Job for Call {
    const KIND: &'static str = "test.call";
}

#[derive(Clone, Default)]
struct Calls(Arc<AtomicUsize>);

#[async_trait::async_trait]
impl OutsideJobHandler<Call> for Calls {
    type Answer = i64;

    async fn call(&self, _id: BackgroundJobId, job: &Call) -> Result<i64, BoxError> {
        let before = self.0.fetch_add(1, Ordering::Relaxed);
        if before < job.failures { Err("nobody answers".into()) } else { Ok(1_000) }
    }

    async fn record(&self, tx: &Tx, _job: &Call, answer: i64) -> Result<(), BoxError> {
        tx.execute_raw(tx.statement("insert into done (number) values ($1)", vec![answer.into()])).await?;
        Ok(())
    }
}

struct House {
    system: System,
    clock: Arc<AtomicI64>,
    calls: Calls,
    _folder: tempfile::TempDir,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("jobs.db").display());
        let db = Database::connect(&url, 2).await.expect("a database");
        db.migrate().await.expect("a schema");
        let system = db.system("jobs");
        let tx = system.begin().await.expect("a transaction");
        tx.execute_unprepared("create table done (number bigint not null)").await.expect("a table");
        tx.commit(()).await.expect("committed");
        Self { system, clock: Arc::new(AtomicI64::new(1_000 * SECOND)), calls: Calls::default(), _folder: folder }
    }

    fn worker(&self) -> JobWorker {
        self.worker_with(Duration::MAX)
    }

    fn worker_with(&self, time_limit: Duration) -> JobWorker {
        let handlers = JobHandlers::default().with::<Note>(Notes).with_outside::<Call>(self.calls.clone());
        let handlers = handlers.with_time_limit(time_limit);
        let clock = self.clock.clone();
        JobWorker::new(self.system.clone(), Arc::new(handlers)).with_clock(move || Instant(clock.load(Ordering::Relaxed)))
    }

    fn now(&self) -> Instant {
        Instant(self.clock.load(Ordering::Relaxed))
    }

    fn wait(&self, micros: i64) {
        self.clock.fetch_add(micros, Ordering::Relaxed);
    }

    async fn enqueue<J: Job>(&self, jobs: &[J]) -> Vec<BackgroundJobId> {
        let tx = self.system.begin().await.expect("a transaction");
        let ids = tx.enqueue_all(jobs, self.now()).await.expect("enqueued");
        tx.commit(ids).await.expect("committed")
    }

    async fn notes(&self, notes: impl IntoIterator<Item = (i64, Fails)>) -> Vec<BackgroundJobId> {
        let notes: Vec<Note> = notes.into_iter().map(|(number, fails)| Note { number, fails }).collect();
        self.enqueue(&notes).await
    }

    async fn done(&self) -> Vec<i64> {
        let db = self.system.db();
        let rows = db.rows(db.statement("select number from done order by number", vec![])).await.expect("rows");
        rows.iter().map(|row| row.get(0).expect("a number")).collect()
    }

    async fn job(&self, id: BackgroundJobId) -> Option<background_jobs::Model> {
        queue::one(&self.system.db(), id).await.expect("read")
    }

    async fn left(&self) -> usize {
        background_jobs::Entity::find().all(&self.system.db()).await.expect("read").len()
    }

    /// Works until nothing is due.
    async fn work(&self) {
        let worker = self.worker();
        while worker.run_due().await.expect("worked") > 0 {}
    }
}

#[tokio::test]
async fn a_job_exists_only_when_its_transaction_commits_and_is_done_once() {
    let house = House::new().await;
    let tx = house.system.begin().await.expect("a transaction");
    tx.enqueue(&Note { number: 1, fails: Fails::Never }, house.now()).await.expect("enqueued");
    drop(tx);
    house.notes([(2, Fails::Never)]).await;
    house.work().await;
    house.work().await;
    assert_eq!(house.done().await, [2]);
    assert_eq!(house.left().await, 0);
}

#[tokio::test]
async fn a_job_waits_until_it_is_due() {
    let house = House::new().await;
    let tx = house.system.begin().await.expect("a transaction");
    let due = later(house.now(), SECOND);
    tx.enqueue(&Note { number: 1, fails: Fails::Never }, due).await.expect("enqueued");
    tx.commit(()).await.expect("committed");
    house.work().await;
    assert!(house.done().await.is_empty());
    house.wait(SECOND);
    house.work().await;
    assert_eq!(house.done().await, [1]);
}

#[tokio::test]
async fn a_failed_job_is_tried_again_later_and_later_and_then_is_dead_until_somebody_retries_it() {
    let house = House::new().await;
    let id = house.notes([(1, Fails::Always)]).await[0];
    let mut delays = Vec::new();
    for attempt in 1..Note::MAX_ATTEMPTS {
        house.work().await;
        let job = house.job(id).await.expect("kept");
        assert_eq!((job.attempts, JobState::of(&job)), (attempt, JobState::Queued));
        delays.push(job.due_at.0 - house.now().0);
        house.wait(delays[delays.len() - 1] - 1);
        house.work().await;
        assert_eq!(house.job(id).await.expect("kept").attempts, attempt, "not before it is due");
        house.wait(1);
    }
    assert!((5 * SECOND / 2..=5 * SECOND).contains(&delays[0]) && (5 * SECOND..=10 * SECOND).contains(&delays[1]), "{delays:?}");
    house.work().await;
    let dead = house.job(id).await.expect("kept");
    assert_eq!((JobState::of(&dead), dead.last_error.as_deref()), (JobState::Dead, Some("it always fails")));
    house.wait(LEASE * 100);
    house.work().await;
    assert_eq!(house.job(id).await, Some(dead), "nobody takes a dead job");
    assert!(house.done().await.is_empty(), "what a failed job did is taken back");

    let tx = house.system.begin().await.expect("a transaction");
    assert!(queue::retry(&tx, id).await.expect("retried"));
    assert!(!queue::retry(&tx, id).await.expect("retried"), "it is dead no more");
    tx.commit(()).await.expect("committed");
    house.clock.store(crate::clock::now().0, Ordering::Relaxed);
    house.work().await;
    let job = house.job(id).await.expect("kept");
    assert_eq!((job.attempts, JobState::of(&job)), (1, JobState::Queued), "it has all its attempts again");
}

#[test]
fn delays_double_up_to_an_hour_and_differ_between_jobs() {
    for attempt in 1..60 {
        let full = (5 * SECOND).saturating_mul(1 << (attempt - 1).min(20)).min(3_600 * SECOND);
        let delays: Vec<i64> = (0..100).map(|id| retry_delay(BackgroundJobId(id), attempt)).collect();
        assert!(delays.iter().all(|delay| *delay > full / 2 && *delay <= full), "{attempt}: {delays:?}");
        let distinct: std::collections::BTreeSet<_> = delays.iter().collect();
        assert!(distinct.len() > 90);
    }
}

#[tokio::test]
async fn one_bad_job_is_set_aside_and_stops_no_other() {
    let house = House::new().await;
    let bad = [(7, Fails::Always), (8, Fails::ForGood), (9, Fails::Panics), (10, Fails::Hangs)];
    let ids = house.notes((0..50).map(|n| (n, bad.iter().find(|b| b.0 == n).map_or(Fails::Never, |b| b.1)))).await;
    let broken = "update background_jobs set payload = '{}' where id = $1";
    let tx = house.system.begin().await.expect("a transaction");
    tx.execute_raw(tx.statement(broken, vec![ids[20].into()])).await.expect("broken");
    tx.commit(()).await.expect("committed");
    let worker = house.worker_with(Duration::from_millis(20));
    while worker.run_due().await.expect("worked") > 0 {}
    let expected: Vec<i64> = (0..50).filter(|n| !(7..=10).contains(n) && *n != 20).collect();
    assert_eq!(house.done().await, expected);
    let mut errors = Vec::new();
    for at in [7, 8, 9, 10, 20] {
        let job = house.job(ids[at]).await.expect("kept");
        errors.push((JobState::of(&job), job.last_error.expect("an error")));
    }
    assert_eq!(errors[0], (JobState::Queued, "it always fails".to_owned()));
    assert_eq!(errors[1], (JobState::Dead, "it can never succeed".to_owned()));
    assert_eq!(errors[2], (JobState::Queued, "the handler panicked: it panics".to_owned()));
    assert_eq!(errors[3], (JobState::Queued, "the handler did not end within 20ms".to_owned()));
    assert!(errors[4].1.contains("missing field"), "{}", errors[4].1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_at_the_same_time_never_do_one_job_twice() {
    let house = House::new().await;
    house.notes((0..1_000).map(|n| (n, Fails::Never))).await;
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let worker = house.worker();
        workers.spawn(async move { while worker.run_due().await.expect("worked") > 0 {} });
    }
    while let Some(ended) = workers.join_next().await {
        ended.expect("ended");
    }
    assert_eq!(house.done().await, (0..1_000).collect::<Vec<_>>());
    assert_eq!(house.left().await, 0);
}

#[tokio::test]
async fn a_worker_that_is_dropped_amid_a_job_loses_nothing_and_does_nothing_twice() {
    let house = House::new().await;
    let hangs = house.notes([(1, Fails::Never), (2, Fails::Hangs)]).await[1];
    let worker = house.worker();
    let run = tokio::time::timeout(Duration::from_millis(200), worker.run_due()).await;
    assert!(run.is_err(), "it was at work when it was dropped");
    assert!(house.done().await.is_empty(), "nothing of it is left");
    assert_eq!(house.left().await, 2);
    house.work().await;
    assert!(house.done().await.is_empty(), "until the lease ends nobody else has the jobs");
    let tx = house.system.begin().await.expect("a transaction");
    let mended = "update background_jobs set payload = '{\"number\":2,\"fails\":\"Never\"}' where id = $1";
    tx.execute_raw(tx.statement(mended, vec![hangs.into()])).await.expect("mended");
    tx.commit(()).await.expect("committed");
    house.wait(LEASE);
    house.work().await;
    assert_eq!(house.done().await, [1, 2]);
}

#[tokio::test]
async fn a_job_whose_workers_die_ends_dead_and_takes_no_other_with_it() {
    let house = House::new().await;
    let ids = house.notes([(1, Fails::Hangs), (2, Fails::Never)]).await;
    for _ in 0..Note::MAX_ATTEMPTS {
        let worker = house.worker();
        let work = async { while worker.run_due().await.expect("worked") > 0 {} };
        assert!(tokio::time::timeout(Duration::from_millis(100), work).await.is_err());
        house.wait(LEASE);
    }
    house.work().await;
    assert_eq!(house.done().await, [2]);
    let dead = house.job(ids[0]).await.expect("kept");
    assert_eq!(dead.last_error.as_deref(), Some("no worker that took the job ended it"));
}

#[tokio::test]
async fn calls_to_the_outside_are_repeated_and_their_answer_is_recorded_once() {
    let house = House::new().await;
    let id = house.enqueue(&[Call { failures: 1 }]).await[0];
    let worker = house.worker();
    assert_eq!(worker.run_due().await.expect("worked"), 0, "these are others' jobs");
    assert_eq!(worker.run_due_outside().await.expect("worked"), 1);
    assert_eq!(house.job(id).await.expect("kept").last_error.as_deref(), Some("nobody answers"));
    house.wait(5 * SECOND);
    assert_eq!(worker.run_due_outside().await.expect("worked"), 1);
    assert_eq!((house.done().await, house.left().await), (vec![1_000], 0));
    assert_eq!(house.calls.0.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn running_workers_hear_of_new_jobs_and_stop_when_told() {
    let house = House::new().await;
    let handlers = JobHandlers::default().with::<Note>(Notes).with_outside::<Call>(house.calls.clone());
    let (stopper, stop) = tokio::sync::watch::channel(false);
    let running = tokio::spawn(super::run_jobs(house.system.clone(), Arc::new(handlers), stop));
    house.notes([(1, Fails::Never)]).await;
    house.enqueue(&[Call { failures: 0 }]).await;
    let all_done = async {
        while house.done().await.len() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all_done).await.expect("done in time");
    stopper.send(true).expect("heard");
    tokio::time::timeout(Duration::from_secs(5), running).await.expect("ended in time").expect("ended");
}
