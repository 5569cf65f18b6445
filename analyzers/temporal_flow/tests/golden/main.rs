//! The whole analyzer with its real model: tokens and embeddings against Python, parts against texts whose subjects are
//! known, calls found and not invented, and every word of a summary traced to where it comes from.

mod calls;
mod edges;
mod embeddings;
mod grounded;
mod stories;
mod topics;

use serde_json::{Value, json};
use va_analyzer_sdk::testing::{Clip, Picture, Run, Seen};
use va_analyzer_temporal_flow::TemporalFlow;
use va_test_media::model;

const SPEECH: &str = "speech_transcription";
const TEXTS: &str = "text_overlay";
const CUTS: &str = "cut_analysis";
const LEVELS: &str = "audio_analysis";
const SOUNDS: &str = "audio_environment";
const SCENES: &str = "scene_segmentation";
const OBJECTS: &str = "object_detection";

/// Words a second of the texts here: 150 a minute.
const RATE: f64 = 2.5;

fn run() -> Run {
    ["onnxruntime", "minilm-l6-v2", "vader"]
        .into_iter()
        .fold(Run::new::<TemporalFlow>().threads(2), |run, name| run.model(name, model(name)))
}

/// What the others found in a video that never was.
#[derive(Debug, Clone)]
struct Told {
    duration_s: f64,
    sound: bool,
    findings: Vec<(&'static str, Value)>,
}

impl Told {
    fn of(duration_s: f64) -> Self {
        Told { duration_s, sound: true, findings: Vec::new() }
    }

    fn without_sound(self) -> Self {
        Told { sound: false, ..self }
    }

    fn with(mut self, analyzer: &'static str, segments: Value) -> Self {
        self.findings.push((analyzer, json!({ "segments": segments, "summary": {} })));
        self
    }

    /// What all that are wanted tell of a video without words and cuts.
    fn plain(self) -> Self {
        let seconds = (0..self.duration_s.ceil() as u32).map(|at| {
            json!({ "start_time": at, "end_time": f64::from(at + 1).min(self.duration_s), "rms_db": -25.0 })
        });
        let levels: Vec<Value> = seconds.collect();
        let has = |name: &str| self.findings.iter().any(|(other, _)| *other == name);
        let missing: Vec<&'static str> =
            [SPEECH, TEXTS, CUTS].into_iter().filter(|name| !has(name)).collect();
        let levelled = has(LEVELS);
        let told = missing.into_iter().fold(self, |told, name| told.with(name, json!([])));
        if told.sound && !levelled { told.with(LEVELS, levels.into()) } else { told }
    }

    /// Runs the analyzer, and checks what must be so of every story.
    fn seen(&self) -> Seen {
        let seen = self
            .findings
            .iter()
            .fold(run(), |run, (name, findings)| run.other_findings(name, findings.clone()));
        let seen = seen.on(&self.clip()).expect("analysed");
        self.check(&seen);
        seen
    }

    fn clip(&self) -> Clip {
        let frames = (self.duration_s * 10.0).round() as usize;
        let clip = Clip::from_pictures(10.0, vec![Picture::filled(16, 16, [0; 3]); frames]);
        if self.sound { clip.with_samples(16_000, 1, vec![0.0; 1600]) } else { clip }
    }

    fn check(&self, seen: &Seen) {
        let mut reached = 0.0;
        for segment in &seen.segments {
            assert_eq!(number(&segment["start_time"]), reached, "parts leave no gap: {:?}", seen.segments);
            reached = number(&segment["end_time"]);
            grounded::check(segment, &self.findings);
        }
        if !seen.segments.is_empty() {
            assert!((reached - self.duration_s).abs() < 1e-6, "{reached} of {} s", self.duration_s);
        }
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

/// When parts begin, but for the first.
fn begins(seen: &Seen) -> Vec<f64> {
    seen.segments.iter().skip(1).map(|segment| number(&segment["start_time"])).collect()
}

fn roles(seen: &Seen) -> Vec<&str> {
    seen.segments.iter().map(|segment| segment["role"].as_str().expect("a role")).collect()
}

/// Sentences one after the other with a pause between, and when each begins; the last time is the end.
fn spoken(sentences: &[&str], pause_s: f64) -> (Value, Vec<f64>) {
    let (mut at_s, mut segments, mut starts) = (0.0, Vec::new(), Vec::new());
    for text in sentences {
        let length_s = text.split_whitespace().count() as f64 / RATE;
        segments.push(json!({
            "start_time": at_s, "end_time": at_s + length_s, "text": text, "language": "en", "confidence": 0.9,
            "words": []
        }));
        starts.push(at_s);
        at_s += length_s + pause_s;
    }
    starts.push(at_s - pause_s);
    (segments.into(), starts)
}

fn cuts(times: &[f64]) -> Value {
    let cut = |time: &f64| json!({ "timestamp": time, "frame": 0, "transition": "cut", "start_time": time, "end_time": time, "confidence": 1 });
    times.iter().map(cut).collect()
}

fn text(start_time: f64, end_time: f64, text: &str, kind: &str) -> Value {
    json!({
        "start_time": start_time, "end_time": end_time, "text": text, "kind": kind, "confidence": 0.9,
        "bounding_box": { "x": 0, "y": 0, "width": 9, "height": 9 }
    })
}
