//! The whole analyzer on real recordings: its networks and transcripts against Python, its words against what is known to
//! be said, its times against the sound itself, and its silence where nobody speaks.

mod accuracy;
mod networks;
mod settings;
mod silence;
mod times;
mod transcripts;

use serde_json::{Value, json};
use va_analyzer_sdk::testing::{Clip, Run, Seen};
use va_analyzer_speech_transcription::SpeechTranscription;
use va_test_media::{media, model};

/// Samples a second of all that is heard here.
const RATE: usize = 16_000;

/// With the models that it needs, as `make models` installs them.
fn with(name: &str) -> Run {
    ["onnxruntime", "silero-vad", name]
        .into_iter()
        .fold(Run::new::<SpeechTranscription>().threads(2), |run, name| run.model(name, model(name)))
}

fn base() -> Run {
    with("whisper-base")
}

fn on(samples: Vec<f32>) -> Clip {
    Clip::from_samples(RATE as u32, 1, samples)
}

/// A file's sound, 16 kHz, one channel.
fn sound(name: &str) -> Vec<f32> {
    va_test_media::sound(&media(name), &[])
}

fn reference() -> Value {
    serde_json::from_str(include_str!("../reference/whisper.json")).expect("the reference is JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

fn text(seen: &Seen) -> &str {
    seen.summary["text"].as_str().expect("a text")
}

/// Words in lower case, without marks; a title as it is read.
fn bare(text: &str) -> Vec<String> {
    let bare = |word: &str| {
        let word: String =
            word.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == '\'').collect();
        if word == "mr" { "mister".to_owned() } else { word }
    };
    text.split(|c: char| c.is_whitespace() || c == '-').map(bare).filter(|word| !word.is_empty()).collect()
}

/// All words of all segments: text, start, end.
fn words(seen: &Seen) -> Vec<(String, f64, f64)> {
    let words = seen.segments.iter().flat_map(|segment| segment["words"].as_array().expect("words"));
    words
        .map(|word| {
            let text = word["word"].as_str().expect("a word").to_owned();
            (text, number(&word["start_time"]), number(&word["end_time"]))
        })
        .collect()
}

fn settings(run: Run, settings: Value) -> Run {
    run.settings(settings)
}

/// Greedy, in float: what a reference can be compared with token by token.
fn exact() -> Value {
    json!({ "precision": "float", "temperatures": [0.0] })
}
