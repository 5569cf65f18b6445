//! Wipes: a straight edge runs across the picture, the old shot on one side of it and the new one on the other.
//!
//! Each block of the picture then shows the one and from some frame on the other, and that frame is a linear function
//! of the block's place. Nothing that moves within a shot does this to a whole picture.

use crate::blend;
use crate::distance;
use crate::film::{Film, ONE_COLOUR};
use crate::gradual::{self, OTHER_SHOT};
use crate::settings::Settings;
use crate::transition::{Kind, Transition};

/// Difference of the block's colour, summed over the channels, from which on it tells the shots apart.
const TELLING: f32 = 24.0;
/// Share of the blocks that must tell.
const LEAST_TELLING: f32 = 0.5;
/// Share of the samples that must lie clearly on the side their block is on.
const LEAST_CLEAR: f32 = 0.8;
/// How much of the blocks' frames of change the straight edge must explain (coefficient of determination).
const LEAST_EXPLAINED: f64 = 0.92;
/// The edge takes at least this part of the stretch to cross the picture.
const LEAST_CROSSING: f64 = 0.55;
/// Residual that the middle of a wipe leaves when taken for a blend: half of it is the one, half the other.
const HALVES: std::ops::Range<f32> = 0.3..0.75;

/// Finds wipes outside of what is `known` already, in order of time.
pub fn find(film: &Film, fps: f64, settings: &Settings, known: &[Transition]) -> Vec<Transition> {
    let mut edges = Vec::new();
    for length in gradual::lengths(fps, settings) {
        for first in (0..film.len().saturating_sub(length)).step_by((length / 8).max(1)) {
            let last = first + length;
            let free = !known.iter().any(|known| known.start < last && first < known.end);
            if free && looks_halved(film, first, last) {
                edges.extend(Edge::of(film, first, last));
            }
        }
    }
    edges.sort_by(|a, b| b.explained.total_cmp(&a.explained));
    let mut found: Vec<Transition> = Vec::new();
    for edge in edges {
        let wipe = edge.transition();
        if wipe.end < film.len()
            && !found.iter().chain(known).any(|other| other.overlaps(&wipe))
            && distance::structure(film, edge.first, edge.last) >= OTHER_SHOT
        {
            found.push(wipe);
        }
    }
    found.sort_by_key(|wipe| wipe.frame);
    found
}

/// Whether it is worth looking at each block.
fn looks_halved(film: &Film, first: usize, last: usize) -> bool {
    let plain = film.contrast[first].min(film.contrast[last]) < ONE_COLOUR;
    if plain || blend::difference(film, first, last) < blend::LEAST_DIFFERENCE {
        return false;
    }
    let middle = blend::blend(film, first, last, (first + last) / 2);
    HALVES.contains(&middle.residual) && (0.15..0.85).contains(&middle.weight)
}

/// An edge as it runs between two frames.
#[derive(Debug)]
struct Edge {
    first: usize,
    last: usize,
    /// When it enters and when it leaves the picture, frames after the first.
    enters: f64,
    leaves: f64,
    explained: f64,
}

impl Edge {
    fn of(film: &Film, first: usize, last: usize) -> Option<Edge> {
        let (columns, rows) = film.grid();
        let (mut points, mut clear, mut samples) = (Vec::new(), 0, 0);
        for block in 0..columns * rows {
            if let Some(change) = Change::of(film, block, first, last) {
                clear += change.clear;
                samples += change.samples;
                let place = |at: usize, count: usize| (at as f64 + 0.5) / count as f64 - 0.5;
                points.push([place(block % columns, columns), place(block / columns, rows), change.frame]);
            }
        }
        let telling = points.len() as f32 >= LEAST_TELLING * (columns * rows) as f32;
        if !telling || (clear as f32) < LEAST_CLEAR * samples as f32 {
            return None;
        }
        let plane = Plane::through(&points)?;
        let half = (plane.slope.0.abs() + plane.slope.1.abs()) / 2.0;
        let (enters, leaves) = (plane.middle - half, plane.middle + half);
        let steps = (last - first) as f64;
        let within = enters > -1.5 && leaves < steps + 1.5 && leaves - enters >= LEAST_CROSSING * steps;
        let explained = plane.explained;
        (within && explained >= LEAST_EXPLAINED).then_some(Edge { first, last, enters, leaves, explained })
    }

