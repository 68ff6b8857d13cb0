//! The index with a database: built, kept up to date, killed, used with another database, rebuilt while it serves.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use entity::Lifecycle;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{ReindexOutcome, SearchIndex, build_now, reindex, sync_index};
use catalog::{Categories, NewCategory, NewProduct, Products, put_categories, put_products};
use identity::Accounts;
use kernel::Kernel;
use kernel::rate::Rates;
use kernel::secret_key::SecretKey;
use kernel::tokens::Keys;
use store::database::Database;
use store::events;
use store::projections::keep_current;
use store::system::System;

/// A database that several processes use.
struct TestDatabase {
    kernel: Kernel,
    folder: TempDir,
}

/// One process with its projections and background tasks.
struct Process {
    index: SearchIndex,
    products: Products,
    stop: watch::Sender<bool>,
    work: JoinSet<()>,
}

impl TestDatabase {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let db = Database::connect(&url, 2).await.expect("a database");
        db.migrate().await.expect("a schema");
        let keys = Keys::load(&db, SecretKey::random().expect("a key")).await.expect("keys");
        Self { kernel: Kernel::new(db, keys, Rates::new(0)), folder }
    }

    fn index_dir(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    fn system(&self) -> System {
        self.kernel.system("test")
    }

    async fn put(&self, products: Vec<NewProduct>) {
        let tx = self.system().begin().await.expect("a transaction");
        let results = put_products(&tx, products).await.expect("an answer");
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        tx.commit(()).await.expect("kept");
    }

    async fn name_category(&self, name: &str) {
        let tx = self.system().begin().await.expect("a transaction");
        let category = NewCategory { code: "C".to_owned(), name: name.to_owned(), parent: None };
        put_categories(&tx, vec![category]).await.expect("a category");
        tx.commit(()).await.expect("kept");
    }

    async fn start(&self, index_dir: &Path) -> Process {
        let db = self.system().db();
        let from = events::latest(&db).await.expect("a position");
        let categories = Categories::load(&db).await.expect("categories");
        let products = Products::load(&db, &Accounts::default(), &categories).await.expect("products");
        let index = SearchIndex::default();
        // A killed process releases its index when its last thread ends.
        let started = Instant::now();
        while let Err(error) = index.open(index_dir) {
            assert!(started.elapsed() < Duration::from_secs(20), "no index: {error}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let (stop, stopped) = watch::channel(false);
        let mut work = JoinSet::new();
        let projections = vec![std::sync::Arc::new(categories.clone()) as _, std::sync::Arc::new(products.clone()) as _];
        work.spawn(keep_current(self.system(), projections, from, stopped.clone()));
        work.spawn(sync_index(self.system(), index.clone(), products.clone(), categories, stopped));
        Process { index, products, stop, work }
    }
}

impl Process {
    async fn hits(&self, text: &str, audience: search::Audience) -> Vec<String> {
        let query = search::Query::new(text, audience);
        let hits = self.index.with_engine(move |engine| engine.find(&query)).await;
        hits.map(|hits| hits.items.into_iter().map(|hit| hit.sku).collect()).unwrap_or_default()
    }

    /// Waits until a buyer's search finds exactly these products.
    async fn finds(&self, text: &str, wanted: &[&str]) {
        let started = Instant::now();
        loop {
            let mut hits = self.hits(text, search::Audience::Groups(Vec::new())).await;
            hits.sort_unstable();
            if self.index.is_ready() && hits == wanted {
                return;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "\"{text}\" finds {hits:?} and not {wanted:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn end(mut self) {
        self.stop.send_replace(true);
        while self.work.join_next().await.is_some() {}
    }

    /// Stops as a killed process does, without finishing anything.
    async fn die(mut self) {
        self.work.shutdown().await;
    }
}

fn product(sku: &str, title: &str) -> NewProduct {
    NewProduct { category: Some("C".to_owned()), ..NewProduct::named(sku, title, "EA") }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_is_built_and_follows() {
    let database = TestDatabase::open().await;
    database.name_category("Fasteners").await;
    database.put(vec![product("A", "hexagon bolt"), product("B", "wing nut")]).await;
    let process = database.start(&database.index_dir()).await;
    process.finds("bolt", &["A"]).await;
    database.put(vec![product("A", "gasket"), product("D", "carriage bolt")]).await;
    process.finds("bolt", &["D"]).await;
    process.finds("gasket", &["A"]).await;
    database.put(vec![NewProduct { lifecycle: Lifecycle::Draft, ..product("D", "carriage bolt") }]).await;
    process.finds("bolt", &[]).await;
    assert_eq!(process.hits("bolt", search::Audience::Staff).await, ["D"]);
    database.name_category("Hardware").await;
    process.finds("hardware", &["A", "B"]).await;
    assert_eq!(process.products.count(), 3);
    process.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_continues_from_its_last_commit() {
    let database = TestDatabase::open().await;
    database.name_category("Fasteners").await;
    database.put(vec![product("A", "hexagon bolt")]).await;
    let process = database.start(&database.index_dir()).await;
    process.finds("bolt", &["A"]).await;
    database.put(vec![product("B", "carriage bolt")]).await;
    process.die().await;
    database.put(vec![product("E", "eye bolt")]).await;
    let process = database.start(&database.index_dir()).await;
    process.finds("bolt", &["A", "B", "E"]).await;
    process.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_of_another_database_is_not_served() {
    let (one, other) = (TestDatabase::open().await, TestDatabase::open().await);
    for (database, sku) in [(&one, "A"), (&other, "X")] {
        database.name_category("Fasteners").await;
        database.put(vec![product(sku, "hexagon bolt")]).await;
    }
    let process = one.start(&one.index_dir()).await;
    process.finds("bolt", &["A"]).await;
    process.end().await;
    let process = other.start(&one.index_dir()).await;
    process.finds("bolt", &["X"]).await;
    process.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_index_is_built_here_or_by_the_serving_process() {
    let database = TestDatabase::open().await;
    database.name_category("Fasteners").await;
    database.put(vec![product("A", "hexagon bolt")]).await;
    let categories = Categories::load(&database.system().db()).await.expect("categories");
    let request =
        async || reindex(&database.kernel, &SearchIndex::default(), &categories, &database.index_dir(), |_, _| {}).await;
    assert_eq!(request().await.expect("built"), ReindexOutcome::Built(1));
    let process = database.start(&database.index_dir()).await;
    process.finds("bolt", &["A"]).await;
    let before = std::fs::read_to_string(database.index_dir().join("CURRENT")).expect("a pointer");
    assert_eq!(request().await.expect("asked"), ReindexOutcome::LeftToServer);
    database.put(vec![product("B", "carriage bolt")]).await;
    process.finds("bolt", &["A", "B"]).await;
    let started = Instant::now();
    while std::fs::read_to_string(database.index_dir().join("CURRENT")).expect("a pointer") == before {
        assert!(started.elapsed() < Duration::from_secs(20), "no new index was built");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    process.finds("bolt", &["A", "B"]).await;
    process.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_reaches_the_end() {
    let database = TestDatabase::open().await;
    database.name_category("Fasteners").await;
    database.put((0..2_500).map(|n| product(&format!("P{n}"), "hexagon bolt")).collect()).await;
    let index = SearchIndex::default();
    index.open(&database.index_dir()).expect("an index");
    let categories = Categories::load(&database.system().db()).await.expect("categories");
    let (sender, received) = std::sync::mpsc::channel();
    let progress = move |done, total| sender.send((done, total)).expect("a receiver");
    let built = build_now(&database.system(), &index, &categories, progress).await;
    assert_eq!(built.expect("built"), 2_500);
    assert_eq!(received.iter().collect::<Vec<_>>(), [(2_000, 2_500), (2_500, 2_500)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_names_get_similar_candidates() {
    let database = TestDatabase::open().await;
    database.name_category("Fasteners").await;
    let bolt = NewProduct { mpn: Some("XK-4711-B".to_owned()), ..product("A", "hexagon bolt") };
    database.put(vec![bolt]).await;
    let process = database.start(&database.index_dir()).await;
    assert!(
        SearchIndex::default().candidates(None, search::Audience::Groups(Vec::new()), &["XK4711C"]).await[0].is_empty(),
        "an index that is not there knows nothing"
    );
    process.finds("bolt", &["A"]).await;
    let names = vec!["XK4711C", "nothing like it", "", "XK-4711-B"];
    let found = process.index.candidates(None, search::Audience::Groups(Vec::new()), &names).await;
    let skus: Vec<usize> = found.iter().map(Vec::len).collect();
    assert_eq!(skus, [1, 0, 0, 1]);
    assert_eq!(found[0][0].reason, "similar to XK-4711-B");
    assert_eq!(found[3][0].reason, "known as XK-4711-B");
    process.end().await;
}
