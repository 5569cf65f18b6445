//! `[analyzers.temporal_flow.settings]`.

use std::ops::Bound::{Excluded, Unbounded};

use serde::Deserialize;
use va_analyzer_sdk::{Result, within};

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// No part is shorter, seconds, above 0; but for hooks and calls, which may have 1.5 s.
    pub(crate) shortest_part_s: f64,
    /// A video has so many parts at most, 1 or more; hooks and calls not counted.
    pub(crate) most_parts: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { shortest_part_s: 3.0, most_parts: 12 }
    }
}

impl Settings {
    pub(crate) fn checked(self) -> Result<Self> {
        within("shortest_part_s", self.shortest_part_s, (Excluded(0.0), Unbounded))?;
        within("most_parts", self.most_parts, 1..)?;
        Ok(self)
    }

    pub(crate) fn shortest_s(&self, duration_s: f64) -> f64 {
        self.shortest_part_s.max(duration_s / (self.most_parts as f64 + 1.0))
    }
}
