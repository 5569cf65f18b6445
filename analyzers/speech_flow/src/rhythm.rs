//! Rhythm: how much one syllable's time differs from the next, by the normalised pairwise variability index (Grabe & Low
//! 2002, "Durational variability in speech and the rhythm class hypothesis").

use va_inference::audio::prosody::{Contour, syllables};

use crate::runs::Span;

/// Fewer pairs tell nothing.
const LEAST_PAIRS: usize = 10;

/// The index of a speaker's syllables, each from its middle to that of the next; not over a pause. 0 is a metronome, and
/// 200 the most.
pub fn of_speech(speech: &[Span], contour: &Contour) -> Option<f64> {
    let times = |span: &Span| {
        let middles = syllables(contour, contour.range(span.start_s, span.end_s));
        middles.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<f64>>()
    };
    npvi(&speech.iter().map(times).collect::<Vec<_>>())
}

/// The mean of what neighbours differ, each by their own mean, times 100. Durations of different groups are no neighbours.
fn npvi(groups: &[Vec<f64>]) -> Option<f64> {
    let pairs = groups.iter().flat_map(|durations| durations.windows(2));
    let differences: Vec<f64> =
        pairs.map(|pair| (pair[0] - pair[1]).abs() / ((pair[0] + pair[1]) / 2.0)).collect();
    let count = differences.len();
    (count >= LEAST_PAIRS).then(|| 100.0 * differences.iter().sum::<f64>() / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metronome_has_none_and_long_and_short_in_turns_have_much() {
        assert_eq!(npvi(&[vec![0.2; 20]]), Some(0.0));
        let turns: Vec<f64> = (0..20).map(|at| if at % 2 == 0 { 0.1 } else { 0.3 }).collect();
        assert!((npvi(&[turns]).expect("told") - 100.0).abs() < 1e-9);
    }

    #[test]
    fn a_pause_parts_neighbours_and_few_tell_nothing() {
        assert_eq!(npvi(&[vec![0.1; 11], vec![0.4; 11]]), Some(0.0));
        assert_eq!(npvi(&[vec![0.1; 6], vec![0.4; 5]]), None);
    }
}
