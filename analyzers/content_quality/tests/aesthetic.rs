//! The aesthetic score: there with the models that a user installs, here tiny graphs of the same contract
//! (`reference/aesthetic.py`), and null without.

use std::path::PathBuf;

use serde_json::Value;
use va_analyzer_content_quality::ContentQuality;
use va_analyzer_sdk::testing::{Clip, Picture, Run};
use va_test_media::model;

const ENCODER: &str = "clip-image-encoder";
const HEAD: &str = "aesthetic-head";

fn tiny(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(name)
}

fn with(models: &[(&str, &str)]) -> Run {
    let run = Run::new::<ContentQuality>().model("onnxruntime", model("onnxruntime"));
    models.iter().fold(run, |run, (name, folder)| run.model(name, tiny(folder)))
}

/// Green at both ends, which the centre square leaves out; red and blue halves between them.
fn clip() -> Clip {
    let colour = |x: u32| match x {
        ..200 => [0, 255, 0],
        200..400 => [255, 0, 0],
        400..600 => [0, 0, 255],
        _ => [0, 255, 0],
    };
    Clip::from_pictures(1.0, (0..2).map(|_| Picture::from_fn(800, 400, |x, _| colour(x))))
}

/// Resizing to 224 mixes the two colours where they meet, in bytes: less than half a level in the mean.
#[test]
fn encoder_and_head_give_what_the_runtime_gives_in_python() {
    let reference: Value = serde_json::from_str(include_str!("reference/aesthetic.json")).expect("JSON");
    let seen = with(&[(ENCODER, ENCODER), (HEAD, HEAD)]).on(&clip()).expect("analysed");
    let expected = reference["aesthetic"].as_f64().expect("a number");
    for found in seen.segments.iter().chain([&seen.summary]) {
        let aesthetic = found["aesthetic"].as_f64().expect("a number");
        assert!((aesthetic - expected).abs() < 0.002, "{aesthetic} against {expected}");
    }
    assert_eq!((seen.model.as_deref(), seen.degraded), (Some(ENCODER), None));
    let [overall, technical, aesthetic] =
        ["overall", "technical", "aesthetic"].map(|field| seen.summary[field].as_f64().expect("a number"));
    assert!((overall - (technical + aesthetic) / 2.0).abs() < 1e-4, "{}", seen.summary);
}

#[test]
fn without_one_of_the_two_it_is_null_and_says_why() {
    for (models, missing) in [(vec![], HEAD), (vec![(HEAD, HEAD)], ENCODER), (vec![(ENCODER, ENCODER)], HEAD)]
    {
        let seen = with(&models).on(&clip()).expect("analysed");
        assert!(seen.segments.iter().chain([&seen.summary]).all(|found| found["aesthetic"].is_null()));
        let reason = seen.degraded.expect("a reason");
        assert!(reason.starts_with("without an aesthetic score: ") && reason.contains(missing), "{reason}");
        assert_eq!(seen.summary["overall"], seen.summary["technical"]);
    }
}

#[test]
fn a_model_of_another_contract_is_refused_by_its_name() {
    let swapped = with(&[(ENCODER, HEAD), (HEAD, ENCODER)]).on(&clip()).expect_err("swapped");
    assert!(swapped.message.contains(ENCODER) && swapped.message.contains("4 dimensions"), "{swapped}");
}
