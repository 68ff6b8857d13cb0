//! A database with warehouses and products for tests.

use entity::{Lifecycle, ProductId, WarehouseId, products};
use pricing::Quantity;
use sea_orm::{ConnectionTrait as _, IntoActiveModel as _};

use crate::{Calendar, NewWarehouse, Reason, StockMovement, move_stock, put_warehouse, verify};
use store::actor::Actor;
use store::database::{Database, Tx};
use store::sql::insert_all;

/// A database with warehouses and products.
pub(super) struct StockFixture {
    pub(super) db: Database,
    pub(super) warehouses: Vec<WarehouseId>,
    pub(super) products: Vec<ProductId>,
    cleanup: Cleanup,
}

enum Cleanup {
    Folder(#[expect(dead_code, reason = "the folder lives as long as this")] tempfile::TempDir),
    Database { server: Database, name: String },
}

pub(super) fn units_of(units: i64) -> Quantity {
    Quantity::from_whole(units).expect("a small number")
}

impl StockFixture {
    /// One fixture per database backend under test.
    #[expect(clippy::disallowed_methods, reason = "tests take the address of their PostgreSQL from the environment")]
    pub(super) async fn each(products: usize) -> Vec<Self> {
        let mut fixtures = vec![Self::on_sqlite(products).await];
        if let Some(url) = std::env::var("BULKHEAD_TEST_DATABASE_URL").ok().filter(|url| !url.is_empty()) {
            fixtures.push(Self::on_postgres(&url, products).await);
        }
        fixtures
    }

    pub(super) async fn on_sqlite(products: usize) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("stock.db").display());
        let db = Database::connect(&url, 4).await.expect("a new file");
        Self::with_catalog(db, products, Cleanup::Folder(folder)).await
    }

    async fn on_postgres(url: &str, products: usize) -> Self {
        let server = Database::connect(url, 1).await.expect("BULKHEAD_TEST_DATABASE_URL answers");
        let name = format!("bulkhead_stock_{}", uuid::Uuid::new_v4().simple());
        server.reader().execute_unprepared(&format!("create database {name}")).await.expect("may create databases");
        let (base, _) = url.rsplit_once('/').expect("the address names a database");
        let db = Database::connect(&format!("{base}/{name}"), 24).await.expect("the new database answers");
        Self::with_catalog(db, products, Cleanup::Database { server, name }).await
    }

    async fn with_catalog(db: Database, count: usize, cleanup: Cleanup) -> Self {
        db.migrate().await.expect("the schema");
        let mut fixture = Self { db, warehouses: Vec::new(), products: Vec::new(), cleanup };
        let tx = fixture.begin().await;
        for (code, country, priority) in [("KASSEL", "DE", 1), ("LYON", "FR", 2), ("LEEDS", "GB", 3)] {
            let new = NewWarehouse {
                code: code.to_owned(),
                name: code.to_owned(),
                country: country.to_owned(),
                city: String::new(),
                priority,
                calendar: Calendar::read("1111100", "", 15 * 60, 0),
            };
            fixture.warehouses.push(put_warehouse(&tx, new, None).await.expect("a warehouse").id);
        }
        let ids = tx.ids(count).await.expect("ids");
        let rows = ids.iter().map(|id| product(*id).into_active_model()).collect();
        insert_all::<products::ActiveModel>(&tx, rows, None).await.expect("products");
        tx.commit(()).await.expect("committed");
        fixture.products = ids.into_iter().map(ProductId).collect();
        fixture
    }

    pub(super) async fn begin(&self) -> Tx {
        self.db.begin(Actor::system("test")).await.expect("a transaction")
    }

    /// Receives units.
    pub(super) async fn receive(&self, product: ProductId, warehouse: WarehouseId, units: i64) {
        let tx = self.begin().await;
        let quantity = units_of(units);
        let one = StockMovement { product, warehouse, quantity, reason: Reason::Receipt, to: None, reference: String::new() };
        let results = move_stock(&tx, &[one]).await.expect("moved");
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        tx.commit(()).await.expect("committed");
    }

    /// Checks that every level is the sum of its ledger rows.
    pub(super) async fn assert_ledger_matches(&self) {
        assert_eq!(verify(&self.db.reader(), 10).await.expect("verified"), Vec::new());
    }

    pub(super) async fn close(self) {
        self.db.close().await;
        if let Cleanup::Database { server, name } = self.cleanup {
            server.reader().execute_unprepared(&format!("drop database {name}")).await.expect("may drop databases");
            server.close().await;
        }
    }
}

fn product(id: i64) -> products::Model {
    products::Model {
        id: ProductId(id),
        sku: format!("SKU-{id}"),
        title: String::new(),
        description: String::new(),
        brand: String::new(),
        category_id: None,
        stock_unit: "EA".parse().expect("a unit"),
        fractional: false,
        lifecycle: Lifecycle::Active,
        backorder: true,
        min_quantity: None,
        max_quantity: None,
        quantity_multiple: None,
        lead_time_days: Some(10),
        weight_grams: None,
        tax_class: String::new(),
        mix_group: None,
        mpn: None,
        gtin: None,
        attributes: "[]".to_owned(),
        keywords: String::new(),
        fingerprint: 0,
        version: 1,
        created_at: entity::Instant(0),
        updated_at: entity::Instant(0),
    }
}
