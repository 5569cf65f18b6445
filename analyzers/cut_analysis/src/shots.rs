//! From transitions to shots: which of them begin a new one, and how many shots that makes.

use crate::cuts::{self, Change};
use crate::film::{Film, ONE_COLOUR};
use crate::gradual;
use crate::settings::Settings;
use crate::transition::{Candidate, Kind, Standing, Transition};
use crate::unexplained;
use crate::wipes;

/// All transitions of a film and what may be one, in order of time. `changes` are as in [`cuts::find`]. None of those
/// [found](Candidate::found) overlaps another.
pub fn candidates(film: &Film, changes: &[Change], fps: f64, settings: &Settings) -> Vec<Candidate> {
    let cuts = cuts::find(film, changes, fps, settings);
    let fades = gradual::fades(film, fps, settings);
    let dissolves = gradual::dissolves(film, fps, settings, &fades);
    let known: Vec<Transition> =
        fades.iter().copied().chain(found(&dissolves).map(|found| found.transition)).collect();
    let wipes = wipes::find(film, fps, settings, &known);
    let modelled = |transition: Transition| Candidate { transition, standing: Standing::Sure, calm: true };
    let gradual: Vec<Candidate> =
        found(&dissolves).copied().chain(fades.into_iter().chain(wipes).map(modelled)).collect();
    let mut all = gradual.clone();
    let clear = |cut: &Candidate| !gradual.iter().any(|gradual| overlap(gradual, cut));
    all.extend(cuts.into_iter().filter(clear));
    let sure: Vec<Candidate> = found(&all).copied().collect();
    let open = |doubtful: &Candidate| !doubtful.found() && !sure.iter().any(|sure| overlap(sure, doubtful));
    all.extend(dissolves.into_iter().filter(open));
    all.extend(unexplained::find(film, fps, &all));
    all.sort_by_key(|candidate| candidate.transition.frame);
    all
}

fn found(candidates: &[Candidate]) -> impl Iterator<Item = &Candidate> {
    candidates.iter().filter(|candidate| candidate.found())
}

fn overlap(a: &Candidate, b: &Candidate) -> bool {
    a.transition.overlaps(&b.transition)
}

/// How many shots there are, by the [contrast](Film::contrast) of every frame.
///
/// A shot is a stretch that shows a picture; frames of one colour between a way out (a fade out, or a cut to them)
/// and the way back in belong to none. So a fade out with its fade in is one change of shot, a fade in at the very
/// start and a fade out at the very end are none.
pub fn count(contrast: &[f32], transitions: &[Transition]) -> usize {
    let mut shots = 0;
    let mut from = 0;
    for transition in transitions.iter().filter(|transition| transition.kind != Kind::FadeOut) {
        shots += usize::from(shows_picture(contrast, from, transition.start));
        from = transition.end;
    }
    shots + usize::from(shows_picture(contrast, from, contrast.len()))
}

/// Whether there is a picture from one frame up to another, or in the first of them where they coincide.
fn shows_picture(contrast: &[f32], from: usize, to: usize) -> bool {
    let to = to.max(from + 1).min(contrast.len());
    contrast[from..to].iter().any(|&contrast| contrast >= ONE_COLOUR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::{HEIGHT, WIDTH, film_of, scene};

    fn at(kind: Kind, start: usize, frame: usize, end: usize) -> Transition {
        Transition { kind, start, frame, end, confidence: 1.0 }
    }

    #[test]
    fn counts_pictures_and_not_the_black_around_them() {
        let black = || vec![0; WIDTH * HEIGHT * 3];
        let dark = |t: i32| t < 5 || (20..30).contains(&t) || t >= 55;
        let film = film_of((0..60).map(|t| if dark(t) { black() } else { scene(1, 0, 0) }));
        let fades = [
            at(Kind::FadeIn, 5, 7, 9),
            at(Kind::FadeOut, 15, 17, 20),
            at(Kind::FadeIn, 30, 32, 35),
            at(Kind::Cut, 45, 45, 45),
            at(Kind::FadeOut, 50, 52, 55),
        ];
        assert_eq!(count(&film.contrast, &fades), 3);
        // Cut to black and back counts once as well.
        assert_eq!(count(&film.contrast, &[at(Kind::Cut, 20, 20, 20), at(Kind::Cut, 30, 30, 30)]), 2);
        assert_eq!(count(&film.contrast, &[]), 1);
    }
}
