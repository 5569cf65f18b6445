//! Encoder and decoder against ONNX Runtime in Python, on the spectrogram of the same recording.

use serde_json::Value;
use va_analyzer_speech_transcription::model::{Sizes, Whisper};
use va_analyzer_speech_transcription::settings::{Precision, Settings};
use va_inference::audio::LogMel;

use crate::{number, reference, sound, with};

const PROMPT: [i64; 4] = [50258, 50259, 50359, 50363];

fn load(name: &str, precision: Precision) -> Whisper {
    let settings = Settings { model: Some(name.to_owned()), precision, ..Settings::default() };
    Whisper::load(&with(name).host(), &settings).expect("installed")
}

/// Largest difference, where `step` values lie between two that were noted.
fn difference(values: &[f32], step: usize, noted: &Value) -> f64 {
    let noted = noted.as_array().expect("values");
    let each = values.iter().step_by(step).zip(noted);
    each.map(|(value, noted)| (f64::from(*value) - number(noted)).abs()).fold(0.0, f64::max)
}

/// Both run the same library on the same graph; the spectrograms differ by up to 1e-4, which behind all layers is a few
/// thousandths of the logits (-15 to 25). In 8 bits a value that lies between two steps may be rounded to the other one:
/// what that makes of the logits is of the size of a step, far from what parts the likeliest tokens.
#[test]
fn networks_give_what_python_gives() {
    let noted = &reference()["networks"];
    let mut mel = vec![0.0; 80 * 3000];
    LogMel::new(80).of(&sound("austen_0870.wav"), &mut mel);
    for (precision, name, tolerance) in
        [(Precision::Float, "decoder.onnx", 0.02), (Precision::Int8, "decoder.int8.onnx", 0.5)]
    {
        let whisper = load("whisper-base", precision);
        let heard = whisper.hear(&mel, 1).expect("heard");
        let cross = heard.cross(1).expect("heard");
        let mut cache = whisper.empty(1);
        let step = whisper.step(&PROMPT, &cross, &mut cache).expect("read");
        assert_eq!(cache.length, PROMPT.len());
        let decoder = &noted[name];
        let by = difference(&step.logits, 1000, &decoder["logits"]);
        assert!(by < tolerance, "{name}: logits differ by {by}");
        let by = difference(&step.align, 1201, &decoder["align"]);
        assert!(by < tolerance, "{name}: attention differs by {by}");
        let best = va_analyzer_speech_transcription::likelihood::likeliest_of(&step.logits, 5);
        assert_eq!(
            serde_json::json!(best[..3]),
            serde_json::json!(decoder["best"].as_array().expect("five")[..3])
        );
    }
}

#[test]
fn tokens_read_one_by_one_give_what_they_give_at_once() {
    let whisper = load("whisper-base", Precision::Float);
    let mut mel = vec![0.0; 80 * 3000];
    LogMel::new(80).of(&sound("austen_0870.wav"), &mut mel);
    let heard = whisper.hear(&mel, 1).expect("heard");
    let cross = heard.cross(1).expect("heard");
    let mut at_once = whisper.empty(1);
    let wanted = whisper.step(&PROMPT, &cross, &mut at_once).expect("read").logits;
    let mut one_by_one = whisper.empty(1);
    let mut last = Vec::new();
    for token in PROMPT {
        last = whisper.step(&[token], &cross, &mut one_by_one).expect("read").logits;
        // A second row goes on from a copy of the first, and is let go of again.
        whisper.select(&mut one_by_one, &[0, 0]).expect("copied");
        whisper.select(&mut one_by_one, &[1]).expect("copied");
    }
    let by = last.iter().zip(&wanted).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(by < 1e-3, "logits differ by {by}");
}

#[test]
fn sizes_are_read_from_the_graphs() {
    let base = load("whisper-base", Precision::Int8);
    let sizes = Sizes {
        bands: 80,
        mel_frames: 3000,
        frames: 1500,
        layers: 6,
        heads: 8,
        width: 64,
        vocabulary: 51_865,
        aligned: 8,
        positions: 448,
    };
    assert_eq!(base.sizes, sizes);
    assert!(base.multilingual());
    let tiny = load("whisper-tiny-en", Precision::Int8);
    assert_eq!(tiny.sizes, Sizes { layers: 4, heads: 6, vocabulary: 51_864, ..sizes });
    assert!(!tiny.multilingual());
    assert_eq!((base.tokens.end, tiny.tokens.end), (50257, 50256));
}
