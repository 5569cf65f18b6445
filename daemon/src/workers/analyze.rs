//! An analyze worker as jobs see it: what it has loaded, and a stream of events for each job.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::{mpsc, watch};
use tokio_util::task::TaskTracker;
use va_protocol::worker::control::{
    AnalyzerInJob, AnalyzerToLoad, FromAnalyze, LogLevel, MemoryTaken, ToAnalyze,
};

use super::link;
use super::process::{Ended, Process};
use super::shelf::{LoadState, Shelf};
use crate::memory::Memory;

/// Between the end of a process's link and its own.
const ENDING_LIMIT: Duration = Duration::from_millis(500);

/// What a job hears of a worker.
#[derive(Debug)]
pub(crate) enum WorkerEvent {
    Said(FromAnalyze, Vec<u8>),
    /// The process is gone.
    Ended(Ended),
}

#[derive(Debug)]
pub(crate) struct AnalyzeWorker {
    pub(crate) process: Process,
    pub(crate) group: String,
    /// As the configuration names it.
    pub(crate) device: String,
    /// Not the group's own worker, but one for single analyzers of one job.
    pub(crate) alone: bool,
    pub(crate) shelf: Arc<Shelf>,
    memory: Memory,
    ready: watch::Receiver<bool>,
    jobs: Mutex<HashMap<u64, mpsc::UnboundedSender<WorkerEvent>>>,
}

impl AnalyzeWorker {
    /// Starts the process and has it load its analyzers, as far as there is room for them; it is of use once
    /// [`ready`](Self::ready). One that takes longer than `load_limit_s` is ended.
    pub(crate) fn start(
        worker: &Path,
        (label, alone): (String, bool),
        mut configuration: ToAnalyze,
        load_limit_s: f64,
        processes: &TaskTracker,
        memory: &Memory,
    ) -> Result<Arc<Self>> {
        let (process, receiver) = Process::start(worker, "analyze", label, processes)?;
        let (told_ready, ready) = watch::channel(false);
        let (mut named, mut later) = ((String::new(), String::new()), Vec::new());
        let mut shelf = Shelf::new(&[], &[]);
        if let ToAnalyze::Configure { group, device, sandbox, analyzers, .. } = &mut configuration {
            named = (group.clone(), device.clone());
            if !alone {
                (*analyzers, later) = memory.admit(group, device, std::mem::take(analyzers));
            }
            if let Some(sandbox) = sandbox {
                // The sandbox is put on once: it has to leave what may be loaded later.
                sandbox.readable.extend(later.iter().map(|analyzer| analyzer.path.clone()));
            }
            shelf = Shelf::new(analyzers, &later);
        }
        let (group, device) = named;
        let (memory, jobs) = (memory.clone(), Mutex::default());
        let worker = Arc::new(AnalyzeWorker { process, group, device, alone, shelf, memory, ready, jobs });
        worker.memory.watch(&worker);
        let heard = Arc::downgrade(&worker);
        let sender = worker.process.sender.clone();
        tokio::spawn(async move {
            // Where the worker is gone already, its end is noticed by the listener.
            let _ = sender.send(&configuration).await;
        });
        tokio::spawn(limit_loading(worker.process.exit.clone(), Arc::downgrade(&worker), load_limit_s));
        tokio::spawn(async move {
            let mut receiver: link::Receiver = receiver;
            let nonsense = loop {
                match receiver.receive::<FromAnalyze>().await {
                    Ok(Some((message, body))) => match heard.upgrade() {
                        Some(worker) => worker.hears(message, body, &told_ready),
                        None => return,
                    },
                    Ok(None) => break None,
                    Err(error) => break Some(error),
                }
            };
            let Some(worker) = heard.upgrade() else { return };
            // A worker whose link is closed is of no use. Mostly it is about to end by itself, and will say how.
            let ending = tokio::time::timeout(ENDING_LIMIT, worker.process.ended()).await;
            if let Some(error) = nonsense {
                worker
                    .process
                    .kill_because(format!("spoke nonsense to the daemon ({error:#}) and was ended"));
            } else if ending.is_err() {
                worker.process.kill_because("closed its link to the daemon and was ended".to_owned());
            }
            let ended = worker.process.ended().await;
            for (_, job) in worker.jobs().drain() {
                let _ = job.send(WorkerEvent::Ended(ended.clone()));
            }
        });
        Ok(worker)
    }

    /// Waits until all analyzers are loaded, or have failed to.
    ///
    /// # Errors
    /// Where the process ended before.
    pub(crate) async fn ready(&self) -> Result<(), Ended> {
        let mut ready = self.ready.clone();
        let told = async { ready.wait_for(|ready| *ready).await.is_ok() };
        tokio::select! {
            biased;
            true = told => Ok(()),
            ended = self.process.ended() => Err(ended),
        }
    }

    pub(crate) fn is_ready(&self) -> bool {
        *self.ready.borrow()
    }

    pub(crate) fn load_state(&self, analyzer: &str) -> Option<LoadState> {
        self.shelf.state(analyzer)
    }

    /// What becomes of an analyzer that comes or goes; `None` where the process ended before.
    pub(crate) async fn settled(&self, analyzer: &str) -> Option<LoadState> {
        tokio::select! {
            biased;
            state = self.shelf.settled(analyzer) => state,
            _ = self.process.ended() => None,
        }
    }

