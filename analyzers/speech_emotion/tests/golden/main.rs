//! The whole analyzer on real recordings: with tiny networks whose answers are known, and with the stand-in.

mod networks;
mod settings;
mod silence;
mod standin;

use std::path::PathBuf;

use serde_json::{Value, json};
use va_analyzer_sdk::testing::{Clip, Run, Seen};
use va_analyzer_speech_emotion::SpeechEmotion;
use va_test_media::{media, model};

/// Samples a second of all that is heard here.
const RATE: usize = 16_000;

/// With the models of a fresh machine, as `make models` installs them.
fn fresh() -> Run {
    ["onnxruntime", "silero-vad", "vader"]
        .into_iter()
        .fold(Run::new::<SpeechEmotion>(), |run, name| run.model(name, model(name)))
}

/// With a transcript: start, end, text, language.
fn with(said: &[(f64, f64, &str, Option<&str>)]) -> Run {
    let segment = |(start, end, text, language): &(f64, f64, &str, Option<&str>)| json!({ "start_time": start, "end_time": end, "text": text, "language": language });
    let segments: Vec<Value> = said.iter().map(segment).collect();
    fresh().other_findings("speech_transcription", json!({ "segments": segments, "summary": {} }))
}

fn on(run: Run, samples: Vec<f32>) -> Seen {
    run.on(&Clip::from_samples(RATE as u32, 1, samples)).expect("heard")
}

/// A file's sound, 16 kHz, one channel.
fn sound(name: &str) -> Vec<f32> {
    va_test_media::sound(&media(name), &[])
}

/// A file of `tests/reference`.
fn reference(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(name)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

/// The values of a field of the segments.
fn all(seen: &Seen, field: &str) -> Vec<Option<f64>> {
    seen.segments.iter().map(|segment| segment[field].as_f64()).collect()
}
