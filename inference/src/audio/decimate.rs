//! A lower sampling rate, by a whole factor.

use std::f64::consts::PI;

use super::Frames;

/// Taps on each side of the middle one, for each unit of the factor. With the Blackman window below it gives a
/// transition band of about 0.15 of the new rate.
const REACH: usize = 12;

/// Low-pass filter (a sinc cut at 0.43 of the new rate, Blackman window) and every `factor`-th sample of it. What
/// would alias below 0.35 of the new rate is more than 60 dB down. No delay: sample `i` of the output stands for the
/// instant of sample `i * factor` of the input.
#[derive(Debug, Clone)]
pub struct Decimator {
    factor: usize,
    taps: Vec<f32>,
    frames: Frames,
}

impl Decimator {
    /// # Panics
    /// Where `factor` is 0.
    pub fn new(factor: usize) -> Self {
        assert!(factor > 0, "a rate is divided by at least 1");
        let reach = if factor == 1 { 0 } else { REACH * factor };
        let taps = low_pass(0.43 / factor as f64, reach);
        Decimator { factor, frames: Frames::centred(taps.len(), factor), taps }
    }

    /// How many input samples an output sample stands for.
    pub fn factor(&self) -> usize {
        self.factor
    }

    /// Takes the next samples and appends what is now complete to `out`.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        if self.factor == 1 {
            out.extend_from_slice(samples);
            return;
        }
        let taps = &self.taps;
        self.frames.push(samples, |_, frame| out.push(dot(frame, taps)));
    }

    /// Ends the stream: the samples that were waiting for what comes after them. `n` input samples have then given
    /// `n / factor` output samples, rounded up.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        if self.factor > 1 {
            let taps = &self.taps;
            self.frames.finish(|_, frame| out.push(dot(frame, taps)));
        }
    }
}

/// A windowed sinc of `2 * reach + 1` taps that sum up to 1; `cut` in cycles per sample.
fn low_pass(cut: f64, reach: usize) -> Vec<f32> {
    let blackman = |x: f64| 0.42 + 0.5 * (PI * x).cos() + 0.08 * (2.0 * PI * x).cos();
    let tap = |n: usize| {
        let x = n as f64 - reach as f64;
        let sinc = if x == 0.0 { 2.0 * cut } else { (2.0 * PI * cut * x).sin() / (PI * x) };
        sinc * blackman(x / (reach as f64 + 1.0))
    };
    let taps: Vec<f64> = (0..=2 * reach).map(tap).collect();
    let sum: f64 = taps.iter().sum();
    taps.iter().map(|tap| (tap / sum) as f32).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 16];
    let (a_groups, a_rest) = a.as_chunks::<16>();
    let (b_groups, b_rest) = b.as_chunks::<16>();
    for (a, b) in a_groups.iter().zip(b_groups) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(cycles_per_sample: f64, samples: usize) -> Vec<f32> {
        (0..samples).map(|n| (2.0 * PI * cycles_per_sample * n as f64).sin() as f32).collect()
    }

    fn decimated(factor: usize, samples: &[f32]) -> Vec<f32> {
        let (mut decimator, mut out) = (Decimator::new(factor), Vec::new());
        for piece in samples.chunks(1000) {
            decimator.push(piece, &mut out);
        }
        decimator.finish(&mut out);
        out
    }

    #[test]
    fn keeps_low_tones_in_place() {
        let out = decimated(3, &sine(0.01, 6000));
        let wanted = sine(0.03, out.len());
        assert_eq!(out.len(), 6000 / 3);
        for (got, wanted) in out.iter().zip(wanted).skip(20).take(1900) {
            assert!((got - wanted).abs() < 1e-3, "{got} for {wanted}");
        }
    }

    #[test]
    fn takes_out_what_would_alias() {
        // 0.7 of the new rate would come out at 0.3 of it.
        let out = decimated(3, &sine(0.7 / 3.0, 6000));
        assert!(out[20..1900].iter().all(|sample| sample.abs() < 1e-3));
    }

    #[test]
    fn a_factor_of_one_changes_nothing() {
        let samples = sine(0.2, 77);
        assert_eq!(decimated(1, &samples), samples);
    }
}
