//! Reads the plugin folders. Each library is opened in a short-lived process of its own, where it can do no harm.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use va_protocol::worker::control::Described;

use super::registry::{Known, Plugin, Registry};
use crate::config::Config;
use crate::workers::{Programs, exit_in_words};

/// A library whose constructors take longer than this is left alone.
const DESCRIBE_LIMIT: Duration = Duration::from_secs(20);

/// Starts reading; the registry is there when it is through.
pub(crate) fn discover(programs: Programs, config: Arc<Config>) -> (Known, JoinHandle<()>) {
    let (sender, receiver) = watch::channel(None);
    let task = tokio::spawn(async move {
        let begun = std::time::Instant::now();
        let registry = Registry::new(describe_all(&programs).await, &config);
        for (path, reason) in registry.broken() {
            tracing::warn!(plugin = %path.display(), "not usable: {reason}");
        }
        let names: Vec<&str> = registry.names().collect();
        tracing::info!(took_ms = begun.elapsed().as_millis() as u64, "analyzers: {}", names.join(", "));
        sender.send_replace(Some(Arc::new(registry)));
    });
    (Known(receiver), task)
}

async fn describe_all(programs: &Programs) -> Vec<Plugin> {
    let at_once = Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)));
    let mut describing = JoinSet::new();
    for (at, path) in programs.plugin_files().into_iter().enumerate() {
        let (worker, at_once) = (programs.worker.clone(), Arc::clone(&at_once));
        describing.spawn(async move {
            let _permit = at_once.acquire().await;
            let described = describe(&worker, &path).await;
            (at, Plugin { path, described })
        });
    }
    let mut plugins = describing.join_all().await;
    plugins.sort_by_key(|(at, _)| *at);
    plugins.into_iter().map(|(_, plugin)| plugin).collect()
}

async fn describe(
    worker: &Path,
    library: &PathBuf,
) -> Result<va_protocol::worker::description::AnalyzerDescription, String> {
    let mut command = Command::new(worker);
    command.arg("describe").arg(library).stdin(Stdio::null()).kill_on_drop(true);
    let output = match tokio::time::timeout(DESCRIBE_LIMIT, command.output()).await {
        Err(_) => return Err(format!("opening it takes longer than {} s", DESCRIBE_LIMIT.as_secs())),
        Ok(Err(error)) => return Err(format!("cannot start {}: {error}", worker.display())),
        Ok(Ok(output)) => output,
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().next_back().unwrap_or_default();
    match serde_json::from_str(last) {
        Ok(Described::Ok { description }) => valid(description),
        Ok(Described::Refused { reason }) => Err(reason),
        Err(_) => {
            let words = String::from_utf8_lossy(&output.stderr);
            let words = words.lines().next_back().unwrap_or("it said nothing").to_owned();
            Err(format!("the process that opened it {}: {words}", exit_in_words(output.status)))
        }
    }
}

/// The name becomes a key of the result document and of the configuration.
fn valid(
    description: va_protocol::worker::description::AnalyzerDescription,
) -> Result<va_protocol::worker::description::AnalyzerDescription, String> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if description.name.is_empty() || !description.name.chars().all(good) {
        return Err(format!("its name {:?} must be of lower-case letters, digits and _", description.name));
    }
    Ok(description)
}
