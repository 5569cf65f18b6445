//! Real pictures, against the same pipeline in Python (`reference/detections.py`), and pictures of nothing.

use serde_json::{Value, json};
use va_analyzer_sdk::ErrorKind;
use va_analyzer_sdk::testing::{Clip, Picture, Run};
use va_test_media::{made, media};

use super::{corners, number, objects, with};

/// Both ends run the same runtime on the same frames. Those of 640 pixels go in as they are: what is left is the rounding of
/// findings, and kernels that may differ between releases. Smaller ones are enlarged by another library, a level of 255
/// apart here and there; noise of one level moves a box of obama_speech.mp4 by 2 % of the picture (another of two equally
/// good candidates wins) and scores by 0.01. What scores within 0.02 of the limit may be on either side of it.
struct Tolerance {
    score: f64,
    of_the_picture: f64,
}

const AS_IT_IS: Tolerance = Tolerance { score: 0.003, of_the_picture: 0.0005 };
const ENLARGED: Tolerance = Tolerance { score: 0.015, of_the_picture: 0.025 };
const NEAR_THE_LIMIT: f64 = 0.32;

#[test]
fn yolo11n_finds_what_the_reference_finds() {
    finds_what_the_reference_finds("yolo11n");
}

#[test]
fn coco_ssd_finds_what_the_reference_finds() {
    finds_what_the_reference_finds("coco-ssd");
}

/// Everything above 0.3 is believed at first sight, as the reference does it.
fn every_sight() -> Value {
    json!({ "new_score": 0.3, "sure_score": 0.3 })
}

fn finds_what_the_reference_finds(model: &str) {
    let reference: Value = serde_json::from_str(include_str!("../reference/detections.json")).expect("JSON");
    let pictures = reference[model].as_object().expect("pictures");
    assert!(pictures.len() >= 10);
    for (name, expected) in pictures {
        let clip = Clip::from_file(media(name)).expect("read");
        let longer = f64::from(clip.video().width.max(clip.video().height));
        let tolerance = if longer < 640.0 { ENLARGED } else { AS_IT_IS };
        let seen = with(model).settings(every_sight()).on(&clip).expect("analysed");
        let mut found = seen.segments.first().map_or_else(Vec::new, |first| objects(first).clone());
        for object in expected.as_array().expect("objects") {
            let is_it = |candidate: &Value| {
                let off = corners(candidate).into_iter().zip(object["box"].as_array().expect("four"));
                candidate["object_class"] == object["class"]
                    && (number(&candidate["confidence_score"]) - number(&object["score"])).abs()
                        < tolerance.score
                    && off.map(|(a, b)| (a - number(b)).abs()).fold(0.0, f64::max)
                        < longer * tolerance.of_the_picture + 0.1
            };
            match found.iter().position(is_it) {
                Some(at) => {
                    found.remove(at);
                }
                None => {
                    assert!(number(&object["score"]) < NEAR_THE_LIMIT, "{name}: {object} is not in {found:?}")
                }
            }
        }
        let more = found.iter().find(|object| number(&object["confidence_score"]) >= NEAR_THE_LIMIT);
        assert!(more.is_none(), "{name}: the reference does not find {more:?}");
    }
}

