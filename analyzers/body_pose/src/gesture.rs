//! What the arms say, by rules on a skeleton in the picture.
//!
//! The rules are our own; each stands with its reason. Lengths are in trunks (see `skeleton`), angles in
//! the picture: an arm that points at the camera is not seen to be stretched. They are tried in the order of
//! [`Gesture`], and the first that holds counts. A point that a rule needs and that is not seen makes the rule fail, and
//! a trunk more than 45 degrees from upright all of them: "up" says little of somebody who lies.

use serde::Serialize;

use crate::skeleton::{Arm, Side, Skeleton, distance};

/// Something done with the arms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gesture {
    /// Both arms stretched away from the body to opposite sides, no more than 30 degrees from level.
    ArmsSpread,
    /// Both wrists above the eyes, as for [`Gesture::HandRaised`].
    BothHandsRaised,
    /// A wrist above the eyes, above its elbow, and away from the head. A wrist above the shoulder is not enough: so
    /// is that of a hand at the mouth.
    HandRaised,
    /// Each wrist has passed the other at chest or belly, elbows bent, forearms nearly level. Folded hands lie lower, with
    /// the forearms hanging.
    ArmsCrossed,
    /// Each wrist at its hip, elbow bent and outside of shoulder and wrist. The wrist of a hanging arm is at the hip, too: it
    /// is the elbow that tells.
    HandsOnHips,
    /// One arm stretched away from the body, the other not.
    Pointing,
    /// A wrist within half a trunk of the middle of the face, elbow bent sharply: a hand at chin, ear, hair, or a phone.
    HandAtHead,
}

/// A stretched elbow, degrees; a straight arm comes out at 160 to 180.
const STRAIGHT_DEG: f32 = 150.0;
/// An arm less than this from hanging is at rest: it swings by up to 40 degrees in walking.
const AWAY_DEG: f32 = 60.0;
/// Half of the range in which spread arms are level.
const LEVEL_DEG: f32 = 30.0;
/// A stretched arm is 1.15 trunks long; one that seems shorter than this points at the camera or away.
const REACH: f32 = 0.8;
/// From the middle of the face a hand that touches the head has its wrist within a hand's length (.375) and half a face
/// (.1); a raised one is .7 away.
const AT_HEAD: f32 = 0.5;
/// The wrist of a hand on the hip bone is .3 from the hip joint.
const AT_HIP: f32 = 0.45;
/// Shoulders narrower than this (.9 from the front) are turned too far for rules about left and right: 60 degrees.
const FACING: f32 = 0.45;

impl Gesture {
    pub const ALL: [Gesture; 7] = [
        Gesture::ArmsSpread,
        Gesture::BothHandsRaised,
        Gesture::HandRaised,
        Gesture::ArmsCrossed,
        Gesture::HandsOnHips,
        Gesture::Pointing,
        Gesture::HandAtHead,
    ];

    /// The gesture of a person; `None` where it is none of these, or too little is seen to tell.
    pub fn of(skeleton: &Skeleton) -> Option<Self> {
        let seen = Seen { skeleton, trunk: skeleton.trunk()? };
        if !skeleton.is_upright() {
            return None;
        }
        Gesture::ALL.into_iter().find(|gesture| seen.is(*gesture).unwrap_or(false))
    }

    pub fn name(self) -> &'static str {
        match self {
            Gesture::ArmsSpread => "arms_spread",
            Gesture::BothHandsRaised => "both_hands_raised",
            Gesture::HandRaised => "hand_raised",
            Gesture::ArmsCrossed => "arms_crossed",
            Gesture::HandsOnHips => "hands_on_hips",
            Gesture::Pointing => "pointing",
            Gesture::HandAtHead => "hand_at_head",
        }
    }
}

const SIDES: [Side; 2] = [Side::Left, Side::Right];

/// A skeleton and its measure.
struct Seen<'a> {
    skeleton: &'a Skeleton,
    trunk: f32,
}

