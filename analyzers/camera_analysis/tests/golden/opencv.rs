//! Tracks and fitted similarities against OpenCV's on the same frames (`reference/opencv.py`).
//!
//! Tolerances: the two trackers differ in smoothing at window edges, in the mean taken off here and in OpenCV's
//! fixed-point weights (1/32 pixel), which is worth some hundredths of a pixel on a corner; a point on a border of two
//! motions may go with the one or the other, so one in twenty may differ by more.

use serde::Deserialize;
use va_analyzer_camera_analysis::{flow, motion, pyramid::Pyramid, similarity::Similarity};
use va_test_media::media;

use crate::clips::gray_frames;

#[derive(Deserialize)]
struct Reference {
    pairs: Vec<Pair>,
}

#[derive(Deserialize)]
struct Pair {
    clip: String,
    width: usize,
    height: usize,
    frames: [usize; 2],
    points: Vec<[f32; 2]>,
    moved: Vec<[f32; 2]>,
    a: f32,
    b: f32,
    shift: [f32; 2],
}

fn pairs() -> Vec<(Pair, Pyramid, Pyramid)> {
    let reference: Reference =
        serde_json::from_str(include_str!("../reference/opencv.json")).expect("the committed reference");
    let with_frames = |pair: Pair| {
        let frames = gray_frames(&media(&pair.clip), pair.width, pair.height, 5);
        let pyramid = |number: usize| Pyramid::of(&frames[number / 5], pair.width, pair.height);
        let (before, after) = (pyramid(pair.frames[0]), pyramid(pair.frames[1]));
        (pair, before, after)
    };
    reference.pairs.into_iter().map(with_frames).collect()
}

#[test]
fn tracks_agree_with_opencv() {
    for (pair, before, after) in pairs() {
        let mut misses: Vec<f32> = Vec::new();
        for (point, there) in pair.points.iter().zip(&pair.moved) {
            if let Some(here) = flow::track(&before, &after, *point, [0.0, 0.0]) {
                misses.push((here[0] - there[0]).hypot(here[1] - there[1]));
            }
        }
        misses.sort_by(f32::total_cmp);
        let at = |share: f64| misses[(share * (misses.len() - 1) as f64) as usize];
        println!(
            "{} {:?}: {} of {}, median {:.4}, 95 % {:.4}",
            pair.clip,
            pair.frames,
            misses.len(),
            pair.points.len(),
            at(0.5),
            at(0.95)
        );
        assert!(
            misses.len() * 10 >= pair.points.len() * 9,
            "{} {:?}: {}",
            pair.clip,
            pair.frames,
            misses.len()
        );
        assert!(at(0.5) < 0.03, "{} {:?}: median {}", pair.clip, pair.frames, at(0.5));
        assert!(at(0.95) < 0.2, "{} {:?}: 95 % {}", pair.clip, pair.frames, at(0.95));
    }
}

/// Corners of the picture, where a wrong scale or angle shows most, land within 0.4 pixels (a thousandth of the width)
/// of where OpenCV's fit to its own points takes them.
#[test]
fn similarity_agrees_with_opencv() {
    for (pair, before, after) in pairs() {
        let found = motion::estimate(&before, &after, None).expect("the picture has texture").model;
        let reference = Similarity { a: pair.a, b: pair.b, shift: pair.shift };
        let (x, y) = (pair.width as f32 / 2.0, pair.height as f32 / 2.0);
        let far = [[-x, -y], [x, -y], [-x, y], [x, y]].map(|corner| {
            let (here, there) = (found.apply(corner), reference.apply(corner));
            (here[0] - there[0]).hypot(here[1] - there[1])
        });
        let worst = far.into_iter().fold(0.0, f32::max);
        println!("{} {:?}: {worst:.3}", pair.clip, pair.frames);
        assert!(worst < 0.4, "{} {:?}: {found:?} is not {reference:?}", pair.clip, pair.frames);
    }
}
