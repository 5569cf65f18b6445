//! What the analyzer says, in the words of the result document.

use serde::Serialize;
use va_inference::geometry::Rect;

use crate::postprocess::Face;

/// The faces of one frame, best first.
#[derive(Debug, Serialize)]
pub struct Segment {
    timestamp: f64,
    faces: Vec<FoundFace>,
}

#[derive(Debug, Serialize)]
struct FoundFace {
    bounding_box: BoundingBox,
    confidence: f64,
    landmarks: Landmarks,
    track_id: Option<u32>,
}

#[derive(Debug, Serialize)]
struct BoundingBox {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// Left and right are the picture's.
#[derive(Debug, Serialize)]
struct Landmarks {
    left_eye: Option<Point>,
    right_eye: Option<Point>,
    nose: Option<Point>,
    mouth_left: Option<Point>,
    mouth_right: Option<Point>,
}

#[derive(Debug, Serialize)]
struct Point {
    x: f64,
    y: f64,
}

/// What is said of the whole video.
#[derive(Debug, Serialize)]
pub struct WholeVideo {
    /// Most faces at once.
    pub faces_max: usize,
    pub unique_tracks: usize,
}

impl Segment {
    /// `ids` are the tracks of `faces`, one for each; `source` is the video's size.
    pub fn of(timestamp_s: f64, faces: &[Face], ids: &[Option<u32>], source: (u32, u32)) -> Self {
        let found = faces.iter().zip(ids).map(|(face, &track_id)| FoundFace::of(face, track_id, source));
        Segment { timestamp: rounded(timestamp_s, 1000.0), faces: found.collect() }
    }
}

impl FoundFace {
    fn of(face: &Face, track_id: Option<u32>, (width, height): (u32, u32)) -> Self {
        let picture = Rect::new(0.0, 0.0, width as f32, height as f32);
        let [left_eye, right_eye, nose, mouth_left, mouth_right] = face.points.map(|point| {
            let [x, y] = point.filter(|&point| picture.contains(point))?;
            Some(Point { x: pixels(x), y: pixels(y) })
        });
        let part = face.rect.intersection(&picture);
        FoundFace {
            bounding_box: BoundingBox {
                x: pixels(part.left),
                y: pixels(part.top),
                width: pixels(part.width()),
                height: pixels(part.height()),
            },
            confidence: rounded(f64::from(face.score), 1000.0),
            landmarks: Landmarks { left_eye, right_eye, nose, mouth_left, mouth_right },
            track_id,
        }
    }
}

/// To a hundredth of a pixel.
fn pixels(value: f32) -> f64 {
    rounded(f64::from(value), 100.0)
}

fn rounded(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{json, to_value};

    #[test]
    fn only_what_lies_in_the_picture_is_said() {
        let points = [Some([-1.0, 5.0]), Some([10.0, 5.0]), None, Some([5.0, 50.0]), None];
        let face = Face { rect: Rect::new(-4.0, 2.0, 16.0, 60.0), score: 0.87654, points };
        let said = to_value(Segment::of(0.33333, &[face], &[Some(3)], (40, 50))).expect("JSON");
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