    /// Loads one more analyzer, and waits until it is loaded or not. A worker that takes longer than `limit_s` is ended.
    pub(crate) async fn load(&self, analyzer: AnalyzerToLoad, limit_s: f64) {
        let name = analyzer.name.clone();
        self.shelf.set(&name, LoadState::Loading);
        let _ = self.process.sender.send(&ToAnalyze::Load { analyzer }).await;
        if tokio::time::timeout(Duration::from_secs_f64(limit_s), self.settled(&name)).await.is_err() {
            let why =
                format!("was ended, since it did not load {name} within {limit_s} s (jobs.load_limit_s)");
            self.process.kill_because(why);
            self.process.ended().await;
        }
    }

    /// Unloads an analyzer that nobody uses; says what came back.
    pub(crate) async fn unload(&self, analyzer: &str) -> MemoryTaken {
        self.shelf.set(analyzer, LoadState::Unloading);
        let _ = self.process.sender.send(&ToAnalyze::Unload { analyzer: analyzer.to_owned() }).await;
        match self.settled(analyzer).await {
            Some(LoadState::Unloaded { freed }) => freed,
            _ => MemoryTaken::default(),
        }
    }

    /// Starts a job; its events come by the receiver, the last of which is that the worker ended, if it does.
    pub(crate) async fn start_job(
        &self,
        job: u64,
        analyzers: Vec<AnalyzerInJob>,
        frames: OwnedFd,
    ) -> mpsc::UnboundedReceiver<WorkerEvent> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.jobs().insert(job, sender.clone());
        let sent =
            self.process.sender.send_with(&ToAnalyze::StartJob { job, analyzers }, &[], &[frames]).await;
        if sent.is_err() || self.process.exit.borrow().is_some() {
            // It may have ended before this job was on its list.
            let ended = self.process.ended().await;
            let _ = sender.send(WorkerEvent::Ended(ended));
        }
        receiver
    }

    /// The findings of an analyzer, for those of this job that wait for them.
    pub(crate) async fn other_findings(&self, job: u64, analyzer: &str, body: &[u8]) {
        let message = ToAnalyze::OtherFindings { job, analyzer: analyzer.to_owned() };
        let _ = self.process.sender.send_with(&message, body, &[]).await;
    }

    /// The job is over for this worker, or is to be given up.
    pub(crate) async fn leave_job(&self, job: u64, cancel: bool) {
        self.jobs().remove(&job);
        if cancel {
            let _ = self.process.sender.send(&ToAnalyze::CancelJob { job }).await;
        }
    }

    fn jobs(&self) -> MutexGuard<'_, HashMap<u64, mpsc::UnboundedSender<WorkerEvent>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hears(&self, message: FromAnalyze, body: Vec<u8>, told_ready: &watch::Sender<bool>) {
        match message {
            FromAnalyze::Loaded { analyzer, device, load_s, memory } => {
                if let Some(standing) = self.shelf.of(&analyzer) {
                    self.memory.loaded(&self.device, &standing.order, memory.filter(|_| !self.alone));
                }
                self.shelf.set(&analyzer, LoadState::Loaded { device, load_s, at: Instant::now() });
            }
            FromAnalyze::NotLoaded { analyzer, unavailable, reason } => {
                tracing::warn!(%analyzer, "not loaded: {reason}");
                self.shelf.set(&analyzer, LoadState::NotLoaded { unavailable, reason });
            }
            FromAnalyze::Unloaded { analyzer, freed } => {
                self.shelf.set(&analyzer, LoadState::Unloaded { freed });
            }
            FromAnalyze::AtWork { analyzer, memory } => {
                if let Some(standing) = self.shelf.of(&analyzer) {
                    self.memory.at_work(&self.device, &standing.order, memory);
                }
            }
            FromAnalyze::Ready => {
                told_ready.send_replace(true);
            }
            FromAnalyze::Log { analyzer, level, message } => match level {
                LogLevel::Debug => tracing::debug!(%analyzer, "{message}"),
                LogLevel::Info => tracing::info!(%analyzer, "{message}"),
                LogLevel::Warn => tracing::warn!(%analyzer, "{message}"),
                LogLevel::Error => tracing::error!(%analyzer, "{message}"),
            },
            FromAnalyze::Progress { job, .. }
            | FromAnalyze::Finished { job, .. }
            | FromAnalyze::Hung { job, .. } => {
                if let Some(job) = self.jobs().get(&job) {
                    let _ = job.send(WorkerEvent::Said(message, body));
                }
            }
        }
    }
}

/// Ends a worker that takes too long to load.
async fn limit_loading(
    mut exit: watch::Receiver<Option<Ended>>,
    worker: Weak<AnalyzeWorker>,
    load_limit_s: f64,
) {
    let Some(mut ready) = worker.upgrade().map(|worker| worker.ready.clone()) else { return };
    let settled = async {
        tokio::select! {
            _ = ready.wait_for(|ready| *ready) => {}
            _ = exit.wait_for(Option::is_some) => {}
        }
    };
    if tokio::time::timeout(Duration::from_secs_f64(load_limit_s), settled).await.is_err()
        && let Some(worker) = worker.upgrade()
    {
        worker.process.kill_because(format!("was ended after {load_limit_s} s (jobs.load_limit_s)"));
    }
}
