//! What waits for one analyzer: frames, sound, the findings of others. Unbounded, since the ring of frames is bounded.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A queue between the thread that hears the decoder and the one that runs an analyzer.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    items: VecDeque<T>,
    /// As many items from the front must not wait for a fuller batch.
    flushed: usize,
    ended: bool,
    closed: bool,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        let state = State { items: VecDeque::new(), flushed: 0, ended: false, closed: false };
        Queue { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Adds an item; one for a closed queue is dropped.
    pub(super) fn push(&self, item: T) {
        let mut state = self.lock();
        if !state.closed {
            state.items.push_back(item);
            self.changed.notify_one();
        }
    }

    /// What is in the queue now is to be taken without waiting for more.
    pub(super) fn flush(&self) {
        let mut state = self.lock();
        state.flushed = state.items.len();
        self.changed.notify_one();
    }

    /// Nothing follows.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_one();
    }

    /// Drops what is in it and all that comes: its analyzer takes nothing any more.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.ended = true;
        let dropped = std::mem::take(&mut state.items);
        drop(state);
        drop(dropped);
        self.changed.notify_one();
    }

    /// The next items: as many of one kind as `batch` allows, waiting for as many unless flushed, ended, or followed
    /// by another kind. `batch` may depend on the kind. Empty at the end.
    pub(super) fn take(&self, batch: impl Fn(&T) -> usize, same_kind: impl Fn(&T, &T) -> bool) -> Vec<T> {
        let mut state = self.lock();
        loop {
            let batch = state.items.front().map_or(1, &batch).max(1);
            let run = match state.items.front() {
                Some(first) => {
                    let following = state.items.iter().take(batch).skip(1);
                    1 + following.take_while(|item| same_kind(first, item)).count()
                }
                None => 0,
            };
            let followed = state.items.len() > run;
            if run > 0 && (run >= batch || followed || state.flushed > 0 || state.ended) {
                state.flushed = state.flushed.saturating_sub(run);
                return state.items.drain(..run).collect();
            }
            if state.ended {
                return Vec::new();
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same_sign(a: &i32, b: &i32) -> bool {
        a.signum() == b.signum()
    }

    #[test]
    fn batches_are_full_unless_another_kind_or_the_end_follows() {
        let queue = Queue::new();
        [1, 2, 3, -1, 4].into_iter().for_each(|item| queue.push(item));
        assert_eq!(queue.take(|_| 2, same_sign), [1, 2]);
        assert_eq!(queue.take(|_| 2, same_sign), [3], "sound follows, and order is kept");
        assert_eq!(queue.take(|_| 1, same_sign), [-1]);
        queue.end();
        assert_eq!(queue.take(|_| 2, same_sign), [4]);
        assert!(queue.take(|_| 2, same_sign).is_empty());
    }

    #[test]
    fn a_flush_hands_out_what_is_there_and_no_later_item() {
        let queue = Queue::new();
        queue.push(1);
        queue.flush();
        assert_eq!(queue.take(|_| 8, same_sign), [1]);
        queue.push(2);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| queue.take(|_| 2, same_sign));
            queue.push(3);
            assert_eq!(waiting.join().expect("no panic"), [2, 3]);
        });
    }

    #[test]
    fn a_closed_queue_keeps_nothing() {
        let queue = Queue::new();
        queue.push(1);
        queue.close();
        queue.push(2);
        assert!(queue.take(|_| 1, same_sign).is_empty());
    }
}
