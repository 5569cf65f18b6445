//! Pitch, frame by frame: of glides whose truth is known, and of voices against librosa's pYIN
//! (`../reference/pitch_frames.py`).

use std::f64::consts::TAU;

use serde_json::Value;
use va_inference::audio::Frames;
use va_inference::audio::pitch::{PitchPath, Yin};
use va_test_media::media;

use super::synth::{Noise, tone};

const RATE: usize = 16_000;
const HOP: usize = 256;

/// Hz of each frame, as the analyzer follows it in sound of 16 kHz; frame `i` is centred on sample `256 i`.
fn pitches(samples: &[f32]) -> Vec<Option<f32>> {
    let mut yin = Yin::new(RATE as f64, 65.0, 1000.0);
    let (mut frames, mut path) = (Frames::centred(yin.frame_length(), HOP), PitchPath::default());
    let mut each = |_: u64, frame: &[f32]| {
        let mut candidates = Vec::new();
        yin.candidates(frame, &mut candidates);
        path.push(&candidates);
    };
    frames.push(samples, &mut each);
    frames.finish(&mut each);
    path.finish()
}

fn cents(a: f64, b: f64) -> f64 {
    1200.0 * (a / b).log2().abs()
}

/// A harmonic tone of this frequency at each second, and white noise of this amplitude.
fn voice(seconds: f64, noise: f64, hz: impl Fn(f64) -> f64) -> Vec<f32> {
    let (mut phase, mut random) = (0.0, Noise::new(11));
    let sample = |n: usize| {
        phase += hz(n as f64 / RATE as f64) / RATE as f64;
        (tone(1.0, phase) + noise * random.next()) as f32
    };
    (0..(seconds * RATE as f64) as usize).map(sample).collect()
}

/// Every frame but those at the ends, which see half of a tone, is voiced and within 50 cents.
fn check_glide(name: &str, noise: f64, hz: impl Fn(f64) -> f64) {
    let found = pitches(&voice(4.0, noise, &hz));
    let inner = &found[3..found.len() - 4];
    let off = |(i, found): (usize, &Option<f32>)| {
        let wanted = hz(((i + 3) * HOP) as f64 / RATE as f64);
        let off = found.map_or(f64::INFINITY, |found| cents(f64::from(found), wanted));
        (off > 50.0).then(|| format!("{wanted:.1} Hz: {found:?}"))
    };
    let off: Vec<String> = inner.iter().enumerate().filter_map(off).collect();
    assert!(off.is_empty(), "{name}, noise {noise}: {} of {} off: {off:?}", off.len(), inner.len());
}

#[test]
fn glides_are_followed_within_50_cents() {
    for noise in [0.0, 0.02] {
        check_glide("an octave and a half up a second", noise, |t| 80.0 * 2f64.powf(0.75 * t));
        check_glide("down", noise, |t| 900.0 * 2f64.powf(-0.8 * t));
        check_glide("vibrato of a semitone", noise, |t| 220.0 * 2f64.powf((TAU * 5.5 * t).sin() / 12.0));
        check_glide("a low hum", noise, |t| 70.0 + 2.0 * t);
    }
}

/// Limits as for two implementations of one method (Mauch & Dixon 2014 give pYIN's own raw pitch accuracy as 0.98 on
/// clean singing): of the frames that both hear a voice in, 95 in 100 are within 50 cents, and ours hears none in more than
/// 10 in 100 of the frames that librosa hears none in. librosa calls more frames voiced, in an old, hoarse recording
/// (`beckett.wav`) most of the breath. That ours hears 60 in 100 of them in the clean ones is no goal, but what it does:
/// it is not to become less.
#[test]
fn voices_have_the_pitch_that_librosa_hears() {
    let reference: Value = serde_json::from_str(include_str!("../reference/pitch_frames.json")).unwrap();
    for (name, noted) in reference.as_object().unwrap() {
        let samples = va_test_media::sound(&media(name), &[]);
        let found = pitches(&samples);
        let noted: Vec<Option<f64>> = noted.as_array().unwrap().iter().map(Value::as_f64).collect();
        assert!(found.len().abs_diff(noted.len()) <= 1, "{name}: {} and {} frames", found.len(), noted.len());
        let [mut both, mut close, mut theirs, mut ours_alone] = [0u32; 4];
        for (found, noted) in found.iter().zip(&noted) {
            theirs += u32::from(noted.is_some());
            ours_alone += u32::from(found.is_some() && noted.is_none());
            if let (Some(found), Some(noted)) = (found, noted) {
                both += 1;
                close += u32::from(cents(f64::from(*found), *noted) <= 50.0);
            }
        }
        let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole.max(1));
        let unvoiced = noted.len() as u32 - theirs;
        println!(
            "{name}: {:.3} of {both} within 50 cents, {:.3} of theirs voiced, {:.3} of their unvoiced",
            share(close, both),
            share(both, theirs),
            share(ours_alone, unvoiced)
        );
        assert!(share(close, both) >= 0.95, "{name}: {close} of {both}");
        assert!(share(both, theirs) >= 0.6 || name == "beckett.wav", "{name}: {both} of {theirs}");
        assert!(share(ours_alone, unvoiced) <= 0.1, "{name}: {ours_alone} of {unvoiced}");
    }
}
