//! What a network's samples are made into: the rule of the feature extractor that its `preprocessor_config.json` names.

use std::path::Path;

use serde::Deserialize;
use va_analyzer_sdk::{Error, Result};
use va_inference::audio::vad::RATE;

use crate::head::{other, read};

pub const FILE: &str = "preprocessor_config.json";

/// As `Wav2Vec2FeatureExtractor` of Hugging Face's transformers writes itself; what is not said has its defaults.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct Extractor {
    /// Samples get the mean 0 and the variance 1.
    pub do_normalize: bool,
    pub sampling_rate: u32,
}

impl Default for Extractor {
    fn default() -> Self {
        Extractor { do_normalize: true, sampling_rate: RATE }
    }
}

impl Extractor {
    /// # Errors
    /// Where the file is missing or no such file, or where it wants another rate.
    pub fn read(folder: &Path) -> Result<Self> {
        Extractor::of(&read(folder, FILE)?).map_err(|e| e.context(FILE))
    }

    fn of(json: &str) -> Result<Self> {
        let extractor: Extractor = serde_json::from_str(json).map_err(|e| Error::new(e.to_string()))?;
        match extractor.sampling_rate {
            RATE => Ok(extractor),
            rate => Err(other(format!("it hears {rate} Hz, not {RATE}"))),
        }
    }

    /// `(x - mean) / sqrt(variance + 1e-7)`, or as they are.
    pub fn prepared(&self, samples: &[f32]) -> Vec<f32> {
        if !self.do_normalize || samples.is_empty() {
            return samples.to_vec();
        }
        let count = samples.len() as f64;
        let mean = samples.iter().map(|sample| f64::from(*sample)).sum::<f64>() / count;
        let variance = samples.iter().map(|sample| (f64::from(*sample) - mean).powi(2)).sum::<f64>() / count;
        let deviation = (variance + 1e-7).sqrt();
        samples.iter().map(|sample| ((f64::from(*sample) - mean) / deviation) as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_get_mean_0_and_variance_1_where_that_is_asked_for() {
        let samples = [0.3, 0.1, 0.2, -0.2];
        let prepared = Extractor::default().prepared(&samples);
        let mean: f32 = prepared.iter().sum::<f32>() / 4.0;
        let variance: f32 = prepared.iter().map(|sample| sample * sample).sum::<f32>() / 4.0;
        assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-4, "{prepared:?}");
        assert_eq!(Extractor::of(r#"{"do_normalize": false}"#).expect("read").prepared(&samples), samples);
        assert_eq!(Extractor::default().prepared(&[0.5; 3]), [0.0; 3], "silence stays silence");
    }

    #[test]
    fn another_rate_is_refused() {
        let refused = |json: &str| Extractor::of(json).expect_err("refused").message;
        assert!(refused(r#"{"sampling_rate": 8000}"#).contains("it hears 8000 Hz, not 16000"));
        assert!(refused("[").contains("EOF"));
        assert_eq!(Extractor::of("{}").expect("read"), Extractor::default());
    }
}
