//! What can be set.

use serde::Deserialize;
use va_analyzer_sdk::{Error, Result};

/// `[analyzers.text_overlay.settings]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// A picture that goes on changing is searched for text every so many frames of the video.
    pub look_every: u64,
    /// Searches only where something changed that may be text. Off: searches every frame that comes.
    pub skip_unchanged: bool,
    /// Readings below are dropped, 0..1.
    pub least_confidence: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { look_every: 30, skip_unchanged: true, least_confidence: 0.6 }
    }
}

impl Settings {
    /// # Errors
    /// Where a value is out of its range, naming it.
    pub fn check(&self) -> Result<()> {
        if self.look_every == 0 {
            return Err(Error::new("look_every must be at least 1"));
        }
        if !(0.0..=1.0).contains(&self.least_confidence) {
            let given = self.least_confidence;
            return Err(Error::new(format!("least_confidence must be 0..1, not {given}")));
        }
        Ok(())
    }
}
