//! What can be set.

use serde::Deserialize;
use va_analyzer_sdk::{Result, within};
use va_inference::audio::vad::Rules;

/// `[analyzers.speech_flow.settings]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Probability of speech from which on a stretch of speech begins, 0.05..1.
    pub speech: f32,
    /// A word that stands out less is not told as emphasised, 0..1.
    pub emphasis_min: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { speech: 0.5, emphasis_min: 0.4 }
    }
}

impl Settings {
    /// # Errors
    /// Where a value is out of its range, naming it.
    pub fn check(&self) -> Result<()> {
        within("speech", self.speech, 0.05..=1.0)?;
        within("emphasis_min", self.emphasis_min, 0.0..=1.0)
    }

    /// A word by itself may be short, but it is sure. The network goes on for some tenths of a second into a pause and is
    /// early out of it, so that two chunks below may be all that is left of one; what turns out to be none is joined
    /// again. Edges are found by the sound, so there is no margin.
    pub(crate) fn rules(&self) -> Rules {
        Rules { least_pause: 1024, least_speech: 2048, margin: 0, ..Rules::beginning_at(self.speech).sure() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_within_their_ranges() {
        Settings::default().check().expect("usable");
    }

    #[test]
    fn a_value_out_of_range_is_named() {
        let refused = |settings: Settings| settings.check().expect_err("refused").message;
        assert!(refused(Settings { speech: 0.0, ..Settings::default() }).contains("speech"));
        let none = Settings { emphasis_min: f64::NAN, ..Settings::default() };
        assert!(refused(none).contains("emphasis_min is NaN, but must be 0 to 1"));
    }
}
