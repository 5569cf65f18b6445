//! What can be set.

use serde::Deserialize;
use va_analyzer_sdk::{Error, Result, within};

/// `[analyzers.speech_transcription.settings]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The model to run; the best one that is installed, where it is not given.
    pub model: Option<String>,
    /// The language that is spoken, such as `en`; heard out of each window, where it is not given.
    pub language: Option<String>,
    /// Hypotheses that are followed at once; 1 takes the likeliest token each time.
    pub beams: usize,
    /// Windows of up to 30 s that are transcribed at once.
    pub batch: usize,
    /// Tells the model what was said before the windows it transcribes.
    pub context: bool,
    pub precision: Precision,
    /// How freely tokens are drawn, try by try, where a text is not believed. 0 takes the likeliest.
    pub temperatures: Vec<f32>,
    /// A text that compresses better repeats itself, and is not believed.
    pub max_compression_ratio: f64,
    /// A text whose tokens are less likely in the mean is not believed (natural logarithm).
    pub least_mean_log_probability: f64,
    /// Probability of speech from which on a stretch of speech begins, 0.05..1.
    pub speech: f32,
}

/// Which of the two forms of a decoder runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// 8 bits on a processor, float on a GPU.
    Auto,
    Int8,
    Float,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            model: None,
            language: None,
            beams: 1,
            batch: 4,
            context: true,
            precision: Precision::Auto,
            temperatures: vec![0.0, 0.2, 0.4, 0.6, 0.8, 1.0],
            max_compression_ratio: 2.4,
            least_mean_log_probability: -1.0,
            speech: 0.5,
        }
    }
}

impl Settings {
    /// # Errors
    /// Where a value is out of its range, naming it.
    pub fn check(&self) -> Result<()> {
        within("beams", self.beams, 1..=16)?;
        within("batch", self.batch, 1..=64)?;
        within("max_compression_ratio", self.max_compression_ratio, 1.0..)?;
        within("least_mean_log_probability", self.least_mean_log_probability, ..=0.0)?;
        within("speech", self.speech, 0.05..=1.0)?;
        if self.temperatures.is_empty() {
            return Err(Error::new("the setting temperatures is empty: name at least one, such as 0.0"));
        }
        self.temperatures.iter().try_for_each(|&temperature| within("temperatures", temperature, 0.0..=2.0))
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
        assert!(refused(Settings { beams: 0, ..Settings::default() }).contains("beams"));
        assert!(refused(Settings { temperatures: vec![], ..Settings::default() }).contains("temperatures"));
        assert!(refused(Settings { speech: f32::NAN, ..Settings::default() }).contains("speech"));
    }
}
