//! `[plugins]`: where analyzers are, and how long those that crash are left out.

use std::path::PathBuf;

use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PluginsConfig {
    /// Folders in addition to the one beside the daemon.
    pub(crate) folders: Vec<PathBuf>,
    /// After so many crashes in a row an analyzer is left out for a while.
    pub(crate) quarantine_after: u32,
    /// The first pause, seconds; each time that it crashes at once again the next one is twice as long, up to an hour.
    pub(crate) quarantine_s: f64,
}

impl Default for PluginsConfig {
    fn default() -> Self {
        PluginsConfig { folders: Vec::new(), quarantine_after: 3, quarantine_s: 60.0 }
    }
}

impl PluginsConfig {
    pub(super) fn check(&self) -> Vec<(String, String)> {
        let numbers =
            [("quarantine_after", f64::from(self.quarantine_after)), ("quarantine_s", self.quarantine_s)];
        numbers.into_iter().filter_map(|(key, number)| super::positive("plugins", key, number)).collect()
    }
}
