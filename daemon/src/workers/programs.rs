//! Where the worker's program and the plugins are: beside the daemon, wherever that was installed.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use va_protocol::worker::control::Sandbox;

use crate::config::{Config, SandboxConfig};

/// What a cargo target folder calls the libraries of our own analyzers.
const OWN_PREFIX: &str = "libva_analyzer_";

#[derive(Debug, Clone)]
pub(crate) struct Programs {
    pub(crate) worker: PathBuf,
    /// The daemon's own, for plugins that were added to it.
    pub(crate) added: PathBuf,
    pub(crate) plugin_folders: Vec<PathBuf>,
    /// The daemon's own folder, where there is no folder of plugins (in a cargo target folder).
    loose: Option<PathBuf>,
    /// What plugins may reach; `None` where they are not kept from anything.
    pub(crate) sandbox: Option<Sandbox>,
}

impl Programs {
    pub(crate) fn beside_this_one(
        more_folders: &[PathBuf],
        config: &Config,
        state_dir: &Path,
    ) -> Result<Self> {
        let daemon = std::env::current_exe().context("cannot tell where this program lies")?;
        let folder = daemon.parent().context("this program lies nowhere")?;
        let worker = folder.join("va-worker");
        ensure!(worker.exists(), "{} is missing: the installation is not complete", worker.display());
        let beside = folder.join("analyzers");
        let mut plugin_folders = more_folders.to_vec();
        plugin_folders.extend(config.plugin_folders().iter().cloned());
        let loose = if beside.is_dir() {
            plugin_folders.push(beside);
            None
        } else {
            Some(folder.to_owned())
        };
        Ok(Programs { worker, added: state_dir.join("plugins"), plugin_folders, loose, sandbox: None })
    }

    /// Keeps plugins from all but their own folders, these, and those of the configuration. Whole folders, since more
    /// plugins and models may come into them.
    pub(crate) fn confined(mut self, config: &SandboxConfig, folders: &[&Path]) -> Self {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let own = self.plugin_folders.iter().chain(&self.loose).chain([&self.added]).map(PathBuf::as_path);
        let readable = own.chain(folders.iter().copied()).chain(config.readable.iter().map(PathBuf::as_path));
        self.sandbox = config.enabled.then(|| Sandbox {
            readable: readable.map(text).collect(),
            writable: config.writable.iter().map(|path| text(path)).collect(),
        });
        self
    }

    /// All libraries in the plugin folders: first those that were added, the latest first, then in the order of the
    /// folders and by name.
    pub(crate) fn plugin_files(&self) -> Vec<PathBuf> {
        let mut files = libraries(&self.added);
        files.sort_by_key(|path| {
            let modified = std::fs::metadata(path).and_then(|metadata| metadata.modified());
            std::cmp::Reverse(modified.ok())
        });
        for folder in &self.plugin_folders {
            let mut found = libraries(folder);
            if !folder.is_dir() {
                tracing::warn!(folder = %folder.display(), "the plugin folder does not exist");
            }
            files.append(&mut found);
        }
        if let Some(folder) = &self.loose {
            let own = |path: &PathBuf| {
                path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(OWN_PREFIX))
            };
            files.extend(libraries(folder).into_iter().filter(own));
        }
        files
    }
}

fn libraries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "so"));
    paths.sort();
    paths
}
