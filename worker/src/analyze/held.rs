//! The analyzers in memory: loading them, lending them to sessions, and letting go of them while others work.
//!
//! ```text
//!   control thread ──orders──▶ "load": one after the other, measured
//!          │   └─let go──▶ one thread each: waits for the sessions, then drops, measured
//!          └─lend──▶ sessions
//! ```
//! Measuring takes turns: two that grow or shrink at the same time could not be told apart.

use std::collections::HashMap;
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use va_analyzer_sdk::ErrorKind;
use va_analyzer_sdk::abi::{LoadedAnalyzer, Plugin};
use va_protocol::worker::control::{AnalyzerToLoad, FromAnalyze, MemoryTaken};

use super::host::{LoadHost, Shared};
use super::loader;
use super::touched::{Calls, Watched};
use crate::link;
use crate::memory::{Marks, Memory};

/// A loaded analyzer, and what is fixed for all its sessions.
pub(super) struct Loaded {
    pub(super) analyzer: LoadedAnalyzer,
    pub(super) shared: Arc<Shared>,
    pub(super) call_limit: Duration,
    pub(super) watched: Watched,
}

/// An analyzer for as long as a session needs it.
pub(super) struct Lent {
    analyzer: Arc<Loaded>,
    /// Dropped after the analyzer: who waits for it finds that nobody else has the analyzer.
    _out: mpsc::Sender<()>,
}

impl Lent {
    /// Of one that nobody waits for.
    pub(super) fn of(analyzer: &Arc<Loaded>) -> Self {
        Lent { analyzer: Arc::clone(analyzer), _out: mpsc::channel().0 }
    }
}

impl Deref for Lent {
    type Target = Loaded;

    fn deref(&self) -> &Loaded {
        &self.analyzer
    }
}

/// What an analyzer is told about where it runs.
pub(super) struct Place {
    pub(super) group: String,
    pub(super) device: String,
    pub(super) threads: usize,
    pub(super) daemon: link::Sender,
}

struct Held {
    analyzer: Arc<Loaded>,
    out: mpsc::Sender<()>,
    /// Closed once `out` and all its copies are gone.
    all_back: mpsc::Receiver<()>,
}

/// Cheap to clone.
#[derive(Clone)]
pub(super) struct Analyzers {
    place: Arc<Place>,
    memory: Arc<Memory>,
    held: Arc<Mutex<HashMap<String, Held>>>,
    measuring: Arc<Mutex<()>>,
    calls: Arc<Calls>,
    orders: mpsc::Sender<AnalyzerToLoad>,
}

impl Analyzers {
    pub(super) fn new(place: Place, marks: Marks) -> Result<Self> {
        let (orders, ordered) = mpsc::channel::<AnalyzerToLoad>();
        let memory = Arc::new(Memory::of(&place.device, marks));
        let calls = Arc::new(Calls::in_memory(&memory));
        let (held, measuring) = (Arc::default(), Arc::default());
        let analyzers = Analyzers { place: Arc::new(place), memory, held, measuring, calls, orders };
        let loading = analyzers.clone();
        // Ends with the process: it holds a sender of its own.
        thread::Builder::new()
            .name("load".to_owned())
            .spawn(move || {
                for wanted in ordered {
                    loading.load_measured(wanted);
                }
            })
            .context("cannot start a thread")?;
        Ok(analyzers)
    }

    /// Loads all at once, each in a thread, since models take their time. Returns when they are loaded, or not.
    pub(super) fn load_all(&self, analyzers: Vec<AnalyzerToLoad>) -> Result<()> {
        let mut loading = Vec::new();
        for wanted in analyzers {
            let this = self.clone();
            let name = format!("load {}", wanted.name);
            let load = move || {
                let message = this.load(wanted, false);
                let _ = this.place.daemon.send(&message);
            };
            let started = thread::Builder::new().name(name).spawn(load);
            let group = &self.place.group;
            loading.push(started.with_context(|| format!("group {group}: cannot start a thread"))?);
        }
        for thread in loading {
            // A panic of an analyzer was caught; one of our own was written to standard error.
            let _ = thread.join();
        }
        Ok(())
    }

