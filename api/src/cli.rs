//! The command line: one binary for every job.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::config::{self, Config, LogFormat};
use crate::server::{self, App};
use kernel::telemetry;
use search_index::ReindexOutcome;
use store::SPARE_WORKERS;

mod backup;
mod demo;
mod import;
mod people;
mod verify;

/// Bulkhead: B2B ordering for manufacturers and distributors
#[derive(Parser, Debug)]
#[command(name = "bulkhead", version, about, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) config: Config,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Serve on what is there
    Serve,
    /// Serve; an empty database is filled with a made-up distributor first
    Demo(demo::DemoCommand),
    /// Read products, prices, stock, accounts or past orders from a file
    Import(import::ImportCommand),
    /// Bring the database's schema up to date
    Migrate,
    /// Build the search index anew; running processes do it beside the one they serve
    Reindex,
    /// Print the OpenAPI document
    Openapi,
    /// Check that stock, orders, credit and invoices agree; fails when they do not
    Verify,
    /// Save the database to a file, also while it is served
    Backup {
        /// A file that does not exist yet
        file: PathBuf,
    },
    /// Bring a saved database back to where there is none
    Restore {
        /// A file that `backup` saved
        file: PathBuf,
    },
    /// Create or disable people
    #[command(subcommand)]
    User(people::UserCommand),
    /// Create, rotate or revoke machine clients
    #[command(subcommand)]
    Client(people::ClientCommand),
    /// Retire the key that signs access tokens and make a new one
    RotateKeys {
        /// The old keys verify nothing from now on, for when others may have them; everybody signs in again
        #[arg(long)]
        revoke: bool,
    },
}

/// How long a thread that helped out waits for more to do. Its memory is given back when it ends, that of loading at start above
/// all.
const KEEP_ALIVE: Duration = Duration::from_secs(1);

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = match config::read() {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let workers = cores + SPARE_WORKERS;
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .thread_keep_alive(KEEP_ALIVE)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return complain(&format!("cannot start: {error}")),
    };
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error),
    }
}

#[expect(clippy::print_stderr, reason = "the last word of a failing program")]
fn complain(error: &str) -> ExitCode {
    eprintln!("bulkhead: {error}");
    ExitCode::FAILURE
}

/// Prints a line of the answer.
pub(crate) fn say(line: &str) {
    // A reader that closed the pipe has read enough.
    let _ = writeln!(std::io::stdout(), "{line}");
}

async fn run(cli: Cli) -> Result<(), String> {
    let Cli { config, command } = cli;
    let terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let json = match config.log_format {
        LogFormat::Auto => !terminal,
        LogFormat::Json => true,
        LogFormat::Text => false,
    };
    telemetry::start_logging(&config.log, json)?;
    match command {
        Command::Serve => {
            let app = App::open(&config).await?;
            server::serve(&config, app, |address| say(&format!("Bulkhead serves on http://{address}"))).await
        }
        Command::Demo(command) => demo::run(&config, command).await,
        Command::Import(command) => import::run(&config, command).await,
        Command::Migrate => {
            server::open_kernel(&config).await?.close().await;
            say("the schema is up to date");
            Ok(())
        }
        Command::Reindex => reindex(&config).await,
        Command::Openapi => {
            say(&server::document());
            Ok(())
        }
        Command::Verify => verify::verify(&config).await,
        Command::Backup { file } => backup::backup(&config, &file).await,
        Command::Restore { file } => backup::restore(&config, &file).await,
        Command::User(command) => people::user(&config, command).await,
        Command::Client(command) => people::client(&config, command).await,
        Command::RotateKeys { revoke } => {
            let kernel = server::open_kernel(&config).await?;
            say(&format!("new key {}", server::rotate_keys(&kernel, revoke).await?));
            kernel.close().await;
            Ok(())
        }
    }
}

async fn reindex(config: &Config) -> Result<(), String> {
    let app = App::open(config).await?;
    let bar = indicatif::ProgressBar::new(0);
    let shown = bar.clone();
    let progress = move |done: u64, total: u64| {
        shown.set_length(total);
        shown.set_position(done);
    };
    let (search, categories) = (&app.projections.search, &app.projections.categories);
    let done = search_index::reindex(&app.kernel, search, categories, &config.index_dir(), progress).await;
    bar.finish_and_clear();
    match done.map_err(|e| format!("search index: {e}"))? {
        ReindexOutcome::Built(products) => say(&format!("the search index holds {products} products")),
        ReindexOutcome::LeftToServer => say("the running server builds a new search index and serves the old one meanwhile"),
    }
    app.kernel.close().await;
    Ok(())
}
