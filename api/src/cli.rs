//! The command line.
use clap::Parser;
use crate::config::Config;

#[derive(Parser, Debug)]
#[command(name = "bulkhead", version, about)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) config: Config,
}

pub fn main() -> std::process::ExitCode { std::process::ExitCode::SUCCESS }
