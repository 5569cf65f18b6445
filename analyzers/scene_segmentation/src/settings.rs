//! `[analyzers.scene_segmentation.settings]`.

use serde::Deserialize;
use va_analyzer_sdk::{Error, Result};

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
        if self.reach_shots == 0 {
            return Err(Error::new("the setting reach_shots is 0, but must be 1 or more"));
        }
        for (key, value) in [("reach_s", self.reach_s), ("look_every_s", self.look_every_s)] {
            if value.is_nan() || value <= 0.0 {
                return Err(Error::new(format!("the setting {key} is {value}, but must be above 0")));
            }
        }
        Ok(self)
    }
}
