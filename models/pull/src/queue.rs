//! Work for several threads, the heaviest piece first.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

#[derive(Debug)]
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    /// With their weights.
    waiting: Vec<(u64, T)>,
    closed: bool,
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        Queue { state: Mutex::new(State { waiting: Vec::new(), closed: false }), changed: Condvar::new() }
    }

    pub(crate) fn push(&self, weight: u64, work: T) {
        self.state().waiting.push((weight, work));
        self.changed.notify_one();
    }

    /// Whoever waits then, gets nothing.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    /// Waits for a piece; `None` where there will be none.
    pub(crate) fn pop(&self) -> Option<T> {
        let mut state = self.state();
        loop {
            let heaviest = (0..state.waiting.len()).max_by_key(|at| state.waiting[*at].0);
            match heaviest {
                Some(at) => return Some(state.waiting.swap_remove(at).1),
                None if state.closed => return None,
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_goes_first_and_a_closed_queue_is_emptied() {
        let queue = Queue::new();
        for weight in [2, 9, 5] {
            queue.push(weight, weight);
        }
        queue.close();
        assert_eq!([(); 4].map(|()| queue.pop()), [Some(9), Some(5), Some(2), None]);
    }
}
