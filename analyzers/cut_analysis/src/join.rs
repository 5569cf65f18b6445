//! From candidates and what the network says of them to transitions.
//!
//! What is sure is taken. What is likely is taken unless the network objects; what is unlikely or unexplained only where
//! it agrees. Where there is no network, what is likely is taken and the rest is not.

use crate::transition::{Candidate, Kind, Standing, Transition};
use crate::transnet::Opinion;

/// What the network must say of a cut that is likely, and of one that is not: where it is calm beside it, and in the
/// midst of motion, where both are led astray by the same things.
const LIKELY_CUT: (f32, f32) = (0.35, 0.5);
const UNLIKELY_CUT: (f32, f32) = (0.5, 0.8);
/// The same for the middle of a gradual transition. It says less of those, and more of all their frames.
const LIKELY_MIDDLE: f32 = 0.3;
const UNLIKELY_MIDDLE: f32 = 0.5;
/// From this on a frame belongs to a transition.
const WITHIN: f32 = 0.5;
/// Frames that a gradual transition has at least, and the share of a likely stretch.
const SHORTEST: usize = 4;
const SHARE: f32 = 0.3;
/// Frames around a candidate that the network is asked about.
const AROUND_CUT: usize = 2;
const AROUND_GRADUAL: usize = 3;

/// The frames that decide about a candidate.
pub fn asked(candidate: &Candidate) -> std::ops::RangeInclusive<usize> {
    let Transition { kind, start, end, .. } = candidate.transition;
    let around = if kind == Kind::Cut { AROUND_CUT } else { AROUND_GRADUAL };
    start.saturating_sub(around)..=end + around
}

/// The transitions, in order of time; none overlaps another. `opinion` tells what the network says of a frame: `None`
/// where it was not asked, and always where there is none.
pub fn decide(candidates: &[Candidate], opinion: impl Fn(usize) -> Option<Opinion>) -> Vec<Transition> {
    let mut in_turn: Vec<&Candidate> = candidates.iter().collect();
    in_turn.sort_by_key(|candidate| (candidate.standing, candidate.transition.kind == Kind::Cut));
    let mut taken: Vec<Transition> = Vec::new();
    for candidate in in_turn {
        if let Some(transition) = verdict(candidate, &opinion)
            && !taken.iter().any(|other| other.overlaps(&transition))
        {
            taken.push(transition);
        }
    }
    taken.sort_by_key(|transition| transition.frame);
    taken
}

fn verdict(candidate: &Candidate, opinion: &impl Fn(usize) -> Option<Opinion>) -> Option<Transition> {
    let opinions: Vec<(usize, Opinion)> =
        asked(candidate).filter_map(|frame| Some((frame, opinion(frame)?))).collect();
    if candidate.standing == Standing::Sure || opinions.is_empty() {
        return candidate.found().then_some(candidate.transition);
    }
    if candidate.transition.kind == Kind::Cut {
        cut(candidate, &opinions)
    } else {
        gradual(candidate, &opinions)
    }
}

fn cut(candidate: &Candidate, opinions: &[(usize, Opinion)]) -> Option<Transition> {
    let cut = candidate.transition;
    // The network marks the last frame of the old shot.
    let beside = |&&(frame, _): &&(usize, Opinion)| (frame + 1).abs_diff(cut.frame) <= 1;
    let said = opinions.iter().filter(beside).map(|(_, opinion)| opinion.single).fold(0.0, f32::max);
    let ((in_calm, in_motion), confidence) = match candidate.standing {
        Standing::Likely => (LIKELY_CUT, (cut.confidence + said) / 2.0),
        _ => (UNLIKELY_CUT, said),
    };
    let needed = if candidate.calm { in_calm } else { in_motion };
    (said >= needed).then_some(Transition { confidence, ..cut })
}

