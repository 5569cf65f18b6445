//! The log-mel patches that YAMNet sees.

use va_inference::audio::{MelBands, Spectrum, hann};

/// Frames and bands of a patch.
pub(super) const PATCH: (usize, usize) = (96, 64);
/// Samples that a patch is made of, and from one patch to the next.
pub(super) const PATCH_SAMPLES: usize = (PATCH.0 - 1) * HOP + FRAME;
pub(super) const PATCH_HOP: usize = PATCH.0 / 2 * HOP;

/// Samples a second.
const RATE: u32 = 16_000;
const FRAME: usize = 400;
const HOP: usize = 160;
const TRANSFORM: usize = 512;
const LOWEST_HZ: f64 = 125.0;
const HIGHEST_HZ: f64 = 7500.0;
/// Is added before the logarithm.
const OFFSET: f32 = 0.001;

/// Spectra of 25 ms every 10 ms: Hann window, magnitudes (not powers), 64 mel bands, natural logarithm. A patch is 0.96 s,
/// each begins half of that after the one before.
#[derive(Debug)]
pub(super) struct LogMelPatches {
    spectrum: Spectrum,
    magnitudes: Vec<f32>,
    bands: MelBands,
    patches: Vec<f32>,
}

impl Default for LogMelPatches {
    fn default() -> Self {
        let spectrum = Spectrum::new(hann(FRAME), TRANSFORM);
        LogMelPatches {
            magnitudes: vec![0.0; spectrum.bins()],
            spectrum,
            bands: MelBands::straight_over_mel(RATE, TRANSFORM, PATCH.1, LOWEST_HZ, HIGHEST_HZ),
            patches: Vec::new(),
        }
    }
}

impl LogMelPatches {
    /// `[count, 96, 64]` of the samples of so many patches.
    pub(super) fn of(&mut self, samples: &[f32], count: usize) -> &[f32] {
        let LogMelPatches { spectrum, magnitudes, bands, patches } = self;
        let half = PATCH.0 / 2 * PATCH.1;
        patches.resize(count * 2 * half, 0.0);
        let mut levels = vec![0.0; PATCH.1];
        for (number, frame) in samples.windows(FRAME).step_by(HOP).enumerate() {
            spectrum.power(frame, magnitudes);
            magnitudes.iter_mut().for_each(|power| *power = power.sqrt());
            bands.sums(magnitudes, &mut levels);
            levels.iter_mut().for_each(|level| *level = (*level + OFFSET).ln());
            // A frame is in the second half of one patch and in the first half of the next.
            let (patch, row) = (number / (PATCH.0 / 2), number % (PATCH.0 / 2) * PATCH.1);
            for (patch, row) in [(patch.checked_sub(1), half + row), (Some(patch), row)] {
                if let Some(patch) = patch.filter(|patch| *patch < count) {
                    let at = patch * 2 * half + row;
                    patches[at..at + PATCH.1].copy_from_slice(&levels);
                }
            }
        }
        patches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_overlap_by_half() {
        let noise: Vec<f32> = (0u32..(PATCH_SAMPLES + 2 * PATCH_HOP) as u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 16) as f32 / 65536.0 - 0.5)
            .collect();
        let mut features = LogMelPatches::default();
        let three = features.of(&noise, 3).to_vec();
        let size = PATCH.0 * PATCH.1;
        assert_eq!(three.len(), 3 * size);
        assert_eq!(three[size / 2..size], three[size..size + size / 2]);
        assert_eq!(features.of(&noise[PATCH_HOP..PATCH_HOP + PATCH_SAMPLES], 1), &three[size..2 * size]);
    }

    #[test]
    fn silence_is_the_offset() {
        let mut features = LogMelPatches::default();
        assert!(features.of(&[0.0; PATCH_SAMPLES], 1).iter().all(|level| *level == OFFSET.ln()));
    }
}
