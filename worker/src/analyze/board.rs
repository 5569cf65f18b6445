//! What analyzers found in single frames, for others of the same job and worker that want it with the frame.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use va_analyzer_sdk::abi::NewSegments;

/// One analyzer's findings by frame, as far as it has come.
#[derive(Default)]
pub(super) struct Board {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Segments as JSON text, separated by commas.
    by_frame: HashMap<u64, String>,
    /// Frames below this number are done.
    done_below: u64,
    ended: bool,
}

impl Board {
    /// The analyzer has looked at all frames up to this one.
    pub(super) fn post(&self, segments: &NewSegments, last_frame: u64) {
        let mut state = self.lock();
        for (text, frame) in segments.iter() {
            let Some(frame) = frame else { continue };
            let found = state.by_frame.entry(frame).or_default();
            if !found.is_empty() {
                found.push(',');
            }
            found.push_str(text);
        }
        state.done_below = last_frame + 1;
        drop(state);
        self.changed.notify_all();
    }

    /// The analyzer is through, or has failed.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// A JSON array of what was found in a frame that the analyzer was given; waits until it has looked at it. `None`
    /// where it ended before.
    pub(super) fn wait_for(&self, frame: u64) -> Option<String> {
        let mut state = self.lock();
        while state.done_below <= frame && !state.ended {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let found = state.by_frame.get(&frame).map_or("", String::as_str);
        (state.done_below > frame).then(|| format!("[{found}]"))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
