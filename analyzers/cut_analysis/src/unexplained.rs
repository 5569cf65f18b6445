//! Stretches whose two ends show different shots, though nothing between them looks like a transition: one of a kind
//! that has no model here (pushes, circles, soft edges), or motion too fast or too long to be followed.

use crate::blend;
use crate::distance;
use crate::film::{Film, ONE_COLOUR};
use crate::gradual::OTHER_SHOT;
use crate::transition::{Candidate, Kind, Standing, Transition};

/// Seconds between the two ends.
const SPAN_S: f64 = 1.0;
/// Stretches in a span's length.
const STEPS: usize = 4;

/// Finds such stretches outside of what is `known` already; those that overlap are one.
pub fn find(film: &Film, fps: f64, known: &[Candidate]) -> Vec<Candidate> {
    let span = (SPAN_S * fps).round().max(STEPS as f64) as usize;
    let mut found: Vec<(usize, usize)> = Vec::new();
    for first in (0..film.len().saturating_sub(span)).step_by(span / STEPS) {
        let last = first + span;
        let within = |known: &Candidate| known.transition.start <= last && first <= known.transition.end;
        if known.iter().any(within) || !differs(film, first, last) {
            continue;
        }
        match found.last_mut() {
            Some(before) if before.1 >= first => before.1 = last,
            _ => found.push((first, last)),
        }
    }
    let candidate = |(start, end): (usize, usize)| Candidate {
        transition: Transition {
            kind: Kind::Dissolve,
            start,
            frame: (start + end) / 2,
            end,
            confidence: 0.0,
        },
        standing: Standing::Unexplained,
        calm: true,
    };
    found.into_iter().map(candidate).collect()
}

fn differs(film: &Film, first: usize, last: usize) -> bool {
    film.contrast[first].min(film.contrast[last]) >= ONE_COLOUR
        && blend::difference(film, first, last) >= blend::LEAST_DIFFERENCE
        && distance::structure(film, first, last) >= OTHER_SHOT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::{HEIGHT, WIDTH, film_of, scene};

    /// The new shot moves in from the right and pushes the old one out.
    fn pushed(old: &[u8], new: &[u8], by: usize) -> Vec<u8> {
        let row = |y: usize| {
            let (old, new) = (&old[y * WIDTH * 3..][..WIDTH * 3], &new[y * WIDTH * 3..][..WIDTH * 3]);
            [&old[by * 3..], &new[..by * 3]].concat()
        };
        (0..HEIGHT).flat_map(row).collect()
    }

    #[test]
    fn finds_a_push_and_not_where_a_transition_is_known() {
        let (old, new) = (scene(1, 0, 0), scene(2, 0, 0));
        let by = |t: usize| (t.saturating_sub(30) * 8).min(WIDTH);
        let film = film_of((0..75).map(|t| pushed(&old, &new, by(t))));
        let found = find(&film, 25.0, &[]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].transition.start <= 31 && found[0].transition.end >= 38, "{found:?}");
        assert_eq!(find(&film, 25.0, &found), []);
    }

    #[test]
    fn finds_nothing_in_one_shot() {
        assert_eq!(find(&film_of((0..75).map(|t| scene(1, t / 2, 0))), 25.0, &[]), []);
    }
}
