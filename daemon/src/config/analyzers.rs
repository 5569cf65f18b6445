//! `[analyzers.NAME]`: what to change of an analyzer's own defaults.

use serde::Deserialize;
use va_protocol::worker::description::{AnalyzerDescription, Sampling};

/// They run for others that need their findings, and by themselves only where somebody wants to see them.
const OFF_BY_DEFAULT: [&str; 2] = ["emotion_detection", "face_detection"];

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AnalyzerConfig {
    /// Where it is not given: all run but those of [`OFF_BY_DEFAULT`].
    pub(crate) enabled: Option<bool>,
    /// Look at every n-th frame.
    pub(crate) every_nth: Option<u32>,
    /// Look at so many frames a second.
    pub(crate) per_second: Option<f64>,
    /// Frames in one call.
    pub(crate) batch: Option<u32>,
    /// A single call may take this long, seconds.
    pub(crate) call_limit_s: f64,
    /// Handed to the analyzer as they are.
    pub(crate) settings: toml::Table,
}

impl Default for AnalyzerConfig {
    fn default() -> Self {
        AnalyzerConfig {
            enabled: None,
            every_nth: None,
            per_second: None,
            batch: None,
            call_limit_s: 60.0,
            settings: toml::Table::new(),
        }
    }
}

impl AnalyzerConfig {
    pub(super) fn check(&self, name: &str) -> Vec<(String, String)> {
        let section = format!("analyzers.{name}");
        let numbers = [
            ("every_nth", self.every_nth.map(f64::from)),
            ("per_second", self.per_second),
            ("batch", self.batch.map(f64::from)),
            ("call_limit_s", Some(self.call_limit_s)),
        ];
        let set = numbers.into_iter().filter_map(|(key, number)| Some((key, number?)));
        let mut problems: Vec<_> =
            set.filter_map(|(key, number)| super::positive(&section, key, number)).collect();
        if self.every_nth.is_some() && self.per_second.is_some() {
            problems.push((format!("[{section}]"), "every_nth and per_second exclude each other".to_owned()));
        }
        problems
    }

    pub(super) fn is_enabled(&self, name: &str) -> bool {
        self.enabled.unwrap_or(!OFF_BY_DEFAULT.contains(&name))
    }

    /// The description with this configuration's changes.
    pub(crate) fn apply(&self, mut description: AnalyzerDescription) -> AnalyzerDescription {
        if let Some(frames) = &mut description.frames {
            if let Some(n) = self.every_nth {
                frames.sampling = Sampling::EveryNth(n);
            }
            if let Some(rate) = self.per_second {
                frames.sampling = Sampling::PerSecond(rate);
            }
        }
        if let Some(batch) = self.batch {
            description.batch = batch;
        }
        description
    }
}
