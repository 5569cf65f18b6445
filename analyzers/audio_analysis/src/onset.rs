//! Onset strength: how much louder the bands of the ear got from one hop to the next.
//!
//! Spectral flux of a log mel spectrogram, the measure of Ellis (2007), "Beat tracking by dynamic programming", with
//! the maximum filter over neighbouring bands of Böck & Widmer (2013), "Maximum filter vibrato suppression for onset
//! detection", so that a gliding voice counts less than a stroke.

use va_inference::audio::MelBands;

const BANDS: usize = 40;
const LOWEST_HZ: f64 = 30.0;
const HIGHEST_HZ: f64 = 11_000.0;
/// Bands of the bass drum: up to about 240 Hz.
const LOW_BANDS: usize = 3;
/// What is below -80 dB of a full-scale sine in a band is silence.
const FLOOR: f32 = 1e-8;

/// Turns spectra into the onset envelope.
#[derive(Debug)]
pub struct Onsets {
    bands: MelBands,
    /// Scales an unscaled Hann-windowed power spectrum so that a full-scale sine has the power 1.
    scale: f32,
    sums: Vec<f32>,
    before: Option<Vec<f32>>,
    envelopes: Envelopes,
}

/// Mean rise of a band from the frame before, dB, never negative; one value a frame.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Envelopes {
    /// Over all bands.
    pub all: Vec<f32>,
    /// Over the lowest bands only, where a bass drum is.
    pub low: Vec<f32>,
}

impl Onsets {
    /// For frames of `length` samples.
    pub fn new(sample_rate: u32, length: usize) -> Self {
        let bands = MelBands::new(sample_rate, length, BANDS, LOWEST_HZ, HIGHEST_HZ);
        let scale = 16.0 / (length as f32 * length as f32);
        Onsets { sums: vec![0.0; bands.len()], bands, scale, before: None, envelopes: Envelopes::default() }
    }

    /// Takes the power spectrum (unscaled, of the Hann-windowed frame) of the next frame.
    pub fn push(&mut self, power: &[f32]) {
        self.bands.sums(power, &mut self.sums);
        for sum in &mut self.sums {
            *sum = 10.0 * (*sum * self.scale + FLOOR).log10();
        }
        let before = self.before.as_deref().unwrap_or(&self.sums);
        let (low, high) = rises(before, &self.sums);
        self.envelopes.all.push((low + high) / self.sums.len() as f32);
        self.envelopes.low.push(low / LOW_BANDS as f32);
        self.before.get_or_insert_with(Vec::new).clone_from(&self.sums);
    }

    /// The envelopes of all frames.
    pub fn into_envelopes(self) -> Envelopes {
        self.envelopes
    }
}

/// How far the bands are above the loudest of their neighbourhood (itself, one below, one above) one frame earlier,
/// summed over the low bands and over the rest; a band that fell counts 0.
fn rises(before: &[f32], now: &[f32]) -> (f32, f32) {
    let last = before.len() - 1;
    let rise = |band: usize| {
        let loudest = before[band].max(before[band.saturating_sub(1)]).max(before[(band + 1).min(last)]);
        (now[band] - loudest).max(0.0)
    };
    let low = LOW_BANDS.min(now.len());
    ((0..low).map(rise).sum(), (low..now.len()).map(rise).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_where_a_sound_begins_and_only_there() {
        let mut onsets = Onsets::new(48_000, 2048);
        let (silence, sound) = (vec![0.0; 1025], vec![100.0; 1025]);
        for power in [&silence, &silence, &sound, &sound, &silence] {
            onsets.push(power);
        }
        let Envelopes { all, low } = onsets.into_envelopes();
        for envelope in [all, low] {
            assert!(envelope[2] > 10.0);
            assert_eq!([envelope[0], envelope[1], envelope[3], envelope[4]], [0.0; 4]);
        }
    }

    #[test]
    fn a_glide_to_the_next_band_is_no_onset() {
        assert_eq!(rises(&[0.0, 9.0, 0.0, 0.0], &[0.0, 0.0, 9.0, 0.0]), (0.0, 0.0));
        assert_eq!(rises(&[9.0, 0.0, 0.0, 0.0], &[9.0, 0.0, 0.0, 8.0]), (0.0, 8.0));
        assert_eq!(rises(&[0.0; 4], &[1.0; 4]), (3.0, 1.0));
    }
}
