//! For the tests of those who judge faces: the faces of real media as face_detection says them, from its own reference.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use va_analyzer_sdk::testing::{Clip, Run, Seen};
use va_analyzer_sdk::{Analyzer, Video};
use va_test_media::{media, model};

/// A run of an analyzer with installed models.
pub(crate) fn with_models<A: Analyzer>(models: &[&str]) -> Run {
    models.iter().fold(Run::new::<A>(), |run, name| run.model(name, model(name)))
}

/// What a run says of a file whose faces are known.
pub(crate) fn seen_by(run: Run, name: &str) -> Seen {
    let clip = Clip::from_file(media(name)).expect("read");
    run.frame_findings("face_detection", faces(name, clip.video())).on(&clip).expect("analysed")
}

/// # Panics
/// Where what is said depends on how many frames come in one call.
pub(crate) fn is_the_same_in_batches_of_any_size(run: impl Fn() -> Run) {
    let [one, many] = [1, 16].map(|batch| seen_by(run().batch(batch), "obama_speech.mp4"));
    assert_eq!((one.segments, one.summary), (many.segments, many.summary));
}

pub(crate) fn faces_in(segment: &Value) -> &[Value] {
    segment["faces"].as_array().expect("a list")
}

pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

/// Each face that an analyzer judged beside what its own reference (`reference`, by file and frame) says of it.
pub(crate) fn beside_reference(
    reference: &str,
    judge: impl Fn(&str) -> Seen,
    mut compare: impl FnMut(&Value, &Value),
) {
    let reference: Value = serde_json::from_str(reference).expect("JSON");
    for (name, frames) in reference.as_object().expect("media by name") {
        let seen = judge(name);
        for (frame, expected) in frames.as_object().expect("frames by number") {
            let segment = &seen.segments[frame.parse::<usize>().expect("a number") / 10];
            let expected = expected.as_array().expect("a list");
            assert_eq!(faces_in(segment).len(), expected.len(), "{name}, frame {frame}");
            faces_in(segment).iter().zip(expected).for_each(|(face, expected)| compare(face, expected));
        }
    }
}

/// By the frame's number. The track of a face is its place in the row, from the left, from 1.
fn faces(name: &str, video: &Video) -> BTreeMap<u64, Vec<Value>> {
    let mut reference: Value = serde_json::from_str(include_str!("faces.json")).expect("JSON");
    let frames = reference["centerface"][name].take();
    let frames = frames.as_object().unwrap_or_else(|| panic!("the reference has no {name}"));
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
