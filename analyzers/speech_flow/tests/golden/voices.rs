//! Speech that ffmpeg's flite makes: no recording, and no word that anybody stressed.

use va_test_media::made;

use crate::{RATE, levels, loud};

/// What a voice says, as it comes.
pub(crate) fn said(voice: &str, text: &str) -> Vec<f32> {
    let source = format!("flite=text='{text}':voice={voice}");
    let path = made("flite.wav", &["-f", "lavfi", "-i", &source, "-ar", "16000", "-ac", "1"]);
    va_test_media::sound(&path, &[])
}

/// Without the silence before and after it: from the first to the last 10 ms that are no more than 30 dB below the loud
/// ones.
pub(crate) fn trimmed(samples: &[f32]) -> Vec<f32> {
    let levels = levels(samples);
    let least = loud(&levels) - 30.0;
    let sounds = |level: &f64| *level > least;
    let first = levels.iter().position(sounds).expect("sound");
    let last = levels.iter().rposition(sounds).expect("sound");
    samples[first * RATE / 100..((last + 1) * RATE / 100).min(samples.len())].to_vec()
}
