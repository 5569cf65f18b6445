//! What a distance has to exceed to stand out from its surroundings.

/// Median plus `factor` times the median absolute deviation of the values within `reach` of `at`, `at` itself left
/// out: the robust form of the sliding threshold of Truong, Dorai, Venkatesh, "New enhancements to cut, fade, and
/// dissolve detection processes in video segmentation", ACM Multimedia 2000. 0 without neighbours.
pub fn local(values: &[f32], at: usize, reach: usize, factor: f32) -> f32 {
    let (from, to) = (at.saturating_sub(reach), (at + reach + 1).min(values.len()));
    let mut around: Vec<f32> = (from..to).filter(|&other| other != at).map(|other| values[other]).collect();
    let middle = median(&mut around);
    around.iter_mut().for_each(|value| *value = (*value - middle).abs());
    middle + factor * median(&mut around)
}

/// The greatest value within `reach` of `at`, `at` itself left out. 0 without neighbours.
pub fn rival(values: &[f32], at: usize, reach: usize) -> f32 {
    let (from, to) = (at.saturating_sub(reach), (at + reach + 1).min(values.len()));
    (from..to).filter(|&other| other != at).map(|other| values[other]).fold(0.0, f32::max)
}

/// The upper median; 0 of nothing. Reorders the values.
pub fn median(values: &mut [f32]) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_surroundings_and_leaves_the_peak_itself_out() {
        let values = [0.1, 0.2, 0.1, 0.9, 0.2, 0.1, 0.2];
        // Around: three of 0.1, three of 0.2; upper median 0.2, deviations 0.1 and 0.
        assert!((local(&values, 3, 3, 2.0) - 0.4).abs() < 1e-6);
        assert!((rival(&values, 3, 3) - 0.2).abs() < 1e-6);
        assert!((rival(&values, 4, 1) - 0.9).abs() < 1e-6);
    }

    #[test]
    fn is_nothing_without_neighbours() {
        assert_eq!((local(&[0.7], 0, 5, 3.0), rival(&[0.7], 0, 5)), (0.0, 0.0));
    }
}
