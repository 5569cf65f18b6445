//! The whole analyzer: on real pictures against a Python reference, on models whose answers are known, and over time.

mod loaders;
mod pictures;
mod tracks;

use std::path::PathBuf;

use serde_json::Value;
use va_analyzer_object_detection::ObjectDetection;
use va_analyzer_sdk::testing::Run;

/// With the runtime and this model installed, as `make models` does it.
fn with(model: &str) -> Run {
    Run::new::<ObjectDetection>()
        .model("onnxruntime", installed("onnxruntime"))
        .model(model, installed(model))
}

fn installed(model: &str) -> PathBuf {
    va_test_media::model(model)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

/// Left, top, right, bottom.
fn corners(object: &Value) -> [f64; 4] {
    let [x, y, width, height] =
        ["x", "y", "width", "height"].map(|side| number(&object["bounding_box"][side]));
    [x, y, x + width, y + height]
}

fn objects(segment: &Value) -> &Vec<Value> {
    segment["objects"].as_array().expect("objects")
}
