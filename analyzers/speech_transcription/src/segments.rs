//! Words into segments: a sentence, or what is said in one breath.

use serde::Serialize;
use va_analyzer_sdk::rounded;

/// A word with its times.
#[derive(Debug, Clone, PartialEq)]
pub struct Timed {
    /// With the space before it, where it has one.
    pub text: String,
    pub start_s: f64,
    pub end_s: f64,
    /// Sum of the logarithms of its tokens' probabilities, and their number.
    pub log_probability: f64,
    pub tokens: usize,
}

/// As it stands in the result document.
#[derive(Debug, Serialize)]
pub struct Segment {
    pub start_time: f64,
    pub end_time: f64,
    pub text: String,
    pub language: String,
    pub confidence: f64,
    pub words: Vec<Word>,
}

#[derive(Debug, Serialize)]
pub struct Word {
    pub word: String,
    pub start_time: f64,
    pub end_time: f64,
    pub confidence: f64,
}

/// A pause of so many seconds ends a segment.
const PAUSE_S: f64 = 0.8;
/// A segment that is longer ends with the next mark between words; of twice the length with the next word.
const LONG_S: f64 = 10.0;
/// Words that end with a full stop and no sentence.
const ABBREVIATIONS: [&str; 16] = [
    "mr.", "mrs.", "ms.", "dr.", "st.", "prof.", "jr.", "sr.", "vs.", "no.", "gen.", "gov.", "sen.", "rev.",
    "hon.", "capt.",
];

/// The segments of what is said in one language, without a gap in the sound.
pub fn segments(words: &[Timed], language: &str) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut from = 0;
    for at in 0..words.len() {
        let next = words.get(at + 1);
        if next.is_none_or(|next| ends(&words[from..=at], next)) {
            segments.extend(segment(&words[from..=at], language));
            from = at + 1;
        }
    }
    segments
}

/// Whether a segment ends with its last word.
fn ends(words: &[Timed], next: &Timed) -> bool {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    let word = last.text.trim();
    let bare = word.trim_end_matches(['"', '\'', '\u{201d}', ')', '\u{300d}', '\u{ff09}']);
    let length_s = last.end_s - first.start_s;
    let sentence = bare.ends_with(['.', '?', '!', '\u{2026}', '\u{3002}', '\u{ff01}', '\u{ff1f}'])
        && !is_abbreviation(bare);
    let mark = bare.ends_with([',', ';', ':', '\u{ff0c}', '\u{3001}', '\u{ff1b}', '\u{ff1a}']);
    sentence
        || next.start_s - last.end_s >= PAUSE_S
        || (mark && length_s >= LONG_S)
        || length_s >= 2.0 * LONG_S
}

/// Known ones, and initials such as `J.`.
fn is_abbreviation(word: &str) -> bool {
    let lower = word.to_lowercase();
    let initial = word.chars().count() == 2 && word.starts_with(char::is_uppercase) && word != "I.";
    word.is_ascii() && (ABBREVIATIONS.contains(&lower.as_str()) || initial)
}

fn segment(words: &[Timed], language: &str) -> Option<Segment> {
    let (first, last) = (words.first()?, words.last()?);
    let text: String = words.iter().map(|word| word.text.as_str()).collect();
    let text = text.trim().to_owned();
    let (sum, tokens) =
        words.iter().fold((0.0, 0), |(sum, tokens), word| (sum + word.log_probability, tokens + word.tokens));
    let words = words.iter().filter(|word| !word.text.trim().is_empty()).map(Word::of).collect();
    (!text.is_empty()).then(|| Segment {
        start_time: rounded(first.start_s, 3),
        end_time: rounded(last.end_s, 3),
        text,
        language: language.to_owned(),
        confidence: confidence(sum, tokens),
        words,
    })
}

impl Word {
    fn of(word: &Timed) -> Self {
        Word {
            word: word.text.trim().to_owned(),
            start_time: rounded(word.start_s, 3),
            end_time: rounded(word.end_s, 3),
            confidence: confidence(word.log_probability, word.tokens),
        }
    }
}

/// The geometric mean of the probabilities.
fn confidence(log_probability: f64, tokens: usize) -> f64 {
    rounded((log_probability / tokens.max(1) as f64).exp().clamp(0.0, 1.0), 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &[(&str, f64, f64)]) -> Vec<Timed> {
        let timed = |&(text, start_s, end_s): &(&str, f64, f64)| Timed {
            text: text.to_owned(),
            start_s,
            end_s,
            log_probability: 2.0 * 0.5f64.ln(),
            tokens: 2,
        };
        words.iter().map(timed).collect()
    }

    fn texts(words: &[(&str, f64, f64)]) -> Vec<String> {
        segments(&said(words), "en").into_iter().map(|segment| segment.text).collect()
    }

    #[test]
    fn a_sentence_or_a_pause_ends_a_segment() {
        let words = [(" Yes.", 0.0, 0.5), (" And", 0.6, 0.8), (" then", 1.7, 2.0), (" no", 2.0, 2.2)];
        assert_eq!(texts(&words), ["Yes.", "And", "then no"]);
    }

    #[test]
    fn an_abbreviation_ends_no_sentence() {
        let words = [(" Mr.", 0.0, 0.3), (" J.", 0.3, 0.5), (" Smith?\"", 0.5, 1.0), (" No", 1.0, 1.2)];
        assert_eq!(texts(&words), ["Mr. J. Smith?\"", "No"]);
    }

    #[test]
    fn what_goes_on_for_long_is_parted_at_a_mark_between_words() {
        let words: Vec<(&str, f64, f64)> = (0..30)
            .map(|i| (if i % 4 == 3 { " so," } else { " on" }, f64::from(i), f64::from(i) + 1.0))
            .collect();
        let lengths: Vec<usize> =
            segments(&said(&words), "en").iter().map(|found| found.words.len()).collect();
        assert_eq!(lengths, [12, 12, 6]);
    }

    #[test]
    fn times_and_confidence_are_those_of_the_words() {
        let found = segments(&said(&[(" Good", 0.5, 0.81234), (" day", 0.9, 1.3)]), "en");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].start_time, found[0].end_time, found[0].confidence), (0.5, 1.3, 0.5));
        assert_eq!((found[0].words[0].word.as_str(), found[0].words[0].end_time), ("Good", 0.812));
        assert!(segments(&[], "en").is_empty());
    }
}
