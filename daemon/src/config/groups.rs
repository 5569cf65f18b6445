//! `[groups.NAME]`: which analyzers share a worker process, on which device, with how much of the machine.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Unexpected, Visitor};

/// In the place of names: a share of all that no group names, by the memory that they take.
const AUTO: &str = "auto";

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct GroupConfig {
    pub(crate) device: Device,
    /// Names of analyzers; `*` for all that no other group names; `auto` for a share of them.
    #[serde(deserialize_with = "names")]
    pub(crate) analyzers: Vec<String>,
    /// Threads that an analyzer of this group may keep busy; 0: as many as the machine has cores.
    pub(crate) threads: usize,
    /// Memory that the worker may allocate, MiB; no limit where it is not given.
    pub(crate) memory_mib: Option<u64>,
    /// What becomes of it where its GPU is not there.
    pub(crate) gpu_missing: GpuMissing,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GpuMissing {
    /// It runs on the CPU, with a warning.
    #[default]
    Cpu,
    /// Its analyzers are unavailable.
    Fail,
}

/// Where a group's models run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Device {
    Cpu,
    /// A GPU by its number.
    Cuda(u32),
    /// The first GPU where one can be used, else the CPU.
    #[default]
    Auto,
}

impl TryFrom<String> for Device {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match (text.as_str(), text.strip_prefix("cuda:").map(str::parse)) {
            ("cpu", _) => Ok(Device::Cpu),
            ("auto", _) => Ok(Device::Auto),
            (_, Some(Ok(number))) => Ok(Device::Cuda(number)),
            _ => Err(format!("unknown device {text:?}, expected \"cpu\", \"auto\" or \"cuda:N\"")),
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Device::Cpu => f.write_str("cpu"),
            Device::Cuda(number) => write!(f, "cuda:{number}"),
            Device::Auto => f.write_str("auto"),
        }
    }
}

impl Default for GroupConfig {
    fn default() -> Self {
        GroupConfig {
            device: Device::Auto,
            analyzers: vec!["*".to_owned()],
            threads: 0,
            memory_mib: None,
            gpu_missing: GpuMissing::default(),
        }
    }
}

/// Names; or the word `auto` by itself.
fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Names;

    impl<'de> Visitor<'de> for Names {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of names, or \"auto\"")
        }

        fn visit_str<E: Error>(self, word: &str) -> Result<Vec<String>, E> {
            let unknown = || E::invalid_value(Unexpected::Str(word), &self);
            if word == AUTO { Ok(vec![word.to_owned()]) } else { Err(unknown()) }
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<String>, A::Error> {
            let mut names = Vec::new();
            while let Some(name) = list.next_element()? {
                names.push(name);
            }
            Ok(names)
        }
    }

    deserializer.deserialize_any(Names)
}

impl GroupConfig {
    /// It takes a share of what no group names.
    pub(crate) fn is_auto(&self) -> bool {
        self.analyzers.iter().any(|name| name == AUTO)
    }

    pub(crate) fn threads(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
    }
}

pub(super) fn check(groups: &BTreeMap<String, GroupConfig>) -> Vec<(String, String)> {
    let mut problems = Vec::new();
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, group) in groups {
        for analyzer in group.analyzers.iter().filter(|name| *name != AUTO) {
            if let Some(other) = taken.insert(analyzer, name) {
                let key = format!("[groups.{name}] analyzers");
                problems.push((key, format!("{analyzer:?} is in group {other:?} already")));
            }
        }
        if group.memory_mib.is_some_and(|mib| mib < 64) {
            let key = format!("[groups.{name}] memory_mib");
            problems.push((key, "must be at least 64: a worker needs that much to start".to_owned()));
        }
    }
    let rest = groups.iter().find(|(_, group)| group.analyzers.iter().any(|name| name == "*"));
    let auto = groups.iter().find(|(_, group)| group.is_auto());
    if let Some(((rest, _), (auto, _))) = rest.zip(auto) {
        let message = format!("\"auto\" takes what no group names, and {rest:?} has \"*\", which does, too");
        problems.push((format!("[groups.{auto}] analyzers"), message));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_read_and_written_alike() {
        for text in ["cpu", "auto", "cuda:0", "cuda:12"] {
            assert_eq!(Device::try_from(text.to_owned()).expect("known").to_string(), text);
        }
        for text in ["gpu", "cuda", "cuda:", "cuda:x", "CPU", ""] {
            assert!(Device::try_from(text.to_owned()).expect_err("unknown").contains("cuda:N"), "{text}");
        }
    }

    #[test]
    fn groups_may_share_what_no_group_names() {
        let groups = |text: &str| toml::from_str::<BTreeMap<String, GroupConfig>>(text);
        let two = groups("[a]\nanalyzers = \"auto\"\n[b]\nanalyzers = [\"faces\", \"auto\"]").expect("valid");
        assert!(two.values().all(GroupConfig::is_auto) && check(&two).is_empty());
        let both = groups("[a]\nanalyzers = \"auto\"\n[b]\nanalyzers = [\"*\"]").expect("read");
        assert!(check(&both)[0].1.contains("which does, too"));
        let error = groups("[a]\nanalyzers = \"all\"").expect_err("no such word").to_string();
        assert!(error.contains("a list of names, or \"auto\""), "{error}");
    }
}
