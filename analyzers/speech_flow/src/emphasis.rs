//! Which words are emphasised: those that are louder, higher and longer than the words around them.
//!
//! Loudness and duration make a syllable prominent (Kochanski, Grabe, Coleman & Rosner 2005, "Loudness predicts prominence:
//! fundamental frequency lends little"), and pitch with them (Suni, Simko, Aalto & Vainio 2017, "Hierarchical representation
//! and estimation of prosody using continuous wavelet transform", who add up the three as z-scores). Here a word's are
//! compared with those of the words before and after it, by median and median absolute deviation. Their weights are equal;
//! the bounds are our own.

use va_inference::audio::prosody::{Baseline, Contour, percentile};

use crate::runs::Span;
use crate::words::Word;

/// An emphasised word.
#[derive(Debug, Clone, PartialEq)]
pub struct Emphasis {
    pub word: String,
    pub span: Span,
    /// 0..1.
    pub strength: f64,
}

/// A word is compared with so many on each side of it, and not with fewer than so many in all.
const AROUND: usize = 20;
const LEAST_WORDS: usize = 8;
/// Where words hardly differ, this much is a difference: what a listener notices in running speech. dB, semitones ('t Hart
/// 1981, "Differential sensitivity to pitch distance, particularly in speech"), and a quarter of the duration (Klatt
/// 1976, "Linguistic uses of segmental duration in English").
const NOTICED: Cues<f64> = Cues { level: 2.0, pitch: 1.5, pace: 0.22 };
/// More deviations than these count as these: one cue alone makes no emphasis.
const MOST: f64 = 4.0;
/// A cue speaks for an emphasis from so many on, and two must.
const SPEAKS: f64 = 1.0;
const LEAST_SPEAKING: usize = 2;
/// Of a word's levels and pitches, the one that counts: a vowel's, without a slip of one value.
const HEIGHT: f64 = 0.9;
/// A word before a pause, or at the end of a phrase, is longer by itself (Wightman, Shattuck-Hufnagel, Ostendorf & Price
/// 1992): its duration tells nothing.
const GAP_S: f64 = 0.15;
/// Shorter times of words are mistakes, seconds.
const LEAST_S: f64 = 0.04;

/// One value of each cue.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cues<T> {
    /// dB.
    level: T,
    /// Semitones.
    pitch: T,
    /// The logarithm of the seconds of a syllable.
    pace: T,
}

impl<T: Copy> Cues<T> {
    fn all(&self) -> [T; 3] {
        [self.level, self.pitch, self.pace]
    }
}

/// Those that stand out by `least` (0..1) or more, in order.
pub fn emphasised(words: &[Word], contour: &Contour, least: f64) -> Vec<Emphasis> {
    let next = |at: usize| words.get(at + 1).map(|next| next.span.start_s);
    let cues: Vec<_> = words.iter().enumerate().map(|(at, word)| cues(word, next(at), contour)).collect();
    let stands_out = |(at, word): (usize, &Word)| {
        let strength = strength(&cues, at)?;
        let emphasis = || Emphasis { word: word.text.clone(), span: word.span, strength };
        (strength >= least && strength > 0.0).then(emphasis)
    };
    words.iter().enumerate().filter_map(stands_out).collect()
}

fn cues(word: &Word, next_s: Option<f64>, contour: &Contour) -> Cues<Option<f64>> {
    let Span { start_s, end_s } = word.span;
    let range = contour.range(start_s, end_s);
    let height = |mut values: Vec<f64>| percentile(&mut values, HEIGHT);
    let goes_on = next_s.is_some_and(|next_s| next_s - end_s < GAP_S) && !word.before_mark;
    let timed = goes_on && word.span.length_s() >= LEAST_S;
    Cues {
        level: height(contour.voiced_levels(range.clone()).collect()),
        pitch: height(contour.pitches(range).collect()),
        pace: timed.then(|| (word.span.length_s() / word.syllables() as f64).ln()),
    }
}

