//! The task that owns the workers: one for each group, kept warm; one decoder in reserve; and, where a group's worker
//! died under a job, workers for single analyzers.
//!
//! ```text
//!             starts                loaded
//!   (none) ───────────▶ starting ─────────▶ ready
//!              ▲            │ ends / too slow  │ ends, or is recycled after a call that never returned
//!              │            ▼                  ▼
//!              └───────── waiting ◀────────────┘      (the pause: `restart`)
//! ```
//! Others send it commands; it alone changes this state.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;
use va_protocol::api::status::{GroupStatus, WorkerRole, WorkerState, WorkerStatus};
use va_protocol::worker::control::{AnalyzerToLoad, ToAnalyze};

use super::analyze::{AnalyzeWorker, LoadState};
use super::link;
use super::process::Process;
use super::programs::Programs;
use super::restart::Backoff;
use crate::config::Config;
use crate::models::{Models, Resolved};
use crate::plugins::{Known, Registry};

/// A process that was killed may take a moment to give back its memory.
const END_LIMIT: Duration = Duration::from_secs(5);

/// The supervisor, for others. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Workers {
    commands: mpsc::UnboundedSender<Command>,
}

/// A group's analyzers, and for each what its worker says of it; `None` where the worker is not there.
pub(crate) type GroupAnalyzers = BTreeMap<String, Option<LoadState>>;

type Answer<T> = oneshot::Sender<T>;

#[derive(Debug)]
enum Command {
    Worker { group: String, answer: Answer<Result<Arc<AnalyzeWorker>, String>> },
    Solo { analyzers: Vec<String>, answer: Answer<Result<Arc<AnalyzeWorker>, String>> },
    Decoder { answer: Answer<Result<(Process, link::Receiver), String>> },
    KeepDecoder,
    Recycle { pid: u32 },
    Status { answer: Answer<(Vec<GroupStatus>, Vec<WorkerStatus>)> },
    Analyzers { answer: Answer<GroupAnalyzers> },
    Ended { group: String, pid: u32, how: String },
    StartAgain { group: String },
    Stop,
}

/// Starts the supervisor; its workers start once the analyzers are known.
pub(crate) fn supervise(
    programs: Programs,
    config: Arc<Config>,
    models: Arc<Models>,
    registry: Known,
) -> (Workers, JoinHandle<()>) {
    let (commands, inbox) = mpsc::unbounded_channel();
    let workers = Workers { commands: commands.clone() };
    let supervisor = Supervisor {
        programs,
        config,
        models,
        registry: Arc::default(),
        groups: BTreeMap::new(),
        decoder: None,
        processes: TaskTracker::new(),
        commands,
    };
    (workers, tokio::spawn(supervisor.run(inbox, registry)))
}

impl Workers {
    /// A group's worker, once it is loaded.
    ///
    /// # Errors
    /// Where it is not to be had; why, as the predicate of a sentence about it.
    pub(crate) async fn of_group(&self, group: &str) -> Result<Arc<AnalyzeWorker>, String> {
        let worker = self.ask(|answer| Command::Worker { group: group.to_owned(), answer }).await??;
        worker.ready().await.map(|()| worker)
    }

    /// A worker of their own for analyzers of one group, for as long as somebody holds it.
    ///
    /// # Errors
    /// As [`of_group`](Self::of_group).
    pub(crate) async fn solo(&self, analyzers: Vec<String>) -> Result<Arc<AnalyzeWorker>, String> {
        let worker = self.ask(|answer| Command::Solo { analyzers, answer }).await??;
        worker.ready().await.map(|()| worker)
    }

    /// A process that waits for a video to decode.
    ///
    /// # Errors
    /// Where none can be started.
    pub(crate) async fn decoder(&self) -> Result<(Process, link::Receiver), String> {
        self.ask(|answer| Command::Decoder { answer }).await?
    }

    /// Has a decoder made ready for the next job, now that there is time.
    pub(crate) fn keep_decoder(&self) {
        let _ = self.commands.send(Command::KeepDecoder);
    }

    /// Ends a worker in which a call never returned, and starts another.
    pub(crate) fn recycle(&self, pid: u32) {
        let _ = self.commands.send(Command::Recycle { pid });
    }

