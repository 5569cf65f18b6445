//! Ends this process where the decoder hangs: a hostile file may send it round in circles.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Told by the decoder that it is alive, or that it waits for analyzers and is not to be blamed.
#[derive(Clone)]
pub(super) struct Watch {
    beats: Arc<AtomicU64>,
    waiting: Arc<AtomicBool>,
}

impl Watch {
    pub(super) fn alive(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn waiting(&self, waiting: bool) {
        self.waiting.store(waiting, Ordering::Relaxed);
        self.alive();
    }
}

/// Starts watching. A process that shows no life for `limit` is ended; the daemon sees its last line.
pub(super) fn start(limit: Duration) -> Watch {
    let watch = Watch { beats: Arc::default(), waiting: Arc::default() };
    let watched = watch.clone();
    std::thread::spawn(move || {
        loop {
            let before = watched.beats.load(Ordering::Relaxed);
            std::thread::sleep(limit);
            let idle = watched.beats.load(Ordering::Relaxed) == before;
            if idle && !watched.waiting.load(Ordering::Relaxed) {
                eprintln!("va-worker: the decoder made no progress for {} s", limit.as_secs_f64());
                std::process::exit(3);
            }
        }
    });
    watch
}
