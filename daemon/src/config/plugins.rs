//! `[plugins]`: where analyzers are.

use std::path::PathBuf;

use serde::Deserialize;

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PluginsConfig {
    /// Folders in addition to the one beside the daemon.
    pub(crate) folders: Vec<PathBuf>,
}
