//! The analyzers that were found, by name, and which of them run where. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use va_protocol::worker::description::{AnalyzerDescription, FindingsRequest, FindingsScope};

use super::file::{Identity, Origin};
use super::overrides::{Override, Overrides};
use super::placement::{self, Bundle, Taker};
use super::quarantine::Standing;
use crate::config::Config;

/// A library in a plugin folder.
#[derive(Debug, Clone)]
pub(crate) struct Plugin {
    pub(crate) path: PathBuf,
    pub(crate) identity: Identity,
    pub(crate) origin: Origin,
    /// Of the SDK that the worker has.
    pub(crate) worker_sdk: Option<String>,
    /// With the configuration's changes; or why it cannot be used.
    pub(crate) described: Result<AnalyzerDescription, String>,
}

impl Plugin {
    /// The analyzer's name; of a library that is none, that of its file.
    pub(crate) fn name(&self) -> String {
        match &self.described {
            Ok(description) => description.name.clone(),
            Err(_) => self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        }
    }
}

/// What is to become of the analyzers that were found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wishes {
    pub(crate) config: Arc<Config>,
    /// What people switched since.
    pub(crate) overrides: Overrides,
    /// Of those that crashed: whether they may run, and how it was, in words.
    pub(crate) standing: BTreeMap<String, (Standing, String)>,
    /// How often analyzers were left out so far.
    pub(crate) quarantines: u64,
    /// What analyzers were found to take, bytes.
    pub(crate) measured: BTreeMap<String, u64>,
    /// Where those are that no group names.
    pub(crate) placed: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
pub(crate) struct Registry {
    analyzers: BTreeMap<String, Plugin>,
    /// Libraries that are no usable analyzers.
    broken: Vec<Plugin>,
    wishes: Wishes,
}

impl Registry {
    /// Where two libraries have an analyzer of the same name, the first one has it.
    pub(super) fn new(plugins: Vec<Plugin>, wishes: Wishes) -> Self {
        let mut registry = Registry { wishes, ..Registry::default() };
        for plugin in plugins {
            match &plugin.described {
                Err(_) => registry.broken.push(plugin),
                Ok(description) => {
                    let name = description.name.clone();
                    if let Some(first) = registry.analyzers.get(&name) {
                        let reason = hidden_by(first, &name);
                        registry.broken.push(Plugin { described: Err(reason), ..plugin });
                        continue;
                    }
                    let description = registry.wishes.config.analyzer(&name).apply(description.clone());
                    registry.analyzers.insert(name, Plugin { described: Ok(description), ..plugin });
                }
            }
        }
        registry.break_circles();
        registry.wishes.placed = placement::place(registry.bundles(), &registry.takers());
        registry
    }

    fn takers(&self) -> Vec<Taker> {
        let auto = self.wishes.config.groups.iter().filter(|(_, group)| group.is_auto());
        auto.map(|(name, group)| Taker { group: name.clone(), limit: group.memory_mib.map(|mib| mib << 20) })
            .collect()
    }

    /// Analyzers by who needs whom frame by frame.
    fn bundles(&self) -> Vec<Bundle> {
        // With each whether its group was named for it, which outranks where others were placed.
        let mut bundles: Vec<(Bundle, bool)> = Vec::new();
        for name in self.names() {
            let Some((_, description)) = self.get(name) else { continue };
            let beside = |other: &&FindingsRequest| other.needed && other.scope == FindingsScope::PerFrame;
            let needs = description.findings.iter().filter(beside).map(|other| other.analyzer.clone());
            let fixed = self.fixed_group(name);
            let mut bundle = Bundle {
                // Those it needs may come later, and join it then.
                names: std::iter::once(name.to_owned()).chain(needs).collect(),
                bytes: self.wishes.measured.get(name).copied().unwrap_or(description.memory_mib << 20),
                group: fixed.or_else(|| self.wishes.placed.get(name)).cloned(),
            };
            let mut named = fixed.is_some();
            let joins =
                |(other, _): &(Bundle, bool)| other.names.iter().any(|one| bundle.names.contains(one));
            let (joined, others): (Vec<_>, Vec<_>) = bundles.into_iter().partition(joins);
            for (other, other_named) in joined {
                bundle.names.extend(other.names);
                bundle.bytes += other.bytes;
                if bundle.group.is_none() || other_named && !named {
                    (bundle.group, named) = (other.group, other_named);
                }
            }
            bundle.names.sort();
            bundle.names.dedup();
            bundles = others;
            bundles.push((bundle, named));
        }
        bundles.into_iter().map(|(bundle, _)| bundle).collect()
    }

    /// Whether somebody wants it to run by itself, who: by hand, or else the configuration.
    pub(crate) fn is_enabled(&self, name: &str) -> bool {
        self.wishes.overrides.of(name).enabled.unwrap_or_else(|| self.wishes.config.is_enabled(name))
    }

