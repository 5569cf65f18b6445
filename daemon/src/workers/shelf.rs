//! What one worker has in memory, what it may load, and who uses it.
//!
//! ```text
//!             asked for              Loaded               asked to go
//!   Unloaded ───────────▶ Loading ──────────▶ Loaded ──────────────────▶ Unloading
//!       ▲                    │ NotLoaded                                     │ Unloaded
//!       │                    ▼                                               │
//!       │                NotLoaded (for good)                                │
//!       └────────────────────────────────────────────────────────────────────┘
//! ```

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use va_protocol::worker::control::{AnalyzerToLoad, MemoryTaken};

/// Whether one analyzer of a worker can be used.
#[derive(Debug, Clone)]
pub(crate) enum LoadState {
    Loading,
    Loaded {
        device: String,
        load_s: f64,
        at: Instant,
    },
    NotLoaded {
        unavailable: bool,
        reason: String,
    },
    Unloading,
    /// To be loaded when somebody wants it.
    Unloaded {
        freed: MemoryTaken,
    },
}

/// An analyzer of a worker, as others see it.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) order: AnalyzerToLoad,
    pub(crate) state: LoadState,
    pub(crate) in_use: bool,
    pub(crate) idle_for: Duration,
}

#[derive(Debug)]
struct Entry {
    order: AnalyzerToLoad,
    state: LoadState,
    holds: usize,
    last_used: Instant,
}

#[derive(Debug)]
pub(crate) struct Shelf {
    entries: Mutex<BTreeMap<String, Entry>>,
    changed: watch::Sender<()>,
}

impl Shelf {
    /// `now` is being loaded, `later` only when somebody wants it.
    pub(crate) fn new(now: &[AnalyzerToLoad], later: &[AnalyzerToLoad]) -> Arc<Self> {
        let entry = |order: &AnalyzerToLoad, state| {
            (order.name.clone(), Entry { order: order.clone(), state, holds: 0, last_used: Instant::now() })
        };
        let out = || LoadState::Unloaded { freed: MemoryTaken::default() };
        let now = now.iter().map(|order| entry(order, LoadState::Loading));
        let entries = now.chain(later.iter().map(|order| entry(order, out()))).collect();
        Arc::new(Shelf { entries: Mutex::new(entries), changed: watch::Sender::new(()) })
    }

    pub(crate) fn state(&self, analyzer: &str) -> Option<LoadState> {
        self.lock().get(analyzer).map(|entry| entry.state.clone())
    }

    pub(crate) fn set(&self, analyzer: &str, state: LoadState) {
        if let Some(entry) = self.lock().get_mut(analyzer) {
            entry.state = state;
            entry.last_used = Instant::now();
        }
        self.changed.send_replace(());
    }

    /// Waits until an analyzer neither comes nor goes.
    pub(crate) async fn settled(&self, analyzer: &str) -> Option<LoadState> {
        let mut changed = self.changed.subscribe();
        loop {
            match self.state(analyzer) {
                Some(LoadState::Loading | LoadState::Unloading) => {}
                settled => return settled,
            }
            if changed.changed().await.is_err() {
                return None;
            }
        }
    }

    /// As long as it is held, none of these is idle.
    pub(crate) fn hold(self: &Arc<Self>, analyzers: &[String]) -> Hold {
        let mut entries = self.lock();
        for name in analyzers {
            if let Some(entry) = entries.get_mut(name) {
                entry.holds += 1;
            }
        }
        Hold { shelf: Arc::clone(self), analyzers: analyzers.to_vec() }
    }

    pub(crate) fn all(&self) -> Vec<Standing> {
        let standing = |entry: &Entry| Standing {
            order: entry.order.clone(),
            state: entry.state.clone(),
            in_use: entry.holds > 0,
            idle_for: entry.last_used.elapsed(),
        };
        self.lock().values().map(standing).collect()
    }

    pub(crate) fn of(&self, analyzer: &str) -> Option<Standing> {
        self.all().into_iter().find(|standing| standing.order.name == analyzer)
    }

    /// No job uses any of them.
    pub(crate) fn is_idle(&self) -> bool {
        self.lock().values().all(|entry| entry.holds == 0)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Analyzers in use by a job.
#[derive(Debug)]
pub(crate) struct Hold {
    shelf: Arc<Shelf>,
    analyzers: Vec<String>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut entries = self.shelf.lock();
        for name in &self.analyzers {
            if let Some(entry) = entries.get_mut(name) {
                entry.holds = entry.holds.saturating_sub(1);
                entry.last_used = Instant::now();
            }
        }
    }
}
