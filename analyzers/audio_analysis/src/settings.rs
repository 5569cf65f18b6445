//! The analyzer's settings, and what they may be.

use serde::Deserialize;
use va_analyzer_sdk::{Error, Result};

/// `[analyzers.audio_analysis.settings]`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Slowest tempo that is looked for.
    pub tempo_min_bpm: f64,
    /// Fastest tempo that is looked for.
    pub tempo_max_bpm: f64,
    /// How alike the onsets must be to themselves one beat later for a beat, 0..1; short sound must be clearer, see
    /// [`least_clarity`](crate::tempo::least_clarity).
    pub beat_clarity_min: f64,
    /// Lowest pitch that is looked for.
    pub pitch_min_hz: f64,
    /// Highest pitch that is looked for.
    pub pitch_max_hz: f64,
    /// Share of a second's frames that must be voiced for it to have a pitch, 0..1.
    pub voiced_min: f64,
    /// How well peaks must keep to semitones for a key, 0..1.
    pub key_tunedness_min: f64,
    /// How well the pitch classes must fit a key's profile, -1..1.
    pub key_correlation_min: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            tempo_min_bpm: 50.0,
            tempo_max_bpm: 220.0,
            beat_clarity_min: 0.1,
            pitch_min_hz: 65.0,
            pitch_max_hz: 1000.0,
            voiced_min: 0.2,
            key_tunedness_min: 0.1,
            key_correlation_min: 0.65,
        }
    }
}

impl Settings {
    /// # Errors
    /// Where a range is empty or out of reach, naming both of its keys.
    pub fn check(&self) -> Result<()> {
        let range = |low: f64, high: f64, least: f64, most: f64| low >= least && high <= most && low < high;
        if !range(self.tempo_min_bpm, self.tempo_max_bpm, 20.0, 400.0) {
            let Settings { tempo_min_bpm: low, tempo_max_bpm: high, .. } = self;
            return Err(Error::new(format!(
                "tempo_min_bpm = {low} and tempo_max_bpm = {high} are no range within 20 to 400"
            )));
        }
        if !range(self.pitch_min_hz, self.pitch_max_hz, 20.0, 4000.0) {
            let Settings { pitch_min_hz: low, pitch_max_hz: high, .. } = self;
            return Err(Error::new(format!(
                "pitch_min_hz = {low} and pitch_max_hz = {high} are no range within 20 to 4000"
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_usable() {
        assert!(Settings::default().check().is_ok());
    }

    #[test]
    fn an_empty_range_is_named() {
        let settings = Settings { pitch_min_hz: 500.0, pitch_max_hz: 400.0, ..Settings::default() };
        assert!(settings.check().unwrap_err().to_string().contains("pitch_min_hz = 500"));
        let settings = Settings { tempo_min_bpm: f64::NAN, ..Settings::default() };
        assert!(settings.check().is_err());
    }
}
