//! `[groups.NAME]`: which analyzers share a worker process, on which device, with how much of the machine.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct GroupConfig {
    pub(crate) device: Device,
    /// Names of analyzers; `*` for all that no other group names.
    pub(crate) analyzers: Vec<String>,
    /// Threads that an analyzer of this group may keep busy; 0: as many as the machine has cores.
    pub(crate) threads: usize,
    /// Memory that the worker may allocate, MiB; no limit where it is not given.
    pub(crate) memory_mib: Option<u64>,
}

/// Where a group's analyzers run. Analyzers of this version use the CPU alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Device {
    Cpu,
    /// The best there is.
    #[default]
    Auto,
}

impl Default for GroupConfig {
    fn default() -> Self {
        GroupConfig { device: Device::Auto, analyzers: vec!["*".to_owned()], threads: 0, memory_mib: None }
    }
}

impl GroupConfig {
    pub(crate) fn device(&self) -> &'static str {
        match self.device {
            Device::Cpu | Device::Auto => "cpu",
        }
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
        for analyzer in &group.analyzers {
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
    problems
}
