//! Tokens into words.

use std::ops::Range;

use crate::tokenizer::Tokenizer;

/// A word with what stands against it, and its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// With the space before it, where it has one.
    pub text: String,
    pub tokens: Range<usize>,
}

/// Languages that are written without spaces: each character that is whole is a word.
const WITHOUT_SPACES: [&str; 7] = ["zh", "ja", "th", "lo", "my", "km", "yue"];
/// Marks that belong to the word after them.
const OPENING: &str = "\"'\u{201c}\u{bf}\u{a1}([{-\u{300c}\u{300e}\u{ff08}\u{300a}\u{3010}";
/// Marks that belong to the word before them.
const CLOSING: &str = "\"'.\u{3002},\u{ff0c}!\u{ff01}?\u{ff1f}:\u{ff1a};\u{ff1b}\u{201d})]}\u{3001}\u{2026}\u{300d}\u{300f}\u{ff09}\u{300b}\u{3011}";

/// The words of a text, in order; every token is part of one.
pub fn words(tokens: &[u32], tokenizer: &Tokenizer, language: &str) -> Vec<Word> {
    let spaced = !WITHOUT_SPACES.contains(&language);
    let mut words: Vec<Word> = Vec::new();
    for unit in characters(tokens, tokenizer) {
        let begins = unit.text.starts_with(char::is_whitespace) || is_mark(&unit.text) || !spaced;
        match words.last_mut() {
            // A mark is a word of its own, for now, and what follows it without a space is one with it only inside a
            // word, such as in "don't".
            Some(last) if !begins => last.join(unit),
            _ => words.push(unit),
        }
    }
    with_marks(words)
}

impl Word {
    fn join(&mut self, next: Word) {
        self.text.push_str(&next.text);
        self.tokens.end = next.tokens.end;
    }
}

/// As few tokens at a time as end with a whole character.
fn characters(tokens: &[u32], tokenizer: &Tokenizer) -> Vec<Word> {
    let mut units = Vec::new();
    let (mut from, mut bytes) = (0, Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        bytes.extend_from_slice(tokenizer.bytes(*token));
        let cut = std::str::from_utf8(&bytes).is_err_and(|e| e.error_len().is_none());
        if !cut || at + 1 == tokens.len() {
            units.push(Word { text: String::from_utf8_lossy(&bytes).into_owned(), tokens: from..at + 1 });
            bytes.clear();
            from = at + 1;
        }
    }
    units
}

/// Marks joined with the words that they belong to.
fn with_marks(words: Vec<Word>) -> Vec<Word> {
    let mut joined: Vec<Word> = Vec::with_capacity(words.len());
    let mut opening: Option<Word> = None;
    for mut word in words {
        let spaced = word.text.starts_with(char::is_whitespace);
        if let Some(mut mark) = opening.take() {
            mark.join(word);
            word = mark;
        } else if spaced && all_of(&word.text, OPENING) {
            opening = Some(word);
            continue;
        } else if let Some(last) = joined.last_mut()
            && !spaced
            && all_of(&word.text, CLOSING)
        {
            last.join(word);
            continue;
        }
        joined.push(word);
    }
    joined.extend(opening);
    joined
}

fn all_of(text: &str, marks: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.chars().all(|character| marks.contains(character))
}

fn is_mark(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() == 1
        && text.chars().all(|character| CLOSING.contains(character) && character != '\'')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokenizer::tests::of;

    /// Each piece is a token; "\u{120}" is a space.
    fn read(pieces: &[&str], language: &str) -> Vec<String> {
        let tokenizer = of(pieces);
        let tokens: Vec<u32> = (0..pieces.len() as u32).collect();
        let words = words(&tokens, &tokenizer, language);
        let ends: Vec<usize> = words.iter().map(|word| word.tokens.end).collect();
        let starts: Vec<usize> = words.iter().map(|word| word.tokens.start).collect();
        assert_eq!(ends.last().copied().unwrap_or(0), pieces.len(), "no token is lost");
        assert!(starts.iter().skip(1).eq(ends.iter().take(ends.len().saturating_sub(1))), "nor used twice");
        words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn a_space_begins_a_word_and_marks_stand_with_theirs() {
        assert_eq!(
            read(&["\u{120}Do", "\u{120}you", "\u{120}he", "ar", "?"], "en"),
            [" Do", " you", " hear?"]
        );
        assert_eq!(read(&["\u{120}don", "'", "t", "\u{120}go", ",", "."], "en"), [" don't", " go,."]);
        assert_eq!(read(&["\u{120}\"", "Yes", "\"", "\u{120}he"], "en"), [" \"Yes\"", " he"]);
    }

    #[test]
    fn without_spaces_each_character_is_a_word() {
        // 你 is e4 bd a0, 好 is e5 a5 bd, 。 is e3 80 82, in the characters that stand for these bytes.
        let pieces = ["\u{e4}\u{bd}", "\u{142}", "\u{e5}\u{a5}\u{bd}", "\u{e3}\u{122}\u{124}"];
        assert_eq!(read(&pieces, "zh"), ["\u{4f60}", "\u{597d}\u{3002}"]);
    }

    #[test]
    fn no_tokens_are_no_words() {
        assert!(read(&[], "en").is_empty());
    }
}
