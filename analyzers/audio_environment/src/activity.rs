//! Where there is sound at all, by energy, as inaSpeechSegmenter decides it (Doukhan et al. 2018).
//!
//! A frame is silent that is far below the usual one; the likeliest path through the frames leaves out what lasts but
//! a moment. Two limits beside theirs: what nobody hears is silence, also where most of the sound is (their threshold
//! follows it down), and what everybody hears is not, however loud the rest.

use crate::path::{path, runs};
use crate::settings::Settings;

/// Cost of a change, and of staying silent for a frame: theirs, 10^-150 and e^-5.
const CHANGE_COST: f32 = 150.0 * std::f32::consts::LN_10;
const SILENCE_COST: f32 = 5.0;
/// Logarithm of the likelihood that a frame on the wrong side of the threshold has: theirs, 10^-10.
const WRONG: f32 = -10.0 * std::f32::consts::LN_10;

/// The loudness of every frame of a sound.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    /// Logarithm of the energy after pre-emphasis; minus infinity of digital silence.
    log_energies: Vec<f32>,
    /// Mean squares.
    powers: Vec<f32>,
}

/// A stretch of frames that are silent, or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    pub silent: bool,
    pub first: usize,
    pub end: usize,
    /// The share of its frames that are so.
    pub confidence: f64,
}

impl Levels {
    pub fn push(&mut self, log_energy: f32, power: f32) {
        self.log_energies.push(log_energy);
        self.powers.push(power);
    }

    /// Frames.
    pub fn len(&self) -> usize {
        self.powers.len()
    }

    pub fn is_empty(&self) -> bool {
        self.powers.is_empty()
    }

    /// Covers all frames.
    pub fn stretches(&self, settings: &Settings) -> Vec<Stretch> {
        let silent = self.silent(settings);
        let evidence: Vec<f32> = silent
            .iter()
            .flat_map(|silent| if *silent { [-SILENCE_COST, WRONG] } else { [WRONG - SILENCE_COST, 0.0] })
            .collect();
        let path = path(&evidence, 2, CHANGE_COST);
        let stretch = |(state, frames): (usize, std::ops::Range<usize>)| {
            let so = silent[frames.clone()].iter().filter(|silent| **silent == (state == 0)).count();
            let confidence = so as f64 / frames.len() as f64;
            Stretch { silent: state == 0, first: frames.start, end: frames.end, confidence }
        };
        runs(&path).map(stretch).collect()
    }

    fn silent(&self, settings: &Settings) -> Vec<bool> {
        let power = |db: f32| 10f32.powf(db / 10.0);
        let [inaudible, audible] = [settings.silence_dbfs, settings.audible_dbfs].map(power);
        let heard = self.log_energies.iter().zip(&self.powers).filter(|(_, power)| **power > inaudible);
        let (sum, count) =
            heard.fold((0.0, 0u32), |(sum, count), (energy, _)| (sum + f64::from(*energy), count + 1));
        let threshold = (sum / f64::from(count.max(1))) as f32 + settings.silence_energy_ratio.ln();
        let is_silent = |(energy, power): (&f32, &f32)| {
            *power <= inaudible || (*power <= audible && *energy <= threshold)
        };
        self.log_energies.iter().zip(&self.powers).map(is_silent).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames of these levels, dBFS; energy as that of 400 samples of white noise.
    fn stretches(levels: &[(f32, usize)]) -> Vec<(bool, usize, usize)> {
        let mut all = Levels::default();
        for &(db, frames) in levels {
            let power = 10f32.powf(db / 10.0);
            (0..frames).for_each(|_| all.push((power * 400.0).ln(), power));
        }
        assert_eq!(all.is_empty(), levels.is_empty());
        let stretches = all.stretches(&Settings::default());
        assert_eq!(stretches.last().map_or(0, |last| last.end), all.len());
        stretches.iter().map(|stretch| (stretch.silent, stretch.first, stretch.end)).collect()
    }

    #[test]
    fn a_pause_far_below_the_speech_is_silence() {
        let found = stretches(&[(-20.0, 200), (-55.0, 80), (-20.0, 100)]);
        assert_eq!(found, [(false, 0, 200), (true, 200, 280), (false, 280, 380)]);
    }

    #[test]
    fn a_moment_is_none() {
        assert_eq!(stretches(&[(-20.0, 200), (-55.0, 20), (-20.0, 100)]), [(false, 0, 320)]);
        assert_eq!(stretches(&[(-80.0, 200), (-20.0, 10), (-80.0, 100)]), [(true, 0, 310)]);
    }

    #[test]
    fn what_everybody_hears_is_no_silence_beside_the_loudest() {
        assert_eq!(stretches(&[(-3.0, 300), (-32.0, 100), (-3.0, 100)]), [(false, 0, 500)]);
    }

    #[test]
    fn what_nobody_hears_is_silence_also_where_it_is_usual() {
        assert_eq!(stretches(&[(-78.0, 900), (-30.0, 100)]), [(true, 0, 900), (false, 900, 1000)]);
        assert_eq!(stretches(&[(f32::NEG_INFINITY, 100)]), [(true, 0, 100)]);
        assert_eq!(stretches(&[(-65.0, 100)]), [(false, 0, 100)]);
        assert!(stretches(&[]).is_empty());
    }
}
