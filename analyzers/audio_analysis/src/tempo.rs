//! The tempo of an onset envelope, and whether there is one.
//!
//! Autocorrelation with a log-normal prior round 120 BPM, after Ellis (2007), "Beat tracking by dynamic programming",
//! with the multiples of a period heard along with it. Windows of some seconds are averaged, so that a tempo may
//! drift over a video.

/// Seconds of a window, and from one to the next.
const WINDOW_S: f64 = 12.0;
const WINDOW_HOP_S: f64 = 4.0;
/// Less than this has no tempo.
const LEAST_S: f64 = 4.0;
/// Seconds over which the envelope's own level is taken, so that only what stands out is periodic.
const LEVEL_S: f64 = 0.5;
const PRIOR_BPM: f64 = 120.0;
/// Width of the prior, octaves.
const PRIOR_WIDTH: f64 = 1.0;
/// How much the periods 1, 2, 3 and 4 times as long count, and how much the one of three and four beats that is more alike:
/// the bar. A dotted note has no bar, which tells it from a beat.
const MULTIPLES: [f64; 4] = [1.0, 0.5, 0.25, 0.25];
const BAR_WEIGHT: f64 = 1.0;
/// How much the low bands count beside all bands, and a repetition of theirs at half the period against it: what
/// tells a bass drum on every beat from one on every second beat.
const LOW_WEIGHT: f64 = 1.0;
const LOW_HALF_COST: f64 = 0.3;
/// Candidates per octave.
const STEPS: f64 = 120.0;

/// A tempo, and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tempo {
    pub bpm: f64,
    /// How alike the envelope is to itself one beat, two beats and a bar later, on the mean: 1 a machine, 0 chance.
    pub clarity: f64,
}

/// The envelope with its local mean taken off and what is then negative cut away.
pub fn outstanding(envelope: &[f32], rate: f64) -> Vec<f32> {
    let reach = ((LEVEL_S / 2.0 * rate) as usize).max(1);
    let sums: Vec<f64> = std::iter::once(0.0)
        .chain(envelope.iter().scan(0.0, |sum, value| {
            *sum += f64::from(*value);
            Some(*sum)
        }))
        .collect();
    let above = |(i, value): (usize, &f32)| {
        let (from, to) = (i.saturating_sub(reach), (i + reach + 1).min(envelope.len()));
        (value - ((sums[to] - sums[from]) / (to - from) as f64) as f32).max(0.0)
    };
    envelope.iter().enumerate().map(above).collect()
}

/// The clarity that sound of this length must have for a beat. Chance alone makes short sound look like itself, by
/// the inverse root of its length.
pub fn least_clarity(of_long_sound: f64, duration_s: f64) -> f64 {
    of_long_sound + 0.65 / duration_s.max(1.0).sqrt()
}

/// The likeliest tempo between two bounds (BPM), by the envelopes of all bands and of the low ones (see
/// [`outstanding`]), which have `rate` values a second. `None` of less than four seconds, or without any onset.
pub fn tempo(all: &[f32], low: &[f32], rate: f64, [min_bpm, max_bpm]: [f64; 2]) -> Option<Tempo> {
    if (all.len() as f64) < LEAST_S * rate {
        return None;
    }
    let longest_lag = 60.0 / min_bpm * rate * MULTIPLES.len() as f64;
    let all = autocorrelation(all, rate, longest_lag)?;
    let low = autocorrelation(low, rate, longest_lag).unwrap_or_default();
    let score = |bpm: f64| {
        let lag = 60.0 * rate / bpm;
        let low_score = salience(&low, lag) - LOW_HALF_COST * nearby(&low, lag / 2.0).max(0.0);
        prior(bpm) * (salience(&all, lag) + LOW_WEIGHT * low_score)
    };
    let steps = ((max_bpm / min_bpm).log2() * STEPS) as usize;
    let candidates = (0..=steps).map(|step| min_bpm * 2f64.powf(step as f64 / STEPS));
    let (bpm, _) = candidates.map(|bpm| (bpm, score(bpm))).max_by(|a, b| a.1.total_cmp(&b.1))?;
    let clarity = clarity(&all, 60.0 * rate / bpm);
    (clarity > 0.0).then_some(Tempo { bpm, clarity })
}

/// Autocorrelation by lag, 1 at lag 0, 0 where windows are alike by chance only; mean over the windows by their
/// energy. `None` where there is no energy.
fn autocorrelation(envelope: &[f32], rate: f64, longest_lag: f64) -> Option<Vec<f64>> {
    let window = ((WINDOW_S * rate) as usize).min(envelope.len());
    let hop = ((WINDOW_HOP_S * rate) as usize).max(1);
    // Of the longest lags in a short window hardly anything is seen.
    let longest = (longest_lag.ceil() as usize + 2).min(window - window / 4);
    let mut sums = vec![0.0f64; longest + 1];
    let mut start = 0;
    loop {
        let part = &envelope[start..(start + window).min(envelope.len())];
        let mean = part.iter().sum::<f32>() / part.len().max(1) as f32;
        let part: Vec<f32> = part.iter().map(|value| value - mean).collect();
        for (lag, sum) in sums.iter_mut().enumerate().take(part.len()) {
            let products: f32 = part.iter().zip(&part[lag..]).map(|(a, b)| a * b).sum();
            *sum += f64::from(products) * part.len() as f64 / (part.len() - lag) as f64;
        }
        start += hop;
        if start + window > envelope.len() {
            break;
        }
    }
    let energy = sums[0];
    (energy > 1e-9).then(|| sums.iter().map(|sum| sum / energy).collect())
}

