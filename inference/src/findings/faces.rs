//! The faces of a frame: what face_detection says, and what those who judge faces read of it.

use serde::{Deserialize, Serialize};
use va_analyzer_sdk::{Frame, Result};

use super::BoundingBox;
use crate::geometry::Rect;

/// The analyzer that finds them, as findings are asked for.
pub const FACE_DETECTION: &str = "face_detection";
/// Pixels of the longer side of the frames: more than the detectors see, as those who build on the faces crop them out
/// of the same frames.
pub const FRAME_SIDE: u32 = 960;

/// The segment of one frame, the surest face first.
#[derive(Debug, Serialize, Deserialize)]
pub struct Faces {
    pub timestamp: f64,
    pub faces: Vec<Face>,
}

/// A face, in pixels of the video.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Face {
    pub bounding_box: BoundingBox,
    pub confidence: f64,
    pub landmarks: Landmarks,
    pub track_id: Option<u32>,
}

/// Left and right are the picture's. Unknown where the detector does not say, or outside of the picture.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Landmarks {
    pub left_eye: Option<Point>,
    pub right_eye: Option<Point>,
    pub nose: Option<Point>,
    pub mouth_left: Option<Point>,
    pub mouth_right: Option<Point>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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
    let segments: Vec<Faces> = other.read()?;
    Ok(Some(segments.into_iter().flat_map(|segment| segment.faces).collect()))
}

impl Face {
    /// Where it is in a frame that has `scale` pixels for one of the video's.
    pub fn rect(&self, scale: f32) -> Rect {
        self.bounding_box.rect().scaled(scale, scale)
    }

    /// The longer side of the box in a frame that has `scale` pixels for one of the video's.
    pub fn side(&self, scale: f32) -> f32 {
        let rect = self.rect(scale);
        rect.width().max(rect.height())
    }

    /// The eyes at the picture's left and right, in a frame that has `scale` pixels for one of the video's.
    pub fn eyes(&self, scale: f32) -> Option<[[f32; 2]; 2]> {
        let Landmarks { left_eye, right_eye, .. } = self.landmarks;
        let place = |point: Point| [point.x * scale, point.y * scale];
        Some([place(left_eye?), place(right_eye?)])
    }

    /// How far the head is turned to the side: how far the nose is from the middle of the eyes, along the line of the
    /// eyes, in distances of the eyes. Beside the turn by the mesh of 478 points it was 0.1 at 10 degrees, 0.3 at 30,
    /// 0.46 at 46 and 0.9 and more in profile. `None` where a point is not seen.
    pub fn turn(&self) -> Option<f32> {
        let Landmarks { left_eye, right_eye, nose, .. } = self.landmarks;
        let (left, right, nose) = (left_eye?, right_eye?, nose?);
        let (along_x, along_y) = (right.x - left.x, right.y - left.y);
        let squared = along_x * along_x + along_y * along_y;
        let (x, y) = (nose.x - (left.x + right.x) / 2.0, nose.y - (left.y + right.y) / 2.0);
        (squared > 0.0).then(|| (x * along_x + y * along_y) / squared)
    }

    /// Whether it is large enough (`least_side` pixels of a frame that has `scale` for one of the video's) and turned no
    /// further than `most_turn`. A face whose points are unknown counts as seen from the front.
    pub fn tells(&self, scale: f32, least_side: f32, most_turn: f32) -> bool {
        self.side(scale) >= least_side && self.turn().is_none_or(|turn| turn.abs() <= most_turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use va_analyzer_sdk::{OtherFindings, PixelFormat};

    fn face(nose: Option<(f32, f32)>) -> Face {
        let point = |(x, y)| Point { x, y };
        Face {
            bounding_box: BoundingBox { x: 10.0, y: 20.0, width: 30.0, height: 40.0 },
            confidence: 0.9,
            landmarks: Landmarks {
                left_eye: Some(point((0.0, 0.0))),
                right_eye: Some(point((30.0, 40.0))),
                nose: nose.map(point),
                ..Landmarks::default()
            },
            track_id: Some(1),
        }
    }

    #[test]
    fn a_nose_between_the_eyes_is_no_turn_however_the_head_leans() {
        // The line of the eyes leans; the nose is at right angles to its middle.
        let turn = |nose| face(Some(nose)).turn().expect("all points");
        assert!(turn((15.0 - 20.0, 20.0 + 15.0)).abs() < 1e-6);
        assert!((turn((30.0, 40.0)) - 0.5).abs() < 1e-6);
        assert!((turn((0.0, 0.0)) + 0.5).abs() < 1e-6);
    }

    #[test]
    fn a_face_that_is_small_or_turned_does_not_tell() {
        let turned = face(Some((30.0, 40.0)));
        assert!(turned.tells(1.0, 40.0, 0.6));
        assert!(!turned.tells(0.5, 40.0, 0.6));
        assert!(!turned.tells(1.0, 40.0, 0.4));
        let unknown = face(None);
        assert!(unknown.turn().is_none() && unknown.tells(1.0, 40.0, 0.0));
    }

    #[test]
    fn places_are_scaled_to_the_frame() {
        let mut face = face(None);
        assert_eq!(face.rect(0.5), Rect::new(5.0, 10.0, 20.0, 30.0));
        assert_eq!(face.eyes(0.5), Some([[0.0, 0.0], [15.0, 20.0]]));
        face.landmarks.right_eye = None;
        assert_eq!(face.eyes(0.5), None);
    }

    #[test]
    fn what_is_written_is_read_and_not_looked_at_is_not_nobody() {
        let read = |findings: &[OtherFindings<'_>]| {
            let (format, data) = (PixelFormat::Rgb8, &[0; 3]);
            faces_of(&Frame { index: 0, timestamp_s: 0.0, width: 1, height: 1, format, data, findings })
        };
        let json = serde_json::to_string(&[Faces { timestamp: 0.4, faces: vec![face(None)] }]).expect("JSON");
        let faces = read(&[OtherFindings { analyzer: FACE_DETECTION, json: &json }]).expect("readable");
        assert_eq!(faces.map(|faces| faces[0].rect(1.0)), Some(Rect::new(10.0, 20.0, 40.0, 60.0)));
        let other = OtherFindings { analyzer: "object_detection", json: "[]" };
        assert!(read(&[other]).expect("not read").is_none());
        let wrong = OtherFindings { analyzer: FACE_DETECTION, json: r#"[{"heads": []}]"# };
        assert!(read(&[wrong]).expect_err("refused").message.contains(FACE_DETECTION));
    }
}
