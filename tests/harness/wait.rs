//! Waiting for an event, with a limit.

use std::time::{Duration, Instant};

/// What happens in other processes can only be looked at. So often, then.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Waits until `look` sees something.
///
/// # Panics
/// Where that does not happen within `limit`.
pub fn wait_until<T>(what: &str, limit: Duration, look: impl FnMut() -> Option<T>) -> T {
    within(limit, look).unwrap_or_else(|| panic!("{what}: not within {limit:?}"))
}

/// The same, for what may not happen.
pub fn within<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look() {
            return Some(seen);
        }
        if begun.elapsed() > limit {
            return None;
        }
        std::thread::sleep(LOOK_EVERY);
    }
}
