//! Sound that hardly is any, and what is refused.

use serde_json::{Value, json};
use va_analyzer_audio_environment::AudioEnvironment;
use va_analyzer_audio_environment::ina::{Network, Stream};
use va_analyzer_sdk::ErrorKind;
use va_analyzer_sdk::testing::{Clip, Run};
use va_test_media::model;

use super::{RATE, check_cover, heard, on, run, segments, sound};

#[test]
fn no_sound_has_no_segments_and_no_environment() {
    for clip in [Clip::from_pictures(25.0, []), on(Vec::new())] {
        let seen = run().on(&clip).expect("analysed");
        assert!(seen.segments.is_empty());
        assert_eq!(seen.summary, json!({ "environment": null, "ratios": {} }));
    }
}

#[test]
fn any_length_is_covered() {
    let noise = |n: usize| (n.wrapping_mul(2_654_435_761) >> 8 & 0xffff) as f32 / 65_536.0 - 0.5;
    for samples in [1, 100, 399, 400, 401, 8000, 11_119, 11_120, 11_121, 12_720, 16_001, 170_000] {
        let seen = heard((0..samples).map(noise).collect());
        // Less than half a millisecond has no length in the document.
        if samples >= 8 {
            check_cover(&seen, samples as f64 / RATE as f64);
            assert_eq!(seen.summary["environment"], "noise", "{samples} samples: {:?}", seen.segments);
        }
    }
}

#[test]
fn silence_is_silence_at_any_length() {
    for samples in [100, 5000, 30_000] {
        let seen = heard(vec![0.0; samples]);
        check_cover(&seen, samples as f64 / RATE as f64);
        assert_eq!(seen.summary["environment"], "silence");
    }
}

#[test]
fn samples_that_are_no_numbers_do_not_spread() {
    let mut samples = sound("cafe_song.wav");
    let wanted = heard(samples.clone());
    for (at, broken) in [(20_000, f32::NAN), (20_100, f32::INFINITY), (20_200, -1e38)] {
        samples[at] = broken;
    }
    assert_eq!(segments(&heard(samples)), segments(&wanted));
}

/// Windows and batches begin where they begin, wherever the decoder cuts the sound.
#[test]
fn how_the_sound_is_cut_makes_no_difference() {
    let samples = sound("crowd.mp3");
    let network = Network::load(&run().host()).expect("installed");
    let said = |length: usize| {
        let mut stream = Stream::default();
        for piece in samples.chunks(length) {
            network.hear(&mut stream, piece).expect("heard");
        }
        network.look_at_rest(&mut stream).expect("heard");
        stream.said()
    };
    let whole = said(samples.len());
    // More than one batch of 64 windows, and a rest.
    assert!(whole.len() > 128 && !whole.len().is_multiple_of(64), "{} windows", whole.len());
    for length in [159, 7777, 1_000_000] {
        assert_eq!(said(length), whole, "in pieces of {length}");
    }
}

#[test]
fn without_a_network_it_is_unavailable_and_says_what_to_install() {
    let run = Run::new::<AudioEnvironment>().model("onnxruntime", model("onnxruntime"));
    let missing = run.on(&on(vec![0.0; RATE])).expect_err("no model");
    assert_eq!(missing.kind, ErrorKind::Unavailable);
    assert!(missing.message.contains("ina-speech-music-noise"), "{missing}");
}

#[test]
fn another_network_is_refused_by_its_name() {
    let other = Run::new::<AudioEnvironment>()
        .model("onnxruntime", model("onnxruntime"))
        .model("ina-speech-music-noise", model("ina-male-female"));
    let refused = other.on(&on(vec![0.0; RATE])).expect_err("another network");
    assert!(refused.message.contains("ina-speech-music-noise is another network"), "{refused}");
    assert!(refused.message.contains("\"mel\" f32 [?,68,24]"), "{refused}");
}

#[test]
fn a_setting_out_of_reach_is_refused() {
    let refused =
        run().settings(json!({ "silence_dbfs": 5.0 })).on(&on(vec![0.0; RATE])).expect_err("refused");
    assert_eq!(refused.message, "silence_dbfs is 5, but must be -120 to 0");
    assert!(run().settings(json!({ "no_such": 1 })).on(&on(Vec::new())).is_err());
}

#[test]
fn it_says_what_stood_in() {
    let seen = heard(sound("cantina.wav"));
    assert_eq!(seen.model.as_deref(), Some("ina-speech-music-noise"));
    let reason = seen.degraded.expect("a stand-in");
    assert!(reason.contains("in place of yamnet"), "{reason}");
    assert!(seen.summary["ratios"].as_object().is_some_and(|ratios| ratios.values().all(Value::is_number)));
}
