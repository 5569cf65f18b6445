//! What is usual, by values that a few outliers do not move.

/// Makes a median of absolute deviations the standard deviation of a normal distribution.
const NORMAL: f64 = 1.4826;

/// The value below which the part `share` (0..1) of the values lies, between two of them in proportion; `None` of no
/// values. Sorts them.
pub fn percentile(values: &mut [f64], share: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let place = last as f64 * share.clamp(0.0, 1.0);
    let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
    Some(below + (above - below) * place.fract())
}

/// Sorts the values.
pub fn median(values: &mut [f64]) -> Option<f64> {
    percentile(values, 0.5)
}

/// Median and spread of some values, to tell which of them stand out (Iglewicz & Hoaglin 1993, "How to Detect and Handle
/// Outliers": z-scores by median and median absolute deviation).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Baseline {
    pub median: f64,
    /// As a standard deviation.
    pub deviation: f64,
}

impl Baseline {
    /// `least_deviation`, above 0, is what counts as a difference where the values hardly differ. `None` of no values.
    pub fn of(values: &[f64], least_deviation: f64) -> Option<Self> {
        let mut values = values.to_vec();
        let median_of_all = median(&mut values)?;
        values.iter_mut().for_each(|value| *value = (*value - median_of_all).abs());
        let deviation = NORMAL * median(&mut values)?;
        Some(Baseline { median: median_of_all, deviation: deviation.max(least_deviation) })
    }

    /// How many deviations a value lies above the median.
    pub fn z(&self, value: f64) -> f64 {
        (value - self.median) / self.deviation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_lie_between_values_in_proportion() {
        let mut values = [4.0, 1.0, 3.0, 2.0];
        let found = [0.0, 0.05, 0.5, 1.0].map(|share| percentile(&mut values, share).expect("values"));
        assert!(
            found.iter().zip([1.0, 1.15, 2.5, 4.0]).all(|(found, wanted)| (found - wanted).abs() < 1e-12)
        );
        assert_eq!((percentile(&mut [], 0.5), median(&mut [7.0])), (None, Some(7.0)));
    }

    #[test]
    fn an_outlier_hardly_moves_the_baseline() {
        let baseline = Baseline::of(&[1.0, 2.0, 3.0, 4.0, 1000.0], 0.1).expect("values");
        assert_eq!((baseline.median, baseline.deviation), (3.0, NORMAL));
        assert!((baseline.z(3.0 + 2.0 * NORMAL) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn values_that_are_alike_have_the_least_deviation() {
        let baseline = Baseline::of(&[5.0; 9], 0.5).expect("values");
        assert_eq!((baseline.z(5.0), baseline.z(6.0)), (0.0, 2.0));
        assert_eq!(Baseline::of(&[], 0.5), None);
    }
}