fn gradual(candidate: &Candidate, opinions: &[(usize, Opinion)]) -> Option<Transition> {
    let seen = candidate.transition;
    let (peak, said) = opinions
        .iter()
        .map(|&(frame, opinion)| (frame, opinion.single))
        .fold((seen.frame, 0.0), |best, other| if other.1 > best.1 { other } else { best });
    let within = |opinion: &Opinion| opinion.many >= WITHIN;
    if candidate.standing == Standing::Likely {
        let share = opinions.iter().filter(|(_, opinion)| within(opinion)).count() as f32;
        let enough = said >= LIKELY_MIDDLE && share >= SHARE * (seen.end - seen.start) as f32;
        let confidence = (seen.confidence + said) / 2.0;
        return enough.then_some(Transition { confidence, ..seen });
    }
    let (start, last) = run(opinions, peak, within)?;
    let frame = (peak + 1).clamp(start, last + 1);
    (said >= UNLIKELY_MIDDLE && last + 1 >= start + SHORTEST).then_some(Transition {
        start,
        frame,
        end: last + 1,
        confidence: said,
        ..seen
    })
}

/// First and last frame of the run of frames around `peak` that are within a transition.
fn run(
    opinions: &[(usize, Opinion)],
    peak: usize,
    within: impl Fn(&Opinion) -> bool,
) -> Option<(usize, usize)> {
    let at = opinions.iter().position(|&(frame, _)| frame == peak)?;
    let inside = |(_, opinion): &&(usize, Opinion)| within(opinion);
    let before = opinions[..at].iter().rev().take_while(inside).count();
    let after = opinions[at..].iter().take_while(inside).count();
    (after > 0).then(|| (opinions[at - before].0, opinions[at + after - 1].0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(kind: Kind, standing: Standing, start: usize, end: usize) -> Candidate {
        let frame = (start + end) / 2;
        Candidate {
            transition: Transition { kind, start, frame, end, confidence: 0.6 },
            standing,
            calm: true,
        }
    }

    fn silent(_: usize) -> Option<Opinion> {
        Some(Opinion::default())
    }

    #[test]
    fn without_a_network_what_is_found_is_taken() {
        let standings = [Standing::Sure, Standing::Likely, Standing::Unlikely, Standing::Unexplained];
        let all: Vec<Candidate> =
            (10..).step_by(10).zip(standings).map(|(t, s)| candidate(Kind::Cut, s, t, t)).collect();
        let frames = |taken: Vec<Transition>| taken.iter().map(|cut| cut.frame).collect::<Vec<_>>();
        assert_eq!(frames(decide(&all, |_| None)), [10, 20]);
        assert_eq!(frames(decide(&all, silent)), [10]);
    }

    #[test]
    fn the_network_speaks_of_the_last_frame_before_a_cut() {
        let cut = [candidate(Kind::Cut, Standing::Unlikely, 30, 30)];
        let said = |at: usize, single: f32| {
            move |frame| Some(Opinion { single: if frame == at { single } else { 0.0 }, many: 0.0 })
        };
        assert_eq!(decide(&cut, said(29, 0.9)).len(), 1);
        assert_eq!(decide(&cut, said(29, 0.4)).len(), 0);
        assert_eq!(decide(&cut, said(32, 0.9)).len(), 0);
        let in_motion = cut.map(|cut| Candidate { calm: false, ..cut });
        assert_eq!(
            (decide(&in_motion, said(29, 0.7)).len(), decide(&in_motion, said(29, 0.9)).len()),
            (0, 1)
        );
        let likely = [candidate(Kind::Cut, Standing::Likely, 30, 30)];
        assert!((decide(&likely, said(29, 0.4))[0].confidence - 0.5).abs() < 1e-6);
    }

    #[test]
    fn what_was_unexplained_takes_its_course_from_the_network() {
        let stretch = [candidate(Kind::Dissolve, Standing::Unexplained, 20, 60)];
        let opinion = |frame: usize| {
            let many = if (33..45).contains(&frame) { 0.9 } else { 0.1 };
            Some(Opinion { single: if frame == 38 { 0.8 } else { 0.0 }, many })
        };
        let found = decide(&stretch, opinion);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].start, found[0].frame, found[0].end), (33, 39, 45));
    }

    #[test]
    fn a_cut_within_what_is_a_dissolve_is_none() {
        let both = [
            candidate(Kind::Cut, Standing::Unlikely, 38, 38),
            candidate(Kind::Dissolve, Standing::Unlikely, 30, 44),
        ];
        let opinion = |frame: usize| {
            let within = (30..44).contains(&frame);
            Some(Opinion { single: if frame == 37 { 0.8 } else { 0.0 }, many: f32::from(u8::from(within)) })
        };
        let found = decide(&both, opinion);
        assert_eq!((found.len(), found[0].kind), (1, Kind::Dissolve));
    }
}
