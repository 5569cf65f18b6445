//! What the analyzer says, in the words of the result document.

use serde::Serialize;
use va_analyzer_sdk::rounded;
use va_inference::findings::BoundingBox;

use crate::gaze::{Gaze, Target};

/// The faces of one frame.
#[derive(Debug, Serialize)]
pub struct Segment {
    pub timestamp: f64,
    pub faces: Vec<SeenFace>,
}

/// What the eyes of a face say; nothing where they do not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeenFace {
    pub bounding_box: BoundingBox,
    pub gaze: Option<Gaze>,
    pub target: Option<Target>,
    /// Of the person's own left eye.
    pub left_iris: Option<Point>,
    pub right_iris: Option<Point>,
    pub eyes_open: Option<bool>,
}

/// Pixels of the video.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// What is said of the whole video.
#[derive(Debug, Serialize)]
pub struct WholeVideo {
    pub camera_contact_ratio: Option<f64>,
}

impl SeenFace {
    /// A face of which nothing is known but where it is.
    pub fn unknown(bounding_box: BoundingBox) -> Self {
        SeenFace {
            bounding_box,
            gaze: None,
            target: None,
            left_iris: None,
            right_iris: None,
            eyes_open: None,
        }
    }
}

impl Point {
    /// Of a place in a frame that has `scale` pixels for one of the video's; `None` outside of the video's picture.
    pub fn of([x, y]: [f32; 2], scale: f32, (width, height): (u32, u32)) -> Option<Self> {
        let (x, y) = (f64::from(x / scale), f64::from(y / scale));
        let inside = (0.0..f64::from(width)).contains(&x) && (0.0..f64::from(height)).contains(&y);
        inside.then(|| Point { x: rounded(x, 2), y: rounded(y, 2) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_said_in_pixels_of_the_video_and_only_inside_of_it() {
        assert_eq!(Point::of([10.0, 20.0], 0.5, (40, 41)), Some(Point { x: 20.0, y: 40.0 }));
        assert_eq!(Point::of([10.0, 20.0], 0.5, (40, 40)), None);
        assert_eq!(Point::of([-0.1, 2.0], 0.5, (40, 40)), None);
    }
}
