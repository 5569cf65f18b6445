//! Hard cuts: frames that differ from the one before as nothing around them does.

use crate::blend;
use crate::distance;
use crate::film::Film;
use crate::settings::Settings;
use crate::threshold;
use crate::transition::{Kind, Transition};

/// Difference of block means that speaks as plainly for a cut as colours can.
const PLAIN_DIFFERENCE: f32 = 25.0;
/// What colours alone can take away from the structure's word.
const COLOUR_SHARE: f32 = 0.4;
/// Below this a frame pair is no candidate, whatever surrounds it.
const LEAST_CANDIDATE: f32 = 0.3;
/// Median absolute deviations above the median.
const DEVIATIONS: f32 = 6.0;
/// By how much more a cut must differ for each bit that the frames right beside it do: at both ends of a whip pan
/// frames differ much, but so do those within it.
const MOTION: f32 = 1.8;
/// A frame that differs this much is a cut beside any motion.
const PLAIN_CUT: f32 = 0.85;
/// Difference of block means below which even a change of structure is hardly seen, as at the dark end of a fade.
const SEEN: f32 = 5.0;
/// Residual up to which a single frame between two shots counts as their blend.
const BLENDED: f32 = 0.3;
/// Structure up to which two frames show the same shot.
pub const SAME_SHOT: f32 = 0.5;
/// Luma deviation below which a frame shows one colour.
pub const ONE_COLOUR: f32 = 4.0;

/// How much a frame differs from the one before, 0..1: the structure's word, softened where colours hardly change.
pub fn score(structure: f32, blocks: f32) -> f32 {
    let colour = 1.0 - COLOUR_SHARE + COLOUR_SHARE * (blocks / PLAIN_DIFFERENCE).min(1.0);
    structure * colour * (blocks / SEEN).min(1.0)
}

/// Finds the cuts. `scores[t]` says how much frame `t` differs from `t - 1`; what turns out to be a flash is set to 0
/// there, since it is no part of what shots do.
pub fn find(film: &Film, scores: &mut [f32], fps: f64, settings: &Settings) -> Vec<Transition> {
    remove_flashes(film, scores, (settings.flash_s * fps).round().max(3.0) as usize);
    join_halves(film, scores);
    let reach = (0.5 * fps).round().max(4.0) as usize;
    let mut cuts = Vec::new();
    for t in 1..scores.len() {
        let score = scores[t];
        let usual = threshold::local(scores, t, reach, DEVIATIONS);
        let rival = threshold::rival(scores, t, 3);
        let needed = (settings.cut_threshold + MOTION * rival).max(usual).clamp(settings.cut_threshold, PLAIN_CUT);
        if score >= needed.max(rival) {
            let confidence = 0.5 + 0.5 * (score - needed) / (1.0 - needed).max(0.1);
            cuts.push(Transition { kind: Kind::Cut, start: t, frame: t, end: t, confidence: confidence.min(1.0) });
        }
    }
    cuts
}

/// A change that is undone within `longest` frames is a flash, or an object right before the lens. One colour for so
/// short a time between two different shots is part of the cut: the later change stays.
fn remove_flashes(film: &Film, scores: &mut [f32], longest: usize) {
    for first in 1..scores.len() {
        if scores[first] < LEAST_CANDIDATE {
            continue;
        }
        for last in first + 1..(first + longest + 1).min(scores.len()) {
            if scores[last] < LEAST_CANDIDATE {
                continue;
            }
            if distance::structure(film, first - 1, last) < SAME_SHOT {
                scores[first..=last].fill(0.0);
            } else if film.contrast[first..last].iter().all(|&contrast| contrast < ONE_COLOUR) {
                scores[first..last].fill(0.0);
            }
        }
    }
}

/// A frame that is the blend of its neighbours, as a change of the frame rate makes it, halves a cut: the change is
/// put together where the new shot prevails.
fn join_halves(film: &Film, scores: &mut [f32]) {
    for t in 1..scores.len().saturating_sub(1) {
        if scores[t].min(scores[t + 1]) < LEAST_CANDIDATE || scores[t].max(scores[t + 1]) > 0.95 {
            continue;
        }
        let beside = f32::max(scores[t - 1], *scores.get(t + 2).unwrap_or(&0.0));
        if beside > 0.5 * scores[t].min(scores[t + 1]) {
            continue;
        }
        let blend = blend::blend(film, t - 1, t + 1, t);
        if blend.residual < BLENDED && (0.05..0.95).contains(&blend.weight) {
            let whole = score(distance::structure(film, t - 1, t + 1), distance::blocks(film, t - 1, t + 1));
            let (prevails, other) = if blend.weight >= 0.5 { (t, t + 1) } else { (t + 1, t) };
            scores[other] = 0.0;
            scores[prevails] = whole;
        }
    }
}
