//! The whole analyzer against a Python pipeline of the same models on the same faces (`reference/eyes.py`), and against what
//! one sees in the pictures.

#[path = "../../face_detection/tests/reference/found.rs"]
mod found;

use std::collections::BTreeMap;

use found::{beside_reference, faces_in, is_the_same_in_batches_of_any_size, number, seen_by, with_models};
use serde_json::{Value, json};
use va_analyzer_eye_tracking::EyeTracking;
use va_analyzer_sdk::ErrorKind;
use va_analyzer_sdk::testing::{Clip, Picture, Run, Seen};

const NEEDED: [&str; 3] = ["onnxruntime", "face-landmarks-478", "face-blendshapes"];

fn run() -> Run {
    with_models::<EyeTracking>(&[&NEEDED[..], &["iris"]].concat())
}

fn seen(name: &str) -> Seen {
    seen_by(run(), name)
}

fn known<'a>(seen: &'a Seen, field: &str) -> Vec<&'a Value> {
    let faces = seen.segments.iter().flat_map(faces_in);
    faces.map(|face| &face[field]).filter(|value| !value.is_null()).collect()
}

/// The same faces give the same irises, eyes and gaze. OpenCV looks up colours at 32nds of a pixel, we at 256ths; measured
/// 0.004 of the face and 0.8 degrees at most. The turn of the head is solved in another way there.
#[test]
fn gaze_and_irises_are_those_of_the_python_pipeline() {
    let (mut iris_off, mut gaze_off, mut irises, mut gazes) = (0f64, 0f64, 0, 0);
    beside_reference(include_str!("reference/eyes.json"), seen, |face, expected| {
        if expected.is_null() {
            let nothing = ["gaze", "target", "left_iris", "right_iris", "eyes_open"];
            assert!(nothing.iter().all(|field| face[field].is_null()), "{face}");
            return;
        }
        let side = number(&face["bounding_box"]["width"]).max(number(&face["bounding_box"]["height"]));
        for (i, iris) in ["left_iris", "right_iris"].into_iter().enumerate() {
            if face[iris].is_object() {
                let apart =
                    |axis: &str, at: usize| number(&face[iris][axis]) - number(&expected["irises"][i][at]);
                iris_off = iris_off.max(apart("x", 0).hypot(apart("y", 1)) / side);
                irises += 1;
            }
        }
        let blink = (number(&expected["blink"][0]) + number(&expected["blink"][1])) / 2.0;
        if face["eyes_open"].is_boolean() && (blink - 0.5).abs() > 0.03 {
            assert_eq!(face["eyes_open"], blink < 0.5, "{face}");
        }
        for (i, angle) in ["yaw_deg", "pitch_deg"].into_iter().enumerate() {
            if face["gaze"].is_object() {
                gaze_off = gaze_off.max((number(&face["gaze"][angle]) - number(&expected["gaze"][i])).abs());
                gazes += 1;
            }
        }
    });
    println!("{irises} irises at most {iris_off:.4} of the face off, {gazes} angles {gaze_off:.2} degrees");
    assert!(irises > 100 && gazes > 80, "{irises} {gazes}");
    assert!(iris_off < 0.008, "{iris_off}");
    assert!(gaze_off < 1.5, "{gaze_off}");
}

/// Nobody of these was used to fit the gaze.
#[test]
fn people_who_look_into_the_camera_are_seen_to() {
    for name in ["single_face.jpg", "0-f1-su-ph.jpg", "astronaut.png", "yaoming.jpg", "sample6.jpg"] {
        let seen = seen(name);
        assert_eq!(seen.summary, json!({ "camera_contact_ratio": 1.0 }), "{name}: {:?}", seen.segments);
        assert!(known(&seen, "eyes_open").iter().all(|open| **open == json!(true)), "{name}");
        for gaze in known(&seen, "gaze") {
            assert!(
                number(&gaze["yaw_deg"]).abs() < 8.0 && number(&gaze["pitch_deg"]).abs() < 11.0,
                "{name}: {gaze}"
            );
        }
    }
}

#[test]
fn people_who_look_down_or_aside_do_not_look_into_the_camera() {
    let couch = seen("sample2.jpg");
    assert!(known(&couch, "target").iter().all(|target| **target == "down"), "{:?}", couch.segments);
    let profile = faces_in(&couch.segments[0])
        .iter()
        .min_by(|a, b| number(&a["bounding_box"]["x"]).total_cmp(&number(&b["bounding_box"]["x"])));
    let profile = profile.expect("three faces");
    assert!(
        profile["gaze"].is_null() && profile["left_iris"].is_null(),
        "no eye tells in profile: {profile}"
    );
}

