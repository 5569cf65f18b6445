//! `[analyzers.object_detection.settings]`.

use serde::Deserialize;
use va_analyzer_sdk::{Error, Result};

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// What scores no more than this is not reported, 0 to below 1.
    pub(crate) score: f32,
    /// Of two boxes of a class that share more than this (intersection over union) the better one stays, 0 to 1.
    pub(crate) iou: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { score: 0.3, iou: 0.45 }
    }
}

impl Settings {
    pub(crate) fn checked(self) -> Result<Self> {
        let Settings { score, iou } = self;
        if !(0.0..1.0).contains(&score) {
            return Err(Error::new(format!("the setting score is {score}, but must be 0 to below 1")));
        }
        if !(0.0..=1.0).contains(&iou) {
            return Err(Error::new(format!("the setting iou is {iou}, but must be 0 to 1")));
        }
        Ok(self)
    }
}
