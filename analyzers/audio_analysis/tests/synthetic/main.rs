//! The analyzer on sound whose truth is known because it was made here, and on sound that hardly is any.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod keys;
mod loops;
mod pitch;
mod synth;

use serde_json::{Value, json};
use synth::{Pattern, RATE, music, pink_noise, progression, tone};
use va_analyzer_audio_analysis::AudioAnalysis;
use va_analyzer_sdk::testing::{Clip, Run, Seen};

fn heard(sample_rate: u32, channels: u16, samples: Vec<f32>) -> Seen {
    Run::new::<AudioAnalysis>().on(&Clip::from_samples(sample_rate, channels, samples)).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// Tempos with an octave error are counted apart: which of two metrical levels is "the" beat is a convention.
fn tempo_of_loops(pattern: Pattern) -> (u32, u32, Vec<String>) {
    let (mut right, mut octaves, mut wrong) = (0, 0, Vec::new());
    for bpm in [70, 80, 90, 93, 100, 110, 120, 127, 130, 140, 150, 160, 170, 180] {
        let (samples, truth) = music(f64::from(bpm), pattern, 14.0);
        let summary = heard(RATE, 1, samples).summary;
        let Some(found) = summary["tempo_bpm"].as_f64() else {
            wrong.push(format!("{bpm}: null"));
            continue;
        };
        let ratio = found / f64::from(bpm);
        let near = |factor: f64| (ratio / factor - 1.0).abs() < 0.04;
        if near(1.0) {
            right += 1;
            check_beats(bpm, &numbers(&summary["beats"]), &truth);
        } else if near(2.0) || near(0.5) {
            octaves += 1;
        } else {
            wrong.push(format!("{bpm}: {found}"));
        }
    }
    (right, octaves, wrong)
}

/// Within 70 ms, as MIREX has it; all of them, and none made up.
fn check_beats(bpm: u32, found: &[f64], truth: &[f64]) {
    let distance =
        |beat: &f64, beats: &[f64]| beats.iter().map(|b| (b - beat).abs()).fold(f64::INFINITY, f64::min);
    let missed = truth.iter().filter(|beat| distance(beat, found) > 0.07).count();
    let made_up = found.iter().filter(|beat| distance(beat, truth) > 0.07).count();
    assert!(missed <= 2 && made_up <= 1, "{bpm} BPM: {missed} missed, {made_up} made up: {found:?}");
}

#[test]
fn kicks_on_every_beat_give_the_tempo() {
    let (right, octaves, wrong) = tempo_of_loops(Pattern::FourOnTheFloor);
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(right >= 13, "{right} right, {octaves} octave errors");
}

#[test]
fn kick_and_snare_in_turn_give_the_tempo_or_its_octave() {
    let (right, octaves, wrong) = tempo_of_loops(Pattern::Rock);
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(right >= 10, "{right} right, {octaves} octave errors");
}

#[test]
fn beats_are_not_early_or_late_as_a_whole() {
    let (samples, truth) = music(120.0, Pattern::FourOnTheFloor, 14.0);
    let found = numbers(&heard(RATE, 1, samples).summary["beats"]);
    let nearest =
        |beat: &f64| truth.iter().map(|b| beat - b).min_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap();
    let bias = found.iter().map(nearest).sum::<f64>() / found.len() as f64;
    assert!(bias.abs() < 0.012, "{bias} s");
}

#[test]
fn noise_has_no_tempo_no_key_no_pitch() {
    let seen = heard(RATE, 1, pink_noise(20.0));
    assert_eq!(seen.segments.len(), 20);
    assert!(seen.segments.iter().all(|segment| segment["pitch_hz"].is_null()));
    for field in ["tempo_bpm", "key", "pitch_median_hz"] {
        assert!(seen.summary[field].is_null(), "{}", seen.summary);
    }
}

const fn major(root: i32) -> [i32; 4] {
    [root - 12, root, root + 4, root + 7]
}

const fn minor(root: i32) -> [i32; 4] {
    [root - 12, root, root + 3, root + 7]
}

#[test]
fn progressions_have_their_key() {
    let progressions: [(&str, &[[i32; 4]], f64); 6] = [
        ("C major", &[major(60), major(65), major(67), major(60)], 0.0),
        ("G major", &[major(55), minor(64), major(60), major(62)], 30.0),
        ("D# major", &[major(63), major(58), minor(60), major(56)], 0.0),
        ("A minor", &[minor(57), minor(62), major(64), minor(57)], 0.0),
        ("F# minor", &[minor(54), major(50), major(57), major(52), minor(54)], -40.0),
        ("D minor", &[minor(62), minor(67), major(69), minor(62)], 15.0),
    ];
    for (key, chords, tuning_cents) in progressions {
        assert_eq!(heard(RATE, 1, progression(chords, tuning_cents)).summary["key"], key);
    }
}

#[test]
fn pitch_follows_a_glide() {
    // From 110 to 440 Hz in four seconds, half an octave a second: the median of a second is its middle.
    let mut phase = 0.0;
    let mut samples = Vec::new();
    for n in 0..4 * RATE {
        phase += 110.0 * 2f64.powf(0.5 * f64::from(n) / f64::from(RATE)) / f64::from(RATE);
        samples.push(tone(1.0, phase) as f32);
    }
    let seen = heard(RATE, 1, samples);
    for (second, segment) in seen.segments.iter().enumerate() {
        let wanted = 110.0 * 2f64.powf(0.5 * (second as f64 + 0.5));
        let found = segment["pitch_hz"].as_f64().unwrap();
        assert!((found / wanted - 1.0).abs() < 0.01, "second {second}: {found} for {wanted} Hz");
    }
}

#[test]
fn pitch_is_the_same_at_every_rate() {
    for rate in [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 96_000] {
        let samples = (0..2 * rate).map(|n| tone(196.0, f64::from(n) / f64::from(rate)) as f32).collect();
        let found = heard(rate, 1, samples).summary["pitch_median_hz"].as_f64().unwrap();
        assert!((found - 196.0).abs() < 0.5, "{rate} Hz: {found}");
    }
}

#[test]
fn no_sound_gives_nulls_and_empty_lists() {
    let seen = Run::new::<AudioAnalysis>().on(&Clip::from_pictures(25.0, [])).unwrap();
    assert!(seen.segments.is_empty());
    let nothing = json!({ "tempo_bpm": null, "beats": [], "key": null, "loudness_lufs": null,
        "pitch_median_hz": null, "music_ratio": null, "speech_ratio": null });
    assert_eq!(seen.summary, nothing);
}

#[test]
fn silence_is_a_level_of_the_floor() {
    let seen = heard(44_100, 2, vec![0.0; 44_100 * 2 * 5]);
    assert_eq!(seen.segments.len(), 5);
    let wanted = json!({ "start_time": 1.0, "end_time": 2.0, "rms_db": -120.0, "spectral_centroid_hz": null,
        "spectral_bandwidth_hz": null, "spectral_rolloff_hz": null, "zero_crossing_rate": 0.0, "pitch_hz": null });
    assert_eq!(seen.segments[1], wanted);
    assert!(seen.summary["loudness_lufs"].is_null() && seen.summary["key"].is_null());
}

#[test]
fn music_and_speech_are_shared_out_by_audio_environment() {
    let on = |run: Run| run.on(&Clip::from_samples(RATE, 1, vec![0.1; 3 * RATE as usize])).unwrap();
    let found = json!({ "segments": [], "summary": { "environment": "music", "ratios": { "music": 0.6, "silence": 0.4 } } });
    let told = on(Run::new::<AudioAnalysis>().other_findings("audio_environment", found));
    assert_eq!([&told.summary["music_ratio"], &told.summary["speech_ratio"]], [&json!(0.6), &json!(0.0)]);
    let alone = on(Run::new::<AudioAnalysis>());
    assert!(alone.summary["music_ratio"].is_null() && alone.summary["speech_ratio"].is_null());
    assert!(
        alone.log.iter().any(|(_, line)| line.contains("as audio_environment found nothing")),
        "{:?}",
        alone.log
    );
    let broken = Run::new::<AudioAnalysis>().other_findings("audio_environment", json!({ "summary": {} }));
    let refused = broken.on(&Clip::from_samples(RATE, 1, vec![0.1; 100])).unwrap_err();
    assert!(refused.message.contains("audio_environment") && refused.message.contains("ratios"), "{refused}");
}

#[test]
fn hardly_any_sound_is_still_measured() {
    for samples in [1, 2, 100, 1024, 9600] {
        for channels in [1, 2, 6, 8] {
            let seen = heard(48_000, channels, vec![0.25; samples * usize::from(channels)]);
            assert_eq!(seen.segments.len(), 1, "{samples} samples of {channels} channels");
            assert_eq!(seen.segments[0]["rms_db"], -12.04);
            assert!(seen.summary["tempo_bpm"].is_null());
        }
    }
}

#[test]
fn odd_rates_do_no_harm() {
    for rate in [1, 7, 50, 400, 8_000, 192_000] {
        let (samples, seconds) = (vec![0.1; 3 * rate as usize], 3);
        assert_eq!(heard(rate, 1, samples).segments.len(), seconds, "{rate} Hz");
    }
}

#[test]
fn samples_that_are_no_numbers_do_not_spread() {
    let mut samples: Vec<f32> =
        (0..3 * RATE).map(|n| tone(220.0, f64::from(n) / f64::from(RATE)) as f32).collect();
    let wanted = heard(RATE, 1, samples.clone());
    for (at, broken) in [(100, f32::NAN), (200, f32::INFINITY), (300, f32::NEG_INFINITY), (400, 1e38)] {
        samples[at] = broken;
    }
    let seen = heard(RATE, 1, samples);
    assert_eq!(seen.segments[1..], wanted.segments[1..]);
    assert!(seen.segments[0]["rms_db"].is_number() && seen.summary["loudness_lufs"].is_number());
}

#[test]
fn clipped_sound_keeps_its_pitch() {
    let square = |n: u32| if (n / 120).is_multiple_of(2) { 1.0 } else { -1.0 };
    let seen = heard(RATE, 1, (0..2 * RATE).map(square).collect());
    assert_eq!(seen.segments[0]["rms_db"], 0.0);
    assert!((seen.summary["pitch_median_hz"].as_f64().unwrap() - 200.0).abs() < 0.5);
}

#[test]
fn channels_out_of_phase_are_loud_all_the_same() {
    let samples =
        (0..2 * RATE).flat_map(|n| [1.0, -1.0].map(|sign| sign * tone(220.0, f64::from(n) / 48e3) as f32));
    let seen = heard(RATE, 2, samples.collect());
    assert!(seen.segments[0]["rms_db"].as_f64().unwrap() > -30.0);
    assert!(seen.segments[0]["spectral_centroid_hz"].is_null());
}

#[test]
fn a_setting_out_of_reach_is_refused() {
    let clip = Clip::from_samples(RATE, 1, vec![0.0; 10]);
    let refused =
        Run::new::<AudioAnalysis>().settings(json!({ "pitch_min_hz": 2000.0 })).on(&clip).unwrap_err();
    assert!(refused.to_string().contains("pitch_min_hz = 2000"), "{refused}");
    assert!(Run::new::<AudioAnalysis>().settings(json!({ "no_such": 1 })).on(&clip).is_err());
}
