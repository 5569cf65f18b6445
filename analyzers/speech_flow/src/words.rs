//! The words, as speech_transcription tells them.

use serde::Deserialize;
use va_inference::findings::transcript::is_sure;

use crate::runs::Span;

/// Its findings of a video, as far as they are needed here.
#[derive(Debug, Deserialize)]
pub struct Transcript {
    segments: Vec<Sentence>,
}

#[derive(Debug, Deserialize)]
struct Sentence {
    #[serde(default)]
    confidence: Option<f64>,
    words: Vec<Told>,
}

#[derive(Debug, Deserialize)]
struct Told {
    word: String,
    start_time: f64,
    end_time: f64,
}

/// A word that is spoken.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Without the marks round it.
    pub text: String,
    pub span: Span,
    /// A mark stands after it: a phrase ends, or may end.
    pub before_mark: bool,
}

impl Transcript {
    /// In order; marks alone are no words, and sentences that the transcript doubts do not count.
    pub fn words(self) -> Vec<Word> {
        let sure = |sentence: &Sentence| is_sure(sentence.confidence);
        let sentences = self.segments.into_iter().filter(sure);
        sentences.flat_map(|sentence| sentence.words).filter_map(Word::of).collect()
    }
}

impl Word {
    fn of(told: Told) -> Option<Self> {
        let Told { word, start_time, end_time } = told;
        let text = word.trim_matches(|character: char| !character.is_alphanumeric());
        if text.is_empty() {
            return None;
        }
        Some(Word {
            text: text.to_owned(),
            span: Span { start_s: start_time, end_s: end_time },
            before_mark: word.trim_end().ends_with(|character: char| !character.is_alphanumeric()),
        })
    }

    /// Puts it elsewhere in time.
    pub fn moved(&mut self, by_s: f64) {
        self.span.start_s += by_s;
        self.span.end_s += by_s;
    }

    /// How many syllables it may have, 1 or more: groups of vowels where the script is Latin, without an `e` at the end that
    /// is silent in English and French; elsewhere its characters.
    pub fn syllables(&self) -> usize {
        let lower = self.text.to_lowercase();
        let letters: Vec<char> = lower.chars().filter(|letter| letter.is_alphanumeric()).collect();
        let latin = letters.iter().all(|letter| (*letter as u32) < 0x250);
        if !latin {
            return letters.len().max(1);
        }
        let vowel = |letter: &char| "aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýÿœ".contains(*letter);
        let mut groups = letters.split(|letter| !vowel(letter)).filter(|group| !group.is_empty()).count();
        if groups > 1 && letters.ends_with(&['e']) && letters.len() > 2 && !vowel(&letters[letters.len() - 2])
        {
            groups -= 1;
        }
        groups.max(1)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn word(text: &str, start_s: f64, end_s: f64) -> Word {
        Word::of(Told { word: text.to_owned(), start_time: start_s, end_time: end_s }).expect("a word")
    }

    #[test]
    fn marks_alone_are_no_words_and_come_off_the_others() {
        let told = r#"{"segments": [{"text": "a", "words": [
            {"word": "\"Never,", "start_time": 0.5, "end_time": 0.9, "confidence": 1.0},
            {"word": "-", "start_time": 0.9, "end_time": 1.0, "confidence": 1.0},
            {"word": "don't", "start_time": 1.0, "end_time": 1.2, "confidence": 1.0}]}], "summary": {}}"#;
        let words = serde_json::from_str::<Transcript>(told).expect("read").words();
        let seen: Vec<(&str, bool)> =
            words.iter().map(|word| (word.text.as_str(), word.before_mark)).collect();
        assert_eq!(seen, [("Never", true), ("don't", false)]);
        assert_eq!(words[0].span, Span { start_s: 0.5, end_s: 0.9 });
    }

    #[test]
    fn words_that_the_transcript_doubts_do_not_count() {
        let told = r#"{"segments": [
            {"confidence": 0.39, "words": [{"word": "Mmmmm.", "start_time": 0.5, "end_time": 0.9}]},
            {"confidence": 0.4, "words": [{"word": "Yes.", "start_time": 2.0, "end_time": 2.5}]},
            {"confidence": null, "words": [{"word": "No.", "start_time": 3.0, "end_time": 3.5}]}]}"#;
        let words = serde_json::from_str::<Transcript>(told).expect("read").words();
        assert_eq!(words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), ["Yes", "No"]);
    }

    #[test]
    fn syllables_are_groups_of_vowels_or_characters() {
        let of = |text| word(text, 0.0, 1.0).syllables();
        assert_eq!(
            [of("a"), of("time"), of("never"), of("prudently"), of("the"), of("2nd")],
            [1, 1, 2, 3, 1, 1]
        );
        assert_eq!([of("\u{4f60}"), of("\u{4f60}\u{597d}"), of("\u{e9}t\u{e9}")], [1, 2, 2]);
    }
}
