//! When a worker that ended unexpectedly is started again. Pure.

use std::time::Duration;

/// A worker that lived this long had no trouble starting.
const STABLE: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(30);

/// How often in a row a group's worker ended, and what follows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Backoff {
    in_a_row: u32,
}

impl Backoff {
    /// A worker ended after `lived`. The pause until the next: none after the first end, then a quarter of a second,
    /// doubling up to half a minute.
    pub(super) fn after_end(&mut self, lived: Duration) -> Duration {
        if lived >= STABLE {
            self.in_a_row = 0;
        }
        self.in_a_row += 1;
        match self.in_a_row {
            1 => Duration::ZERO,
            n => Duration::from_millis(250).saturating_mul(1 << (n - 2).min(20)).min(LONGEST),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_to_its_limit_and_a_long_life_forgets_it() {
        let mut backoff = Backoff::default();
        let brief = Duration::from_secs(1);
        let pauses: Vec<u64> = (0..10).map(|_| backoff.after_end(brief).as_millis() as u64).collect();
        assert_eq!(pauses, [0, 250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
        assert_eq!(backoff.after_end(STABLE), Duration::ZERO);
        assert_eq!(backoff.after_end(brief), Duration::from_millis(250));
    }
}
