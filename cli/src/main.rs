//! `vactl`: analyses videos and looks at the daemon.

use std::process::ExitCode;

fn main() -> ExitCode {
    vactl::run()
}
