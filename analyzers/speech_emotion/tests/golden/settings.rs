//! Settings, models and findings that are not usable.

use serde_json::json;
use va_analyzer_sdk::ErrorKind;
use va_analyzer_sdk::testing::{Clip, Run};
use va_analyzer_speech_emotion::SpeechEmotion;
use va_test_media::model;

use crate::{RATE, fresh, on};

fn refused(run: Run) -> va_analyzer_sdk::Error {
    let silence = Clip::from_samples(RATE as u32, 1, vec![0.0; RATE]);
    run.on(&silence).map(|seen| seen.summary).expect_err("refused")
}

#[test]
fn a_setting_out_of_its_range_and_one_that_is_none_are_named() {
    let error = refused(fresh().settings(json!({ "window_s": 1.0 })));
    assert!(error.message.contains("window_s is 1, but must be 2 to 60"), "{error}");
    assert!(refused(fresh().settings(json!({ "model": "x" }))).message.contains("model"));
}

#[test]
fn without_the_detector_of_speech_it_is_unavailable() {
    let error = refused(Run::new::<SpeechEmotion>().model("onnxruntime", model("onnxruntime")));
    assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
    assert!(error.message.contains("silero-vad"), "{error}");
}

#[test]
fn without_the_lexicon_it_says_that_valence_is_unknown() {
    let run = ["onnxruntime", "silero-vad"]
        .into_iter()
        .fold(Run::new::<SpeechEmotion>(), |run, name| run.model(name, model(name)));
    let reason = on(run, vec![0.0; RATE]).degraded.expect("a reason");
    assert!(reason.contains("valence is unknown") && reason.contains("\"vader\""), "{reason}");
}

#[test]
fn a_broken_lexicon_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for file in ["vader_lexicon.txt", "emoji_utf8_lexicon.txt"] {
        std::fs::write(folder.path().join(file), "good\n").expect("written");
    }
    let error = refused(fresh().model("vader", folder.path()));
    assert!(error.message.contains("vader_lexicon.txt: line 1"), "{error}");
}
