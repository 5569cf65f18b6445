//! The whole analyzer against a Python pipeline of the same models on the same faces (`reference/ages.py`), and against
//! what one sees in the pictures.

#[path = "../../face_detection/tests/reference/found.rs"]
mod found;

use std::collections::BTreeMap;
use std::path::Path;

use found::{beside_reference, faces_in, is_the_same_in_batches_of_any_size, number, seen_by, with_models};
use serde_json::{Value, json};
use va_analyzer_age_estimation::AgeEstimation;
use va_analyzer_sdk::ErrorKind;
use va_analyzer_sdk::testing::{Clip, Picture, Run, Seen};
use va_test_media::model;

fn run() -> Run {
    with_models::<AgeEstimation>(&["onnxruntime", "faceres"])
}

fn seen(name: &str, settings: Value) -> Seen {
    seen_by(run().settings(settings), name)
}

/// The same faces give the same judgements. Where a crop hangs over the edge ours begins at a whole pixel, and levels are
/// rounded the other way here and there: measured 0.35 years and 0.007 of the gender.
#[test]
fn faces_are_judged_as_the_python_pipeline_judges_them() {
    let all = json!({ "least_face": 8.0, "most_turn": 10.0, "then_every": 1 });
    let (mut age_off, mut gender_off, mut count) = (0f64, 0f64, 0);
    let judge = |name: &str| seen(name, all.clone());
    beside_reference(include_str!("reference/ages.json"), judge, |face, expected| {
        age_off = age_off.max((number(&face["age"]) - number(&expected[0])).abs());
        // A doubtful gender is not said.
        if let (Some(gender), confidence) = (face["gender"].as_str(), &face["gender_confidence"]) {
            let signed = if gender == "male" { number(confidence) } else { -number(confidence) };
            gender_off = gender_off.max((0.5 + signed / 2.0 - number(&expected[1])).abs());
        }
        count += 1;
    });
    println!("{count} faces: ages at most {age_off:.2} years off, genders {gender_off:.3}");
    assert!(count > 80, "{count}");
    assert!(age_off < 1.0, "{age_off}");
    assert!(gender_off < 0.02, "{gender_off}");
}

#[test]
fn the_woman_of_the_clip_is_one_person_of_a_plausible_age() {
    let seen = seen("wolfgang_langer.mp4", json!({}));
    assert_eq!(seen.segments.len(), 48);
    let people = seen.summary["people"].as_array().expect("a list");
    assert_eq!(people.len(), 1, "{people:?}");
    assert_eq!((&people[0]["track_id"], &people[0]["gender"]), (&json!(1), &json!("female")));
    assert!((25.0..42.0).contains(&number(&people[0]["age"])), "{people:?}");
    assert_eq!((number(&people[0]["from"]), number(&people[0]["to"])), (0.0, 19.603));
    assert_eq!(seen.model.as_deref(), Some("faceres"));
    assert!(seen.degraded.is_some_and(|why| why.contains("insightface-genderage")));
}

/// Judging every fourth face of somebody known finds the same person.
#[test]
fn fewer_judgements_find_the_same_people() {
    for name in ["wolfgang_langer.mp4", "obama_speech.mp4"] {
        let people = |settings| {
            let people = seen(name, settings).summary["people"].take();
            people.as_array().expect("a list").clone()
        };
        let (few, all) = (people(json!({})), people(json!({ "then_every": 1 })));
        assert_eq!(few.len(), all.len(), "{name}");
        for (few, all) in few.iter().zip(&all) {
            assert_eq!(few["gender"], all["gender"], "{name}");
            assert!((number(&few["age"]) - number(&all["age"])).abs() < 2.0, "{name}: {few} {all}");
        }
    }
}

#[test]
fn genders_are_those_one_sees() {
    let women = ["0-f1-su-ph.jpg", "15-f13-anc-ph.jpg", "astronaut.png", "sample1.jpg", "sample6.jpg"];
    let men = ["single_face.jpg", "yaoming.jpg", "obama_speech.mp4"];
    let all =
        women.into_iter().map(|name| (name, "female")).chain(men.into_iter().map(|name| (name, "male")));
    for (name, gender) in all {
        let seen = seen(name, json!({}));
        let people = seen.summary["people"].as_array().expect("a list");
        assert!(
            !people.is_empty() && people.iter().all(|person| person["gender"] == gender),
            "{name}: {people:?}"
        );
    }
}

