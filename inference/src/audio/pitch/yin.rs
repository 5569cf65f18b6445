//! Pitch candidates of one frame: YIN (de Cheveigné & Kawahara 2002) with pYIN's probabilities (Mauch & Dixon 2014).

use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Seconds over which a frame is compared with itself: two periods of the lowest male voices.
const INTEGRATION_S: f64 = 0.035;
/// pYIN's weight of the lowest trough where no threshold lies above it.
const FALLBACK_WEIGHT: f32 = 0.01;
/// Frames below this mean power (-60 dBFS) are not looked at.
const QUIETEST_POWER: f32 = 1e-6;

/// A period that the frame may have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    pub hz: f32,
    /// 0..1; those of one frame add up to at most 1, the rest being the probability that it has no pitch.
    pub probability: f32,
}

/// Finds periods in frames of one length. Plans and buffers are made once.
pub struct Yin {
    sample_rate: f64,
    window: usize,
    shortest: usize,
    longest: usize,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    time: Vec<f32>,
    head: Vec<Complex32>,
    whole: Vec<Complex32>,
    forward_scratch: Vec<Complex32>,
    inverse_scratch: Vec<Complex32>,
    /// The cumulative mean normalised difference by lag, 0 to `longest`.
    difference: Vec<f32>,
}

impl Yin {
    /// Looks for pitches from `min_hz` to `max_hz`.
    pub fn new(sample_rate: f64, min_hz: f64, max_hz: f64) -> Self {
        let window = ((sample_rate * INTEGRATION_S).round() as usize).max(8);
        let longest = ((sample_rate / min_hz).ceil() as usize + 1).max(4);
        let shortest = ((sample_rate / max_hz).floor() as usize).clamp(2, longest - 1);
        let mut planner = RealFftPlanner::new();
        let length = (window + longest + 1).next_power_of_two();
        let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
        Yin {
            sample_rate,
            window,
            shortest,
            longest,
            time: forward.make_input_vec(),
            head: forward.make_output_vec(),
            whole: forward.make_output_vec(),
            forward_scratch: forward.make_scratch_vec(),
            inverse_scratch: inverse.make_scratch_vec(),
            difference: vec![1.0; longest + 1],
            forward,
            inverse,
        }
    }

    /// Samples of a frame.
    pub fn frame_length(&self) -> usize {
        self.window + self.longest
    }

    /// Candidates of a frame of [`Yin::frame_length`] samples, highest pitch first, appended to `candidates`.
    pub fn candidates(&mut self, frame: &[f32], candidates: &mut Vec<Candidate>) {
        let energy: f32 = frame.iter().map(|sample| sample * sample).sum();
        if energy > QUIETEST_POWER * frame.len() as f32 {
            self.measure(frame);
            self.weigh(candidates);
        }
    }

    /// The difference function d(lag), the sum over the window of (x(t) - x(t + lag))^2, by way of the spectrum; then
    /// divided by its mean over all shorter lags.
    fn measure(&mut self, frame: &[f32]) {
        const PLANNED: &str = "the buffers were made by these very plans";
        let window = self.window;
        // Correlation of the window with the whole frame; the transform is long enough that no lag wraps round.
        self.time.fill(0.0);
        self.time[..window].copy_from_slice(&frame[..window]);
        self.forward
            .process_with_scratch(&mut self.time, &mut self.head, &mut self.forward_scratch)
            .expect(PLANNED);
        self.time.fill(0.0);
        self.time[..frame.len()].copy_from_slice(frame);
        self.forward
            .process_with_scratch(&mut self.time, &mut self.whole, &mut self.forward_scratch)
            .expect(PLANNED);
        let scale = 1.0 / self.time.len() as f32;
        for (head, whole) in self.head.iter_mut().zip(&self.whole) {
            *head = head.conj() * whole * scale;
        }
        // Exactly real by theory; the transform insists on it.
        let last = self.head.len() - 1;
        (self.head[0].im, self.head[last].im) = (0.0, 0.0);
        self.inverse
            .process_with_scratch(&mut self.head, &mut self.time, &mut self.inverse_scratch)
            .expect(PLANNED);

        let first_energy: f32 = frame[..window].iter().map(|sample| sample * sample).sum();
        let (mut lagged_energy, mut sum) = (first_energy, 0.0f32);
        for lag in 1..=self.longest {
            lagged_energy += frame[lag + window - 1].powi(2) - frame[lag - 1].powi(2);
            let difference = (first_energy + lagged_energy - 2.0 * self.time[lag]).max(0.0);
            sum += difference;
            self.difference[lag] = if sum > 0.0 { difference * lag as f32 / sum } else { 1.0 };
        }
    }

