//! The contract of a Wav2Vec2 with a head, by tiny networks of that structure (`../reference/tiny_wav2vec2.py`).

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use va_analyzer_sdk::ErrorKind;
use va_analyzer_sdk::testing::Run;
use va_analyzer_speech_emotion::SpeechEmotion;
use va_analyzer_speech_emotion::network::{MODEL, Network};
use va_test_media::model;

use crate::{RATE, all, fresh, number, on, reference, sound};

/// Single precision through fifteen layers; the graph's own distance in Python is below 1e-6.
const WITHIN: f64 = 1e-4;

fn installed(name: &str) -> Run {
    fresh().model(MODEL, reference("wav2vec2").join(name))
}

fn noted() -> Value {
    let text = fs::read_to_string(reference("wav2vec2.json")).expect("it is there");
    serde_json::from_str(&text).expect("JSON")
}

/// A copy of an installed model.
fn copy(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for file in ["model.onnx", "config.json", "preprocessor_config.json"] {
        fs::copy(reference("wav2vec2").join(name).join(file), folder.path().join(file)).expect("copied");
    }
    folder
}

/// Changes a member of a JSON file.
fn set(file: &Path, key: &str, value: Value) {
    let mut content: Value = serde_json::from_str(&fs::read_to_string(file).expect("read")).expect("JSON");
    content[key] = value;
    fs::write(file, content.to_string()).expect("written");
}

#[track_caller]
fn check_logits(network: &Network, name: &str, rule: &str, change: impl Fn(f32) -> f32) {
    let noted = noted();
    let samples = sound(noted["clip"].as_str().expect("a name"));
    let parts: Vec<(usize, usize)> = serde_json::from_value(noted["parts"].clone()).expect("parts");
    for ((from, to), wanted) in parts.iter().zip(noted[name][rule].as_array().expect("rows")) {
        let part: Vec<f32> = samples[*from..*to].iter().map(|sample| change(*sample)).collect();
        let found = network.logits(&part).expect("runs");
        let wanted: Vec<f64> = wanted.as_array().expect("a row").iter().map(number).collect();
        assert_eq!(found.len(), wanted.len());
        for (found, wanted) in found.iter().zip(&wanted) {
            assert!(
                (f64::from(*found) - wanted).abs() < WITHIN,
                "{name} {rule} {from}: {found} for {wanted}"
            );
        }
    }
}

#[test]
fn logits_are_those_of_numpy_on_samples_by_the_rule_of_the_feature_extractor() {
    for name in ["classes", "dimensions"] {
        let network = Network::load(&installed(name).host()).expect("of the contract");
        check_logits(&network, name, "normalised", |sample| sample);
        // Neither volume nor offset matter: mean 0 and variance 1.
        check_logits(&network, name, "normalised", |sample| 8.0 * sample + 0.25);
    }
}

#[test]
fn samples_stay_as_they_are_where_the_extractor_says_so() {
    for name in ["classes", "dimensions"] {
        let folder = copy(name);
        set(&folder.path().join("preprocessor_config.json"), "do_normalize", json!(false));
        let network = Network::load(&fresh().model(MODEL, folder.path()).host()).expect("of the contract");
        check_logits(&network, name, "raw", |sample| sample);
    }
}

/// Each utterance is cut out where it is told, whatever the pieces that the sound comes in.
#[test]
fn classes_name_each_utterance_as_the_network_hears_it() {
    let samples = sound("beckett.wav");
    let seen = on(installed("classes"), samples.clone());
    assert_eq!((seen.degraded, seen.model.as_deref()), (None, Some(MODEL)));
    let network = Network::load(&installed("classes").host()).expect("of the contract");
    assert!(
        (4..=6).contains(&seen.segments.len()),
        "six phrases, some a short pause apart: {:?}",
        seen.segments
    );
    for segment in &seen.segments {
        let place = |key: &str| (number(&segment[key]) * RATE as f64).round() as usize;
        // Times are told to a millisecond.
        let feeling = network.feeling(&samples[place("start_time")..place("end_time")], 0.2).expect("runs");
        assert_eq!(segment["emotion"].as_str(), feeling.emotion.as_deref());
        let confidence = feeling.confidence.expect("told");
        assert!((number(&segment["confidence"]) - confidence).abs() < 0.01, "{segment} for {confidence}");
        assert!(segment["arousal"].is_null() && segment["valence"].is_null(), "{segment}");
    }
    let names = ["neutral", "happy", "angry", "sad"];
    assert!(names.contains(&seen.summary["dominant_emotion"].as_str().expect("one of them")));
}

