//! The log-mel spectrogram that Whisper takes.

use super::{MelBands, Spectrum, hann};

/// Samples a second.
const RATE: u32 = 16_000;
/// Samples of a frame, and from one to the next.
const FRAME: usize = 400;
const HOP: usize = 160;
/// Powers below are this one.
const LEAST: f32 = 1e-10;
/// What is further below the loudest value is raised to it: 80 dB, in powers of ten.
const RANGE: f32 = 8.0;

/// Log-mel spectra of sound of 16 kHz as Whisper was trained on (Radford et al. 2022): Hann window of 25 ms every
/// 10 ms, Slaney's mel bands, log10 of the power, 80 dB below the loudest value at most, scaled to about -1..1. Equal to
/// the authors' front end within 1e-4.
#[derive(Debug)]
pub struct LogMel {
    bands: MelBands,
    spectrum: Spectrum,
    power: Vec<f32>,
    sums: Vec<f32>,
}

impl LogMel {
    /// With so many mel bands.
    pub fn new(bands: usize) -> Self {
        let spectrum = Spectrum::new(hann(FRAME), FRAME);
        LogMel {
            bands: MelBands::slaney(RATE, FRAME, bands),
            power: vec![0.0; spectrum.bins()],
            spectrum,
            sums: vec![0.0; bands],
        }
    }

    /// Writes the spectrogram `[bands, frames]` of the samples to `out`, as if silence followed them up to the last
    /// frame. Samples beyond are left out.
    ///
    /// # Panics
    /// Where `out` has not the size of whole frames of all bands.
    pub fn of(&mut self, samples: &[f32], out: &mut [f32]) {
        let bands = self.bands.len();
        assert!(out.len().is_multiple_of(bands), "a spectrogram has whole frames");
        let frames = out.len() / bands;
        let samples = &samples[..samples.len().min(frames * HOP)];
        // Frame i is centred on sample i * HOP; before the first sample, and after the last one of the last frame, the
        // sound is mirrored.
        let padded = mirrored(samples, frames * HOP);
        out.fill(LEAST.log10());
        let sounding = frames.min((samples.len() + FRAME / 2).div_ceil(HOP));
        let mut loudest = LEAST.log10();
        for frame in 0..sounding {
            self.spectrum.power(&padded[frame * HOP..frame * HOP + FRAME], &mut self.power);
            self.bands.sums(&self.power, &mut self.sums);
            for (band, sum) in self.sums.iter().enumerate() {
                let level = sum.max(LEAST).log10();
                loudest = loudest.max(level);
                out[band * frames + frame] = level;
            }
        }
        for value in out {
            *value = (value.max(loudest - RANGE) + 4.0) / 4.0;
        }
    }
}

/// The samples, zeros up to `length`, and half a frame on each side that mirrors what is next to it (`numpy.pad` with
/// `mode="reflect"`).
fn mirrored(samples: &[f32], length: usize) -> Vec<f32> {
    let side = FRAME / 2;
    let mut padded = vec![0.0; length + 2 * side];
    padded[side..side + samples.len()].copy_from_slice(samples);
    for i in 1..=side.min(length.saturating_sub(1)) {
        padded[side - i] = padded[side + i];
        padded[side + length - 1 + i] = padded[side + length - 1 - i];
    }
    padded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrors_the_sound_at_both_ends() {
        let samples: Vec<f32> = (0..1600).map(|n| n as f32).collect();
        let padded = mirrored(&samples, 1600);
        assert_eq!(padded.len(), 2000);
        assert_eq!(padded[199..202], [1.0, 0.0, 1.0]);
        assert_eq!(padded[0], 200.0);
        assert_eq!(padded[1799..1802], [1599.0, 1598.0, 1597.0]);
    }

    #[test]
    fn silence_is_level() {
        let mut out = vec![0.0; 80 * 3000];
        LogMel::new(80).of(&[], &mut out);
        // log10(1e-10) is -10.
        assert!(out.iter().all(|value| (value + 1.5).abs() < 1e-6));
    }

    #[test]
    fn nothing_is_more_than_eighty_decibels_below_the_loudest() {
        let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.3).sin()).collect();
        let mut out = vec![0.0; 80 * 3000];
        LogMel::new(80).of(&tone, &mut out);
        let most = out.iter().copied().fold(f32::MIN, f32::max);
        let least = out.iter().copied().fold(f32::MAX, f32::min);
        assert!((most - least - 2.0).abs() < 1e-5, "{most} {least}");
    }
}
