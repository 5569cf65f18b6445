//! `[daemon]`: the process itself.

use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DaemonConfig {
    /// When asked to stop, running jobs may take this long to finish, seconds.
    pub(crate) drain_s: f64,
}

impl Default for DaemonConfig {
    fn default() -> Self {
        DaemonConfig { drain_s: 30.0 }
    }
}

impl DaemonConfig {
    pub(super) fn check(&self) -> Vec<(String, String)> {
        super::positive("daemon", "drain_s", self.drain_s).into_iter().collect()
    }
}
