//! The contracts of YAMNet's exports, by tiny graphs whose answers are known (`../reference/tiny_yamnet.py`).

use serde_json::json;
use va_analyzer_audio_environment::AudioEnvironment;
use va_analyzer_audio_environment::yamnet::{Network, Stream};
use va_analyzer_sdk::testing::Run;
use va_test_media::model;

use super::{RATE, check_cover, number, on, read, reference, segments, sound};

fn with(folder: &str) -> Run {
    Run::new::<AudioEnvironment>()
        .model("onnxruntime", model("onnxruntime"))
        .model("ina-speech-music-noise", model("ina-speech-music-noise"))
        .model("yamnet", reference("yamnet").join(folder))
}

/// White noise of this mean power.
fn noise(power: f32, seconds: usize) -> Vec<f32> {
    let sample = |n: usize| (n.wrapping_mul(2_654_435_761) >> 8 & 0xffff) as f32 / 32_768.0 - 1.0;
    (0..seconds * RATE).map(|n| sample(n) * (3.0 * power).sqrt()).collect()
}

#[test]
fn a_waveform_export_comes_first_and_names_its_own_classes() {
    let samples = [noise(0.0, 5), noise(0.01, 6), noise(0.2, 7)].concat();
    let seen = with("waveform").on(&on(samples)).expect("analysed");
    assert_eq!((seen.model.as_deref(), seen.degraded.as_deref()), (Some("yamnet"), None));
    check_cover(&seen, 18.0);
    let found = segments(&seen);
    let labels: Vec<&str> = found.iter().map(|(label, _, _)| label.as_str()).collect();
    assert_eq!(labels, ["silence", "speech", "Rain"], "{found:?}");
    // A patch that reaches into the louder part is taken for it: half a patch, and half a hop.
    for (segment, wanted) in found.iter().zip([0.0, 5.0, 11.0]) {
        assert!((segment.1 - wanted).abs() <= 0.73, "{found:?}");
    }
    let confidence = |at: usize| number(&seen.segments[at]["confidence"]);
    assert!((confidence(1) - 0.7).abs() < 0.01 && (confidence(2) - 0.95).abs() < 0.01, "{:?}", seen.segments);
    // Rain is nature: 0.95 of 7 s of the 13 s that are not silent, against 0.3 of all for a room.
    assert_eq!(seen.summary["environment"], "nature");
}

#[test]
fn where_no_place_is_heard_the_kind_of_sound_is_the_environment() {
    let quiet = with("waveform").settings(json!({ "least_place_score": 0.5 }));
    let seen = quiet.on(&on(noise(0.01, 6))).expect("analysed");
    assert_eq!(seen.summary["environment"], "speech");
    let seen = with("waveform").on(&on(noise(0.01, 6))).expect("analysed");
    assert_eq!(seen.summary["environment"], "indoor");
}

#[test]
fn any_length_is_covered() {
    for samples in [100, 15_599, 15_600, 15_601, 23_280, 23_281, 600_000] {
        let sound = noise(0.2, samples / RATE + 1)[..samples].to_vec();
        let seen = with("waveform").on(&on(sound)).expect("analysed");
        check_cover(&seen, samples as f64 / RATE as f64);
    }
    let seen = with("waveform").on(&on(Vec::new())).expect("analysed");
    assert_eq!(seen.summary, json!({ "environment": null, "ratios": {} }));
}

/// NumPy computes in double precision: logarithms of magnitudes within 1e-3, averaged over a patch.
#[test]
fn log_mel_patches_are_those_that_tensorflow_defines() {
    let noted = read("yamnet/log_mel.json");
    let network = Network::load(&with("log_mel").host()).expect("of the contract");
    let mut stream = Stream::default();
    for piece in sound("austen_0870.wav").chunks(5000) {
        network.hear(&mut stream, piece).expect("heard");
    }
    network.look_at_rest(&mut stream).expect("heard");
    assert_eq!(noted["patches"], stream.scores().len());
    for (patch, (scores, noted)) in
        stream.scores().iter().zip(noted["scores"].as_array().expect("rows")).enumerate()
    {
        let wanted = noted.as_array().expect("scores");
        for (found, wanted) in scores.iter().step_by(40).zip(wanted) {
            assert!((f64::from(*found) - number(wanted)).abs() < 1e-3, "patch {patch}: {found} for {wanted}");
        }
    }
}

#[test]
fn another_file_is_refused_when_it_is_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, from: std::path::PathBuf| {
        std::fs::copy(from, folder.path().join(name)).expect("can be written");
    };
    let refused = || {
        let run = with("waveform").model("yamnet", folder.path());
        run.on(&on(noise(0.1, 1))).expect_err("refused").message
    };
    assert!(refused().contains("model.onnx is missing"), "{}", refused());
    put("model.onnx", reference("yamnet/waveform/model.onnx"));
    assert!(refused().contains("cannot read the class names"), "{}", refused());
    std::fs::write(folder.path().join("yamnet_class_map.csv"), "Speech\nMusic\n").expect("can be written");
    assert!(refused().contains("is no class map of YAMNet"), "{}", refused());
    put("yamnet_class_map.csv", reference("yamnet/waveform/yamnet_class_map.csv"));
    put("model.onnx", model("ina-speech-music-noise").join("model.onnx"));
    let message = refused();
    assert!(
        message.contains("\"yamnet\" is another") && message.contains("\"mel\" f32 [?,68,21]"),
        "{message}"
    );
}

#[test]
fn another_export_is_refused_with_what_it_gives() {
    let refused = |graph: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        for (from, to) in [(graph, "model.onnx"), ("waveform/yamnet_class_map.csv", "yamnet_class_map.csv")] {
            let from = reference("yamnet").join(from);
            std::fs::copy(from, folder.path().join(to)).expect("can be written");
        }
        let run = with("waveform").model("yamnet", folder.path());
        run.on(&on(noise(0.0001, 1))).expect_err("refused").message
    };
    let message = refused("other_classes.onnx");
    assert!(message.contains("[[1, 520]], not the scores [1, 521]"), "{message}");
    let message = refused("logits.onnx");
    assert!(message.contains("a score of -") && message.contains("with its sigmoid"), "{message}");
}
