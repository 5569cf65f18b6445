//! `[analyzers.body_pose.settings]`.

use serde::Deserialize;
use va_analyzer_sdk::{Result, within};

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// A point with less confidence is not seen, 0 to 1.
    pub(crate) confidence: f32,
    /// A person whose longer side has fewer pixels, in the frame of 640, is not looked at closely: all its points are
    /// unknown.
    pub(crate) least_side: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { confidence: 0.3, least_side: 32.0 }
    }
}

impl Settings {
    pub(crate) fn checked(self) -> Result<Self> {
        within("confidence", self.confidence, 0.0..=1.0)?;
        within("least_side", self.least_side, 1.0..=640.0)?;
        Ok(self)
    }
}