    /// Each threshold, taken from pYIN's beta distribution, chooses the first trough below it.
    fn weigh(&self, candidates: &mut Vec<Candidate>) {
        let first = candidates.len();
        let mut lowest = f32::INFINITY;
        let mut lowest_at = None;
        for lag in self.shortest..self.longest {
            let [left, depth, right] = [lag - 1, lag, lag + 1].map(|lag| self.difference[lag]);
            if depth < left && depth <= right && depth < lowest {
                let probability = thresholds_below(lowest) - thresholds_below(depth);
                lowest = depth;
                lowest_at = Some(candidates.len());
                candidates.push(Candidate { hz: self.refined_hz(lag), probability });
            }
        }
        if let Some(at) = lowest_at {
            candidates[at].probability += FALLBACK_WEIGHT * thresholds_below(lowest);
        }
        let mut index = 0;
        candidates.retain(|candidate| {
            index += 1;
            index <= first || candidate.probability > 1e-4
        });
    }

    /// Between the samples: the vertex of the parabola through the trough and its neighbours.
    fn refined_hz(&self, lag: usize) -> f32 {
        let [left, depth, right] = [lag - 1, lag, lag + 1].map(|lag| self.difference[lag]);
        let bend = left - 2.0 * depth + right;
        let shift = if bend > 0.0 { (0.5 * (left - right) / bend).clamp(-0.5, 0.5) } else { 0.0 };
        (self.sample_rate / (lag as f64 + f64::from(shift))) as f32
    }
}

impl fmt::Debug for Yin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Yin")
            .field("shortest", &self.shortest)
            .field("longest", &self.longest)
            .finish_non_exhaustive()
    }
}

/// Share of the thresholds below `depth`: the distribution function of pYIN's prior, Beta(2, 18) (mean 0.1).
fn thresholds_below(depth: f32) -> f32 {
    let depth = depth.clamp(0.0, 1.0);
    1.0 - (1.0 - depth).powi(18) * (1.0 + 18.0 * depth)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 16_000.0;

    fn best(wave: impl Fn(f64) -> f64) -> Option<Candidate> {
        let mut yin = Yin::new(RATE, 65.0, 1000.0);
        let frame: Vec<f32> = (0..yin.frame_length()).map(|n| wave(n as f64 / RATE) as f32).collect();
        let mut candidates = Vec::new();
        yin.candidates(&frame, &mut candidates);
        candidates.into_iter().max_by(|a, b| a.probability.total_cmp(&b.probability))
    }

    fn tone(hz: f64) -> impl Fn(f64) -> f64 {
        move |t| {
            (1..6).map(|k| (std::f64::consts::TAU * hz * f64::from(k) * t).sin() / f64::from(k)).sum::<f64>()
                * 0.2
        }
    }

    #[test]
    fn finds_the_pitch_within_five_cents() {
        for hz in [66.0, 82.4, 110.0, 220.3, 440.0, 700.0, 980.0] {
            let found = best(tone(hz)).unwrap();
            let cents = 1200.0 * (f64::from(found.hz) / hz).log2();
            assert!(cents.abs() < 5.0 && found.probability > 0.9, "{hz} Hz: {found:?}");
        }
    }

    #[test]
    fn finds_a_missing_fundamental() {
        let found = best(|t| {
            [3.0, 4.0, 5.0].map(|k| (std::f64::consts::TAU * 150.0 * k * t).sin() * 0.2).iter().sum()
        });
        assert!((found.unwrap().hz - 150.0).abs() < 0.5);
    }

    #[test]
    fn silence_has_no_candidate() {
        assert_eq!(best(|_| 0.0), None);
        assert_eq!(best(|t| 1e-5 * tone(200.0)(t)), None);
    }

    #[test]
    fn the_prior_is_a_distribution_of_mean_a_tenth() {
        assert_eq!((thresholds_below(0.0), thresholds_below(1.0)), (0.0, 1.0));
        let mean: f32 =
            (0..1000).map(|i| 1.0 - thresholds_below((i as f32 + 0.5) / 1000.0)).sum::<f32>() / 1000.0;
        assert!((mean - 0.1).abs() < 1e-3, "{mean}");
    }
}
