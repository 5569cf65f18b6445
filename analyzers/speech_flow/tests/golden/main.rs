//! The whole analyzer on real recordings, on speech that is made, and on sound without speech.
//!
//! `../reference/words.json` has the words of recordings with their times, as speech_transcription tells them with
//! whisper-base.

mod emphasis;
mod pauses;
mod pitch;
mod rates;
mod settings;
mod silence;
mod voices;

use serde_json::{Value, json};
use va_analyzer_sdk::testing::{Clip, Run, Seen};
use va_analyzer_speech_flow::SpeechFlow;
use va_test_media::{media, model};

/// Samples a second of all that is heard here.
const RATE: usize = 16_000;

/// With the models that it needs, as `make models` installs them.
fn flow() -> Run {
    ["onnxruntime", "silero-vad"]
        .into_iter()
        .fold(Run::new::<SpeechFlow>(), |run, name| run.model(name, model(name)))
}

/// With the words of a video: text, start, end.
fn with(words: &[(String, f64, f64)]) -> Run {
    let words: Vec<Value> = words
        .iter()
        .map(|(word, start, end)| json!({ "word": word, "start_time": start, "end_time": end }))
        .collect();
    let segments = if words.is_empty() { json!([]) } else { json!([{ "words": words }]) };
    flow().other_findings("speech_transcription", json!({ "segments": segments, "summary": {} }))
}

fn on(run: Run, samples: Vec<f32>) -> Seen {
    run.on(&Clip::from_samples(RATE as u32, 1, samples)).expect("heard")
}

fn words_of(name: &str) -> Vec<(String, f64, f64)> {
    let all: Value = serde_json::from_str(include_str!("../reference/words.json")).expect("JSON");
    serde_json::from_value(all[name].clone()).expect("text, start and end of each word")
}

/// A file's sound, 16 kHz, one channel.
fn sound(name: &str) -> Vec<f32> {
    va_test_media::sound(&media(name), &[])
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

/// Start and end of the segments of a kind.
fn spans(seen: &Seen, kind: &str) -> Vec<(f64, f64)> {
    let of_kind = seen.segments.iter().filter(|segment| segment["kind"] == kind);
    of_kind.map(|segment| (number(&segment["start_time"]), number(&segment["end_time"]))).collect()
}

/// Level of each 10 ms, dB.
fn levels(samples: &[f32]) -> Vec<f64> {
    let power =
        |part: &[f32]| part.iter().map(|sample| f64::from(sample * sample)).sum::<f64>() / part.len() as f64;
    samples.chunks(RATE / 100).map(|part| 10.0 * (power(part) + 1e-12).log10()).collect()
}

/// The level that a tenth of a recording exceeds.
fn loud(levels: &[f64]) -> f64 {
    let mut levels = levels.to_vec();
    levels.sort_by(f64::total_cmp);
    levels[levels.len() * 9 / 10]
}
