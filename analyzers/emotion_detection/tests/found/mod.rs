//! Faces of real media as face_detection says them, from the reference of its own tests: what this analyzer builds on.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use va_analyzer_sdk::Video;

fn reference() -> Value {
    let text = include_str!("../../../face_detection/tests/reference/faces.json");
    serde_json::from_str::<Value>(text).expect("JSON")["centerface"].take()
}

/// By the frame's number. The track of a face is its place in the row, from the left, from 1.
pub(crate) fn faces(media: &str, video: &Video) -> BTreeMap<u64, Vec<Value>> {
    let frames = reference()[media].take();
    let frames = frames.as_object().unwrap_or_else(|| panic!("the reference has no {media}"));
    let found = |(frame, faces): (&String, &Value)| {
        let faces = faces.as_array().expect("a list");
        let left = |face: &Value| number(&face["box"][0]);
        let track_of = |face: &Value| 1 + faces.iter().filter(|other| left(other) < left(face)).count();
        let said: Vec<Value> = faces.iter().map(|face| said(face, track_of(face), video)).collect();
        (frame.parse().expect("a number"), vec![json!({ "timestamp": 0.0, "faces": said })])
    };
    frames.iter().map(found).collect()
}

/// A face as the analyzer says it: the part of the box that lies in the picture.
fn said(face: &Value, track: usize, video: &Video) -> Value {
    let size = [f64::from(video.width), f64::from(video.height)];
    let [left, top, right, bottom] = [0, 1, 2, 3].map(|i| number(&face["box"][i]).clamp(0.0, size[i % 2]));
    let point = |i: usize| json!({ "x": face["points"][i][0], "y": face["points"][i][1] });
    json!({
        "bounding_box": { "x": left, "y": top, "width": right - left, "height": bottom - top },
        "confidence": face["score"],
        "landmarks": {
            "left_eye": point(0), "right_eye": point(1), "nose": point(2), "mouth_left": point(3), "mouth_right": point(4)
        },
        "track_id": track
    })
}

pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}
