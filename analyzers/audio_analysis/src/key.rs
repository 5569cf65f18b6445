//! The key, by the profiles of Krumhansl and Schmuckler.
//!
//! Krumhansl (1990), "Cognitive foundations of musical pitch": the pitch classes are correlated with the probe-tone
//! ratings of Krumhansl & Kessler (1982), turned to each of the 24 keys.

use crate::chroma::Chroma;

const MAJOR: [f64; 12] = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
const MINOR: [f64; 12] = [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];
const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/// A key and how well it fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Such as `A minor` or `C# major`; black keys are named as sharps.
    pub name: String,
    /// Pearson's correlation of the pitch classes with the key's profile, at most 1.
    pub correlation: f64,
}

/// The key that fits best. `None` where there are no pitch classes to tell keys by (silence, all alike).
pub fn best_key(classes: &[f64; 12]) -> Option<Key> {
    let modes = [("major", &MAJOR), ("minor", &MINOR)];
    let keys = (0..12).flat_map(|tonic| modes.map(|(mode, profile)| (tonic, mode, profile)));
    let fits = keys.filter_map(|(tonic, mode, profile)| {
        let turned: [f64; 12] = std::array::from_fn(|class| profile[(class + 12 - tonic) % 12]);
        Some((tonic, mode, correlation(classes, &turned)?))
    });
    let (tonic, mode, correlation) = fits.max_by(|a, b| a.2.total_cmp(&b.2))?;
    Some(Key { name: format!("{} {mode}", NAMES[tonic]), correlation })
}

/// The key, where the sound is tonal enough to have one: its peaks keep to semitones by at least `least_tunedness`
/// and fit a key by at least `least_correlation`.
pub fn key_of(chroma: &Chroma, least_tunedness: f64, least_correlation: f64) -> Option<Key> {
    let tuned = chroma.tunedness >= least_tunedness;
    best_key(&chroma.classes).filter(|key| tuned && key.correlation >= least_correlation)
}

fn correlation(a: &[f64; 12], b: &[f64; 12]) -> Option<f64> {
    let mean = |values: &[f64; 12]| values.iter().sum::<f64>() / 12.0;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut both, mut only_a, mut only_b) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        both += (a - mean_a) * (b - mean_b);
        only_a += (a - mean_a).powi(2);
        only_b += (b - mean_b).powi(2);
    }
    let spread = (only_a * only_b).sqrt();
    (spread > 1e-12).then(|| both / spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_its_own_key() {
        assert_eq!(best_key(&MAJOR).unwrap().name, "C major");
        assert!((best_key(&MAJOR).unwrap().correlation - 1.0).abs() < 1e-9);
        let turned: [f64; 12] = std::array::from_fn(|class| MINOR[(class + 12 - 9) % 12]);
        assert_eq!(best_key(&turned).unwrap().name, "A minor");
    }

    #[test]
    fn a_scale_with_a_strong_tonic_triad_is_its_key() {
        // E flat major: scale tones 1, the triad 2.
        let mut classes = [0.0; 12];
        for (class, amount) in [(3, 2.0), (5, 1.0), (7, 2.0), (8, 1.0), (10, 2.0), (0, 1.0), (2, 1.0)] {
            classes[class] = amount;
        }
        assert_eq!(best_key(&classes).unwrap().name, "D# major");
    }

    #[test]
    fn nothing_and_everything_have_no_key() {
        assert_eq!(best_key(&[0.0; 12]), None);
        assert_eq!(best_key(&[0.1; 12]), None);
    }

    #[test]
    fn untuned_sound_has_no_key() {
        let chroma = Chroma { classes: MAJOR, tuning_cents: 0.0, tunedness: 0.1 };
        assert_eq!(key_of(&chroma, 0.3, 0.5), None);
        assert!(key_of(&Chroma { tunedness: 0.8, ..chroma }, 0.3, 0.5).is_some());
    }
}
