//! How much sound there is at each pitch class, finer than a semitone.
//!
//! Spectral peaks with interpolated frequencies, as in Gómez (2006), "Tonal description of music audio signals"
//! (HPCP), summed into one histogram for the whole video: the tuning need not be known before the end.

/// Histogram cells of an octave: 10 cents each.
pub const CELLS: usize = 120;
const CELLS_PER_SEMITONE: usize = CELLS / 12;
const LOWEST_HZ: f32 = 60.0;
const HIGHEST_HZ: f32 = 2200.0;
/// Above this, peaks are mostly overtones of another pitch class: their weight falls linearly to `HIGHEST_HZ`.
const FULL_WEIGHT_HZ: f32 = 700.0;
/// A frame's peaks below this share of its highest one are left out (-34 dB).
const LEAST_SHARE: f32 = 0.02;
/// Peaks lower than -70 dB of a full-scale sine are silence.
const LEAST_AMPLITUDE: f32 = 3.2e-4;

/// The histogram, while it grows.
#[derive(Debug, Clone)]
pub struct PitchClasses {
    bin_hz: f32,
    /// Turns the magnitude of an unscaled Hann-windowed spectrum into the amplitude of a sine.
    scale: f32,
    cells: [f64; CELLS],
    peaks: Vec<(f32, f32)>,
    magnitudes: Vec<f32>,
}

/// The twelve pitch classes of a whole video.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chroma {
    /// Amplitude by pitch class, C first; the sum is 1, or 0 where nothing was heard.
    pub classes: [f64; 12],
    /// How far the tuning is above A = 440 Hz, cents, -50..50.
    pub tuning_cents: f64,
    /// 0..1: whether peaks keep to a grid of semitones (1) or lie anywhere (0), as those of noise and speech do.
    pub tunedness: f64,
}

impl PitchClasses {
    /// For frames of `length` samples.
    pub fn new(sample_rate: f64, length: usize) -> Self {
        PitchClasses {
            bin_hz: (sample_rate / length as f64) as f32,
            scale: 4.0 / length as f32,
            cells: [0.0; CELLS],
            peaks: Vec::new(),
            magnitudes: Vec::new(),
        }
    }

    /// Takes the powers (unscaled, of the Hann-windowed frame) of the next frame's bins, from 0 Hz on.
    pub fn push(&mut self, powers: impl Iterator<Item = f32>) {
        self.magnitudes.clear();
        let bins = (HIGHEST_HZ / self.bin_hz) as usize + 2;
        self.magnitudes.extend(powers.take(bins).map(|power| power.sqrt() * self.scale));
        self.find_peaks();
        let highest = self.peaks.iter().fold(0.0f32, |highest, peak| highest.max(peak.1));
        self.peaks.retain(|peak| peak.1 >= LEAST_SHARE * highest);
        // Loud frames count more, but only by the root of their loudness.
        let total: f32 = self.peaks.iter().map(|peak| peak.1).sum();
        for &(hz, amplitude) in &self.peaks {
            let weight = ((HIGHEST_HZ - hz) / (HIGHEST_HZ - FULL_WEIGHT_HZ)).clamp(0.0, 1.0);
            self.cells[cell_of(hz)] += f64::from(weight * amplitude / total.sqrt());
        }
    }

    /// Frequency (by a parabola through the logarithms) and amplitude of each local maximum.
    fn find_peaks(&mut self) {
        self.peaks.clear();
        let first = (LOWEST_HZ / self.bin_hz).ceil() as usize;
        for (bin, around) in self.magnitudes.windows(3).enumerate().skip(first.saturating_sub(1)) {
            let &[left, top, right] = around else { continue };
            if top > LEAST_AMPLITUDE && top > left && top >= right {
                let [left, top_log, right] = [left, top, right].map(|magnitude| magnitude.max(1e-9).ln());
                let shift = 0.5 * (left - right) / (left - 2.0 * top_log + right).min(-1e-9);
                self.peaks.push(((bin as f32 + 1.0 + shift.clamp(-0.5, 0.5)) * self.bin_hz, top));
            }
        }
    }

