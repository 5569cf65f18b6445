//! How the picture's content moved from one sample to the next, or that this cannot be told.

use crate::coarse;
use crate::consensus::{self, Consensus, Sighting};
use crate::corners::{self, Grid};
use crate::flow;
use crate::pyramid::Pyramid;
use crate::similarity::Similarity;

/// Cells with corners that a picture needs before its motion is asked for.
const MIN_CELLS: usize = 4;
/// Support at which no other first guess is tried.
const SURE: f32 = 0.6;
/// Support, and support times spread, below which the motion is unknown: a cut, a flash, a blur. The latter is a
/// quarter of the points, spread over all of the picture, or more in one part of it.
const MIN_SUPPORT: f32 = 0.2;
const MIN_SUPPORT_SPREAD: f32 = 0.25 * 0.577;
/// Spread that a motion other than none needs, too; a mover on a plain background covers less.
const MIN_SPREAD: f32 = 0.32;
/// Guesses that differ by less, pixels, are one.
const NEAR_PX: f32 = 4.0;
/// Displacement up to which the content counts as resting, pixels.
const RESTING_PX: f32 = 0.5;

/// Follows a video from sample to sample.
#[derive(Debug, Default)]
pub struct Follower {
    before: Pyramid,
    now: Pyramid,
    started: bool,
    last: Option<Similarity>,
}

impl Follower {
    /// Takes the next grey picture; all are of one size. Gives the motion of the content since the one before, in
    /// pixels from the picture's centre; `None` for the first picture and where nothing could be followed.
    pub fn next(&mut self, gray: &[u8], width: usize, height: usize) -> Option<Consensus> {
        std::mem::swap(&mut self.before, &mut self.now);
        self.now.update(gray, width, height);
        if !std::mem::replace(&mut self.started, true) {
            return None;
        }
        let found = estimate(&self.before, &self.now, self.last).filter(is_supported);
        self.last = found.map(|found| found.model);
        found
    }
}

fn is_supported(found: &Consensus) -> bool {
    let Similarity { a, b, shift } = found.model;
    let resting = shift[0].hypot(shift[1]) < RESTING_PX && (a - 1.0).hypot(b) * 100.0 < RESTING_PX;
    let spread = found.spread >= MIN_SPREAD && found.support * found.spread >= MIN_SUPPORT_SPREAD;
    found.support >= MIN_SUPPORT && (resting || spread)
}

/// The motion with most votes, from several first guesses until one is sure: the coarse shift, none, the motion before,
/// the coarse shift of the detail, and what the best of these gave.
pub fn estimate(before: &Pyramid, now: &Pyramid, last: Option<Similarity>) -> Option<Consensus> {
    let (width, height) = before.size();
    let grid = Grid::new(width, height);
    let corners = corners::corners(before, &grid);
    let mut occupied: Vec<usize> = corners.iter().map(|&corner| grid.cell_of(corner)).collect();
    occupied.dedup();
    if occupied.len() < MIN_CELLS {
        return None;
    }
    let look = |guess: Similarity| {
        let sightings = sight(before, now, &corners, &grid, guess);
        let candidates = [Similarity::IDENTITY, last.unwrap_or(guess)];
        consensus::agree(&sightings, &grid, [width as f32, height as f32], &candidates)
    };
    let by_detail = || Similarity::shifted(coarse::detail_shift(before, now));
    let mut tried = vec![Similarity::shifted(coarse::shift(before, now))];
    let mut best = look(tried[0]);
    for turn in 0..4 {
        if best.is_some_and(|best| best.support >= SURE) {
            break;
        }
        let guess = match turn {
            0 => Some(Similarity::IDENTITY),
            1 => last,
            2 => Some(by_detail()),
            _ => best.map(|best| best.model),
        };
        let new = |guess: &Similarity| !tried.iter().any(|other| is_near(other, guess, width.max(height)));
        if let Some(guess) = guess.filter(new) {
            tried.push(guess);
            best = better(best, look(guess));
        }
    }
    best
}

/// Whether tracking from either guess comes to the same: they differ by little, even at the picture's edge.
fn is_near(one: &Similarity, other: &Similarity, longer_side: usize) -> bool {
    let shift = (one.shift[0] - other.shift[0]).hypot(one.shift[1] - other.shift[1]);
    let turn = (one.a - other.a).hypot(one.b - other.b) * longer_side as f32 / 2.0;
    shift + turn < NEAR_PX
}

fn better(a: Option<Consensus>, b: Option<Consensus>) -> Option<Consensus> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.votes > a.votes { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// Looks for each corner where the guess says it went.
fn sight(
    before: &Pyramid,
    now: &Pyramid,
    corners: &[[f32; 2]],
    grid: &Grid,
    guess: Similarity,
) -> Vec<Sighting> {
    let (width, height) = before.size();
    let centre = [(width as f32 - 1.0) / 2.0, (height as f32 - 1.0) / 2.0];
    let sight = |&corner: &[f32; 2]| {
        let from = [corner[0] - centre[0], corner[1] - centre[1]];
        let there = guess.apply(from);
        let moved = flow::track(before, now, corner, [there[0] - from[0], there[1] - from[1]]);
        Sighting { from, to: moved.map(|[x, y]| [from[0] + x, from[1] + y]), cell: grid.cell_of(corner) }
    };
    corners.iter().map(sight).collect()
}
