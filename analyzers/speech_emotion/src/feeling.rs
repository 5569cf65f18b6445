//! What is told of a piece of speech.

use std::collections::BTreeMap;

use serde::Serialize;
use va_analyzer_sdk::rounded;

use crate::passages::Span;

/// `None` is what nobody can tell.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Feeling {
    pub emotion: Option<String>,
    /// Of the emotion, 0..1.
    pub confidence: Option<f64>,
    /// 0 calm, 1 excited.
    pub arousal: Option<f64>,
    /// 0 unpleasant, 1 pleasant.
    pub valence: Option<f64>,
}

impl Feeling {
    /// What a network names.
    pub fn named(emotion: &str, confidence: f64) -> Self {
        Feeling { emotion: Some(emotion.to_owned()), confidence: Some(confidence), ..Feeling::default() }
    }

    /// An emotion is read off the two dimensions (Russell 1980, "A circumplex model of affect") where both are `clear`
    /// or further from 0.5, by the usual name of the quadrant. How sure it is: the product of how far, 1 at the ends.
    pub fn of_dimensions(arousal: Option<f64>, valence: Option<f64>, clear: f64) -> Self {
        let unnamed = Feeling { arousal, valence, ..Feeling::default() };
        let (Some(excited), Some(pleasant)) = (arousal, valence) else { return unnamed };
        let [excited, pleasant] = [excited, pleasant].map(|value| value - 0.5);
        if excited == 0.0 || pleasant == 0.0 || excited.abs() < clear || pleasant.abs() < clear {
            return unnamed;
        }
        let emotion = match (excited > 0.0, pleasant > 0.0) {
            (true, true) => "happy",
            (true, false) => "angry",
            (false, true) => "calm",
            (false, false) => "sad",
        };
        Feeling { arousal, valence, ..Feeling::named(emotion, 4.0 * (excited * pleasant).abs()) }
    }

    /// To three decimals.
    pub fn rounded(self) -> Self {
        let round = |value: Option<f64>| value.map(|value| rounded(value, 3));
        let Feeling { emotion, confidence, arousal, valence } = self;
        Feeling { emotion, confidence: round(confidence), arousal: round(arousal), valence: round(valence) }
    }
}

/// What takes most of the speech; `None` where that is speech without an emotion.
pub fn dominant(felt: &[(Span, Feeling)]) -> Option<&str> {
    let mut seconds: BTreeMap<Option<&str>, f64> = BTreeMap::new();
    for (span, feeling) in felt {
        *seconds.entry(feeling.emotion.as_deref()).or_default() += span.length_s();
    }
    seconds.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).and_then(|(emotion, _)| emotion)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quadrant_has_a_name_where_both_are_clear() {
        let of = |arousal, valence| Feeling::of_dimensions(Some(arousal), Some(valence), 0.2).emotion;
        let named = [(0.8, 0.9), (0.8, 0.1), (0.2, 0.9), (0.2, 0.1)].map(|(a, v)| of(a, v).expect("clear"));
        assert_eq!(named, ["happy", "angry", "calm", "sad"]);
        assert_eq!([of(0.65, 0.9), of(0.8, 0.6), of(0.5, 0.5)], [None, None, None]);
        let without = Feeling::of_dimensions(Some(0.9), None, 0.2);
        assert_eq!((without.emotion, without.confidence, without.arousal), (None, None, Some(0.9)));
    }

    #[test]
    fn the_ends_are_sure_and_the_middle_is_nothing() {
        let confidence =
            |arousal, valence, clear| Feeling::of_dimensions(Some(arousal), Some(valence), clear).confidence;
        assert_eq!(confidence(1.0, 0.0, 0.2), Some(1.0));
        assert!((confidence(0.75, 0.75, 0.2).expect("clear") - 0.25).abs() < 1e-12);
        assert_eq!(confidence(0.5, 1.0, 0.0), None);
    }

    #[test]
    fn seconds_decide_and_not_segments() {
        let felt = |seconds: f64, emotion: Option<&str>| {
            let feeling = emotion.map_or(Feeling::default(), |emotion| Feeling::named(emotion, 0.5));
            (Span { start_s: 1.0, end_s: 1.0 + seconds }, feeling)
        };
        let [short, long] = [felt(1.0, Some("sad")), felt(5.0, Some("happy"))];
        assert_eq!(dominant(&[short.clone(), short.clone(), long.clone()]), Some("happy"));
        assert_eq!(dominant(&[short, long, felt(6.0, None)]), None);
        assert_eq!(dominant(&[]), None);
    }
}
