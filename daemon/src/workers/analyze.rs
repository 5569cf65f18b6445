//! An analyze worker as jobs see it: what it has loaded, and a stream of events for each job.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::Result;
use tokio::sync::{mpsc, watch};
use va_protocol::worker::control::{AnalyzerInJob, FromAnalyze, LogLevel, ToAnalyze};

use super::link;
use super::process::Process;

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
    /// The process is gone; how, in words.
    Ended(String),
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
    /// Starts the process and has it load its analyzers; it is of use once [`ready`](Self::ready).
    pub(crate) fn start(worker: &Path, label: String, configuration: ToAnalyze) -> Result<Arc<Self>> {
        let (process, receiver) = Process::start(worker, "analyze", label)?;
        let (told_ready, ready) = watch::channel(false);
        let worker =
            Arc::new(AnalyzeWorker { process, loaded: Mutex::default(), ready, jobs: Mutex::default() });
        let heard = Arc::downgrade(&worker);
        let sender = worker.process.sender.clone();
        tokio::spawn(async move {
            // Where the worker is gone already, its end is noticed by the listener.
            let _ = sender.send(&configuration).await;
        });
        let exit = worker.process.exit.clone();
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
            if let Some(error) = nonsense {
                tracing::error!("a worker speaks nonsense and is ended: {error:#}");
            }
            // A worker whose link is closed is of no use, whether it lives or not.
            worker.process.kill();
            let mut exit = exit;
            let ended =
                exit.wait_for(Option::is_some).await.ok().and_then(|exit| exit.clone()).unwrap_or_default();
            for (_, job) in worker.jobs().drain() {
                let _ = job.send(WorkerEvent::Ended(ended.clone()));
            }
        });
        Ok(worker)
    }

    /// Waits until all analyzers are loaded, or have failed to.
    ///
    /// # Errors
    /// Where the process ended before; how, in words.
    pub(crate) async fn ready(&self) -> Result<(), String> {
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