#[test]
fn a_small_face_and_one_in_profile_do_not_tell() {
    let unknown = |face: &&Value| {
        face["age"].is_null() && face["gender"].is_null() && face["gender_confidence"].is_null()
    };
    let players = seen("players.jpg", json!({}));
    for face in faces_in(&players.segments[0]) {
        // Pixels of the picture, which is 1237 wide; frames are 960.
        let side = number(&face["bounding_box"]["width"]).max(number(&face["bounding_box"]["height"]))
            * 960.0
            / 1237.0;
        assert_eq!(unknown(&face), side < 40.0, "{face}");
    }
    let couch = seen("sample2.jpg", json!({}));
    let profile: Vec<&Value> = faces_in(&couch.segments[0]).iter().filter(unknown).collect();
    assert_eq!(profile.len(), 1);
    assert!(
        number(&profile[0]["bounding_box"]["x"]) < 500.0,
        "the woman at the left looks aside: {profile:?}"
    );
}

#[test]
fn a_frame_without_faces_and_one_that_nobody_looked_at_are_told_apart() {
    let pictures = || (0..30).map(|_| Picture::filled(64, 36, [0, 0, 0]));
    let clip = Clip::from_pictures(25.0, pictures());
    let none = json!({ "timestamp": 0.0, "faces": [] });
    let looked_at = BTreeMap::from([(0, vec![none.clone()]), (20, vec![none])]);
    let seen = run().frame_findings("face_detection", looked_at).on(&clip).expect("analysed");
    assert_eq!(
        seen.segments,
        [json!({ "timestamp": 0.0, "faces": [] }), json!({ "timestamp": 0.8, "faces": [] })]
    );
    assert_eq!(seen.summary, json!({ "people": [] }));
}

#[test]
fn frames_in_batches_of_any_size_give_the_same() {
    is_the_same_in_batches_of_any_size(run);
}

/// A graph of InsightFace's contract (`reference/tiny_genderage.py`) that judges by colour alone.
#[test]
fn a_user_s_genderage_is_loaded_and_preferred() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("genderage");
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    std::fs::write(folder.join("model.onnx"), include_bytes!("reference/tiny_genderage.onnx"))
        .expect("written");
    let judged = |rgb: [u8; 3]| {
        let clip = Clip::from_pictures(25.0, [Picture::filled(300, 300, rgb)]);
        let face = json!({
            "bounding_box": { "x": 100, "y": 100, "width": 80, "height": 100 }, "confidence": 0.9, "track_id": 7,
            "landmarks": { "left_eye": null, "right_eye": null, "nose": null, "mouth_left": null, "mouth_right": null }
        });
        let found = BTreeMap::from([(0, vec![json!({ "timestamp": 0.0, "faces": [face] })])]);
        let run = run().model("insightface-genderage", &folder).frame_findings("face_detection", found);
        run.on(&clip).expect("analysed")
    };
    let woman = judged([200, 40, 102]);
    assert_eq!((woman.model.as_deref(), woman.degraded), (Some("insightface-genderage"), None));
    let face = &woman.segments[0]["faces"][0];
    assert_eq!(
        (number(&face["age"]), &face["gender"], &face["track_id"]),
        (40.0, &json!("female"), &json!(7))
    );
    assert_eq!(
        judged([40, 200, 153]).summary["people"][0],
        json!({
            "track_id": 7, "age": 60.0, "gender": "male", "from": 0.0, "to": 0.0
        })
    );
}

#[test]
fn without_a_model_the_analyzer_is_unavailable_and_wrong_settings_are_named() {
    let clip = Clip::from_pictures(25.0, [Picture::filled(64, 36, [0, 0, 0])]);
    let error = Run::new::<AgeEstimation>()
        .model("onnxruntime", model("onnxruntime"))
        .on(&clip)
        .expect_err("no model");
    assert_eq!(error.kind, ErrorKind::Unavailable);
    for (wrong, named) in [(json!({ "least_face": 0 }), "least_face"), (json!({ "size": 3 }), "size")] {
        let error = run().settings(wrong).on(&clip).expect_err("refused").to_string();
        assert!(error.contains(named), "{error}");
    }
}
