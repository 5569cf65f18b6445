//! Whether a text is believed: Whisper invents words where there are none, and repeats itself where it is lost.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::search::Text;
use crate::settings::Settings;

/// With this probability of no speech and a doubtful text there was none (as Whisper's authors have it).
const NO_SPEECH: f32 = 0.6;

/// What is known of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signs {
    pub mean_log_probability: f64,
    /// Bytes of the text for each byte of it compressed.
    pub compression_ratio: f64,
    /// As the model says before it writes.
    pub no_speech: f32,
    /// Nobody says so much in so short a time.
    pub breathless: bool,
}

/// What is to be done with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belief {
    Believed,
    /// It is to be written anew, more freely.
    Doubted,
    /// Nothing was said.
    NoSpeech,
}

impl Signs {
    pub fn of(text: &Text, written: &str, no_speech: f32) -> Self {
        Signs {
            mean_log_probability: text.mean_log_probability(),
            compression_ratio: compression_ratio(written),
            no_speech,
            breathless: text.breathless,
        }
    }

    pub fn belief(&self, settings: &Settings) -> Belief {
        let unlikely = self.mean_log_probability < settings.least_mean_log_probability;
        if unlikely && self.no_speech > NO_SPEECH {
            Belief::NoSpeech
        } else if unlikely || self.breathless || self.compression_ratio > settings.max_compression_ratio {
            Belief::Doubted
        } else {
            Belief::Believed
        }
    }
}

/// Text that repeats itself compresses well; plain speech has 1 to 2.
pub fn compression_ratio(text: &str) -> f64 {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let compressed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    let length = compressed.expect("memory takes all that is written to it").len();
    text.len() as f64 / length.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn belief(mean_log_probability: f64, compression_ratio: f64, no_speech: f32) -> Belief {
        Signs { mean_log_probability, compression_ratio, no_speech, breathless: false }
            .belief(&Settings::default())
    }

    #[test]
    fn repetition_compresses_and_speech_does_not() {
        let speech =
            "and mister john dashwood had then leisure to consider how much there might be prudently";
        assert!((0.9..1.5).contains(&compression_ratio(speech)), "{}", compression_ratio(speech));
        assert!(compression_ratio(&"I am sorry. ".repeat(12)) > 2.4);
        assert!(compression_ratio("") < 1.0);
    }

    #[test]
    fn a_text_is_doubted_where_it_is_unlikely_or_repeats_itself() {
        assert_eq!(belief(-0.3, 1.4, 0.9), Belief::Believed);
        assert_eq!(belief(-0.3, 2.5, 0.1), Belief::Doubted);
        assert_eq!(belief(-1.1, 1.4, 0.1), Belief::Doubted);
        assert_eq!(belief(-1.1, 1.4, 0.7), Belief::NoSpeech);
        let breathless =
            Signs { mean_log_probability: -0.3, compression_ratio: 1.4, no_speech: 0.1, breathless: true };
        assert_eq!(breathless.belief(&Settings::default()), Belief::Doubted);
    }
}
