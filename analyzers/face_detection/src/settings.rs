//! What an operator can set.

use serde::Deserialize;
use va_analyzer_sdk::{Result, within};

/// The analyzer's table of the configuration. What is not given is as the detector that runs wants it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Pixels of the longer side of what the detector sees: smaller is faster, larger finds smaller faces. No matter
    /// with `face-detector-short`, which always sees 128.
    pub input_side: Option<u32>,
    /// Least score of a face, 0..1.
    pub confidence: Option<f32>,
    /// Searches every second frame, and those between only where faces come, go or move far.
    pub interpolate: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { input_side: None, confidence: None, interpolate: true }
    }
}

impl Settings {
    /// # Errors
    /// Names the key that makes no sense.
    pub fn check(&self) -> Result<()> {
        self.input_side.map_or(Ok(()), |side| within("input_side", side, 64..=2048))?;
        self.confidence.map_or(Ok(()), |score| within("confidence", score, 0.05..1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_makes_no_sense_by_its_key() {
        assert!(Settings::default().check().is_ok());
        let wrong = [
            Settings { input_side: Some(32), ..Settings::default() },
            Settings { confidence: Some(f32::NAN), ..Settings::default() },
        ];
        for (settings, key) in wrong.iter().zip(["input_side", "confidence"]) {
            assert!(settings.check().expect_err(key).message.starts_with(key));
        }
    }
}
