//! How far the voice goes up and down.
//!
//! From the 5th to the 95th percentile of the pitch, in semitones, in which ranges of different voices compare best (Nolan
//! 2003). Pitches below 0.65 of the first quartile or above 1.5 of the third are slips of the octave and do not count, as De
//! Looze & Hirst (2010, "Integrating changes of register into automatic intonation analysis") do it; their lower bound,
//! 0.75, would leave out a creaky voice.

use va_inference::audio::prosody::{Contour, percentile};

use crate::runs::Span;

const RANGE: [f64; 2] = [0.05, 0.95];
const QUARTILES: [f64; 2] = [0.25, 0.75];
/// 0.65 and 1.5 in semitones.
const SLIPS: [f64; 2] = [-7.46, 7.02];
/// Pitches that a range is told of: half a second of voice.
const LEAST_PITCHES: usize = 50;

/// Of all speech, semitones.
pub fn range(speech: &[Span], contour: &Contour) -> Option<f64> {
    let ranges = speech.iter().map(|span| contour.range(span.start_s, span.end_s));
    within(ranges.flat_map(|range| contour.pitches(range)).collect())
}

fn within(mut pitches: Vec<f64>) -> Option<f64> {
    let [first, third] = QUARTILES.map(|share| percentile(&mut pitches, share));
    let usual = first? + SLIPS[0]..=third? + SLIPS[1];
    pitches.retain(|pitch| usual.contains(pitch));
    let [low, high] = RANGE.map(|share| percentile(&mut pitches, share));
    (pitches.len() >= LEAST_PITCHES).then_some(high? - low?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glide_of_an_octave_has_nine_tenths_of_it() {
        let glide: Vec<f64> = (0..=1000).map(|at| 80.0 + f64::from(at) * 0.012).collect();
        assert!((within(glide).expect("told") - 10.8).abs() < 1e-9);
    }

    #[test]
    fn slips_of_the_octave_do_not_widen_it() {
        let voice = |at: u32| 80.0 + f64::from(at % 10) * 0.5;
        let even: Vec<f64> = (0..1000).map(voice).collect();
        let slipping = (0..1000).map(|at| if at % 12 == 0 { voice(at) + 12.0 } else { voice(at) }).collect();
        assert!((within(even).expect("told") - within(slipping).expect("told")).abs() < 0.3);
    }

    #[test]
    fn a_short_voice_has_none() {
        assert_eq!((within(vec![80.0; 49]), within(Vec::new())), (None, None));
    }
}
