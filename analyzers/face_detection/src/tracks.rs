//! Which faces are the same: by where they are, as long as the scene is the same.
//!
//! Nobody is the same after a cut by being at the same place, so all tracks end at one. Nothing here recognises a face:
//! who comes back after a cut is somebody new.

use va_inference::detect::Detection;
use va_inference::track::{Limits, Tracker};

use crate::postprocess::Face;

/// The tracks of one video.
#[derive(Debug)]
pub struct Tracks {
    tracker: Tracker,
}

impl Default for Tracks {
    fn default() -> Self {
        // A face that passed the detector's threshold is one: there is no second threshold here.
        let limits = Limits { high: 0.0, low: 0.0, sure: 0.0, hits: 1, ..Limits::default() };
        Tracks { tracker: Tracker::new(limits) }
    }
}

impl Tracks {
    /// The track of each face of the next frame, before which there may be a cut.
    pub fn follow(&mut self, timestamp_s: f64, cut: bool, faces: &[Face]) -> Vec<Option<u32>> {
        if cut {
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

    fn face(left: f32) -> Face {
        Face { rect: Rect::of_size(left, 20.0, 30.0, 40.0), score: 0.6, points: [None; 5] }
    }

    #[test]
    fn a_face_that_moves_keeps_its_number_until_the_scene_changes() {
        let mut tracks = Tracks::default();
        let first = tracks.follow(0.0, false, &[face(20.0)]);
        assert!(first[0].is_some());
        assert_eq!(tracks.follow(0.3, false, &[face(26.0)]), first);
        assert_ne!(tracks.follow(0.6, true, &[face(26.0)]), first);
    }
}
