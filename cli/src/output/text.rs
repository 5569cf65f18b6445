//! Plain text and its width on a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Control characters as escapes: a file's name or a text in a picture must not steer the terminal.
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            clean.extend(character.escape_debug());
        } else {
            clean.push(character);
        }
    }
    clean
}

/// Columns that it takes.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// With spaces up to a width; longer text as it is.
pub fn padded(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

/// The beginning that fits into a width, with `…` where something is left out.
pub fn cut(text: &str, to: usize) -> String {
    if width(text) <= to {
        return text.to_owned();
    }
    let mut taken = 0;
    let fits = |character: &char| {
        taken += character.width().unwrap_or(0);
        taken < to
    };
    let beginning: String = text.chars().take_while(fits).collect();
    format!("{}…", beginning.trim_end())
}

/// Lines of whole words; a word that is longer than a line stays whole.
pub fn wrapped(text: &str, to: usize) -> Vec<String> {
    filled(text.split_whitespace(), " ", to)
}

/// Lines of whole pieces with something between them.
pub fn filled<'a>(pieces: impl IntoIterator<Item = &'a str>, between: &str, to: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line) if width(line) + width(between) + width(piece) <= to => line.extend([between, piece]),
            _ => lines.push(piece.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(clean("a\nb\u{1b}[2Jc é"), "a\\nb\\u{1b}[2Jc é");
    }

    #[test]
    fn text_is_cut_by_columns() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 5), "abcd…");
        assert_eq!(cut("abc def", 5), "abc…");
        assert_eq!(cut("日本語字幕", 6), "日本…");
        assert!(width(&cut("日本語字幕", 6)) <= 6);
        assert_eq!(padded("日本", 6), "日本  ");
    }

    #[test]
    fn text_is_wrapped_at_words() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("a /very/long/path b", 5), ["a", "/very/long/path", "b"]);
        assert!(wrapped("", 5).is_empty());
        assert_eq!(filled(["5 s", "1 frame", "h264"], " · ", 14), ["5 s · 1 frame", "h264"]);
    }
}
