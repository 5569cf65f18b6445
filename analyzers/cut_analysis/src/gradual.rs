//! Dissolves and fades: stretches of frames that follow the blend model from one picture to quite another.

use crate::blend::{self, Fit, Limits};
use crate::cuts::SAME_SHOT;
use crate::distance;
use crate::film::{Film, ONE_COLOUR};
use crate::settings::Settings;
use crate::transition::{Candidate, Kind, Standing, Transition};

/// A gradual transition has at least this many frame steps; a shorter one is a cut.
const SHORTEST: usize = 4;
/// Each length that is tried is this much longer than the one before.
const GROWTH: f64 = 1.2;
const DISSOLVE: Limits = Limits { residual: 0.17, deviation: 0.16 };
/// What may still be a dissolve, as of shots that move much; most of what fits no better is a whip pan.
const DOUBTFUL: Limits = Limits { residual: 0.35, deviation: 0.25 };
/// A stretch that leaves this little unexplained, between such different pictures, is a dissolve beyond doubt.
const SURE_RESIDUAL: f32 = 0.12;
const SURE_STRUCTURE: f32 = 0.75;
const FADE: Limits = Limits { residual: 0.22, deviation: 0.16 };
/// Structure from which on the two ends show different shots.
pub const OTHER_SHOT: f32 = 0.6;
/// A fade reveals or hides a picture of at least this luma deviation.
const LEAST_PICTURE: f32 = 10.0;

/// Finds fades to and from frames of one colour, in order of time.
pub fn fades(film: &Film, fps: f64, settings: &Settings) -> Vec<Transition> {
    let longest = longest(fps, settings);
    let mut found = Vec::new();
    for (first, last) in plain_runs(film, longest).into_iter().map(|run| plainest(film, run)) {
        let ins = (SHORTEST..=longest).filter_map(|length| fit_within(film, last, last + length));
        let outs =
            (SHORTEST..=longest).filter_map(|length| fit_within(film, first.checked_sub(length)?, first));
        let out = best(outs.filter(|fit| film.contrast[fit.first] >= LEAST_PICTURE));
        let into = best(ins.filter(|fit| film.contrast[fit.last] >= LEAST_PICTURE));
        if let (Some(out), Some(into)) = (&out, &into) {
            let bright = film.brightness[first] > 128.0;
            if bright && distance::structure(film, out.first, into.last) < SAME_SHOT {
                continue; // A flash that rises and dies away.
            }
        }
        found.extend(out.map(|fit| transition(film, &fit, Kind::FadeOut, &FADE)));
        found.extend(into.map(|fit| transition(film, &fit, Kind::FadeIn, &FADE)));
    }
    found
}

/// Finds dissolves outside of what is `known` already, and what might be one, in order of time.
pub fn dissolves(film: &Film, fps: f64, settings: &Settings, known: &[Transition]) -> Vec<Candidate> {
    let mut settled: Vec<(usize, usize)> = known.iter().map(|known| (known.start, known.end)).collect();
    let mut found = Vec::new();
    for (limits, found_so) in [(DISSOLVE, Standing::Likely), (DOUBTFUL, Standing::Unlikely)] {
        for fit in fits(film, fps, settings, &limits) {
            if settled.iter().any(|&(first, last)| first < fit.last && fit.first < last) {
                continue;
            }
            settled.push((fit.first, fit.last));
            let structure = distance::structure(film, fit.first, fit.last);
            if structure < OTHER_SHOT {
                continue;
            }
            let plain = fit.residual <= SURE_RESIDUAL && structure >= SURE_STRUCTURE;
            let standing = if plain && found_so == Standing::Likely { Standing::Sure } else { found_so };
            let transition = transition(film, &fit, Kind::Dissolve, &limits);
            found.push(Candidate { transition, standing, calm: true });
        }
    }
    found.sort_by_key(|candidate| candidate.transition.frame);
    found
}

/// Stretches that follow the blend model, the best covering first.
fn fits(film: &Film, fps: f64, settings: &Settings, limits: &Limits) -> Vec<Fit> {
    let mut fits = Vec::new();
    for length in lengths(fps, settings) {
        let stride = (length / 8).max(1);
        for first in (0..film.len().saturating_sub(length)).step_by(stride) {
            if film.contrast[first].min(film.contrast[first + length]) >= ONE_COLOUR {
                fits.extend(blend::fit(film, first, first + length, limits));
            }
        }
    }
    fits.sort_by(|a, b| b.strength().total_cmp(&a.strength()));
    fits
}

/// The lengths that are tried, in frame steps.
pub fn lengths(fps: f64, settings: &Settings) -> impl Iterator<Item = usize> {
    let longest = longest(fps, settings);
    let longer = |&length: &usize| Some((length + 1).max((length as f64 * GROWTH) as usize));
    std::iter::successors(Some(SHORTEST), longer).take_while(move |&length| length <= longest)
}

/// The most frame steps of a gradual transition.
pub fn longest(fps: f64, settings: &Settings) -> usize {
    (settings.longest_s * fps).round().max(SHORTEST as f64) as usize
}

