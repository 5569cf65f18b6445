//! The role `analyze`: holds the analyzers of one group, warm, and runs them on the videos of many jobs.
//!
//! ```text
//!   daemon ──control──▶ this thread ──▶ one thread per job: hears the decoder, sorts frames (`job`)
//!                          │             └▶ one thread per analyzer and job: calls it (`session`)
//!                          └▶ loading and unloading (`held`)
//! ```
//! What an analyzer does wrong stays with it: an error or panic ends its session, a call that does not come back is
//! reported (`deadline`) and the daemon replaces this process when the job's other analyzers are through.

mod board;
mod deadline;
mod held;
mod host;
mod job;
pub(crate) mod loader;
mod queue;
mod session;
mod touched;
pub(crate) mod trial;

use std::collections::HashMap;
use std::iter;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use va_protocol::worker::control::{AnalyzerToLoad, FromAnalyze, ToAnalyze};

use self::deadline::Deadlines;
use self::held::{Analyzers, Place};
use self::job::Job;
use crate::memory::Marks;
use crate::{link, process, sandbox};

pub(crate) fn run((daemon, mut from_daemon): (link::Sender, link::Receiver)) -> Result<()> {
    let Some((first, _, _)) = from_daemon.receive::<ToAnalyze>()? else { return Ok(()) };
    let ToAnalyze::Configure {
        group,
        device,
        threads,
        memory_mib,
        findings_limit,
        sandbox,
        analyzers: to_load,
    } = first
    else {
        bail!("the daemon's first message is not the configuration");
    };
    if let Some(mib) = memory_mib {
        process::limit_memory(mib)?;
    }
    let marks = Marks::open();
    if let Some(sandbox) = sandbox {
        sandbox::around_plugins(&sandbox, to_load.iter().flat_map(needed))?;
    }
    let analyzers = Analyzers::new(Place { group, device, threads, daemon: daemon.clone() }, marks)?;
    let (to_measure, others): (Vec<_>, Vec<_>) = to_load.into_iter().partition(|wanted| wanted.measure);
    to_measure.into_iter().for_each(|wanted| analyzers.load_measured(wanted));
    analyzers.load_all(others)?;
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
                let lend = |name: &str| analyzers.lend(name);
                jobs.insert(job, Job::start(settings, wanted, lend, link, &daemon, &deadlines)?);
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
            ToAnalyze::Load { analyzer } => analyzers.order(analyzer),
            ToAnalyze::Unload { analyzer } => analyzers.let_go(analyzer)?,
            ToAnalyze::Configure { .. } => bail!("the daemon configured this worker twice"),
        }
    }
    // The daemon is gone or wants this process gone. Threads that still compute end with it.
    Ok(())
}

/// What an analyzer is loaded from, wherever it lies: plugins and models may be links out of their folders.
pub(crate) fn needed(analyzer: &AnalyzerToLoad) -> impl Iterator<Item = &Path> {
    iter::once(&analyzer.path).chain(analyzer.models.values()).map(Path::new)
}
