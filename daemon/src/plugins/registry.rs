//! The analyzers that were found, by name. Pure.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;
use va_protocol::worker::description::AnalyzerDescription;

use crate::config::Config;

/// A library in a plugin folder.
#[derive(Debug, Clone)]
pub(crate) struct Plugin {
    pub(crate) path: PathBuf,
    /// With the configuration's changes; or why it cannot be used.
    pub(crate) described: Result<AnalyzerDescription, String>,
}

/// The registry, once discovery is through.
#[derive(Debug, Clone)]
pub(crate) struct Known(pub(super) watch::Receiver<Option<Arc<Registry>>>);

impl Known {
    /// Waits until the plugin folders were read.
    pub(crate) async fn get(&mut self) -> Arc<Registry> {
        match self.0.wait_for(Option::is_some).await {
            Ok(registry) => registry.clone().unwrap_or_default(),
            // Discovery was stopped: the daemon is about to end.
            Err(_) => Arc::default(),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Registry {
    analyzers: BTreeMap<String, Plugin>,
    /// Libraries that are no usable analyzers, and why.
    broken: Vec<(PathBuf, String)>,
}

impl Registry {
    /// Where two libraries have an analyzer of the same name, the first one has it.
    pub(super) fn new(plugins: Vec<Plugin>, config: &Config) -> Self {
        let mut registry = Registry::default();
        for plugin in plugins {
            match plugin.described {
                Err(reason) => registry.broken.push((plugin.path, reason)),
                Ok(description) => {
                    let name = description.name.clone();
                    if let Some(first) = registry.analyzers.get(&name) {
                        let reason = format!(
                            "{} has an analyzer {name:?} already; remove one of them",
                            first.path.display()
                        );
                        registry.broken.push((plugin.path, reason));
                        continue;
                    }
                    let description = config.analyzer(&name).apply(description);
                    registry.analyzers.insert(name, Plugin { described: Ok(description), ..plugin });
                }
            }
        }
        registry
    }

    pub(crate) fn get(&self, name: &str) -> Option<(&Plugin, &AnalyzerDescription)> {
        let plugin = self.analyzers.get(name)?;
        Some((plugin, plugin.described.as_ref().ok()?))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.analyzers.keys().map(String::as_str)
    }

    pub(crate) fn broken(&self) -> &[(PathBuf, String)] {
        &self.broken
    }
}
