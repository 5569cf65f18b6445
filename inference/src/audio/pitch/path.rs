//! The most likely path through the pitch candidates of all frames (Viterbi), which decides where there is a voice.
//!
//! After Mauch & Dixon (2014), on the candidates themselves instead of a grid of pitches: a frame's states are its
//! candidates and "no pitch". Per frame it keeps one byte and one number for each state, no sound.

use super::Candidate;

/// Cost of beginning or ending to sound, -ln 0.01 as in pYIN.
const SWITCH_COST: f32 = 4.6;
/// Cost of an octave between two frames; a leap costs no more than ending and beginning anew.
const OCTAVE_COST: f32 = 30.0;
const LEAP_COST: f32 = 2.0 * SWITCH_COST;
const LEAST_PROBABILITY: f32 = 1e-4;
/// How much "no pitch" counts against one candidate of the same probability. pYIN spreads it over its grid of some
/// hundred pitches, so that a hoarse voice is one, too: right where speech is known to be. Where anything may sound this
/// is in between, so that speech comes out voiced and cheering does not.
const UNVOICED_SHARE: f32 = 0.02;
const UNVOICED_SHARE_IN_SPEECH: f32 = 0.003;

/// Finds the path while frames arrive; [`PitchPath::finish`] reads it off.
#[derive(Debug)]
pub struct PitchPath {
    unvoiced_share: f32,
    /// Cost of the best path to each state of the last frame; the last state is "no pitch".
    costs: Vec<f32>,
    /// Of all frames, one after another, without the state "no pitch".
    pitches: Vec<f32>,
    /// For every state of every frame: which state of the frame before the best path came from.
    came_from: Vec<u8>,
    /// Candidates of each frame.
    counts: Vec<u8>,
}

/// Of any sound.
impl Default for PitchPath {
    fn default() -> Self {
        PitchPath::with(UNVOICED_SHARE)
    }
}

impl PitchPath {
    /// Of sound whose pitch is looked at only where speech is known to be.
    pub fn in_speech() -> Self {
        PitchPath::with(UNVOICED_SHARE_IN_SPEECH)
    }

    fn with(unvoiced_share: f32) -> Self {
        PitchPath {
            unvoiced_share,
            costs: Vec::new(),
            pitches: Vec::new(),
            came_from: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// Takes the candidates of the next frame.
    pub fn push(&mut self, candidates: &[Candidate]) {
        let candidates = &candidates[..candidates.len().min(usize::from(u8::MAX) - 1)];
        let before = self.counts.last().map_or(0, |&count| usize::from(count));
        let before = &self.pitches[self.pitches.len() - before..];
        let mut costs = Vec::with_capacity(candidates.len() + 1);
        for candidate in candidates {
            let (from, cost) =
                cheapest(&self.costs, |state| step_cost(before.get(state), Some(&candidate.hz)));
            self.came_from.push(from);
            costs.push(cost - candidate.probability.max(LEAST_PROBABILITY).ln());
        }
        let (from, cost) = cheapest(&self.costs, |state| step_cost(before.get(state), None));
        self.came_from.push(from);
        let unvoiced = 1.0 - candidates.iter().map(|candidate| candidate.probability).sum::<f32>();
        costs.push(cost - (self.unvoiced_share * unvoiced).max(LEAST_PROBABILITY).ln());

        // Only differences matter, and an hour's sum would lose digits.
        let least = costs.iter().copied().fold(f32::INFINITY, f32::min);
        costs.iter_mut().for_each(|cost| *cost -= least);
        self.costs = costs;
        self.pitches.extend(candidates.iter().map(|candidate| candidate.hz));
        self.counts.push(candidates.len() as u8);
    }

    /// Hz of every frame, `None` where there is no pitch.
    pub fn finish(self) -> Vec<Option<f32>> {
        let mut path = vec![None; self.counts.len()];
        let (mut state, _) = cheapest(&self.costs, |_| 0.0);
        let (mut pitches_end, mut states_end) = (self.pitches.len(), self.came_from.len());
        for (frame, &count) in self.counts.iter().enumerate().rev() {
            let count = usize::from(count);
            let (pitches_start, states_start) = (pitches_end - count, states_end - count - 1);
            path[frame] = self.pitches[pitches_start..pitches_end].get(usize::from(state)).copied();
            state = self.came_from[states_start + usize::from(state)];
            (pitches_end, states_end) = (pitches_start, states_start);
        }
        path
    }
}

/// The state to come from, and what the path through it costs. Without any states before, everything is free.
fn cheapest(costs: &[f32], step: impl Fn(usize) -> f32) -> (u8, f32) {
    let paths = costs.iter().enumerate().map(|(state, cost)| (state as u8, cost + step(state)));
    paths.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
}

fn step_cost(from_hz: Option<&f32>, to_hz: Option<&f32>) -> f32 {
    match (from_hz, to_hz) {
        (Some(from), Some(to)) => (OCTAVE_COST * (to / from).log2().abs()).min(LEAP_COST),
        (None, None) => 0.0,
        _ => SWITCH_COST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(frames: &[&[(f32, f32)]]) -> Vec<Option<f32>> {
        through(PitchPath::default(), frames)
    }

    fn through(mut path: PitchPath, frames: &[&[(f32, f32)]]) -> Vec<Option<f32>> {
        for frame in frames {
            let candidates: Vec<_> =
                frame.iter().map(|&(hz, probability)| Candidate { hz, probability }).collect();
            path.push(&candidates);
        }
        path.finish()
    }

    #[test]
    fn keeps_to_the_line_through_an_octave_slip() {
        let (sure, slip): (&[_], &[_]) = (&[(200.0, 0.9)], &[(400.0, 0.5), (200.0, 0.4)]);
        let found = path(&[sure, sure, slip, sure, sure]);
        assert_eq!(found, [Some(200.0); 5]);
    }

    #[test]
    fn a_doubtful_frame_alone_is_no_voice() {
        assert_eq!(path(&[&[], &[], &[(300.0, 0.3)], &[], &[]]), [None; 5]);
    }

    #[test]
    fn a_voice_begins_and_ends() {
        let sure: &[_] = &[(150.0, 0.97)];
        let found = path(&[&[], &[], sure, sure, sure, sure, &[], &[]]);
        let voiced: Vec<bool> = found.iter().map(Option::is_some).collect();
        assert_eq!(voiced, [false, false, true, true, true, true, false, false]);
    }

    #[test]
    fn a_hoarse_voice_is_one_where_speech_is_known_to_be() {
        let hoarse: &[_] = &[(110.0, 0.015)];
        assert_eq!(path(&[hoarse; 30]), [None; 30]);
        assert_eq!(through(PitchPath::in_speech(), &[hoarse; 30]), [Some(110.0); 30]);
    }

    #[test]
    fn no_frames_no_path() {
        assert!(path(&[]).is_empty());
    }
}
