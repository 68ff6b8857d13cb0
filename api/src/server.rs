//! The one place where slices are mounted: what a process loads, which addresses it answers, what it does in the background.

use std::fs::Permissions;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mail::{Mailer, SendMail};
use metrics_exporter_prometheus::PrometheusHandle;
use poem::listener::{Acceptor as _, Listener as _, TcpListener};
use poem::middleware::CatchPanic;
use poem::web::{Data, Html};
use poem::{Endpoint, EndpointExt as _, IntoResponse as _, Request, Response, Route, Server, get, handler};
use secrecy::ExposeSecret as _;
use tokio::sync::watch;

use crate::config::{Config, Role};
use billing::Invoicing;
use cart::CartCache;
use catalog::Categories;
use catalog::Products;
use checkout::Checkout;
use identity::Accounts;
use identity::permit;
use imports::{Jobs, References};
use inventory::StockLevels;
use kernel::body_memory::BodyMemory;
use kernel::connections::Connections;
use kernel::places::Places;
use kernel::principal::Acting;
use kernel::problem::CommonError;
use kernel::proxies::TrustedProxies;
use kernel::rate::Rates;
use kernel::request::RequestLayer;
use kernel::slow_requests::{SlowKind, SlowOperation, SlowRequests};
use kernel::tokens::Keys;
use kernel::{Kernel, redis_link, revocations, signing_keys};
use store::StoreError;
use store::database::{Database, Reader};
use store::event_handlers::{self, EventHandler};
use store::jobs::{self, JobHandlers};
use store::projections::{self as projection_readers, Projection};
use store::system::System;

use merchandising::{self, Conversions, Curation, SearchLog};
use price_admin::{self, PricingInputsRecorder};
use prices::Prices;
use store::{events, idempotency};
use suggestions::{Consents, Learner, PurchaseHistory, RelatedProducts};

use orders::BackorderAllocation;
use search_index::{self, SearchIndex};
use settings::Settings;
use storefront::Offers;

mod compression;
mod mailing;
mod mount;
mod query_parameters;
mod spec;

use compression::CompressOnce;
use mount::routes;
use query_parameters::QueryParameters;

/// What a process holds in memory, so that hot requests need no database. Each part follows the event log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Projections {
    pub(crate) accounts: Accounts,
    pub(crate) settings: Settings,
    pub(crate) categories: Categories,
    pub(crate) products: Products,
    pub(crate) prices: Prices,
    pub(crate) stock_levels: StockLevels,
    pub(crate) purchase_history: PurchaseHistory,
    pub(crate) related: RelatedProducts,
    pub(crate) consents: Consents,
    pub(crate) curation: Curation,
    pub(crate) search_log: SearchLog,
    pub(crate) carts: CartCache,
    pub(crate) search: SearchIndex,
    pub(crate) jobs: Jobs,
}

impl Projections {
    async fn load(db: &Reader, config: &Config) -> Result<Self, CommonError> {
        let (accounts, categories) = (Accounts::load(db).await?, Categories::load(db).await?);
        let products = Products::load(db, &accounts, &categories).await?;
        Ok(Self {
            accounts,
            settings: Settings::load(db).await?,
            related: RelatedProducts::load(db, &products, &categories).await?,
            curation: Curation::load(db, &products, &categories).await?,
            search_log: SearchLog::default(),
            categories,
            products,
            prices: Prices::load(db).await?,
            stock_levels: StockLevels::load(db).await?,
            purchase_history: PurchaseHistory::load(db).await?,
            consents: Consents::load(db).await?,
            carts: CartCache::default(),
            search: SearchIndex::default(),
            jobs: Jobs::within(&config.data_dir),
        })
    }

    fn offers(&self) -> Offers {
        Offers {
            accounts: self.accounts.clone(),
            products: self.products.clone(),
            prices: self.prices.clone(),
            stock_levels: self.stock_levels.clone(),
        }
    }

    fn checkout(&self) -> Checkout {
        Checkout {
            accounts: self.accounts.clone(),
            products: self.products.clone(),
            prices: self.prices.clone(),
            stock_levels: self.stock_levels.clone(),
            carts: self.carts.clone(),
            index: self.search.clone(),
        }
    }
}

/// Everything a process is made of.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) kernel: Kernel,
    pub(crate) projections: Projections,
    mailer: Mailer,
    /// Position in the event log before the projections were loaded.
    from: i64,
}

