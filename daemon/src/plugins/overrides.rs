//! What people switched by hand, against or in addition to the configuration: `plugins.json` in the state folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::state_dir::write_whole;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Overrides {
    analyzers: BTreeMap<String, Override>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Override {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<String>,
}

impl Overrides {
    /// What was kept. A file that cannot be read is put aside, since a daemon that does not start helps nobody.
    pub(crate) fn load(path: &Path) -> Self {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Self::default(),
            Err(error) => {
                tracing::error!(
                    "what was switched by hand is not known: cannot read {}: {error}",
                    path.display()
                );
                return Self::default();
            }
        };
        serde_json::from_str(&text).unwrap_or_else(|error| {
            let aside: PathBuf = path.with_extension("json.unreadable");
            let moved = std::fs::rename(path, &aside);
            tracing::error!(
                "what was switched by hand is lost: {} is not usable ({error}); {}",
                path.display(),
                if moved.is_ok() {
                    format!("it was put aside as {}", aside.display())
                } else {
                    "it stays".to_owned()
                }
            );
            Self::default()
        })
    }

    /// # Errors
    /// Where the disk cannot be written.
    pub(crate) fn save(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).context("cannot write what was switched by hand")?;
        write_whole(path, &text)
    }

    pub(crate) fn of(&self, analyzer: &str) -> Override {
        self.analyzers.get(analyzer).cloned().unwrap_or_default()
    }

    pub(crate) fn enable(&mut self, analyzer: &str, enabled: bool) {
        self.analyzers.entry(analyzer.to_owned()).or_default().enabled = Some(enabled);
    }

    pub(crate) fn move_to(&mut self, analyzer: &str, group: &str) {
        self.analyzers.entry(analyzer.to_owned()).or_default().group = Some(group.to_owned());
    }

    /// The configuration alone counts again.
    pub(crate) fn forget(&mut self, analyzer: &str) {
        self.analyzers.remove(analyzer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_switched_is_there_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plugins.json");
        let mut overrides = Overrides::load(&path);
        overrides.enable("faces", false);
        overrides.move_to("cuts", "gpu");
        overrides.save(&path).expect("written");
        let again = Overrides::load(&path);
        assert_eq!(again, overrides);
        assert_eq!(
            (again.of("faces").enabled, again.of("cuts").group.as_deref()),
            (Some(false), Some("gpu"))
        );
        overrides.forget("faces");
        assert_eq!(overrides.of("faces"), Override::default());
    }

    #[test]
    fn a_file_that_cannot_be_read_is_put_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plugins.json");
        std::fs::write(&path, "{\"analyzers\": 3}").expect("written");
        assert_eq!(Overrides::load(&path), Overrides::default());
        assert!(!path.exists() && folder.path().join("plugins.json.unreadable").exists());
    }
}
