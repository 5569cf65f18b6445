//! `[memory]`: how full the devices may become before the least recently used analyzers go.

use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MemoryConfig {
    /// Share of a device's memory that may be taken, by whomever, when an analyzer is loaded.
    pub(crate) threshold: f64,
    /// Of a GPU, this much is kept free beside, MiB.
    pub(crate) gpu_keep_free_mib: u64,
}

impl Default for MemoryConfig {
    fn default() -> Self {
        MemoryConfig { threshold: 0.85, gpu_keep_free_mib: 5120 }
    }
}

impl MemoryConfig {
    pub(super) fn check(&self) -> Vec<(String, String)> {
        let wrong = !(self.threshold > 0.0 && self.threshold <= 1.0);
        let problem = || {
            (
                "[memory] threshold".to_owned(),
                format!("must be above 0 and at most 1, not {}", self.threshold),
            )
        };
        wrong.then(problem).into_iter().collect()
    }
}
