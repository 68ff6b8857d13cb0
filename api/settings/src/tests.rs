//! Settings are checked, versioned, and followed by every process.

use entity::{Instant, seller_settings};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use super::change::change;
use super::views::SettingsInput;
use super::{PublicUrl, SellerSettings, Settings, SettingsError};
use kernel::problem::CommonError;
use kernel::wire::VersionMatch;
use store::database::Database;
use store::events::{self, Range};
use store::projections::Projection as _;
use store::system::System;

fn input(changed: &[(&str, Value)]) -> SettingsInput {
    let mut body = json!({
        "name": "Nordlager GmbH", "time_zone": "Europe/Berlin", "languages": ["de", "en"], "default_currency": "EUR",
        "public_url": "https://shop.example.com/",
    });
    for (field, value) in changed {
        body[*field] = value.clone();
    }
    serde_json::from_value(body).expect("an input")
}

fn refused(changed: &[(&str, Value)]) -> Vec<String> {
    match input(changed).into_settings() {
        Err(CommonError::Invalid(errors)) => errors.into_iter().map(|error| error.pointer).collect(),
        other => panic!("{other:?}"),
    }
}

async fn house() -> (tempfile::TempDir, System) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("settings.db").display());
    let db = Database::connect(&url, 2).await.expect("a database");
    db.migrate().await.expect("a schema");
    (folder, db.system("test"))
}

#[expect(clippy::unnecessary_wraps, reason = "as a header is read")]
fn at(version: i64) -> Option<VersionMatch> {
    Some(VersionMatch::Exactly(version))
}

async fn put(
    system: &System,
    changed: &[(&str, Value)],
    expected: Option<VersionMatch>,
) -> Result<SellerSettings, SettingsError> {
    let tx = system.begin().await?;
    let new = change(&tx, input(changed).into_settings()?, expected).await?;
    Ok(tx.commit(new).await?)
}

#[test]
fn everything_wrong_is_named_at_once() {
    let wrong = [
        ("time_zone", json!("Europe/Atlantis")),
        ("languages", json!(["de", "German", "de"])),
        ("default_currency", json!("XXQ")),
        ("public_url", json!("ftp://shop.example.com")),
    ];
    assert_eq!(refused(&wrong), ["/time_zone", "/default_currency", "/public_url", "/languages/1", "/languages/2"]);
    assert_eq!(refused(&[("languages", json!([]))]), ["/languages"]);
}

#[test]
fn links_begin_with_the_public_address_or_are_not_made() {
    let settings = input(&[]).into_settings().expect("settings");
    assert_eq!(settings.link("/orders/SO-1").as_deref(), Some("https://shop.example.com/orders/SO-1"));
    assert_eq!(SellerSettings::default().link("/orders/SO-1"), None);
    for bad in
        ["", "shop.example.com", "//shop", "https://", "https://a@shop", "https://shop?x", "https://shop#x", "javascript:x"]
    {
        assert!(PublicUrl::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(PublicUrl::parse("http://[::1]:8080/b2b/").map(|url| url.join("x")), Ok("http://[::1]:8080/b2b/x".to_owned()));
}

#[test]
fn an_instant_belongs_to_the_sellers_day() {
    let settings = input(&[]).into_settings().expect("settings");
    // 30 November 2026, 23:30 UTC.
    let day = settings.day_of(Instant(1_796_081_400_000_000)).expect("a day");
    assert_eq!(day.to_string(), "2026-12-01");
}

#[tokio::test]
async fn versions_are_added_and_a_stale_change_is_refused() {
    let (_folder, system) = house().await;
    assert_eq!(put(&system, &[], at(0)).await.expect("changed").version, 1);
    assert_eq!(put(&system, &[], at(1)).await.expect("unchanged").version, 1);
    let renamed = [("name", json!("Südlager GmbH")), ("public_url", Value::Null)];
    assert_eq!(put(&system, &renamed, at(1)).await.expect("changed").version, 2);
    assert!(matches!(put(&system, &[], at(1)).await, Err(SettingsError::Common(CommonError::Stale))));
    let rows = seller_settings::Entity::find().all(&system.db()).await.expect("rows");
    assert_eq!(rows.iter().map(|row| &*row.name).collect::<Vec<_>>(), ["Nordlager GmbH", "Südlager GmbH"]);
}

#[tokio::test]
async fn another_process_follows_the_event() {
    let (_folder, system) = house().await;
    let elsewhere = Settings::load(&system.db()).await.expect("loaded");
    assert_eq!(*elsewhere.current(), SellerSettings::default());
    let set = put(&system, &[], None).await.expect("changed");
    let happened = events::read(&system.db(), Range { after: 0, limit: 10, account: None }).await.expect("events");
    elsewhere.apply(&system.db(), &happened).await.expect("followed");
    assert_eq!(*elsewhere.current(), set);
    assert_eq!(*Settings::load(&system.db()).await.expect("loaded").current(), set);
}
