//! Settings, models and findings that are not usable.

use serde_json::json;
use va_analyzer_sdk::ErrorKind;
use va_analyzer_sdk::testing::{Clip, Run, Seen};
use va_analyzer_speech_flow::SpeechFlow;
use va_test_media::model;

use crate::{RATE, flow, number, on, sound, with, words_of};

fn refused(run: Run) -> va_analyzer_sdk::Error {
    let silence = Clip::from_samples(RATE as u32, 1, vec![0.0; RATE]);
    run.on(&silence).map(|seen: Seen| seen.summary).expect_err("refused")
}

#[test]
fn a_setting_out_of_its_range_and_one_that_is_none_are_named() {
    let error = refused(flow().settings(json!({ "emphasis_min": 2.0 })));
    assert!(error.message.contains("emphasis_min is 2, but must be 0 to 1"), "{error}");
    assert!(refused(flow().settings(json!({ "pause": 1 }))).message.contains("pause"));
}

#[test]
fn without_its_model_it_is_unavailable() {
    let error = refused(Run::new::<SpeechFlow>().model("onnxruntime", model("onnxruntime")));
    assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
    assert!(error.message.contains("silero-vad"), "{error}");
}

#[test]
fn findings_of_another_shape_are_told_by_name_and_done_without() {
    let broken = flow().other_findings("speech_transcription", json!({ "segments": [{ "words": 1 }] }));
    let seen = on(broken, sound("beckett.wav"));
    let reason = seen.degraded.as_deref().expect("a reason");
    assert!(reason.starts_with("cannot read the findings of speech_transcription"), "{reason}");
    assert!(reason.ends_with("unknown without words"), "{reason}");
    assert!(seen.summary["words_per_minute"].is_null() && !seen.segments.is_empty());
}

#[test]
fn a_lower_bar_tells_more_words() {
    let name = "endgame_nagg_nell.wav";
    let count = |least: f64| {
        let seen = on(with(&words_of(name)).settings(json!({ "emphasis_min": least })), sound(name));
        let told = seen.segments.into_iter().filter(|segment| segment["kind"] == "emphasis");
        told.map(|segment| assert!(number(&segment["strength"]) >= least - 5e-4)).count()
    };
    let [few, more] = [0.4, 0.2].map(count);
    assert!(few < more, "{few} and {more}");
    assert_eq!(count(1.0), 0);
}
