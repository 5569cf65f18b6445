//! The analyzer's numbers on real clips against librosa (committed, see `reference/`) and FFmpeg (run here).

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

use std::process::Command;

use serde_json::Value;
use va_analyzer_audio_analysis::AudioAnalysis;
use va_analyzer_sdk::testing::{Clip, Run, Seen};
use va_test_media::media;

fn analysed(name: &str) -> Seen {
    Run::new::<AudioAnalysis>().on(&Clip::from_file(media(name)).unwrap()).unwrap()
}

fn reference() -> Value {
    serde_json::from_str(include_str!("reference/spectral_features.json")).unwrap()
}

/// How far a value may be off: a share of the reference, and as much again outright.
struct Tolerance {
    field: &'static str,
    share: f64,
    outright: f64,
}

/// Both compute the same definitions, we in f32 and rounding to the digits of the document, librosa in f64. Seconds
/// whose frames include the edge of the file differ in nothing. The roll-off is a bin's frequency: where 85 % are
/// reached just at the edge of two bins, a rounding error moves one of some 90 frames by a bin (23 Hz).
const TOLERANCES: [Tolerance; 5] = [
    Tolerance { field: "rms_db", share: 0.0, outright: 0.01 },
    Tolerance { field: "spectral_centroid_hz", share: 2e-4, outright: 0.1 },
    Tolerance { field: "spectral_bandwidth_hz", share: 2e-4, outright: 0.1 },
    Tolerance { field: "spectral_rolloff_hz", share: 2e-4, outright: 0.6 },
    // We count the change from the last sample of the second before, librosa does not: one of 16000.
    Tolerance { field: "zero_crossing_rate", share: 0.0, outright: 1e-4 },
];

#[test]
fn seconds_are_those_of_librosa() {
    for (name, clip) in reference().as_object().unwrap() {
        let seen = analysed(name);
        let seconds = clip["seconds"].as_array().unwrap();
        assert_eq!(seen.segments.len(), seconds.len(), "{name}");
        for (second, (segment, wanted)) in seen.segments.iter().zip(seconds).enumerate() {
            for Tolerance { field, share, outright } in TOLERANCES {
                let (found, wanted) = (segment[field].as_f64(), wanted[field].as_f64());
                let close = match (found, wanted) {
                    (Some(found), Some(wanted)) => (found - wanted).abs() <= share * wanted.abs() + outright,
                    (found, wanted) => found == wanted,
                };
                assert!(close, "{name}, second {second}, {field}: {found:?} where librosa has {wanted:?}");
            }
        }
    }
}

/// Two methods of one family with different voicing decisions: where librosa hears a voice in most of a second and we
/// do in enough of it, the medians are over different frames. A semitone and a half covers that; an octave would not
/// pass.
#[test]
fn pitch_is_that_of_pyin() {
    let semitones = |a: f64, b: f64| 12.0 * (a / b).log2().abs();
    for name in ["austen_0870.wav", "obama_speech.mp4"] {
        let wanted = &reference()[name]["pitch"];
        let seen = analysed(name);
        let found = seen.summary["pitch_median_hz"].as_f64().unwrap();
        let median = wanted["median_hz"].as_f64().unwrap();
        assert!(semitones(found, median) < 1.0, "{name}: {found} Hz where pYIN has {median}");
        let mut compared = 0;
        for (segment, wanted) in seen.segments.iter().zip(wanted["seconds"].as_array().unwrap()) {
            if wanted["voiced_share"].as_f64().unwrap() < 0.5 {
                continue;
            }
            if let (Some(found), Some(wanted)) = (segment["pitch_hz"].as_f64(), wanted["hz"].as_f64()) {
                assert!(
                    semitones(found, wanted) < 1.5,
                    "{name}: {found} Hz where pYIN has {wanted}: {segment}"
                );
                compared += 1;
            }
        }
        assert!(compared >= 3, "{name}: voiced in {compared} of the seconds that pYIN hears a voice in");
    }
}

/// FFmpeg's own filter, on the samples as they are; it prints a decimal, which is up to 0.05 off by itself.
fn ebur128_of(name: &str) -> f64 {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-hide_banner", "-i"])
        .arg(media(name))
        .args(["-map", "0:a:0", "-af", "ebur128=framelog=verbose", "-f", "null", "-"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().rev().find(|line| line.trim_start().starts_with("I:")).expect("ebur128 sums up");
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn loudness_is_that_of_ffmpeg() {
    // Mono, stereo and 5.1, at 16, 22.05, 24, 44.1 and 48 kHz.
    let clips = [
        "austen_0870.wav",
        "obama_speech.mp4",
        "crowd.mp3",
        "808kick120bpm.mp3",
        "small.mp4",
        "bigbuckbunny.mp4",
    ];
    for name in clips {
        let (found, wanted) = (analysed(name).summary["loudness_lufs"].as_f64().unwrap(), ebur128_of(name));
        assert!((found - wanted).abs() <= 0.1, "{name}: {found} LUFS where FFmpeg has {wanted}");
    }
}

#[test]
fn the_kick_loop_has_120_bpm() {
    let summary = analysed("808kick120bpm.mp3").summary;
    let bpm = summary["tempo_bpm"].as_f64().unwrap();
    assert!((bpm / 120.0 - 1.0).abs() < 0.01, "{bpm}");
    let beats: Vec<f64> =
        summary["beats"].as_array().unwrap().iter().map(|beat| beat.as_f64().unwrap()).collect();
    // 10 s hold 20 beats; each is half a second from the next.
    assert!((19..=21).contains(&beats.len()), "{beats:?}");
    assert!(beats.windows(2).all(|pair| (pair[1] - pair[0] - 0.5).abs() < 0.03), "{beats:?}");
}

#[test]
fn speech_and_cheering_have_no_beat_and_no_key() {
    for name in ["austen_0870.wav", "obama_speech.mp4", "crowd.mp3"] {
        let summary = analysed(name).summary;
        assert_eq!(summary["tempo_bpm"], Value::Null, "{name}");
        assert_eq!(summary["beats"], Value::Array(Vec::new()), "{name}");
        assert_eq!(summary["key"], Value::Null, "{name}");
    }
}

#[test]
fn a_cheering_crowd_has_hardly_a_pitch() {
    let seen = analysed("crowd.mp3");
    let pitched = seen.segments.iter().filter(|segment| !segment["pitch_hz"].is_null()).count();
    assert!(pitched <= seen.segments.len() / 8, "{pitched} of {} seconds", seen.segments.len());
}

#[test]
fn a_silent_track_is_level_and_nothing_else() {
    let seen = analysed("wolfgang_langer.mp4");
    for segment in &seen.segments {
        assert!(segment["rms_db"].as_f64().unwrap() <= -100.0, "{segment}");
        for field in ["spectral_centroid_hz", "spectral_bandwidth_hz", "spectral_rolloff_hz", "pitch_hz"] {
            assert!(segment[field].is_null(), "{segment}");
        }
    }
    for field in ["tempo_bpm", "key", "loudness_lufs", "pitch_median_hz"] {
        assert!(seen.summary[field].is_null(), "{}", seen.summary);
    }
}
