//! Recordings of which a listener knows what they are.

use serde_json::Value;
use va_analyzer_sdk::testing::Seen;

use super::{RATE, check_cover, heard, number, segments, sound};

fn ratio(seen: &Seen, label: &str) -> f64 {
    seen.summary["ratios"][label].as_f64().unwrap_or(0.0)
}

/// Share of what is not silent.
fn sounding(seen: &Seen, label: &str) -> f64 {
    ratio(seen, label) / (1.0 - ratio(seen, "silence"))
}

#[test]
fn readings_are_speech() {
    for name in ["austen_0870.wav", "beckett.wav", "endgame_nagg_nell.wav", "obama_speech.mp4"] {
        let seen = heard(sound(name));
        assert_eq!(seen.summary["environment"], "speech", "{name}: {}", seen.summary);
        assert!(sounding(&seen, "speech") > 0.95, "{name}: {}", seen.summary);
    }
}

#[test]
fn a_band_and_a_song_are_music() {
    for name in ["cantina.wav", "cafe_song.wav"] {
        let seen = heard(sound(name));
        assert_eq!(seen.summary["environment"], "music", "{name}: {}", seen.summary);
        assert!(sounding(&seen, "music") > 0.95, "{name}: {}", seen.summary);
    }
}

/// A sentence in hiss of -70 dBFS, which is no noise to a listener.
#[test]
fn hiss_that_nobody_hears_is_silence() {
    let seen = heard(sound("mandarin.wav"));
    assert_eq!(seen.summary["environment"], "speech", "{:?}", seen.segments);
    let is_sentence = |(label, start, end): &(String, f64, f64)| {
        label == "speech" && (start - 5.5).abs() < 0.2 && (end - 6.8).abs() < 0.2
    };
    assert!(segments(&seen).iter().any(is_sentence), "{:?}", segments(&seen));
    assert!(ratio(&seen, "silence") > 0.7, "{}", seen.summary);
}

#[test]
fn a_cheering_crowd_is_noise() {
    let seen = heard(sound("crowd.mp3"));
    assert_eq!(seen.summary["environment"], "noise", "{}", seen.summary);
    assert!(sounding(&seen, "noise") > 0.9, "{}", seen.summary);
}

#[test]
fn a_silent_track_is_silence() {
    for name in ["wolfgang_langer.mp4", "world.mp4"] {
        let samples = sound(name);
        let seen = heard(samples.clone());
        check_cover(&seen, samples.len() as f64 / RATE as f64);
        assert_eq!(
            (seen.segments.len(), &seen.summary["environment"]),
            (1, &Value::from("silence")),
            "{name}"
        );
    }
}

/// Speech, a pause, music, the crowd, one after the other: each label where it belongs, changes within half a window
/// (0.35 s) and those from and to silence within 0.1 s. The song is a part of it of which the network is sure.
#[test]
fn what_is_put_together_is_told_apart() {
    let part = |name: &str, from_s: f64, to_s: f64| {
        sound(name)[(from_s * RATE as f64) as usize..(to_s * RATE as f64) as usize].to_vec()
    };
    let parts = [
        ("speech", part("austen_0870.wav", 0.4, 6.4)),
        ("silence", vec![0.0; 2 * RATE]),
        ("music", part("cafe_song.wav", 10.0, 15.0)),
        ("noise", part("crowd.mp3", 5.0, 11.0)),
    ];
    let found = segments(&heard(parts.iter().flat_map(|(_, samples)| samples.clone()).collect()));
    let labels: Vec<&str> = found.iter().map(|(label, _, _)| label.as_str()).collect();
    assert_eq!(labels, parts.iter().map(|(label, _)| *label).collect::<Vec<_>>(), "{found:?}");
    let mut start_s = 0.0;
    for (number, (label, samples)) in parts.iter().enumerate() {
        let near_silence = *label == "silence" || number > 0 && parts[number - 1].0 == "silence";
        let within = if near_silence { 0.1 } else { 0.35 };
        assert!((found[number].1 - start_s).abs() <= within, "{label} at {start_s}: {found:?}");
        start_s += samples.len() as f64 / RATE as f64;
    }
}

#[test]
fn confidence_is_high_where_it_is_plain() {
    let seen = heard(sound("austen_0870.wav"));
    let speech = seen.segments.iter().find(|segment| segment["label"] == "speech").expect("speech");
    assert!(number(&speech["confidence"]) > 0.9, "{speech}");
}
