//! The whole analyzer: on real recordings against what inaSpeechSegmenter makes of them and against what they are, and by
//! tiny graphs of YAMNet's contract.

mod edges;
mod ina;
mod kinds;
mod yamnet;

use std::path::PathBuf;

use serde_json::Value;
use va_analyzer_audio_environment::AudioEnvironment;
use va_analyzer_sdk::testing::{Clip, Run, Seen};
use va_test_media::{media, model};

/// Samples a second of all that is heard here.
const RATE: usize = 16_000;

fn run() -> Run {
    ["onnxruntime", "ina-speech-music-noise"]
        .into_iter()
        .fold(Run::new::<AudioEnvironment>(), |run, name| run.model(name, model(name)))
}

fn heard(samples: Vec<f32>) -> Seen {
    run().on(&on(samples)).expect("analysed")
}

fn on(samples: Vec<f32>) -> Clip {
    Clip::from_samples(RATE as u32, 1, samples)
}

/// A file's sound, 16 kHz, one channel.
fn sound(name: &str) -> Vec<f32> {
    va_test_media::sound(&media(name), &[])
}

/// A file of `tests/reference`.
fn reference(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(name)
}

fn read(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(reference(name)).expect("it is there")).expect("JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

/// Label, start, end of each segment.
fn segments(seen: &Seen) -> Vec<(String, f64, f64)> {
    let of = |segment: &Value| {
        let label = segment["label"].as_str().expect("a label").to_owned();
        (label, number(&segment["start_time"]), number(&segment["end_time"]))
    };
    seen.segments.iter().map(of).collect()
}

/// Segments cover everything from 0 to the end of the sound, no two of one label in a row.
fn check_cover(seen: &Seen, duration_s: f64) {
    let segments = segments(seen);
    assert_eq!(segments.first().map(|first| first.1), Some(0.0), "{segments:?}");
    assert!(segments.iter().all(|(_, start, end)| start < end), "{segments:?}");
    assert!(segments.windows(2).all(|two| two[0].2 == two[1].1 && two[0].0 != two[1].0), "{segments:?}");
    let end = segments.last().map_or(0.0, |last| last.2);
    assert!((end - duration_s).abs() < 0.001, "{end} for {duration_s}");
    assert!(seen.segments.iter().all(|segment| (0.0..=1.0).contains(&number(&segment["confidence"]))));
    let ratios = seen.summary["ratios"].as_object().expect("an object");
    assert!((ratios.values().map(number).sum::<f64>() - 1.0).abs() < 1e-3, "{ratios:?}");
}
