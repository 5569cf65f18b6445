//! `[analyzers.body_pose.settings]`.

use serde::Deserialize;
use va_analyzer_sdk::{Error, Result};

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
        let Settings { confidence, least_side } = self;
        if !(0.0..=1.0).contains(&confidence) {
            return Err(Error::new(format!("the setting confidence is {confidence}, but must be 0 to 1")));
        }
        if !(1.0..=640.0).contains(&least_side) {
            return Err(Error::new(format!("the setting least_side is {least_side}, but must be 1 to 640")));
        }
        Ok(self)
    }
}
