//! `va-worker`: runs what may crash, in one of several roles, for the daemon that started it.
//!
//! `describe` reads one plugin's description and exits; `check` also tries it out; `analyze` holds a group's analyzers for
//! many jobs; `decode` reads one video. The two long-lived roles speak with the daemon over the socket that is their standard input.
//! `confine` and `gpus` run nothing: they tell how far the sandbox of the others holds here, and what GPUs there are.

mod analyze;
mod check;
mod decode;
mod describe;
mod frames;
mod gpus;
mod link;
mod memory;
mod process;
mod sandbox;
mod translate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use va_protocol::worker::control::{Confined, Sandbox};

#[derive(Parser)]
#[command(version, about = "Runs decoding and analyzers for va-daemon, which starts it; not for people")]
struct Arguments {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Print the description of an analyzer's library, as one line of JSON
    Describe {
        /// What it may reach, as JSON; everything where it is not given
        #[arg(long, value_parser = read_sandbox)]
        sandbox: Option<Sandbox>,
        library: PathBuf,
    },
    /// Check a library as the line of JSON at standard input says, and print what came out
    Check,
    /// Print what GPUs there are, and how much of their memory is taken, as one line of JSON
    Gpus,
    /// Decode one video for the daemon at standard input
    Decode,
    /// Run a group of analyzers for the daemon at standard input
    Analyze,
    /// Put on the sandbox of plugins, and print what this kernel cannot do of it, as one line of JSON
    Confine,
}

fn read_sandbox(json: &str) -> Result<Sandbox, serde_json::Error> {
    serde_json::from_str(json)
}

fn main() -> ExitCode {
    let Arguments { role } = Arguments::parse();
    process::stand_back();
    let outcome = match role {
        Role::Describe { sandbox, library } => describe::run(&library, sandbox.as_ref()),
        Role::Check => check::run(),
        Role::Gpus => gpus::run(),
        Role::Decode => process::daemon_link().and_then(decode::run),
        Role::Analyze => process::daemon_link().and_then(analyze::run),
        Role::Confine => confine(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("va-worker: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn confine() -> anyhow::Result<()> {
    let lacks = sandbox::around_plugins(&Sandbox::default(), std::iter::empty())?;
    println!("{}", serde_json::to_string(&Confined { lacks })?);
    Ok(())
}
