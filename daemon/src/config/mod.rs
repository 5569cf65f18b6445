//! The configuration: `va.toml`, one section a file. Read once, at the start; every problem is reported at once.

mod analyzers;
mod daemon;
#[cfg(test)]
mod documentation;
mod groups;
mod jobs;
mod memory;
mod models;
mod plugins;
mod sandbox;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

pub(crate) use self::analyzers::AnalyzerConfig;
pub(crate) use self::daemon::DaemonConfig;
pub(crate) use self::groups::{Device, GpuMissing, GroupConfig};
pub(crate) use self::jobs::JobsConfig;
pub(crate) use self::memory::MemoryConfig;
pub(crate) use self::models::ModelsConfig;
pub(crate) use self::plugins::PluginsConfig;
pub(crate) use self::sandbox::SandboxConfig;

/// The group that takes what no other group names.
const DEFAULT_GROUP: &str = "main";

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Config {
    pub(crate) daemon: DaemonConfig,
    pub(crate) plugins: PluginsConfig,
    pub(crate) jobs: JobsConfig,
    pub(crate) models: ModelsConfig,
    pub(crate) memory: MemoryConfig,
    pub(crate) sandbox: SandboxConfig,
    pub(crate) groups: BTreeMap<String, GroupConfig>,
    pub(crate) analyzers: BTreeMap<String, AnalyzerConfig>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            daemon: DaemonConfig::default(),
            plugins: PluginsConfig::default(),
            jobs: JobsConfig::default(),
            models: ModelsConfig::default(),
            memory: MemoryConfig::default(),
            sandbox: SandboxConfig::default(),
            groups: BTreeMap::from([(DEFAULT_GROUP.to_owned(), GroupConfig::default())]),
            analyzers: BTreeMap::new(),
        }
    }
}

impl Config {
    /// # Errors
    /// With all that is wrong in the file, each with its line and key.
    pub(crate) fn load(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Config::default()) };
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the configuration {}", path.display()))?;
        Config::parse(&text).map_err(|problems| {
            let mut message =
                format!("the configuration {} is not usable; nothing was started:", path.display());
            for problem in problems {
                let place = problem.line.map_or_else(String::new, |line| format!("line {line}: "));
                let _ = write!(message, "\n  {place}{}: {}", problem.key, problem.message);
            }
            anyhow::Error::msg(message)
        })
    }

    fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let mut reading = Reading { text, problems: Vec::new() };
        let root = match DeTable::parse(text) {
            Ok(root) => root.into_inner(),
            Err(error) => return Err(vec![reading.problem("the file", &error)]),
        };
        let mut config = Config::default();
        for (key, value) in root {
            match key.get_ref().as_ref() {
                "daemon" => config.daemon = reading.section("daemon", value),
                "plugins" => config.plugins = reading.section("plugins", value),
                "jobs" => config.jobs = reading.section("jobs", value),
                "models" => config.models = reading.section("models", value),
                "memory" => config.memory = reading.section("memory", value),
                "sandbox" => config.sandbox = reading.section("sandbox", value),
                "groups" => config.groups = reading.table("groups", value),
                "analyzers" => config.analyzers = reading.table("analyzers", value),
                other => {
                    let message =
                        "no such section; there are daemon, plugins, jobs, models, memory, sandbox, groups and analyzers"
                            .to_owned();
                    let line = Some(line_of(text, key.span().start));
                    reading.problems.push(Problem { line, key: format!("[{other}]"), message });
                }
            }
        }
        let mut problems = reading.problems;
        for (key, message) in config.check() {
            problems.push(Problem { line: None, key, message });
        }
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }

    /// What is wrong although it can be read: key and message.
    fn check(&self) -> Vec<(String, String)> {
        let mut problems = self.daemon.check();
        problems.extend(self.plugins.check());
        problems.extend(self.jobs.check());
        problems.extend(self.memory.check());
        problems.extend(self.sandbox.check());
        problems.extend(groups::check(&self.groups));
        for (name, analyzer) in &self.analyzers {
            problems.extend(analyzer.check(name));
        }
        problems
    }

    /// A text that is right.
    #[cfg(test)]
    pub(crate) fn of_text(text: &str) -> Self {
        Config::parse(text).expect("a configuration")
    }

    /// The group that runs an analyzer; `None` where no group names it and none takes the rest.
    pub(crate) fn group_of(&self, analyzer: &str) -> Option<&str> {
        let names = |group: &GroupConfig, name: &str| group.analyzers.iter().any(|listed| listed == name);
        let by_name = self.groups.iter().find(|(_, group)| names(group, analyzer));
        by_name
            .or_else(|| self.groups.iter().find(|(_, group)| names(group, "*")))
            .map(|(name, _)| name.as_str())
    }

    /// The configuration of an analyzer; the defaults where the file does not name it.
    pub(crate) fn analyzer(&self, name: &str) -> AnalyzerConfig {
        self.analyzers.get(name).cloned().unwrap_or_default()
    }

    pub(crate) fn is_enabled(&self, analyzer: &str) -> bool {
        self.analyzer(analyzer).is_enabled(analyzer)
    }

    /// Plugin folders: those of the configuration.
    pub(crate) fn plugin_folders(&self) -> &[PathBuf] {
        &self.plugins.folders
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    line: Option<usize>,
    key: String,
    message: String,
}

