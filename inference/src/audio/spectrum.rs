//! The spectrum of a single frame.

use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::spectral_bins;

/// Spectra of frames that are at hand whole: windowed, and filled up with zeros where the transform is longer. Plan and
/// buffers are made once.
pub struct Spectrum {
    window: Vec<f32>,
    transform: Arc<dyn RealToComplex<f32>>,
    windowed: Vec<f32>,
    bins: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl Spectrum {
    /// Frames are as long as the window; `length` is that of the transform.
    ///
    /// # Panics
    /// Where the window is longer than the transform.
    pub fn new(window: Vec<f32>, length: usize) -> Self {
        assert!(window.len() <= length, "a window fits its transform");
        let transform = RealFftPlanner::new().plan_fft_forward(length);
        Spectrum {
            window,
            windowed: transform.make_input_vec(),
            bins: transform.make_output_vec(),
            scratch: transform.make_scratch_vec(),
            transform,
        }
    }

    /// Samples of a frame.
    pub fn frame_length(&self) -> usize {
        self.window.len()
    }

    /// Bins of a spectrum.
    pub fn bins(&self) -> usize {
        spectral_bins(self.windowed.len())
    }

    /// The frame's spectrum, not scaled: [`Spectrum::bins`] values.
    ///
    /// # Panics
    /// Where the frame has not the window's length.
    pub fn of(&mut self, frame: &[f32]) -> &[Complex32] {
        assert_eq!(frame.len(), self.window.len(), "a frame is as long as its window");
        // The transform uses its input as scratch, so what lies beyond the frame is set anew, too.
        let (filled, rest) = self.windowed.split_at_mut(frame.len());
        for ((windowed, sample), weight) in filled.iter_mut().zip(frame).zip(&self.window) {
            *windowed = sample * weight;
        }
        rest.fill(0.0);
        self.transform
            .process_with_scratch(&mut self.windowed, &mut self.bins, &mut self.scratch)
            .expect("the buffers were made by this very plan");
        &self.bins
    }

    /// Squared magnitudes of the frame's spectrum, written to `power` (of [`Spectrum::bins`] values).
    ///
    /// # Panics
    /// As [`Spectrum::of`].
    pub fn power(&mut self, frame: &[f32], power: &mut [f32]) {
        for (power, bin) in power.iter_mut().zip(self.of(frame)) {
            *power = bin.norm_sqr();
        }
    }
}

impl fmt::Debug for Spectrum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spectrum")
            .field("frame_length", &self.frame_length())
            .field("bins", &self.bins())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::hann;
    use super::*;

    #[test]
    fn a_sine_stands_in_its_bin_also_in_a_longer_transform() {
        let sine: Vec<f32> =
            (0..400).map(|n| (std::f32::consts::TAU * 1000.0 * n as f32 / 16_000.0).sin()).collect();
        for (length, bin) in [(400, 25), (512, 32)] {
            let mut spectrum = Spectrum::new(hann(400), length);
            let mut power = vec![0.0; spectrum.bins()];
            for _ in 0..2 {
                spectrum.power(&sine, &mut power);
                let loudest = power.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(bin, _)| bin);
                assert_eq!(loudest, Some(bin));
                // The window's sum over 2, squared.
                assert!((power[bin] - 1e4).abs() < 1.0, "{}", power[bin]);
            }
        }
    }
}
