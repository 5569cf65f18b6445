//! `[analyzers.object_detection.settings]`.

use serde::Deserialize;
use va_analyzer_sdk::{Result, within};

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// What is followed and scores no more than this here is not reported, 0 to below 1.
    pub(crate) score: f32,
    /// From this score on, seen twice in a row, something new is followed, 0 to below 1.
    pub(crate) new_score: f32,
    /// From this score on a single sight is enough, 0 to below 1.
    pub(crate) sure_score: f32,
    /// Of two boxes of a class that share more than this (intersection over union) the better one stays, 0 to 1.
    pub(crate) iou: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { score: 0.3, new_score: 0.5, sure_score: 0.6, iou: 0.45 }
    }
}

impl Settings {
    pub(crate) fn checked(self) -> Result<Self> {
        within("score", self.score, 0.0..1.0)?;
        within("new_score", self.new_score, 0.0..1.0)?;
        within("sure_score", self.sure_score, 0.0..1.0)?;
        within("iou", self.iou, 0.0..=1.0)?;
        Ok(self)
    }
}
