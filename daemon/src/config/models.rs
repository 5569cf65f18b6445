//! `[models]`: where installed models lie, and which of them may be used.

use std::path::PathBuf;

use serde::Deserialize;

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ModelsConfig {
    /// In place of `$VA_MODELS_DIR` and the user's data folder.
    pub(crate) folder: Option<PathBuf>,
    /// Licences, or words for what they let one do; all where it is not given.
    pub(crate) licences: Option<Vec<String>>,
}
