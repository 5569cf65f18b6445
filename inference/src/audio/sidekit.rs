//! The frames that the networks of inaSpeechSegmenter see.

use super::{Frames, MelBands, Spectrum, symmetric_hann};

/// Samples a second.
const RATE: u32 = 16_000;
/// Samples of a frame, and from one to the next.
const FRAME: usize = 400;
const HOP: usize = 160;
/// Samples of the transform.
const TRANSFORM: usize = 512;
/// How much of the sample before is taken off each one.
const EMPHASIS: f32 = 0.97;
const BANDS: usize = 24;
const LOWEST_HZ: f64 = 100.0;
const HIGHEST_HZ: f64 = 8000.0;

/// Log-mel spectra and energies of sound of 16 kHz as SIDEKIT computes them (Larcher, Lee & Meignier 2016, "An extensible
/// speaker identification SIDEKIT in Python"), and the networks of inaSpeechSegmenter (Doukhan et al. 2018) were trained
/// on: 25 ms every 10 ms, pre-emphasis within each frame, symmetric Hann window, natural logarithms.
#[derive(Debug)]
pub struct SidekitFrames {
    frames: Frames,
    emphasised: Vec<f32>,
    spectrum: Spectrum,
    power: Vec<f32>,
    bands: MelBands,
    levels: [f32; BANDS],
}

/// One frame: number `i` begins with sample `i * 160`.
#[derive(Debug, Clone, Copy)]
pub struct SidekitFrame<'a> {
    /// Logarithms of the mel bands, low to high; minus infinity of digital silence.
    pub bands: &'a [f32; BANDS],
    /// Logarithm of the energy after pre-emphasis; minus infinity of digital silence.
    pub log_energy: f32,
    /// Mean square of the samples as they come.
    pub power: f32,
}

impl Default for SidekitFrames {
    fn default() -> Self {
        let spectrum = Spectrum::new(symmetric_hann(FRAME), TRANSFORM);
        SidekitFrames {
            frames: Frames::new(FRAME, HOP),
            emphasised: vec![0.0; FRAME],
            power: vec![0.0; spectrum.bins()],
            spectrum,
            bands: MelBands::sidekit(RATE, TRANSFORM, BANDS, LOWEST_HZ, HIGHEST_HZ),
            levels: [0.0; BANDS],
        }
    }
}

impl SidekitFrames {
    /// Mel bands of a frame.
    pub const BANDS: usize = BANDS;
    /// Samples of a frame.
    pub const LENGTH: usize = FRAME;
    /// Samples from one frame to the next.
    pub const HOP: usize = HOP;

    /// Takes the next samples, and calls `each` with every frame that is now complete. Samples at the end that fill no frame
    /// are in none.
    pub fn push(&mut self, samples: &[f32], mut each: impl FnMut(&SidekitFrame<'_>)) {
        let SidekitFrames { frames, emphasised, spectrum, power, bands, levels } = self;
        frames.push(samples, |_, frame| {
            emphasise(frame, emphasised);
            spectrum.power(emphasised, power);
            bands.sums(power, levels);
            levels.iter_mut().for_each(|level| *level = level.ln());
            let energy = |samples: &[f32]| samples.iter().map(|sample| sample * sample).sum::<f32>();
            each(&SidekitFrame {
                bands: levels,
                log_energy: energy(emphasised).ln(),
                power: energy(frame) / FRAME as f32,
            });
        });
    }
}

/// The first sample is taken to follow itself.
fn emphasise(frame: &[f32], out: &mut [f32]) {
    out[0] = frame[0] - EMPHASIS * frame[0];
    for (out, pair) in out[1..].iter_mut().zip(frame.windows(2)) {
        *out = pair[1] - EMPHASIS * pair[0];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(samples: &[f32], pieces: usize) -> Vec<([f32; BANDS], f32, f32)> {
        let (mut all, mut seen) = (SidekitFrames::default(), Vec::new());
        for piece in samples.chunks(pieces) {
            all.push(piece, |frame| seen.push((*frame.bands, frame.log_energy, frame.power)));
        }
        seen
    }

    #[test]
    fn a_tone_is_loudest_in_its_band_whatever_the_pieces() {
        let tone: Vec<f32> =
            (0..1200).map(|n| (std::f32::consts::TAU * 1000.0 * n as f32 / 16_000.0).sin()).collect();
        let seen = frames(&tone, 1200);
        assert_eq!((seen.len(), &frames(&tone, 77)), (6, &seen));
        let (bands, _, power) = seen[3];
        let loudest = bands.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(band, _)| band);
        // The band whose peak is at 1011 mel; 1000 Hz are 1000 mel.
        assert_eq!(loudest, Some(7), "{bands:?}");
        assert!((power - 0.5).abs() < 1e-3);
    }

    #[test]
    fn digital_silence_has_no_level() {
        let (bands, log_energy, power) = frames(&[0.0; 400], 400)[0];
        assert!(bands.iter().all(|level| *level == f32::NEG_INFINITY) && log_energy == f32::NEG_INFINITY);
        assert_eq!(power, 0.0);
    }

    #[test]
    fn too_few_samples_are_no_frame() {
        assert!(frames(&[0.1; 399], 400).is_empty());
    }
}
