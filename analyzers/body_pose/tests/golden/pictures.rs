//! Real pictures, against the same pipeline in Python (`reference/poses.py`).

use std::process::Command;

use serde_json::{Value, json};
use va_analyzer_body_pose::BodyPose;
use va_analyzer_body_pose::preprocess::crop;
use va_analyzer_body_pose::skeleton::NAMES;
use va_analyzer_sdk::ErrorKind;
use va_analyzer_sdk::testing::{Clip, Picture, Run, Seen};
use va_inference::geometry::Rect;
use va_inference::image::{Painter, View};
use va_test_media::media;

use super::{number, people, persons, point, with};

/// Both ends run the same runtime on the same boxes of the same frames; a crop is resized by another library, a level of
/// 255 apart here and there. MoveNet answers with the cell of a coarse map and is fickle: in the reference alone, noise of
/// one level moves confidences by up to 0.33 (0.01 on average) and places by up to 2.5 % of the person (0.1 % on
/// average). So single points may be as far off, but not the average; that the crops themselves are the same is tested
/// below. Near a limit one end may see a point, or take it for a neighbour's, that the other does not: one in a hundred.
const MOST: Off = Off { confidence: 0.35, of_the_person: 0.03 };
const MEAN: Off = Off { confidence: 0.015, of_the_person: 0.0015 };
const OTHERWISE: f64 = 0.01;
const SEEN: f64 = 0.3;

#[derive(Debug)]
struct Off {
    confidence: f64,
    of_the_person: f64,
}

#[test]
fn movenet_thunder_finds_what_the_reference_finds() {
    finds_what_the_reference_finds("movenet-thunder");
}

#[test]
fn movenet_lightning_finds_what_the_reference_finds() {
    finds_what_the_reference_finds("movenet-lightning");
}

fn finds_what_the_reference_finds(model: &str) {
    let (mut confidences, mut places, mut otherwise) = (Vec::new(), Vec::new(), 0);
    for name in reference()[model].as_object().expect("pictures").keys() {
        let (expected, seen) = seen_of(model, name);
        assert_eq!(people(&seen.segments[0]).len(), expected.len(), "{name}: every person is there");
        for (i, (found, expected)) in people(&seen.segments[0]).iter().zip(&expected).enumerate() {
            assert_eq!(found["track_id"], i);
            let [left, top, right, bottom] = four(&expected["box"]);
            let size = (right - left).max(bottom - top);
            for (name, wanted) in NAMES.iter().zip(expected["points"].as_array().expect("points")) {
                let [x, y, confidence] = [0, 1, 2].map(|at| number(&wanted[at]));
                let off = (confidence_of(found, name) - confidence).abs();
                let place = point(found, name).filter(|_| confidence >= SEEN);
                let away = place.map(|[found_x, found_y]| (found_x - x).hypot(found_y - y) / size);
                if off > MOST.confidence || away > Some(MOST.of_the_person) {
                    otherwise += 1;
                    continue;
                }
                confidences.push(off);
                places.extend(away);
            }
        }
    }
    let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
    let off = Off { confidence: mean(&confidences), of_the_person: mean(&places) };
    assert!(places.len() > 300, "{} points", places.len());
    assert!(off.confidence < MEAN.confidence && off.of_the_person < MEAN.of_the_person, "{off:?}");
    assert!(f64::from(otherwise) <= OTHERWISE * confidences.len() as f64, "{otherwise}");
}

/// What the reference finds in a picture, and what the analyzer does in the same boxes.
fn seen_of(model: &str, name: &str) -> (Vec<Value>, Seen) {
    let expected = reference()[model][name].as_array().expect("people").clone();
    let clip = Clip::from_file(media(name)).expect("read");
    let boxes = expected.iter().enumerate().map(|(i, person)| (four(&person["box"]), json!(i)));
    let run = with(model).frame_findings("object_detection", persons([(0, boxes.collect())]));
    (expected, run.on(&clip).expect("analysed"))
}

fn reference() -> Value {
    serde_json::from_str(include_str!("../reference/poses.json")).expect("JSON")
}

