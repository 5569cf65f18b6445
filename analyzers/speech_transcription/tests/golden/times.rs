//! When words are said: against the sound itself, and against recordings put at known places.

use serde_json::Value;

use crate::{RATE, base, number, on, sound, words};

/// Seconds of the first and the last loud 10 ms of each phrase: not more than 10 dB below the loudest, with 0.35 s between
/// phrases.
fn phrases(samples: &[f32]) -> Vec<(f64, f64)> {
    let power = |part: &[f32]| part.iter().map(|sample| sample * sample).sum::<f32>();
    let powers: Vec<f32> = samples.chunks(RATE / 100).map(power).collect();
    let loud = powers.iter().copied().fold(0.0, f32::max) * 0.1;
    let mut phrases: Vec<(usize, usize)> = Vec::new();
    for at in (0..powers.len()).filter(|at| powers[*at] > loud) {
        match phrases.last_mut() {
            Some(last) if at - last.1 < 35 => last.1 = at,
            _ => phrases.push((at, at)),
        }
    }
    phrases.into_iter().map(|(from, to)| (from as f64 / 100.0, (to + 1) as f64 / 100.0)).collect()
}

/// Six phrases that begin with a vowel or a stop and fade out over noise: each is a segment. It begins with its sound
/// within 0.15 s (the detector hears 32 ms at a time and puts 30 ms before) and ends up to 0.45 s after it was last loud.
#[test]
fn segments_begin_and_end_with_their_sound() {
    let samples = sound("beckett.wav");
    let wanted = phrases(&samples);
    let seen = base().on(&on(samples)).expect("transcribed");
    let span = |segment: &Value| (number(&segment["start_time"]), number(&segment["end_time"]));
    let found: Vec<(f64, f64)> = seen.segments.iter().map(span).collect();
    assert_eq!((found.len(), wanted.len()), (6, 6), "{found:?} for {wanted:?}");
    for (found, wanted) in found.iter().zip(&wanted) {
        assert!((found.0 - wanted.0).abs() <= 0.15, "{found:?} for {wanted:?}");
        assert!((-0.05..=0.45).contains(&(found.1 - wanted.1)), "{found:?} for {wanted:?}");
    }
}

/// The same recording at known places, with long pauses that are left out of the window: each word is where it was, moved
/// by the place. The windows differ, so a frame of attention or two may, too: 0.1 s.
#[test]
fn words_move_with_the_recording() {
    let recording = sound("austen_0870.wav");
    let alone = words(&base().on(&on(recording.clone())).expect("transcribed"));
    let mut samples = Vec::new();
    let places = [3.25, 17.5];
    for place in places {
        samples.resize((place * RATE as f64) as usize, 0.0);
        samples.extend(&recording);
    }
    let seen = words(&base().on(&on(samples)).expect("transcribed"));
    assert_eq!(seen.len(), 2 * alone.len(), "{seen:?}");
    let mut differences = Vec::new();
    for (place, said) in places.iter().zip(seen.chunks(alone.len())) {
        for (moved, word) in said.iter().zip(&alone) {
            differences.push((moved.1 - place - word.1).abs());
        }
    }
    differences.sort_by(f64::total_cmp);
    let (median, most) = (differences[differences.len() / 2], differences[differences.len() - 1]);
    assert!(median <= 0.05 && most <= 0.3, "median {median}, at most {most}");
}

#[test]
fn words_lie_within_their_segments_and_one_after_another() {
    let seen = base().on(&on(sound("endgame_nagg_nell.wav"))).expect("transcribed");
    assert!(seen.segments.len() >= 8, "{}", seen.segments.len());
    for segment in &seen.segments {
        let (start, end) = (number(&segment["start_time"]), number(&segment["end_time"]));
        assert!(start < end, "{segment}");
        for word in segment["words"].as_array().expect("words") {
            assert!(number(&word["start_time"]) >= start && number(&word["end_time"]) <= end, "{segment}");
            assert!((0.0..=1.0).contains(&number(&word["confidence"])), "{segment}");
        }
    }
    let all = words(&seen);
    assert!(all.windows(2).all(|pair| pair[0].2 <= pair[1].2), "{all:?}");
}