    pub(crate) async fn status(&self) -> (Vec<GroupStatus>, Vec<WorkerStatus>) {
        self.ask(|answer| Command::Status { answer }).await.unwrap_or_default()
    }

    pub(crate) async fn analyzers(&self) -> GroupAnalyzers {
        self.ask(|answer| Command::Analyzers { answer }).await.unwrap_or_default()
    }

    /// Ends all workers.
    pub(crate) async fn stop(&self) {
        let _ = self.commands.send(Command::Stop);
        self.commands.closed().await;
    }

    async fn ask<T>(&self, command: impl FnOnce(Answer<T>) -> Command) -> Result<T, String> {
        let (answer, answered) = oneshot::channel();
        let gone = || "is not started: the daemon is stopping".to_owned();
        self.commands.send(command(answer)).map_err(|_| gone())?;
        answered.await.map_err(|_| gone())
    }
}

#[derive(Debug, Default)]
struct Group {
    analyzers: Vec<String>,
    /// The models that its worker was started with.
    models: Vec<Resolved>,
    worker: Option<Arc<AnalyzeWorker>>,
    started: Option<Instant>,
    backoff: Backoff,
    restarts: u32,
    last_exit: Option<String>,
}

struct Supervisor {
    programs: Programs,
    config: Arc<Config>,
    models: Arc<Models>,
    registry: Arc<Registry>,
    groups: BTreeMap<String, Group>,
    decoder: Option<(Process, link::Receiver)>,
    /// All workers, until they were waited for.
    processes: TaskTracker,
    commands: mpsc::UnboundedSender<Command>,
}

impl Supervisor {
    /// Returns once every worker is gone.
    async fn run(mut self, inbox: mpsc::UnboundedReceiver<Command>, registry: Known) {
        self.serve(inbox, registry).await;
        let processes = self.processes.clone();
        // One that is still loading has others that hold it.
        self.groups
            .values()
            .filter_map(|group| group.worker.as_ref())
            .for_each(|worker| worker.process.kill());
        drop(self);
        processes.close();
        if tokio::time::timeout(END_LIMIT, processes.wait()).await.is_err() {
            tracing::warn!("{} workers do not end; they are left to the kernel", processes.len());
        }
    }

    async fn serve(&mut self, mut inbox: mpsc::UnboundedReceiver<Command>, mut registry: Known) {
        self.keep_decoder();
        // Status and stop are answered meanwhile; what needs a worker waits for the analyzers to be known.
        let mut waiting = Vec::new();
        let known = loop {
            tokio::select! {
                known = registry.get() => break known,
                command = inbox.recv() => match command {
                    None | Some(Command::Stop) => return,
                    Some(Command::Status { answer }) => drop(answer.send(self.status())),
                    Some(Command::Analyzers { answer }) => drop(answer.send(GroupAnalyzers::new())),
                    Some(command) => waiting.push(command),
                },
            }
        };
        self.registry = known;
        self.form_groups();
        let names: Vec<String> = self.groups.keys().cloned().collect();
        names.iter().for_each(|group| self.start(group));
        waiting.into_iter().for_each(|command| self.obey(command));
        while let Some(command) = inbox.recv().await {
            if matches!(command, Command::Stop) {
                break;
            }
            self.obey(command);
        }
    }

    fn obey(&mut self, command: Command) {
        // Who asked and is gone needs no answer.
        match command {
            Command::Worker { group, answer } => {
                self.renew_where_models_changed(&group);
                drop(answer.send(self.worker(&group)));
            }
            Command::Solo { analyzers, answer } => drop(answer.send(self.solo(&analyzers))),
            Command::Decoder { answer } => drop(answer.send(self.take_decoder())),
            Command::KeepDecoder => self.keep_decoder(),
            Command::Recycle { pid } => {
                let worker = self
                    .groups
                    .values()
                    .find_map(|group| group.worker.as_ref().filter(|w| w.process.pid == pid));
                let why = || "was replaced, since a call in it did not return".to_owned();
                worker.inspect(|worker| worker.process.kill_because(why()));
            }
            Command::Status { answer } => drop(answer.send(self.status())),
            Command::Analyzers { answer } => drop(answer.send(self.analyzers())),
            Command::Ended { group, pid, how } => self.ended(&group, pid, how),
            Command::StartAgain { group } => self.start(&group),
            Command::Stop => {}
        }
    }

