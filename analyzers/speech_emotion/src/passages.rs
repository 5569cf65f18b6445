//! What is judged one by one where no network hears: what the transcript has as one segment; without a transcript, runs of
//! speech.

use va_inference::audio::vad::{RATE, Stretch};

use crate::words::Said;

/// Less speech is not judged, seconds.
const LEAST_S: f64 = 0.1;

/// Seconds from the start of the sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    pub start_s: f64,
    pub end_s: f64,
}

/// A piece of what is spoken.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    pub span: Span,
    /// Where in it somebody speaks.
    pub spoken: Vec<Span>,
    /// `None` where nobody told the words.
    pub said: Option<Said>,
}

impl Span {
    pub fn of(stretch: &Stretch) -> Self {
        let seconds = |sample: u64| sample as f64 / f64::from(RATE);
        Span { start_s: seconds(stretch.start), end_s: seconds(stretch.end) }
    }

    pub fn length_s(&self) -> f64 {
        self.end_s - self.start_s
    }

    /// What both have in common, if that is enough to be judged.
    fn common(&self, other: &Span) -> Option<Span> {
        let common = Span { start_s: self.start_s.max(other.start_s), end_s: self.end_s.min(other.end_s) };
        (common.length_s() >= LEAST_S).then_some(common)
    }
}

/// In order. Words where nobody is heard to speak are not believed, nor is speech in which a transcript has no words.
pub fn passages(runs: &[Span], said: Option<Vec<Said>>) -> Vec<Passage> {
    let Some(said) = said else {
        return runs.iter().map(|run| Passage { span: *run, spoken: vec![*run], said: None }).collect();
    };
    let passage = |said: Said| {
        let span = said.span();
        let spoken: Vec<Span> = runs.iter().filter_map(|run| run.common(&span)).collect();
        (!spoken.is_empty()).then_some(Passage { span, spoken, said: Some(said) })
    };
    said.into_iter().filter_map(passage).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tests::said;

    fn span(start_s: f64, end_s: f64) -> Span {
        Span { start_s, end_s }
    }

    #[test]
    fn a_transcript_parts_what_is_spoken_and_runs_do_where_there_is_none() {
        let runs = [span(0.0, 2.0), span(3.0, 5.0), span(8.0, 9.0)];
        let words = vec![said(0.1, 1.0, "a"), said(1.0, 4.0, "b"), said(6.0, 7.0, "c")];
        let seen = |said| -> Vec<(Span, Vec<Span>)> {
            passages(&runs, said).into_iter().map(|passage| (passage.span, passage.spoken)).collect()
        };
        let wanted =
            [(span(0.1, 1.0), vec![span(0.1, 1.0)]), (span(1.0, 4.0), vec![span(1.0, 2.0), span(3.0, 4.0)])];
        assert_eq!(seen(Some(words)), wanted);
        assert_eq!(seen(None), runs.map(|run| (run, vec![run])));
    }

    #[test]
    fn without_speech_there_is_nothing() {
        assert!(
            passages(&[], Some(vec![said(0.0, 1.0, "Thanks.")])).is_empty() && passages(&[], None).is_empty()
        );
        assert_eq!(Span::of(&Stretch { start: 8000, end: 16_000 }), span(0.5, 1.0));
    }
}