/// Weighted mean over the multiples of a lag, as far as they are seen.
fn salience(likeness: &[f64], lag: f64) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (i, weight) in MULTIPLES.iter().enumerate() {
        let lag = lag * (i + 1) as f64;
        if is_seen(likeness, lag) {
            sum += weight * nearby(likeness, lag);
            weights += weight;
        }
    }
    if let Some(bar) = bar(likeness, lag, nearby) {
        sum += BAR_WEIGHT * bar;
        weights += BAR_WEIGHT;
    }
    if weights > 0.0 { sum / weights } else { 0.0 }
}

/// Of one beat, two beats and a bar, as far as they are seen: a drum on every other beat makes neighbouring beats differ.
fn clarity(likeness: &[f64], lag: f64) -> f64 {
    let seen = |lag: f64| is_seen(likeness, lag).then(|| nearby_peak(likeness, lag));
    let levels = [seen(lag), seen(2.0 * lag), bar(likeness, lag, nearby_peak)];
    let count = levels.iter().flatten().count().max(1);
    levels.iter().flatten().sum::<f64>() / count as f64
}

/// Three or four beats, whichever is more alike; as far as they are seen.
fn bar(likeness: &[f64], lag: f64, at: fn(&[f64], f64) -> f64) -> Option<f64> {
    let seen = [3.0, 4.0].map(|beats| beats * lag).into_iter().filter(|lag| is_seen(likeness, *lag));
    seen.map(|lag| at(likeness, lag)).max_by(f64::total_cmp)
}

fn is_seen(likeness: &[f64], lag: f64) -> bool {
    lag + 2.0 < likeness.len() as f64
}

/// Between two lags, linearly; 0 beyond the last.
fn nearby(likeness: &[f64], lag: f64) -> f64 {
    let below = lag as usize;
    let at = |lag: usize| likeness.get(lag).copied().unwrap_or(0.0);
    at(below) + (at(below + 1) - at(below)) * (lag - below as f64)
}

/// The highest value within 3 % of the lag.
fn nearby_peak(likeness: &[f64], lag: f64) -> f64 {
    let (from, to) = ((lag * 0.97).floor() as usize, (lag * 1.03).ceil() as usize);
    (from..=to).filter_map(|lag| likeness.get(lag).copied()).fold(0.0, f64::max)
}

fn prior(bpm: f64) -> f64 {
    (-0.5 * ((bpm / PRIOR_BPM).log2() / PRIOR_WIDTH).powi(2)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 93.75;

    /// Strong pulses on the beats, weaker ones between; and the strong ones alone. Each some frames wide.
    fn pulses(bpm: f64, seconds: f64) -> [Vec<f32>; 2] {
        let pulse = |i: usize, distance: f64, offset: f64| {
            let from_nearest = (i as f64 / distance - offset + 0.5).rem_euclid(1.0) - 0.5;
            (-0.5 * (from_nearest * distance / 1.5).powi(2)).exp() as f32
        };
        let (frames, beat) = ((seconds * RATE) as usize, 60.0 / bpm * RATE);
        let low: Vec<f32> = (0..frames).map(|i| pulse(i, beat, 0.0)).collect();
        let all = low.iter().enumerate().map(|(i, low)| low + 0.6 * pulse(i, beat, 0.5)).collect();
        [all, low]
    }

    #[test]
    fn finds_the_tempo_of_pulses() {
        for bpm in [72.0, 90.0, 111.0, 128.0, 150.0, 174.0] {
            let [all, low] = pulses(bpm, 20.0);
            let found = tempo(&all, &low, RATE, [50.0, 220.0]).unwrap();
            assert!((found.bpm / bpm - 1.0).abs() < 0.03 && found.clarity > 0.3, "{bpm}: {found:?}");
        }
    }

    #[test]
    fn random_pulses_are_not_clear() {
        let mut state = 1u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 16_777_216.0
        };
        let envelope: Vec<f32> = (0..2000).map(|_| random()).collect();
        let clarity = tempo(&envelope, &envelope, RATE, [50.0, 220.0]).map_or(0.0, |tempo| tempo.clarity);
        assert!(clarity < least_clarity(0.1, 20.0), "{clarity}");
    }

    #[test]
    fn nothing_has_no_tempo() {
        assert_eq!(tempo(&[], &[], RATE, [50.0, 220.0]), None);
        assert_eq!(tempo(&[0.0; 2000], &[0.0; 2000], RATE, [50.0, 220.0]), None);
        assert_eq!(tempo(&[1.0; 40], &[1.0; 40], RATE, [50.0, 220.0]), None);
    }

    #[test]
    fn a_constant_level_does_not_stand_out() {
        assert!(outstanding(&[3.0; 100], RATE).iter().all(|value| value.abs() < 1e-5));
        assert!(outstanding(&[], RATE).is_empty());
    }
}
