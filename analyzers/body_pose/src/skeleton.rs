//! A person's seventeen points, and the measures that gestures are told by.
//!
//! Proportions are those of Drillis and Contini 1966 (in Winter, Biomechanics and Motor Control of Human Movement), as
//! shares of the body's height: shoulders at .818, hips at .530, eyes at .936, shoulder to shoulder .259, upper arm .186,
//! forearm .146, hand .108. All is measured in trunks: a trunk, shoulder to hip, is .288 of the height.

/// The keypoints of COCO (Lin et al. 2014), in their order. Left and right are the person's own.
pub const NAMES: [&str; 17] = [
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
];

/// Shoulder to shoulder, in trunks.
const SHOULDERS: f32 = 0.9;
/// From the shoulders up to the eyes, in trunks.
const EYES_ABOVE: f32 = 0.41;

pub type Point = [f32; 2];

/// Points in pixels, y downwards; `None` where one is not seen.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Skeleton {
    pub points: [Option<Point>; 17],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// An arm that is seen whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arm {
    pub shoulder: Point,
    pub elbow: Point,
    pub wrist: Point,
}

impl Skeleton {
    pub fn wrist(&self, side: Side) -> Option<Point> {
        self.of_pair(9, side)
    }

    pub fn elbow(&self, side: Side) -> Option<Point> {
        self.of_pair(7, side)
    }

    pub fn hip(&self, side: Side) -> Option<Point> {
        self.of_pair(11, side)
    }

    pub fn shoulder(&self, side: Side) -> Option<Point> {
        self.of_pair(5, side)
    }

    pub fn arm(&self, side: Side) -> Option<Arm> {
        Some(Arm { shoulder: self.shoulder(side)?, elbow: self.elbow(side)?, wrist: self.wrist(side)? })
    }

    fn of_pair(&self, left: usize, side: Side) -> Option<Point> {
        self.points[if side == Side::Left { left } else { left + 1 }]
    }

    /// Pixels of a trunk. A length in the picture is never longer than the real one, so the longest of what is seen of
    /// the trunk and the shoulders counts: a person seen from the side has narrow shoulders, one who bows a short trunk.
    pub fn trunk(&self) -> Option<f32> {
        let side = |side| Some(distance(self.shoulder(side)?, self.hip(side)?));
        let across = || Some(self.shoulder_width()? / SHOULDERS);
        let longest = [side(Side::Left), side(Side::Right), across()].into_iter().flatten().reduce(f32::max);
        longest.filter(|length| *length > 0.0)
    }

    pub fn shoulder_width(&self) -> Option<f32> {
        Some(distance(self.shoulder(Side::Left)?, self.shoulder(Side::Right)?))
    }

    /// Whether the trunk is within 45 degrees of upright; taken to be where the hips are not seen.
    pub fn is_upright(&self) -> bool {
        let middle =
            |side: fn(&Self, Side) -> Option<Point>| mean(&[side(self, Side::Left), side(self, Side::Right)]);
        match (middle(Skeleton::shoulder), middle(Skeleton::hip)) {
            (Some(shoulders), Some(hips)) => hips[1] - shoulders[1] > (hips[0] - shoulders[0]).abs(),
            _ => true,
        }
    }

    /// The middle of what is seen of the face.
    pub fn head(&self) -> Option<Point> {
        mean(&self.points[..5])
    }

    /// How far down the eyes are; what else is seen of the face serves, and without any the shoulders.
    pub fn eye_line(&self) -> Option<f32> {
        let highest =
            |points: &[Option<Point>]| points.iter().flatten().map(|point| point[1]).reduce(f32::min);
        let by_shoulders = || Some(mean(&self.points[5..7])?[1] - EYES_ABOVE * self.trunk()?);
        highest(&self.points[1..3]).or_else(|| highest(&self.points[..5])).or_else(by_shoulders)
    }

