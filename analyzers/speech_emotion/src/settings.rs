//! What can be set.

use serde::Deserialize;
use va_analyzer_sdk::{Result, within};
use va_inference::audio::vad::{RATE, Rules};

/// `[analyzers.speech_emotion.settings]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Probability of speech from which on an utterance begins, 0.05..1.
    pub speech: f32,
    /// An utterance that is longer is cut in two, seconds, 2..60.
    pub window_s: f64,
    /// How far from 0.5 arousal and valence must be for an emotion to be read off them, 0..0.5.
    pub clear: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { speech: 0.5, window_s: 10.0, clear: 0.2 }
    }
}

impl Settings {
    /// # Errors
    /// Where a value is out of its range, naming it.
    pub fn check(&self) -> Result<()> {
        within("speech", self.speech, 0.05..=1.0)?;
        within("window_s", self.window_s, 2.0..=60.0)?;
        within("clear", self.clear, 0.0..=0.5)
    }

    /// What an utterance is: half a second of silence ends it.
    pub(crate) fn rules(&self) -> Rules {
        Rules {
            least_pause: u64::from(RATE / 2),
            longest: (self.window_s * f64::from(RATE)) as u64,
            ..Rules::beginning_at(self.speech).sure()
        }
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
        let long = Settings { window_s: 61.0, ..Settings::default() };
        assert!(refused(long).contains("window_s is 61, but must be 2 to 60"));
        assert!(refused(Settings { clear: f64::NAN, ..Settings::default() }).contains("clear is NaN"));
    }
}
