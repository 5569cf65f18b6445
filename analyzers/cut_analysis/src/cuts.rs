//! Hard cuts: frames that differ from the one before as nothing around them does.

use crate::blend;
use crate::distance;
use crate::film::{Film, ONE_COLOUR};
use crate::settings::Settings;
use crate::threshold;
use crate::transition::{Candidate, Kind, Standing, Transition};

/// Difference of block means that speaks as plainly for a cut as colours can.
const PLAIN_DIFFERENCE: f32 = 25.0;
/// What colours alone can take away from the structure's word.
const COLOUR_SHARE: f32 = 0.4;
/// Difference of block means below which even a change of structure is hardly seen, as at the dark end of a fade.
const SEEN: f32 = 5.0;
/// Below this no structure could make a candidate of the pair, so that it is not looked at.
const STILL: f32 = 2.4;

/// Below this a frame pair is no candidate, whatever surrounds it.
const LEAST_CANDIDATE: f32 = 0.3;
/// Median absolute deviations above the median.
const DEVIATIONS: f32 = 6.0;
/// Frames on either side that count as right beside.
const BESIDE: usize = 3;
/// By how much more a cut must score for each bit that the frames right beside it do.
const MOTION: f32 = 1.2;
/// A frame that scores this much needs no more.
const PLAIN_CUT: f32 = 0.7;
/// How many times the motion right beside it a cut changes the blocks: at both ends of a whip pan frames differ
/// much, but hardly more than those within it.
const BEYOND_MOTION: f32 = 1.8;
/// A frame that scores this much is a cut beside any motion.
const CERTAIN_CUT: f32 = 0.78;
/// A frame that scores this much, with so little beside it, is a cut beyond doubt: on the mixes of tuning, where 510 cuts
/// were, nothing else does.
const SURE_CUT: f32 = 0.72;
const SURE_BESIDE: f32 = 0.3;
/// The share of `cut_threshold` below which a frame is no cut beyond doubt: one of 510 cuts scored less than 0.25.
const LEAST_DOUBTFUL: f32 = 2.0 / 3.0;
/// What captions that change, and noise, make of the frames right beside a cut; motion makes more.
const CALM: f32 = 0.08;
/// A frame that hardly scores more than those right beside it is in the midst of motion.
const BESIDE_MOTION: f32 = 0.8;
/// Residual up to which a single frame between two shots counts as their blend.
const BLENDED: f32 = 0.3;
/// Structure up to which two frames show the same shot.
pub const SAME_SHOT: f32 = 0.5;

/// How much a frame differs from the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Change {
    /// 0..1: [`distance::structure`], softened where colours hardly change.
    pub score: f32,
    /// [`distance::blocks`], 0..255.
    pub blocks: f32,
}

impl Change {
    /// From frame `a` to frame `b`.
    pub fn between(film: &Film, a: usize, b: usize) -> Self {
        let blocks = distance::blocks(film, a, b);
        if blocks < STILL {
            return Change { score: 0.0, blocks };
        }
        let colour = 1.0 - COLOUR_SHARE + COLOUR_SHARE * (blocks / PLAIN_DIFFERENCE).min(1.0);
        Change { score: distance::structure(film, a, b) * colour * (blocks / SEEN).min(1.0), blocks }
    }
}

/// Finds the cuts, and what might be one. `changes[t]` is the change from frame `t - 1` to `t`; the first has no meaning.
pub fn find(film: &Film, changes: &[Change], fps: f64, settings: &Settings) -> Vec<Candidate> {
    let mut changes = changes.to_vec();
    remove_flashes(film, &mut changes, (settings.flash_s * fps).round().max(3.0) as usize);
    join_halves(film, &mut changes);
    let scores: Vec<f32> = changes.iter().map(|change| change.score).collect();
    // What is a cut itself is no motion.
    let motion = |change: &Change| if change.score < PLAIN_CUT { change.blocks } else { 0.0 };
    let motion: Vec<f32> = changes.iter().map(motion).collect();
    let reach = (0.5 * fps).round().max(4.0) as usize;
    let least = settings.cut_threshold;
    let mut cuts = Vec::new();
    for t in 1..scores.len() {
        let rival = threshold::rival(&scores, t, BESIDE);
        if scores[t] < (LEAST_DOUBTFUL * least).max(rival) {
            continue;
        }
        let usual = threshold::local(&scores, t, reach, DEVIATIONS);
        let needed = (least + MOTION * rival).max(usual).clamp(least, PLAIN_CUT.max(least));
        let beyond_motion = changes[t].blocks >= BEYOND_MOTION * threshold::rival(&motion, t, BESIDE);
        let found = scores[t] >= needed && (beyond_motion || scores[t] >= CERTAIN_CUT);
        let standing = match found {
            true if scores[t] >= SURE_CUT && rival < SURE_BESIDE => Standing::Sure,
            true => Standing::Likely,
            false if rival < BESIDE_MOTION * scores[t] => Standing::Unlikely,
            false => continue,
        };
        let confidence = 0.5 + 0.5 * (scores[t] - needed) / (1.0 - needed).max(0.1);
        let confidence = confidence.clamp(0.0, 1.0);
        cuts.push(Candidate {
            transition: Transition { kind: Kind::Cut, start: t, frame: t, end: t, confidence },
            standing,
            calm: rival < CALM,
        });
    }
    cuts
}

