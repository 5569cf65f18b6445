//! The front end of Whisper and the detector of speech against Python (`../reference/speech.py`).

use serde_json::Value;
use va_inference::audio::LogMel;
use va_inference::audio::vad::{CHUNK, Detector, Rules, Stream, Stretches};
use va_test_media::media;

use crate::host::host;

fn reference() -> Value {
    serde_json::from_str(include_str!("../reference/speech.json")).expect("the reference is JSON")
}

/// 16 kHz, one channel.
pub(crate) fn sound(name: &str) -> Vec<f32> {
    va_test_media::sound(&media(name), &[])
}

pub(crate) fn number(value: &Value) -> f32 {
    value.as_f64().expect("a number") as f32
}

/// The reference computes in double precision and in another order: 1e-4 of a range of 2.
#[test]
fn log_mel_is_that_of_another_implementation() {
    for (bands, noted) in reference()["log_mel"].as_object().expect("by bands") {
        let bands: usize = bands.parse().expect("a number");
        let mut mel = vec![0.0; bands * 3000];
        LogMel::new(bands).of(&sound("austen_0870.wav"), &mut mel);
        for (frame, values) in noted.as_object().expect("by frame") {
            let frame: usize = frame.parse().expect("a number");
            for (band, value) in values.as_array().expect("a value for each band").iter().enumerate() {
                let (found, wanted) = (mel[band * 3000 + frame], number(value));
                assert!(
                    (found - wanted).abs() <= 1e-4,
                    "{bands} bands, frame {frame}, {band}: {found} for {wanted}"
                );
            }
        }
    }
}

fn heard(samples: &[f32], pieces: usize) -> Vec<f32> {
    let detector = Detector::load(&host()).expect("installed");
    let (mut stream, mut speech) = (Stream::default(), Vec::new());
    for piece in samples.chunks(pieces) {
        detector.push(&mut stream, piece, &mut speech).expect("heard");
    }
    detector.finish(stream, &mut speech).expect("heard");
    speech
}

/// The same graph and library; the sound is decoded by the same program.
#[test]
fn speech_is_heard_where_python_hears_it() {
    for (name, noted) in reference()["speech"].as_object().expect("clips") {
        let samples = sound(name);
        let speech = heard(&samples, 7777);
        assert_eq!(speech.len(), samples.len().div_ceil(CHUNK), "{name}");
        let noted = noted.as_array().expect("probabilities");
        assert_eq!(speech.len(), noted.len(), "{name}");
        for (at, (found, wanted)) in speech.iter().zip(noted).enumerate() {
            assert!((found - number(wanted)).abs() <= 1e-3, "{name}, chunk {at}: {found} for {wanted}");
        }
    }
}

#[test]
fn readings_have_speech_and_music_noise_and_silence_have_none() {
    let share = |name: &str| {
        let samples = sound(name);
        let mut stretches = Stretches::new(Rules::default());
        let mut found: Vec<_> =
            heard(&samples, 16_000).into_iter().filter_map(|p| stretches.push(p)).collect();
        found.extend(stretches.finish(samples.len() as u64));
        assert!(
            found.iter().all(|stretch| stretch.start < stretch.end && stretch.end <= samples.len() as u64)
        );
        found.iter().map(|stretch| stretch.end - stretch.start).sum::<u64>() as f64 / samples.len() as f64
    };
    assert!(share("austen_0870.wav") > 0.7);
    for name in ["cantina.wav", "crowd.mp3", "world.mp4"] {
        assert!(share(name) < 0.02, "{name}: {}", share(name));
    }
}
