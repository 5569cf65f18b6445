//! What can be set.

use serde::Deserialize;
use va_analyzer_sdk::{Result, within};

/// `[analyzers.audio_environment.settings]`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What is not louder is silence, dBFS.
    pub silence_dbfs: f32,
    /// What is louder is never silence, dBFS.
    pub audible_dbfs: f32,
    /// Between the two a frame is silence whose energy is at most this share of the usual one (the geometric mean over the
    /// frames that are not silent outright).
    pub silence_energy_ratio: f32,
    /// How much evidence a change from one kind of sound to another takes, powers of ten.
    pub change_cost: f32,
    /// The least mean score of a place for it to be the environment, 0..1. With YAMNet alone.
    pub least_place_score: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            silence_dbfs: -70.0,
            audible_dbfs: -40.0,
            silence_energy_ratio: 0.03,
            change_cost: 16.0,
            least_place_score: 0.1,
        }
    }
}

impl Settings {
    /// # Errors
    /// Where a value is out of its range, naming it.
    pub fn check(&self) -> Result<()> {
        within("silence_dbfs", self.silence_dbfs, -120.0..=0.0)?;
        within("audible_dbfs", self.audible_dbfs, self.silence_dbfs..=0.0)?;
        within("silence_energy_ratio", self.silence_energy_ratio, 0.0..=1.0)?;
        within("change_cost", self.change_cost, 0.0..=1000.0)?;
        within("least_place_score", self.least_place_score, 0.0..=1.0)
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
        let default = Settings::default();
        assert!(refused(Settings { silence_dbfs: 3.0, ..default }).starts_with("silence_dbfs is 3"));
        let message = refused(Settings { audible_dbfs: -80.0, ..default });
        assert_eq!(message, "audible_dbfs is -80, but must be -70 to 0");
        assert!(
            refused(Settings { silence_energy_ratio: f32::NAN, ..default }).contains("silence_energy_ratio")
        );
        assert!(refused(Settings { change_cost: -1.0, ..default }).contains("change_cost"));
        assert!(refused(Settings { least_place_score: 2.0, ..default }).contains("least_place_score"));
    }
}
