//! Short-time Fourier transform of a stream.

use std::fmt;

use super::{Complex32, Frames, Spectrum, hann};

/// Bins of the spectrum of `length` real samples: 0 Hz to half the sampling rate, both included. Bin `k` is at
/// `k * sample_rate / length` Hz.
pub const fn spectral_bins(length: usize) -> usize {
    length / 2 + 1
}

/// Hann-windowed spectra of overlapping frames. Plan and buffers are made once.
pub struct Stft {
    frames: Frames,
    spectrum: Spectrum,
}

impl Stft {
    /// Frames of `length` samples every `hop` samples, centred as [`Frames::centred`] says. Spectra are not scaled: a
    /// sine of amplitude 1 in the middle of a bin has the magnitude `length / 4` there (the window's sum over 2).
    ///
    /// # Panics
    /// Where `length` or `hop` is 0.
    pub fn centred(length: usize, hop: usize) -> Self {
        Stft { frames: Frames::centred(length, hop), spectrum: Spectrum::new(hann(length), length) }
    }

    /// Samples of a frame.
    pub fn length(&self) -> usize {
        self.frames.length()
    }

    /// Samples from one frame to the next.
    pub fn hop(&self) -> usize {
        self.frames.hop()
    }

    /// Takes the next samples, and calls `each` with the number (from 0) and the [`spectral_bins`] bins of every frame
    /// that is now complete.
    pub fn push(&mut self, samples: &[f32], mut each: impl FnMut(u64, &[Complex32])) {
        let Stft { frames, spectrum } = self;
        frames.push(samples, |index, frame| each(index, spectrum.of(frame)));
    }

    /// Ends the stream: the frames that reach beyond its last sample.
    pub fn finish(&mut self, mut each: impl FnMut(u64, &[Complex32])) {
        let Stft { frames, spectrum } = self;
        frames.finish(|index, frame| each(index, spectrum.of(frame)));
    }
}

impl fmt::Debug for Stft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stft")
            .field("length", &self.length())
            .field("hop", &self.hop())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_stands_in_its_bin() {
        let sine: Vec<f32> =
            (0..4096).map(|n| (std::f32::consts::TAU * 8.0 * n as f32 / 256.0).sin()).collect();
        let mut stft = Stft::centred(256, 64);
        let mut seen = 0;
        stft.push(&sine, |index, bins| {
            assert_eq!(bins.len(), spectral_bins(256));
            if index >= 2 {
                assert!((bins[8].norm() - 64.0).abs() < 0.01, "{}", bins[8].norm());
                assert!(bins[12].norm() < 0.01);
            }
            seen += 1;
        });
        stft.finish(|_, _| seen += 1);
        assert_eq!(seen, 1 + 4096 / 64);
    }

    #[test]
    fn has_the_energy_of_the_frame() {
        let noise: Vec<f32> =
            (0u32..512).map(|n| (n.wrapping_mul(2_654_435_761) >> 16) as f32 / 65536.0).collect();
        let mut spectrum = Spectrum::new(hann(512), 512);
        let windowed: f32 =
            noise.iter().zip(hann(512)).map(|(sample, weight)| (sample * weight).powi(2)).sum();
        let bins = spectrum.of(&noise);
        let inner: f32 = bins[1..256].iter().map(|bin| 2.0 * bin.norm_sqr()).sum();
        let total = (inner + bins[0].norm_sqr() + bins[256].norm_sqr()) / 512.0;
        assert!((total / windowed - 1.0).abs() < 1e-4, "Parseval: {total} and {windowed}");
    }
}
