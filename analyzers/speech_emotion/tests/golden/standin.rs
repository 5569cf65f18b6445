//! Voice and words, where no network is installed: a reading of a sentence, made louder, higher and faster, or the reverse.

use serde_json::{Value, json};
use va_analyzer_sdk::testing::Seen;
use va_test_media::media;

use crate::{RATE, all, fresh, number, on, sound, with};

/// Passages in a row, and silence between them.
const PASSAGES: usize = 6;
const SILENCE_S: f64 = 0.8;
/// The passage that is changed.
const CHANGED: usize = 3;

/// Sentences as VADER's authors rate them (`inference/tests/reference/vader.json`).
const LOVELY: (&str, f64) = ("What a lovely morning!", 0.6239);
const TERRIBLE: (&str, f64) = ("This is a terrible idea.", -0.4767);
const PLAIN: &str = "The train leaves at nine.";

/// As fast and as high as so many times, and so many dB louder.
fn reading(faster: f64, louder_db: f64) -> Vec<f32> {
    let filter =
        format!("aresample=16000,asetrate={},aresample=16000,volume={louder_db}dB", 16_000.0 * faster);
    va_test_media::sound(&media("austen_0870.wav"), &["-af", &filter])
}

/// The readings, and from when to when each lasts.
fn in_a_row(changed: &[f32]) -> (Vec<f32>, Vec<(f64, f64)>) {
    let even = sound("austen_0870.wav");
    let (mut samples, mut times) = (Vec::new(), Vec::new());
    for at in 0..PASSAGES {
        let start = samples.len();
        samples.extend_from_slice(if at == CHANGED { changed } else { &even });
        times.push((start as f64 / RATE as f64, samples.len() as f64 / RATE as f64));
        samples.resize(samples.len() + (SILENCE_S * RATE as f64) as usize, 0.0);
    }
    (samples, times)
}

/// What is told of the passages where each says `text`, the changed one something else.
fn told(changed: &[f32], text: &str, of_changed: &str) -> Seen {
    let (samples, times) = in_a_row(changed);
    let text = |at: usize| if at == CHANGED { of_changed } else { text };
    let said = |(at, (start, end)): (usize, &(f64, f64))| (*start, *end, text(at), Some("en"));
    let seen = on(with(&times.iter().enumerate().map(said).collect::<Vec<_>>()), samples);
    assert_eq!(seen.segments.len(), PASSAGES, "{:?}", seen.segments);
    seen
}

fn emotions(seen: &Seen) -> Vec<&Value> {
    seen.segments.iter().map(|segment| &segment["emotion"]).collect()
}

#[test]
fn a_voice_that_rises_is_excited_and_one_that_falls_is_calm() {
    for (faster, louder_db, excited) in [(1.25, 8.0, true), (0.8, -8.0, false)] {
        let (samples, _) = in_a_row(&reading(faster, louder_db));
        let seen = on(fresh(), samples);
        let arousals: Vec<f64> = all(&seen, "arousal").into_iter().map(|it| it.expect("told")).collect();
        assert_eq!(arousals.len(), PASSAGES, "{arousals:?}");
        for (at, arousal) in arousals.iter().enumerate() {
            match at {
                CHANGED if excited => assert!(*arousal > 0.7, "{arousals:?}"),
                CHANGED => assert!(*arousal < 0.3, "{arousals:?}"),
                _ => assert!((0.35..0.65).contains(arousal), "{at}: {arousals:?}"),
            }
        }
        assert!(all(&seen, "valence").iter().all(Option::is_none));
        assert!(seen.summary["dominant_emotion"].is_null());
    }
}

#[test]
fn volume_of_the_whole_recording_makes_no_difference() {
    let (samples, _) = in_a_row(&reading(1.25, 8.0));
    let quiet = samples.iter().map(|sample| sample * 0.25).collect();
    let [loud, quiet] = [samples, quiet].map(|samples| all(&on(fresh(), samples), "arousal"));
    for (loud, quiet) in loud.iter().zip(&quiet) {
        let [loud, quiet] = [loud, quiet].map(|arousal| arousal.expect("told"));
        // Edges of speech move a little with the level.
        assert!((loud - quiet).abs() < 0.05, "{loud} {quiet}");
    }
}

