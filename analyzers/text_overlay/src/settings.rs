//! What can be set.

use serde::Deserialize;
use va_analyzer_sdk::{Result, within};

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
        within("look_every", self.look_every, 1..)?;
        within("least_confidence", self.least_confidence, 0.0..=1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_configuration_shows_how_often_is_searched() {
        let shown = format!("settings = {{ look_every = {} }}", Settings::default().look_every);
        assert!(
            include_str!("../../../configs/va.toml").contains(&shown),
            "{shown} is not in configs/va.toml"
        );
    }
}
