//! Which faces are the same: by where they are, as long as the scene is the same.
//!
//! Nobody is the same after a cut by being at the same place, so all tracks end at one. Nothing here recognises a face:
//! who comes back after a cut is somebody new.

use va_inference::detect::Detection;
use va_inference::image::{SceneWatch, View};
use va_inference::track::{Limits, Tracker};

use crate::postprocess::Face;

/// The tracks of one video.
#[derive(Debug)]
pub struct Tracks {
    tracker: Tracker,
    scene: SceneWatch,
}

impl Default for Tracks {
    fn default() -> Self {
        // A face that passed the detector's threshold is one: there is no second threshold here.
        let limits = Limits { high: 0.0, low: 0.0, sure: 0.0, hits: 1, ..Limits::default() };
        Tracks { tracker: Tracker::new(limits), scene: SceneWatch::default() }
    }
}

impl Tracks {
    /// The track of each face of the next frame.
    pub fn follow(&mut self, timestamp_s: f64, view: &View<'_>, faces: &[Face]) -> Vec<Option<u32>> {
        if self.scene.changed(view) {
            self.tracker.cut();
        }
        let boxes: Vec<Detection> =
            faces.iter().map(|face| Detection { rect: face.rect, score: face.score, class: 0 }).collect();
        let seen = self.tracker.update(timestamp_s, &boxes);
        seen.into_iter().map(|seen| seen.map(|seen| seen.id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use va_inference::geometry::Rect;

    const SIZE: (usize, usize) = (160, 90);

    /// A picture whose brightness changes along one direction, in a tint.
    fn ramp(across: usize, down: usize, tint: [usize; 3]) -> Vec<u8> {
        let level = |i: usize| (i % SIZE.0 * across + i / SIZE.0 * down) / 2;
        (0..SIZE.0 * SIZE.1).flat_map(|i| tint.map(|part| (level(i) * part / 100).min(255) as u8)).collect()
    }

    fn face(left: f32) -> Face {
        Face { rect: Rect::of_size(left, 20.0, 30.0, 40.0), score: 0.6, points: [None; 5] }
    }

    #[test]
    fn a_face_that_moves_keeps_its_number_until_the_scene_changes() {
        let (one, other) = (ramp(3, 0, [100, 40, 40]), ramp(0, 4, [40, 40, 100]));
        let view = |pixels| View::rgb(pixels, SIZE.0, SIZE.1).expect("whole");
        let mut tracks = Tracks::default();
        let first = tracks.follow(0.0, &view(&one), &[face(20.0)]);
        assert!(first[0].is_some());
        assert_eq!(tracks.follow(0.3, &view(&one), &[face(26.0)]), first);
        assert_ne!(tracks.follow(0.6, &view(&other), &[face(26.0)]), first);
    }
}
