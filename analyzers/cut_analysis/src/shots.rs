//! From transitions to shots: which of them begin a new one, and how many shots that makes.

use crate::film::Film;
use crate::gradual;
use crate::cuts;
use crate::settings::Settings;
use crate::transition::{Kind, Transition};

/// All transitions of a film, in order of time. `scores` are as in [`cuts::find`].
pub fn transitions(film: &Film, scores: &[f32], fps: f64, settings: &Settings) -> Vec<Transition> {
    let mut scores = scores.to_vec();
    let cuts = cuts::find(film, &mut scores, fps, settings);
    let mut found = gradual::fades(film, fps, settings);
    let dissolves = gradual::dissolves(film, fps, settings, &found);
    found.extend(dissolves);
    let clear = |cut: &Transition| !found.iter().any(|gradual| gradual.overlaps(cut));
    let cuts: Vec<Transition> = cuts.into_iter().filter(clear).collect();
    found.extend(cuts);
    found.sort_by_key(|transition| transition.frame);
    found
}

/// How many shots there are.
///
/// A shot is a stretch that shows a picture; frames of one colour between a way out (a fade out, or a cut to them)
/// and the way back in belong to none. So a fade out with its fade in is one change of shot, a fade in at the very
/// start and a fade out at the very end are none.
pub fn count(film: &Film, transitions: &[Transition]) -> usize {
    let mut shots = 0;
    let mut from = 0;
    for transition in transitions.iter().filter(|transition| transition.kind != Kind::FadeOut) {
        shots += usize::from(shows_picture(film, from, transition.frame));
        from = transition.frame;
    }
    shots + usize::from(shows_picture(film, from, film.len()))
}

fn shows_picture(film: &Film, from: usize, to: usize) -> bool {
    film.contrast[from..to].iter().any(|&contrast| contrast >= cuts::ONE_COLOUR)
}
