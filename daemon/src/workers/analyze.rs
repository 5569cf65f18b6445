//! An analyze worker as jobs see it: what it has loaded, and a stream of events for each job.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::{mpsc, watch};
use tokio_util::task::TaskTracker;
use va_protocol::worker::control::{AnalyzerInJob, FromAnalyze, LogLevel, ToAnalyze};

use super::link;
use super::process::{Ended, Process};

/// Between the end of a process's link and its own.
const ENDING_LIMIT: Duration = Duration::from_millis(500);

/// Whether one analyzer of a worker can be used.
#[derive(Debug, Clone)]
pub(crate) enum LoadState {
    Loaded { device: String, load_s: f64, at: Instant },
    NotLoaded { unavailable: bool, reason: String },
}

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
    /// Fits the configuration that it was started with.
    loaded: Mutex<HashMap<String, LoadState>>,
    ready: watch::Receiver<bool>,
    jobs: Mutex<HashMap<u64, mpsc::UnboundedSender<WorkerEvent>>>,
}

impl AnalyzeWorker {
    /// Starts the process and has it load its analyzers; it is of use once [`ready`](Self::ready). One that takes
    /// longer than `load_limit_s` is ended.
    pub(crate) fn start(
        worker: &Path,
        label: String,
        configuration: ToAnalyze,
        load_limit_s: f64,
        processes: &TaskTracker,
    ) -> Result<Arc<Self>> {
        let (process, receiver) = Process::start(worker, "analyze", label, processes)?;
        let (told_ready, ready) = watch::channel(false);
        let worker =
            Arc::new(AnalyzeWorker { process, loaded: Mutex::default(), ready, jobs: Mutex::default() });
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
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).get(analyzer).cloned()
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
        let loaded = |analyzer: String, state| {
            self.loaded.lock().unwrap_or_else(PoisonError::into_inner).insert(analyzer, state);
        };
        match message {
            FromAnalyze::Loaded { analyzer, device, load_s } => {
                loaded(analyzer, LoadState::Loaded { device, load_s, at: Instant::now() });
            }
            FromAnalyze::NotLoaded { analyzer, unavailable, reason } => {
                tracing::warn!(%analyzer, "not loaded: {reason}");
                loaded(analyzer, LoadState::NotLoaded { unavailable, reason });
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