    /// Of all that are enabled, and of those that they need or want.
    fn form_groups(&mut self) {
        let enabled = self.registry.names().filter(|name| self.config.is_enabled(name));
        let all: BTreeSet<String> = enabled.flat_map(|name| self.registry.with_wanted(name)).collect();
        for analyzer in all.into_iter().filter(|name| self.registry.get(name).is_some()) {
            if let Some(group) = self.config.group_of(&analyzer) {
                self.groups.entry(group.to_owned()).or_default().analyzers.push(analyzer);
            }
        }
    }

    fn start(&mut self, name: &str) {
        let Some(group) = self.groups.get(name).filter(|group| group.worker.is_none()) else { return };
        let configuration = self.configuration(name, &group.analyzers);
        let started = self.start_worker(format!("analyze {name}"), configuration);
        let models = self.models_of(name);
        let Some(group) = self.groups.get_mut(name) else { return };
        (group.started, group.models) = (Some(Instant::now()), models);
        match started {
            Ok(worker) => {
                tracing::info!(group = name, pid = worker.process.pid, "worker started");
                tokio::spawn(watch_over(Arc::clone(&worker), name.to_owned(), self.commands.clone()));
                group.worker = Some(worker);
            }
            Err(error) => {
                let how = format!("cannot be started: {error:#}");
                tracing::error!(group = name, "{how}");
                group.last_exit = Some(how);
                self.start_again_later(name);
            }
        }
    }

    fn models_of(&self, group: &str) -> Vec<Resolved> {
        let analyzers = self.groups.get(group).map_or(&[][..], |group| &group.analyzers);
        let described = analyzers.iter().filter_map(|name| self.registry.get(name));
        described.map(|(_, description)| self.models.resolve(&description.models)).collect()
    }

    /// A model was installed, replaced or removed since the worker loaded its analyzers: a new one takes over, and the
    /// jobs that run in the old one end there.
    fn renew_where_models_changed(&mut self, name: &str) {
        let models = self.models_of(name);
        let Some(group) = self.groups.get_mut(name).filter(|group| group.models != models) else { return };
        if group.worker.take().is_some() {
            tracing::info!(group = name, "models have changed: another worker takes over");
            self.start(name);
        }
    }

    fn ended(&mut self, name: &str, pid: u32, how: String) {
        let Some(group) = self.groups.get_mut(name) else { return };
        if group.worker.as_ref().is_none_or(|worker| worker.process.pid != pid) {
            return;
        }
        tracing::warn!(group = name, pid, "the worker {how}");
        group.worker = None;
        group.restarts += 1;
        group.last_exit = Some(how);
        self.start_again_later(name);
    }

