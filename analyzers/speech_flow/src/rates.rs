//! How fast somebody speaks.

use crate::runs::{Span, pauses};
use crate::words::Word;

/// `None` where it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rates {
    /// Over the time from the first word's start to the last one's end.
    pub words_per_minute: Option<f64>,
    /// The same without the pauses.
    pub articulation_wpm: Option<f64>,
    /// The pauses' share of that time; where no words are known, of the time from the first speech to the last.
    pub pause_ratio: Option<f64>,
}

impl Rates {
    pub fn of(words: &[Word], speech: &[Span]) -> Self {
        let of_words = words.iter().map(|word| word.span).reduce(hull);
        let Some(time) = of_words.or_else(|| speech.iter().copied().reduce(hull)) else {
            return Rates::default();
        };
        // The sum of no numbers is -0.
        let paused_s = pauses(speech).iter().fold(0.0, |sum, pause| sum + pause.overlap_s(&time));
        if time.length_s() <= paused_s {
            return Rates::default();
        }
        let count = words.len() as f64;
        let a_minute = |seconds: f64| (count > 0.0).then(|| count * 60.0 / seconds);
        Rates {
            words_per_minute: a_minute(time.length_s()),
            articulation_wpm: a_minute(time.length_s() - paused_s),
            pause_ratio: Some(paused_s / time.length_s()),
        }
    }
}

fn hull(one: Span, other: Span) -> Span {
    Span { start_s: one.start_s.min(other.start_s), end_s: one.end_s.max(other.end_s) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tests::word;

    fn span(start_s: f64, end_s: f64) -> Span {
        Span { start_s, end_s }
    }

    #[test]
    fn words_count_over_their_time_with_and_without_pauses() {
        let words = [word("one", 1.0, 1.5), word("two", 2.0, 2.5), word("three", 4.0, 5.0)];
        let rates = Rates::of(&words, &[span(0.9, 2.5), span(4.0, 5.1)]);
        assert_eq!(rates.words_per_minute, Some(45.0));
        assert_eq!(rates.articulation_wpm, Some(3.0 * 60.0 / 2.5));
        assert_eq!(rates.pause_ratio, Some(1.5 / 4.0));
    }

    #[test]
    fn a_pause_counts_as_far_as_it_lies_between_words() {
        let rates = Rates::of(&[word("one", 3.0, 4.0)], &[span(0.0, 1.0), span(3.5, 4.0)]);
        assert_eq!(rates.pause_ratio, Some(0.5));
    }

    #[test]
    fn without_a_pause_their_share_is_plain_zero() {
        let rates = Rates::of(&[word("one", 1.0, 1.5)], &[span(0.9, 2.5)]);
        assert_eq!(rates.pause_ratio.map(|ratio| format!("{ratio:?}")).as_deref(), Some("0.0"));
        assert_eq!(rates.words_per_minute, rates.articulation_wpm);
    }

    #[test]
    fn without_words_there_are_pauses_but_no_rates() {
        let rates = Rates::of(&[], &[span(1.0, 2.0), span(3.0, 5.0)]);
        assert_eq!(
            (rates.words_per_minute, rates.articulation_wpm, rates.pause_ratio),
            (None, None, Some(0.25))
        );
        assert_eq!(Rates::of(&[], &[]), Rates::default());
        assert_eq!(Rates::of(&[word("no", 1.0, 1.0)], &[span(1.0, 2.0)]), Rates::default());
    }
}
