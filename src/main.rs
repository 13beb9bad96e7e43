//! The program: parses the arguments and runs the command.

use std::process::ExitCode;

fn main() -> ExitCode {
    millecloud::cli::run()
}