    fn start_again_later(&mut self, name: &str) {
        let Some(group) = self.groups.get_mut(name) else { return };
        let pause =
            group.backoff.after_end(group.started.map_or(Duration::ZERO, |started| started.elapsed()));
        if pause.is_zero() {
            return self.start(name);
        }
        let (commands, group) = (self.commands.downgrade(), name.to_owned());
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            if let Some(commands) = commands.upgrade() {
                let _ = commands.send(Command::StartAgain { group });
            }
        });
    }

    /// A worker in its pause is not waited for: the job would rather run its analyzers one by one.
    fn worker(&self, name: &str) -> Result<Arc<AnalyzeWorker>, String> {
        let group = self.groups.get(name).ok_or_else(|| "has no analyzers".to_owned())?;
        let last = || group.last_exit.clone().unwrap_or_else(|| "is not started".to_owned());
        group.worker.clone().ok_or_else(last)
    }

    fn solo(&self, analyzers: &[String]) -> Result<Arc<AnalyzeWorker>, String> {
        let first = analyzers.first().map_or("", String::as_str);
        let group = self.config.group_of(first).ok_or_else(|| "has no group".to_owned())?;
        let configuration = self.configuration(group, analyzers);
        let label = format!("analyze {first} alone");
        self.start_worker(label, configuration).map_err(|error| format!("cannot be started: {error:#}"))
    }

    fn start_worker(&self, label: String, configuration: ToAnalyze) -> anyhow::Result<Arc<AnalyzeWorker>> {
        let load_limit_s = self.config.jobs.load_limit_s;
        AnalyzeWorker::start(&self.programs.worker, label, configuration, load_limit_s, &self.processes)
    }

    fn configuration(&self, group: &str, analyzers: &[String]) -> ToAnalyze {
        let settings = self.config.groups.get(group).cloned().unwrap_or_default();
        let to_load = analyzers.iter().filter_map(|name| {
            let (plugin, description) = self.registry.get(name)?;
            let models = self.models.resolve(&description.models);
            let analyzer = self.config.analyzer(name);
            Some(AnalyzerToLoad {
                name: name.clone(),
                path: plugin.path.to_string_lossy().into_owned(),
                settings: serde_json::to_string(&analyzer.settings).unwrap_or_else(|_| "{}".to_owned()),
                models: models.folders,
                absent_models: models.absent,
                missing: models.missing,
                call_limit_s: analyzer.call_limit_s,
            })
        });
        ToAnalyze::Configure {
            group: group.to_owned(),
            device: settings.device.to_string(),
            threads: settings.threads(),
            memory_mib: settings.memory_mib,
            findings_limit: self.config.jobs.findings_limit_mib << 20,
            analyzers: to_load.collect(),
        }
    }

    fn start_decoder(&self) -> Result<(Process, link::Receiver), String> {
        Process::start(&self.programs.worker, "decode", "decode".to_owned(), &self.processes)
            .map_err(|e| format!("cannot be started: {e:#}"))
    }

    fn take_decoder(&mut self) -> Result<(Process, link::Receiver), String> {
        match self.decoder.take().filter(|(process, _)| process.exit.borrow().is_none()) {
            Some(decoder) => Ok(decoder),
            None => self.start_decoder(),
        }
    }

    fn keep_decoder(&mut self) {
        if self.decoder.is_none() {
            self.decoder = self.start_decoder().inspect_err(|error| tracing::warn!("a decoder {error}")).ok();
        }
    }

    fn status(&self) -> (Vec<GroupStatus>, Vec<WorkerStatus>) {
        let groups = self.groups.iter().map(|(name, group)| {
            let settings = self.config.groups.get(name).cloned().unwrap_or_default();
            GroupStatus {
                name: name.clone(),
                device: settings.device.to_string(),
                threads: settings.threads(),
                memory_mib: settings.memory_mib,
                analyzers: group.analyzers.clone(),
            }
        });
        let analyze = self.groups.iter().map(|(name, group)| WorkerStatus {
            pid: group.worker.as_ref().map(|worker| worker.process.pid),
            role: WorkerRole::Analyze,
            group: Some(name.clone()),
            state: match &group.worker {
                Some(worker) if worker.is_ready() => WorkerState::Ready,
                Some(_) => WorkerState::Starting,
                None => WorkerState::Waiting,
            },
            restarts: group.restarts,
            last_exit: group.last_exit.clone(),
        });
        let decode = self.decoder.iter().map(|(process, _)| WorkerStatus {
            pid: Some(process.pid),
            role: WorkerRole::Decode,
            group: None,
            state: WorkerState::Ready,
            restarts: 0,
            last_exit: None,
        });
        (groups.collect(), analyze.chain(decode).collect())
    }

    fn analyzers(&self) -> GroupAnalyzers {
        let states = self.groups.values().flat_map(|group| {
            let ready = group.worker.as_ref().filter(|worker| worker.is_ready());
            group
                .analyzers
                .iter()
                .map(move |name| (name.clone(), ready.and_then(|worker| worker.load_state(name))))
        });
        states.collect()
    }
}

/// Tells when a worker is ready, and when it has ended.
async fn watch_over(worker: Arc<AnalyzeWorker>, group: String, commands: mpsc::UnboundedSender<Command>) {
    let begun = Instant::now();
    if worker.ready().await.is_ok() {
        tracing::info!(%group, took_ms = begun.elapsed().as_millis() as u64, "worker ready");
    }
    let pid = worker.process.pid;
    let mut exit = worker.process.exit.clone();
    let weak = commands.downgrade();
    drop((worker, commands));
    let how = exit.wait_for(Option::is_some).await.ok().and_then(|exit| exit.clone()).unwrap_or_default();
    if let Some(commands) = weak.upgrade() {
        let _ = commands.send(Command::Ended { group, pid, how });
    }
}
