//! Syllables without words: peaks of the level where there is a voice (de Jong & Wempe 2009, "Praat script to detect
//! syllable nuclei and measure speech rate automatically", Behavior Research Methods 41).

use std::ops::Range;

use super::baseline::percentile;
use super::contour::{Contour, HOP_S};

/// A peak is not more than so many dB below the loudest speech, and stands out so many dB from the dips on both sides.
const BELOW_LOUDEST_DB: f64 = 25.0;
const DIP_DB: f32 = 2.0;
/// The loudest speech, without clicks.
const LOUDEST: f64 = 0.99;
/// Levels are smoothed over so many values: 70 ms, some periods of what flutters in a vowel.
const SMOOTHED: usize = 7;

/// Seconds of the middle of each syllable in a stretch of speech.
pub fn syllables(contour: &Contour, stretch: Range<usize>) -> Vec<f64> {
    let levels = smoothed(&contour.level_db[stretch.clone()]);
    let mut all: Vec<f64> = levels.iter().map(|level| f64::from(*level)).collect();
    let Some(loudest) = percentile(&mut all, LOUDEST) else { return Vec::new() };
    let least = (loudest - BELOW_LOUDEST_DB) as f32;
    let voiced = |at: &usize| contour.pitch_hz[stretch.start + at].is_some();
    let peaks = peaks(&levels).into_iter().filter(|at| levels[*at] >= least).filter(voiced);
    peaks.map(|at| (stretch.start + at) as f64 * HOP_S).collect()
}

/// Maxima with a dip of [`DIP_DB`] or more between each and the next; the ends count as dips.
fn peaks(levels: &[f32]) -> Vec<usize> {
    let mut peaks = Vec::new();
    // The highest value since the last dip, and the lowest since the last peak.
    let (mut highest, mut lowest): (Option<usize>, f32) = (None, f32::NEG_INFINITY);
    for (at, level) in levels.iter().copied().enumerate() {
        match highest {
            Some(peak) if level > levels[peak] => highest = Some(at),
            Some(peak) if level <= levels[peak] - DIP_DB => {
                peaks.push(peak);
                (highest, lowest) = (None, level);
            }
            Some(_) => {}
            None if level >= lowest + DIP_DB => highest = Some(at),
            None => lowest = lowest.min(level),
        }
    }
    peaks.extend(highest);
    peaks
}

/// Means over [`SMOOTHED`] values, of fewer at the ends.
fn smoothed(levels: &[f32]) -> Vec<f32> {
    let reach = SMOOTHED / 2;
    let mean = |at: usize| {
        let near = &levels[at.saturating_sub(reach)..(at + reach + 1).min(levels.len())];
        near.iter().sum::<f32>() / near.len() as f32
    };
    (0..levels.len()).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five bumps of 200 ms, 12 dB high; the fourth without a voice, then one of 30 dB less.
    fn contour() -> Contour {
        let level = |at: usize| {
            let bump = -20.0 - 6.0 * (1.0 + (std::f32::consts::TAU * at as f32 / 20.0).cos());
            if at < 100 { bump } else { bump - 30.0 }
        };
        let pitch = |at: usize| (!(60..80).contains(&at)).then_some(120.0);
        Contour { level_db: (0..120).map(level).collect(), pitch_hz: (0..120).map(pitch).collect() }
    }

    #[test]
    fn a_syllable_is_a_peak_with_a_voice() {
        let found = syllables(&contour(), 0..120);
        assert_eq!(found.len(), 4, "{found:?}");
        for (found, wanted) in found.iter().zip([0.1, 0.3, 0.5, 0.9]) {
            assert!((found - wanted).abs() < 0.015, "{found} for {wanted}");
        }
        assert_eq!(syllables(&contour(), 20..40).len(), 1);
    }

    #[test]
    fn a_ripple_is_no_syllable() {
        let level_db = (0..100).map(|at| -20.0 + (at % 14) as f32 * 0.1).collect();
        let steady = Contour { level_db, pitch_hz: vec![Some(100.0); 100] };
        assert_eq!(syllables(&steady, 0..100).len(), 1);
        assert!(syllables(&steady, 5..5).is_empty());
    }
}
