//! Events are read back as what they were recorded as, or not at all.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use sea_orm::ConnectionTrait as _;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;

use super::*;
use crate::actor::Actor;
use crate::database::{Database, Tx};
use crate::error::BoxError;
use crate::event_handlers::{EventHandler, run_handler};
use crate::events::{self, Event, Range};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct ThingMade {
    thing_id: i64,
    name: String,
    #[serde(default)]
    size: Option<u32>,
}

#[derive(Serialize)]
struct PublicThing<'a> {
    name: &'a str,
}

impl DomainEvent for ThingMade {
    const KIND: &'static str = "thing.made";
    type Public<'a> = PublicThing<'a>;

    fn subject(&self) -> String {
        format!("thing/{}", self.name)
    }

    fn account(&self) -> Option<AccountId> {
        Some(AccountId(7))
    }

    fn public(&self) -> Option<PublicThing<'_>> {
        Some(PublicThing { name: &self.name })
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Lost {
    thing_id: i64,
}

impl EventDetails for Lost {
    type Public<'a> = NoPublicForm;

    fn subject(&self) -> String {
        "things".to_owned()
    }

    fn public(&self) -> Option<NoPublicForm> {
        None
    }
}

crate::event_kinds! {
    Lost:
    /// A thing was lost.
    ThingLost = "thing.lost",
}

const ALL: Range = Range { after: 0, limit: 100, account: None };

fn made(thing_id: i64) -> ThingMade {
    ThingMade { thing_id, name: format!("T{thing_id}"), size: None }
}

async fn open() -> (Database, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("events.db").display());
    let db = Database::connect(&url, 1).await.expect("a database");
    db.migrate().await.expect("a schema");
    (db, folder)
}

async fn begin(db: &Database) -> Tx {
    db.begin(Actor::system("test")).await.expect("a transaction")
}

#[tokio::test]
async fn an_event_is_read_back_as_it_was_recorded_and_partners_see_its_public_form() {
    let (db, _folder) = open().await;
    let tx = begin(&db).await;
    tx.record(&made(1));
    tx.record(&ThingLost(Lost { thing_id: 2 }));
    tx.commit(()).await.expect("a commit");
    let read = events::read(&db.reader(), ALL).await.expect("events");
    assert_eq!(read[0].decode::<ThingMade>().expect("readable"), Some(made(1)));
    assert_eq!(read[1].decode::<ThingMade>().expect("readable"), None);
    assert_eq!(events::decode_all::<ThingLost>(&read).expect("readable")[0].0.thing_id, 2);
    let public = events::read_public(&db.reader(), ALL).await.expect("events");
    let seen: Vec<(&str, &str, Option<AccountId>, &str)> =
        public.iter().map(|e| (&*e.kind, &*e.subject, e.account, e.data.get())).collect();
    let right = [("thing.made", "thing/T1", Some(AccountId(7)), r#"{"name":"T1"}"#), ("thing.lost", "things", None, "{}")];
    assert_eq!(seen, right);
}

#[tokio::test]
async fn an_event_of_an_earlier_release_is_read_with_defaults() {
    let event = Event { data: json!({ "thing_id": 3, "name": "T3", "gone": true }).to_string(), ..stored(&made(3)) };
    assert_eq!(event.decode().expect("readable"), Some(made(3)));
}

fn stored(event: &ThingMade) -> Event {
    Event::new(event, &Actor::system("test"), entity::Instant(0)).expect("JSON")
}

#[test]
fn an_event_of_the_right_kind_that_cannot_be_read_is_an_error() {
    let broken = Event { seq: 42, data: json!({ "thing_id": "3" }).to_string(), ..stored(&made(3)) };
    let error = broken.decode::<ThingMade>().expect_err("unreadable").to_string();
    assert!(error.starts_with("event 42 of kind thing.made cannot be read: "), "{error}");
    assert!(events::decode_all::<ThingMade>([&stored(&made(1)), &broken]).is_err());
    assert!(broken.decode::<ThingLost>().expect("another kind").is_none());
}

/// Notes what it is given.
struct Noting(Mutex<Vec<i64>>);

#[async_trait::async_trait]
impl EventHandler for Noting {
    fn name(&self) -> &'static str {
        "noting"
    }

    fn handles(&self, kind: &str) -> bool {
        kind == ThingMade::KIND
    }

    async fn handle(&self, _: &Tx, event: &Event) -> Result<(), BoxError> {
        let made: Option<ThingMade> = event.decode()?;
        self.0.lock().extend(made.map(|made| made.thing_id));
        Ok(())
    }
}

#[tokio::test]
async fn a_handler_stops_at_an_event_it_cannot_read_and_goes_on_once_it_can() {
    let (db, _folder) = open().await;
    let tx = begin(&db).await;
    tx.record(&made(1));
    tx.commit(()).await.expect("a commit");
    let spoil = |data: &'static str| {
        let db = db.clone();
        async move {
            let tx = begin(&db).await;
            tx.execute_unprepared(&format!("update events set data = '{data}'")).await.expect("written");
            tx.commit(()).await.expect("a commit");
        }
    };
    spoil("{}").await;
    let handler = Arc::new(Noting(Mutex::default()));
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(run_handler(db.system("test"), handler.clone(), stopped));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(handler.0.lock().is_empty());
    spoil(r#"{"thing_id":9,"name":"T9"}"#).await;
    while handler.0.lock().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(*handler.0.lock(), [9], "it was not passed over");
    stop.send_replace(true);
    running.await.expect("an end");
}
