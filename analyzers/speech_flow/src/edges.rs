//! Where speech begins and ends by the sound itself. The network hears 32 ms at a time, is now and then late by a few of
//! them after silence, and goes on a little after the last sound; the level tells the edge within 10 ms.

use std::ops::Range;

use va_inference::audio::prosody::{Contour, HOP_S, median, percentile};

use crate::runs::Span;

/// An edge is moved outwards by so much at most where the sound goes on. Into a word that it meets in its midst the network
/// needs up to 0.4 s.
const START_OUTWARDS_S: f64 = 0.4;
const END_OUTWARDS_S: f64 = 0.25;
/// Quiet for no longer than this belongs to the sound: it may be a stop consonant, which is closed before it is released. At
/// a start, where a breath may come before, not quite as long.
const DIP_AT_START_S: f64 = 0.1;
const DIP_AT_END_S: f64 = 0.12;
/// And inwards where there is none.
const INWARDS_S: f64 = 0.1;
/// The level of the edge, between that of the gap and that of speech.
const BETWEEN: f64 = 0.6;
/// In a gap that is hardly quieter than speech the level tells nothing; where it is quieter than a room, the recording's
/// own background may be louder. dB.
const LEAST_CONTRAST: f64 = 6.0;
const MOST_CONTRAST: f64 = 40.0;
/// Of a gap's levels, that of its background.
const BACKGROUND: f64 = 0.1;

/// The same spans with their edges where the sound is.
pub fn at_the_sound(spans: &[Span], contour: &Contour) -> Vec<Span> {
    let range = |span: &Span| contour.range(span.start_s, span.end_s);
    let levels = |range: Range<usize>| contour.level_db[range].iter().map(|level| f64::from(*level));
    let Some(speech_db) = median(&mut spans.iter().flat_map(|span| levels(range(span))).collect::<Vec<_>>())
    else {
        return spans.to_vec();
    };
    let edge_db = |gap: Range<usize>| {
        let background = percentile(&mut levels(gap).collect::<Vec<_>>(), BACKGROUND)?;
        let contrast = (speech_db - background).min(MOST_CONTRAST);
        (contrast >= LEAST_CONTRAST).then_some((speech_db - (1.0 - BETWEEN) * contrast) as f32)
    };
    let end_of_all = contour.level_db.len();
    let moved = |at: usize| {
        let span = &spans[at];
        let Range { start, end } = range(span);
        let before = at.checked_sub(1).map_or(0, |before| range(&spans[before]).end);
        let after = spans.get(at + 1).map_or(end_of_all, |after| range(after).start);
        let start_s = edge_db(before..start).and_then(|edge_db| {
            let loud = |at: usize| contour.level_db[at] >= edge_db;
            start_at(start, before..end, loud)
        });
        let end_s = edge_db(end..after).and_then(|edge_db| {
            let loud = |at: usize| contour.level_db[at] >= edge_db;
            end_at(end, start..after, loud)
        });
        let moved = Span {
            start_s: start_s.map_or(span.start_s, |at| at as f64 * HOP_S),
            end_s: end_s.map_or(span.end_s, |at| at as f64 * HOP_S),
        };
        if moved.length_s() > 0.0 { moved } else { *span }
    };
    (0..spans.len()).map(moved).collect()
}

fn hops(seconds: f64) -> usize {
    (seconds / HOP_S).round() as usize
}

/// The first loud value of those that reach to `start`, else the first one after it.
fn start_at(start: usize, within: Range<usize>, loud: impl Fn(usize) -> bool) -> Option<usize> {
    let from = start.min(within.end.checked_sub(1)?);
    let back_to = |seconds: f64| from.saturating_sub(hops(seconds)).max(within.start);
    match (back_to(DIP_AT_START_S)..=from).rev().find(|at| loud(*at)) {
        Some(near) => {
            let on = (back_to(START_OUTWARDS_S)..near).rev();
            Some(last_of_run(near, on, hops(DIP_AT_START_S), loud))
        }
        None => (from..(from + hops(INWARDS_S)).min(within.end)).find(|at| loud(*at)),
    }
}

