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
    pub landmarks: Landmarks,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
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

    /// The eyes at the picture's left and right, in a frame that has `scale` pixels for one of the video's.
    pub fn eyes(&self, scale: f32) -> Option<[[f32; 2]; 2]> {
        let Landmarks { left_eye, right_eye } = self.landmarks;
        let place = |point: Point| [point.x * scale, point.y * scale];
        Some([place(left_eye?), place(right_eye?)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_scaled_to_the_frame() {
        let landmarks = Landmarks {
            left_eye: Some(Point { x: 16.0, y: 30.0 }),
            right_eye: Some(Point { x: 32.0, y: 28.0 }),
        };
        let bounding_box = BoundingBox { x: 10.0, y: 20.0, width: 30.0, height: 40.0 };
        let mut face = Face { bounding_box, landmarks };
        assert_eq!(face.rect(0.5), Rect::new(5.0, 10.0, 20.0, 30.0));
        assert_eq!(face.eyes(0.5), Some([[8.0, 15.0], [16.0, 14.0]]));
        face.landmarks.right_eye = None;
        assert_eq!(face.eyes(0.5), None);
    }
}
