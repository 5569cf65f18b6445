//! The faces of a frame out of those of the frames before and after it, where all show the same. Pure.

use va_inference::geometry::Rect;

use crate::postprocess::Face;

/// Least overlap of a face with itself two frames later. What moves further may have gone another way between.
const LEAST_IOU: f32 = 0.6;

/// Whether each of `frames` frames that come together is looked for faces itself: every second one, and the last, so
/// that each of the others lies between two. `seen_before` is whether the frame before them was looked at.
pub fn looked_at(frames: usize, seen_before: bool) -> Vec<bool> {
    let mut before = seen_before;
    let mut plan = Vec::with_capacity(frames);
    for i in 0..frames {
        before = !before || i + 1 == frames;
        plan.push(before);
    }
    plan
}

/// A frame's faces, and when it was.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub time_s: f64,
    pub faces: &'a [Face],
}

/// The faces at a time between two frames; `None` where those do not show the same faces, or their times are in no order.
pub fn between(before: Seen<'_>, after: Seen<'_>, time_s: f64) -> Option<Vec<Face>> {
    let ordered = before.time_s < time_s && time_s < after.time_s;
    if !ordered || before.faces.len() != after.faces.len() {
        return None;
    }
    let part = ((time_s - before.time_s) / (after.time_s - before.time_s)) as f32;
    let mut left: Vec<&Face> = after.faces.iter().collect();
    let moved = |face: &Face| {
        let overlap = |other: &&Face| face.rect.iou(&other.rect);
        let (i, other) = left.iter().enumerate().max_by(|a, b| overlap(a.1).total_cmp(&overlap(b.1)))?;
        if overlap(other) < LEAST_IOU {
            return None;
        }
        let other = left.swap_remove(i);
        Some(part_of_the_way(face, other, part))
    };
    before.faces.iter().map(moved).collect()
}

/// Every edge and point moves evenly; what one of both does not know is not known.
fn part_of_the_way(from: &Face, to: &Face, part: f32) -> Face {
    let mix = |a: f32, b: f32| a + (b - a) * part;
    let (a, b) = (&from.rect, &to.rect);
    let rect =
        Rect::new(mix(a.left, b.left), mix(a.top, b.top), mix(a.right, b.right), mix(a.bottom, b.bottom));
    let points = std::array::from_fn(|i| {
        let ([ax, ay], [bx, by]) = (from.points[i]?, to.points[i]?);
        Some([mix(ax, bx), mix(ay, by)])
    });
    Face { rect, score: from.score.min(to.score), points }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(left: f32, score: f32) -> Face {
        let points = [Some([left + 5.0, 10.0]), None, None, None, None];
        Face { rect: Rect::of_size(left, 0.0, 40.0, 40.0), score, points }
    }

    #[test]
    fn each_frame_is_looked_at_or_lies_between_two_that_are() {
        for (frames, seen_before) in [(1, false), (1, true), (2, true), (5, false), (16, true), (16, false)] {
            let plan = looked_at(frames, seen_before);
            let seen = |i: usize| if i == 0 { seen_before } else { plan[i - 1] };
            assert!((0..frames).all(|i| plan[i] || (seen(i) && plan[i + 1])), "{plan:?}");
        }
        assert_eq!(looked_at(16, true).iter().filter(|seen| **seen).count(), 8);
    }

    fn half_way(before: &[Face], after: &[Face]) -> Option<Vec<Face>> {
        between(Seen { time_s: 1.0, faces: before }, Seen { time_s: 2.0, faces: after }, 1.5)
    }

    #[test]
    fn faces_move_evenly_whatever_their_order() {
        let found = half_way(&[face(0.0, 0.9), face(100.0, 0.6)], &[face(104.0, 0.8), face(8.0, 0.7)]);
        assert_eq!(found, Some(vec![face(4.0, 0.7), face(102.0, 0.6)]));
        assert_eq!(half_way(&[], &[]), Some(vec![]));
    }

    #[test]
    fn who_comes_goes_or_jumps_is_looked_for() {
        let one = face(0.0, 0.9);
        assert_eq!(half_way(&[], &[one]), None);
        assert_eq!(half_way(&[one], &[]), None);
        assert_eq!(half_way(&[one], &[face(12.0, 0.9)]), None, "overlaps by 0.54");
        assert_eq!(half_way(&[one, face(200.0, 0.9)], &[one, face(300.0, 0.9)]), None);
    }

    #[test]
    fn times_in_no_order_tell_nothing() {
        let faces = [face(0.0, 0.9)];
        let at = |time_s| Seen { time_s, faces: &faces };
        for (before, after, time_s) in
            [(1.0, 1.0, 1.0), (2.0, 1.0, 1.5), (1.0, 2.0, 3.0), (1.0, f64::NAN, 1.5)]
        {
            assert_eq!(between(at(before), at(after), time_s), None, "{before}, {time_s}, {after}");
        }
    }
}
