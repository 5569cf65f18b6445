//! The whole analyzer: on real pictures against a Python reference, on a model whose answers are known, and over time.
//! The persons that object_detection would find are given.

mod clips;
mod loaders;
mod pictures;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};
use va_analyzer_body_pose::BodyPose;
use va_analyzer_sdk::testing::Run;

/// With the runtime and this model installed, as `make models` does it.
fn with(model: &str) -> Run {
    Run::new::<BodyPose>().model("onnxruntime", installed("onnxruntime")).model(model, installed(model))
}

fn installed(model: &str) -> PathBuf {
    va_test_media::model(model)
}

/// What object_detection says of frames: persons by their corners and track.
fn persons(frames: impl IntoIterator<Item = (u64, Vec<([f64; 4], Value)>)>) -> BTreeMap<u64, Vec<Value>> {
    let object = |(corners, track_id): ([f64; 4], Value)| {
        let [left, top, right, bottom] = corners;
        let [width, height] = [right - left, bottom - top].map(|side: f64| (side * 10.0).round() / 10.0);
        let bounding_box = json!({ "x": left, "y": top, "width": width, "height": height });
        json!({ "object_class": "person", "confidence_score": 0.9, "bounding_box": bounding_box,
                "position": "middle-center", "track_id": track_id })
    };
    let segment = |people: Vec<([f64; 4], Value)>| json!({ "timestamp": 0.0, "objects": people.into_iter().map(object).collect::<Vec<_>>() });
    frames.into_iter().map(|(frame, people)| (frame, vec![segment(people)])).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

fn people(segment: &Value) -> &Vec<Value> {
    segment["people"].as_array().expect("people")
}

/// Where a point is, where it is.
fn point(person: &Value, name: &str) -> Option<[f64; 2]> {
    let keypoints = person["keypoints"].as_array().expect("keypoints");
    let point = keypoints.iter().find(|point| point["name"] == name).expect(name);
    Some([point["x"].as_f64()?, point["y"].as_f64()?])
}
