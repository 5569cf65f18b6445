//! Words that are made to stand out, and speech in which none does.

use serde_json::Value;
use va_analyzer_sdk::testing::Seen;

use crate::voices::{said, trimmed};
use crate::{RATE, number, on, sound, with, words_of};

const WORDS: [&str; 14] = [
    "winter", "garden", "paper", "number", "letter", "morning", "table", "water", "river", "silver",
    "member", "corner", "market", "dinner",
];
/// Between two words, seconds.
const GAP_S: f64 = 0.03;

/// Louder by 8 dB, higher by three semitones and a half, 1.5 times as long.
const STRESSED: &str = "rubberband=pitch=1.2241:tempo=0.6667,volume=8dB";

/// The words, said by themselves and so all alike, in a row; with their times. One is stressed.
fn sentence(said: &[Vec<f32>], stressed: Option<usize>) -> (Vec<f32>, Vec<(String, f64, f64)>) {
    let (mut samples, mut words) = (vec![0.0; RATE / 2], Vec::new());
    for (at, (word, said)) in WORDS.into_iter().zip(said).enumerate() {
        let spoken = if stressed == Some(at) { filtered(said, STRESSED) } else { said.clone() };
        let start = samples.len();
        // 12 dB down, so that the louder one has room.
        samples.extend(spoken.iter().map(|sample| sample * 0.25));
        words.push((word.to_owned(), start as f64 / RATE as f64, samples.len() as f64 / RATE as f64));
        samples.resize(samples.len() + (GAP_S * RATE as f64) as usize, 0.0);
    }
    samples.resize(samples.len() + RATE / 2, 0.0);
    (samples, words)
}

/// By ffmpeg.
fn filtered(samples: &[f32], filter: &str) -> Vec<f32> {
    let name = format!("va-emphasis-{}-{:p}.f32", std::process::id(), samples);
    let path = std::env::temp_dir().join(name);
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    std::fs::write(&path, bytes).expect("written");
    let output = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-f", "f32le", "-ar", "16000", "-ac", "1", "-i"])
        .arg(&path)
        .args(["-af", filter, "-f", "f32le", "-ar", "16000", "-ac", "1", "-"])
        .output()
        .expect("ffmpeg is installed");
    std::fs::remove_file(&path).expect("removed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

fn emphasised(seen: &Seen) -> Vec<(String, f64)> {
    let of = |segment: &Value| {
        (segment["word"].as_str().expect("a word").to_owned(), number(&segment["strength"]))
    };
    seen.segments.iter().filter(|segment| segment["kind"] == "emphasis").map(of).collect()
}

/// Three voices, five words each.
#[test]
fn a_stressed_word_is_emphasised_and_no_other() {
    let mut missed = Vec::new();
    for voice in ["slt", "rms", "awb"] {
        let said = WORDS.map(|word| trimmed(&said(voice, word)));
        let (samples, words) = sentence(&said, None);
        let even = emphasised(&on(with(&words), samples));
        assert!(even.is_empty(), "{voice}: {even:?}");
        for at in [0, 3, 6, 9, 12] {
            let (samples, words) = sentence(&said, Some(at));
            let seen = on(with(&words), samples);
            let found = emphasised(&seen);
            assert!(found.iter().all(|(word, _)| word == WORDS[at]), "{voice}, {}: {found:?}", WORDS[at]);
            let Some((_, strength)) = found.first() else {
                missed.push((voice, WORDS[at]));
                continue;
            };
            assert!((0.4..=1.0).contains(strength), "{voice}: {strength}");
            let segment = seen.segments.iter().find(|segment| segment["kind"] == "emphasis").expect("one");
            let span = (number(&segment["start_time"]), number(&segment["end_time"]));
            assert!((span.0 - words[at].1).abs() < 1e-3 && (span.1 - words[at].2).abs() < 1e-3, "{segment}");
        }
    }
    assert!(missed.len() <= 1, "{missed:?}");
}

/// The recording with a word of it stressed, and the words with their times then.
fn with_a_stressed_word(
    samples: &[f32],
    words: &[(String, f64, f64)],
    at: usize,
) -> (Vec<f32>, Vec<(String, f64, f64)>) {
    let [start, end] = [words[at].1, words[at].2].map(|time_s| (time_s * RATE as f64) as usize);
    let stressed = filtered(&samples[start..end], STRESSED);
    let longer_s = (stressed.len() as f64 - (end - start) as f64) / RATE as f64;
    let moved = |(number, (word, start_s, end_s)): (usize, &(String, f64, f64))| {
        let [before, within] = [number > at, number >= at].map(|moved| if moved { longer_s } else { 0.0 });
        (word.clone(), start_s + before, end_s + within)
    };
    let samples = [&samples[..start], &stressed, &samples[end..]].concat();
    (samples, words.iter().enumerate().map(moved).collect())
}

/// Speakers vary by themselves, and what is stressed here may have been weak before: few are found. Not one other word is.
#[test]
fn stressing_a_word_of_real_speech_emphasises_that_one_or_none() {
    let (mut tried, mut found_again) = (0, 0);
    for name in ["austen_0870.wav", "obama_speech.mp4", "endgame_nagg_nell.wav"] {
        let (samples, words) = (sound(name), words_of(name));
        let before = emphasised(&on(with(&words), samples.clone())).len();
        // Not those before a pause.
        let inner = |at: &usize| words[*at].2 - words[*at].1 >= 0.2 && words[*at].2 == words[*at + 1].1;
        for at in (0..words.len() - 1).filter(inner).step_by(3) {
            let (samples, stressed) = with_a_stressed_word(&samples, &words, at);
            let found = emphasised(&on(with(&stressed), samples));
            let word = words[at].0.trim_matches(|mark: char| !mark.is_alphanumeric());
            tried += 1;
            found_again += usize::from(found.iter().any(|(found, _)| found == word));
            assert!(
                found.iter().filter(|(found, _)| found != word).count() <= before,
                "{name}, {word}: {found:?}"
            );
        }
    }
    assert!(tried >= 15 && found_again >= 3, "{found_again} of {tried}");
}

#[test]
fn of_real_speech_a_tenth_at_most_is_emphasised() {
    for name in ["austen_0870.wav", "beckett.wav", "endgame_nagg_nell.wav", "obama_speech.mp4"] {
        let words = words_of(name);
        let found = emphasised(&on(with(&words), sound(name)));
        assert!(found.len() * 10 <= words.len(), "{name}: {found:?} of {}", words.len());
    }
}
