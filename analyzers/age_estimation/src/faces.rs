//! What face_detection says of a frame, as far as it matters here.

use serde::{Deserialize, Serialize};
use va_analyzer_sdk::{Frame, Result};
use va_inference::geometry::Rect;

/// Its name, as findings are asked for.
pub const FACE_DETECTION: &str = "face_detection";

/// Its segment of one frame.
#[derive(Debug, Deserialize)]
pub struct FoundFaces {
    pub faces: Vec<Face>,
}

/// A face, in pixels of the video.
#[derive(Debug, Clone, Deserialize)]
pub struct Face {
    pub bounding_box: BoundingBox,
    pub confidence: f64,
    pub landmarks: Landmarks,
    pub track_id: Option<u64>,
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
pub struct BoundingBox {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

/// Left and right are the picture's.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Landmarks {
    pub left_eye: Option<Point>,
    pub right_eye: Option<Point>,
    pub nose: Option<Point>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

/// The faces of a frame; `None` where nobody looked for faces in it.
///
/// # Errors
/// Where the findings have another shape.
pub fn faces_of(frame: &Frame<'_>) -> Result<Option<Vec<Face>>> {
    let Some(other) = frame.findings.iter().find(|other| other.analyzer == FACE_DETECTION) else {
        return Ok(None);
    };
    let segments: Vec<FoundFaces> = other.read()?;
    Ok(Some(segments.into_iter().flat_map(|segment| segment.faces).collect()))
}

impl Face {
    /// Where it is in a frame that has `scale` pixels for one of the video's.
    pub fn rect(&self, scale: f32) -> Rect {
        let BoundingBox { x, y, width, height } = self.bounding_box;
        Rect::of_size(x * scale, y * scale, width * scale, height * scale)
    }

    /// How far the head is turned to the side: how far the nose is from the middle of the eyes, along the line of the
    /// eyes, in distances of the eyes. Beside the turn by the mesh of 478 points it was 0.1 at 10 degrees, 0.3 at 30,
    /// 0.46 at 46 and 0.9 and more in profile. `None` where a point is not seen.
    pub fn turn(&self) -> Option<f32> {
        let Landmarks { left_eye, right_eye, nose } = self.landmarks;
        let (left, right, nose) = (left_eye?, right_eye?, nose?);
        let (along_x, along_y) = (right.x - left.x, right.y - left.y);
        let squared = along_x * along_x + along_y * along_y;
        let (x, y) = (nose.x - (left.x + right.x) / 2.0, nose.y - (left.y + right.y) / 2.0);
        (squared > 0.0).then(|| (x * along_x + y * along_y) / squared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(nose: (f32, f32)) -> Face {
        let point = |(x, y)| Some(Point { x, y });
        Face {
            bounding_box: BoundingBox { x: 10.0, y: 20.0, width: 30.0, height: 40.0 },
            confidence: 0.9,
            landmarks: Landmarks {
                left_eye: point((0.0, 0.0)),
                right_eye: point((30.0, 40.0)),
                nose: point(nose),
            },
            track_id: Some(1),
        }
    }

    #[test]
    fn a_nose_between_the_eyes_is_no_turn_however_the_head_leans() {
        // The line of the eyes leans; the nose is at right angles to its middle.
        let turn = |nose| face(nose).turn().expect("all points");
        assert!(turn((15.0 - 20.0, 20.0 + 15.0)).abs() < 1e-6);
        assert!((turn((30.0, 40.0)) - 0.5).abs() < 1e-6);
        assert!((turn((0.0, 0.0)) + 0.5).abs() < 1e-6);
    }

    #[test]
    fn without_a_nose_the_turn_is_unknown() {
        let mut face = face((0.0, 0.0));
        face.landmarks.nose = None;
        assert_eq!(face.turn(), None);
    }

    #[test]
    fn a_box_is_scaled_to_the_frame() {
        assert_eq!(face((0.0, 0.0)).rect(0.5), Rect::new(5.0, 10.0, 20.0, 30.0));
    }
}