/// A change that is undone within `longest` frames is a flash, or an object right before the lens. One colour for so
/// short a time between two different shots is part of the cut: the later change stays.
fn remove_flashes(film: &Film, changes: &mut [Change], longest: usize) {
    for first in 1..changes.len() {
        for last in first + 1..(first + longest + 1).min(changes.len()) {
            if changes[first].score.min(changes[last].score) < LEAST_CANDIDATE {
                continue;
            }
            if distance::structure(film, first - 1, last) < SAME_SHOT {
                changes[first..=last].fill(Change::default());
            } else if film.contrast[first..last].iter().all(|&contrast| contrast < ONE_COLOUR) {
                changes[first..last].fill(Change::default());
            }
        }
    }
}

/// A frame that is the blend of its neighbours, as a change of the frame rate makes it, halves a cut: the change is
/// put together where the new shot prevails.
fn join_halves(film: &Film, changes: &mut [Change]) {
    for t in 1..changes.len().saturating_sub(1) {
        let half = changes[t].score.min(changes[t + 1].score);
        let beside = changes[t - 1].score.max(changes.get(t + 2).map_or(0.0, |after| after.score));
        if half < LEAST_CANDIDATE || beside > 0.5 * half {
            continue;
        }
        let blend = blend::blend(film, t - 1, t + 1, t);
        if blend.residual < BLENDED && (0.05..0.95).contains(&blend.weight) {
            let (prevails, other) = if blend.weight >= 0.5 { (t, t + 1) } else { (t + 1, t) };
            changes[prevails] = Change::between(film, t - 1, t + 1);
            changes[other] = Change::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::{HEIGHT, WIDTH, film_of, mixed, scene};

    fn cuts(frames: Vec<Vec<u8>>) -> Vec<usize> {
        let film = film_of(frames);
        let change = |t: usize| if t == 0 { Change::default() } else { Change::between(&film, t - 1, t) };
        let changes: Vec<Change> = (0..film.len()).map(change).collect();
        let found = find(&film, &changes, 25.0, &Settings::default());
        found.iter().filter(|cut| cut.found()).map(|cut| cut.transition.frame).collect()
    }

    fn white() -> Vec<u8> {
        vec![255; WIDTH * HEIGHT * 3]
    }

    #[test]
    fn finds_a_cut_at_its_frame() {
        assert_eq!(cuts((0..20).map(|t| scene(if t < 12 { 1 } else { 2 }, t, 0)).collect()), [12]);
    }

    #[test]
    fn takes_a_flash_for_none_and_one_between_two_shots_for_one_cut() {
        let flash = |t: i32| (10..12).contains(&t);
        let within = |t: i32| if flash(t) { white() } else { scene(1, 0, 0) };
        assert_eq!(cuts((0..20).map(within).collect()), [0usize; 0]);
        let between = |t: i32| if flash(t) { white() } else { scene(if t < 10 { 1 } else { 2 }, 0, 0) };
        assert_eq!(cuts((0..20).map(between).collect()), [12]);
    }

    #[test]
    fn puts_a_cut_with_a_blended_frame_where_the_new_shot_prevails() {
        let (a, b) = (scene(1, 0, 0), scene(2, 0, 0));
        for (weight, expected) in [(0.4, 11), (0.6, 10)] {
            let frame = |t: i32| match t {
                ..10 => a.clone(),
                10 => mixed(&a, &b, weight),
                _ => b.clone(),
            };
            assert_eq!(cuts((0..20).map(frame).collect()), [expected], "{weight}");
        }
    }

    #[test]
    fn takes_a_whip_pan_for_none() {
        let place = |t: i32| 12 * (t - 8).clamp(0, 6);
        assert_eq!(cuts((0..22).map(|t| scene(1, place(t), 0)).collect()), [0usize; 0]);
    }
}