    /// What was switched by hand.
    pub(crate) fn override_of(&self, name: &str) -> Override {
        self.wishes.overrides.of(name)
    }

    /// The group that runs an analyzer; `None` where none takes it.
    pub(crate) fn group_of(&self, name: &str) -> Option<&str> {
        self.fixed_group(name).or_else(|| self.wishes.placed.get(name)).map(String::as_str)
    }

    /// The group that a person or the configuration named for it.
    fn fixed_group(&self, name: &str) -> Option<&String> {
        let groups = &self.wishes.config.groups;
        let by_hand = self.wishes.overrides.of(name).group;
        let group = by_hand.as_deref().filter(|group| groups.contains_key(*group));
        groups.get_key_value(group.or_else(|| self.wishes.config.group_of(name))?).map(|(group, _)| group)
    }

    /// Where those are that no group names.
    pub(crate) fn placed(&self) -> &BTreeMap<String, String> {
        &self.wishes.placed
    }

    /// How often analyzers were left out since the daemon started, and how many are now.
    pub(crate) fn quarantines(&self) -> (u64, usize) {
        (self.wishes.quarantines, self.names().filter(|name| self.why_held(name).is_some()).count())
    }

    /// Why an analyzer is switched off; `None` where it is on.
    pub(crate) fn why_off(&self, name: &str) -> Option<String> {
        if !self.is_enabled(name) {
            if self.override_of(name).enabled == Some(false) {
                return Some(format!("switched off by hand; `vactl plugins enable {name}` switches it on"));
            }
            return Some(match self.wishes.config.analyzer(name).enabled {
                Some(_) => format!("switched off by [analyzers.{name}] enabled = false"),
                None => format!("off by default; [analyzers.{name}] enabled = true switches it on"),
            });
        }
        let none = || {
            format!(
                "no group takes it; name it in the analyzers of a [groups.NAME], or give one \"*\" for {name}"
            )
        };
        self.group_of(name).is_none().then(none)
    }

    /// Why an analyzer is left out for a while; `None` where it is not.
    pub(crate) fn why_held(&self, name: &str) -> Option<String> {
        let (standing, how) = self.wishes.standing.get(name)?;
        let Standing::Held { crashes, .. } = standing else { return None };
        Some(format!(
            "left out for a while after {crashes} crashes in a row, the last: {how}; `vactl plugins why {name}` tells \
             more, `vactl plugins enable {name}` ends it"
        ))
    }

    /// It was left out for a while, and its next run decides.
    pub(crate) fn is_on_trial(&self, name: &str) -> bool {
        matches!(self.wishes.standing.get(name), Some((Standing::OnTrial { .. }, _)))
    }

    /// The analyzers that each group's worker has: all that run by themselves, and those that they need or want.
    pub(crate) fn groups(&self) -> BTreeMap<String, Vec<String>> {
        let enabled = self.names().filter(|name| self.is_enabled(name));
        let all: BTreeSet<String> = enabled.flat_map(|name| self.with_wanted(name)).collect();
        let fit = |name: &String| {
            self.get(name).is_some() && self.why_held(name).is_none() && !self.is_on_trial(name)
        };
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in all.into_iter().filter(fit) {
            if let Some(group) = self.group_of(&name) {
                groups.entry(group.to_owned()).or_default().push(name);
            }
        }
        groups
    }

    /// Those that run by themselves and need or want an analyzer.
    pub(crate) fn users_of(&self, name: &str) -> Vec<String> {
        let enabled = self.names().filter(|other| *other != name && self.why_off(other).is_none());
        enabled.filter(|other| self.with_wanted(other).contains(name)).map(str::to_owned).collect()
    }

