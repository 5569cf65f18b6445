//! `[jobs]`: how many at once, and what one may take.

use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct JobsConfig {
    /// Jobs that run at the same time.
    pub(crate) concurrent: usize,
    /// Jobs that may wait; more are refused.
    pub(crate) queue_limit: usize,
    /// Shared memory for the frames of one job, MiB.
    pub(crate) frame_memory_mib: u64,
    /// A decoder may allocate this much beside that, MiB.
    pub(crate) decoder_memory_mib: u64,
    /// Findings of one analyzer and video, MiB.
    pub(crate) findings_limit_mib: usize,
    /// A decoder without progress is given up after this time, seconds.
    pub(crate) stall_limit_s: f64,
    /// A group's analyzers, with their models, must be loaded within this time, seconds.
    pub(crate) load_limit_s: f64,
    /// Result documents that are kept; the oldest go first.
    pub(crate) stored_results: usize,
}

impl Default for JobsConfig {
    fn default() -> Self {
        JobsConfig {
            concurrent: 1,
            queue_limit: 1000,
            frame_memory_mib: 160,
            decoder_memory_mib: 4096,
            findings_limit_mib: 64,
            stall_limit_s: 30.0,
            load_limit_s: 300.0,
            stored_results: 1000,
        }
    }
}

impl JobsConfig {
    pub(super) fn check(&self) -> Vec<(String, String)> {
        let numbers = [
            ("concurrent", self.concurrent as f64),
            ("queue_limit", self.queue_limit as f64),
            ("frame_memory_mib", self.frame_memory_mib as f64),
            ("decoder_memory_mib", self.decoder_memory_mib as f64),
            ("findings_limit_mib", self.findings_limit_mib as f64),
            ("stall_limit_s", self.stall_limit_s),
            ("load_limit_s", self.load_limit_s),
            ("stored_results", self.stored_results as f64),
        ];
        let mut problems: Vec<_> =
            numbers.into_iter().filter_map(|(key, n)| super::positive("jobs", key, n)).collect();
        if self.findings_limit_mib > 1000 {
            problems.push(("[jobs] findings_limit_mib".to_owned(), "must be at most 1000".to_owned()));
        }
        problems
    }
}
