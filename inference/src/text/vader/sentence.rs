//! A text into words: emojis told in words, marks taken off, ratings looked up.

use super::lexicon::{Emojis, Lexicon};

/// The words of a text.
#[derive(Debug)]
pub(super) struct Sentence {
    pub(super) words: Vec<Word>,
    /// Some words are in capitals, but not all of them.
    pub(super) mixed: bool,
}

/// A word or an emoticon.
#[derive(Debug)]
pub(super) struct Word {
    /// In small letters.
    pub(super) text: String,
    pub(super) capitals: bool,
    /// As the lexicon has it.
    pub(super) rating: Option<f64>,
}

impl Sentence {
    pub(super) fn of(text: &str, lexicon: &Lexicon) -> Self {
        let words: Vec<Word> = text.split_whitespace().map(|token| Word::of(token, lexicon)).collect();
        let capitals = words.iter().filter(|word| word.capitals).count();
        Sentence { mixed: 0 < capitals && capitals < words.len(), words }
    }
}

impl Word {
    fn of(token: &str, lexicon: &Lexicon) -> Self {
        let word = without_marks(token);
        let text = word.to_lowercase();
        // As Python's isupper: a capital, and nothing small.
        let capitals = word.chars().any(char::is_uppercase) && !word.chars().any(char::is_lowercase);
        Word { rating: lexicon.get(&text).copied(), text, capitals }
    }
}

/// Without the marks round it, unless two characters or fewer are left: then it may be an emoticon.
fn without_marks(token: &str) -> &str {
    let bare = token.trim_matches(|character: char| character.is_ascii_punctuation());
    if bare.chars().count() <= 2 { token } else { bare }
}

/// Each emoji as the words that describe it, parted from what is before it.
pub(super) fn without_emojis(text: &str, emojis: &Emojis) -> String {
    let mut told = String::with_capacity(text.len());
    let mut parted = true;
    for character in text.chars() {
        if let Some(description) = emojis.get(&character) {
            if !parted {
                told.push(' ');
            }
            told.push_str(description);
            parted = false;
        } else {
            told.push(character);
            parted = character == ' ';
        }
    }
    told.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_off_words_but_not_off_emoticons() {
        let of = |token| without_marks(token);
        assert_eq!(
            [of("\"good!!\""), of("don't"), of(":)"), of("so,"), of("(:D)")],
            ["good", "don't", ":)", "so,", "(:D)"]
        );
    }

    #[test]
    fn capitals_stand_out_only_among_small_letters() {
        let of = |text: &str| Sentence::of(text, &Lexicon::new()).mixed;
        assert_eq!(
            [of("IT IS GOOD"), of("it is GOOD"), of("it is good"), of("")],
            [false, true, false, false]
        );
        assert!(Sentence::of("B2B 22", &Lexicon::new()).words[0].capitals);
        assert!(!Sentence::of("22", &Lexicon::new()).words[0].capitals);
    }

    #[test]
    fn emojis_are_parted_from_words_and_from_each_other() {
        let emojis = Emojis::from([('\u{1f600}', "glad".to_owned()), ('\u{2639}', "sad".to_owned())]);
        assert_eq!(without_emojis("so\u{1f600}\u{2639} \u{2639}!", &emojis), "so glad sad sad!");
    }
}
