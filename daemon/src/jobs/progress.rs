//! How far a job is, for the client that watches it. Pure but for the clock that it is handed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use va_protocol::api::job::{AnalyzerProgress, ProgressState};

/// The client hears this often at most.
const EVERY: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(super) struct Progress {
    begun: Instant,
    told: Option<Instant>,
    duration_s: Option<f64>,
    analyzers: BTreeMap<String, (ProgressState, f64)>,
}

impl Progress {
    pub(super) fn new(analyzers: impl Iterator<Item = String>, now: Instant) -> Self {
        let analyzers = analyzers.map(|name| (name, (ProgressState::Waiting, 0.0))).collect();
        Progress { begun: now, told: None, duration_s: None, analyzers }
    }

    pub(super) fn lasts(&mut self, duration_s: Option<f64>) {
        self.duration_s = duration_s;
    }

    /// An analyzer is through with so many seconds, and may have a word of its own on the rest, 0..1.
    pub(super) fn reached(&mut self, analyzer: &str, done_s: f64, own_word: Option<f64>) {
        let by_time =
            self.duration_s.filter(|duration| *duration > 0.0).map_or(0.0, |duration| done_s / duration);
        // After the last frame an analyzer may still have much to do: its own word, where it has one, counts.
        let fraction = own_word.unwrap_or(by_time).clamp(0.0, 1.0);
        if let Some((state, reached)) = self.analyzers.get_mut(analyzer) {
            *state = ProgressState::Running;
            *reached = reached.max(fraction.min(0.99));
        }
    }

    pub(super) fn settled(&mut self, analyzer: &str, failed: bool) {
        if let Some(entry) = self.analyzers.get_mut(analyzer) {
            *entry = (if failed { ProgressState::Failed } else { ProgressState::Done }, 1.0);
        }
    }

    /// What to tell the client now, if it is time.
    pub(super) fn due(&mut self, now: Instant) -> Option<Vec<AnalyzerProgress>> {
        if self.told.is_some_and(|told| now.duration_since(told) < EVERY) {
            return None;
        }
        self.told = Some(now);
        let elapsed = now.duration_since(self.begun).as_secs_f64();
        let tell = |(analyzer, (state, fraction)): (&String, &(ProgressState, f64))| AnalyzerProgress {
            analyzer: analyzer.clone(),
            state: *state,
            fraction: *fraction,
            left_s: (*state == ProgressState::Running && *fraction > 0.02)
                .then(|| elapsed * (1.0 - fraction) / fraction),
        };
        Some(self.analyzers.iter().map(tell).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_from_the_pace_and_nothing_runs_backwards() {
        let begun = Instant::now();
        let mut progress = Progress::new(["cuts".to_owned()].into_iter(), begun);
        progress.lasts(Some(10.0));
        progress.reached("cuts", 2.5, None);
        progress.reached("cuts", 1.0, None);
        let told = progress.due(begun + Duration::from_secs(1)).expect("due");
        assert_eq!((told[0].fraction, told[0].left_s), (0.25, Some(3.0)));
        assert!(progress.due(begun + Duration::from_millis(1100)).is_none(), "too soon");
        progress.settled("cuts", false);
        let told = progress.due(begun + Duration::from_secs(2)).expect("due");
        assert_eq!((told[0].state, told[0].fraction, told[0].left_s), (ProgressState::Done, 1.0, None));
    }
}
