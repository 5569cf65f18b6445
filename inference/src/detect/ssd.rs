//! The output of the TensorFlow detection API's SSD, decoded: a box and a score for each class at each anchor.

use va_analyzer_sdk::{Error, Result};

use super::Detection;
use crate::geometry::Rect;

/// Detections above `least`, their boxes times `width` and `height`. `boxes` has `[top, left, bottom, right]` in 0..1 of
/// each anchor, `scores` `classes` numbers. An anchor counts for its best class only.
///
/// # Errors
/// Where the lengths do not fit each other.
pub fn detections(
    boxes: &[f32],
    scores: &[f32],
    classes: usize,
    least: f32,
    (width, height): (f32, f32),
) -> Result<Vec<Detection>> {
    let (boxes, rest) = boxes.as_chunks::<4>();
    if classes == 0 || !rest.is_empty() || scores.len() != boxes.len() * classes {
        let (boxes, scores) = (boxes.len(), scores.len());
        return Err(Error::new(format!("{boxes} boxes of {classes} classes came with {scores} scores")));
    }
    let mut found = Vec::new();
    for (&[top, left, bottom, right], scores) in boxes.iter().zip(scores.chunks_exact(classes)) {
        // Few anchors are above: one look for the maximum first, which the compiler makes a vector one.
        let best = scores.iter().fold(f32::MIN, |best, &score| if score > best { score } else { best });
        if best > least {
            let class = scores.iter().position(|&score| score == best).unwrap_or(0);
            let rect = Rect::new(left * width, top * height, right * width, bottom * height);
            found.push(Detection { rect, score: best, class });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_best_class_and_scales_the_box() {
        let boxes = [0.1, 0.2, 0.3, 0.4, 0.0, 0.0, 1.0, 1.0];
        let scores = [0.1, 0.8, 0.6, 0.2, 0.1, 0.0];
        let found = detections(&boxes, &scores, 3, 0.4, (100.0, 200.0)).expect("fits");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].class, found[0].score), (1, 0.8));
        let off = [found[0].rect.left - 20.0, found[0].rect.top - 20.0, found[0].rect.bottom - 60.0];
        assert!(off.iter().all(|off| off.abs() < 1e-4), "{:?}", found[0].rect);
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        assert!(detections(&[0.0; 8], &[0.0; 5], 3, 0.4, (1.0, 1.0)).is_err());
        assert!(detections(&[0.0; 7], &[0.0; 3], 3, 0.4, (1.0, 1.0)).is_err());
    }
}
