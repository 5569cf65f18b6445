//! The commands, one file each, and what is common to them: Ctrl-C.

mod analyze;
mod completions;
mod daemon;
mod models;
mod plugins;
mod results;
mod schema;
mod status;

use crate::args::{Arguments, Command};
use crate::exit::{Exit, Failure};
use crate::places::Places;

/// Runs the command. Ctrl-C drops it wherever it is, and with it connections, half-written lines and files.
pub async fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let places = Places::new(arguments.socket.as_deref());
    tokio::select! {
        ended = command(&places, &arguments.command) => ended,
        () = interrupt() => {
            let given_up = matches!(arguments.command, Command::Analyze(_));
            Err(Failure::new(Exit::Interrupted, if given_up { "interrupted; the job is given up" } else { "interrupted" }))
        }
    }
}

async fn command(places: &Places, command: &Command) -> Result<Exit, Failure> {
    match command {
        Command::Analyze(arguments) => return analyze::run(places, arguments).await,
        Command::Models(arguments) => models::run(places, arguments).await?,
        Command::Plugins(arguments) => return plugins::run(places, arguments).await,
        Command::Results(results) => results::run(places, results).await?,
        Command::Status(arguments) => status::run(places, arguments).await?,
        Command::Schema => schema::run().await?,
        Command::Daemon(arguments) => daemon::run(places, arguments).await?,
        Command::Completions { shell } => completions::run(*shell).await?,
    }
    Ok(Exit::Success)
}

async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        // It cannot be heard, so it ends the process as it does by default.
        std::future::pending::<()>().await;
    }
}