    fn transition(&self) -> Transition {
        let frame = |after: f64| self.first + after.max(0.0) as usize;
        Transition {
            kind: Kind::Wipe,
            start: frame(self.enters.round() + 1.0),
            frame: frame(((self.enters + self.leaves) / 2.0).ceil()),
            end: frame(self.leaves.round()),
            confidence: self.explained as f32,
        }
    }
}

/// When a block changes from the old shot to the new one.
struct Change {
    /// Frames after the first, between two of them.
    frame: f64,
    clear: usize,
    samples: usize,
}

impl Change {
    /// `None` for a block that looks alike in both.
    fn of(film: &Film, block: usize, first: usize, last: usize) -> Option<Change> {
        let (columns, rows) = film.grid();
        let count = columns * rows;
        let colour = |t: usize| [0, 1, 2].map(|channel| film.blocks(t)[channel * count + block]);
        let apart =
            |a: [f32; 3], b: [f32; 3]| (0..3).map(|channel| (a[channel] - b[channel]).abs()).sum::<f32>();
        let (old, new) = (colour(first), colour(last));
        let whole = apart(old, new);
        if whole < TELLING {
            return None;
        }
        let (mut clear, mut of_old) = (0, 0.0);
        for t in first + 1..last {
            let (from_old, from_new) = (apart(colour(t), old), apart(colour(t), new));
            clear += usize::from(from_old.min(from_new) < 0.3 * whole);
            of_old += f64::from(from_new / (from_old + from_new).max(1e-3)).clamp(0.0, 1.0).round();
        }
        Some(Change { frame: of_old + 0.5, clear, samples: last - first - 1 })
    }
}

/// A plane by least squares through points `(x, y, value)`, `x` and `y` in -0.5..0.5.
struct Plane {
    middle: f64,
    slope: (f64, f64),
    explained: f64,
}

impl Plane {
    fn through(points: &[[f64; 3]]) -> Option<Plane> {
        let count = points.len() as f64;
        let mean = [0, 1, 2].map(|axis| points.iter().map(|point| point[axis]).sum::<f64>() / count);
        let product = |a: usize, b: usize| -> f64 {
            points.iter().map(|point| (point[a] - mean[a]) * (point[b] - mean[b])).sum()
        };
        let (xx, yy, xy, xv, yv, vv) =
            (product(0, 0), product(1, 1), product(0, 1), product(0, 2), product(1, 2), product(2, 2));
        let determinant = xx * yy - xy * xy;
        if determinant < 1e-9 || vv < 1e-9 {
            return None;
        }
        let slope = ((xv * yy - yv * xy) / determinant, (yv * xx - xv * xy) / determinant);
        let middle = mean[2] - slope.0 * mean[0] - slope.1 * mean[1];
        Some(Plane { middle, slope, explained: (slope.0 * xv + slope.1 * yv) / vv })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::{HEIGHT, WIDTH, film_of, scene};

    /// The new shot up to this column, the old one from there on.
    fn split(old: &[u8], new: &[u8], column: usize) -> Vec<u8> {
        let pixel = |at: usize| if at / 3 % WIDTH < column { new[at] } else { old[at] };
        (0..WIDTH * HEIGHT * 3).map(pixel).collect()
    }

    #[test]
    fn finds_an_edge_that_runs_across() {
        let (old, new) = (scene(1, 0, 0), scene(2, 0, 0));
        let column = |t: usize| t.saturating_sub(20) * WIDTH / 16;
        let film = film_of((0..60).map(|t| split(&old, &new, column(t))));
        let wipes = find(&film, 25.0, &Settings::default(), &[]);
        assert_eq!(wipes.len(), 1, "{wipes:?}");
        assert!(wipes[0].frame.abs_diff(28) <= 1, "{wipes:?}");
        assert!(wipes[0].start.abs_diff(21) <= 2 && wipes[0].end.abs_diff(36) <= 2, "{wipes:?}");
    }

    #[test]
    fn takes_a_pan_and_an_object_that_crosses_for_none() {
        let pan = film_of((0..60).map(|t| scene(1, (t - 20).clamp(0, 16) * 4, 0)));
        assert_eq!(find(&pan, 25.0, &Settings::default(), &[]), []);
        let (old, object) = (scene(1, 0, 0), scene(2, 0, 0));
        let crossing = |t: usize| {
            let with_object = split(&old, &object, t.saturating_sub(20) * 4);
            split(&with_object, &old, t.saturating_sub(28) * 4)
        };
        assert_eq!(find(&film_of((0..60).map(crossing)), 25.0, &Settings::default(), &[]), []);
    }
}