/// Collects problems instead of stopping at the first.
struct Reading<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn section<T: DeserializeOwned + Default>(&mut self, key: &str, value: Spanned<DeValue<'_>>) -> T {
        let start = value.span().start;
        T::deserialize(ValueDeserializer::from(value)).unwrap_or_else(|error| {
            let mut problem = self.problem(&format!("[{key}]"), &error);
            problem.line.get_or_insert_with(|| line_of(self.text, start));
            self.problems.push(problem);
            T::default()
        })
    }

    fn table<T: DeserializeOwned + Default>(
        &mut self,
        key: &str,
        value: Spanned<DeValue<'_>>,
    ) -> BTreeMap<String, T> {
        let line = Some(line_of(self.text, value.span().start));
        match value.into_inner() {
            DeValue::Table(table) => table
                .into_iter()
                .map(|(name, value)| {
                    let section = self.section(&format!("{key}.{}", name.get_ref()), value);
                    (name.into_inner().into_owned(), section)
                })
                .collect(),
            _ => {
                let message = format!("must be tables, such as [{key}.NAME]");
                self.problems.push(Problem { line, key: format!("[{key}]"), message });
                BTreeMap::new()
            }
        }
    }

    fn problem(&self, key: &str, error: &toml::de::Error) -> Problem {
        let line = error.span().map(|span| line_of(self.text, span.start));
        Problem { line, key: key.to_owned(), message: error.message().replace('\n', ", ") }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Key and message, where a number is not above zero.
fn positive(section: &str, key: &str, value: f64) -> Option<(String, String)> {
    (!(value > 0.0 && value.is_finite()))
        .then(|| (format!("[{section}] {key}"), format!("must be above 0, not {value}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) const SHIPPED: &str = include_str!("../../../configs/va.toml");

    #[test]
    fn the_shipped_file_is_the_default() {
        assert_eq!(
            Config::parse(SHIPPED),
            Ok(Config { analyzers: Config::parse(SHIPPED).expect("read").analyzers, ..Config::default() })
        );
        // What is set of an analyzer is its own default: whether it runs by itself is checked here, what it looks at
        // beside its description by the tests of the programs.
        for (name, analyzer) in Config::parse(SHIPPED).expect("read").analyzers {
            assert_eq!(analyzer.is_enabled(&name), AnalyzerConfig::default().is_enabled(&name), "{name}");
            assert_eq!(analyzer.call_limit_s, AnalyzerConfig::default().call_limit_s, "{name}");
        }
        let uncommented: String = SHIPPED
            .lines()
            .map(|line| line.strip_prefix("#: ").unwrap_or(line))
            .fold(String::new(), |all, line| all + line + "\n");
        Config::parse(&uncommented).expect("the examples in the comments are valid, too");
    }

    #[test]
    fn every_problem_is_reported_at_once_with_its_line() {
        let text =
            "[daemon]\ndrain_s = -1\n[jobs]\nconcurent = 2\n[groups.a]\ndevice = \"gpu\"\n[analizers]\n";
        let problems = Config::parse(text).expect_err("four problems");
        let places: Vec<_> = problems.iter().map(|problem| (problem.line, problem.key.as_str())).collect();
        assert!(places.contains(&(Some(4), "[jobs]")), "{places:?}");
        assert!(places.contains(&(Some(7), "[analizers]")), "{places:?}");
        assert!(places.contains(&(Some(6), "[groups.a]")), "{places:?}");
        assert!(places.contains(&(None, "[daemon] drain_s")), "{places:?}");
    }

    #[test]
    fn a_file_that_is_no_toml_says_where() {
        let problems = Config::parse("[daemon]\ndrain_s = = 3\n").expect_err("no TOML");
        assert_eq!(problems[0].line, Some(2));
    }

    #[test]
    fn an_analyzer_belongs_to_the_group_that_names_it_else_to_the_one_that_takes_the_rest() {
        let text = "[groups.a]\nanalyzers = [\"*\"]\n[groups.b]\nanalyzers = [\"faces\"]\n";
        let config = Config::parse(text).expect("valid");
        assert_eq!((config.group_of("faces"), config.group_of("cuts")), (Some("b"), Some("a")));
        let config = Config::parse("[groups.b]\nanalyzers = [\"faces\"]\n").expect("valid");
        assert_eq!(config.group_of("cuts"), None);
    }
}
