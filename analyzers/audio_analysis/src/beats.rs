//! When the beats are: Ellis (2007), "Beat tracking by dynamic programming".
//!
//! Of all ways to lay beats over the envelope, the one with the strongest onsets below them and the distances
//! nearest to the tempo's; then each beat is moved to the top of its onset, finer than a hop.

/// How much a wrong distance costs, against an envelope of standard deviation 1: times the square of the logarithm
/// of distance over period (Ellis's alpha; librosa calls it tightness).
const TIGHTNESS: f32 = 100.0;
/// Beats at both ends whose onset is weaker than this share of the beats' root mean square are not there.
const WEAKEST_SHARE: f32 = 0.5;

/// Where strokes are: the envelopes of all bands and of the low ones together, each by its own spread. In decibels a
/// hi-hat fills more bands than a bass drum; the beat is with the drum.
pub fn strokes(all: &[f32], low: &[f32]) -> Vec<f32> {
    normalised(all).iter().zip(normalised(low)).map(|(all, low)| all + low).collect()
}

/// Positions of the beats in frames of an envelope (see [`strokes`]), for a period in frames. In order.
pub fn beats(envelope: &[f32], period: f64) -> Vec<f64> {
    if envelope.is_empty() || period < 2.0 {
        return Vec::new();
    }
    let strength = smoothed(&normalised(envelope), period);
    let (scores, came_from) = best_scores(&strength, period);
    let frames = trace(&scores, &came_from, period);
    let frames = without_weak_ends(frames, &strength);
    frames.into_iter().map(|frame| top_of_onset(envelope, frame)).collect()
}

/// Divided by its standard deviation.
fn normalised(envelope: &[f32]) -> Vec<f32> {
    let count = envelope.len() as f32;
    let mean = envelope.iter().sum::<f32>() / count;
    let spread = (envelope.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / count).sqrt();
    envelope.iter().map(|value| if spread > 0.0 { value / spread } else { 0.0 }).collect()
}

/// A Gaussian over it whose width is a 32nd of the period: beats may be a little early or late.
fn smoothed(envelope: &[f32], period: f64) -> Vec<f32> {
    let width = period / 32.0;
    let reach = (3.0 * width).ceil() as isize;
    let weights: Vec<f32> =
        (-reach..=reach).map(|i| (-0.5 * (i as f64 / width).powi(2)).exp() as f32).collect();
    let value = |at: isize| usize::try_from(at).ok().and_then(|at| envelope.get(at)).copied().unwrap_or(0.0);
    let mean =
        |at: usize| (-reach..=reach).zip(&weights).map(|(i, weight)| weight * value(at as isize + i)).sum();
    (0..envelope.len()).map(mean).collect()
}

/// For each frame as the last beat: the score of the best beats up to it, and the beat before it.
fn best_scores(strength: &[f32], period: f64) -> (Vec<f32>, Vec<Option<usize>>) {
    let (nearest, farthest) = ((period / 2.0).round().max(1.0) as usize, (period * 2.0).round() as usize);
    let costs: Vec<f32> = (nearest..=farthest)
        .map(|distance| TIGHTNESS * ((distance as f64 / period).ln() as f32).powi(2))
        .collect();
    // Up to here nothing has begun: the first beat is free.
    let begin = 0.01 * strength.iter().copied().fold(0.0, f32::max);
    let mut begun = false;
    let (mut scores, mut came_from) =
        (Vec::with_capacity(strength.len()), Vec::with_capacity(strength.len()));
    for (frame, &onset) in strength.iter().enumerate() {
        let befores = (nearest..=farthest).zip(&costs).take_while(|(distance, _)| *distance <= frame);
        let best = befores
            .map(|(distance, cost)| (frame - distance, scores[frame - distance] - cost))
            .max_by(|a: &(usize, f32), b| a.1.total_cmp(&b.1));
        scores.push(onset + best.map_or(0.0, |(_, score)| score.max(0.0)));
        begun |= onset >= begin;
        came_from.push(best.filter(|(_, score)| begun && *score > 0.0).map(|(before, _)| before));
    }
    (scores, came_from)
}