/// By eye: two men, of whom one points; the tie of one.
#[test]
fn objects_say_what_where_and_which() {
    let clip = Clip::from_file(media("zidane.jpg")).expect("read");
    let seen = with("yolo11n").settings(every_sight()).on(&clip).expect("analysed");
    let [segment] = &seen.segments[..] else { panic!("one frame, {} segments", seen.segments.len()) };
    let classes: Vec<&Value> = objects(segment).iter().map(|object| &object["object_class"]).collect();
    assert_eq!(classes, ["person", "person", "tie"]);
    assert_eq!(segment["timestamp"], 0.0);
    // The man at the right begins beyond the middle third; the other's arm reaches over the middle.
    assert_eq!(objects(segment)[0]["position"], "middle-right");
    assert_eq!(objects(segment)[1]["position"], "middle-center");
    let ids: Vec<&Value> = objects(segment).iter().map(|object| &object["track_id"]).collect();
    assert!(ids.iter().all(|id| id.is_u64()) && ids[0] != ids[1] && ids[1] != ids[2], "{ids:?}");
    assert_eq!(seen.summary["object_counts"], json!({ "person": 2, "tie": 1 }));
    assert_eq!(seen.summary["unique_tracks"], json!({ "person": 2, "tie": 1 }));
    assert_eq!(seen.model.as_deref(), Some("yolo11n"));
    assert!(seen.degraded.expect("a stand-in").contains("yolov8x"));
    // By itself a single picture tells what it is sure of.
    let sure = with("yolo11n").on(&clip).expect("analysed");
    assert_eq!(sure.summary["object_counts"], json!({ "person": 2 }));
}

#[test]
fn nothing_is_found_in_black_grey_and_plain_gradients() {
    let black = Picture::filled(640, 360, [0; 3]);
    let grey = Picture::filled(640, 360, [128; 3]);
    let slope = Picture::from_fn(640, 360, |x, y| [(x * 255 / 640) as u8, (y * 255 / 360) as u8, 90]);
    for model in ["yolo11n", "coco-ssd"] {
        for picture in [&black, &grey, &slope] {
            let clip = Clip::from_pictures(25.0, (0..21).map(|_| picture.clone()));
            let seen = with(model).on(&clip).expect("analysed");
            assert_eq!((seen.frames, &seen.segments), (3, &vec![]), "{model}");
            assert_eq!(seen.summary, json!({ "object_counts": {}, "unique_tracks": {} }));
        }
    }
    let noise = "color=gray:s=640x360:r=10,noise=alls=20:allf=t:all_seed=1";
    let noise = made("noise.mp4", &["-f", "lavfi", "-i", noise, "-t", "3", "-pix_fmt", "yuv420p"]);
    let seen = with("yolo11n").on(&Clip::from_file(noise).expect("read")).expect("analysed");
    assert_eq!(seen.segments, Vec::<Value>::new());
}

#[test]
fn the_smallest_and_the_narrowest_pictures_are_analysed() {
    for (width, height) in [(1, 1), (2, 300), (700, 3)] {
        for model in ["yolo11n", "coco-ssd"] {
            let clip = Clip::from_pictures(25.0, [Picture::filled(width, height, [10, 200, 30])]);
            assert_eq!(with(model).on(&clip).expect("analysed").frames, 1);
        }
    }
}

#[test]
fn settings_change_what_is_reported_and_are_checked() {
    let clip = Clip::from_file(media("messi5.jpg")).expect("read");
    let count = |settings: Value| {
        let seen = with("yolo11n").settings(settings).on(&clip).expect("analysed");
        seen.segments.first().map_or(0, |segment| objects(segment).len())
    };
    assert_eq!(count(json!({ "score": 0.85 })), 2);
    assert!(count(every_sight()) > count(json!({})));
    // Nothing shares more than all: every candidate stays.
    assert!(count(json!({ "iou": 1.0 })) > 2 * count(json!({})));
    for (wrong, named) in [
        (json!({ "score": 1.0 }), "score"),
        (json!({ "sure_score": 2 }), "sure_score"),
        (json!({ "iou": -0.1 }), "iou"),
        (json!({ "x": 1 }), "x"),
    ] {
        let error = with("yolo11n").settings(wrong).on(&clip).expect_err("refused").to_string();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn without_a_model_it_is_unavailable() {
    let clip = Clip::from_pictures(25.0, [Picture::filled(64, 64, [0; 3])]);
    let error = Run::new::<va_analyzer_object_detection::ObjectDetection>().on(&clip).expect_err("no model");
    assert_eq!(error.kind, ErrorKind::Unavailable);
}
