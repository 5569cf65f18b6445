//! Text into tokens, as BERT does it (Devlin et al. 2018): cleaned, lower case without accents, parted at spaces and marks,
//! then each word into the longest pieces that the vocabulary has (WordPiece; Wu et al. 2016). Read from
//! `tokenizer.json`, of which padding and truncation are left aside.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};
use va_analyzer_sdk::{Error, Result};

/// What begins a piece that goes on a word.
const INNER: &str = "##";

/// The pieces of a model.
#[derive(Debug)]
pub struct Tokenizer {
    pieces: HashMap<String, i64>,
    unknown: i64,
    begin: i64,
    end: i64,
    /// Characters of a word; a longer one is unknown.
    longest_word: usize,
}

#[derive(Deserialize)]
struct File {
    normalizer: Kind,
    model: Model,
}

#[derive(Deserialize)]
struct Kind {
    r#type: String,
    lowercase: Option<bool>,
}

#[derive(Deserialize)]
struct Model {
    r#type: Option<String>,
    vocab: HashMap<String, i64>,
    continuing_subword_prefix: Option<String>,
    max_input_chars_per_word: Option<usize>,
}

impl Tokenizer {
    /// # Errors
    /// Where the file cannot be read, is of another kind, or lacks a token that every text needs, naming it.
    pub fn load(path: &Path) -> Result<Self> {
        let wrong = |why: String| {
            Error::new(format!("cannot use the tokens of {}: {why}; install the model again", path.display()))
        };
        let json = std::fs::read(path).map_err(|e| wrong(e.to_string()))?;
        Tokenizer::parse(&json).map_err(|e| wrong(e.message))
    }

    fn parse(json: &[u8]) -> Result<Self> {
        let File { normalizer, model } = serde_json::from_slice(json)?;
        let inner = model.continuing_subword_prefix.as_deref();
        let kind = model.r#type.as_deref().unwrap_or("WordPiece");
        if normalizer.r#type != "BertNormalizer" || kind != "WordPiece" || inner.is_some_and(|it| it != INNER)
        {
            let found = &normalizer.r#type;
            return Err(Error::new(format!(
                "BertNormalizer with WordPiece was expected, {found} with {kind} found"
            )));
        }
        if normalizer.lowercase == Some(false) {
            return Err(Error::new("a vocabulary of lower case was expected"));
        }
        let named = |name: &str| {
            model.vocab.get(name).copied().ok_or_else(|| Error::new(format!("there is no token {name}")))
        };
        Ok(Tokenizer {
            unknown: named("[UNK]")?,
            begin: named("[CLS]")?,
            end: named("[SEP]")?,
            longest_word: model.max_input_chars_per_word.unwrap_or(100),
            pieces: model.vocab,
        })
    }

    /// The tokens of a text between those that begin and end it, at most `most` in all.
    pub fn tokens(&self, text: &str, most: usize) -> Vec<i64> {
        let mut tokens = vec![self.begin];
        for word in words(&normalised(text)) {
            self.pieces_of(word, &mut tokens);
        }
        tokens.truncate(most.max(2) - 1);
        tokens.push(self.end);
        tokens
    }

    /// The longest piece first; one part that is unknown makes the whole word unknown.
    fn pieces_of(&self, word: &str, tokens: &mut Vec<i64>) {
        let before = tokens.len();
        let mut from = 0;
        let fits = word.chars().count() <= self.longest_word;
        while fits && from < word.len() {
            let prefix = if from == 0 { "" } else { INNER };
            let ends = word[from..].char_indices().rev().map(|(at, c)| from + at + c.len_utf8());
            let found = ends.into_iter().find_map(|end| {
                let piece = self.pieces.get(&format!("{prefix}{}", &word[from..end]))?;
                Some((*piece, end))
            });
            let Some((piece, end)) = found else { break };
            tokens.push(piece);
            from = end;
        }
        if from < word.len() {
            tokens.truncate(before);
            tokens.push(self.unknown);
        }
    }
}

/// Without control characters, spaces as one kind, ideographs as words of their own, accents off, lower case.
fn normalised(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' | '\n' | '\r' => clean.push(' '),
            '\0' | '\u{fffd}' => {}
            other if is_control(other) => {}
            other if other.is_whitespace() => clean.push(' '),
            other if is_ideograph(other) => clean.extend([' ', other, ' ']),
            other => clean.push(other),
        }
    }
    let bare = clean.nfd().filter(|c| c.general_category() != GeneralCategory::NonspacingMark);
    bare.flat_map(char::to_lowercase).collect()
}

fn is_control(character: char) -> bool {
    matches!(
        character.general_category(),
        GeneralCategory::Control | GeneralCategory::Format | GeneralCategory::PrivateUse
    )
}

/// The blocks that BERT takes for Chinese; kana and hangul are not among them.
fn is_ideograph(character: char) -> bool {
    matches!(u32::from(character),
        0x4E00..=0x9FFF | 0x3400..=0x4DBF | 0x20000..=0x2A6DF | 0x2A700..=0x2B73F | 0x2B740..=0x2B81F
        | 0x2B820..=0x2CEAF | 0xF900..=0xFAFF | 0x2F800..=0x2FA1F)
}

fn is_mark(character: char) -> bool {
    character.is_ascii_punctuation()
        || character.general_category_group() == GeneralCategoryGroup::Punctuation
}

/// Parted at spaces; each mark is a word.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for run in text.split_whitespace() {
        let mut from = 0;
        for (at, character) in run.char_indices().filter(|(_, character)| is_mark(*character)) {
            let after = at + character.len_utf8();
            words.extend([&run[from..at], &run[at..after]].into_iter().filter(|word| !word.is_empty()));
            from = after;
        }
        words.extend(Some(&run[from..]).filter(|word| !word.is_empty()));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r###"{"normalizer": {"type": "BertNormalizer", "lowercase": true},
        "model": {"type": "WordPiece", "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "un": 3, "##like": 4, "like": 5,
        "##ly": 6, ",": 7, "cafe": 8}}}"###;

    fn tokens(text: &str) -> Vec<i64> {
        Tokenizer::parse(FILE.as_bytes()).expect("complete").tokens(text, 256)
    }

    #[test]
    fn words_are_cut_into_the_longest_pieces() {
        assert_eq!(tokens("Unlikely, like"), [1, 3, 4, 6, 7, 5, 2]);
        assert_eq!(
            tokens("caf\u{e9}\u{200b} likeness"),
            [1, 8, 0, 2],
            "a part that is unknown makes the word so"
        );
        assert_eq!(tokens(""), [1, 2]);
    }

    #[test]
    fn a_long_text_is_cut_and_still_ends() {
        let tokenizer = Tokenizer::parse(FILE.as_bytes()).expect("complete");
        assert_eq!(tokenizer.tokens("like like like like", 4), [1, 5, 5, 2]);
    }

    #[test]
    fn another_kind_of_tokenizer_is_refused_by_name() {
        let wrong = |from: &str, to: &str| {
            let refused = Tokenizer::parse(FILE.replace(from, to).as_bytes()).expect_err("refused");
            refused.message
        };
        assert!(wrong("WordPiece", "BPE").contains("BPE"));
        assert!(wrong("BertNormalizer", "NFC").contains("NFC"));
        assert!(wrong("[SEP]", "[sep]").contains("[SEP]"));
        assert!(wrong("true", "false").contains("lower case"));
        let missing = Tokenizer::load(Path::new("/nowhere/tokenizer.json")).expect_err("refused");
        assert!(missing.message.contains("/nowhere/tokenizer.json") && missing.message.contains("install"));
    }
}
