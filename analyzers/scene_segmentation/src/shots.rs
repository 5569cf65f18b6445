//! Shots, out of the transitions that cut_analysis found.
//!
//! All transitions but a fade out begin a shot, at the moment in which its picture prevails. A stretch that shows but one
//! colour is none: it goes with the shot before it, at the beginning with the one after it.

use serde::{Deserialize, Serialize};

/// As cut_analysis names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Cut,
    Dissolve,
    FadeIn,
    FadeOut,
    Wipe,
}

/// A transition as cut_analysis reports it, seconds.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Transition {
    pub timestamp: f64,
    pub transition: Kind,
    pub start_time: f64,
    pub end_time: f64,
}

/// A shot, seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shot {
    pub start_s: f64,
    pub end_s: f64,
    /// `None` at a video's beginning, if it does not fade in.
    pub transition_in: Option<Kind>,
}

/// A frame that was looked at: when, and whether it shows anything.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glimpse {
    pub time_s: f64,
    pub flat: bool,
}

/// Whether this moment is of one shot alone.
pub fn is_clear(time_s: f64, transitions: &[Transition]) -> bool {
    !transitions.iter().any(|between| (between.start_time..between.end_time).contains(&time_s))
}

/// The shots of a video that is `end_s` long; at least one.
pub fn shots(transitions: &[Transition], glimpses: &[Glimpse], end_s: f64) -> Vec<Shot> {
    let mut starts = vec![(0.0, None)];
    let begins = transitions.iter().filter(|transition| transition.transition != Kind::FadeOut);
    starts.extend(begins.map(|transition| (transition.timestamp, Some(transition.transition))));
    let mut shots: Vec<Shot> = Vec::new();
    // What begins with a stretch that shows nothing.
    let mut dark_from = None;
    for (i, &(start_s, transition_in)) in starts.iter().enumerate() {
        let until_s = starts.get(i + 1).map_or(end_s.max(start_s), |next| next.0);
        let looked = |glimpse: &&Glimpse| {
            (start_s..until_s).contains(&glimpse.time_s) && is_clear(glimpse.time_s, transitions)
        };
        let mut looked = glimpses.iter().filter(looked).peekable();
        let fades_in = starts.get(i + 1).is_some_and(|next| next.1 == Some(Kind::FadeIn));
        let shows =
            if looked.peek().is_some() { looked.any(|glimpse| !glimpse.flat) } else { !(i == 0 && fades_in) };
        match (shows, shots.last_mut()) {
            (true, _) => {
                let (start_s, transition_in) = match dark_from.take() {
                    // Only a fade is a way into a video.
                    Some(dark_s) => (dark_s, transition_in.filter(|kind| *kind == Kind::FadeIn)),
                    None => (start_s, transition_in),
                };
                shots.push(Shot { start_s, end_s: until_s, transition_in });
            }
            (false, Some(before)) => before.end_s = until_s,
            (false, None) => dark_from = dark_from.or(Some(start_s)),
        }
    }
    if shots.is_empty() {
        shots.push(Shot { start_s: 0.0, end_s, transition_in: None });
    }
    shots
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transition(kind: Kind, start_time: f64, timestamp: f64, end_time: f64) -> Transition {
        Transition { timestamp, transition: kind, start_time, end_time }
    }

    fn glimpses(flat: impl Fn(f64) -> bool) -> Vec<Glimpse> {
        (0..40).map(|i| f64::from(i) * 0.5).map(|time_s| Glimpse { time_s, flat: flat(time_s) }).collect()
    }

    fn shot(start_s: f64, end_s: f64, transition_in: Option<Kind>) -> Shot {
        Shot { start_s, end_s, transition_in }
    }

    #[test]
    fn without_transitions_there_is_one_shot_even_of_black() {
        let one = [shot(0.0, 20.0, None)];
        assert_eq!(shots(&[], &glimpses(|_| false), 20.0), one);
        assert_eq!(shots(&[], &glimpses(|_| true), 20.0), one);
        assert_eq!(shots(&[], &[], 20.0), one);
    }

    #[test]
    fn a_fade_out_and_in_is_one_change_and_the_black_goes_with_what_was_before() {
        let found = [
            transition(Kind::Cut, 4.0, 4.0, 4.0),
            transition(Kind::FadeOut, 8.0, 8.5, 9.0),
            transition(Kind::FadeIn, 10.0, 10.5, 11.0),
            transition(Kind::FadeOut, 19.0, 19.5, 20.0),
        ];
        let dark = |time| (9.0..=10.0).contains(&time);
        let expected =
            [shot(0.0, 4.0, None), shot(4.0, 10.5, Some(Kind::Cut)), shot(10.5, 20.0, Some(Kind::FadeIn))];
        assert_eq!(shots(&found, &glimpses(dark), 20.0), expected);
    }

    #[test]
    fn a_cut_to_black_begins_no_shot() {
        let found = [transition(Kind::Cut, 5.0, 5.0, 5.0), transition(Kind::Cut, 7.0, 7.0, 7.0)];
        let dark = |time| (5.0..7.0).contains(&time);
        let expected = [shot(0.0, 7.0, None), shot(7.0, 20.0, Some(Kind::Cut))];
        assert_eq!(shots(&found, &glimpses(dark), 20.0), expected);
    }

    #[test]
    fn a_video_may_begin_with_a_fade_in_or_with_black() {
        let fade = [transition(Kind::FadeIn, 0.0, 0.4, 0.8)];
        assert_eq!(shots(&fade, &glimpses(|time| time == 0.0), 20.0), [shot(0.0, 20.0, Some(Kind::FadeIn))]);
        let cut = [transition(Kind::Cut, 3.0, 3.0, 3.0)];
        assert_eq!(shots(&cut, &glimpses(|time| time < 3.0), 20.0), [shot(0.0, 20.0, None)]);
    }
}
