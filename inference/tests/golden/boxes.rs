//! Overlap and suppression beside pycocotools and OpenCV.

use serde::Deserialize;
use va_inference::detect::{Detection, kept};
use va_inference::geometry::Rect;

use crate::reference;

#[derive(Deserialize)]
struct Shapes {
    suppressed: Vec<Suppressed>,
    overlaps: Overlaps,
}

#[derive(Deserialize)]
struct Suppressed {
    n: usize,
    least: f64,
    iou: f32,
    kept: Vec<usize>,
}

#[derive(Deserialize)]
struct Overlaps {
    n: usize,
    iou: Vec<f32>,
}

fn noise(i: u64) -> f64 {
    (i * 2_654_435_761 % (1 << 32)) as f64 / (1u64 << 32) as f64
}

/// The reference's boxes, by the same formula.
fn boxes(n: usize) -> Vec<Detection> {
    let number = |i: usize, k: u64, range: f64| (noise(6 * i as u64 + k) * range).floor() as f32;
    (0..n)
        .map(|i| Detection {
            rect: Rect::of_size(
                number(i, 1, 300.0),
                number(i, 2, 200.0),
                20.0 + number(i, 3, 60.0),
                20.0 + number(i, 4, 60.0),
            ),
            score: noise(6 * i as u64 + 5) as f32,
            class: number(i, 6, 3.0) as usize,
        })
        .collect()
}

#[test]
fn the_same_boxes_stay_as_in_opencv() {
    for case in reference::read::<Shapes>("shapes").suppressed {
        let all = boxes(case.n);
        let above: Vec<usize> = (0..all.len()).filter(|&i| f64::from(all[i].score) > case.least).collect();
        let found: Vec<Detection> = above.iter().map(|&i| all[i]).collect();
        let mut kept: Vec<usize> = kept(&found, case.iou).into_iter().map(|i| above[i]).collect();
        let mut expected = case.kept;
        kept.sort_unstable();
        expected.sort_unstable();
        assert!(expected.len() < above.len(), "something is to be suppressed");
        assert_eq!(kept, expected, "of {} at {}", case.n, case.iou);
    }
}

#[test]
fn overlap_is_that_of_pycocotools() {
    let expected = reference::read::<Shapes>("shapes").overlaps;
    let all = boxes(expected.n);
    for (i, iou) in expected.iou.iter().enumerate() {
        let found = all[i / expected.n].rect.iou(&all[i % expected.n].rect);
        assert!((found - iou).abs() < 1e-5, "{i}: {found} {iou}");
    }
}