fn fit_within(film: &Film, first: usize, last: usize) -> Option<Fit> {
    if last < film.len() { blend::fit(film, first, last, &FADE) } else { None }
}

fn best(fits: impl Iterator<Item = Fit>) -> Option<Fit> {
    fits.max_by(|a, b| a.strength().total_cmp(&b.strength()))
}

fn transition(film: &Film, fit: &Fit, kind: Kind, limits: &Limits) -> Transition {
    let course = blend::course(film, fit);
    let quality = 1.0 - 0.5 * fit.residual / limits.residual - 0.3 * fit.deviation / limits.deviation;
    Transition { kind, start: course.start, frame: course.middle, end: course.end, confidence: quality }
}

/// The run without the frames at its ends that have something left of a picture.
fn plainest(film: &Film, (first, last): (usize, usize)) -> (usize, usize) {
    let run = &film.contrast[first..=last];
    let least = run.iter().copied().fold(f32::INFINITY, f32::min) + 0.5;
    let plain = |contrast: &f32| *contrast <= least;
    let from = run.iter().position(plain).unwrap_or(0);
    let to = run.iter().rposition(plain).unwrap_or(run.len() - 1);
    (first + from, first + to)
}

/// Runs of frames of one colour, first and last of each. The film's own first and last frame may have something of
/// the picture left, since a fade need not quite reach black there.
fn plain_runs(film: &Film, reach: usize) -> Vec<(usize, usize)> {
    let count = film.len();
    let mut plain: Vec<bool> = film.contrast.iter().map(|&contrast| contrast < ONE_COLOUR).collect();
    if count > 0 {
        let most = |part: &[f32]| part.iter().copied().fold(0.0, f32::max);
        plain[0] |= film.contrast[0] < 0.25 * most(&film.contrast[..count.min(reach)]);
        plain[count - 1] |=
            film.contrast[count - 1] < 0.25 * most(&film.contrast[count.saturating_sub(reach)..]);
    }
    let mut runs = Vec::new();
    let mut t = 0;
    while t < count {
        let length = plain[t..].iter().take_while(|&&plain| plain).count();
        if length > 0 {
            runs.push((t, t + length - 1));
        }
        t += length + 1;
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::{HEIGHT, WIDTH, film_of, mixed, scene};

    fn alone(candidates: Vec<Candidate>) -> Vec<Transition> {
        candidates.into_iter().map(|candidate| candidate.transition).collect()
    }

    fn found(transitions: Vec<Transition>) -> Vec<(Kind, usize, usize, usize)> {
        transitions.iter().map(|found| (found.kind, found.start, found.frame, found.end)).collect()
    }

    fn ramp(t: usize, from: usize, steps: usize) -> f32 {
        (t.saturating_sub(from) as f32 / steps as f32).min(1.0)
    }

    #[test]
    fn finds_a_dissolve_of_moving_shots() {
        let frame = |t: usize| mixed(&scene(1, t as i32 / 6, 0), &scene(2, 0, t as i32 / 6), ramp(t, 30, 12));
        let film = film_of((0..75).map(frame));
        let dissolves = dissolves(&film, 25.0, &Settings::default(), &[]);
        assert_eq!(dissolves.len(), 1, "{dissolves:?}");
        assert_eq!(dissolves[0].standing, Standing::Sure);
        let dissolves = alone(dissolves);
        assert!(dissolves[0].frame.abs_diff(36) <= 1, "{dissolves:?}");
        assert!(dissolves[0].start.abs_diff(31) <= 2 && dissolves[0].end.abs_diff(42) <= 2, "{dissolves:?}");
    }

    #[test]
    fn finds_both_fades_through_black() {
        let black = vec![0; WIDTH * HEIGHT * 3];
        let frame = |t: usize| match t {
            ..40 => mixed(&scene(1, 0, 0), &black, ramp(t, 20, 10)),
            _ => mixed(&black, &scene(2, 0, 0), ramp(t, 40, 8)),
        };
        let film = film_of((0..70).map(frame));
        let expected = [(Kind::FadeOut, 21, 25, 30), (Kind::FadeIn, 41, 44, 48)];
        assert_eq!(found(fades(&film, 25.0, &Settings::default())), expected);
    }

    #[test]
    fn takes_a_change_of_brightness_and_a_caption_that_fades_in_for_none() {
        let plain = scene(1, 0, 0);
        let bright: Vec<u8> = plain.iter().map(|&value| value / 2 + 127).collect();
        let mut captioned = plain.clone();
        captioned[WIDTH * 3 * (HEIGHT - 8)..].fill(255);
        for end in [bright, captioned] {
            let film = film_of((0..60).map(|t| mixed(&plain, &end, ramp(t, 25, 10))));
            assert_eq!(found(alone(dissolves(&film, 25.0, &Settings::default(), &[]))), []);
            assert_eq!(found(fades(&film, 25.0, &Settings::default())), []);
        }
    }
}
