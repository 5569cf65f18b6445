//! Stretches of speech and the pauses between them.

use va_inference::audio::vad::{RATE, Stretch};

/// Less between two stretches of speech is no pause. From 0.25 s on it is no stop consonant any more (Goldman-Eisler 1968,
/// "Psycholinguistics: Experiments in Spontaneous Speech").
pub const PAUSE_S: f64 = 0.25;

/// Seconds from the start of the sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    pub start_s: f64,
    pub end_s: f64,
}

impl Span {
    pub fn length_s(&self) -> f64 {
        self.end_s - self.start_s
    }

    /// Seconds that both have in common.
    pub fn overlap_s(&self, other: &Span) -> f64 {
        (self.end_s.min(other.end_s) - self.start_s.max(other.start_s)).max(0.0)
    }
}

/// In seconds.
pub fn spans(stretches: &[Stretch]) -> Vec<Span> {
    let seconds = |sample: u64| sample as f64 / f64::from(RATE);
    stretches
        .iter()
        .map(|stretch| Span { start_s: seconds(stretch.start), end_s: seconds(stretch.end) })
        .collect()
}

/// Stretches without a pause between them are one.
pub fn joined(spans: Vec<Span>) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start_s - last.end_s < PAUSE_S => last.end_s = last.end_s.max(span.end_s),
            _ => joined.push(span),
        }
    }
    joined
}

/// What lies between them.
pub fn pauses(speech: &[Span]) -> Vec<Span> {
    speech.windows(2).map(|pair| Span { start_s: pair[0].end_s, end_s: pair[1].start_s }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start_s: f64, end_s: f64) -> Span {
        Span { start_s, end_s }
    }

    #[test]
    fn a_short_gap_is_no_pause() {
        let speech = joined(vec![span(0.0, 1.0), span(1.2, 2.0), span(2.25, 3.0), span(2.9, 3.5)]);
        assert_eq!(speech, [span(0.0, 2.0), span(2.25, 3.5)]);
        assert_eq!(pauses(&speech), [span(2.0, 2.25)]);
        assert!(pauses(&joined(vec![span(0.0, 1.0)])).is_empty());
    }

    #[test]
    fn spans_overlap_or_they_do_not() {
        assert_eq!(span(0.0, 2.0).overlap_s(&span(1.5, 3.0)), 0.5);
        assert_eq!(span(0.0, 1.0).overlap_s(&span(1.5, 3.0)), 0.0);
        assert_eq!(spans(&[Stretch { start: 8000, end: 16_000 }]), [span(0.5, 1.0)]);
    }
}