    /// Where a point is across the body: 0 at the right shoulder, 1 at the left one.
    pub fn across(&self, point: Point) -> Option<f32> {
        let (right, left) = (self.shoulder(Side::Right)?, self.shoulder(Side::Left)?);
        let axis = minus(left, right);
        let squared = dot(axis, axis);
        (squared > 0.0).then(|| dot(minus(point, right), axis) / squared)
    }
}

impl Arm {
    /// At the elbow, degrees: 180 is straight.
    pub fn elbow_deg(&self) -> f32 {
        angle_deg(minus(self.shoulder, self.elbow), minus(self.wrist, self.elbow))
    }

    /// Between the line from shoulder to wrist and straight down, degrees.
    pub fn from_down_deg(&self) -> f32 {
        angle_deg(minus(self.wrist, self.shoulder), [0.0, 1.0])
    }

    pub fn reach(&self) -> f32 {
        distance(self.shoulder, self.wrist)
    }
}

pub fn distance(a: Point, b: Point) -> f32 {
    let [x, y] = minus(a, b);
    x.hypot(y)
}

fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1]]
}

fn dot(a: Point, b: Point) -> f32 {
    a[0] * b[0] + a[1] * b[1]
}

/// 0 for a vector without a length.
fn angle_deg(a: Point, b: Point) -> f32 {
    let cross = a[0] * b[1] - a[1] * b[0];
    cross.atan2(dot(a, b)).to_degrees().abs()
}

fn mean(points: &[Option<Point>]) -> Option<Point> {
    let seen: Vec<Point> = points.iter().copied().flatten().collect();
    let n = seen.len() as f32;
    let sum = |i: usize| seen.iter().map(|point| point[i]).sum::<f32>();
    (!seen.is_empty()).then(|| [sum(0) / n, sum(1) / n])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trunk_is_the_longest_of_what_is_seen() {
        let mut skeleton = Skeleton::default();
        assert_eq!(skeleton.trunk(), None);
        skeleton.points[5] = Some([90.0, 0.0]);
        skeleton.points[6] = Some([0.0, 0.0]);
        assert!((skeleton.trunk().expect("shoulders") - 100.0).abs() < 1e-3);
        skeleton.points[11] = Some([90.0, 120.0]);
        assert_eq!(skeleton.trunk(), Some(120.0));
    }

    #[test]
    fn across_runs_from_the_right_shoulder_to_the_left() {
        let mut skeleton = Skeleton::default();
        (skeleton.points[5], skeleton.points[6]) = (Some([100.0, 10.0]), Some([20.0, 10.0]));
        assert_eq!(skeleton.across([60.0, 300.0]), Some(0.5));
        assert_eq!(skeleton.across([180.0, 0.0]), Some(2.0));
        skeleton.points[6] = None;
        assert_eq!(skeleton.across([60.0, 300.0]), None);
    }

    #[test]
    fn the_eye_line_is_guessed_from_the_shoulders_at_last() {
        let mut skeleton = Skeleton::default();
        (skeleton.points[5], skeleton.points[6]) = (Some([90.0, 100.0]), Some([0.0, 100.0]));
        assert!((skeleton.eye_line().expect("shoulders") - 59.0).abs() < 1e-3);
        skeleton.points[3] = Some([50.0, 62.0]);
        assert_eq!(skeleton.eye_line(), Some(62.0));
        skeleton.points[1] = Some([50.0, 60.0]);
        assert_eq!(skeleton.eye_line(), Some(60.0));
    }

    #[test]
    fn arms_know_their_angles() {
        let arm = Arm { shoulder: [0.0, 0.0], elbow: [0.0, 10.0], wrist: [10.0, 10.0] };
        assert!((arm.elbow_deg() - 90.0).abs() < 1e-3 && (arm.from_down_deg() - 45.0).abs() < 1e-3);
        let up = Arm { shoulder: [0.0, 0.0], elbow: [0.0, -10.0], wrist: [0.0, -20.0] };
        assert!((up.elbow_deg() - 180.0).abs() < 1e-3 && (up.from_down_deg() - 180.0).abs() < 1e-3);
    }
}