#[test]
fn dimensions_are_told_as_they_are_and_named_where_both_are_clear() {
    let samples = sound("beckett.wav");
    let told = |clear: f64| on(installed("dimensions").settings(json!({ "clear": clear })), samples.clone());
    let seen = told(0.5);
    let network = Network::load(&installed("dimensions").host()).expect("of the contract");
    for segment in &seen.segments {
        let place = |key: &str| (number(&segment[key]) * RATE as f64).round() as usize;
        let logits = network.logits(&samples[place("start_time")..place("end_time")]).expect("runs");
        for (field, at) in [("arousal", 0), ("valence", 2)] {
            let wanted = f64::from(logits[at]).clamp(0.0, 1.0);
            assert!((number(&segment[field]) - wanted).abs() < 0.01, "{segment} for {wanted}");
        }
        assert!(segment["emotion"].is_null() && segment["confidence"].is_null(), "{segment}");
    }
    assert!(seen.summary["dominant_emotion"].is_null());
    let named = told(0.0);
    assert_eq!(
        (all(&named, "arousal"), all(&named, "valence")),
        (all(&seen, "arousal"), all(&seen, "valence"))
    );
    for segment in &named.segments {
        let high = |field: &str| number(&segment[field]) > 0.5;
        let wanted = match (high("arousal"), high("valence")) {
            (true, true) => "happy",
            (true, false) => "angry",
            (false, true) => "calm",
            (false, false) => "sad",
        };
        assert_eq!(segment["emotion"], wanted, "{segment}");
    }
}

#[test]
fn a_long_utterance_is_heard_in_windows() {
    let samples = sound("austen_0870.wav").repeat(4);
    let windows = |longest: f64| {
        let seen = on(installed("classes").settings(json!({ "window_s": longest })), samples.clone());
        let span = |segment: &Value| (number(&segment["start_time"]), number(&segment["end_time"]));
        let spans: Vec<(f64, f64)> = seen.segments.iter().map(span).collect();
        assert!(spans.iter().all(|(start, end)| end - start <= longest + 0.1), "{longest}: {spans:?}");
        assert!(spans.windows(2).all(|two| two[0].1 <= two[1].0), "{spans:?}");
        let spoken: f64 = spans.iter().map(|(start, end)| end - start).sum();
        assert!(spoken > 0.85 * samples.len() as f64 / RATE as f64, "{longest}: {spoken} s of {spans:?}");
        spans.len()
    };
    let [ten, three] = [10.0, 3.0].map(windows);
    assert!(three > ten, "{three} {ten}");
}

#[test]
fn a_network_without_one_of_its_files_leaves_the_stand_in() {
    for file in ["model.onnx", "config.json", "preprocessor_config.json"] {
        let folder = copy("classes");
        fs::remove_file(folder.path().join(file)).expect("removed");
        let seen = on(fresh().model(MODEL, folder.path()), vec![0.0; RATE]);
        let reason = seen.degraded.expect("a reason");
        assert!(reason.contains("is not complete") && reason.contains(file), "{reason}");
    }
}

#[test]
fn a_network_of_another_kind_is_refused_when_it_is_loaded() {
    let refused = |change: &dyn Fn(&Path)| {
        let folder = copy("classes");
        change(folder.path());
        let run = fresh().model(MODEL, folder.path());
        let error = Network::load(&run.host()).expect_err("refused");
        assert_eq!(error.kind, ErrorKind::Failed, "{error}");
        error.message
    };
    let config = |folder: &Path, key: &str, value: Value| set(&folder.join("config.json"), key, value);
    let says = |message: String, words: &str| assert!(message.contains(words), "{message}");
    says(
        refused(&|folder| config(folder, "id2label", json!({ "0": "neutral", "1": "happy" }))),
        "it gives logits [1, 4], and config.json names 2",
    );
    says(
        refused(&|folder| config(folder, "id2label", json!({ "0": "LABEL_0", "1": "LABEL_1" }))),
        "write the emotion's name there",
    );
    says(
        refused(&|folder| config(folder, "problem_type", json!("regression"))),
        "it tells neutral, happy, angry, sad, not arousal and valence",
    );
    let rate = |folder: &Path| set(&folder.join("preprocessor_config.json"), "sampling_rate", json!(8000));
    says(refused(&rate), "it hears 8000 Hz, not 16000");
    let text = |folder: &Path| fs::write(folder.join("config.json"), "<html>").expect("written");
    says(refused(&text), "config.json: expected value");
    let garbage = |folder: &Path| fs::write(folder.join("model.onnx"), "garbage").expect("written");
    says(refused(&garbage), "cannot load model \"wav2vec2-emotion\" (model.onnx)");
    let another = |folder: &Path| {
        let silero = model("silero-vad").join("model.onnx");
        fs::copy(silero, folder.join("model.onnx")).expect("copied");
    };
    says(refused(&another), "\"wav2vec2-emotion\" is of another kind than speech_emotion can use: it takes");
    // And the whole analyzer says it, too.
    let folder = copy("classes");
    garbage(folder.path());
    let run = fresh().model(MODEL, folder.path());
    let silence = va_analyzer_sdk::testing::Clip::from_samples(RATE as u32, 1, vec![0.0; RATE]);
    says(run.on(&silence).expect_err("refused").message, "cannot load model");
    assert!(Network::load(&Run::new::<SpeechEmotion>().host()).is_err());
}

#[test]
fn where_nobody_speaks_the_network_is_not_asked() {
    let seen = on(installed("classes"), sound("cantina.wav"));
    assert!(seen.segments.is_empty(), "{:?}", seen.segments);
    assert_eq!((seen.summary, seen.degraded), (json!({ "dominant_emotion": null }), None));
}
