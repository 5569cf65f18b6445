//! Transcripts and times against other implementations (CTranslate2, faster-whisper) on the same weights.

use va_analyzer_speech_transcription::model::Whisper;
use va_analyzer_speech_transcription::settings::{Precision, Settings};
use va_analyzer_speech_transcription::transcript::Transcript;
use va_analyzer_speech_transcription::windows::Window;

use crate::{bare, base, exact, number, on, reference, settings, sound, text, words};

/// Clips of one window, from their first sample to the last: both write the same text, to the letter.
#[test]
fn transcripts_are_those_of_another_implementation() {
    let model = Some("whisper-base".to_owned());
    let greedy =
        Settings { model, precision: Precision::Float, temperatures: vec![0.0], ..Settings::default() };
    // Whether a text is believed is not in question here.
    let greedy = Settings { least_mean_log_probability: f64::MIN, max_compression_ratio: f64::MAX, ..greedy };
    let whisper = Whisper::load(&base().host(), &greedy).expect("installed");
    for (name, clip) in reference()["clips"].as_object().expect("clips") {
        let window = Window::whole(sound(name));
        let mut transcript = Transcript::default();
        let segments = transcript.read(&[window], &whisper, &greedy, &base().host()).expect("transcribed");
        assert!(segments.iter().all(|segment| clip["language"] == segment.language.as_str()), "{name}");
        let words = segments.iter().flat_map(|segment| &segment.words).map(|word| word.word.as_str());
        let found: String = words.collect();
        let wanted: String = clip["text"].as_str().expect("a text").split_whitespace().collect();
        assert_eq!(found, wanted, "{name}");
    }
}

/// 8 bits in the weights of the decoder change none of the words here.
#[test]
fn eight_bits_say_the_same() {
    for name in ["austen_0870.wav", "beckett.wav"] {
        let float = settings(base(), exact()).on(&on(sound(name))).expect("transcribed");
        let int8 = base().on(&on(sound(name))).expect("transcribed");
        assert_eq!(bare(text(&int8)), bare(text(&float)), "{name}");
    }
}

/// Both align by the same method: a frame of attention, 20 ms, is what they may differ by. The first word is put by the
/// other to the start of the clip, by us to where speech begins.
#[test]
fn word_times_are_those_of_another_implementation() {
    let name = "austen_0870.wav";
    let seen = settings(base(), exact()).on(&on(sound(name))).expect("transcribed");
    let clips = reference();
    let wanted = clips["clips"][name]["words"].as_array().expect("words");
    let found = words(&seen);
    assert_eq!(found.len(), wanted.len());
    assert!((0.2..0.5).contains(&found[0].1), "{found:?}");
    for (found, wanted) in found.iter().zip(wanted).skip(1) {
        assert!((found.1 - number(&wanted[1])).abs() <= 0.05, "{found:?} for {wanted}");
    }
}

/// Levenshtein's.
pub(crate) fn distance<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (row, a) in a.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, b) in b.iter().enumerate() {
            let changed = above[column] + usize::from(a != b);
            next.push(changed.min(above[column + 1] + 1).min(next[column] + 1));
        }
        above = next;
    }
    above[b.len()]
}