/// Means of the crop's 4 x 4 parts, red, green, blue: half a level covers what the two resizers differ by.
#[test]
fn crops_are_those_of_the_reference() {
    let frame = first_frame("bus.jpg", (480, 640));
    let view = View::rgb(&frame, 480, 640).expect("whole");
    let crops = reference()["crops of bus.jpg"].as_array().expect("crops").clone();
    assert_eq!(crops.len(), 4);
    for expected in crops {
        let [left, top, right, bottom] = four(&expected["box"]).map(|edge| (edge / 810.0 * 480.0) as f32);
        let fit = crop(view.size(), &Rect::new(left, top, right, bottom), 256);
        let mut pixels = vec![0; 256 * 256 * 3];
        Painter::new().integers(&view, &fit, &mut pixels).expect("painted");
        for (part, wanted) in expected["means"].as_array().expect("means").iter().enumerate() {
            let (row, column, channel) = (part / 12, part / 3 % 4, part % 3);
            let level = |i: usize| {
                let (y, x) = (row * 64 + i / 64, column * 64 + i % 64);
                f64::from(pixels[(y * 256 + x) * 3 + channel])
            };
            let mean = (0..64 * 64).map(level).sum::<f64>() / (64.0 * 64.0);
            assert!((mean - number(wanted)).abs() < 0.5, "{row} {column} {channel}: {mean} is not {wanted}");
        }
    }
}

