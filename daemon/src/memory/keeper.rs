//! Acts on the decisions: has workers load and unload, one change at a time, so that what is read of memory is true.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use va_protocol::api::memory::{Eviction, Moved};
use va_protocol::worker::control::{AnalyzerToLoad, Gpu, Gpus, MemoryTaken};

use super::decision::{Budget, Decision, Idle, came_back, decide};
use super::figures::{Figure, Figures};
use super::free::{Kernel, Room, most_of_gpu, most_of_machine};
use super::ledger::Ledger;
use super::placement::{Placement, place};
use crate::config::{Config, GroupConfig};
use crate::workers::{AnalyzeWorker, Ended, Hold, LoadState, Standing, Unheard, ask};

/// What a worker takes before its first analyzer, about; of the limit of its group.
const WORKER_BYTES: u64 = 48 << 20;
/// A driver that does not answer in time is asked again the next time.
const GPUS_LIMIT: Duration = Duration::from_secs(5);

/// Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Memory(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) config: Arc<Config>,
    /// The program that knows of GPUs.
    worker: PathBuf,
    pub(super) kernel: Kernel,
    pub(super) figures: Mutex<Figures>,
    /// As they were when they were last asked.
    pub(super) gpus: Mutex<Gpus>,
    workers: Mutex<Vec<Weak<AnalyzeWorker>>>,
    /// Analyzers that had to go stay out until somebody wants them, also where their worker is started again.
    put_out: Mutex<BTreeSet<String>>,
    pub(super) ledger: Ledger,
    /// Held while room is made and something is loaded.
    turn: tokio::sync::Mutex<()>,
}

/// Why an analyzer is not loaded.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub(crate) reason: String,
    /// Whoever goes.
    pub(crate) never: bool,
}

/// Analyzers in use by a job; none of them goes as long as this lives.
#[derive(Debug)]
pub(crate) struct Lending {
    pub(crate) hold: Hold,
    pub(crate) refused: BTreeMap<String, Refused>,
    /// So many others had to go for them.
    pub(crate) evictions: u64,
}

impl Memory {
    pub(crate) fn open(config: Arc<Config>, worker: PathBuf, state_dir: &std::path::Path) -> Self {
        Memory(Arc::new(Inner {
            config,
            worker,
            kernel: Kernel::default(),
            figures: Mutex::new(Figures::open(state_dir)),
            gpus: Mutex::default(),
            workers: Mutex::default(),
            put_out: Mutex::default(),
            ledger: Ledger::default(),
            turn: tokio::sync::Mutex::default(),
        }))
    }

    /// Which of a new worker's analyzers it loads at once, and which only when somebody wants them. What is not known
    /// is to be measured.
    pub(crate) fn admit(
        &self,
        group: &str,
        device: &str,
        analyzers: Vec<AnalyzerToLoad>,
    ) -> (Vec<AnalyzerToLoad>, Vec<AnalyzerToLoad>) {
        let (mut now, mut later) = (Vec::new(), Vec::new());
        let mut coming = MemoryTaken::default();
        for mut analyzer in analyzers {
            let known = lock(&self.0.figures).of(&analyzer, device);
            analyzer.measure = analyzer.missing.is_none() && known.is_none();
            analyzer.known_at_work = known.is_some_and(|figure| figure.at_work.is_some());
            let figure = known.unwrap_or_else(|| self.says(&analyzer, device));
            let out = lock(&self.0.put_out).contains(&analyzer.name);
            let room = decide::<()>(
                &analyzer.name,
                &self.budgets((group, None), device, figure, coming),
                Vec::new(),
            );
            if !out && (room == Decision::Fits || analyzer.missing.is_some()) {
                add(&mut coming, figure.taken);
                now.push(analyzer);
            } else {
                tracing::info!(group, analyzer = %analyzer.name, "not loaded until it is wanted");
                later.push(analyzer);
            }
        }
        (now, later)
    }