#[test]
fn words_tell_the_valence_as_vader_rates_them() {
    let seen = told(&sound("austen_0870.wav"), LOVELY.0, TERRIBLE.0);
    for (at, segment) in seen.segments.iter().enumerate() {
        let compound = if at == CHANGED { TERRIBLE.1 } else { LOVELY.1 };
        let valence = number(&segment["valence"]);
        assert!((valence - (0.5 + compound / 2.0)).abs() < 1e-3, "{segment}");
    }
    assert!(all(&told(&sound("austen_0870.wav"), PLAIN, PLAIN), "valence").iter().all(Option::is_none));
    let german = [(0.3, 6.9, "Er war ein good man.", Some("de"))];
    let seen = on(with(&german), sound("austen_0870.wav"));
    assert_eq!((all(&seen, "valence"), seen.segments.len()), (vec![None], 1));
}

#[test]
fn an_emotion_has_a_name_only_where_voice_and_words_are_clear() {
    let [excited, calm] = [reading(1.25, 8.0), reading(0.8, -8.0)];
    let named = |voice: &[f32], words: &str| {
        let seen = told(voice, LOVELY.0, words);
        let found: Vec<Value> = emotions(&seen).into_iter().cloned().collect();
        assert!(found.iter().enumerate().all(|(at, it)| at == CHANGED || it.is_null()), "{found:?}");
        // Five of six have none.
        assert!(seen.summary["dominant_emotion"].is_null());
        let segment = &seen.segments[CHANGED];
        assert_eq!(segment["confidence"].is_null(), segment["emotion"].is_null(), "{segment}");
        segment["emotion"].clone()
    };
    assert_eq!(named(&excited, LOVELY.0), "happy");
    assert_eq!(named(&excited, TERRIBLE.0), "angry");
    assert_eq!(named(&calm, LOVELY.0), "calm");
    assert_eq!(named(&calm, TERRIBLE.0), "sad");
    assert_eq!(named(&excited, PLAIN), Value::Null);
    assert_eq!(named(&sound("austen_0870.wav"), LOVELY.0), Value::Null);
}

#[test]
fn what_stands_in_says_so_and_what_it_lacks() {
    let reason = |seen: Seen| seen.degraded.expect("a reason");
    let whole = reason(told(&sound("austen_0870.wav"), PLAIN, PLAIN));
    let words = "prosody and the transcript's words stand in for a speech emotion model";
    assert!(whole.starts_with(words) && whole.contains("wav2vec2-emotion"), "{whole}");
    assert!(!whole.contains("valence"), "{whole}");
    let lacking = reason(on(fresh(), sound("beckett.wav")));
    assert!(lacking.ends_with("valence is unknown: speech_transcription told no words"), "{lacking}");
    let bent =
        fresh().other_findings("speech_transcription", json!({ "segments": [{ "text": 1 }], "summary": {} }));
    let seen = on(bent, sound("beckett.wav"));
    assert_eq!(seen.segments.len(), 6, "the voice is heard all the same");
    let bent = reason(seen);
    assert!(bent.contains("valence is unknown: cannot read the findings of speech_transcription"), "{bent}");
    let backwards = reason(on(with(&[(2.0, 1.0, "No.", Some("en"))]), sound("beckett.wav")));
    assert!(backwards.contains("segment 0 is from 2 s to 1 s"), "{backwards}");
}

/// A passage that is said among others is told with the times of the transcript.
#[test]
fn segments_are_those_of_the_transcript() {
    let said = [(0.3, 1.3, "Ever tried.", Some("en")), (1.8, 2.9, "Ever failed.", Some("en"))];
    let seen = on(with(&said), sound("beckett.wav"));
    let times: Vec<[f64; 2]> =
        seen.segments.iter().map(|it| ["start_time", "end_time"].map(|key| number(&it[key]))).collect();
    assert_eq!(times, [[0.3, 1.3], [1.8, 2.9]]);
    assert_eq!(on(fresh(), sound("beckett.wav")).segments.len(), 6);
}
