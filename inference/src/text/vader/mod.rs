//! How an English sentence feels, by its words: VADER (Hutto & Gilbert 2014, "VADER: A Parsimonious Rule-based Model for
//! Sentiment Analysis of Social Media Text").
//!
//! A lexicon rates words and emoticons from -4 to 4 (`lexicon.rs`); rules change a rating by the words before it, by
//! capitals, and by what a `but` turns round (`rules.rs`); exclamation and question marks add to the sum. The numbers are
//! those of the authors' program, also where it does more than the paper says. A language other than English has
//! nearly no word in the lexicon and comes out as neutral: callers look at the language first.

mod lexicon;
mod rules;
mod sentence;

use std::fmt;

use va_analyzer_sdk::{Error, ErrorKind, Host, Result};

use lexicon::{Emojis, Lexicon};
use sentence::Sentence;

/// The model, as it is installed: two text files.
pub const MODEL: &str = "vader";
const LEXICON: &str = "vader_lexicon.txt";
const EMOJIS: &str = "emoji_utf8_lexicon.txt";

/// How a sum of ratings becomes -1..1: `sum / sqrt(sum^2 + ALPHA)`.
const ALPHA: f64 = 15.0;
/// What an exclamation mark adds, and how many count.
const EXCLAMATION: f64 = 0.292;
const MOST_EXCLAMATIONS: usize = 4;
/// What a question mark adds where there are two or three, and what more of them add together.
const QUESTION: f64 = 0.18;
const MANY_QUESTIONS: f64 = 0.96;

/// The lexicon, loaded.
pub struct Vader {
    lexicon: Lexicon,
    emojis: Emojis,
}

/// How a sentence feels. The three shares add up to 1 where there is a word, and are all 0 where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sentiment {
    /// The whole: -1 most negative to 1 most positive, 0 neutral. The authors call 0.05 and more positive, -0.05 and less
    /// negative.
    pub compound: f64,
    pub positive: f64,
    pub neutral: f64,
    pub negative: f64,
}

impl Vader {
    /// Reads the two files of the installed model.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] where it is not installed or a file is missing; where a line cannot be read.
    pub fn load(host: &Host) -> Result<Self> {
        let folder = host.model_path(MODEL)?;
        let read = |file: &str| {
            std::fs::read_to_string(folder.join(file)).map_err(|e| {
                let path = folder.join(file);
                let why = format!("model {MODEL:?} is not complete: cannot read {}: {e}", path.display());
                Error::of(ErrorKind::Unavailable, format!("{why}; install it again"))
            })
        };
        Vader::of(&read(LEXICON)?, &read(EMOJIS)?)
            .map_err(|e| e.context(format!("cannot read model {MODEL:?} in {}", folder.display())))
    }

    /// Of the text of both files. Each line of `lexicon` is a token and its mean rating, each of `emojis` a character and
    /// its description, parted by tabs; what follows a further tab is not looked at.
    ///
    /// # Errors
    /// Where a line is another one, with its number.
    pub fn of(lexicon: &str, emojis: &str) -> Result<Self> {
        let lexicon = lexicon::lexicon(lexicon).map_err(|e| e.context(LEXICON))?;
        let emojis = lexicon::emojis(emojis).map_err(|e| e.context(EMOJIS))?;
        Ok(Vader { lexicon, emojis })
    }

    /// How a sentence, or a few, feel.
    pub fn sentiment(&self, text: &str) -> Sentiment {
        let text = sentence::without_emojis(text, &self.emojis);
        let ratings = rules::ratings(&Sentence::of(&text, &self.lexicon));
        if ratings.is_empty() { Sentiment::default() } else { whole(&ratings, stress(&text)) }
    }
}

impl fmt::Debug for Vader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vader").field("tokens", &self.lexicon.len()).finish_non_exhaustive()
    }
}

/// What the marks of a text add.
fn stress(text: &str) -> f64 {
    let count = |mark: char| text.chars().filter(|character| *character == mark).count();
    let questions = match count('?') {
        0 | 1 => 0.0,
        few @ (2 | 3) => few as f64 * QUESTION,
        _ => MANY_QUESTIONS,
    };
    count('!').min(MOST_EXCLAMATIONS) as f64 * EXCLAMATION + questions
}

/// The ratings of all words as one. A word counts 1 besides its rating, so that neutral ones have a share.
fn whole(ratings: &[f64], stress: f64) -> Sentiment {
    let sum: f64 = ratings.iter().sum();
    let sum = if sum == 0.0 { sum } else { sum + stress.copysign(sum) };
    let of = |side: f64| {
        ratings
            .iter()
            .map(move |rating| rating * side)
            .filter(|rating| *rating > 0.0)
            .map(|rating| rating + 1.0)
    };
    let (mut positive, mut negative): (f64, f64) = (of(1.0).sum(), of(-1.0).sum());
    let neutral = ratings.iter().filter(|rating| **rating == 0.0).count() as f64;
    if positive > negative {
        positive += stress;
    } else if negative > positive {
        negative += stress;
    }
    let total = positive + negative + neutral;
    Sentiment {
        compound: (sum / (sum * sum + ALPHA).sqrt()).clamp(-1.0, 1.0),
        positive: positive / total,
        neutral: neutral / total,
        negative: negative / total,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vader() -> Vader {
        Vader::of("good\t1.9\t0.9\t[2]\nbad\t-2.5\n:)\t2.0\nno\t-1.2\n", "\u{1f600}\tgood face\n")
            .expect("read")
    }

    #[test]
    fn a_rating_becomes_a_share_of_one() {
        let found = vader().sentiment("It is good.");
        assert!((found.compound - 1.9 / (1.9f64 * 1.9 + 15.0).sqrt()).abs() < 1e-12);
        assert!((found.positive - 2.9 / 4.9).abs() < 1e-12 && (found.neutral - 2.0 / 4.9).abs() < 1e-12);
        assert_eq!(vader().sentiment("It is so."), Sentiment { neutral: 1.0, ..Sentiment::default() });
        assert_eq!(vader().sentiment(" \n"), Sentiment::default());
    }

    #[test]
    fn marks_move_it_away_from_zero_only() {
        let [plain, loud] = ["bad", "bad!!"].map(|text| vader().sentiment(text).compound);
        assert!(loud < plain && plain < 0.0);
        assert_eq!(vader().sentiment("so!!!").compound, 0.0);
        assert_eq!((stress("!!!!!!"), stress("?"), stress("??"), stress("????")), (1.168, 0.0, 0.36, 0.96));
    }

    #[test]
    fn emoticons_and_emojis_are_words() {
        assert!(vader().sentiment("today :)").positive > 0.0);
        assert_eq!(vader().sentiment("so\u{1f600}").compound, vader().sentiment("so good face").compound);
    }

    #[test]
    fn a_broken_line_is_named_by_its_number() {
        let refused = |lexicon: &str, emojis: &str| Vader::of(lexicon, emojis).expect_err("refused").message;
        assert_eq!(
            refused("good\t1.9\nbad\n", ""),
            "vader_lexicon.txt: line 2 has no tab between a token and its rating"
        );
        assert_eq!(
            refused("good\tmuch\n", ""),
            "vader_lexicon.txt: line 1: the rating \"much\" is no number"
        );
        assert_eq!(
            refused("", "\u{1f600}\tface\nx\n"),
            "emoji_utf8_lexicon.txt: line 2 has no tab between a character and its description"
        );
    }
}
