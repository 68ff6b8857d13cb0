//! x
use clap::Args;
use crate::config::Config;
/// x
#[derive(Args, Debug)]
pub(crate) struct DemoCommand {}
pub(super) async fn run(_config: &Config, _command: DemoCommand) -> Result<(), String> { Ok(()) }
