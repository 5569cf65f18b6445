//! Notices calls into analyzers that do not come back in time. A thread cannot be ended, so all that happens here is
//! that somebody is told, once.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What to do once a call is over its limit.
type Overdue = Box<dyn FnOnce() + Send>;

/// The calls under way, watched by one thread that sleeps until the next of them is due.
#[derive(Clone)]
pub(super) struct Deadlines {
    shared: Arc<(Mutex<Calls>, Condvar)>,
}

#[derive(Default)]
struct Calls {
    next: u64,
    /// By the time they are due; the number tells calls that are due together apart.
    due: BTreeMap<(Instant, u64), Overdue>,
}

impl Deadlines {
    pub(super) fn start() -> Self {
        let deadlines = Deadlines { shared: Arc::default() };
        let watched = deadlines.clone();
        std::thread::spawn(move || watched.watch());
        deadlines
    }

    /// Runs a call. Where it takes longer than `limit`, `overdue` is called meanwhile, in another thread.
    pub(super) fn guard<T>(&self, limit: Duration, overdue: Overdue, call: impl FnOnce() -> T) -> T {
        let key = {
            let mut calls = self.lock();
            let key = (Instant::now() + limit, calls.next);
            calls.next += 1;
            let first = calls.due.first_key_value().is_none_or(|(first, _)| key < *first);
            calls.due.insert(key, overdue);
            if first {
                self.shared.1.notify_one();
            }
            key
        };
        let result = call();
        self.lock().due.remove(&key);
        result
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self) {
        let mut calls = self.lock();
        loop {
            let now = Instant::now();
            match calls.due.first_key_value().map(|((due, _), _)| *due) {
                Some(due) if due <= now => {
                    if let Some((_, overdue)) = calls.due.pop_first() {
                        drop(calls);
                        overdue();
                        calls = self.lock();
                    }
                }
                Some(due) => {
                    let waited = self.shared.1.wait_timeout(calls, due - now);
                    calls = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                None => calls = self.shared.1.wait(calls).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_call_over_its_limit_is_told_once_and_one_within_is_not() {
        let deadlines = Deadlines::start();
        let (told, overdue) = mpsc::channel();
        let quick = told.clone();
        deadlines.guard(
            Duration::from_secs(600),
            Box::new(move || quick.send("quick").expect("heard")),
            || (),
        );
        let slow = told.clone();
        let heard = deadlines.guard(
            Duration::from_millis(10),
            Box::new(move || slow.send("slow").expect("heard")),
            || overdue.recv().expect("told while the call runs"),
        );
        assert_eq!(heard, "slow");
        drop(told);
        assert!(overdue.recv().is_err(), "nothing else is told");
    }
}
