//! What the analyzer says, in the words of the result document.

use serde::Serialize;
use va_analyzer_sdk::rounded;
use va_inference::findings::BoundingBox;
use va_inference::findings::faces::{self, Faces, Landmarks, Point};
use va_inference::geometry::Rect;

use crate::postprocess::Face;

/// What is said of the whole video.
#[derive(Debug, Serialize)]
pub struct WholeVideo {
    /// Most faces at once.
    pub faces_max: usize,
    pub unique_tracks: usize,
}

/// The segment of a frame. `ids` are the tracks of `faces`, one for each; `source` is the video's size.
pub fn segment(timestamp_s: f64, faces: &[Face], ids: &[Option<u32>], source: (u32, u32)) -> Faces {
    let found = faces.iter().zip(ids).map(|(face, &track_id)| said(face, track_id, source));
    Faces { timestamp: rounded(timestamp_s, 3), faces: found.collect() }
}

fn said(face: &Face, track_id: Option<u32>, (width, height): (u32, u32)) -> faces::Face {
    let picture = Rect::new(0.0, 0.0, width as f32, height as f32);
    let [left_eye, right_eye, nose, mouth_left, mouth_right] = face.points.map(|point| {
        let [x, y] = point.filter(|&point| picture.contains(point))?.map(hundredth);
        Some(Point { x, y })
    });
    faces::Face {
        bounding_box: BoundingBox::of(&face.rect, (picture.right, picture.bottom), 2),
        confidence: rounded(f64::from(face.score), 3),
        landmarks: Landmarks { left_eye, right_eye, nose, mouth_left, mouth_right },
        track_id,
    }
}

fn hundredth(pixels: f32) -> f32 {
    rounded(f64::from(pixels), 2) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{json, to_value};

    #[test]
    fn only_what_lies_in_the_picture_is_said() {
        let points = [Some([-1.0, 5.0]), Some([10.0, 5.0]), None, Some([5.0, 50.0]), None];
        let face = Face { rect: Rect::new(-4.0, 2.0, 16.0, 60.0), score: 0.87654, points };
        let said = to_value(segment(0.33333, &[face], &[Some(3)], (40, 50))).expect("JSON");
        assert_eq!(
            said,
            json!({ "timestamp": 0.333, "faces": [{
                "bounding_box": { "x": 0.0, "y": 2.0, "width": 16.0, "height": 48.0 },
                "confidence": 0.877,
                "landmarks": {
                    "left_eye": null, "right_eye": { "x": 10.0, "y": 5.0 }, "nose": null,
                    "mouth_left": null, "mouth_right": null
                },
                "track_id": 3
            }] })
        );
    }
}
