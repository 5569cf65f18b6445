//! Detectors that answer for fixed places: BlazeFace by offsets from anchors, SCRFD by distances from cells.

use super::Detection;
use crate::geometry::Rect;

/// Levels of MediaPipe's short-range face detector: cells across, and anchors in each. 896 anchors.
pub const BLAZE_FACE_SHORT: [(usize, usize); 2] = [(16, 2), (8, 6)];

/// The centres (0..1) of square grids' anchors, level by level, row by row.
pub fn centres(levels: &[(usize, usize)]) -> Vec<[f32; 2]> {
    let mut centres = Vec::new();
    for &(cells, each) in levels {
        for cell in 0..cells * cells {
            let at = |i: usize| (i as f32 + 0.5) / cells as f32;
            centres.extend(std::iter::repeat_n([at(cell % cells), at(cell / cells)], each));
        }
    }
    centres
}

/// A face with its points.
#[derive(Debug, Clone, PartialEq)]
pub struct Face<const POINTS: usize> {
    pub detection: Detection,
    pub points: [[f32; 2]; POINTS],
}

/// Faces above `least` that BlazeFace found, in pixels of its input, which is `side` wide and high. `boxes` has 16
/// numbers for each anchor (centre, size, six points, relative to the anchor), `logits` one. Points: the person's right
/// eye, left eye, nose, mouth, right ear, left ear.
pub fn blaze_faces(
    anchors: &[[f32; 2]],
    boxes: &[f32],
    logits: &[f32],
    least: f32,
    side: f32,
) -> Vec<Face<6>> {
    let mut faces = Vec::new();
    for ((anchor, values), &logit) in anchors.iter().zip(boxes.as_chunks::<16>().0).zip(logits) {
        let score = sigmoid(logit);
        if score > least {
            let at = |i: usize| [values[i] + anchor[0] * side, values[i + 1] + anchor[1] * side];
            let [x, y] = at(0);
            let rect = Rect::of_centre(x, y, values[2], values[3]);
            let points = std::array::from_fn(|i| at(4 + 2 * i));
            faces.push(Face { detection: Detection { rect, score, class: 0 }, points });
        }
    }
    faces
}

/// Faces above `least` that one level of SCRFD (`stride` pixels a cell, `across` cells in a row, two anchors in each)
/// found, in pixels of its input. `scores` has one number for each anchor, `distances` four (left, top, right, bottom,
/// in strides), `points` five times x, y.
pub fn scrfd_faces(
    stride: f32,
    across: usize,
    scores: &[f32],
    distances: &[f32],
    points: &[f32],
    least: f32,
) -> Vec<Face<5>> {
    let mut faces = Vec::new();
    let values = distances.as_chunks::<4>().0.iter().zip(points.as_chunks::<10>().0);
    for (i, (&score, (distance, points))) in scores.iter().zip(values).enumerate() {
        if score > least {
            let cell = i / 2;
            let x = (cell % across.max(1)) as f32 * stride;
            let y = (cell / across.max(1)) as f32 * stride;
            let [left, top, right, bottom] = distance.map(|distance| distance * stride);
            let rect = Rect::new(x - left, y - top, x + right, y + bottom);
            let points =
                std::array::from_fn(|p| [x + points[2 * p] * stride, y + points[2 * p + 1] * stride]);
            faces.push(Face { detection: Detection { rect, score, class: 0 }, points });
        }
    }
    faces
}

/// `1 / (1 + e^-x)`.
pub fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit.clamp(-100.0, 100.0)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blaze_face_has_896_anchors_level_by_level() {
        let centres = centres(&BLAZE_FACE_SHORT);
        assert_eq!(centres.len(), 896);
        assert_eq!(
            centres[..3],
            [[1.0 / 32.0, 1.0 / 32.0], [1.0 / 32.0, 1.0 / 32.0], [3.0 / 32.0, 1.0 / 32.0]]
        );
        assert_eq!(centres[32], [1.0 / 32.0, 3.0 / 32.0]);
        assert_eq!(centres[512], [1.0 / 16.0, 1.0 / 16.0]);
        assert_eq!(centres[895], [15.0 / 16.0, 15.0 / 16.0]);
    }

    #[test]
    fn a_blaze_face_is_counted_from_its_anchor() {
        let mut values = [0.0; 32];
        values[16..22].copy_from_slice(&[2.0, -1.0, 20.0, 30.0, 5.0, 6.0]);
        let faces = blaze_faces(&[[0.0, 0.0], [0.25, 0.5]], &values, &[-9.0, 3.0], 0.5, 128.0);
        assert_eq!(faces.len(), 1);
        assert_eq!(faces[0].detection.rect, Rect::of_centre(34.0, 63.0, 20.0, 30.0));
        assert_eq!(faces[0].points[0], [37.0, 70.0]);
        assert!((faces[0].detection.score - 0.952_574).abs() < 1e-5);
    }

    #[test]
    fn an_scrfd_face_is_counted_from_its_cell() {
        // The fifth anchor is the first of the third cell: x 0, y 1 of a grid two wide.
        let (mut scores, mut distances, mut points) = ([0.0; 8], [0.0; 32], [0.0; 80]);
        scores[4] = 0.9;
        distances[16..20].copy_from_slice(&[0.0, 0.5, 1.0, 1.5]);
        points[40..42].copy_from_slice(&[0.25, 0.75]);
        let faces = scrfd_faces(8.0, 2, &scores, &distances, &points, 0.5);
        assert_eq!(faces[0].detection.rect, Rect::new(0.0, 4.0, 8.0, 20.0));
        assert_eq!(faces[0].points[0], [2.0, 14.0]);
    }

    #[test]
    fn the_sigmoid_survives_extremes() {
        assert_eq!(sigmoid(0.0), 0.5);
        assert_eq!(sigmoid(1e9), 1.0);
        assert!(sigmoid(-1e9) < 1e-30);
    }
}
