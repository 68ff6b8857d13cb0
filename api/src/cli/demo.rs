//! `bulkhead demo`: serve, after filling an empty database with the demo distributor.

use std::io::IsTerminal as _;
use std::time::Instant;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use parking_lot::Mutex;

use super::say;
use crate::config::{Config, Role};
use crate::server::{self, App};
use demo::{self as load, Credentials, Loaded, Progress, State};
use demo_data::model::Settings;
use demo_data::{Day, SKUS};
use kernel::Kernel;
use store::clock;
use store::system::System;

/// Which distributor to make up.
#[derive(Args, Debug)]
pub(crate) struct DemoCommand {
    /// Another number makes another distributor
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// How many products it has, 100 to 1000000; 10000 when not given
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(i64::from(*SKUS.start())..=i64::from(*SKUS.end())))]
    skus: Option<u32>,
}

const USUAL_SEED: u64 = 1;
const USUAL_SKUS: u32 = 10_000;

/// Loads the demo if the database is empty, then serves.
pub(super) async fn run(config: &Config, command: DemoCommand) -> Result<(), String> {
    let kernel = server::open_kernel(config).await?;
    let fresh = prepare(config, &kernel, &command).await?;
    kernel.close().await;
    let app = App::open(config).await?;
    if fresh && config.role != Role::Worker {
        build_index(config, &app).await?;
    }
    let logins = Credentials::read(&config.data_dir);
    server::serve(config, app, |address| greet(address, config, logins.as_ref())).await
}

/// Loads the demo if the database has none; says whether it did.
async fn prepare(config: &Config, kernel: &Kernel, command: &DemoCommand) -> Result<bool, String> {
    let system = kernel.system("demo");
    let settings = match load::state(&system).await.map_err(|e| e.to_string())? {
        State::Whole(loaded) => {
            say_kept(command, loaded);
            return Ok(false);
        }
        State::Half(loaded) => {
            say(&format!("the demo with {} products was not loaded to its end; loading the rest", loaded.skus));
            Settings::from(loaded)
        }
        State::None if has_products(&system).await? => {
            say("this database has products and no demo; it is served as it is");
            return Ok(false);
        }
        State::None => Settings {
            seed: command.seed.unwrap_or(USUAL_SEED),
            skus: command.skus.unwrap_or(USUAL_SKUS),
            today: Day(i32::try_from(clock::now().0 / clock::DAY).map_err(|e| e.to_string())?),
        },
    };
    let started = Instant::now();
    say(&format!("making up a distributor with {} products …", settings.skus));
    let bar = Bar::new();
    load::load(kernel, settings, &config.data_dir, &bar).await.map_err(|e| format!("demo: {e}"))?;
    bar.end();
    say(&format!("the demo is loaded, {:.1} s", started.elapsed().as_secs_f32()));
    Ok(true)
}

/// Builds the search index at once, so that the first search finds everything.
async fn build_index(config: &Config, app: &App) -> Result<(), String> {
    let failed = |e: &dyn std::fmt::Display| format!("search index: {e}");
    let started = Instant::now();
    let (search, system) = (&app.projections.search, app.kernel.system("demo"));
    search.open(&config.index_dir()).map_err(|e| failed(&e))?;
    let bar = Bar::new();
    bar.part("search index", u64::try_from(app.projections.products.count()).unwrap_or(u64::MAX));
    let shown = bar.bar.clone();
    let progress = move |done: u64, _| shown.set_position(done);
    search_index::build_now(&system, search, &app.projections.categories, progress).await.map_err(|e| failed(&e))?;
    bar.end();
    say(&format!("the search index is built, {:.1} s", started.elapsed().as_secs_f32()));
    Ok(())
}

async fn has_products(system: &System) -> Result<bool, String> {
    use sea_orm::{EntityTrait as _, QuerySelect as _};
    let one = entity::products::Entity::find().limit(1).one(&system.db()).await;
    one.map(|found| found.is_some()).map_err(|e| e.to_string())
}

fn say_kept(command: &DemoCommand, loaded: Loaded) {
    let other = command.seed.is_some_and(|seed| seed != loaded.seed) || command.skus.is_some_and(|skus| skus != loaded.skus);
    if other {
        say(&format!(
            "this database keeps its demo: --seed {} --skus {}; another one needs another --data-dir",
            loaded.seed, loaded.skus
        ));
    }
}

fn greet(address: std::net::SocketAddr, config: &Config, logins: Option<&Credentials>) {
    say(&format!("Bulkhead serves on http://{address}"));
    say(&format!("  API explorer  http://{address}/docs"));
    let Some(logins) = logins else {
        say("  the logins of this demo are not in this data directory; `bulkhead user create` makes one");
        return;
    };
    let shown = ["admin", "sales", "buyer", "account_admin"];
    for role in shown {
        if let Some(person) = logins.people.iter().find(|person| person.role == role) {
            let account = person.account.as_ref().map(|code| format!(" of {code}")).unwrap_or_default();
            say(&format!("  {:<13} {} / {}{account}", role, person.email, person.password));
        }
    }
    let sides = [logins.clients.iter().find(|c| c.account.is_none()), logins.clients.iter().find(|c| c.account.is_some())];
    for client in sides.into_iter().flatten() {
        let account = client.account.as_ref().map(|code| format!(" of {code}")).unwrap_or_default();
        say(&format!("  client        {} / {}{account}", client.id, client.secret));
    }
    say(&format!("  all logins    {}", load::credentials_path(&config.data_dir).display()));
}

/// A progress bar on a terminal, lines of the log elsewhere.
struct Bar {
    bar: ProgressBar,
    part: Mutex<Option<(&'static str, Instant)>>,
}

impl Bar {
    fn new() -> Self {
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{msg:<15} {wide_bar} {pos}/{len}") {
            bar.set_style(style);
        }
        Self { bar, part: Mutex::new(None) }
    }

    fn end(&self) {
        self.log_part(None);
        self.bar.finish_and_clear();
    }

    /// Says how long the part took that ends here.
    fn log_part(&self, next: Option<&'static str>) {
        let mut part = self.part.lock();
        if let Some((name, since)) = part.take() {
            tracing::info!(part = name, duration_ms = since.elapsed().as_millis() as u64, "a part of the demo is loaded");
        }
        *part = next.map(|name| (name, Instant::now()));
    }
}

impl Progress for Bar {
    fn part(&self, name: &'static str, steps: u64) {
        self.log_part(Some(name));
        self.bar.set_length(steps);
        self.bar.set_position(0);
        self.bar.set_message(name);
    }

    fn advance(&self, steps: u64) {
        self.bar.inc(steps);
    }
}
