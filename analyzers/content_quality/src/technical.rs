//! One score out of the technical measures and, where its model is there, of the picture's naturalness: our own rule.

use crate::Measures;

/// A sharpness that counts as fully sharp.
const SHARP: f64 = 0.5;
/// How much each measure weighs; those that are unknown do not.
const SHARPNESS: f64 = 0.35;
const EXPOSURE: f64 = 0.25;
const NOISE: f64 = 0.2;
const BLOCKINESS: f64 = 0.2;
const NATURALNESS: f64 = 0.35;
/// What the worst BRISQUE leaves, so that of two bad pictures the other measures still tell the worse one.
const LEAST_NATURAL: f64 = 0.1;

/// 0..1: the weighted geometric mean of sharpness / 0.5 (at most 1), exposure, 1 - noise, 1 - blockiness and
/// 1 - 0.9 `brisque` / 100 (at most 1 - noise), so that one bad measure is not made up for by the others. `None` where
/// nothing is known.
pub fn technical(measures: &Measures, brisque: Option<f64>) -> Option<f64> {
    // A little noise makes the statistics of a soft picture more natural: that is no merit of it.
    let clean = 1.0 - measures.noise.unwrap_or_default();
    let parts = [
        (SHARPNESS, measures.sharpness.map(|sharpness| (sharpness / SHARP).min(1.0))),
        (EXPOSURE, measures.exposure),
        (NOISE, measures.noise.map(|noise| 1.0 - noise)),
        (BLOCKINESS, measures.blockiness.map(|blockiness| 1.0 - blockiness)),
        (NATURALNESS, brisque.map(|brisque| natural(brisque).min(clean))),
    ];
    let known = parts.iter().filter_map(|&(weight, part)| Some((weight, part?)));
    let (weights, product) = known.fold((0.0, 1.0), |(weights, product), (weight, part): (f64, f64)| {
        (weights + weight, product * part.powf(weight))
    });
    (weights > 0.0).then(|| product.powf(1.0 / weights))
}

fn natural(brisque: f64) -> f64 {
    1.0 - (1.0 - LEAST_NATURAL) * (brisque / 100.0).clamp(0.0, 1.0)
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
        technical(&measures, None).expect("something is known")
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
    fn an_unnatural_picture_is_worse_and_never_nothing() {
        let of = |brisque| technical(&GOOD, Some(brisque)).expect("something is known");
        assert_eq!((of(-5.0), of(0.0)), (1.0, 1.0));
        assert!(of(30.0) < 0.95 && of(60.0) < of(30.0) && of(130.0) == of(100.0) && of(100.0) > 0.5);
    }

    #[test]
    fn one_failure_fails_all() {
        assert_eq!(of(Measures { exposure: Some(0.0), ..GOOD }), 0.0);
    }

    #[test]
    fn unknown_measures_do_not_count() {
        assert_eq!(of(Measures { sharpness: None, ..GOOD }), 1.0);
        assert_eq!(technical(&Measures::default(), None), None);
    }
}
