//! Tokens into text: byte-level byte pair encoding (Radford et al. 2019), read from `tokenizer.json`. Only the way from
//! numbers to bytes; nothing here encodes text.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use va_analyzer_sdk::{Error, Result};

/// The tokens of a model.
#[derive(Debug)]
pub struct Tokenizer {
    /// Bytes of each token that is text, by its number.
    text: Vec<Vec<u8>>,
    /// Numbers of all tokens that are not text, by their names.
    special: BTreeMap<String, u32>,
    pub end: u32,
    pub start: u32,
    pub start_of_previous: u32,
    pub transcribe: u32,
    pub no_timestamps: u32,
    pub no_speech: u32,
}

#[derive(Deserialize)]
struct File {
    added_tokens: Vec<Added>,
    model: Pieces,
}

#[derive(Deserialize)]
struct Added {
    id: u32,
    content: String,
}

#[derive(Deserialize)]
struct Pieces {
    vocab: BTreeMap<String, u32>,
}

impl Tokenizer {
    /// # Errors
    /// Where the file cannot be read, or lacks a token that Whisper needs, naming it.
    pub fn load(path: &Path) -> Result<Self> {
        let wrong = |why: String| Error::new(format!("cannot use the tokens of {}: {why}", path.display()));
        let json = std::fs::read(path).map_err(|e| wrong(e.to_string()))?;
        Tokenizer::parse(&json).map_err(|e| wrong(e.message))
    }

    fn parse(json: &[u8]) -> Result<Self> {
        let file: File = serde_json::from_slice(json)?;
        let special: BTreeMap<String, u32> =
            file.added_tokens.into_iter().map(|token| (token.content, token.id)).collect();
        let named = |names: &[&str]| {
            let number = names.iter().find_map(|name| special.get(*name)).copied();
            number.ok_or_else(|| Error::new(format!("there is no token {}", names[0])))
        };
        let end = named(&["<|endoftext|>"])?;
        let bytes = bytes_of_characters();
        let mut text = vec![Vec::new(); end as usize];
        for (piece, number) in file.model.vocab {
            if let Some(place) = text.get_mut(number as usize) {
                *place = piece.chars().filter_map(|character| bytes.get(&character).copied()).collect();
            }
        }
        Ok(Tokenizer {
            end,
            start: named(&["<|startoftranscript|>"])?,
            start_of_previous: named(&["<|startofprev|>"])?,
            transcribe: named(&["<|transcribe|>"])?,
            no_timestamps: named(&["<|notimestamps|>"])?,
            no_speech: named(&["<|nospeech|>", "<|nocaptions|>"])?,
            text,
            special,
        })
    }

    /// The bytes of a token; none of one that is not text.
    pub fn bytes(&self, token: u32) -> &[u8] {
        self.text.get(token as usize).map_or(&[], Vec::as_slice)
    }

    /// The text of several tokens. Bytes that are no UTF-8, as of a character cut in two, become U+FFFD.
    pub fn text(&self, tokens: &[u32]) -> String {
        let bytes: Vec<u8> = tokens.iter().flat_map(|token| self.bytes(*token)).copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The token of a language's tag, such as `en`.
    pub fn language(&self, tag: &str) -> Option<u32> {
        self.special.get(&format!("<|{tag}|>")).copied().filter(|token| self.is_language(*token))
    }

    /// Tags and tokens of the languages, by their tokens.
    pub fn languages(&self) -> Vec<(&str, u32)> {
        let tag =
            |name: &'_ str| -> Option<usize> { name.strip_prefix("<|")?.strip_suffix("|>").map(str::len) };
        let mut languages: Vec<(&str, u32)> = self
            .special
            .iter()
            .filter(|(_, token)| self.is_language(**token))
            .filter_map(|(name, token)| Some((&name[2..2 + tag(name)?], *token)))
            .collect();
        languages.sort_by_key(|(_, token)| *token);
        languages
    }

    /// Languages lie between the start and the tasks, the first of which is to translate.
    fn is_language(&self, token: u32) -> bool {
        self.start < token && token + 1 < self.transcribe
    }
}

/// The alphabet that byte-level vocabularies are written in: printable characters of Latin-1 stand for themselves, the
/// other bytes for the characters from U+0100 on, in order.
fn bytes_of_characters() -> BTreeMap<char, u8> {
    let printable = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let themselves = (0..=255u8).filter(printable).map(|byte| (char::from(byte), byte));
    let others = (0..=255u8).filter(|byte| !printable(byte));
    let moved = ('\u{100}'..).zip(others);
    themselves.chain(moved).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Pieces from 0 on, the end after them, then what stands between it and the times.
    pub(crate) fn of(pieces: &[&str]) -> Tokenizer {
        let vocab: BTreeMap<&str, usize> =
            pieces.iter().enumerate().map(|(at, piece)| (*piece, at)).collect();
        let special = [
            "endoftext",
            "startoftranscript",
            "en",
            "zh",
            "translate",
            "transcribe",
            "startofprev",
            "nospeech",
            "notimestamps",
        ];
        let added: Vec<serde_json::Value> = special
            .iter()
            .enumerate()
            .map(
                |(at, name)| serde_json::json!({ "id": pieces.len() + at, "content": format!("<|{name}|>") }),
            )
            .collect();
        let file = serde_json::json!({ "added_tokens": added, "model": { "vocab": vocab } });
        Tokenizer::parse(file.to_string().as_bytes()).expect("complete")
    }

    #[test]
    fn bytes_of_a_character_come_together_again() {
        // "\u{120}" is a space; the two bytes of ü are the characters that stand for C3 and BC.
        let tokens = of(&["\u{120}f", "\u{c3}", "\u{bc}", "r"]);
        assert_eq!(tokens.text(&[0, 1, 2, 3]), " f\u{fc}r");
        assert_eq!(tokens.bytes(0), b" f");
        assert_eq!(tokens.bytes(tokens.end), b"");
    }

    #[test]
    fn languages_lie_between_the_start_and_the_tasks() {
        let tokens = of(&["a"]);
        assert_eq!(tokens.languages(), [("en", 3), ("zh", 4)]);
        assert_eq!(tokens.language("zh"), Some(4));
        assert_eq!(tokens.language("transcribe"), None);
        assert_eq!(tokens.language("xx"), None);
    }

    #[test]
    fn a_missing_token_is_named() {
        let wrong =
            Tokenizer::parse(br#"{"added_tokens": [], "model": {"vocab": {}}}"#).expect_err("refused");
        assert!(wrong.message.contains("<|endoftext|>"), "{wrong}");
    }
}
