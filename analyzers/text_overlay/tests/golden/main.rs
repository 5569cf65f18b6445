//! The whole analyzer: its models against a Python reference on the same frames, on made clips whose captions are known,
//! on real clips, and with the reference models' contract.

mod accuracy;
mod films;
mod loaders;
mod real;
mod reference;

use std::path::PathBuf;

use serde_json::Value;
use va_analyzer_sdk::testing::{Run, Seen};
use va_analyzer_text_overlay::TextOverlay;

/// With the runtime and this model installed, as `make models` does it.
fn with(model: &str) -> Run {
    Run::new::<TextOverlay>().model("onnxruntime", installed("onnxruntime")).model(model, installed(model))
}

fn installed(model: &str) -> PathBuf {
    va_test_media::model(model)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

fn text(segment: &Value) -> &str {
    segment["text"].as_str().expect("text")
}

fn texts(seen: &Seen) -> Vec<&str> {
    seen.segments.iter().map(text).collect()
}

/// Frames that came, that were searched, and lines that were read.
fn counts(seen: &Seen) -> [u64; 3] {
    let line =
        seen.log.iter().map(|(_, line)| line).find(|line| line.contains("were searched")).expect("counts");
    let numbers: Vec<u64> =
        line.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    [numbers[0], numbers[1], numbers[2]]
}
