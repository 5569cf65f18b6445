//! `[analyzers.scene_segmentation.settings]`.

use std::ops::Bound::{Excluded, Unbounded};

use serde::Deserialize;
use va_analyzer_sdk::{Result, within};

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// Over how many cuts two shots may belong together, 1 or more.
    pub(crate) reach_shots: usize,
    /// And over how many seconds, above 0.
    pub(crate) reach_s: f64,
    /// Seconds from one frame that is remembered to the next while the picture stays much the same, above 0.
    pub(crate) look_every_s: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { reach_shots: 4, reach_s: 60.0, look_every_s: 1.0 }
    }
}

impl Settings {
    pub(crate) fn checked(self) -> Result<Self> {
        within("reach_shots", self.reach_shots, 1..)?;
        within("reach_s", self.reach_s, (Excluded(0.0), Unbounded))?;
        within("look_every_s", self.look_every_s, (Excluded(0.0), Unbounded))?;
        Ok(self)
    }
}
