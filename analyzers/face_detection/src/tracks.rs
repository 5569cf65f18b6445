//! Which faces are the same: by where they are, as long as the scene is the same.
//!
//! Nobody looks the same after a cut by being at the same place, so all tracks end at one. A cut is taken for granted
//! where the brightness of a coarse grid of the picture has little to do with that of the last frame. Nothing here
//! recognises a face: who comes back after a cut is somebody new.

use va_inference::detect::Detection;
use va_inference::image::{View, luma};
use va_inference::track::{Limits, Tracker};

use crate::postprocess::Face;

/// Correlation of two grids below which the scene has changed. Within the shots of six clips a third of a second made
/// it 0.69 at least; of pairs of different pictures nine in ten were below 0.42.
const SAME_SCENE: f32 = 0.4;
const COLUMNS: usize = 16;
const ROWS: usize = 9;

type Grid = [f32; COLUMNS * ROWS];

/// The tracks of one video.
#[derive(Debug)]
pub struct Tracks {
    tracker: Tracker,
    last: Option<Grid>,
}

impl Default for Tracks {
    fn default() -> Self {
        // A face that passed the detector's threshold is one: there is no second threshold here.
        let limits = Limits { high: 0.0, low: 0.0, sure: 0.0, hits: 1, ..Limits::default() };
        Tracks { tracker: Tracker::new(limits), last: None }
    }
}

impl Tracks {
    /// The track of each face of the next frame.
    pub fn follow(&mut self, timestamp_s: f64, view: &View<'_>, faces: &[Face]) -> Vec<Option<u32>> {
        let grid = grid(view);
        if self.last.is_some_and(|last| correlation(&last, &grid) < SAME_SCENE) {
            self.tracker.cut();
        }
        self.last = Some(grid);
        let boxes: Vec<Detection> =
            faces.iter().map(|face| Detection { rect: face.rect, score: face.score, class: 0 }).collect();
        let seen = self.tracker.update(timestamp_s, &boxes);
        seen.into_iter().map(|seen| seen.map(|seen| seen.id)).collect()
    }
}

/// Mean brightness of each cell, from every fourth pixel of every fourth row.
fn grid(view: &View<'_>) -> Grid {
    const STEP: usize = 4;
    let (width, height) = view.size();
    let (mut sums, mut counts) = ([0f32; COLUMNS * ROWS], [0f32; COLUMNS * ROWS]);
    for y in (0..height).step_by(STEP) {
        let row = y * ROWS / height * COLUMNS;
        for (i, pixel) in view.row(y).as_chunks::<3>().0.iter().step_by(STEP).enumerate() {
            let cell = row + i * STEP * COLUMNS / width;
            sums[cell] += f32::from(luma(*pixel));
            counts[cell] += 1.0;
        }
    }
    std::array::from_fn(|cell| sums[cell] / counts[cell].max(1.0))
}

/// Pearson's; 1 where both are of one brightness all over, 0 where only one is.
fn correlation(a: &Grid, b: &Grid) -> f32 {
    let mean = |grid: &Grid| grid.iter().sum::<f32>() / grid.len() as f32;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    // A level of brightness from cell to cell is noise.
    let flat = (COLUMNS * ROWS) as f32;
    match (aa < flat, bb < flat) {
        (true, true) => 1.0,
        (false, false) => ab / (aa * bb).sqrt(),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use va_inference::geometry::Rect;

    const SIZE: (usize, usize) = (160, 90);

    /// A picture whose brightness changes along one direction.
    fn ramp(across: usize, down: usize) -> Vec<u8> {
        let level = |i: usize| ((i % SIZE.0 * across + i / SIZE.0 * down) / 2).min(255) as u8;
        (0..SIZE.0 * SIZE.1).flat_map(|i| [level(i); 3]).collect()
    }

    fn face(left: f32) -> Face {
        Face { rect: Rect::of_size(left, 20.0, 30.0, 40.0), score: 0.6, points: [None; 5] }
    }

    #[test]
    fn a_face_that_moves_keeps_its_number_until_the_scene_changes() {
        let (one, other) = (ramp(3, 0), ramp(0, 4));
        let view = |pixels| View::rgb(pixels, SIZE.0, SIZE.1).expect("whole");
        let mut tracks = Tracks::default();
        let first = tracks.follow(0.0, &view(&one), &[face(20.0)]);
        assert!(first[0].is_some());
        assert_eq!(tracks.follow(0.3, &view(&one), &[face(26.0)]), first);
        assert_ne!(tracks.follow(0.6, &view(&other), &[face(26.0)]), first);
    }

    #[test]
    fn a_picture_of_one_brightness_is_alike_to_another_one_only() {
        let (grey, black, ramp) =
            ([128.0; COLUMNS * ROWS], [0.0; COLUMNS * ROWS], std::array::from_fn(|i| i as f32));
        assert_eq!(correlation(&grey, &black), 1.0);
        assert_eq!(correlation(&grey, &ramp), 0.0);
        assert!((correlation(&ramp, &ramp) - 1.0).abs() < 1e-5);
    }

    #[test]
    fn the_smallest_pictures_have_a_grid() {
        let view = View::rgb(&[200, 200, 200], 1, 1).expect("whole");
        assert_eq!(grid(&view)[0], 200.0);
    }
}
