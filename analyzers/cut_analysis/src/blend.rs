//! The model of a dissolve: every frame of it is a blend `(1 - w) A + w B` of the frames before and after it, and `w`
//! runs from 0 to 1. A fade is the same with one picture of a single colour.
//!
//! Motion does not look like that: what moves is for a while where neither `A` nor `B` has it. The model is that of
//! Lienhart, "Reliable transition detection in videos: a survey and practitioner's guide", 2001, tested directly on
//! block means instead of on the parabola that it makes of the variance (Alattar 1993).

use crate::film::Film;

/// Root mean square difference of block means, 0..255, below which two frames are too alike to tell a weight.
pub const LEAST_DIFFERENCE: f32 = 8.0;

/// A frame as a blend of two others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blend {
    /// Weight of the later one; the least squares solution, not held to 0..1.
    pub weight: f32,
    /// What is left unexplained, relative to the difference of the two.
    pub residual: f32,
}

/// A stretch of frames as a transition from its first frame to its last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    pub first: usize,
    pub last: usize,
    /// Root mean square difference of the two ends.
    pub difference: f32,
    /// Mean residual of the frames between.
    pub residual: f32,
    /// Greatest distance of a weight from the straight line.
    pub deviation: f32,
}

impl Fit {
    /// How well this stretch covers a transition: the whole one has the greatest difference, and a straight line.
    pub fn strength(&self) -> f32 {
        self.difference * (1.0 - 2.0 * self.deviation) * (1.0 - self.residual)
    }
}

/// Root mean square difference of the block means of two frames.
pub fn difference(film: &Film, a: usize, b: usize) -> f32 {
    let (a, b) = (film.blocks(a), film.blocks(b));
    let sum: f32 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
    (sum / a.len().max(1) as f32).sqrt()
}

/// Frame `t` as a blend of `a` and `b`, which differ.
pub fn blend(film: &Film, a: usize, b: usize, t: usize) -> Blend {
    let (from, to, frame) = (film.blocks(a), film.blocks(b), film.blocks(t));
    let (mut along, mut length, mut square) = (0.0, 0.0, 0.0);
    for ((from, to), frame) in from.iter().zip(to).zip(frame) {
        let (way, gone) = (to - from, frame - from);
        along += way * gone;
        length += way * way;
        square += gone * gone;
    }
    let length = f32::max(length, 1e-6);
    let weight = along / length;
    Blend { weight, residual: ((square - along * weight).max(0.0) / length).sqrt() }
}

/// Tests the stretch `first..=last`. `None` where its ends are alike, or where a frame between them is no blend or
/// off the straight line by more than the limits.
pub fn fit(film: &Film, first: usize, last: usize, limits: &Limits) -> Option<Fit> {
    let difference = difference(film, first, last);
    if difference < LEAST_DIFFERENCE {
        return None;
    }
    let steps = last - first;
    let (mut residual, mut deviation) = (0.0, 0f32);
    // The middle first: it is where most stretches fail.
    for i in (0..steps).map(|i| (i + steps / 2) % steps).filter(|&i| i > 0) {
        let blend = blend(film, first, last, first + i);
        deviation = deviation.max((blend.weight - i as f32 / steps as f32).abs());
        residual += blend.residual;
        if deviation > limits.deviation || blend.residual > 2.0 * limits.residual {
            return None;
        }
    }
    let residual = residual / (steps - 1).max(1) as f32;
    (residual <= limits.residual).then_some(Fit { first, last, difference, residual, deviation })
}

/// What a transition may fall short of the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Mean residual; motion within the two shots adds to it.
    pub residual: f32,
    /// Distance of a weight from the straight line; an eased dissolve has about 0.1.
    pub deviation: f32,
}

/// First frame that is not `A` alone, first that is mostly `B`, first that is `B` alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    pub start: usize,
    pub middle: usize,
    pub end: usize,
}

/// Reads the course off the weights: a straight line through those between 0.1 and 0.9, carried on to 0 and 1.
pub fn course(film: &Film, fit: &Fit) -> Course {
    let reach = (fit.last - fit.first) / 2;
    let frames = fit.first.saturating_sub(reach)..=(fit.last + reach).min(film.len() - 1);
    let weights: Vec<(f32, f32)> =
        frames.map(|t| (t as f32, blend(film, fit.first, fit.last, t).weight)).collect();
    let inner = |weight: f32| (0.1..0.9).contains(&weight);
    let within = |t: f32| t > fit.first as f32 && t < fit.last as f32;
    let points: Vec<(f32, f32)> =
        weights.iter().copied().filter(|&(t, weight)| within(t) && inner(weight)).collect();
    let count = points.len().max(1) as f32;
    let (mean_t, mean_weight) =
        (points.iter().map(|p| p.0).sum::<f32>() / count, points.iter().map(|p| p.1).sum::<f32>() / count);
    let covariance: f32 = points.iter().map(|p| (p.0 - mean_t) * (p.1 - mean_weight)).sum();
    let variance: f32 = points.iter().map(|p| (p.0 - mean_t).powi(2)).sum();
    let slope = if points.len() < 2 { 0.0 } else { covariance / variance };
    if slope <= 0.0 {
        return Course { start: fit.first + 1, middle: (fit.first + fit.last).div_ceil(2), end: fit.last };
    }
    let at = |weight: f32| mean_t + (weight - mean_weight) / slope;
    let last = (film.len() - 1) as f32;
    let frame = |t: f32| t.clamp(0.0, last) as usize;
    // A quarter of a step of grace for rounding in the pixels.
    let grace = 0.25;
    Course {
        start: frame((at(0.0) + grace).floor() + 1.0),
        middle: frame((at(0.5) - grace).ceil()),
        end: frame((at(1.0) - grace).ceil()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::{film_of, mixed, scene};

    #[test]
    fn finds_the_weight_of_a_blend_and_that_a_third_picture_is_none() {
        let (a, b) = (scene(1, 0, 0), scene(2, 0, 0));
        let film = film_of([a.clone(), mixed(&a, &b, 0.3), b, scene(3, 0, 0)]);
        let found = blend(&film, 0, 2, 1);
        assert!((found.weight - 0.3).abs() < 0.01 && found.residual < 0.02, "{found:?}");
        assert!(blend(&film, 0, 2, 3).residual > 0.4);
    }

    #[test]
    fn reads_start_middle_and_end_off_a_dissolve() {
        let (a, b) = (scene(1, 0, 0), scene(2, 0, 0));
        // Frames 0..=10 are `a`, 11..=17 are mixed by eighths, from 18 on `b`.
        let weight = |t: i32| ((t - 10) as f32 / 8.0).clamp(0.0, 1.0);
        let film = film_of((0..30).map(|t| mixed(&a, &b, weight(t))));
        let limits = Limits { residual: 0.1, deviation: 0.1 };
        let fit = fit(&film, 10, 18, &limits).expect("a dissolve");
        assert!(fit.deviation < 0.02 && fit.residual < 0.05, "{fit:?}");
        assert_eq!(course(&film, &fit), Course { start: 11, middle: 14, end: 18 });
    }

    #[test]
    fn refuses_a_cut_and_a_pan() {
        let limits = Limits { residual: 0.2, deviation: 0.16 };
        let cut = film_of((0..9).map(|t| scene(if t < 4 { 1 } else { 2 }, 0, 0)));
        assert_eq!(fit(&cut, 0, 8, &limits), None);
        let pan = film_of((0..9).map(|t| scene(1, 5 * t, 0)));
        assert_eq!(fit(&pan, 0, 8, &limits), None);
    }
}
