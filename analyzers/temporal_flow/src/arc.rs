//! The whole in two words: how intensity goes from the first third to the last, and how fast it is told.

use serde::Serialize;

use crate::measures::{Measures, Span, speaking_rate_wpm};
use crate::sentences::Sentence;

/// Intensity that changes less from one third to the next stays: under 1 dB louder and a tenth faster.
const CHANGE: f64 = 0.15;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Arc {
    Steady,
    Rising,
    Falling,
    RiseFall,
    FallRise,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    Slow,
    Moderate,
    Fast,
}

/// `None` where nothing is known of how intense it is.
pub fn arc(measures: &Measures, sentences: &[Sentence]) -> Option<Arc> {
    let third_s = measures.whole.length_s() / 3.0;
    let third =
        |at: f64| measures.intensity(Span { start_s: at * third_s, end_s: (at + 1.0) * third_s }, sentences);
    let (first, second, last) = (third(0.0)?, third(1.0)?, third(2.0)?);
    let step = |from: f64, to: f64| match to - from {
        change if change >= CHANGE => 1,
        change if change <= -CHANGE => -1,
        _ => 0,
    };
    Some(match (step(first, second), step(second, last)) {
        (1, -1) => Arc::RiseFall,
        (-1, 1) => Arc::FallRise,
        (0, 0) => match step(first, last) {
            1 => Arc::Rising,
            -1 => Arc::Falling,
            _ => Arc::Steady,
        },
        (1, _) | (_, 1) => Arc::Rising,
        _ => Arc::Falling,
    })
}

/// Shots that begin in a minute: a feature film of today has some 15 to 20 (Cutting, DeLong, Nothelfer 2010).
const FEW_CUTS: f64 = 6.0;
const MANY_CUTS: f64 = 20.0;
/// Words a minute while somebody speaks: talk has 120 to 150, audio books 150 to 160.
const FEW_WORDS: f64 = 110.0;
const MANY_WORDS: f64 = 170.0;

/// The faster one of cutting and speaking; `None` where neither is known.
pub fn pace(measures: &Measures, sentences: &[Sentence]) -> Option<Pace> {
    let level = |rate: f64, few: f64, many: f64| match rate {
        rate if rate < few => Pace::Slow,
        rate if rate > many => Pace::Fast,
        _ => Pace::Moderate,
    };
    let cuts = measures.cuts_per_minute(measures.whole).map(|rate| level(rate, FEW_CUTS, MANY_CUTS));
    let words = speaking_rate_wpm(sentences).map(|rate| level(rate, FEW_WORDS, MANY_WORDS));
    cuts.max(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_at(cuts: &[f64]) -> Measures {
        let shots = std::iter::once(0.0).chain(cuts.iter().copied()).collect();
        Measures::of_shots(Span { start_s: 0.0, end_s: 60.0 }, Some(shots), None)
    }

    fn between(from: u32, to: u32, every: usize) -> Vec<f64> {
        (from..to).step_by(every).map(f64::from).collect()
    }

    #[test]
    fn the_arc_follows_the_cuts() {
        let slow_then_fast = [vec![10.0, 30.0], between(41, 60, 2)].concat();
        assert_eq!(arc(&cut_at(&slow_then_fast), &[]), Some(Arc::Rising));
        let fast_then_slow = [between(1, 20, 2), vec![30.0, 50.0]].concat();
        assert_eq!(arc(&cut_at(&fast_then_slow), &[]), Some(Arc::Falling));
        let fast_inside = [vec![10.0], between(21, 40, 2), vec![50.0]].concat();
        assert_eq!(arc(&cut_at(&fast_inside), &[]), Some(Arc::RiseFall));
        let slow_inside = [between(1, 20, 2), vec![30.0], between(41, 60, 2)].concat();
        assert_eq!(arc(&cut_at(&slow_inside), &[]), Some(Arc::FallRise));
        assert_eq!(arc(&cut_at(&between(5, 60, 10)), &[]), Some(Arc::Steady));
        assert_eq!(
            arc(&cut_at(&[]), &[]),
            None,
            "without a cut, a word or a level there is nothing to tell by"
        );
    }

    #[test]
    fn the_pace_is_that_of_cuts_or_of_words() {
        let speech = |words: usize| {
            let text = vec!["word"; words].join(" ");
            [Sentence { start_s: 0.0, end_s: 60.0, text, english: true, spoken: true }]
        };
        assert_eq!(pace(&cut_at(&[]), &[]), Some(Pace::Slow));
        assert_eq!(pace(&cut_at(&between(5, 60, 5)), &[]), Some(Pace::Moderate));
        assert_eq!(pace(&cut_at(&between(1, 60, 2)), &[]), Some(Pace::Fast));
        assert_eq!(pace(&cut_at(&[]), &speech(140)), Some(Pace::Moderate));
        assert_eq!(pace(&cut_at(&[]), &speech(200)), Some(Pace::Fast));
        let blind = Measures::of_shots(Span { start_s: 0.0, end_s: 60.0 }, None, None);
        assert_eq!(pace(&blind, &[]), None);
    }
}
