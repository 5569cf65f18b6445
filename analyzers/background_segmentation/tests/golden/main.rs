//! The whole analyzer: on real pictures against a Python reference, on a model whose answers are known, and over time.

mod loaders;
mod over_time;
mod pictures;

use serde_json::Value;
use va_analyzer_background_segmentation::BackgroundSegmentation;
use va_analyzer_sdk::testing::Run;
use va_inference::mask::RunLengths;
use va_test_media::model;

const CLASSES: &str = "deeplab-v3-voc";
const ALL: [&str; 4] = [CLASSES, "u2netp", "selfie-segmenter", "efficientnet-lite0"];

/// With the runtime and these models installed, as `make models` does it.
fn with(models: &[&str]) -> Run {
    let run = Run::new::<BackgroundSegmentation>().model("onnxruntime", model("onnxruntime"));
    models.iter().fold(run, |run, name| run.model(name, model(name)))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

/// The pixels of a mask of this height and width.
fn pixels(size: &Value, counts: &Value) -> Vec<u8> {
    let side = |at: usize| size[at].as_u64().expect("a size") as u32;
    let runs = RunLengths::of_text(counts.as_str().expect("text"), side(1), side(0)).expect("readable");
    runs.decode().expect("whole")
}

fn mask(segment: &Value) -> Vec<u8> {
    pixels(&segment["mask"]["size"], &segment["mask"]["counts"])
}

/// What both cover over what either covers; 1 where neither covers anything.
fn iou(one: &[u8], other: &[u8]) -> f64 {
    assert_eq!(one.len(), other.len());
    let count =
        |both: fn(u8, u8) -> u8| one.iter().zip(other).map(|(a, b)| u32::from(both(*a, *b))).sum::<u32>();
    let (both, either) = (count(|a, b| a & b), count(|a, b| a | b));
    if either == 0 { 1.0 } else { f64::from(both) / f64::from(either) }
}
