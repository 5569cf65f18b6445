//! A detector's numbers into faces. Pure.

use va_inference::detect::anchors::{self, BLAZE_FACE_SHORT};
use va_inference::detect::{Detection, kept};
use va_inference::geometry::Rect;
use va_inference::image::Fit;

/// A face, in pixels of the input or of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    pub rect: Rect,
    /// 0..1.
    pub score: f32,
    /// The eye at the picture's left, the one at its right, nose, corner of the mouth at the picture's left, at its
    /// right. `None` where the detector does not say.
    pub points: [Option<[f32; 2]>; 5],
}

/// What CenterFace found above `least`. It says for each cell of four pixels how likely a face's middle is there
/// (`heat`), the logarithm of its height and width in cells (`size`), where in the cell the middle is (`offset`, y and
/// x), and the points (y and x, as parts of the box); channel by channel, rows of `across` cells.
pub fn center_faces(
    heat: &[f32],
    size: &[f32],
    offset: &[f32],
    points: &[f32],
    across: usize,
    least: f32,
) -> Vec<Face> {
    let cells = heat.len();
    let at = |i: usize| {
        let (column, row) = ((i % across.max(1)) as f32, (i / across.max(1)) as f32);
        let (height, width) = (4.0 * size[i].exp(), 4.0 * size[cells + i].exp());
        let (x, y) = (4.0 * (column + offset[cells + i] + 0.5), 4.0 * (row + offset[i] + 0.5));
        let rect = Rect::of_centre(x, y, width, height);
        let point = |p: usize| {
            let (down, along) = (points[2 * p * cells + i], points[(2 * p + 1) * cells + i]);
            Some([rect.left + along * width, rect.top + down * height])
        };
        Face { rect, score: heat[i], points: std::array::from_fn(point) }
    };
    (0..cells).filter(|&i| heat[i] > least).map(at).collect()
}

/// What one level of SCRFD found above `least`; the input is `width` pixels wide.
pub fn scrfd_faces(
    stride: usize,
    width: usize,
    scores: &[f32],
    distances: &[f32],
    points: &[f32],
    least: f32,
) -> Vec<Face> {
    let faces = anchors::scrfd_faces(stride as f32, width / stride, scores, distances, points, least);
    let own = |face: anchors::Face<5>| Face {
        rect: face.detection.rect,
        score: face.detection.score,
        points: face.points.map(Some),
    };
    faces.into_iter().map(own).collect()
}

/// What BlazeFace found above `least`. It knows the mouth's middle, not its corners, and eyes by the person.
pub fn blaze_faces(boxes: &[f32], logits: &[f32], least: f32) -> Vec<Face> {
    let faces = anchors::blaze_faces(&anchors::centres(&BLAZE_FACE_SHORT), boxes, logits, least, 128.0);
    let own = |face: anchors::Face<6>| {
        let [right_eye, left_eye, nose, ..] = face.points;
        let Detection { rect, score, .. } = face.detection;
        Face { rect, score, points: [Some(right_eye), Some(left_eye), Some(nose), None, None] }
    };
    faces.into_iter().map(own).collect()
}

/// The best of those that overlap by more than `most_iou`, best first.
pub fn best(faces: Vec<Face>, most_iou: f32) -> Vec<Face> {
    let boxes: Vec<Detection> =
        faces.iter().map(|face| Detection { rect: face.rect, score: face.score, class: 0 }).collect();
    kept(&boxes, most_iou).into_iter().map(|i| faces[i]).collect()
}

/// From the input, by way of the frame that `fit` was made for and whose size is `view`, to the video's own pixels.
pub fn to_source(mut faces: Vec<Face>, fit: &Fit, view: (usize, usize), source: (u32, u32)) -> Vec<Face> {
    let (across, down) = (source.0 as f32 / view.0 as f32, source.1 as f32 / view.1 as f32);
    for face in &mut faces {
        face.rect = fit.rect_to_picture(&face.rect).scaled(across, down);
        for point in face.points.iter_mut().flatten() {
            let [x, y] = fit.to_picture(*point);
            *point = [x * across, y * down];
        }
    }
    faces.retain(|face| !face.rect.clipped(source.0 as f32, source.1 as f32).is_empty());
    faces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_center_face_is_counted_from_its_cell() {
        // Two rows of three cells; the face is in the second row's last.
        let (mut heat, mut size, mut offset, mut points) = ([0.1; 6], [0.0; 12], [0.0; 12], [0.0; 60]);
        heat[5] = 0.9;
        (size[5], size[11]) = (4f32.ln(), 2f32.ln());
        (offset[5], offset[11]) = (0.25, -0.25);
        (points[5], points[11]) = (0.5, 0.25);
        let faces = center_faces(&heat, &size, &offset, &points, 3, 0.5);
        assert_eq!(faces.len(), 1);
        let Rect { left, top, right, bottom } = faces[0].rect;
        let near = |a: f32, b: f32| (a - b).abs() < 1e-4;
        // Centre 4 (2 - .25 + .5) across and 4 (1 + .25 + .5) down; 8 wide and 16 high.
        assert!(near(left, 5.0) && near(right, 13.0) && near(top, -1.0) && near(bottom, 15.0), "{faces:?}");
        let [x, y] = faces[0].points[0].expect("CenterFace says all points");
        assert!(near(x, 7.0) && near(y, 7.0), "{faces:?}");
    }

    #[test]
    fn the_weaker_of_two_overlapping_faces_goes() {
        let face =
            |left, score| Face { rect: Rect::of_size(left, 0.0, 10.0, 10.0), score, points: [None; 5] };
        let found = best(vec![face(1.0, 0.6), face(0.0, 0.9), face(40.0, 0.7)], 0.3);
        assert_eq!(found.iter().map(|face| face.score).collect::<Vec<_>>(), [0.9, 0.7]);
    }

    #[test]
    fn faces_are_counted_in_pixels_of_the_video() {
        let fit = Fit::stretch((960, 540), (576, 320));
        let rect = Rect::new(57.6, 32.0, 115.2, 96.0);
        let face = Face { rect, score: 0.9, points: [Some([57.6, 64.0]), None, None, None, None] };
        let beside = Face { rect: Rect::new(-30.0, 0.0, -5.0, 40.0), ..face };
        let found = to_source(vec![face, beside], &fit, (960, 540), (1920, 1080));
        assert_eq!(found.len(), 1, "what lies outside of the picture is no finding");
        let Rect { left, top, right, bottom } = found[0].rect;
        for (found, expected) in [(left, 192.0), (top, 108.0), (right, 384.0), (bottom, 324.0)] {
            assert!((found - expected).abs() < 0.01, "{found} is not {expected}");
        }
        let [x, y] = found[0].points[0].expect("kept");
        assert!((x - 192.0).abs() < 0.01 && (y - 216.0).abs() < 0.01);
    }
}
