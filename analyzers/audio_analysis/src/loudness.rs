//! Integrated loudness after EBU R 128 / ITU-R BS.1770, by the crate `ebur128`.

use std::fmt;

use ebur128::{EbuR128, Mode};

/// The loudness meter of one video.
pub struct Loudness {
    /// `None` for rates and channels that the standard's filters cannot be made for.
    meter: Option<EbuR128>,
}

impl Loudness {
    /// Channels in the usual order: up to 2 front, 5 with the surrounds, 6 with the LFE (left out) in fourth place.
    pub fn new(sample_rate: u32, channels: u16) -> Self {
        Loudness { meter: EbuR128::new(u32::from(channels), sample_rate, Mode::I | Mode::HISTOGRAM).ok() }
    }

    /// Takes the next interleaved samples.
    pub fn push(&mut self, interleaved: &[f32]) {
        if let Some(meter) = &mut self.meter
            && meter.add_frames_f32(interleaved).is_err()
        {
            self.meter = None;
        }
    }

    /// LUFS of everything heard so far; `None` where no block of 400 ms was above the absolute gate of -70 LUFS.
    pub fn integrated_lufs(&self) -> Option<f64> {
        let loudness = self.meter.as_ref()?.loudness_global().ok()?;
        loudness.is_finite().then_some(loudness)
    }
}

impl fmt::Debug for Loudness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loudness").field("lufs", &self.integrated_lufs()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loudness_of_sine(amplitude: f32, channels: u16, seconds: usize) -> Option<f64> {
        let mut loudness = Loudness::new(48_000, channels);
        let sample = |n: usize| amplitude * (std::f32::consts::TAU * 1000.0 * n as f32 / 48_000.0).sin();
        let samples = (0..48_000 * seconds).flat_map(|n| vec![sample(n % 48_000); usize::from(channels)]);
        loudness.push(&samples.collect::<Vec<_>>());
        loudness.integrated_lufs()
    }

    #[test]
    fn a_stereo_sine_reads_its_level() {
        // EBU Tech 3341, test case 1: 1 kHz at -23 dBFS on both channels reads -23.0 LUFS, within 0.1.
        let read = loudness_of_sine(10f32.powf(-23.0 / 20.0), 2, 20).unwrap();
        assert!((read + 23.0).abs() <= 0.1, "{read}");
    }

    #[test]
    fn silence_and_too_short_sound_have_none() {
        assert_eq!(loudness_of_sine(0.0, 2, 5), None);
        assert_eq!(loudness_of_sine(1e-5, 1, 5), None);
        assert_eq!(loudness_of_sine(0.5, 1, 0), None);
        assert_eq!(Loudness::new(48_000, 1000).integrated_lufs(), None);
    }
}