/// The pixels that the analyzer is handed.
fn first_frame(name: &str, (width, height): (u32, u32)) -> Vec<u8> {
    let scale = format!("scale={width}:{height}:flags=area:out_range=full,format=rgb24");
    let args = ["-v", "error", "-nostdin", "-frames:v", "1", "-vf", &scale, "-f", "rawvideo", "-"];
    let output =
        Command::new("ffmpeg").arg("-i").arg(media(name)).args(args).output().expect("ffmpeg starts");
    assert!(!output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn four(value: &Value) -> [f64; 4] {
    [0, 1, 2, 3].map(|at| number(&value[at]))
}

fn confidence_of(person: &Value, name: &str) -> f64 {
    let keypoints = person["keypoints"].as_array().expect("keypoints");
    number(&keypoints.iter().find(|point| point["name"] == name).expect(name)["confidence"])
}

/// By eye: one bites a nail, one holds her hair, one does neither; and somebody who shoots swings an arm up.
#[test]
fn gestures_of_real_people() {
    let gestures = |name: &str| {
        let (_, seen) = seen_of("movenet-thunder", name);
        let gestures = people(&seen.segments[0]).iter().map(|person| person["gesture"].clone());
        (gestures.collect::<Vec<_>>(), seen.summary["gestures"].clone())
    };
    let (of_each, counted) = gestures("sample2.jpg");
    assert_eq!(of_each, [json!("hand_at_head"), json!("hand_at_head"), Value::Null]);
    assert_eq!(counted, json!({ "hand_at_head": 2 }));
    let (of_each, counted) = gestures("messi5.jpg");
    assert_eq!((&of_each[0], counted), (&json!("hand_raised"), json!({ "hand_raised": 1 })));
    // Sixteen who stand and squat for a photograph, arms at their sides and on their knees.
    let (of_each, counted) = gestures("players.jpg");
    assert_eq!((of_each.len(), counted), (16, json!({})));
}

#[test]
fn the_points_of_a_portrait_lie_where_the_eye_sees_them() {
    let boxes = vec![([13.4, 16.9, 364.3, 512.0], json!(3))];
    let clip = Clip::from_file(media("astronaut.png")).expect("read");
    let seen = with("movenet-thunder").frame_findings("object_detection", persons([(0, boxes)]));
    let seen = seen.on(&clip).expect("analysed");
    let [person] = &people(&seen.segments[0])[..] else { panic!("one person") };
    // Left is hers, at the right of the picture. Read off the picture, to 15 of 512 pixels.
    for (name, [x, y]) in
        [("nose", [223.0, 130.0]), ("left_eye", [244.0, 107.0]), ("right_eye", [204.0, 107.0])]
    {
        let [found_x, found_y] = point(person, name).expect(name);
        assert!((found_x - x).abs() < 15.0 && (found_y - y).abs() < 15.0, "{name}: {found_x} {found_y}");
    }
    // Below the picture's edge.
    assert_eq!((point(person, "left_ankle"), point(person, "right_knee")), (None, None));
    assert_eq!(person["bounding_box"], json!({ "x": 13.4, "y": 16.9, "width": 350.9, "height": 495.1 }));
    assert_eq!((seen.summary["people_max"].as_u64(), &seen.summary["gestures"]), (Some(1), &json!({})));
    assert_eq!(seen.model.as_deref(), Some("movenet-thunder"));
    assert!(seen.degraded.expect("a stand-in").contains("yolov8x-pose"));
}

#[test]
fn without_persons_nobody_is_found() {
    let pictures = [[0; 3], [128; 3]].map(|rgb| Clip::from_pictures(25.0, [Picture::filled(640, 360, rgb)]));
    let portrait = Clip::from_file(media("astronaut.png")).expect("read");
    for clip in pictures.iter().chain([&portrait]) {
        // Looked at, and nothing found; and not looked at.
        for findings in [persons([(0, vec![])]), persons([])] {
            let seen = with("movenet-thunder").frame_findings("object_detection", findings);
            let seen = seen.on(clip).expect("analysed");
            assert_eq!((seen.frames, &seen.segments), (1, &vec![]));
            assert_eq!(seen.summary, json!({ "people_max": 0, "gestures": {} }));
        }
    }
}

#[test]
fn a_person_who_is_not_there_has_no_points() {
    let boxes = vec![([100.0, 50.0, 250.0, 350.0], json!(1))];
    let black = Clip::from_pictures(25.0, [Picture::filled(640, 360, [0; 3])]);
    let seen = with("movenet-thunder").frame_findings("object_detection", persons([(0, boxes)]));
    let seen = seen.on(&black).expect("analysed");
    let person = &people(&seen.segments[0])[0];
    assert!(NAMES.iter().all(|name| point(person, name).is_none()), "{person}");
    assert_eq!(person["gesture"], Value::Null);
}

#[test]
fn small_and_odd_boxes_are_people_without_points() {
    let clip = Clip::from_file(media("astronaut.png")).expect("read");
    // Too small; without a width; as large as the picture, which is a real one.
    let boxes = [[10.0, 10.0, 20.0, 41.9], [511.9, 0.0, 511.9, 100.0], [0.0, 0.0, 512.0, 512.0]];
    let findings = persons([(0, boxes.map(|corners| (corners, Value::Null)).to_vec())]);
    let run = |settings: Value| {
        let run = with("movenet-thunder").settings(settings);
        run.frame_findings("object_detection", findings.clone()).on(&clip)
    };
    let seen = run(json!({})).expect("analysed");
    let found = people(&seen.segments[0]);
    assert_eq!((found.len(), seen.summary["people_max"].as_u64()), (3, Some(3)));
    assert!(
        found[..2].iter().all(|person| NAMES.iter().all(|name| point(person, name).is_none())),
        "{found:?}"
    );
    assert!(point(&found[2], "nose").is_some());
    // All points need more confidence than any has.
    let sure = run(json!({ "confidence": 1.0 })).expect("analysed");
    assert!(NAMES.iter().all(|name| point(&people(&sure.segments[0])[2], name).is_none()));
    for (wrong, named) in [
        (json!({ "confidence": 1.5 }), "confidence"),
        (json!({ "least_side": 0.0 }), "least_side"),
        (json!({ "x": 1 }), "x"),
    ] {
        assert!(run(wrong).expect_err("refused").to_string().contains(named));
    }
}

#[test]
fn without_a_model_it_is_unavailable() {
    let clip = Clip::from_pictures(25.0, [Picture::filled(64, 64, [0; 3])]);
    assert_eq!(Run::new::<BodyPose>().on(&clip).expect_err("no model").kind, ErrorKind::Unavailable);
}
