//! What happened so far: counts, and which analyzer went for which. What is taken now is known by the workers
//! themselves, so that nothing can drift apart.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use va_protocol::api::memory::{Eviction, MemoryCounts};

/// Evictions that are remembered.
const REMEMBERED: usize = 50;

#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) loads: AtomicU64,
    evictions: AtomicU64,
    pub(super) refusals: AtomicU64,
    pub(super) cache_hits: AtomicU64,
    pub(super) cache_misses: AtomicU64,
    pub(super) out_of_memory: AtomicU64,
    story: Mutex<VecDeque<(Instant, Eviction)>>,
}

impl Ledger {
    pub(super) fn evicted(&self, eviction: Eviction) {
        self.evictions.fetch_add(1, Ordering::Relaxed);
        let mut story = self.story.lock().unwrap_or_else(PoisonError::into_inner);
        story.truncate(REMEMBERED - 1);
        story.push_front((Instant::now(), eviction));
    }

    pub(super) fn story(&self) -> Vec<Eviction> {
        let story = self.story.lock().unwrap_or_else(PoisonError::into_inner);
        let told = |(at, eviction): &(Instant, Eviction)| Eviction {
            ago_s: at.elapsed().as_secs_f64(),
            ..eviction.clone()
        };
        story.iter().map(told).collect()
    }

    pub(super) fn counts(&self) -> MemoryCounts {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        MemoryCounts {
            loads: count(&self.loads),
            evictions: count(&self.evictions),
            refusals: count(&self.refusals),
            cache_hits: count(&self.cache_hits),
            cache_misses: count(&self.cache_misses),
            out_of_memory: count(&self.out_of_memory),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_evictions_are_remembered_and_all_are_counted() {
        let ledger = Ledger::default();
        for number in 0..REMEMBERED + 10 {
            ledger.evicted(Eviction {
                analyzer: number.to_string(),
                group: "main".to_owned(),
                made_room_for: None,
                ago_s: 0.0,
                freed_bytes: 1,
                worker_replaced: false,
            });
        }
        let story = ledger.story();
        assert_eq!((story.len(), story[0].analyzer.as_str()), (REMEMBERED, "59"));
        assert_eq!(ledger.counts().evictions, 60);
    }
}
