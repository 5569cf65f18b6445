//! What the tracker does, told by walks.

use super::{Limits, Seen, Tracker};
use crate::detect::Detection;
use crate::geometry::Rect;

fn at(x: f32, score: f32) -> Detection {
    Detection { rect: Rect::of_centre(x, 100.0, 40.0, 80.0), score, class: 0 }
}

fn ids(seen: &[Option<Seen>]) -> Vec<u32> {
    seen.iter().map(|seen| seen.map_or(0, |seen| seen.id)).collect()
}

#[test]
fn two_that_walk_keep_their_numbers_though_their_order_changes() {
    let mut tracker = Tracker::default();
    for i in 0..10 {
        let t = f64::from(i) * 0.2;
        let (left, right) = (at(50.0 + 8.0 * i as f32, 0.9), at(400.0 - 8.0 * i as f32, 0.9));
        let swapped = i % 2 == 1;
        let found = if swapped { [right, left] } else { [left, right] };
        let expected = if swapped { [2, 1] } else { [1, 2] };
        assert_eq!(ids(&tracker.update(t, &found)), expected, "at {t} s");
    }
    assert_eq!(tracker.tracks().len(), 2);
}

#[test]
fn the_same_walk_gives_the_same_tracks_at_any_sampling() {
    for rate in [2.0, 5.0, 30.0] {
        let mut tracker = Tracker::default();
        for i in 0..(4.0 * rate) as i32 {
            let t = f64::from(i) / rate;
            // A box width and a half a second.
            tracker.update(t, &[at(50.0 + 60.0 * t as f32, 0.9)]);
        }
        let tracks = tracker.tracks();
        assert_eq!(tracks.len(), 1, "{tracks:?} at {rate} a second");
    }
}

#[test]
fn those_who_cross_keep_their_numbers_by_where_they_were_going() {
    let mut tracker = Tracker::default();
    let mut last = Vec::new();
    for i in 0..20 {
        let x = 12.0 * i as f32;
        last = ids(&tracker.update(f64::from(i) * 0.1, &[at(x, 0.9), at(228.0 - x, 0.9)]));
    }
    assert_eq!(last, [1, 2]);
}

#[test]
fn a_doubtful_box_keeps_a_track_alive_but_begins_none() {
    let mut tracker = Tracker::default();
    assert_eq!(ids(&tracker.update(0.0, &[at(50.0, 0.2)])), [0]);
    assert_eq!(ids(&tracker.update(0.1, &[at(50.0, 0.9)])), [1]);
    assert_eq!(ids(&tracker.update(0.2, &[at(51.0, 0.2)])), [1]);
    assert_eq!(ids(&tracker.update(0.3, &[at(51.0, 0.05)])), [0]);
}

#[test]
fn a_track_is_confirmed_by_a_second_sight_and_a_flicker_is_not() {
    let mut tracker = Tracker::default();
    let first = tracker.update(0.0, &[at(50.0, 0.6)])[0].expect("begins");
    assert!(!first.confirmed);
    assert!(tracker.update(0.1, &[at(50.0, 0.6)])[0].expect("goes on").confirmed);
    tracker.update(0.2, &[at(50.0, 0.6), at(300.0, 0.6)]);
    tracker.update(0.3, &[at(50.0, 0.6)]);
    assert_eq!(tracker.tracks().len(), 1);
}

#[test]
fn waits_for_the_hidden_and_then_forgets() {
    let mut tracker = Tracker::new(Limits { forget_s: 1.0, ..Limits::default() });
    tracker.update(0.0, &[at(50.0, 0.9)]);
    tracker.update(0.5, &[]);
    assert_eq!(ids(&tracker.update(0.9, &[at(52.0, 0.9)])), [1]);
    assert_eq!(ids(&tracker.update(2.0, &[at(52.0, 0.9)])), [2]);
    let tracks = tracker.tracks();
    assert_eq!(tracks.iter().map(|track| (track.id, track.last_s)).collect::<Vec<_>>(), [(1, 0.9), (2, 2.0)]);
}

#[test]
fn classes_do_not_mix_and_a_cut_ends_all() {
    let mut tracker = Tracker::default();
    tracker.update(0.0, &[at(50.0, 0.9)]);
    let other = Detection { class: 3, ..at(50.0, 0.9) };
    assert_eq!(ids(&tracker.update(0.1, &[other])), [2]);
    tracker.cut();
    assert_eq!(ids(&tracker.update(0.2, &[at(50.0, 0.9), other])), [3, 4]);
    assert_eq!(tracker.tracks().len(), 4);
}

#[test]
fn a_leap_of_one_width_is_followed_within_reach_only() {
    let leap = |reach: f32| {
        let mut tracker = Tracker::new(Limits { reach, ..Limits::default() });
        tracker.update(0.0, &[at(50.0, 0.9)]);
        ids(&tracker.update(0.33, &[at(95.0, 0.9)]))
    };
    assert_eq!(leap(0.5), [1]);
    assert_eq!(leap(0.0), [2]);
}
