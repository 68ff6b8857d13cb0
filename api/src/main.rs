//! The `bulkhead` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    api::main()
}
