//! `vactl`: reads its arguments, runs one command, and says by its exit code how that went.

use std::process::ExitCode;

use clap::Parser;
use vactl::args::Arguments;
use vactl::commands;
use vactl::exit::{Exit, Failure};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            let ended = runtime.block_on(commands::run(&arguments));
            // Whoever pressed Ctrl-C does not wait for a pager that has stopped reading.
            runtime.shutdown_background();
            ended
        }
        Err(error) => Err(Failure::new(Exit::Internal, format!("cannot start: {error}"))),
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => {
            failure.report();
            failure.exit.into()
        }
    }
}
