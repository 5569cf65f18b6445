//! The task that owns the workers: one for each group, kept warm; one decoder in reserve; and, where a group's worker
//! died under a job, workers for single analyzers.
//!
//! ```text
//!             starts                loaded
//!   (none) ───────────▶ starting ─────────▶ ready ──────────────────────────▶ retired: ends with its last job
//!              ▲            │ ends / too slow  │ ends, or is recycled   ▲
//!              │            ▼                  ▼ after a call that      │ the next one, which has what the group is to
//!              └───────── waiting ◀────────────┘ never returned         │ have by now, is ready
//!                (the pause: `restart`)
//! ```
//! What a group is to have changes with the registry and with installed models.
//!
//! Others send it commands; it alone changes this state.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;
use va_protocol::api::status::{GroupStatus, WorkerRole, WorkerState, WorkerStatus};
use va_protocol::worker::control::{AnalyzerToLoad, ToAnalyze};

use super::analyze::AnalyzeWorker;
use super::handle::{Command, GroupAnalyzers, Workers};
use super::link;
use super::process::Process;
use super::programs::Programs;
use super::restart::Backoff;
use crate::config::Config;
use crate::memory::{Memory, Placement};
use crate::models::Models;
use crate::plugins::{Known, Registry};

/// A process that was killed may take a moment to give back its memory.
const END_LIMIT: Duration = Duration::from_secs(5);

/// Starts the supervisor; its workers start once the analyzers are known.
pub(crate) fn supervise(
    programs: Programs,
    config: Arc<Config>,
    models: Arc<Models>,
    registry: Known,
    memory: Memory,
) -> (Workers, JoinHandle<()>) {
    let (commands, inbox) = mpsc::unbounded_channel();
    let workers = Workers { commands: commands.clone(), memory: memory.clone() };
    let supervisor = Supervisor {
        programs,
        config,
        models,
        memory,
        registry: Arc::default(),
        news: registry,
        groups: BTreeMap::new(),
        decoder: None,
        processes: TaskTracker::new(),
        commands,
    };
    (workers, tokio::spawn(supervisor.run(inbox)))
}

#[derive(Debug, Default)]
struct Group {
    analyzers: Vec<String>,
    worker: Option<Staffed>,
    /// Is loading what the group is to have by now, and takes over once it is ready.
    next: Option<Staffed>,
    /// What the next one that did not start was to have: it is not tried again before that changes, or after a pause.
    refused: Option<Staff>,
    started: Option<Instant>,
    backoff: Backoff,
    restarts: u32,
    last_exit: Option<String>,
}

/// What a worker loads: of each analyzer what tells its builds, settings and models apart.
type Staff = BTreeMap<String, String>;

/// A worker, and what it was started with.
#[derive(Debug)]
struct Staffed {
    worker: Arc<AnalyzeWorker>,
    staff: Staff,
}

struct Supervisor {
    programs: Programs,
    config: Arc<Config>,
    models: Arc<Models>,
    memory: Memory,
    registry: Arc<Registry>,
    news: Known,
    groups: BTreeMap<String, Group>,
    decoder: Option<(Process, link::Receiver)>,
    /// All workers, until they were waited for.
    processes: TaskTracker,
    commands: mpsc::UnboundedSender<Command>,
}

impl Supervisor {
    /// Returns once every worker is gone.
    async fn run(mut self, inbox: mpsc::UnboundedReceiver<Command>) {
        self.serve(inbox).await;
        let processes = self.processes.clone();
        // One that is still loading has others that hold it.
        let staffed = self.groups.values().flat_map(|group| group.worker.iter().chain(&group.next));
        staffed.for_each(|staffed| staffed.worker.process.kill());
        drop(self);
        processes.close();
        if tokio::time::timeout(END_LIMIT, processes.wait()).await.is_err() {
            tracing::warn!("{} workers do not end; they are left to the kernel", processes.len());
        }
    }