/// How far a word stands out of those around it, 0..1 (four deviations in the mean); `None` where that cannot be told.
fn strength(cues: &[Cues<Option<f64>>], at: usize) -> Option<f64> {
    let around = at.saturating_sub(AROUND)..(at + AROUND + 1).min(cues.len());
    let mut scores = Vec::with_capacity(3);
    for (cue, noticed) in NOTICED.all().into_iter().enumerate() {
        let others = around.clone().filter(|other| *other != at).filter_map(|other| cues[other].all()[cue]);
        let others: Vec<f64> = others.collect();
        let Some(value) = cues[at].all()[cue].filter(|_| others.len() + 1 >= LEAST_WORDS) else { continue };
        let baseline = Baseline::of(&others, noticed)?;
        scores.push(baseline.z(value).clamp(-MOST, MOST));
    }
    let speaking = scores.iter().filter(|score| **score >= SPEAKS).count();
    let mean = || scores.iter().sum::<f64>() / scores.len() as f64;
    (speaking >= LEAST_SPEAKING).then(|| (mean() / MOST).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tests::word;

    const WORDS: usize = 12;

    /// Words of 0.2 s in a row, the sixth by so much louder (dB), higher (semitones) and longer (a factor).
    fn said(louder: f32, higher: f32, longer: f64) -> (Vec<Word>, Contour) {
        let (mut words, mut contour) = (Vec::new(), Contour::default());
        let mut start_s = 0.0;
        for at in 0..WORDS {
            let (louder, higher, longer) = if at == 5 { (louder, higher, longer) } else { (0.0, 0.0, 1.0) };
            let end_s = start_s + 0.2 * longer;
            words.push(word("never", start_s, end_s));
            let values = ((end_s - start_s) * 100.0).round() as usize;
            // Words differ a little by themselves.
            let own = (at % 3) as f32 * 0.5;
            contour.level_db.extend(vec![-25.0 + louder + own; values]);
            contour.pitch_hz.extend(vec![Some(120.0 * 2f32.powf((higher + own) / 12.0)); values]);
            start_s = end_s;
        }
        (words, contour)
    }

    fn found(louder: f32, higher: f32, longer: f64) -> Vec<f64> {
        let (words, contour) = said(louder, higher, longer);
        let found = emphasised(&words, &contour, 0.4);
        assert!(found.iter().all(|emphasis| emphasis.span == words[5].span), "{found:?}");
        found.iter().map(|emphasis| emphasis.strength).collect()
    }

    #[test]
    fn a_word_that_is_louder_higher_and_longer_is_emphasised() {
        let [some, more] = [found(5.0, 3.0, 1.4), found(9.0, 6.0, 2.0)];
        assert_eq!((some.len(), more.len()), (1, 1));
        assert!(0.4 < some[0] && some[0] < more[0] && more[0] <= 1.0, "{some:?} {more:?}");
    }

    #[test]
    fn even_words_are_not_and_one_cue_alone_makes_none() {
        assert!(found(0.0, 0.0, 1.0).is_empty());
        for (louder, higher, longer) in [(20.0, 0.0, 1.0), (0.0, 12.0, 1.0), (0.0, 0.0, 4.0)] {
            assert!(found(louder, higher, longer).is_empty(), "{louder} {higher} {longer}");
        }
    }

    #[test]
    fn a_quiet_low_and_short_word_is_none() {
        assert!(found(-9.0, -6.0, 0.5).is_empty());
    }

    #[test]
    fn the_end_of_a_phrase_is_longer_by_itself() {
        let (words, contour) = said(0.0, 0.0, 2.0);
        let pace = |word: &Word, next_s| cues(word, next_s, &contour).pace;
        assert!(pace(&words[5], Some(words[5].span.end_s)).is_some());
        assert_eq!(pace(&words[5], Some(words[5].span.end_s + 0.3)), None);
        assert_eq!(pace(&words[11], None), None);
        let before_mark = Word { before_mark: true, ..words[5].clone() };
        assert_eq!(pace(&before_mark, Some(words[5].span.end_s)), None);
    }

    #[test]
    fn of_a_few_words_nothing_can_be_told() {
        let (words, contour) = said(9.0, 6.0, 2.0);
        assert!(emphasised(&words[3..9], &contour, 0.0).is_empty());
        assert!(emphasised(&[], &contour, 0.0).is_empty());
    }
}
