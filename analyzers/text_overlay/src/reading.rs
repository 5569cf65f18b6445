//! What to make of readings: which to believe, which say the same, which of several of one text is the best.

use crate::recogniser::Reading;

/// Texts at least this alike (1 less the edit distance over the length) are readings of one.
const SAME: f32 = 0.75;
/// Readings surer than this are not taken for slips of each other where their digits differ.
const SURE: f32 = 0.9;

/// Whether a reading is one, or a pattern that was read into. `least` is the least confidence.
///
/// A recogniser of many scripts finds a Chinese character in any pattern, and one or two letters in some: a lone
/// Chinese character is none; two, and a single character of any script, must be read for sure.
pub fn believable(reading: &Reading, least: f32) -> bool {
    let signs: Vec<char> = reading.text.chars().filter(|c| c.is_alphanumeric()).collect();
    let chinese = signs.iter().filter(|c| is_cjk(**c)).count();
    let needed = match (signs.len(), chinese) {
        (0, _) | (1, 1) => return false,
        (1, _) | (2, 2) => 0.95,
        (2, _) => 0.8,
        // Chinese among letters is a misreading more often than not.
        (all, chinese) if chinese > 0 && 2 * chinese < all => 0.75,
        _ => 0.0,
    };
    reading.confidence >= least.max(needed)
}

/// Punctuation as it is written with the script: a comma of full width among Latin letters is an ordinary one.
pub fn tidy(text: &str) -> String {
    if text.chars().any(is_cjk) {
        return text.trim().to_owned();
    }
    let ordinary = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3002}' => '.',
        '\u{3000}' => ' ',
        _ => c,
    };
    let text: String = text.chars().map(ordinary).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_cjk(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Letters and digits in small letters: what a text says, however it is set.
pub fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How alike two texts are, 0..1: 1 less the edit distance (Levenshtein 1966) of their bare characters over the longer's
/// length.
pub fn similarity(one: &str, other: &str) -> f32 {
    let (one, other): (Vec<char>, Vec<char>) = (bare(one).chars().collect(), bare(other).chars().collect());
    let longer = one.len().max(other.len());
    if longer == 0 { 1.0 } else { 1.0 - edits(&one, &other) as f32 / longer as f32 }
}

/// The least number of insertions, deletions and replacements that make one of the other.
pub fn edits<T: PartialEq>(one: &[T], other: &[T]) -> usize {
    let mut costs: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut costs[0], i + 1);
        for (j, b) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = costs[j + 1];
            costs[j + 1] = replaced.min(diagonal + 1).min(costs[j] + 1);
        }
    }
    costs[other.len()]
}

/// Whether two readings are of one text. Two sure ones that differ in a digit are not: a price or a clock that changed.
pub fn same(one: &Reading, other: &Reading) -> bool {
    if similarity(&one.text, &other.text) < SAME {
        return false;
    }
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (first, second) = (digits(&one.text), digits(&other.text));
    let sure = one.confidence >= SURE && other.confidence >= SURE;
    !sure || first == second || first.is_empty() || second.is_empty()
}

/// Whether `whole` is `part` and more of it: a text that is typed, or slides in.
pub fn grown(part: &str, whole: &str) -> bool {
    let (part, whole) = (bare(part), bare(whole));
    part.chars().count() >= 2 && whole.len() > part.len() && whole.contains(&part)
}

/// The reading to believe of several of one text: the text that most say, weighted by confidence; of those the surest.
pub fn best(readings: &[Reading]) -> Option<&Reading> {
    let votes = |text: &str| -> f32 {
        readings.iter().filter(|reading| reading.text == text).map(|reading| reading.confidence).sum()
    };
    readings
        .iter()
        .max_by(|a, b| votes(&a.text).total_cmp(&votes(&b.text)).then(a.confidence.total_cmp(&b.confidence)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(text: &str, confidence: f32) -> Reading {
        Reading { text: text.to_owned(), confidence }
    }

    #[test]
    fn words_are_believed_and_patterns_are_not() {
        for (text, confidence, expected) in [
            ("SALE 50 %", 0.61, true),
            ("SALE 50 %", 0.59, false),
            ("长", 0.99, false),
            ("二一", 0.9, false),
            ("你好", 0.97, true),
            ("你好世界", 0.7, true),
            ("N", 0.93, false),
            ("5", 0.97, true),
            ("00", 0.66, false),
            ("OK", 0.9, true),
            ("...", 0.99, false),
            ("", 1.0, false),
            ("Hel长o", 0.7, false),
        ] {
            assert_eq!(believable(&reading(text, confidence), 0.6), expected, "{text} {confidence}");
        }
    }

    #[test]
    fn wide_punctuation_among_letters_is_ordinary() {
        assert_eq!(tidy("JULY 14\u{ff0c}2015"), "JULY 14,2015");
        assert_eq!(tidy(" two   words "), "two words");
        assert_eq!(tidy("\u{4f60}\u{597d}\u{ff0c}"), "\u{4f60}\u{597d}\u{ff0c}");
    }

    #[test]
    fn likeness_counts_edits_of_letters_and_digits() {
        assert_eq!(edits(b"kitten", b"sitting"), 3);
        assert_eq!(edits(b"", b"abc"), 3);
        assert_eq!(similarity("Hello, World", "hello world!"), 1.0);
        assert!((similarity("abcd", "abxd") - 0.75).abs() < 1e-6);
    }

    #[test]
    fn a_slip_is_the_same_text_and_a_new_price_is_not() {
        assert!(same(&reading("SUBSCRIBE", 0.95), &reading("SUBSCR1BE", 0.7)));
        assert!(!same(&reading("$19.99", 0.97), &reading("$18.99", 0.98)));
        assert!(same(&reading("$19.99", 0.97), &reading("$18.99", 0.7)));
        assert!(same(&reading("SUBSCRIBE", 0.95), &reading("SUBSCR1BE", 0.95)));
        assert!(!same(&reading("first caption", 0.97), &reading("second one", 0.98)));
    }

    #[test]
    fn a_typed_text_grows() {
        assert!(grown("Three thi", "Three things to know"));
        assert!(grown("OBAMA STATE", "PRESIDENT OBAMA STATEMENT"));
        assert!(!grown("Three", "three") && !grown("x", "xylophone") && !grown("abc", "def abd"));
    }

    #[test]
    fn most_votes_win_over_one_sure_slip() {
        let readings = [reading("EXIT", 0.8), reading("EX1T", 0.95), reading("EXIT", 0.7)];
        assert_eq!(best(&readings), Some(&readings[0]));
        assert_eq!(best(&[]), None);
    }
}