    /// Where a group runs.
    pub(crate) fn place(&self, name: &str, group: &GroupConfig) -> Placement {
        place(name, group, &lock(&self.0.gpus))
    }

    /// What each analyzer takes, bytes, as far as it was measured.
    pub(crate) fn measured(&self) -> BTreeMap<String, u64> {
        lock(&self.0.figures).by_name()
    }

    /// From now on this one is counted.
    pub(crate) fn watch(&self, worker: &Arc<AnalyzeWorker>) {
        let mut workers = lock(&self.0.workers);
        workers.retain(|worker| worker.strong_count() > 0);
        workers.push(Arc::downgrade(worker));
    }

    /// A worker has told of one of its analyzers.
    pub(crate) fn loaded(&self, device: &str, analyzer: &AnalyzerToLoad, taken: Option<MemoryTaken>) {
        self.0.ledger.loads.fetch_add(1, Ordering::Relaxed);
        lock(&self.0.put_out).remove(&analyzer.name);
        if let Some(taken) = taken {
            tracing::debug!(analyzer = %analyzer.name, mib = taken.host >> 20, "measured");
            lock(&self.0.figures).learn(analyzer, device, taken);
        }
    }

    /// A call of one of a worker's analyzers was looked at.
    pub(crate) fn at_work(&self, device: &str, analyzer: &AnalyzerToLoad, call: MemoryTaken) {
        lock(&self.0.figures).learn_at_work(analyzer, device, call);
    }

