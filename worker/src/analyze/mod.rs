//! The role `analyze`: holds the analyzers of one group, warm, and runs them on the videos of many jobs.
//!
//! ```text
//!   daemon ──control──▶ this thread ──▶ one thread per job: hears the decoder, sorts frames (`job`)
//!                                        └▶ one thread per analyzer and job: calls it (`session`)
//! ```
//! What an analyzer does wrong stays with it: an error or panic ends its session, a call that does not come back is
//! reported (`deadline`) and the daemon replaces this process when the job's other analyzers are through.

mod board;
mod deadline;
mod host;
mod job;
pub(crate) mod loader;
mod queue;
mod session;
pub(crate) mod trial;

use std::collections::HashMap;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use va_analyzer_sdk::ErrorKind;
use va_analyzer_sdk::abi::{LoadedAnalyzer, Plugin};
use va_protocol::worker::control::{AnalyzerToLoad, FromAnalyze, ToAnalyze};

use self::deadline::Deadlines;
use self::host::{LoadHost, Shared};
use self::job::Job;
use crate::{link, process, sandbox};

/// A loaded analyzer, and what is fixed for all its sessions.
struct Loaded {
    analyzer: LoadedAnalyzer,
    shared: Arc<Shared>,
    call_limit: Duration,
}

type Analyzers = HashMap<String, Arc<Loaded>>;

pub(crate) fn run((daemon, mut from_daemon): (link::Sender, link::Receiver)) -> Result<()> {
    let Some((first, _, _)) = from_daemon.receive::<ToAnalyze>()? else { return Ok(()) };
    let ToAnalyze::Configure { group, device, threads, memory_mib, findings_limit, sandbox, analyzers } =
        first
    else {
        bail!("the daemon's first message is not the configuration");
    };
    if let Some(mib) = memory_mib {
        process::limit_memory(mib)?;
    }
    if let Some(sandbox) = sandbox {
        sandbox::around_plugins(&sandbox, analyzers.iter().map(|analyzer| Path::new(&analyzer.path)))?;
    }
    let analyzers = load(&group, &device, threads, analyzers, &daemon)?;
    daemon.send(&FromAnalyze::Ready)?;

    let deadlines = Deadlines::start();
    let mut jobs: HashMap<u64, Arc<Job>> = HashMap::new();
    while let Some((message, body, descriptors)) = from_daemon.receive::<ToAnalyze>()? {
        jobs.retain(|_, job| !job.is_over());
        match message {
            ToAnalyze::StartJob { job, analyzers: wanted } => {
                let socket = descriptors.into_iter().next().context("a job came without its frames")?;
                let link = link::ends(UnixStream::from(socket))?;
                let settings = job::Settings { number: job, findings_limit };
                jobs.insert(job, Job::start(settings, wanted, &analyzers, link, &daemon, &deadlines)?);
            }
            ToAnalyze::OtherFindings { job, analyzer } => {
                if let Some(job) = jobs.get(&job) {
                    job.other_findings(&analyzer, body);
                }
            }
            ToAnalyze::CancelJob { job } => {
                if let Some(job) = jobs.remove(&job) {
                    job.cancel();
                }
            }
            ToAnalyze::Configure { .. } => bail!("the daemon configured this worker twice"),
        }
    }
    // The daemon is gone or wants this process gone. Threads that still compute end with it.
    Ok(())
}

/// Loads all analyzers at once, each in a thread, since models take their time.
fn load(
    group: &str,
    device: &str,
    threads: usize,
    analyzers: Vec<AnalyzerToLoad>,
    daemon: &link::Sender,
) -> Result<Analyzers> {
    let (done, results) = mpsc::channel();
    let count = analyzers.len();
    for wanted in analyzers {
        let shared = Arc::new(Shared::new(&wanted, device, threads, daemon));
        let done = done.clone();
        thread::Builder::new()
            .name(format!("load {}", wanted.name))
            .spawn(move || {
                let begun = Instant::now();
                let loaded = load_one(&wanted, &shared);
                let _ = done.send((wanted, shared, loaded, begun.elapsed()));
            })
            .with_context(|| format!("group {group}: cannot start a thread"))?;
    }
    let mut loaded = HashMap::new();
    for (wanted, shared, result, took) in results.iter().take(count) {
        let analyzer = wanted.name.clone();
        let message = match result {
            Ok(in_memory) => {
                let call_limit = Duration::from_secs_f64(wanted.call_limit_s);
                let device = shared.runs_on().to_owned();
                loaded.insert(wanted.name, Arc::new(Loaded { analyzer: in_memory, shared, call_limit }));
                FromAnalyze::Loaded { analyzer, device, load_s: took.as_secs_f64() }
            }
            Err((unavailable, reason)) => FromAnalyze::NotLoaded { analyzer, unavailable, reason },
        };
        daemon.send(&message)?;
    }
    Ok(loaded)
}

/// An error says whether the analyzer is merely unavailable, for want of a model, and why.
fn load_one(wanted: &AnalyzerToLoad, shared: &Arc<Shared>) -> Result<LoadedAnalyzer, (bool, String)> {
    if let Some(missing) = &wanted.missing {
        return Err((true, missing.clone()));
    }
    let plugin = loader::open(Path::new(&wanted.path)).map_err(|error| (false, error.to_string()))?;
    in_memory(&plugin, shared)
}

fn in_memory(plugin: &Plugin, shared: &Arc<Shared>) -> Result<LoadedAnalyzer, (bool, String)> {
    plugin
        .load(Arc::new(LoadHost(Arc::clone(shared))))
        .map_err(|error| (error.kind == ErrorKind::Unavailable, error.message))
}
