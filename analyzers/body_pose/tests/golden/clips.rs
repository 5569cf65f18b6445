//! Two men who are moved about: the points go with them, and those of the mirror image are mirrored.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::{Value, json};
use va_analyzer_body_pose::skeleton::NAMES;
use va_analyzer_sdk::testing::{Clip, Seen};
use va_test_media::{made, media};

use super::{number, people, persons, point, with};

/// Pixels per second to the right; the other goes to the left.
const SPEED: f64 = 30.0;

/// A man out of a real picture, 399 pixels high, and his mirror image, who walk towards each other in front of grey.
fn two_men() -> Clip {
    let picture = media("basketball1.png");
    let graph = "color=0x808080:s=640x480:r=25:d=4[grey];\
        [0:v]crop=170:420:15:60,format=rgb24,split[man][other];[other]hflip[mirrored];\
        [grey][man]overlay=x='20+30*t':y=40:format=rgb:shortest=1[one];\
        [one][mirrored]overlay=x='450-30*t':y=40:format=rgb,format=yuv420p";
    let input = ["-loop", "1", "-framerate", "25", "-i", picture.to_str().expect("a path")];
    let output = ["-filter_complex", graph, "-t", "4", "-crf", "16"];
    // Tests of one process make it once.
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    let path = PATH.get_or_init(|| made("two_men.mp4", &[input.as_slice(), output.as_slice()].concat()));
    Clip::from_file(path).expect("read")
}

/// Where they are, by how the clip is made.
fn where_they_are() -> BTreeMap<u64, Vec<Value>> {
    let frame = |n: u64| {
        let moved = SPEED * n as f64 / 25.0;
        let one = [39.0 + moved, 60.0, 178.0 + moved, 459.0];
        let mirrored = [462.0 - moved, 60.0, 601.0 - moved, 459.0];
        (n, vec![(one, json!(1)), (mirrored, json!(2))])
    };
    persons((0..100).step_by(10).map(frame))
}

fn seen() -> Seen {
    let run = with("movenet-thunder").frame_findings("object_detection", where_they_are());
    run.on(&two_men()).expect("analysed")
}

#[test]
fn the_points_go_with_them() {
    let seen = seen();
    assert_eq!((seen.frames, seen.segments.len()), (10, 10));
    assert_eq!(seen.summary["people_max"], 2);
    for (person, direction) in [(0, 1.0), (1, -1.0)] {
        for name in ["nose", "left_shoulder", "right_hip", "left_knee", "right_ankle"] {
            let path: Vec<[f64; 2]> = seen
                .segments
                .iter()
                .filter_map(|segment| {
                    let [x, y] = point(&people(segment)[person], name)?;
                    Some([x - direction * SPEED * number(&segment["timestamp"]), y])
                })
                .collect();
            assert_eq!(path.len(), 10, "{name} is seen in every frame");
            // What is left when the motion is taken away: 2 % of the man.
            for axis in [0, 1] {
                let (least, most) = path.iter().fold((f64::MAX, f64::MIN), |(least, most), at| {
                    (least.min(at[axis]), most.max(at[axis]))
                });
                assert!(most - least < 8.0, "{name} of {person}: {path:?}");
            }
        }
    }
}

/// MoveNet is no mirror of itself: 2.7 pixels on average and 6 at most (1.5 % of the man) when this was written.
#[test]
fn left_and_right_are_the_persons_own() {
    let seen = seen();
    let mut off = Vec::new();
    for segment in &seen.segments {
        let moved = SPEED * number(&segment["timestamp"]);
        let [one, mirrored] = &people(segment)[..] else { panic!("two people") };
        for name in NAMES {
            let other = match name.split_once('_') {
                Some(("left", part)) => format!("right_{part}"),
                Some((_, part)) => format!("left_{part}"),
                None => name.to_owned(),
            };
            if let (Some([x, y]), Some([other_x, other_y])) = (point(one, name), point(mirrored, &other)) {
                // The crops begin at 20 and end at 620.
                let there = [x - moved - 20.0, y];
                let here = [620.0 - moved - other_x, other_y];
                off.push((there[0] - here[0]).hypot(there[1] - here[1]));
            }
        }
    }
    assert!(off.len() > 140, "{} points of 170", off.len());
    let mean = off.iter().sum::<f64>() / off.len() as f64;
    let most = off.iter().copied().fold(0.0, f64::max);
    assert!(mean < 5.0 && most < 12.0, "{mean} {most}");
}

#[test]
fn batches_of_any_size_give_the_same() {
    let clip = two_men();
    let [one, many] = [1, 64].map(|batch| {
        let run = with("movenet-lightning").batch(batch);
        run.frame_findings("object_detection", where_they_are()).on(&clip).expect("analysed")
    });
    assert_eq!((&one.segments, &one.summary), (&many.segments, &many.summary));
}
