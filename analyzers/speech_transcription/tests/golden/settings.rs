//! What is said of settings and models that are not right.

use serde_json::json;
use va_analyzer_sdk::ErrorKind;
use va_analyzer_sdk::testing::Run;
use va_analyzer_speech_transcription::SpeechTranscription;
use va_test_media::model;

use crate::{base, on, settings, with};

#[test]
fn without_a_model_it_is_unavailable() {
    let error = Run::new::<SpeechTranscription>().on(&on(vec![0.0; 16_000])).expect_err("no model");
    assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
    let without_detector = Run::new::<SpeechTranscription>()
        .model("onnxruntime", model("onnxruntime"))
        .model("whisper-base", model("whisper-base"));
    let error = without_detector.on(&on(vec![0.0; 16_000])).expect_err("no detector");
    assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
    assert!(error.message.contains("silero-vad"), "{error}");
}

#[test]
fn a_language_that_the_model_does_not_know_is_refused() {
    let refused = |run: Run, tag: &str| {
        let error =
            settings(run, json!({ "language": tag })).on(&on(vec![0.0; 16_000])).expect_err("refused");
        error.message
    };
    assert!(refused(base(), "klingon").contains("knows en, zh, de"));
    assert!(refused(with("whisper-tiny-en"), "de").ends_with("whisper-tiny-en knows en"));
}

#[test]
fn a_model_is_chosen_by_name() {
    let run = base().model("whisper-tiny-en", model("whisper-tiny-en"));
    let seen =
        settings(run, json!({ "model": "whisper-tiny-en" })).on(&on(vec![0.0; 16_000])).expect("heard");
    assert_eq!(seen.model.as_deref(), Some("whisper-tiny-en"));
    let run = base().model("whisper-tiny-en", model("whisper-tiny-en"));
    assert_eq!(run.on(&on(vec![0.0; 16_000])).expect("heard").model.as_deref(), Some("whisper-base"));
}
