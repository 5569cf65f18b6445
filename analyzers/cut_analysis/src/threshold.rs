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
