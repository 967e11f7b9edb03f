//! The program `longlens`: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    longlens::cli::main()
}
