//! `[sandbox]`: what workers are kept from.

use std::path::PathBuf;

use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SandboxConfig {
    pub(crate) enabled: bool,
    /// Folders and files that analyzers may read, beside libraries and models.
    pub(crate) readable: Vec<PathBuf>,
    /// The same to write to.
    pub(crate) writable: Vec<PathBuf>,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        SandboxConfig { enabled: true, readable: Vec::new(), writable: Vec::new() }
    }
}

impl SandboxConfig {
    /// A path that depends on where the daemon was started would not be what its author meant.
    pub(super) fn check(&self) -> Vec<(String, String)> {
        let keys = [("readable", &self.readable), ("writable", &self.writable)];
        let relative = keys.into_iter().flat_map(|(key, paths)| {
            let relative = paths.iter().filter(|path| !path.is_absolute());
            relative.map(move |path| {
                (format!("[sandbox] {key}"), format!("{} must be an absolute path", path.display()))
            })
        });
        relative.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_are_told() {
        let sandbox = SandboxConfig {
            readable: vec!["/srv/words".into(), "words".into()],
            writable: vec!["./cache".into()],
            ..SandboxConfig::default()
        };
        let told =
            |key: &str, path: &str| (format!("[sandbox] {key}"), format!("{path} must be an absolute path"));
        assert_eq!(sandbox.check(), [told("readable", "words"), told("writable", "./cache")]);
    }
}