/// Back from the best end, which is within the last period.
fn trace(scores: &[f32], came_from: &[Option<usize>], period: f64) -> Vec<usize> {
    let tail = scores.len().saturating_sub(period.ceil() as usize);
    let last = (tail..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let mut frames: Vec<usize> = std::iter::successors(last, |&frame| came_from[frame]).collect();
    frames.reverse();
    frames
}

fn without_weak_ends(frames: Vec<usize>, strength: &[f32]) -> Vec<usize> {
    let mean_square =
        frames.iter().map(|&frame| strength[frame].powi(2)).sum::<f32>() / frames.len().max(1) as f32;
    let least = WEAKEST_SHARE * mean_square.sqrt();
    let strong = |frame: &usize| strength[*frame] > least;
    let first = frames.iter().position(strong).unwrap_or(frames.len());
    let last = frames.iter().rposition(strong).map_or(first, |last| last + 1);
    frames[first..last].to_vec()
}

/// The vertex of the parabola through the highest value within two frames, if there is an onset at all.
fn top_of_onset(envelope: &[f32], frame: usize) -> f64 {
    let (from, to) = (frame.saturating_sub(2), (frame + 2).min(envelope.len() - 1));
    let Some(top) = (from..=to).max_by(|&a, &b| envelope[a].total_cmp(&envelope[b])) else {
        return frame as f64;
    };
    if top == 0 || top + 1 == envelope.len() || envelope[top] <= 0.0 {
        return frame as f64;
    }
    let [left, middle, right] = [top - 1, top, top + 1].map(|frame| f64::from(envelope[frame]));
    let bend = left - 2.0 * middle + right;
    let shift = if bend < 0.0 { (0.5 * (left - right) / bend).clamp(-0.5, 0.5) } else { 0.0 };
    top as f64 + shift
}

/// Beats a minute by the beats themselves: the median over stretches of eight beats, which a single wrong beat does
/// not move. `rate` is frames a second. `None` of fewer than four beats.
pub fn bpm_of(beats: &[f64], rate: f64) -> Option<f64> {
    if beats.len() < 4 {
        return None;
    }
    let stretch = 8.min(beats.len() - 1);
    let mut lengths: Vec<f64> = beats.windows(stretch + 1).map(|beats| beats[stretch] - beats[0]).collect();
    lengths.sort_by(f64::total_cmp);
    let median = lengths[lengths.len() / 2];
    (median > 0.0).then(|| 60.0 * rate * stretch as f64 / median)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bumps(positions: &[f64], length: usize) -> Vec<f32> {
        let value =
            |at: usize| positions.iter().map(|p| (-0.5 * ((at as f64 - p) / 1.2).powi(2)).exp()).sum::<f64>();
        (0..length).map(|at| value(at) as f32).collect()
    }

    #[test]
    fn finds_beats_between_the_frames() {
        let truth: Vec<f64> = (0..20).map(|i| 30.3 + 46.9 * f64::from(i)).collect();
        let found = beats(&bumps(&truth, 1000), 46.0);
        assert_eq!(found.len(), truth.len());
        for (found, truth) in found.iter().zip(&truth) {
            assert!((found - truth).abs() < 0.3, "{found} for {truth}");
        }
        assert!((bpm_of(&found, 93.75).unwrap() - 60.0 * 93.75 / 46.9).abs() < 0.2);
    }

    #[test]
    fn fills_in_a_beat_without_an_onset_and_follows_a_drift() {
        let mut truth = vec![20.0];
        (0..20).for_each(|i| truth.push(truth[i] + 45.0 + 0.2 * i as f64));
        let mut played = truth.clone();
        played.remove(9);
        let found = beats(&bumps(&played, 1000), 47.0);
        assert_eq!(found.len(), truth.len());
        assert!(found.iter().zip(&truth).all(|(found, truth)| (found - truth).abs() < 4.0), "{found:?}");
    }

    #[test]
    fn silence_round_the_music_has_no_beats() {
        let truth: Vec<f64> = (10..20).map(|i| 40.0 * f64::from(i)).collect();
        let found = beats(&bumps(&truth, 1600), 40.0);
        assert_eq!(found.len(), 10, "{found:?}");
    }

    #[test]
    fn the_beat_is_with_the_low_stroke() {
        let (on, off): (Vec<f64>, Vec<f64>) =
            (1..20).map(|i| 48.0 * f64::from(i)).map(|at| (at, at + 24.0)).unzip();
        let (drum, hat) = (bumps(&on, 1000), bumps(&off, 1000));
        let all: Vec<f32> = drum.iter().zip(&hat).map(|(drum, hat)| 0.8 * drum + hat).collect();
        let found = beats(&strokes(&all, &drum), 48.0);
        assert!(found.iter().zip(&on).all(|(found, on)| (found - on).abs() < 1.0), "{found:?}");
    }

    #[test]
    fn nothing_has_no_beats() {
        assert!(beats(&[], 40.0).is_empty());
        assert!(beats(&[0.0; 500], 40.0).is_empty());
        assert_eq!(bpm_of(&[1.0, 2.0, 3.0], 10.0), None);
    }
}