    /// The pitch classes of everything heard so far.
    pub fn chroma(&self) -> Chroma {
        let (mut x, mut y, mut total) = (0.0, 0.0, 0.0);
        for (cell, &amplitude) in self.cells.iter().enumerate() {
            let angle = cell as f64 * std::f64::consts::TAU / CELLS_PER_SEMITONE as f64;
            x += amplitude * angle.cos();
            y += amplitude * angle.sin();
            total += amplitude;
        }
        if total <= 0.0 {
            return Chroma { classes: [0.0; 12], tuning_cents: 0.0, tunedness: 0.0 };
        }
        let tuning_semitones = y.atan2(x) / std::f64::consts::TAU;
        let mut classes = [0.0; 12];
        for (cell, &amplitude) in self.cells.iter().enumerate() {
            let semitone = cell as f64 / CELLS_PER_SEMITONE as f64 - tuning_semitones;
            // Between two semitones a sound belongs to neither: cos^2 of its distance from the nearest one.
            let distance = semitone - semitone.round();
            let class = (semitone.round() as i64).rem_euclid(12) as usize;
            classes[class] += amplitude / total * (std::f64::consts::PI * distance).cos().powi(2);
        }
        let sum: f64 = classes.iter().sum();
        let classes = classes.map(|class| class / sum);
        Chroma { classes, tuning_cents: 100.0 * tuning_semitones, tunedness: x.hypot(y) / total }
    }
}

/// Cell 0 lies round C in the tuning A = 440 Hz.
fn cell_of(hz: f32) -> usize {
    const C_HZ: f32 = 261.625_57;
    ((hz / C_HZ).log2() * CELLS as f32).round().rem_euclid(CELLS as f32) as usize % CELLS
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 16_000.0;
    const LENGTH: usize = 8192;

    /// The chroma of one frame with a line of each frequency, as a Hann window shows it.
    fn chroma_of(tones: &[f64]) -> Chroma {
        let bin_hz = RATE / LENGTH as f64;
        let lobe = |x: f64| {
            let sinc = |x: f64| {
                if x == 0.0 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) }
            };
            0.5 * sinc(x) + 0.25 * (sinc(x - 1.0) + sinc(x + 1.0))
        };
        let power = |bin: usize| {
            let sum: f64 = tones.iter().map(|hz| lobe(bin as f64 - hz / bin_hz)).sum();
            (sum * LENGTH as f64 * 0.05).powi(2) as f32
        };
        let mut classes = PitchClasses::new(RATE, LENGTH);
        classes.push((0..=LENGTH / 2).map(power));
        classes.chroma()
    }

    #[test]
    fn a_chord_stands_in_its_classes() {
        let chroma = chroma_of(&[220.0, 277.183, 329.628]);
        for class in [9, 1, 4] {
            assert!((chroma.classes[class] - 1.0 / 3.0).abs() < 0.02, "{chroma:?}");
        }
        assert!(chroma.tuning_cents.abs() < 6.0 && chroma.tunedness > 0.9, "{chroma:?}");
    }

    #[test]
    fn finds_the_tuning() {
        let factor = 2f64.powf(-30.0 / 1200.0);
        let chroma = chroma_of(&[220.0, 277.183, 329.628, 440.0].map(|hz| hz * factor));
        assert!((chroma.tuning_cents + 30.0).abs() < 6.0, "{chroma:?}");
        assert!(chroma.classes[9] > 0.4, "{chroma:?}");
    }

    #[test]
    fn tones_anywhere_are_in_no_tuning() {
        let tones: Vec<f64> = (0..60).map(|i| 200.0 * 1.037f64.powi(i)).collect();
        assert!(chroma_of(&tones).tunedness < 0.3);
    }

    #[test]
    fn silence_is_empty() {
        assert_eq!(chroma_of(&[]).classes, [0.0; 12]);
    }
}
