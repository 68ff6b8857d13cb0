//! Imports into a database: valid rows are stored, invalid ones reported, repeated imports and dry runs change nothing.

use std::io::{Cursor, Write};
use std::sync::Arc;

use entity::{orders, price_entries, products};
use parking_lot::Mutex;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use tokio::sync::watch;

use super::{ImportSpec, References, Summary, import};
use files::kind::Kind;
use files::mapping::Mapping;
use files::source::Source;
use kernel::Kernel;
use kernel::rate::Rates;
use kernel::secret_key::SecretKey;
use kernel::tokens::Keys;
use store::database::Database;
use store::system::System;

/// A report in memory.
#[derive(Clone, Default)]
struct SharedBuffer(Arc<Mutex<Vec<u8>>>);

impl Write for SharedBuffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct ImportFixture {
    system: System,
    _folder: tempfile::TempDir,
}

impl ImportFixture {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let db = Database::connect(&url, 2).await.expect("a database");
        db.migrate().await.expect("a schema");
        let keys = Keys::load(&db, SecretKey::random().expect("a key")).await.expect("keys");
        Self { system: Kernel::new(db, keys, Rates::new(0)).system("test"), _folder: folder }
    }

    /// Imports a text with the import's own columns; returns the counts and the lines of the report after its header.
    async fn import(&self, kind: Kind, text: &str, dry_run: bool) -> (Summary, Vec<String>) {
        let source = Source::stream(Cursor::new(text.to_owned()), 1 << 20).expect("a stream");
        let buffer = SharedBuffer::default();
        let spec =
            ImportSpec { mapping: Mapping::own(kind), dry_run, rights: identity::scope::all(), report: Box::new(buffer.clone()) };
        let references = References::load(&self.system.db()).await.expect("what exists");
        let (progress, _) = watch::channel(Summary::default());
        let summary = import(&self.system, &references, source, spec, &progress).await.expect("an import").summary;
        let report = String::from_utf8(buffer.0.lock().clone()).expect("text");
        (summary, report.lines().skip(1).map(str::to_owned).collect())
    }
}

fn counts(accepted: u64, rejected: u64, skipped: u64) -> Summary {
    Summary { read: accepted + rejected + skipped, accepted, rejected, skipped }
}

const PRODUCTS: &str = "sku,title,stock_unit,category,price,cost,currency\n\
    A-1,Bolt,EA,Fixings>Bolts,1.25,0.5,EUR\n\
    A 2,Nut,EA,Fixings>Nuts,,,\n\
    A-3,Hose,MTR,Hoses,3,,EUR\n\
    A-4,Cap,EA,,1,,XXX\n";

#[tokio::test]
async fn products_are_imported_with_categories_and_prices_and_a_repeated_import_changes_nothing() {
    let fixture = ImportFixture::open().await;
    let (summary, report) = fixture.import(Kind::Products, PRODUCTS, false).await;
    assert_eq!(summary, counts(2, 2, 0));
    assert_eq!(
        report,
        [
            "3,bad-code,sku,must have 1 to 64 characters without spaces,",
            "5,unknown-currency,currency,must be a currency code of ISO 4217,XXX",
        ]
    );
    let (again, _) = fixture.import(Kind::Products, PRODUCTS, false).await;
    assert_eq!(again, summary);
    let db = fixture.system.db();
    let bolt = products::Entity::find().filter(products::Column::Sku.eq("A-1")).one(&db).await.expect("read").expect("stored");
    assert_eq!(bolt.version, 1);
    assert!(bolt.category_id.is_some());
    assert_eq!(price_entries::Entity::find().count(&db).await.expect("read"), 2);
    assert_eq!(entity::categories::Entity::find().count(&db).await.expect("read"), 4);
}

#[tokio::test]
async fn a_dry_run_reports_the_same_and_stores_nothing() {
    let fixture = ImportFixture::open().await;
    let (summary, report) = fixture.import(Kind::Products, PRODUCTS, true).await;
    assert_eq!((summary, report.len()), (counts(2, 2, 0), 2));
    assert_eq!(products::Entity::find().count(&fixture.system.db()).await.expect("read"), 0);
    // A parent of an earlier batch is accepted although it was not stored.
    let row = |at: i32| format!("C{at},Company {at},{},EUR\n", if at == 0 { "" } else { "C0" });
    let rows = (0..600).map(row).collect::<Vec<_>>().concat();
    let (summary, _) = fixture.import(Kind::Accounts, &format!("code,name,parent,currency\n{rows}"), true).await;
    assert_eq!(summary, counts(600, 0, 0));
}

#[tokio::test]
async fn past_orders_are_closed_recognised_by_number_and_rejected_whole() {
    let fixture = ImportFixture::open().await;
    fixture.import(Kind::Products, PRODUCTS, false).await;
    let accounts = "code,name,currency\nC1,One,EUR\n,None,EUR\nC2,Two,QQQ\n";
    let (summary, report) = fixture.import(Kind::Accounts, accounts, false).await;
    assert_eq!(summary, counts(1, 2, 0));
    assert!(report[1].starts_with("4,unknown-currency,currency"), "{report:?}");
    let orders = "external_number,account,placed_at,currency,sku,quantity,unit_price\n\
        7,C1,2026-01-05,EUR,A-1,3,1.005\n\
        7,C1,2026-01-05,EUR,A-3,0.5,2\n\
        8,C1,2026-01-06,EUR,A-1,1,1\n\
        8,C1,2026-01-06,EUR,A-9,1,1\n\
        9,C9,2026-01-06,EUR,A-1,1,1\n";
    let (summary, report) = fixture.import(Kind::Orders, orders, false).await;
    assert_eq!(summary, counts(2, 3, 0));
    let heads: Vec<String> = report.iter().map(|line| line.splitn(3, ',').take(2).collect::<Vec<_>>().join(",")).collect();
    assert_eq!(heads, ["5,unknown-product", "4,order-incomplete", "6,unknown-account", "6,order-incomplete"]);
    let (again, _) = fixture.import(Kind::Orders, orders, false).await;
    assert_eq!(again, counts(0, 3, 2));
    let stored = orders::Entity::find().all(&fixture.system.db()).await.expect("read");
    // 3 × 1.005 is 3.015, rounded to 3.02; half a metre at 2 is 1.
    assert_eq!((stored.len(), stored[0].open, stored[0].total.0), (1, false, 4_020_000));
}

#[tokio::test]
async fn prices_and_stock_report_unknown_references() {
    let fixture = ImportFixture::open().await;
    fixture.import(Kind::Products, PRODUCTS, false).await;
    let prices = "price_list,sku,currency,unit_price,per\nL,A-1,EUR,9,100\nL,A-1,EUR,9,1.5\nL,A-9,EUR,9,1\nL,A-1,QQQ,9,1\n";
    let (summary, report) = fixture.import(Kind::Prices, prices, false).await;
    assert_eq!(summary, counts(1, 3, 0), "{report:?}");
    let (summary, report) = fixture.import(Kind::Stock, "sku,warehouse,quantity\nA-1,W1,5\nA-9,W1,5\n", false).await;
    assert_eq!(summary, counts(0, 2, 0));
    assert!(report[0].contains("unknown-warehouse") && report[1].contains("unknown-product"), "{report:?}");
}