    /// Analyzers that wait for each other's findings in a circle would do so for ever.
    fn break_circles(&mut self) {
        let names: Vec<String> = self.analyzers.keys().cloned().collect();
        for name in names {
            let Some(circle) = self.way(&name, &name, |_| true) else { continue };
            if let Some(plugin) = self.analyzers.remove(&name) {
                let reason = format!("its findings depend on themselves: {}", circle.join(" needs "));
                self.broken.push(Plugin { described: Err(reason), ..plugin });
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

    pub(crate) fn broken(&self) -> &[Plugin] {
        &self.broken
    }

    /// The file of this name, whether it is a usable analyzer or not.
    pub(crate) fn plugin(&self, name: &str) -> Option<&Plugin> {
        self.analyzers.get(name).or_else(|| self.broken.iter().find(|plugin| plugin.name() == name))
    }
}

fn hidden_by(first: &Plugin, name: &str) -> String {
    let place = first.path.display();
    match first.origin {
        Origin::Added => {
            format!(
                "{place}, which was added, has the analyzer {name:?}; `vactl plugins remove {name}` lets this one run"
            )
        }
        Origin::Folder => format!("{place} has an analyzer {name:?} already; remove one of them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            sdk_version: None,
        };
        Plugin {
            path: PathBuf::from(format!("/{name}.so")),
            identity: Identity::default(),
            origin: Origin::Folder,
            worker_sdk: None,
            described: Ok(description),
        }
    }

    #[test]
    fn a_circle_is_told_with_its_chain_and_does_not_take_others_with_it() {
        let plugins = vec![
            plugin("a", &[("b", true)]),
            plugin("b", &[("c", false)]),
            plugin("c", &[("a", true)]),
            plugin("d", &[("a", false)]),
        ];
        let registry = Registry::new(plugins, Wishes::default());
        let broken = &registry.broken()[0];
        assert_eq!(broken.path, PathBuf::from("/a.so"));
        let reason = "its findings depend on themselves: a needs b needs c needs a";
        assert_eq!(broken.described, Err(reason.to_owned()));
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
        let registry = Registry::new(plugins, Wishes::default());
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
        let registry = Registry::new(plugins, Wishes::default());
        let wanted: Vec<String> = registry.with_wanted("story").into_iter().collect();
        assert_eq!(wanted, ["speech", "story", "wanted_words"]);
        assert_eq!(registry.with_needed("story").len(), 1);
    }

    fn with(plugins: Vec<Plugin>, config: &str, change: impl FnOnce(&mut Wishes)) -> Registry {
        let config = Arc::new(Config::of_text(config));
        let mut wishes = Wishes { config, ..Wishes::default() };
        change(&mut wishes);
        Registry::new(plugins, wishes)
    }

    #[test]
    fn what_a_person_switched_outranks_the_configuration() {
        let config = "[analyzers.a]\nenabled = false\n[groups.main]\nanalyzers = [\"*\"]\n[groups.gpu]\nanalyzers = []";
        let registry = with(vec![plugin("a", &[]), plugin("b", &[])], config, |wishes| {
            wishes.overrides.enable("a", true);
            wishes.overrides.enable("b", false);
            wishes.overrides.move_to("a", "gpu");
        });
        assert_eq!((registry.why_off("a"), registry.group_of("a")), (None, Some("gpu")));
        let off = registry.why_off("b").expect("off");
        assert!(off.contains("by hand") && off.contains("vactl plugins enable b"), "{off}");
        assert_eq!(registry.groups(), BTreeMap::from([("gpu".to_owned(), vec!["a".to_owned()])]));
    }

    #[test]
    fn a_group_that_is_gone_leaves_the_configuration_to_say_where() {
        let registry = with(vec![plugin("a", &[])], "", |wishes| wishes.overrides.move_to("a", "gone"));
        assert_eq!(registry.group_of("a"), Some("main"));
    }

    #[test]
    fn who_is_held_or_on_trial_is_in_no_group() {
        let plugins = vec![plugin("a", &[]), plugin("b", &[]), plugin("c", &[("a", true)])];
        let until = std::time::Instant::now();
        let registry = with(plugins, "", |wishes| {
            let held = (Standing::Held { until, crashes: 3 }, "was killed".to_owned());
            wishes.standing.insert("a".to_owned(), held);
            wishes.standing.insert("b".to_owned(), (Standing::OnTrial { crashes: 3 }, String::new()));
        });
        assert_eq!(registry.groups(), BTreeMap::from([("main".to_owned(), vec!["c".to_owned()])]));
        let why = registry.why_held("a").expect("held");
        assert!(why.contains("3 crashes") && why.contains("was killed"), "{why}");
        assert_eq!((registry.why_held("b"), registry.is_on_trial("b")), (None, true));
        assert_eq!(registry.users_of("a"), ["c"]);
    }

    #[test]
    fn groups_share_by_memory_and_who_feeds_others_frame_by_frame_stays_with_them() {
        let plugins = vec![
            plugin("ages", &[("faces", true)]),
            plugin("cuts", &[]),
            plugin("faces", &[]),
            plugin("gaze", &[("faces", true)]),
        ];
        let config =
            "[groups.x]\nanalyzers = \"auto\"\n[groups.y]\nanalyzers = \"auto\"\n[groups.z]\nanalyzers = []";
        let measured = [("ages", 5), ("cuts", 30), ("faces", 9), ("gaze", 6)];
        let measured = measured.map(|(name, mib)| (name.to_owned(), mib << 20));
        let registry = with(plugins.clone(), config, |wishes| wishes.measured = measured.clone().into());
        assert_eq!(registry.group_of("cuts"), Some("x"), "the largest comes first");
        assert!(["ages", "faces", "gaze"].iter().all(|name| registry.group_of(name) == Some("y")));
        // Who is moved takes those with it that it needs, and who was placed stays.
        let moved = with(plugins, config, |wishes| {
            wishes.placed = registry.placed().clone();
            wishes.overrides.move_to("faces", "z");
        });
        assert!(["ages", "faces", "gaze"].iter().all(|name| moved.group_of(name) == Some("z")));
        assert_eq!(moved.group_of("cuts"), Some("x"));
    }
}