/// She weeps with closed eyes for the first third, looks up to the picture's right at 10 s, and stays so.
#[test]
fn the_woman_of_the_clip_closes_her_eyes_and_looks_aside() {
    let seen = seen("wolfgang_langer.mp4");
    let face = |second: f64| &faces_in(&seen.segments[(second * 2.3976).round() as usize])[0];
    for second in [2.5, 5.0] {
        let face = face(second);
        assert_eq!(face["eyes_open"], false, "{second} s: {face}");
        assert!(face["gaze"].is_null() && face["target"].is_null(), "{second} s: {face}");
    }
    for second in [10.0, 12.5, 15.0] {
        let face = face(second);
        assert_eq!(
            (&face["eyes_open"], &face["target"]),
            (&json!(true), &json!("right")),
            "{second} s: {face}"
        );
    }
}

#[test]
fn the_left_iris_is_the_person_s_left() {
    let seen = seen("astronaut.png");
    let face = &faces_in(&seen.segments[0])[0];
    // Her left eye is at the picture's right; the places were read off the picture.
    for (iris, place) in [("left_iris", [247.0, 103.5]), ("right_iris", [203.5, 101.5])] {
        let apart = (number(&face[iris]["x"]) - place[0]).hypot(number(&face[iris]["y"]) - place[1]);
        assert!(apart < 1.5, "{iris}: {face}");
    }
}

#[test]
fn a_small_face_has_irises_but_no_gaze() {
    let seen = seen("obama_speech.mp4");
    let small = seen.segments.iter().flat_map(faces_in).filter(|face| {
        number(&face["bounding_box"]["width"]).max(number(&face["bounding_box"]["height"])) < 60.0
    });
    let mut count = 0;
    for face in small {
        assert!(face["gaze"].is_null() && face["eyes_open"].is_null() && face["target"].is_null(), "{face}");
        assert!(face["left_iris"].is_object(), "{face}");
        count += 1;
    }
    assert!(count > 10, "{count}");
}

#[test]
fn without_the_iris_net_the_mesh_s_irises_are_given_and_it_is_said() {
    let (with, without) =
        (seen("0-f1-su-ph.jpg"), seen_by(with_models::<EyeTracking>(&NEEDED), "0-f1-su-ph.jpg"));
    assert_eq!(with.degraded, None);
    assert!(without.degraded.as_ref().is_some_and(|why| why.contains("iris")));
    let place = |segment: &Value| {
        let iris = &segment["faces"][0]["left_iris"];
        (number(&iris["x"]), number(&iris["y"]))
    };
    let (a, b) = (place(&with.segments[0]), place(&without.segments[0]));
    let apart = (a.0 - b.0).hypot(a.1 - b.1);
    assert!(apart > 0.05 && apart < 6.0, "{a:?} {b:?}");
}

#[test]
fn nothing_is_said_where_the_face_is_none() {
    let clip = Clip::from_pictures(25.0, [Picture::filled(640, 360, [128, 128, 128])]);
    let face = json!({
        "bounding_box": { "x": 100, "y": 100, "width": 80, "height": 100 }, "confidence": 0.9, "track_id": 7,
        "landmarks": { "left_eye": null, "right_eye": null, "nose": null, "mouth_left": null, "mouth_right": null }
    });
    let found = BTreeMap::from([(0, vec![json!({ "timestamp": 0.0, "faces": [face] })])]);
    let seen = run().frame_findings("face_detection", found).on(&clip).expect("analysed");
    let box_alone = json!({
        "bounding_box": { "x": 100.0, "y": 100.0, "width": 80.0, "height": 100.0 },
        "gaze": null, "target": null, "left_iris": null, "right_iris": null, "eyes_open": null
    });
    assert_eq!(seen.segments, [json!({ "timestamp": 0.0, "faces": [box_alone] })]);
    assert_eq!(seen.summary, json!({ "camera_contact_ratio": null }));
}

#[test]
fn frames_in_batches_of_any_size_give_the_same() {
    is_the_same_in_batches_of_any_size(run);
}

#[test]
fn without_a_needed_model_the_analyzer_is_unavailable_and_wrong_settings_are_named() {
    let clip = Clip::from_pictures(25.0, [Picture::filled(64, 36, [0, 0, 0])]);
    for missing in 1..3 {
        let models: Vec<&str> = (0..3).filter(|&i| i != missing).map(|i| NEEDED[i]).collect();
        assert_eq!(
            with_models::<EyeTracking>(&models).on(&clip).expect_err("no model").kind,
            ErrorKind::Unavailable
        );
    }
    for (wrong, named) in [(json!({ "camera_deg": 100 }), "camera_deg"), (json!({ "size": 3 }), "size")] {
        let error = run().settings(wrong).on(&clip).expect_err("refused").to_string();
        assert!(error.contains(named), "{error}");
    }
}
