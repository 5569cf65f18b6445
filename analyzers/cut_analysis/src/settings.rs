//! What an operator can set.

use serde::Deserialize;
use va_analyzer_sdk::{Result, within};

/// The analyzer's table of the configuration.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Least score of a hard cut, 0..1; lower finds more.
    pub cut_threshold: f32,
    /// Longest flash, seconds.
    pub flash_s: f64,
    /// Longest gradual transition, seconds.
    pub longest_s: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { cut_threshold: 0.3, flash_s: 0.2, longest_s: 2.0 }
    }
}

impl Settings {
    /// # Errors
    /// Names the key that makes no sense.
    pub fn check(&self) -> Result<()> {
        within("cut_threshold", self.cut_threshold, 0.0..=1.0)?;
        within("flash_s", self.flash_s, 0.0..=1.0)?;
        within("longest_s", self.longest_s, 0.1..=10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_makes_no_sense_by_its_key() {
        assert!(Settings::default().check().is_ok());
        let wrong = [
            Settings { cut_threshold: 1.5, ..Settings::default() },
            Settings { flash_s: -1.0, ..Settings::default() },
            Settings { longest_s: f64::NAN, ..Settings::default() },
        ];
        for (settings, key) in wrong.iter().zip(["cut_threshold", "flash_s", "longest_s"]) {
            assert!(settings.check().expect_err(key).message.starts_with(key));
        }
    }
}
