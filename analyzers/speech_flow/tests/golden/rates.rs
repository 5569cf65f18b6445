//! Words a minute of recordings whose text is known.

use crate::{RATE, flow, levels, loud, number, on, sound, spans, with, words_of};

/// Recordings, and how many words are known to be said in them.
const KNOWN: [(&str, f64); 2] = [("austen_0870.wav", 22.0), ("beckett.wav", 12.0)];

/// Seconds of the first and the last loud 10 ms of each phrase: not more than 15 dB below the loud ones, with 0.25 s
/// between phrases.
fn phrases(samples: &[f32]) -> Vec<(f64, f64)> {
    let levels = levels(samples);
    let least = loud(&levels) - 15.0;
    let mut phrases: Vec<(usize, usize)> = Vec::new();
    for at in (0..levels.len()).filter(|at| levels[*at] > least) {
        match phrases.last_mut() {
            Some(last) if at - last.1 <= 25 => last.1 = at,
            _ => phrases.push((at, at)),
        }
    }
    phrases.into_iter().map(|(from, to)| (from as f64 / 100.0, (to + 1) as f64 / 100.0)).collect()
}

/// The words' times come from a model, those of the phrases from the level alone: a tenth.
#[test]
fn words_a_minute_are_those_of_the_known_text_and_of_the_sound() {
    for (name, words) in KNOWN {
        let samples = sound(name);
        let phrases = phrases(&samples);
        let whole_s = phrases[phrases.len() - 1].1 - phrases[0].0;
        let seen = on(with(&words_of(name)), samples);
        let (found, wanted) = (number(&seen.summary["words_per_minute"]), words * 60.0 / whole_s);
        assert!((found / wanted - 1.0).abs() < 0.1, "{name}: {found} for {wanted}");
        assert_eq!((seen.degraded, seen.model.as_deref()), (None, Some("silero-vad")), "{name}");
    }
}

/// A reading without a pause, with four of known length put between its words: what is spoken takes as long as before. Edges
/// of a pause are found within two chunks, and so the sum of four within 0.5 s of 7 s.
#[test]
fn pauses_of_known_length_are_taken_out_of_the_articulation() {
    let (name, words) = ("austen_0870.wav", words_of("austen_0870.wav"));
    let alone = on(with(&words), sound(name));
    assert_eq!((number(&alone.summary["pause_ratio"]), spans(&alone, "pause").len()), (0.0, 0));
    let rate = number(&alone.summary["words_per_minute"]);
    assert_eq!(number(&alone.summary["articulation_rate_wpm"]), rate);

    let (mut samples, mut moved, mut from, mut paused_s) = (Vec::new(), Vec::new(), 0, 0.0);
    let all = sound(name);
    for (at, (word, start, end)) in words.iter().enumerate() {
        if at > 0 && at % 5 == 0 {
            let place = (start * RATE as f64) as usize;
            samples.extend_from_slice(&all[from..place]);
            let pause_s = 0.5 + 0.1 * at as f64;
            samples.resize(samples.len() + (pause_s * RATE as f64) as usize, 0.0);
            (from, paused_s) = (place, paused_s + pause_s);
        }
        moved.push((word.clone(), start + paused_s, end + paused_s));
    }
    samples.extend_from_slice(&all[from..]);
    let seen = on(with(&moved), samples);
    let whole_s = moved[moved.len() - 1].2 - moved[0].1;
    let spoken_s = whole_s - paused_s;
    assert_eq!(spans(&seen, "pause").len(), 4, "{:?}", seen.segments);
    let near = |key: &str, wanted: f64, within: f64| {
        let found = number(&seen.summary[key]);
        assert!((found / wanted - 1.0).abs() < within, "{key}: {found} for {wanted}");
    };
    near("words_per_minute", 22.0 * 60.0 / whole_s, 0.001);
    near("articulation_rate_wpm", 22.0 * 60.0 / spoken_s, 0.5 / spoken_s);
    near("pause_ratio", paused_s / whole_s, 0.5 / paused_s);
}

/// The rates and the share of the pauses are told of the same time.
#[test]
fn the_rate_without_pauses_is_that_with_them_over_the_time_spoken() {
    for name in ["beckett.wav", "endgame_nagg_nell.wav", "obama_speech.mp4"] {
        let seen = on(with(&words_of(name)), sound(name));
        let [rate, articulation, ratio] = ["words_per_minute", "articulation_rate_wpm", "pause_ratio"]
            .map(|key| number(&seen.summary[key]));
        assert!((articulation * (1.0 - ratio) / rate - 1.0).abs() < 0.003, "{name}: {}", seen.summary);
        assert!(ratio > 0.1 && rate < articulation, "{name}: {}", seen.summary);
    }
}

#[test]
fn without_words_it_says_so_and_tells_what_the_sound_does() {
    let samples = sound("beckett.wav");
    let known = on(with(&words_of("beckett.wav")), samples.clone());
    let seen = on(flow(), samples);
    let reason = seen.degraded.as_deref().expect("a reason");
    assert!(reason.starts_with("speech_transcription told nothing"), "{reason}");
    for key in ["words_per_minute", "articulation_rate_wpm"] {
        assert!(seen.summary[key].is_null() && known.summary[key].is_number(), "{key}");
    }
    assert_eq!(seen.summary["pitch_range_semitones"], known.summary["pitch_range_semitones"]);
    assert_eq!(spans(&seen, "speech"), spans(&known, "speech"));
    assert_eq!(spans(&seen, "pause").len(), 5);
    assert!(number(&seen.summary["pause_ratio"]) > 0.3);
}

/// A recording in which nobody is understood is no failure of the transcript.
#[test]
fn a_transcript_without_a_word_gives_no_rate() {
    let seen = on(with(&[]), sound("beckett.wav"));
    assert_eq!((seen.summary["words_per_minute"].is_null(), seen.degraded), (true, None));
}

/// The detector meets other chunks, and the recording fades out over noise.
#[test]
fn silence_before_the_words_moves_all_of_it() {
    let (name, later_s) = ("beckett.wav", 2.0);
    let alone = on(with(&words_of(name)), sound(name));
    let moved: Vec<(String, f64, f64)> =
        words_of(name).into_iter().map(|(word, start, end)| (word, start + later_s, end + later_s)).collect();
    let mut samples = vec![0.0; (later_s * RATE as f64) as usize];
    samples.extend(sound(name));
    let seen = on(with(&moved), samples);
    assert_eq!(seen.summary["words_per_minute"], alone.summary["words_per_minute"]);
    for kind in ["speech", "pause"] {
        let (found, wanted) = (spans(&seen, kind), spans(&alone, kind));
        assert_eq!(found.len(), wanted.len());
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found.0 - later_s - wanted.0).abs() <= 0.15, "{kind}: {found:?} for {wanted:?}");
            assert!((found.1 - later_s - wanted.1).abs() <= 0.15, "{kind}: {found:?} for {wanted:?}");
        }
    }
}
