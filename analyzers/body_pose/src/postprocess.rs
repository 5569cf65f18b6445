//! What a model finds, into the words and units of findings.

use serde::Serialize;
use va_analyzer_sdk::rounded;
use va_inference::geometry::Rect;

use crate::skeleton::{NAMES, Skeleton};

/// x, y, confidence.
pub type Points = [[f32; 3]; 17];

/// A keypoint as the findings have it: pixels of the source frame, one decimal; unknown where it is not seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Keypoint {
    pub name: &'static str,
    pub x: Option<f64>,
    pub y: Option<f64>,
    pub confidence: f64,
}

/// The points that are seen: with enough confidence, and in a picture of this size.
pub fn skeleton(points: &Points, (width, height): (f32, f32), least: f32) -> Skeleton {
    let picture = Rect::new(0.0, 0.0, width, height);
    Skeleton {
        points: points
            .map(|[x, y, confidence]| (confidence >= least && picture.contains([x, y])).then_some([x, y])),
    }
}

/// All seventeen, those of the skeleton with their place.
pub fn in_source(points: &Points, skeleton: &Skeleton) -> [Keypoint; 17] {
    std::array::from_fn(|i| {
        let place = skeleton.points[i].map(|point| point.map(|at| rounded(f64::from(at), 1)));
        Keypoint {
            name: NAMES[i],
            x: place.map(|[x, _]| x),
            y: place.map(|[_, y]| y),
            confidence: rounded(f64::from(points[i][2].clamp(0.0, 1.0)), 4),
        }
    })
}

/// Points of the same name this near to each other, in sizes of the smaller person, are one point found twice.
const SAME: f32 = 0.05;
/// Fewer than so many may lie so by chance, as those of people who embrace.
const LEAST_SAME: usize = 3;

/// Where a crop shows two people, points of the one may be found for the other, too. They stay with the one whose
/// box its skeleton fits better; the other does not know them.
pub fn without_copies(people: &[Rect], points: &mut [Points], least: f32) {
    for one in 0..people.len() {
        for other in one + 1..people.len() {
            let near = SAME * size(&people[one]).min(size(&people[other]));
            let same = same_points(&points[one], &points[other], near, least);
            if same.len() >= LEAST_SAME {
                let fits = |i: usize| outline(&points[i], least).iou(&people[i]);
                let worse = if fits(one) < fits(other) { one } else { other };
                same.into_iter().for_each(|point| points[worse][point] = [0.0; 3]);
            }
        }
    }
}

fn same_points(one: &Points, other: &Points, near: f32, least: f32) -> Vec<usize> {
    let same = |&i: &usize| {
        let (a, b) = (one[i], other[i]);
        a[2] >= least && b[2] >= least && (a[0] - b[0]).hypot(a[1] - b[1]) < near
    };
    (0..one.len()).filter(same).collect()
}

fn size(rect: &Rect) -> f32 {
    rect.width().max(rect.height())
}

fn outline(points: &Points, least: f32) -> Rect {
    let seen: Vec<[f32; 2]> =
        points.iter().filter(|point| point[2] >= least).map(|&[x, y, _]| [x, y]).collect();
    Rect::round(&seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_doubtful_or_outside_has_no_place() {
        let mut points = Points::default();
        points[0] = [10.04, 20.0, 0.9];
        points[1] = [10.0, 20.0, 0.29];
        points[2] = [10.0, 120.0, 0.9];
        let skeleton = skeleton(&points, (100.0, 100.0), 0.3);
        let found = in_source(&points, &skeleton);
        assert_eq!(found[0], Keypoint { name: "nose", x: Some(10.0), y: Some(20.0), confidence: 0.9 });
        assert_eq!((found[1].x, found[1].confidence), (None, 0.29));
        assert_eq!((found[2].name, found[2].y), ("right_eye", None));
        assert_eq!(found[16], Keypoint { name: "right_ankle", x: None, y: None, confidence: 0.0 });
    }

    /// Somebody whose points fill a box of 40 x 160 at `x`.
    fn standing(x: f32) -> Points {
        std::array::from_fn(|i| [x + (i % 5) as f32 * 10.0, i as f32 * 10.0, 0.8])
    }

    #[test]
    fn of_the_same_points_twice_the_better_fitting_skeleton_keeps_them() {
        let people = [Rect::new(0.0, 0.0, 40.0, 80.0), Rect::new(0.0, 0.0, 40.0, 160.0)];
        let mut points = [standing(1.0), standing(0.0)];
        without_copies(&people, &mut points, 0.3);
        assert_eq!(points, [Points::default(), standing(0.0)]);
        // A head of one's own stays.
        let mut mixed = standing(1.0);
        mixed[..5].iter_mut().for_each(|point| point[1] -= 50.0);
        let mut points = [mixed, standing(0.0)];
        without_copies(&people, &mut points, 0.3);
        assert_eq!(points[0][..5], mixed[..5]);
        assert_eq!(points[0][5..], [[0.0; 3]; 12]);
    }

    #[test]
    fn neighbours_keep_their_points() {
        let people = [Rect::new(0.0, 0.0, 40.0, 160.0), Rect::new(20.0, 0.0, 60.0, 160.0)];
        let both = [standing(0.0), standing(20.0)];
        let mut points = both;
        without_copies(&people, &mut points, 0.3);
        assert_eq!(points, both);
        // Two points may be at the same place by chance.
        let mut touching = standing(20.0);
        touching[9] = standing(0.0)[9];
        touching[10] = standing(0.0)[10];
        let mut points = [standing(0.0), touching];
        without_copies(&people, &mut points, 0.3);
        assert_eq!(points, [standing(0.0), touching]);
        // Points nobody is sure of are no evidence.
        let mut points = [standing(0.0), standing(0.0)].map(|all| all.map(|[x, y, _]| [x, y, 0.1]));
        let before = points;
        without_copies(&people, &mut points, 0.3);
        assert_eq!(points, before);
    }
}
