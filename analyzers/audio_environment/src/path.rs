//! The likeliest path through states that are equally loath to change (Viterbi 1967).

use std::ops::Range;

/// What a state is called, by its place among the states.
pub type State = usize;

/// The likeliest state of each step. `evidence` has the logarithms of the likelihoods of all states, step by step; a change
/// from any state to any other one costs `change`. Of equally likely paths the one that changes late.
///
/// # Panics
/// Where `states` is 0, or the evidence has no whole steps.
pub fn path(evidence: &[f32], states: usize, change: f32) -> Vec<State> {
    assert!(states > 0 && evidence.len().is_multiple_of(states), "each step has all states");
    let mut scores = vec![0.0f32; states];
    let mut came_from: Vec<u16> = Vec::with_capacity(evidence.len());
    for step in evidence.chunks_exact(states) {
        let best = best(&scores);
        let after_change = scores[best] - change;
        for (state, (score, evidence)) in scores.iter_mut().zip(step).enumerate() {
            let stays = *score >= after_change;
            came_from.push(if stays { state } else { best } as u16);
            *score = score.max(after_change) + evidence;
        }
        // Only differences matter, and an hour's sum would lose digits.
        let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        scores.iter_mut().for_each(|score| *score -= most);
    }
    let mut state = best(&scores);
    let mut path: Vec<State> = Vec::with_capacity(came_from.len() / states);
    for came_from in came_from.chunks_exact(states).rev() {
        path.push(state);
        state = usize::from(came_from[state]);
    }
    path.reverse();
    path
}

fn best(scores: &[f32]) -> State {
    scores.iter().enumerate().rev().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(state, _)| state)
}

/// The stretches of one state, in order.
pub fn runs(path: &[State]) -> impl Iterator<Item = (State, Range<usize>)> {
    let mut start = 0;
    path.chunk_by(|a, b| a == b).map(move |run| {
        let range = start..start + run.len();
        start = range.end;
        (run[0], range)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two states; which one each step speaks for, by one unit.
    fn of(steps: &[State], change: f32) -> Vec<State> {
        let evidence: Vec<f32> =
            steps.iter().flat_map(|&state| [0, 1].map(|of| if of == state { 0.0 } else { -1.0 })).collect();
        path(&evidence, 2, change)
    }

    #[test]
    fn a_blip_is_smoothed_away_and_a_change_stays() {
        assert_eq!(of(&[0, 0, 0, 1, 0, 0, 0], 2.0), [0; 7]);
        assert_eq!(of(&[0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0], 2.0), [0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0]);
        assert_eq!(of(&[0, 0, 0, 0, 1, 1, 1, 1], 2.0), [0, 0, 0, 0, 1, 1, 1, 1]);
    }

    #[test]
    fn free_changes_follow_every_step() {
        assert_eq!(of(&[0, 1, 0, 1, 1], 0.0), [0, 1, 0, 1, 1]);
    }

    #[test]
    fn hours_do_not_lose_the_evidence() {
        let steps: Vec<State> = (0..1_000_000).map(|step| usize::from(step >= 500_000)).collect();
        assert_eq!(of(&steps, 3.0), steps);
    }

    #[test]
    fn runs_cover_the_path() {
        let found: Vec<_> = runs(&[2, 2, 0, 1, 1]).collect();
        assert_eq!(found, [(2, 0..2), (0, 2..3), (1, 3..5)]);
        assert_eq!(runs(&[]).count(), 0);
        assert!(path(&[], 3, 1.0).is_empty());
    }
}
