//! When each token was said: dynamic time warping of the decoder's attention to the sound, as the authors of Whisper do
//! it (`whisper/timing.py`).

use std::sync::Arc;

/// Frames that the median is taken over.
const MEDIAN: usize = 7;

/// First frame of each token from `from` on, for tokens that attend to `frames` frames of sound. `attention` has
/// `[heads, all frames]` for each token: scores before the softmax.
pub fn first_frames(attention: &[Arc<[f32]>], heads: usize, from: usize, frames: usize) -> Vec<usize> {
    let tokens = attention.len();
    if tokens <= from || frames == 0 || heads == 0 {
        return Vec::new();
    }
    let all_frames = attention[0].len() / heads;
    let frames = frames.min(all_frames);
    let mut fit = vec![0.0f32; tokens * frames];
    let mut weights = vec![0.0f32; tokens * frames];
    for head in 0..heads {
        for (weights, scores) in weights.chunks_exact_mut(frames).zip(attention) {
            softmax(&scores[head * all_frames..head * all_frames + frames], weights);
        }
        standardise(&mut weights, frames);
        for (fit, weights) in fit.chunks_exact_mut(frames).zip(weights.chunks_exact(frames)) {
            add_median(weights, fit);
        }
    }
    warp(&fit[from * frames..], frames)
}

fn softmax(scores: &[f32], weights: &mut [f32]) {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for (weight, score) in weights.iter_mut().zip(scores) {
        *weight = (score - most).exp();
        sum += *weight;
    }
    weights.iter_mut().for_each(|weight| *weight /= sum);
}

/// Each frame over the tokens to a mean of 0 and a deviation of 1.
fn standardise(weights: &mut [f32], frames: usize) {
    let tokens = (weights.len() / frames) as f32;
    let mut means = vec![0.0f32; frames];
    for row in weights.chunks_exact(frames) {
        means.iter_mut().zip(row).for_each(|(mean, weight)| *mean += weight / tokens);
    }
    let mut variances = vec![0.0f32; frames];
    for row in weights.chunks_exact(frames) {
        let deviations = row.iter().zip(&means).map(|(weight, mean)| weight - mean);
        variances.iter_mut().zip(deviations).for_each(|(variance, by)| *variance += by * by / tokens);
    }
    let scales: Vec<f32> = variances.iter().map(|variance| 1.0 / variance.sqrt().max(1e-12)).collect();
    for row in weights.chunks_exact_mut(frames) {
        for ((weight, mean), scale) in row.iter_mut().zip(&means).zip(&scales) {
            *weight = (*weight - mean) * scale;
        }
    }
}

/// Adds the running median; the row is mirrored at its ends. A row that is too short for it is added as it is.
fn add_median(row: &[f32], out: &mut [f32]) {
    let side = MEDIAN / 2;
    if row.len() <= side {
        out.iter_mut().zip(row).for_each(|(out, value)| *out += value);
        return;
    }
    let mut padded = Vec::with_capacity(row.len() + 2 * side);
    padded.extend((1..=side).rev().map(|i| row[i]));
    padded.extend_from_slice(row);
    padded.extend((1..=side).map(|i| row[row.len() - 1 - i]));
    for (at, out) in out.iter_mut().enumerate() {
        let window: &[f32; MEDIAN] =
            padded[at..].first_chunk().expect("padded by half a window on each side");
        *out += median(*window);
    }
}

/// By exchanges in pairs (Devillard 1998), which needs no branches.
fn median(mut v: [f32; MEDIAN]) -> f32 {
    let mut sort = |a: usize, b: usize| {
        let (low, high) = if v[b] < v[a] { (v[b], v[a]) } else { (v[a], v[b]) };
        (v[a], v[b]) = (low, high);
    };
    for (a, b) in [
        (0, 5),
        (0, 3),
        (1, 6),
        (2, 4),
        (0, 1),
        (3, 5),
        (2, 6),
        (2, 3),
        (3, 6),
        (4, 5),
        (1, 4),
        (1, 3),
        (3, 4),
    ] {
        sort(a, b);
    }
    v[3]
}

/// The way through `[tokens, frames]` on which the sum of the fit is largest, forwards in both; the first frame of each
/// token on it.
fn warp(fit: &[f32], frames: usize) -> Vec<usize> {
    #[derive(Clone, Copy)]
    enum From {
        Both,
        Token,
        Frame,
    }
    let tokens = fit.len() / frames;
    let mut from = vec![From::Both; tokens * frames];
    // Costs of the row above, with the corner before the first frame.
    let mut above = vec![f32::INFINITY; frames + 1];
    above[0] = 0.0;
    for token in 0..tokens {
        let mut row = vec![f32::INFINITY; frames + 1];
        for frame in 0..frames {
            let (both, next_token, next_frame) = (above[frame], above[frame + 1], row[frame]);
            let (cost, way) = if both < next_token && both < next_frame {
                (both, From::Both)
            } else if next_token < both && next_token < next_frame {
                (next_token, From::Token)
            } else {
                (next_frame, From::Frame)
            };
            row[frame + 1] = cost - fit[token * frames + frame];
            from[token * frames + frame] = way;
        }
        above = row;
    }
    let mut firsts = vec![0; tokens];
    let (mut token, mut frame) = (tokens - 1, frames - 1);
    loop {
        firsts[token] = frame;
        let way = match (token, frame) {
            (0, 0) => return firsts,
            (0, _) => From::Frame,
            (_, 0) => From::Token,
            _ => from[token * frames + frame],
        };
        match way {
            From::Both => (token, frame) = (token - 1, frame - 1),
            From::Token => token -= 1,
            From::Frame => frame -= 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_of_the_sorted() {
        let mut draw = crate::likelihood::Draw::new(5);
        for _ in 0..500 {
            let values: [f32; MEDIAN] = std::array::from_fn(|_| draw.token(&[0.0; 9], 1.0) as f32);
            let mut sorted = values;
            sorted.sort_by(f32::total_cmp);
            assert_eq!(median(values), sorted[3], "{values:?}");
        }
    }

    #[test]
    fn tokens_begin_where_their_attention_does() {
        // Four tokens, two heads, 100 frames of which 80 are sound; token i attends to the frames from 20 i on.
        let scores = |token: usize, frame: usize| if frame / 20 == token { 6.0 } else { 0.0 };
        let attention: Vec<Arc<[f32]>> =
            (0..4).map(|token| (0..200).map(|at| scores(token, at % 100)).collect()).collect();
        let firsts = first_frames(&attention, 2, 0, 80);
        assert_eq!(firsts.len(), 4);
        for (token, first) in firsts.iter().enumerate() {
            assert!(first.abs_diff(20 * token) <= 1, "{firsts:?}");
        }
        assert_eq!(first_frames(&attention, 2, 1, 80).len(), 3);
    }

    #[test]
    fn nothing_to_align_gives_nothing() {
        assert!(first_frames(&[], 2, 0, 10).is_empty());
        let attention: Vec<Arc<[f32]>> = vec![vec![0.0; 10].into(); 2];
        assert!(first_frames(&attention, 1, 2, 10).is_empty());
        assert!(first_frames(&attention, 1, 0, 0).is_empty());
        assert_eq!(first_frames(&attention, 1, 0, 2).len(), 2);
    }
}
