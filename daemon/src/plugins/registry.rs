//! The analyzers that were found, by name. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;
use va_protocol::worker::description::{AnalyzerDescription, FindingsRequest};

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
        registry.break_circles();
        registry
    }

    /// Analyzers that wait for each other's findings in a circle would do so for ever.
    fn break_circles(&mut self) {
        let names: Vec<String> = self.analyzers.keys().cloned().collect();
        for name in names {
            let Some(circle) = self.way(&name, &name, |_| true) else { continue };
            if let Some(plugin) = self.analyzers.remove(&name) {
                let reason = format!("its findings depend on themselves: {}", circle.join(" needs "));
                self.broken.push((plugin.path, reason));
            }
        }
    }

    /// The way from an analyzer to another, or back to itself, by those requests for findings that `follow` says.
    pub(crate) fn way(
        &self,
        from: &str,
        to: &str,
        follow: impl Fn(&FindingsRequest) -> bool,
    ) -> Option<Vec<String>> {
        let mut ways = vec![vec![from.to_owned()]];
        let mut seen = BTreeSet::new();
        while let Some(way) = ways.pop() {
            let Some((_, description)) = way.last().and_then(|last| self.get(last)) else { continue };
            let others = description.findings.iter().filter(|other| follow(other));
            for other in others.map(|other| &other.analyzer) {
                let further = [&way[..], std::slice::from_ref(other)].concat();
                if other == to {
                    return Some(further);
                }
                if seen.insert(other.clone()) {
                    ways.push(further);
                }
            }
        }
        None
    }

    /// An analyzer and all whose findings it cannot do without, by any number of steps.
    pub(crate) fn with_needed(&self, name: &str) -> BTreeSet<String> {
        self.with(name, |other| other.needed)
    }

    /// An analyzer and all that run for it where they can, by any number of steps.
    pub(crate) fn with_wanted(&self, name: &str) -> BTreeSet<String> {
        self.with(name, |other| other.needed || other.wanted)
    }

    fn with(&self, name: &str, follow: impl Fn(&FindingsRequest) -> bool) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        let mut waiting = vec![name.to_owned()];
        while let Some(next) = waiting.pop() {
            if let Some((_, description)) = self.get(&next) {
                let others = description.findings.iter().filter(|other| follow(other));
                waiting
                    .extend(others.map(|other| other.analyzer.clone()).filter(|other| !all.contains(other)));
            }
            all.insert(next);
        }
        all
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

#[cfg(test)]
mod tests {
    use super::*;
    use va_protocol::worker::description::FindingsScope;

    fn plugin(name: &str, builds_on: &[(&str, bool)]) -> Plugin {
        let findings = builds_on.iter().map(|(analyzer, needed)| FindingsRequest {
            analyzer: (*analyzer).to_owned(),
            scope: FindingsScope::PerFrame,
            needed: *needed,
            wanted: !*needed && analyzer.starts_with("wanted"),
        });
        let description = AnalyzerDescription {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            about: String::new(),
            frames: None,
            audio: None,
            findings: findings.collect(),
            batch: 1,
            models: Vec::new(),
            memory_mib: 0,
        };
        Plugin { path: PathBuf::from(format!("/{name}.so")), described: Ok(description) }
    }

    #[test]
    fn a_circle_is_told_with_its_chain_and_does_not_take_others_with_it() {
        let plugins = vec![
            plugin("a", &[("b", true)]),
            plugin("b", &[("c", false)]),
            plugin("c", &[("a", true)]),
            plugin("d", &[("a", false)]),
        ];
        let registry = Registry::new(plugins, &Config::default());
        let (path, reason) = &registry.broken()[0];
        assert_eq!(path, &PathBuf::from("/a.so"));
        assert_eq!(reason, "its findings depend on themselves: a needs b needs c needs a");
        assert_eq!(registry.names().collect::<Vec<_>>(), ["b", "c", "d"], "without a there is no circle");
    }

    #[test]
    fn what_is_needed_is_found_by_any_number_of_steps() {
        let plugins = vec![
            plugin("age", &[("faces", true), ("people", false)]),
            plugin("faces", &[("shots", true)]),
            plugin("people", &[]),
            plugin("shots", &[]),
        ];
        let registry = Registry::new(plugins, &Config::default());
        let needed: Vec<String> = registry.with_needed("age").into_iter().collect();
        assert_eq!(needed, ["age", "faces", "shots"]);
        assert_eq!(registry.with_needed("nobody").len(), 1);
        let way = registry.way("age", "shots", |other| other.needed).expect("there is one");
        assert_eq!(way, ["age", "faces", "shots"]);
        assert_eq!(registry.way("age", "people", |other| other.needed), None);
    }

    #[test]
    fn what_is_wanted_brings_what_it_needs_itself() {
        let plugins = vec![
            plugin("story", &[("wanted_words", false), ("people", false)]),
            plugin("wanted_words", &[("speech", true)]),
            plugin("speech", &[]),
            plugin("people", &[]),
        ];
        let registry = Registry::new(plugins, &Config::default());
        let wanted: Vec<String> = registry.with_wanted("story").into_iter().collect();
        assert_eq!(wanted, ["speech", "story", "wanted_words"]);
        assert_eq!(registry.with_needed("story").len(), 1);
    }
}