    async fn serve(&mut self, mut inbox: mpsc::UnboundedReceiver<Command>) {
        self.keep_decoder();
        // Status and stop are answered meanwhile; what needs a worker waits for the analyzers to be known.
        let mut waiting = Vec::new();
        let mut registry = self.news.clone();
        self.registry = loop {
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
        self.memory.ask_gpus().await;
        self.form_groups();
        waiting.into_iter().for_each(|command| self.obey(command));
        loop {
            tokio::select! {
                command = inbox.recv() => match command {
                    None | Some(Command::Stop) => break,
                    Some(command) => self.obey(command),
                },
                () = registry.changed() => self.hear_the_news(),
            }
        }
    }

    /// Who asks for a worker may know of a change before this task was told.
    fn hear_the_news(&mut self) {
        if let Some(registry) = self.news.news() {
            self.registry = registry;
            self.form_groups();
        }
    }

    fn obey(&mut self, command: Command) {
        // Who waited for a worker may ask before this task has heard that it is ready.
        self.take_over();
        // Who asked and is gone needs no answer.
        match command {
            Command::Worker { group, analyzers, answer } => {
                self.hear_the_news();
                self.renew(&group);
                drop(answer.send(self.worker(&group, &analyzers)));
            }
            Command::Newest { group, answer } => {
                self.hear_the_news();
                self.renew(&group);
                drop(answer.send(self.newest(&group)));
            }
            Command::Solo { analyzers, answer } => {
                self.hear_the_news();
                drop(answer.send(self.solo(&analyzers)));
            }
            Command::Decoder { answer } => drop(answer.send(self.take_decoder())),
            Command::KeepDecoder => self.keep_decoder(),
            Command::Recycle { pid } => {
                let mut staffed =
                    self.groups.values().flat_map(|group| group.worker.iter().chain(&group.next));
                let staffed = staffed.find(|staffed| staffed.worker.process.pid == pid);
                let why = || "was replaced, since a call in it did not return".to_owned();
                staffed.inspect(|staffed| staffed.worker.process.kill_because(why()));
            }
            Command::Status { answer } => drop(answer.send(self.status())),
            Command::Analyzers { answer } => drop(answer.send(self.analyzers())),
            Command::Ready => {}
            Command::Ended { group, pid, how } => self.ended(&group, pid, how),
            Command::StartAgain { group } => {
                if let Some(group) = self.groups.get_mut(&group) {
                    group.refused = None;
                }
                self.renew(&group);
            }
            Command::Stop => {}
        }
    }

    /// As the registry says; workers of groups that have become others are renewed.
    fn form_groups(&mut self) {
        let formed = self.registry.groups();
        let gone: Vec<String> =
            self.groups.keys().filter(|name| !formed.contains_key(*name)).cloned().collect();
        for name in gone {
            tracing::info!(group = name, "has no analyzers any more");
            self.groups.remove(&name);
        }
        for (name, analyzers) in formed {
            self.groups.entry(name.clone()).or_default().analyzers = analyzers;
            self.renew(&name);
        }
    }

    /// Starts a worker that has what the group is to have by now, unless there is one or it has just failed to start.
    /// It takes over from the present one once it is ready; jobs that run there end there.
    fn renew(&mut self, name: &str) {
        let Some(group) = self.groups.get(name) else { return };
        let staff = self.staff(&group.analyzers);
        let Some(group) = self.groups.get_mut(name) else { return };
        if group.next.as_ref().is_some_and(|next| next.staff != staff) {
            group.next = None;
        }
        let has = |staffed: &Option<Staffed>| staffed.as_ref().is_some_and(|staffed| staffed.staff == staff);
        if has(&group.worker) {
            group.next = None;
            return;
        }
        if group.next.is_some() || group.refused.as_ref() == Some(&staff) {
            return;
        }
        group.refused = None;
        let configuration = self.configuration(name, &self.groups[name].analyzers);
        let started = self.start_worker((format!("analyze {name}"), false), configuration);
        let Some(group) = self.groups.get_mut(name) else { return };
        group.started = Some(Instant::now());
        match started {
            Ok(worker) => {
                tracing::info!(group = name, pid = worker.process.pid, "worker started");
                tokio::spawn(watch_over(Arc::clone(&worker), name.to_owned(), self.commands.clone()));
                let staffed = Some(Staffed { worker, staff });
                // One that has not loaded yet what nobody wants any more is of no use.
                if group.worker.as_ref().is_some_and(|present| present.worker.is_ready()) {
                    group.next = staffed;
                } else {
                    group.worker = staffed;
                }
            }
            Err(error) => {
                let how = format!("cannot be started: {error:#}");
                tracing::error!(group = name, "{how}");
                (group.last_exit, group.refused) = (Some(how), Some(staff));
                self.start_again_later(name);
            }
        }
    }

    /// Workers that are ready by now take the places of those before them.
    fn take_over(&mut self) {
        for (name, group) in &mut self.groups {
            if let Some(next) = group.next.take_if(|next| next.worker.is_ready()) {
                tracing::info!(group = %name, pid = next.worker.process.pid, "takes over");
                group.worker = Some(next);
            }
        }
    }

    fn ended(&mut self, name: &str, pid: u32, how: String) {
        let Some(group) = self.groups.get_mut(name) else { return };
        let is_it =
            |staffed: &Option<Staffed>| staffed.as_ref().is_some_and(|it| it.worker.process.pid == pid);
        if is_it(&group.next) {
            group.refused = group.next.take().map(|next| next.staff);
        } else if is_it(&group.worker) {
            group.refused = group.worker.take().map(|worker| worker.staff);
        } else {
            return;
        }
        tracing::warn!(group = name, pid, "the worker {how}");
        group.restarts += 1;
        group.last_exit = Some(how);
        self.start_again_later(name);
    }

    /// What analyzers are by now.
    fn staff(&self, analyzers: &[String]) -> Staff {
        let one = |name: &String| {
            let (plugin, description) = self.registry.get(name)?;
            let models = self.models.resolve(&description.models);
            Some((name.clone(), format!("{} {:?} {models:?}", plugin.path.display(), plugin.identity)))
        };
        analyzers.iter().filter_map(one).collect()
    }

    fn start_again_later(&mut self, name: &str) {
        let Some(group) = self.groups.get_mut(name) else { return };
        let pause =
            group.backoff.after_end(group.started.map_or(Duration::ZERO, |started| started.elapsed()));
        if pause.is_zero() {
            group.refused = None;
            return self.renew(name);
        }
        let (commands, group) = (self.commands.downgrade(), name.to_owned());
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            if let Some(commands) = commands.upgrade() {
                let _ = commands.send(Command::StartAgain { group });
            }
        });
    }

    /// The one that has these analyzers as they are now, else the one that has any. A worker in its pause is not waited
    /// for: the job would rather run its analyzers one by one.
    fn worker(&self, name: &str, analyzers: &[String]) -> Result<Arc<AnalyzeWorker>, String> {
        let group = self.groups.get(name).ok_or_else(|| "has no analyzers".to_owned())?;
        let staff = self.staff(analyzers);
        let all = |staffed: &&Staffed| {
            staff.iter().all(|(analyzer, what)| staffed.staff.get(analyzer).is_some_and(|has| has == what))
        };
        let lives = |staffed: &&Staffed| staffed.worker.process.exit.borrow().is_none();
        let there = || group.worker.iter().chain(&group.next).filter(lives);
        let staffed = there().find(all).or_else(|| there().next());
        let last = || group.last_exit.clone().unwrap_or_else(|| "is not started".to_owned());
        staffed.map(|staffed| Arc::clone(&staffed.worker)).ok_or_else(last)
    }

    fn newest(&self, name: &str) -> Result<Option<Arc<AnalyzeWorker>>, String> {
        let Some(group) = self.groups.get(name) else { return Ok(None) };
        let staff = self.staff(&group.analyzers);
        let newest = group.next.iter().chain(&group.worker).find(|staffed| staffed.staff == staff);
        let last = || group.last_exit.clone().unwrap_or_else(|| "is not started".to_owned());
        newest.map(|staffed| Some(Arc::clone(&staffed.worker))).ok_or_else(last)
    }

    fn solo(&self, analyzers: &[String]) -> Result<Arc<AnalyzeWorker>, String> {
        let first = analyzers.first().map_or("", String::as_str);
        let group = self.registry.group_of(first).ok_or_else(|| "has no group".to_owned())?;
        let configuration = self.configuration(group, analyzers);
        let label = format!("analyze {first} alone");
        self.start_worker((label, true), configuration)
            .map_err(|error| format!("cannot be started: {error:#}"))
    }

    fn start_worker(
        &self,
        label: (String, bool),
        configuration: ToAnalyze,
    ) -> anyhow::Result<Arc<AnalyzeWorker>> {
        let load_limit_s = self.config.jobs.load_limit_s;
        let worker = &self.programs.worker;
        AnalyzeWorker::start(worker, label, configuration, load_limit_s, &self.processes, &self.memory)
    }

    fn configuration(&self, group: &str, analyzers: &[String]) -> ToAnalyze {
        let settings = self.config.groups.get(group).cloned().unwrap_or_default();
        let (device, nowhere) = match self.memory.place(group, &settings) {
            Placement::AsConfigured => (settings.device.to_string(), None),
            Placement::Cpu(why) => {
                tracing::warn!("{why}");
                ("cpu".to_owned(), None)
            }
            Placement::Nowhere(why) => (settings.device.to_string(), Some(why)),
        };
        let to_load = analyzers.iter().filter_map(|name| {
            let (plugin, description) = self.registry.get(name)?;
            let models = self.models.resolve(&description.models);
            let analyzer = self.config.analyzer(name);
            Some(AnalyzerToLoad {
                name: name.clone(),
                version: description.version.clone(),
                path: plugin.path.to_string_lossy().into_owned(),
                settings: serde_json::to_string(&analyzer.settings).unwrap_or_else(|_| "{}".to_owned()),
                models: models.folders,
                absent_models: models.absent,
                missing: nowhere.clone().or(models.missing),
                call_limit_s: analyzer.call_limit_s,
                memory_mib: description.memory_mib,
                measure: false,
                known_at_work: false,
            })
        });
        ToAnalyze::Configure {
            group: group.to_owned(),
            device,
            threads: settings.threads(),
            memory_mib: settings.memory_mib,
            findings_limit: self.config.jobs.findings_limit_mib << 20,
            sandbox: self.programs.sandbox.clone(),
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
            pid: group.worker.as_ref().map(|staffed| staffed.worker.process.pid),
            role: WorkerRole::Analyze,
            group: Some(name.clone()),
            state: match &group.worker {
                Some(staffed) if staffed.worker.is_ready() => WorkerState::Ready,
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
            let ready = group.worker.as_ref().filter(|staffed| staffed.worker.is_ready());
            group
                .analyzers
                .iter()
                .map(move |name| (name.clone(), ready.and_then(|staffed| staffed.worker.load_state(name))))
        });
        states.collect()
    }
}

/// Tells when a worker is ready, and when it has ended.
async fn watch_over(worker: Arc<AnalyzeWorker>, group: String, commands: mpsc::UnboundedSender<Command>) {
    let begun = Instant::now();
    if worker.ready().await.is_ok() {
        tracing::info!(%group, took_ms = begun.elapsed().as_millis() as u64, "worker ready");
        let _ = commands.send(Command::Ready);
    }
    let pid = worker.process.pid;
    let mut exit = worker.process.exit.clone();
    let weak = commands.downgrade();
    drop((worker, commands));
    let ended = exit.wait_for(Option::is_some).await.ok().and_then(|exit| exit.clone());
    let how = ended.unwrap_or_default().how;
    if let Some(commands) = weak.upgrade() {
        let _ = commands.send(Command::Ended { group, pid, how });
    }
}