    /// Loads one and tells the daemon of it; waits until nobody else is being measured.
    pub(super) fn load_measured(&self, wanted: AnalyzerToLoad) {
        let turn = self.measuring.lock().unwrap_or_else(PoisonError::into_inner);
        let message = self.load(wanted, true);
        drop(turn);
        // Where the daemon is gone, this process is about to end.
        let _ = self.place.daemon.send(&message);
    }

    /// Has one loaded while others work.
    pub(super) fn order(&self, wanted: AnalyzerToLoad) {
        let _ = self.orders.send(wanted);
    }

    /// Lets go of one as soon as no session has it; new sessions do not get it any more.
    pub(super) fn let_go(&self, name: String) -> Result<()> {
        let held = self.lock().remove(&name);
        let this = self.clone();
        let thread = thread::Builder::new().name(format!("unload {name}"));
        let unload = move || {
            let freed = held.map_or_else(MemoryTaken::default, |held| this.drop_measured(held));
            let _ = this.place.daemon.send(&FromAnalyze::Unloaded { analyzer: name, freed });
        };
        thread.spawn(unload).context("cannot start a thread").map(drop)
    }

    pub(super) fn lend(&self, name: &str) -> Option<Lent> {
        self.lock()
            .get(name)
            .map(|held| Lent { analyzer: Arc::clone(&held.analyzer), _out: held.out.clone() })
    }

    fn drop_measured(&self, held: Held) -> MemoryTaken {
        let Held { analyzer, out, all_back } = held;
        drop(out);
        // Nothing is ever sent: it comes back with the last session.
        let _ = all_back.recv();
        let _turn = self.measuring.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.memory.now();
        self.calls.beside(|| drop(analyzer));
        before.over(self.memory.now())
    }

    fn load(&self, wanted: AnalyzerToLoad, measured: bool) -> FromAnalyze {
        let (name, begun) = (wanted.name.clone(), Instant::now());
        let Place { device, threads, daemon, .. } = &*self.place;
        let shared = Arc::new(Shared::new(&wanted, device, *threads, daemon));
        let before = measured.then(|| self.memory.now());
        match self.calls.beside(|| load_one(&wanted, &shared)) {
            Ok(analyzer) => {
                let load_s = begun.elapsed().as_secs_f64();
                let taken = before.map(|before| self.memory.now().over(before));
                let device = shared.runs_on().to_owned();
                let call_limit = Duration::from_secs_f64(wanted.call_limit_s);
                let (out, all_back) = mpsc::channel();
                let watched = Watched::new(&self.calls, wanted.known_at_work);
                let analyzer = Arc::new(Loaded { analyzer, shared, call_limit, watched });
                self.lock().insert(wanted.name, Held { analyzer, out, all_back });
                FromAnalyze::Loaded { analyzer: name, device, load_s, memory: taken }
            }
            Err((unavailable, reason)) => FromAnalyze::NotLoaded { analyzer: name, unavailable, reason },
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An error says whether the analyzer is merely unavailable, for want of a model, and why.
fn load_one(wanted: &AnalyzerToLoad, shared: &Arc<Shared>) -> Result<LoadedAnalyzer, (bool, String)> {
    if let Some(missing) = &wanted.missing {
        return Err((true, missing.clone()));
    }
    let plugin = loader::open(Path::new(&wanted.path)).map_err(|error| (false, error.to_string()))?;
    in_memory(&plugin, shared)
}

pub(super) fn in_memory(plugin: &Plugin, shared: &Arc<Shared>) -> Result<LoadedAnalyzer, (bool, String)> {
    plugin
        .load(Arc::new(LoadHost(Arc::clone(shared))))
        .map_err(|error| (error.kind == ErrorKind::Unavailable, error.message))
}