/// One after the last loud value of those that reach on from `end`, else after the last one before it.
fn end_at(end: usize, within: Range<usize>, loud: impl Fn(usize) -> bool) -> Option<usize> {
    let last = end.checked_sub(1).filter(|last| within.contains(last))?;
    let on_to = |seconds: f64| (last + 1 + hops(seconds)).min(within.end);
    match (last..on_to(DIP_AT_END_S)).find(|at| loud(*at)) {
        Some(near) => Some(last_of_run(near, near + 1..on_to(END_OUTWARDS_S), hops(DIP_AT_END_S), loud) + 1),
        None => {
            let least = last.saturating_sub(hops(INWARDS_S)).max(within.start);
            (least..last).rev().find(|at| loud(*at)).map(|at| at + 1)
        }
    }
}

/// The last loud value of `on`, which leads away from the loud one at `from`, that has no longer dip before it.
fn last_of_run(
    from: usize,
    on: impl Iterator<Item = usize>,
    dip: usize,
    loud: impl Fn(usize) -> bool,
) -> usize {
    let mut last = from;
    for at in on {
        if loud(at) {
            last = at;
        } else if at.abs_diff(last) > dip {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Loud from 1 s to 2 s and from 3 s to 4 s.
    fn contour(quiet_db: f32) -> Contour {
        let level = |at: usize| if matches!(at, 100..200 | 300..400) { -20.0 } else { quiet_db };
        Contour { level_db: (0..500).map(level).collect(), pitch_hz: vec![None; 500] }
    }

    fn moved(spans: &[(f64, f64)], quiet_db: f32) -> Vec<(f64, f64)> {
        let spans: Vec<Span> = spans.iter().map(|&(start_s, end_s)| Span { start_s, end_s }).collect();
        at_the_sound(&spans, &contour(quiet_db)).iter().map(|span| (span.start_s, span.end_s)).collect()
    }

    #[test]
    fn edges_move_to_where_the_sound_begins_and_ends() {
        assert_eq!(moved(&[(1.1, 1.92), (2.95, 4.06)], -60.0), [(1.0, 2.0), (3.0, 4.0)]);
    }

    #[test]
    fn edges_that_are_far_from_any_stay() {
        assert_eq!(moved(&[(0.5, 2.5)], -60.0), [(0.5, 2.5)]);
        // As far as they may.
        assert_eq!(moved(&[(1.5, 1.7)], -60.0), [(1.1, 1.95)]);
    }

    #[test]
    fn a_closed_consonant_belongs_to_the_word_and_a_far_sound_does_not() {
        let found = |quiet: Range<usize>, start_s: f64, end_s: f64| {
            let level =
                |at: usize| if (100..200).contains(&at) && !quiet.contains(&at) { -20.0 } else { -60.0 };
            let contour = Contour { level_db: (0..300).map(level).collect(), pitch_hz: vec![None; 300] };
            let found = at_the_sound(&[Span { start_s, end_s }], &contour)[0];
            [found.start_s, found.end_s].map(|time_s| (time_s / HOP_S).round() as usize)
        };
        let after = |quiet: Range<usize>| found(quiet, 1.16, 1.84);
        assert_eq!([after(185..196), after(184..199)], [[100, 200], [100, 184]]);
        assert_eq!([after(104..113), after(102..114)], [[100, 200], [114, 200]]);
        // The network's own edge is within.
        assert_eq!([found(104..113, 1.08, 2.0), found(185..196, 1.0, 1.9)], [[100, 200]; 2]);
    }

    #[test]
    fn digital_silence_makes_no_background_of_a_room_speech() {
        let level = |at: usize| match at {
            0..100 => -100.0,
            200..300 => -20.0,
            _ => -55.0,
        };
        let contour = Contour { level_db: (0..400).map(level).collect(), pitch_hz: vec![None; 400] };
        assert_eq!(at_the_sound(&[Span { start_s: 2.0, end_s: 3.0 }], &contour)[0].start_s, 2.0);
    }

    #[test]
    fn where_the_gap_is_as_loud_the_network_is_believed() {
        assert_eq!(moved(&[(1.1, 1.92), (2.95, 4.06)], -22.0), [(1.1, 1.92), (2.95, 4.06)]);
        assert!(moved(&[], -60.0).is_empty());
    }
}
