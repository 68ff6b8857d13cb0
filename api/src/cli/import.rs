//! Imports from the command line: the same code as the jobs over HTTP, with a progress bar on a terminal.

use std::fs::File;
use std::io::{BufWriter, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::watch;

use super::say;
use crate::config::Config;
use crate::server;
use files::kind::Kind;
use files::mapping::Mapping;
use files::source::Source;
use imports::{self, ImportOutcome, ImportSpec, References, Summary};
use store::clock;

/// More than any file that is meant unpacks to.
const MOST_BYTES: u64 = 1 << 40;

/// What to import.
#[derive(Args, Debug)]
pub(crate) struct ImportCommand {
    /// What the file holds
    #[arg(value_enum)]
    kind: KindName,
    /// CSV or NDJSON, plain, gzip or zstd
    file: PathBuf,
    /// Which of the file's columns are which of ours; without it the columns are called as ours are
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Read and check everything, keep nothing
    #[arg(long)]
    dry_run: bool,
    /// Where rejected rows are reported; default is the data directory's `reports`
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum KindName {
    /// Products with categories, list prices, costs
    Products,
    /// Entries of price lists
    Prices,
    /// Counts of stock
    Stock,
    /// Accounts
    Accounts,
    /// Orders of the past
    Orders,
}

impl From<KindName> for Kind {
    fn from(name: KindName) -> Self {
        match name {
            KindName::Products => Self::Products,
            KindName::Prices => Self::Prices,
            KindName::Stock => Self::Stock,
            KindName::Accounts => Self::Accounts,
            KindName::Orders => Self::Orders,
        }
    }
}

/// Runs the import and says what came of it.
pub(super) async fn run(config: &Config, command: ImportCommand) -> Result<(), String> {
    let kind = Kind::from(command.kind);
    let mapping = mapping(kind, command.mapping.as_deref())?;
    let unreadable = |e: std::io::Error| format!("{}: {e}", command.file.display());
    let source = Source::file(&command.file, MOST_BYTES).map_err(unreadable)?;
    let kernel = server::open_kernel(config).await?;
    let report = command.report.clone().unwrap_or_else(|| usual_report(config, kind));
    let spec = ImportSpec {
        mapping,
        dry_run: command.dry_run,
        rights: identity::scope::all(),
        report: Box::new(BufWriter::new(create(&report)?)),
    };
    let system = kernel.system("import");
    let references = References::load(&system.db()).await.map_err(|e| e.to_string())?;
    let (told, summary) = watch::channel(Summary::default());
    let bar = tokio::spawn(show(bar(&source), source.progress.clone(), summary.clone()));
    let started = Instant::now();
    let result = imports::import(&system, &references, source, spec, &told).await;
    drop(told);
    let _ = bar.await;
    let summary = *summary.borrow();
    kernel.close().await;
    say_result(kind, &summary, started.elapsed(), command.dry_run);
    if let Ok(ended) = &result {
        say_skipped(ended);
    }
    if summary.rejected > 0 {
        say(&format!("reasons are in {}", report.display()));
    }
    result.map(drop).map_err(|error| format!("{}: {error}", command.file.display()))
}

fn mapping(kind: Kind, path: Option<&Path>) -> Result<Mapping, String> {
    let Some(path) = path else { return Ok(Mapping::own(kind)) };
    let text = std::fs::read_to_string(path).map_err(|e| format!("--mapping: {}: {e}", path.display()))?;
    Mapping::parse(kind, &text).map_err(|e| format!("--mapping: {}: {e}", path.display()))
}

fn usual_report(config: &Config, kind: Kind) -> PathBuf {
    let seconds = clock::now().0 / clock::SECOND;
    config.data_dir.join("reports").join(format!("{}-{seconds}.csv", kind.as_str()))
}

fn create(path: &Path) -> Result<File, String> {
    let failed = |e: std::io::Error| format!("--report: {}: {e}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    File::create(path).map_err(failed)
}

fn bar(source: &Source) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = source.size.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    let style = ProgressStyle::with_template("{wide_bar} {percent:>3} % {msg} {elapsed}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

/// Moves the bar until the import ends.
async fn show(bar: ProgressBar, bytes: Arc<AtomicU64>, mut summary: watch::Receiver<Summary>) {
    while summary.changed().await.is_ok() {
        let counts = *summary.borrow_and_update();
        bar.set_position(bytes.load(Ordering::Relaxed));
        bar.set_message(format!("{} accepted, {} rejected", counts.accepted, counts.rejected));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bar.finish_and_clear();
}

fn say_skipped(ended: &ImportOutcome) {
    for (reason, skipped) in &ended.skipped {
        say(&format!("  {} skipped: {reason}, first in line {}", skipped.records, skipped.first_line));
    }
}

fn say_result(kind: Kind, summary: &Summary, took: Duration, dry_run: bool) {
    let Summary { read, accepted, rejected, skipped } = summary;
    let records = if kind == Kind::Orders { "lines of orders" } else { kind.as_str() };
    let per_second = u128::from(*read) * 1000 / took.as_millis().max(1);
    let end = if dry_run { "; nothing was kept" } else { "" };
    say(&format!(
        "{read} {records} read: {accepted} accepted, {rejected} rejected, {skipped} skipped; {:.1} s, {per_second} a second{end}",
        took.as_secs_f32()
    ));
}