impl App {
    /// Connects, migrates and loads.
    pub(crate) async fn open(config: &Config) -> Result<Self, String> {
        let kernel = open_kernel(config).await?;
        kernel.keys.can_sign()?;
        let db = kernel.system("loader").db();
        let from = events::latest(&db).await.map_err(|e| format!("loading: {e}"))?;
        let projections = Projections::load(&db, config).await.map_err(|e| format!("loading: {e}"))?;
        kernel.release_memory();
        let mailer = mailing::mailer(config, db, &projections.settings)?;
        Ok(Self { kernel, projections, mailer, from })
    }

    /// What follows the event log in memory, in the order in which each takes in the same events: a projection may read those of
    /// the phases before its own, which are ahead of it by then, and none of its own phase.
    fn followers(&self) -> Vec<Arc<dyn Projection>> {
        let held = &self.projections;
        let basics: Vec<Arc<dyn Projection>> =
            vec![Arc::new(held.settings.clone()), Arc::new(held.accounts.clone()), Arc::new(held.categories.clone())];
        // What accounts may see of the products follows from companies and categories.
        let products: Vec<Arc<dyn Projection>> = vec![Arc::new(held.products.clone())];
        let others: Vec<Arc<dyn Projection>> = vec![
            Arc::new(held.prices.clone()),
            Arc::new(held.stock_levels.clone()),
            Arc::new(held.purchase_history.clone()),
            Arc::new(held.related.clone()),
            Arc::new(held.consents.clone()),
            Arc::new(held.curation.clone()),
            Arc::new(self.kernel.keys.clone()),
        ];
        [basics, products, others].concat()
    }

    /// What reacts to events, exactly once.
    fn event_handlers(&self) -> Vec<Arc<dyn EventHandler>> {
        let conversions = Conversions { log: self.projections.search_log.clone() };
        vec![Arc::new(BackorderAllocation), Arc::new(Learner), Arc::new(conversions), Arc::new(Invoicing)]
    }

    /// What does background jobs.
    fn job_handlers(&self) -> JobHandlers {
        JobHandlers::default().with_outside::<SendMail>(self.mailer.clone())
    }

    /// Starts what runs besides requests; it ends when `stop` turns true.
    pub(crate) fn start_work(&self, config: &Config, stop: &watch::Receiver<bool>) -> tokio::task::JoinSet<()> {
        let mut work = tokio::task::JoinSet::new();
        let system = |part| self.kernel.system(part);
        work.spawn(projection_readers::keep_current(system("follower"), self.followers(), self.from, stop.clone()));
        let Projections { search, products, categories, .. } = self.projections.clone();
        work.spawn(search_index::sync_index(system("search"), search, products, categories, stop.clone()));
        work.spawn(merchandising::run_search_log(system("search log"), self.projections.search_log.clone(), stop.clone()));
        if config.role != Role::Api {
            work.spawn(purge_expired(system("housekeeping"), stop.clone()));
            let keeps = Duration::from_secs(u64::from(config.hold_stock_seconds));
            work.spawn(orders::run_held_stock(system("held stock"), keeps, stop.clone()));
            for handler in self.event_handlers() {
                work.spawn(event_handlers::run_handler(system(handler.name()), handler, stop.clone()));
            }
            work.spawn(jobs::run_jobs(system("jobs"), Arc::new(self.job_handlers()), stop.clone()));
            let references =
                References { accounts: self.projections.accounts.clone(), products: self.projections.products.clone() };
            work.spawn(self.projections.jobs.clone().run_worker(system("import"), references, stop.clone()));
        }
        if let Some(url) = &config.redis_url
            && let Ok(client) = redis_link::open(url.expose_secret())
        {
            work.spawn(redis_link::run(system("redis"), self.kernel.rates.clone(), client, stop.clone()));
        }
        work
    }
}

