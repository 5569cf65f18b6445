//! One score out of the technical measures: our own rule, not a model of what people say.

use crate::Measures;

/// A sharpness that counts as fully sharp.
const SHARP: f64 = 0.5;
/// How much each measure weighs; those that are unknown do not.
const SHARPNESS: f64 = 0.35;
const EXPOSURE: f64 = 0.25;
const NOISE: f64 = 0.2;
const BLOCKINESS: f64 = 0.2;

/// 0..1: the weighted geometric mean of sharpness / 0.5 (at most 1), exposure, 1 - noise and 1 - blockiness, so that
/// one bad measure is not made up for by the others. `None` where nothing is known.
pub fn technical(measures: &Measures) -> Option<f64> {
    let parts = [
        (SHARPNESS, measures.sharpness.map(|sharpness| (sharpness / SHARP).min(1.0))),
        (EXPOSURE, measures.exposure),
        (NOISE, measures.noise.map(|noise| 1.0 - noise)),
        (BLOCKINESS, measures.blockiness.map(|blockiness| 1.0 - blockiness)),
    ];
    let known = parts.iter().filter_map(|&(weight, part)| Some((weight, part?)));
    let (weights, product) = known.fold((0.0, 1.0), |(weights, product), (weight, part): (f64, f64)| {
        (weights + weight, product * part.powf(weight))
    });
    (weights > 0.0).then(|| product.powf(1.0 / weights))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Measures = Measures {
        sharpness: Some(0.7),
        exposure: Some(1.0),
        noise: Some(0.0),
        blockiness: Some(0.0),
        colorfulness: Some(0.3),
    };

    fn of(measures: Measures) -> f64 {
        technical(&measures).expect("something is known")
    }

    #[test]
    fn the_best_of_all_is_one_and_each_measure_counts() {
        assert_eq!(of(GOOD), 1.0);
        assert!(of(Measures { sharpness: Some(0.3), ..GOOD }) < 0.9);
        assert!(of(Measures { exposure: Some(0.5), ..GOOD }) < 0.9);
        assert!(of(Measures { noise: Some(0.5), ..GOOD }) < 0.9);
        assert!(of(Measures { blockiness: Some(0.5), ..GOOD }) < 0.9);
        assert_eq!(of(Measures { colorfulness: Some(0.0), ..GOOD }), 1.0);
    }

    #[test]
    fn one_failure_fails_all() {
        assert_eq!(of(Measures { exposure: Some(0.0), ..GOOD }), 0.0);
    }

    #[test]
    fn unknown_measures_do_not_count() {
        assert_eq!(of(Measures { sharpness: None, ..GOOD }), 1.0);
        assert_eq!(technical(&Measures::default()), None);
    }
}
