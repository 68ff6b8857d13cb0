//! The product's binary, built as part of this package, so that tests always run what was just compiled.

use std::process::ExitCode;

fn main() -> ExitCode {
    api::main()
}
