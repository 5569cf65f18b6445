//! The command line of va: its client of the daemon's socket, and its commands.

mod client;
mod commands;
mod exit;
mod private_daemon;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

#[derive(Debug, Parser)]
#[command(version, about = "Analyses short videos with the analyzers of a va daemon")]
struct Arguments {
    /// The daemon's Unix socket; va.sock in the state folder where it is not given
    #[arg(long, env = "VA_SOCKET", global = true)]
    socket: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Analyse a video; starts a private daemon where none answers
    Analyze {
        file: PathBuf,
        /// Analyzers to run; all where it is not given
        #[arg(long, value_delimiter = ',')]
        analyzers: Option<Vec<String>>,
        /// Write the document to a file, or to standard output with -
        #[arg(short, long)]
        output: Option<PathBuf>,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        /// Compute again, whatever is stored
        #[arg(long)]
        fresh: bool,
    },
    /// Analyzers
    #[command(subcommand)]
    Plugins(Plugins),
    /// The daemon, its groups and workers
    Status {
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// The JSON Schema of the result document
    Schema,
    /// The private daemon
    #[command(subcommand)]
    Daemon(Daemon),
    /// Completions for a shell
    Completions { shell: clap_complete::Shell },
}

#[derive(Debug, Subcommand)]
enum Plugins {
    /// Lists the analyzers that were found
    List {
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

#[derive(Debug, Subcommand)]
enum Daemon {
    /// Starts a private daemon in the background
    Start,
    /// Has the daemon finish its jobs and stop
    Stop,
    /// As `vactl status`
    Status {
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Prints the private daemon's log
    Logs,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Table,
    Json,
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(commands::run(arguments)),
        Err(error) => Err(exit::Failure::internal(format!("cannot start: {error}"))),
    };
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("vactl: {}", failure.message);
            if let Some(hint) = &failure.hint {
                eprintln!("hint: {hint}");
            }
            ExitCode::from(failure.code)
        }
    }
}