/// Forgets once an hour what need not be kept any longer, until `stop` says so.
async fn purge_expired(system: System, mut stop: watch::Receiver<bool>) {
    const HOUR: Duration = Duration::from_hours(1);
    while !*stop.borrow() {
        let forgotten = async {
            let tx = system.begin().await?;
            let count = idempotency::purge_expired(&tx).await?
                + revocations::purge_expired(&tx).await?
                + identity::purge_tries(&tx).await?
                + identity::purge_links(&tx).await?
                + merchandising::purge_expired(&tx).await?;
            tx.commit(count).await
        };
        match forgotten.await {
            Ok(count) => tracing::debug!(count, "expired idempotency keys and searches were deleted"),
            Err(error) => tracing::error!(error = %error, "housekeeping failed"),
        }
        tokio::select! {
            () = tokio::time::sleep(HOUR) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Connects and migrates.
pub(crate) async fn open_kernel(config: &Config) -> Result<Kernel, String> {
    private_folder(&config.data_dir).map_err(|e| format!("data-dir: {}: {e}", config.data_dir.display()))?;
    let secret_key = config.secret_key().map_err(|e| format!("secret-key: {e}"))?;
    let db = Database::connect(&config.database(), config.database_connections).await;
    let db =
        db.map_err(|e| format!("database-url: cannot connect: {e}"))?.with_commit_hooks(vec![Arc::new(PricingInputsRecorder)]);
    db.migrate().await.map_err(|e| format!("migration: {e}"))?;
    let keys = Keys::load(&db, secret_key).await.map_err(|e| format!("token keys: {e}"))?;
    let kernel = Kernel::new(db, keys, Rates::new(config.rate_limit));
    let recorded = price_admin::record_missing_inputs(&kernel.system("price facts")).await;
    recorded.map_err(|e| format!("price facts: {e}"))?;
    Ok(kernel)
}

/// Makes a folder that its owner alone may look into, or makes an existing one so.
pub(crate) fn private_folder(path: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    std::fs::set_permissions(path, Permissions::from_mode(0o700))
}

/// The OpenAPI document, without a running server.
pub(crate) fn document() -> String {
    spec::finish(&routes(&Projections::default()).spec())
}

/// Every refusal that a client can be given.
#[cfg(test)]
pub(crate) fn problem_entries() -> Vec<kernel::problem::ProblemType> {
    spec::types()
}

#[handler]
fn healthz() -> &'static str {
    "ok"
}

#[handler]
async fn readyz(kernel: Data<&Kernel>) -> Response {
    let ready = tokio::time::timeout(Duration::from_secs(2), kernel.system("readiness").probe()).await;
    let answer = match ready {
        // Whoever waits for the writer waits for a database that works.
        Ok(Ok(()) | Err(StoreError::Busy)) => return "ready".into_response(),
        Ok(Err(error)) => {
            tracing::error!(error = %error, chain = ?error, "not ready");
            "the database cannot be read and written"
        }
        Err(_) => "the database does not answer",
    };
    Response::builder().status(poem::http::StatusCode::SERVICE_UNAVAILABLE).body(answer)
}

/// The figures of the process, on the listener that everybody reaches.
#[handler]
fn guarded_figures(request: &Request, handle: Data<&PrometheusHandle>) -> Response {
    match Acting::<permit::ReadMetrics>::of(request) {
        Ok(_) => handle.render().into_response(),
        Err(problem) => problem.response(),
    }
}

/// The same on a listener of its own, which the operator lets nobody else reach.
#[handler]
fn figures(handle: Data<&PrometheusHandle>) -> String {
    handle.render()
}

/// Answers `/metrics` on a listener of its own until `stop` turns true.
async fn serve_figures(
    address: std::net::SocketAddr,
    metrics: PrometheusHandle,
    mut stop: watch::Receiver<bool>,
) -> Result<(), String> {
    let acceptor = TcpListener::bind(address).into_acceptor().await.map_err(|e| format!("metrics-listen: {address}: {e}"))?;
    let acceptor = Connections::new(acceptor, FIGURES_CONNECTIONS, TrustedProxies::default());
    let endpoint = Route::new().at("/metrics", get(figures)).data(metrics);
    let stopped = async move { drop(stop.wait_for(|stop| *stop).await) };
    tokio::spawn(Server::new_with_acceptor(acceptor).run_with_graceful_shutdown(endpoint, stopped, None));
    Ok(())
}

/// Connections to the listener of the figures.
const FIGURES_CONNECTIONS: usize = 64;

#[handler]
fn openapi_json(document: Data<&Arc<SpecText>>) -> Response {
    Response::builder().content_type("application/json").body(document.0.0.clone())
}

#[handler]
fn problem_page(code: poem::web::Path<String>) -> Response {
    match spec::problem_page(&code.0) {
        Some(page) => Html(page).into_response(),
        None => poem::http::StatusCode::NOT_FOUND.into_response(),
    }
}

/// The OpenAPI document as served.
#[derive(Debug)]
struct SpecText(String);

/// Operations of the seller's staff that may take longer, and more, than ordinary requests.
const LONG: &[SlowOperation] = &[
    SlowOperation { long: SlowKind::Stream, method: "POST", path: "/v1/price-lists/*/entries" },
    SlowOperation { long: SlowKind::Stream, method: "POST", path: "/v1/price-change-sets/*/entries" },
    SlowOperation { long: SlowKind::Work, method: "GET", path: "/v1/price-change-sets/*/preview" },
    SlowOperation { long: SlowKind::Work, method: "POST", path: "/v1/price-change-sets/*/publication" },
    SlowOperation { long: SlowKind::Work, method: "POST", path: "/v1/price-lists/*/copies" },
];
const LONG_TIMEOUT: Duration = Duration::from_hours(1);
const LONG_AT_ONCE: usize = 16;
/// So many of the largest bodies fit into the memory for bodies.
const BODIES_AT_ONCE: u32 = 8;

/// Everything a process answers.
fn endpoint(app: &App, config: &Config, metrics: PrometheusHandle) -> impl Endpoint<Output = Response> + use<> {
    let service = routes(&app.projections);
    let text = Arc::new(SpecText(spec::finish(&service.spec())));
    let explorer = service.swagger_ui();
    let parameters = QueryParameters::of(&text.0);
    let layer = RequestLayer {
        max_body: config.max_body_mb as usize * 1024 * 1024,
        show_statements: config.show_statements,
        timeout: (config.request_timeout > 0).then(|| Duration::from_secs(u64::from(config.request_timeout))),
        places: Places::new(config.max_concurrency as usize),
        proxies: config.proxies(),
        bodies: BodyMemory::new(config.max_body_mb.saturating_mul(BODIES_AT_ONCE) as usize * 1024 * 1024),
        long: SlowRequests {
            operations: LONG,
            keys: app.kernel.keys.clone(),
            max_stream: u64::from(config.max_upload_mb) * 1024 * 1024,
            timeout: LONG_TIMEOUT,
            permits: Arc::new(tokio::sync::Semaphore::new(LONG_AT_ONCE)),
        },
    };
    Route::new()
        .at("/healthz", get(healthz))
        .at("/readyz", get(readyz))
        .at("/metrics", get(guarded_figures))
        .at("/openapi.json", get(openapi_json).with(CompressOnce))
        .at("/problems/:code", get(problem_page))
        .nest("/docs", explorer.with(CompressOnce))
        .nest("/", service.with(parameters))
        .data(app.kernel.clone())
        .data(metrics)
        .data(text)
        .with(CatchPanic::new())
        .with(layer)
}

/// How long serving waits for the search index. Opening one takes milliseconds; while a large one is built, everything but
/// search is answered.
const INDEX_PATIENCE: Duration = Duration::from_secs(2);

/// Serves until SIGTERM or Ctrl-C, then finishes what runs. `ready` is called with the address once requests are answered.
pub(crate) async fn serve(config: &Config, app: App, ready: impl FnOnce(std::net::SocketAddr)) -> Result<(), String> {
    let metrics = kernel::telemetry::start_metrics()?;
    let acceptor =
        TcpListener::bind(config.listen).into_acceptor().await.map_err(|e| format!("listen: {}: {e}", config.listen))?;
    let acceptor = Connections::new(acceptor, config.max_connections as usize, config.proxies());
    let address = acceptor.local_addr().first().and_then(|a| a.0.as_socket_addr().copied()).unwrap_or(config.listen);
    let (stopper, stop) = watch::channel(false);
    if config.role != Role::Worker {
        let opened = app.projections.search.open(&config.index_dir());
        opened.map_err(|e| format!("search index: {}: {e}", config.index_dir().display()))?;
    }
    let mut work = app.start_work(config, &stop);
    if config.role != Role::Worker {
        app.projections.search.wait_until_ready(INDEX_PATIENCE).await;
    }
    if let Some(address) = config.metrics_listen {
        serve_figures(address, metrics.clone(), stop.clone()).await?;
    }
    let endpoint = endpoint(&app, config, metrics);
    ready(address);
    let served = Server::new_with_acceptor(acceptor)
        .run_with_graceful_shutdown(endpoint, shutdown_signal(), Some(Duration::from_secs(30)))
        .await;
    tracing::info!("stopping");
    let _ = stopper.send(true);
    let finished = async { while work.join_next().await.is_some() {} };
    if tokio::time::timeout(Duration::from_secs(20), finished).await.is_err() {
        tracing::warn!("background work did not end in time");
    }
    app.kernel.close().await;
    served.map_err(|e| format!("serving: {e}"))
}

async fn shutdown_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Makes a new signing key; every process follows. Those before it verify what they signed, or nothing when `revoke` is set.
pub(crate) async fn rotate_keys(kernel: &Kernel, revoke: bool) -> Result<String, String> {
    let tx = kernel.system("command line").begin().await.map_err(|e| e.to_string())?;
    let secret_key = kernel.keys.secret_key();
    let kid = if revoke { signing_keys::replace(&tx, secret_key).await } else { signing_keys::create(&tx, secret_key).await };
    tx.commit(kid.map_err(|e| e.to_string())?).await.map_err(|e| e.to_string())
}
