//! Windows that frames are multiplied by before a Fourier transform.

use std::f64::consts::TAU;

/// The periodic Hann window, `0.5 - 0.5 cos(2 pi n / length)`: the one for spectra (its shifted copies add up to a
/// constant), as in `scipy.signal.get_window("hann", length)`.
pub fn hann(length: usize) -> Vec<f32> {
    (0..length).map(|n| (0.5 - 0.5 * (TAU * n as f64 / length as f64).cos()) as f32).collect()
}

/// The symmetric Hann window, `0.5 - 0.5 cos(2 pi n / (length - 1))`: 0 at both ends, as `numpy.hanning(length)`.
pub fn symmetric_hann(length: usize) -> Vec<f32> {
    let last = length.saturating_sub(1).max(1) as f64;
    (0..length).map(|n| (0.5 - 0.5 * (TAU * n as f64 / last).cos()) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_symmetric_window_reads_the_same_backwards() {
        let window = symmetric_hann(9);
        assert_eq!((window[0], window[4], window.len()), (0.0, 1.0, 9));
        assert!(window.iter().zip(window.iter().rev()).all(|(a, b)| (a - b).abs() < 1e-6));
        assert!(symmetric_hann(0).is_empty());
    }

    #[test]
    fn hann_is_periodic() {
        let window = hann(8);
        assert_eq!(window[0], 0.0);
        assert_eq!(window[4], 1.0);
        assert!((window[1] - window[7]).abs() < 1e-7);
        for n in 0..4 {
            assert!((window[n] + window[n + 4] - 1.0).abs() < 1e-6);
        }
    }
}
