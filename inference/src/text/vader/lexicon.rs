//! The two files: ratings of tokens, and what emojis show.

use std::collections::HashMap;

use va_analyzer_sdk::{Error, Result};

/// The mean rating of each token, -4 to 4.
pub(super) type Lexicon = HashMap<String, f64>;
/// What each character shows, in words. Sequences of characters are left out: a text is read character by character.
pub(super) type Emojis = HashMap<char, String>;

/// # Errors
/// Where a line is not a token, a tab and a number.
pub(super) fn lexicon(text: &str) -> Result<Lexicon> {
    let rated = |line: Result<Line<'_>>| {
        let Line { number, key, value } = line?;
        match value.parse::<f64>() {
            Ok(rating) if rating.is_finite() => Ok((key.to_owned(), rating)),
            _ => Err(Error::new(format!("line {number}: the rating {value:?} is no number"))),
        }
    };
    lines(text, "a token and its rating").map(rated).collect()
}

/// # Errors
/// Where a line is not characters, a tab and a text.
pub(super) fn emojis(text: &str) -> Result<Emojis> {
    let described = |line: Result<Line<'_>>| {
        let Line { key, value, .. } = match line {
            Ok(line) => line,
            Err(e) => return Some(Err(e)),
        };
        let mut characters = key.chars();
        match (characters.next(), characters.next()) {
            (Some(only), None) => Some(Ok((only, value.to_owned()))),
            _ => None,
        }
    };
    lines(text, "a character and its description").filter_map(described).collect()
}

struct Line<'a> {
    number: usize,
    key: &'a str,
    value: &'a str,
}

/// The first two fields of each line that is not empty.
fn lines<'a>(text: &'a str, what: &'a str) -> impl Iterator<Item = Result<Line<'a>>> {
    let parted = move |(at, line): (usize, &'a str)| {
        let mut fields = line.trim().split('\t');
        match (fields.next(), fields.next()) {
            (Some(key), Some(value)) => Ok(Line { number: at + 1, key, value }),
            _ => Err(Error::new(format!("line {} has no tab between {what}", at + 1))),
        }
    };
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(parted)
}
