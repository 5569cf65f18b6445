//! Reads the plugin folders. Each library is opened in a short-lived process of its own, where it can do no harm.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use va_protocol::worker::control::Described;
use va_protocol::worker::description::AnalyzerDescription;

use super::file::{Identity, Origin};
use super::registry::Plugin;
use crate::workers::{Programs, Unheard, ask, exit_in_words};

/// A library whose constructors take longer than this is left alone.
const DESCRIBE_LIMIT: Duration = Duration::from_secs(20);

/// Describes these libraries, several at once; in their order.
pub(super) async fn describe_all(
    programs: &Programs,
    files: Vec<(PathBuf, Identity, Origin)>,
) -> Vec<Plugin> {
    let at_once = Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)));
    let mut describing = JoinSet::new();
    for (at, (path, identity, origin)) in files.into_iter().enumerate() {
        let (programs, at_once) = (programs.clone(), Arc::clone(&at_once));
        describing.spawn(async move {
            let _permit = at_once.acquire().await;
            let (described, worker_sdk) = describe(&programs, &path).await;
            (at, Plugin { path, identity, origin, worker_sdk, described })
        });
    }
    let mut plugins = describing.join_all().await;
    plugins.sort_by_key(|(at, _)| *at);
    plugins.into_iter().map(|(_, plugin)| plugin).collect()
}

/// What a library says of itself, and the version of the SDK that the worker has.
pub(crate) async fn describe(
    programs: &Programs,
    library: &Path,
) -> (Result<AnalyzerDescription, String>, Option<String>) {
    let mut command = Command::new(&programs.worker);
    command.arg("describe");
    if let Some(sandbox) = &programs.sandbox {
        command.arg("--sandbox").arg(serde_json::to_string(sandbox).unwrap_or_default());
    }
    command.arg(library);
    let output = match ask(command, b"", DESCRIBE_LIMIT).await {
        Err(Unheard::TooLong) => {
            return (Err(format!("opening it takes longer than {} s", DESCRIBE_LIMIT.as_secs())), None);
        }
        Err(Unheard::Unstarted(error)) => {
            return (Err(format!("cannot start {}: {error}", programs.worker.display())), None);
        }
        Ok(output) => output,
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().next_back().unwrap_or_default();
    match serde_json::from_str(last) {
        Ok(Described::Ok { description, worker_sdk }) => (valid(description), Some(worker_sdk)),
        Ok(Described::Refused { reason, worker_sdk }) => (Err(reason), Some(worker_sdk)),
        Err(_) => {
            let words = String::from_utf8_lossy(&output.stderr);
            let words = words.lines().next_back().unwrap_or("it said nothing").to_owned();
            (Err(format!("the process that opened it {}: {words}", exit_in_words(output.status))), None)
        }
    }
}

/// The name becomes a key of the result document and of the configuration.
fn valid(description: AnalyzerDescription) -> Result<AnalyzerDescription, String> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if description.name.is_empty() || !description.name.chars().all(good) {
        return Err(format!("its name {:?} must be of lower-case letters, digits and _", description.name));
    }
    Ok(description)
}