impl Seen<'_> {
    /// `None` where too little is seen.
    fn is(&self, gesture: Gesture) -> Option<bool> {
        match gesture {
            Gesture::ArmsSpread => self.arms_spread(),
            Gesture::BothHandsRaised => Some(SIDES.iter().all(|side| self.raised(*side))),
            Gesture::HandRaised => Some(SIDES.iter().any(|side| self.raised(*side))),
            Gesture::ArmsCrossed => self.arms_crossed(),
            Gesture::HandsOnHips => Some(SIDES.iter().all(|side| self.on_hip(*side).unwrap_or(false))),
            Gesture::Pointing => Some(SIDES.iter().filter(|side| self.stretched_away(**side)).count() == 1),
            Gesture::HandAtHead => Some(SIDES.iter().any(|side| self.at_head(*side).unwrap_or(false))),
        }
    }

    fn arms_spread(&self) -> Option<bool> {
        let [left, right] = [self.skeleton.arm(Side::Left)?, self.skeleton.arm(Side::Right)?];
        let level = |arm: &Arm| (arm.from_down_deg() - 90.0).abs() <= LEVEL_DEG;
        let outwards = self.skeleton.across(left.wrist)? > 1.0 && self.skeleton.across(right.wrist)? < 0.0;
        Some(outwards && SIDES.iter().all(|side| self.stretched_away(*side)) && level(&left) && level(&right))
    }

    fn raised(&self, side: Side) -> bool {
        let (Some(wrist), Some(eyes)) = (self.skeleton.wrist(side), self.skeleton.eye_line()) else {
            return false;
        };
        let above_elbow = self.skeleton.elbow(side).is_none_or(|elbow| wrist[1] < elbow[1]);
        let at_head = self.skeleton.head().is_some_and(|head| distance(wrist, head) < AT_HEAD * self.trunk);
        wrist[1] < eyes && above_elbow && !at_head
    }

    fn arms_crossed(&self) -> Option<bool> {
        if self.skeleton.shoulder_width()? < FACING * self.trunk {
            return Some(false);
        }
        let [left, right] = [self.skeleton.arm(Side::Left)?, self.skeleton.arm(Side::Right)?];
        // A forearm is .51 trunks, half of the shoulders' width: wrists pass each other by little.
        let passed = self.skeleton.across(right.wrist)? - self.skeleton.across(left.wrist)? > 0.1;
        let folded = |arm: &Arm| {
            let below_shoulder = (arm.wrist[1] - arm.shoulder[1]) / self.trunk;
            let level = (arm.wrist[1] - arm.elbow[1]).abs() < 0.35 * self.trunk;
            arm.elbow_deg() < 120.0 && level && (0.15..0.9).contains(&below_shoulder)
        };
        Some(passed && folded(&left) && folded(&right))
    }

    fn on_hip(&self, side: Side) -> Option<bool> {
        let (arm, hip) = (self.skeleton.arm(side)?, self.skeleton.hip(side)?);
        let facing = self.skeleton.shoulder_width()? >= FACING * self.trunk;
        // Outwards of the right shoulder is below 0.
        let out = |point| {
            let across = self.skeleton.across(point);
            if side == Side::Left { across } else { across.map(|across| 1.0 - across) }
        };
        let elbow_out = out(arm.elbow)? > 1.1 && out(arm.elbow)? > out(arm.wrist)? + 0.1;
        let bent = (50.0..140.0).contains(&arm.elbow_deg());
        Some(facing && elbow_out && bent && distance(arm.wrist, hip) < AT_HIP * self.trunk)
    }

    fn stretched_away(&self, side: Side) -> bool {
        self.skeleton.arm(side).is_some_and(|arm| {
            arm.elbow_deg() >= STRAIGHT_DEG
                && arm.from_down_deg() >= AWAY_DEG
                && arm.reach() >= REACH * self.trunk
        })
    }

    fn at_head(&self, side: Side) -> Option<bool> {
        let arm = self.skeleton.arm(side)?;
        let near = distance(arm.wrist, self.skeleton.head()?) < AT_HEAD * self.trunk;
        Some(near && arm.elbow_deg() < 90.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Somebody 1000 pixels high, from the front, after the proportions of [`skeleton`](crate::skeleton); their left is at
    /// the right of the picture. Arms by elbow and wrist, relative to the shoulder and to the body's own outside.
    fn person(left: [[f32; 2]; 2], right: [[f32; 2]; 2]) -> Skeleton {
        let mut points = [None; 17];
        let face = [[0.0, 90.0], [15.0, 64.0], [-15.0, 64.0], [40.0, 75.0], [-40.0, 75.0]];
        for (point, [x, y]) in points.iter_mut().zip(face) {
            *point = Some([500.0 + x, y]);
        }
        for (i, (outside, [elbow, wrist])) in [(1.0, left), (-1.0, right)].into_iter().enumerate() {
            let shoulder = [500.0 + outside * 129.5, 182.0];
            let at = |[x, y]: [f32; 2]| Some([shoulder[0] + outside * x, shoulder[1] + y]);
            points[5 + i] = Some(shoulder);
            points[7 + i] = at(elbow);
            points[9 + i] = at(wrist);
            points[11 + i] = Some([500.0 + outside * 80.0, 470.0]);
            points[13 + i] = Some([500.0 + outside * 80.0, 715.0]);
        }
        Skeleton { points }
    }

    const HANGING: [[f32; 2]; 2] = [[15.0, 185.0], [20.0, 331.0]];
    const UP: [[f32; 2]; 2] = [[40.0, -180.0], [50.0, -325.0]];
    /// Elbow at the side, forearm up: a greeting.
    const WAVING: [[f32; 2]; 2] = [[120.0, 60.0], [150.0, -130.0]];
    const LEVEL: [[f32; 2]; 2] = [[185.0, 10.0], [330.0, 0.0]];
    const AKIMBO: [[f32; 2]; 2] = [[120.0, 140.0], [-10.0, 215.0]];
    const FOLDED: [[f32; 2]; 2] = [[5.0, 170.0], [-155.0, 140.0]];
    /// Hands together below the belly.
    const CLASPED: [[f32; 2]; 2] = [[20.0, 180.0], [-105.0, 270.0]];
    const AT_EAR: [[f32; 2]; 2] = [[60.0, 150.0], [-60.0, -40.0]];
    const ON_TOP_OF_HEAD: [[f32; 2]; 2] = [[150.0, -80.0], [-60.0, -175.0]];

    fn gesture(left: [[f32; 2]; 2], right: [[f32; 2]; 2]) -> Option<Gesture> {
        Gesture::of(&person(left, right))
    }

    /// Both ways round: what the left arm does, the right one may do.
    fn either(one: [[f32; 2]; 2], other: [[f32; 2]; 2]) -> Option<Gesture> {
        let (there, back) = (gesture(one, other), gesture(other, one));
        assert_eq!(there, back, "{one:?} {other:?}");
        there
    }

    #[test]
    fn hanging_arms_and_clasped_hands_are_no_gesture() {
        assert_eq!(gesture(HANGING, HANGING), None);
        assert_eq!(gesture(CLASPED, CLASPED), None);
        // Passed each other by less than the hands' own size.
        assert_eq!(gesture(CLASPED, [CLASPED[0], [-140.0, 270.0]]), None);
    }

    #[test]
    fn a_hand_above_the_eyes_is_raised() {
        assert_eq!(either(UP, HANGING), Some(Gesture::HandRaised));
        assert_eq!(either(WAVING, HANGING), Some(Gesture::HandRaised));
        assert_eq!(gesture(UP, UP), Some(Gesture::BothHandsRaised));
        assert_eq!(gesture(UP, WAVING), Some(Gesture::BothHandsRaised));
        // Below the eyes, though above the shoulder.
        assert_eq!(either([[120.0, 60.0], [150.0, -60.0]], HANGING), None);
    }

    #[test]
    fn a_hand_on_the_head_is_not_raised() {
        assert_eq!(either(ON_TOP_OF_HEAD, HANGING), Some(Gesture::HandAtHead));
        assert_eq!(either(AT_EAR, HANGING), Some(Gesture::HandAtHead));
        assert_eq!(either(AT_EAR, UP), Some(Gesture::HandRaised));
    }

    #[test]
    fn folded_arms_are_crossed() {
        assert_eq!(gesture(FOLDED, FOLDED), Some(Gesture::ArmsCrossed));
        assert_eq!(either(FOLDED, HANGING), None);
    }

    #[test]
    fn hands_on_hips_need_both_elbows_out() {
        assert_eq!(gesture(AKIMBO, AKIMBO), Some(Gesture::HandsOnHips));
        assert_eq!(either(AKIMBO, HANGING), None);
    }

    #[test]
    fn one_stretched_arm_points_and_two_are_spread() {
        assert_eq!(either(LEVEL, HANGING), Some(Gesture::Pointing));
        assert_eq!(either(LEVEL, AKIMBO), Some(Gesture::Pointing));
        assert_eq!(gesture(LEVEL, LEVEL), Some(Gesture::ArmsSpread));
        // Across the body, to the other side.
        assert_eq!(either([[-150.0, 20.0], [-290.0, 30.0]], HANGING), Some(Gesture::Pointing));
        // Both to the same side: neither one points, nor are they spread.
        assert_eq!(gesture(LEVEL, [[-180.0, 10.0], [-330.0, 0.0]]), None);
    }

    #[test]
    fn a_swinging_or_a_foreshortened_arm_does_not_point() {
        assert_eq!(either([[105.0, 153.0], [188.0, 273.0]], HANGING), None);
        assert_eq!(either([[60.0, 0.0], [110.0, 0.0]], HANGING), None);
        assert_eq!(either([[185.0, 10.0], [185.0, 156.0]], HANGING), None);
    }

    #[test]
    fn what_is_not_seen_is_not_told() {
        let mut hidden = person(FOLDED, FOLDED);
        hidden.points[9] = None;
        assert_eq!(Gesture::of(&hidden), None);
        assert_eq!(Gesture::of(&Skeleton::default()), None);
        // A raised hand needs no elbow, and no face: the shoulders tell where the eyes are.
        let mut raised = person(UP, HANGING);
        raised.points[..5].fill(None);
        raised.points[7] = None;
        assert_eq!(Gesture::of(&raised), Some(Gesture::HandRaised));
        // Akimbo without hips is not known to be.
        let mut akimbo = person(AKIMBO, AKIMBO);
        (akimbo.points[11], akimbo.points[12]) = (None, None);
        assert_eq!(Gesture::of(&akimbo), None);
    }

    #[test]
    fn seen_from_behind_the_same_holds() {
        // Mirrored: the person's left is at the left of the picture.
        let behind = |mut skeleton: Skeleton| {
            skeleton.points[..5].fill(None);
            skeleton.points.iter_mut().flatten().for_each(|point| point[0] = 1000.0 - point[0]);
            Gesture::of(&skeleton)
        };
        assert_eq!(behind(person(AKIMBO, AKIMBO)), Some(Gesture::HandsOnHips));
        assert_eq!(behind(person(LEVEL, LEVEL)), Some(Gesture::ArmsSpread));
        assert_eq!(behind(person(UP, HANGING)), Some(Gesture::HandRaised));
    }

    #[test]
    fn from_the_side_left_and_right_are_not_told_apart() {
        let narrow = |mut skeleton: Skeleton| {
            skeleton.points.iter_mut().flatten().for_each(|point| point[0] *= 0.3);
            Gesture::of(&skeleton)
        };
        assert_eq!(narrow(person(FOLDED, FOLDED)), None);
        assert_eq!(narrow(person(AKIMBO, AKIMBO)), None);
    }

    #[test]
    fn somebody_who_lies_makes_no_gesture() {
        let mut lying = person(UP, HANGING);
        lying.points.iter_mut().flatten().for_each(|point| *point = [1000.0 - point[1], point[0]]);
        assert_eq!(Gesture::of(&lying), None);
    }

    #[test]
    fn the_size_does_not_matter() {
        for scale in [0.05, 3.0] {
            for (arms, expected) in [
                (FOLDED, Gesture::ArmsCrossed),
                (AKIMBO, Gesture::HandsOnHips),
                (UP, Gesture::BothHandsRaised),
            ] {
                let mut skeleton = person(arms, arms);
                let points = skeleton.points.iter_mut().flatten();
                points.for_each(|point| *point = point.map(|at| at * scale));
                assert_eq!(Gesture::of(&skeleton), Some(expected), "{scale}");
            }
        }
    }

    #[test]
    fn names_are_those_of_the_findings() {
        let written = |gesture: Gesture| serde_json::to_value(gesture).expect("text");
        assert!(Gesture::ALL.into_iter().all(|gesture| written(gesture) == gesture.name()));
    }
}