    pub(crate) fn ran_out(&self) {
        self.0.ledger.out_of_memory.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn used(&self, cache_hit: bool) {
        let counter = if cache_hit { &self.0.ledger.cache_hits } else { &self.0.ledger.cache_misses };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Has a worker load what a job wants of it, where it is not loaded.
    ///
    /// # Errors
    /// Where the worker ended meanwhile.
    pub(crate) async fn lend(&self, worker: &Arc<AnalyzeWorker>, names: &[String]) -> Result<Lending, Ended> {
        let hold = worker.shelf.hold(names);
        let (mut refused, mut evictions) = (BTreeMap::new(), 0);
        for name in names {
            match self.bring(worker, name).await {
                Ok(gone) => evictions += gone,
                Err(why) => drop(refused.insert(name.clone(), why)),
            }
        }
        match &*worker.process.exit.borrow() {
            Some(ended) => Err(ended.clone()),
            None => Ok(Lending { hold, refused, evictions }),
        }
    }

    /// Loads them without a job; all, where none is named.
    pub(crate) async fn warm(&self, names: Option<Vec<String>>) -> Vec<Moved> {
        let mut moved = Vec::new();
        for (worker, name) in self.named(names, &mut moved) {
            let _hold = worker.shelf.hold(std::slice::from_ref(&name));
            let reason = match self.bring(&worker, &name).await {
                Err(refused) => Some(refused.reason),
                Ok(_) => match worker.shelf.state(&name) {
                    Some(LoadState::Loaded { .. }) => None,
                    Some(LoadState::NotLoaded { reason, .. }) => Some(reason),
                    _ => Some("its worker ended meanwhile".to_owned()),
                },
            };
            moved.push(Moved { analyzer: name, done: reason.is_none(), reason });
        }
        moved
    }

    /// Unloads them, where no job uses them; all, where none is named.
    pub(crate) async fn evict(&self, names: Option<Vec<String>>) -> Vec<Moved> {
        let mut moved = Vec::new();
        let _turn = self.0.turn.lock().await;
        // What goes from one worker goes together: then it shows whether its memory comes back.
        let mut going: BTreeMap<u32, (Arc<AnalyzeWorker>, Vec<String>)> = BTreeMap::new();
        for (worker, name) in self.named(names, &mut moved) {
            let reason = match worker.shelf.of(&name) {
                Some(Standing { in_use: true, .. }) => Some("a job uses it".to_owned()),
                Some(Standing { state: LoadState::Loaded { .. }, .. }) => {
                    let of_worker = going.entry(worker.process.pid).or_insert_with(|| (worker, Vec::new()));
                    of_worker.1.push(name.clone());
                    None
                }
                Some(Standing { state: LoadState::NotLoaded { reason, .. }, .. }) => Some(reason),
                Some(Standing { state: LoadState::Loading, .. }) => Some("it is being loaded".to_owned()),
                _ => None,
            };
            moved.push(Moved { analyzer: name, done: reason.is_none(), reason });
        }
        for (worker, names) in going.values() {
            self.put_out(worker, names, None).await;
        }
        moved
    }

    /// How many had to go for it.
    async fn bring(&self, worker: &Arc<AnalyzeWorker>, name: &str) -> Result<u64, Refused> {
        let wanted = |state| matches!(state, Some(LoadState::Unloaded { .. }));
        if !wanted(worker.settled(name).await) {
            return Ok(0);
        }
        let _turn = self.0.turn.lock().await;
        // Somebody else may have brought it meanwhile.
        let Some(Standing { order, .. }) = worker.shelf.of(name).filter(|_| wanted(worker.shelf.state(name)))
        else {
            return Ok(0);
        };
        let gone = self.make_room(worker, &order).await.inspect_err(|_| {
            self.0.ledger.refusals.fetch_add(1, Ordering::Relaxed);
        })?;
        worker.load(order, self.0.config.jobs.load_limit_s).await;
        Ok(gone)
    }

    async fn make_room(&self, worker: &AnalyzeWorker, order: &AnalyzerToLoad) -> Result<u64, Refused> {
        let mut gone = 0;
        loop {
            self.ask_gpus().await;
            let figure = self.figure(order, &worker.device);
            let budgets =
                self.budgets((&worker.group, Some(worker)), &worker.device, figure, MemoryTaken::default());
            let decided = decide(&order.name, &budgets, self.idle(worker, &budgets));
            let victims = match decided {
                Decision::Fits => return Ok(gone),
                Decision::NotNow(reason) => return Err(Refused { reason, never: false }),
                Decision::Never(reason) => return Err(Refused { reason, never: true }),
                Decision::Evict(victims) => victims,
            };
            // After each the memory is read anew: more than was thought may have come back.
            let Some((victim, name)) = victims.into_iter().next() else { return Ok(gone) };
            self.put_out(&victim, &[name], Some(&order.name)).await;
            gone += 1;
        }
    }

    /// Unloads idle analyzers, and replaces their worker where the memory stays there.
    async fn put_out(&self, worker: &Arc<AnalyzeWorker>, names: &[String], made_room_for: Option<&str>) {
        let (mut taken, mut freed) = (MemoryTaken::default(), Vec::new());
        for name in names {
            let standing = worker.shelf.of(name);
            add(
                &mut taken,
                standing.map(|it| self.figure(&it.order, &worker.device).taken).unwrap_or_default(),
            );
            lock(&self.0.put_out).insert(name.clone());
            freed.push(worker.unload(name).await);
        }
        let all_freed = freed.iter().fold(MemoryTaken::default(), |mut all, one| {
            add(&mut all, *one);
            all
        });
        let back = came_back(taken.host, all_freed.host)
            && taken.gpu.zip(all_freed.gpu).is_none_or(|(taken, freed)| came_back(taken, freed));
        let replace = !back && worker.shelf.is_idle() && worker.process.exit.borrow().is_none();
        let who = names.join(", ");
        if !back {
            let (taken, freed) = (taken.host >> 20, all_freed.host >> 20);
            tracing::warn!(analyzers = %who, replace, "{freed} of {taken} MiB came back when they were unloaded");
        }
        if replace {
            worker.process.kill_because(format!("was replaced, since the memory of {who} did not come back"));
            worker.process.ended().await;
        }
        tracing::info!(analyzers = %who, group = %worker.group, made_room_for, "evicted");
        for (name, freed) in names.iter().zip(freed) {
            self.0.ledger.evicted(Eviction {
                analyzer: name.clone(),
                group: worker.group.clone(),
                made_room_for: made_room_for.map(str::to_owned),
                ago_s: 0.0,
                freed_bytes: freed.host,
                worker_replaced: replace,
            });
        }
    }

    /// What it takes: as it was measured, or as it says itself.
    fn figure(&self, analyzer: &AnalyzerToLoad, device: &str) -> Figure {
        let measured = lock(&self.0.figures).of(analyzer, device);
        measured.unwrap_or_else(|| self.says(analyzer, device))
    }

    pub(super) fn says(&self, analyzer: &AnalyzerToLoad, device: &str) -> Figure {
        let says = analyzer.memory_mib << 20;
        let taken = match self.gpu_of(device) {
            Some(_) => MemoryTaken { host: 0, gpu: Some(says) },
            None => MemoryTaken { host: says, gpu: None },
        };
        Figure { taken, at_work: None }
    }

    /// `coming` is taken soon, and not seen yet.
    fn budgets(
        &self,
        (group, worker): (&str, Option<&AnalyzeWorker>),
        device: &str,
        figure: Figure,
        coming: MemoryTaken,
    ) -> Vec<Budget> {
        let config = &self.0.config;
        let machine = self.0.kernel.machine();
        let (need, most) = (figure.taken, figure.most());
        let gpu_need = need.gpu.unwrap_or(0);
        let mut budgets = vec![Budget {
            of: "cpu".to_owned(),
            most: most_of_machine(machine, &config.memory),
            used: machine.used().saturating_add(coming.host),
            need: need.host,
            at_work: most.host - need.host,
            remedy: "choose a smaller model, or raise memory.threshold",
        }];
        if let Some(gpu) = self.gpu_of(device).and_then(|number| self.gpu(number)) {
            budgets.push(Budget {
                of: format!("cuda:{}", gpu.number),
                most: most_of_gpu(room(&gpu), &config.memory),
                used: gpu.used_bytes.saturating_add(coming.gpu.unwrap_or(0)),
                need: gpu_need,
                at_work: most.gpu.unwrap_or(0) - gpu_need,
                remedy: "choose a smaller model or another device, or lower memory.gpu_keep_free_mib",
            });
        }
        let limit = config.groups.get(group).and_then(|group| group.memory_mib);
        if let Some(limit) = limit {
            // Of this one process: another of the group may be about to take over from it.
            let taken = worker.map_or(0, |this| self.taken(|worker| std::ptr::eq(worker, this)).host);
            budgets.push(Budget {
                of: format!("group {group}"),
                most: (limit << 20).saturating_sub(WORKER_BYTES),
                used: taken + coming.host,
                need: need.host,
                at_work: most.host - need.host,
                remedy: "raise memory_mib of the group, or move the analyzer to another one",
            });
        }
        budgets
    }

    fn idle(&self, this: &AnalyzeWorker, budgets: &[Budget]) -> Vec<Idle<(Arc<AnalyzeWorker>, String)>> {
        let gpu = self.gpu_of(&this.device);
        let mut idle = Vec::new();
        for worker in self.workers().into_iter().filter(|worker| !worker.alone) {
            for standing in worker.shelf.all() {
                if standing.in_use || !matches!(standing.state, LoadState::Loaded { .. }) {
                    continue;
                }
                let taken = self.figure(&standing.order, &worker.device).taken;
                let gives = budgets.iter().map(|budget| match budget.of.split_once([':', ' ']) {
                    Some(("cuda", _)) if self.gpu_of(&worker.device) == gpu => taken.gpu.unwrap_or(0),
                    Some(("group", _)) if std::ptr::eq(worker.as_ref(), this) => taken.host,
                    None => taken.host,
                    _ => 0,
                });
                let gives = gives.collect();
                let key = (Arc::clone(&worker), standing.order.name);
                idle.push(Idle { key, idle_for: standing.idle_for, gives });
            }
        }
        idle
    }

    /// By all that is loaded in these workers.
    pub(super) fn taken(&self, of: impl Fn(&AnalyzeWorker) -> bool) -> MemoryTaken {
        let mut all = MemoryTaken::default();
        for worker in self.workers().into_iter().filter(|worker| of(worker)) {
            for standing in worker.shelf.all() {
                if matches!(
                    standing.state,
                    LoadState::Loaded { .. } | LoadState::Loading | LoadState::Unloading
                ) {
                    let taken = self.figure(&standing.order, &worker.device).taken;
                    all.host += taken.host;
                    all.gpu = Some(all.gpu.unwrap_or(0) + taken.gpu.unwrap_or(0));
                }
            }
        }
        all
    }

    /// Who has these analyzers, the newest worker first; what nobody has is told at once.
    fn named(&self, names: Option<Vec<String>>, moved: &mut Vec<Moved>) -> Vec<(Arc<AnalyzeWorker>, String)> {
        let workers: Vec<_> = self.workers().into_iter().filter(|worker| !worker.alone).collect();
        let all = || {
            let names = workers.iter().flat_map(|worker| worker.shelf.all());
            names.map(|standing| standing.order.name).collect()
        };
        let mut found = Vec::new();
        for name in names.unwrap_or_else(all) {
            match workers.iter().rev().find(|worker| worker.shelf.state(&name).is_some()) {
                Some(worker) => found.push((Arc::clone(worker), name)),
                None => {
                    let reason = Some(
                        "no worker has an analyzer of this name; `vactl plugins list` shows all".to_owned(),
                    );
                    moved.push(Moved { analyzer: name, done: false, reason });
                }
            }
        }
        found
    }

    pub(super) fn workers(&self) -> Vec<Arc<AnalyzeWorker>> {
        let alive = |worker: &Arc<AnalyzeWorker>| worker.process.exit.borrow().is_none();
        lock(&self.0.workers).iter().filter_map(Weak::upgrade).filter(alive).collect()
    }

    /// The GPU that a device of the configuration stands for, where there is one.
    pub(super) fn gpu_of(&self, device: &str) -> Option<u32> {
        let number = if device == "auto" { Some(0) } else { device.strip_prefix("cuda:")?.parse().ok() };
        number.filter(|number| self.gpu(*number).is_some())
    }

    fn gpu(&self, number: u32) -> Option<Gpu> {
        lock(&self.0.gpus).gpus.iter().find(|gpu| gpu.number == number).cloned()
    }

    /// Once there was none, there is none: a driver does not come while the daemon runs.
    pub(crate) async fn ask_gpus(&self) {
        if lock(&self.0.gpus).why_none.is_some() {
            return;
        }
        let mut command = tokio::process::Command::new(&self.0.worker);
        command.arg("gpus");
        let answer = match ask(command, b"", GPUS_LIMIT).await {
            Ok(output) => serde_json::from_slice(&output.stdout).map_err(|error| error.to_string()),
            Err(Unheard::Unstarted(error)) => Err(error.to_string()),
            Err(Unheard::TooLong) => {
                let limit_s = GPUS_LIMIT.as_secs();
                tracing::warn!(
                    "what GPUs have free stays as it was told last: the driver did not answer within {limit_s} s"
                );
                return;
            }
        };
        let gpus = answer.unwrap_or_else(|why| Gpus { gpus: Vec::new(), why_none: Some(why) });
        if let Some(why) = &gpus.why_none {
            tracing::debug!("no GPU is counted: {why}");
        }
        *lock(&self.0.gpus) = gpus;
    }
}

pub(super) fn room(gpu: &Gpu) -> Room {
    Room { total: gpu.total_bytes, free: gpu.total_bytes.saturating_sub(gpu.used_bytes) }
}

fn add(all: &mut MemoryTaken, one: MemoryTaken) {
    all.host += one.host;
    all.gpu = all.gpu.zip(one.gpu).map(|(all, one)| all + one).or(all.gpu).or(one.gpu);
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
