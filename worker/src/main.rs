//! `va-worker`: runs what may crash, in one of four roles, for the daemon that started it.
//!
//! `describe` reads one plugin's description and exits; `check` also tries it out; `analyze` holds a group's analyzers for many jobs; `decode`
//! reads one video. The two long-lived roles speak with the daemon over the socket that is their standard input.

mod analyze;
mod check;
mod decode;
mod describe;
mod frames;
mod link;
mod process;
mod translate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(version, about = "Runs decoding and analyzers for va-daemon, which starts it; not for people")]
struct Arguments {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Print the description of an analyzer's library, as one line of JSON
    Describe { library: PathBuf },
    /// Check a library as the line of JSON at standard input says, and print what came out
    Check,
    /// Decode one video for the daemon at standard input
    Decode,
    /// Run a group of analyzers for the daemon at standard input
    Analyze,
}

fn main() -> ExitCode {
    let Arguments { role } = Arguments::parse();
    let outcome = match role {
        Role::Describe { library } => describe::run(&library),
        Role::Check => check::run(),
        Role::Decode => process::daemon_link().and_then(decode::run),
        Role::Analyze => process::daemon_link().and_then(analyze::run),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("va-worker: {error:#}");
            ExitCode::FAILURE
        }
    }
}
