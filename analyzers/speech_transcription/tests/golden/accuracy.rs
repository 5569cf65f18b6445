//! Words that are known to be said.

use serde_json::json;
use va_analyzer_sdk::testing::{Run, Seen};

use crate::transcripts::distance;
use crate::{RATE, bare, base, on, settings, sound, text, with, words};

/// Recordings and what is said in them.
const KNOWN: [(&str, &str); 2] = [
    (
        "austen_0870.wav",
        "and mister john dashwood had then leisure to consider how much there might be prudently in his power to do for \
         them",
    ),
    ("beckett.wav", "ever tried ever failed no matter try again fail again fail better"),
];

/// Wrong words and all words.
fn errors(run: impl Fn() -> Run) -> (usize, usize) {
    KNOWN.iter().fold((0, 0), |(wrong, all), (name, said)| {
        let seen = run().on(&on(sound(name))).expect("transcribed");
        let wanted = bare(said);
        (wrong + distance(&bare(text(&seen)), &wanted), all + wanted.len())
    })
}

#[test]
fn clear_recordings_are_read_with_an_error_rate_of_six_percent_at_most() {
    let (wrong, all) = errors(base);
    assert!(wrong * 100 <= all * 6, "{wrong} of {all} words are wrong");
    let (wrong, all) = errors(|| settings(base(), json!({ "beams": 5 })));
    assert!(wrong * 100 <= all * 6, "with beams {wrong} of {all} words are wrong");
}

#[test]
fn the_small_model_reads_english() {
    let (wrong, all) = errors(|| with("whisper-tiny-en"));
    assert!(wrong * 100 <= all * 15, "{wrong} of {all} words are wrong");
    let seen = with("whisper-tiny-en").on(&on(sound(KNOWN[1].0))).expect("transcribed");
    assert_eq!(seen.summary["language"], "en");
    assert_eq!(seen.model.as_deref(), Some("whisper-tiny-en"));
    assert!(seen.degraded.is_some());
}

/// A minute of speech, more than two windows hold: with silence between the recordings, and music.
fn minute() -> (Vec<f32>, Vec<String>) {
    let mut samples = Vec::new();
    let mut said = Vec::new();
    for (name, text) in [KNOWN[0], KNOWN[1], KNOWN[0]] {
        samples.extend(sound(name));
        samples.extend(vec![0.0; 2 * RATE]);
        samples.extend(sound("cantina.wav").into_iter().map(|sample| sample * 0.3));
        samples.extend(vec![0.0; 4 * RATE]);
        said.extend(bare(text));
    }
    (samples, said)
}

fn in_order(seen: &Seen) {
    let words = words(seen);
    assert!(words.windows(2).all(|pair| pair[0].1 <= pair[1].1 && pair[0].1 <= pair[0].2), "{words:?}");
}

#[test]
fn several_windows_are_read_at_once_or_one_by_one_with_what_was_said_before() {
    let long: Vec<f32> = ["endgame_nagg_nell.wav", "austen_0870.wav", "beckett.wav", "obama_speech.mp4"]
        .iter()
        .flat_map(|name| sound(name))
        .collect();
    let at_once = base().on(&on(long.clone())).expect("transcribed");
    let one_by_one = settings(base(), json!({ "batch": 1 })).on(&on(long)).expect("transcribed");
    for seen in [&at_once, &one_by_one] {
        in_order(seen);
        let found = bare(text(seen)).join(" ");
        assert!(
            found.contains("ever tried ever failed no matter try again fail again fail better"),
            "{found}"
        );
        assert!(found.contains("how much there might be prudently in his power to do for them"), "{found}");
        assert!(found.contains("two years of negotiations"), "{found}");
    }
    let (a, b) = (bare(text(&at_once)), bare(text(&one_by_one)));
    assert!(distance(&a, &b) * 10 <= a.len(), "{a:?}\n{b:?}");
    // 54 s, of which some are pauses that are left out.
    for seen in [&at_once, &one_by_one] {
        let (_, line) =
            seen.log.iter().find(|(_, line)| line.ends_with("windows transcribed")).expect("a count");
        assert!([2, 3].iter().any(|count| line.contains(&format!(" {count} windows"))), "{line}");
    }
}

#[test]
fn what_is_said_between_music_and_silence_is_read_and_nothing_else() {
    let (samples, said) = minute();
    let seen = base().on(&on(samples)).expect("transcribed");
    in_order(&seen);
    let found = bare(text(&seen));
    let wrong = distance(&found, &said);
    assert!(wrong * 100 <= said.len() * 6, "{wrong} of {}: {found:?}", said.len());
}
