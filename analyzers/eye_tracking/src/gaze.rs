//! From the turn of the head and the look of the eyes to where somebody looks. Pure.
//!
//! The blendshape net says how far each eye looks in, out, up and down, 0 to 1. How many degrees that is was fitted on 15
//! faces of 5 pictures and 3 of a clip that look into the camera with their heads turned up to 34 degrees: the sum with the
//! head's turn has to be 0. README says what it is worth.

use serde::Serialize;
use va_analyzer_sdk::rounded;

/// Degrees to the side for a look of 1.
const YAW_DEG: f64 = 26.0;
/// Degrees up or down for a look of 1, and what the net and the mesh say too low together.
const PITCH_DEG: f64 = 28.0;
const PITCH_OFFSET_DEG: f64 = 9.4;

/// Where in the net's output these are; left and right are the person's.
const EYE_BLINK: [usize; 2] = [9, 10];
const LOOK_DOWN: [usize; 2] = [11, 12];
const LOOK_IN: [usize; 2] = [13, 14];
const LOOK_OUT: [usize; 2] = [15, 16];
const LOOK_UP: [usize; 2] = [17, 18];
/// Numbers in the net's output.
pub const BLENDSHAPES: usize = 52;

/// 0 and 0 is straight into the camera.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Gaze {
    /// To the picture's right.
    pub yaw_deg: f64,
    /// Up.
    pub pitch_deg: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    Camera,
    /// Of the picture, as is right.
    Left,
    Right,
    Up,
    Down,
}

/// What the eyes do, 0..1 or -1..1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// How far the lids of the person's left and right eye are closed.
    pub blink: [f64; 2],
    /// To the picture's right, in the head's own directions.
    pub aside: f64,
    /// Up.
    pub up: f64,
}

impl Look {
    /// Of the net's output; `None` where it has another length.
    pub fn of(blendshapes: &[f32]) -> Option<Self> {
        let numbers: &[f32; BLENDSHAPES] = blendshapes.try_into().ok()?;
        let at = |pair: [usize; 2]| pair.map(|i| f64::from(numbers[i]));
        let ([in_left, in_right], [out_left, out_right]) = (at(LOOK_IN), at(LOOK_OUT));
        let (up, down) = (at(LOOK_UP), at(LOOK_DOWN));
        Some(Look {
            blink: at(EYE_BLINK),
            aside: ((out_left - in_left) + (in_right - out_right)) / 2.0,
            up: (up[0] + up[1] - down[0] - down[1]) / 2.0,
        })
    }

    /// Whether the eyes are open.
    pub fn open(&self) -> bool {
        (self.blink[0] + self.blink[1]) / 2.0 < 0.5
    }
}

impl Gaze {
    /// `forward` is where the head points to in its crop, which is turned clockwise by `lean` (radians) so that the eyes are
    /// level in it.
    pub fn of(forward: [f64; 3], look: &Look, lean: f64) -> Self {
        let [x, y, z] = forward;
        let yaw = x.atan2(z) + (YAW_DEG * look.aside).to_radians();
        let pitch = y.clamp(-1.0, 1.0).asin() + (PITCH_DEG * look.up + PITCH_OFFSET_DEG).to_radians();
        let (x, y, z) = (yaw.sin() * pitch.cos(), pitch.sin(), yaw.cos() * pitch.cos());
        // The crop's directions in the picture: y is up here, so that clockwise is the negative direction.
        let (sin, cos) = (-lean).sin_cos();
        let (x, y) = (cos * x - sin * y, sin * x + cos * y);
        Gaze { yaw_deg: x.atan2(z).to_degrees(), pitch_deg: y.clamp(-1.0, 1.0).asin().to_degrees() }
    }

    /// To a tenth of a degree.
    pub fn rounded(&self) -> Self {
        let [yaw_deg, pitch_deg] = [self.yaw_deg, self.pitch_deg].map(|angle| rounded(angle, 1));
        Gaze { yaw_deg, pitch_deg }
    }

    /// What is looked at: the camera within `camera_deg` to each side and up and down, else where it is further from it.
    pub fn target(&self, camera_deg: f64) -> Target {
        let Gaze { yaw_deg: yaw, pitch_deg: pitch } = *self;
        match (yaw.abs() <= camera_deg && pitch.abs() <= camera_deg, yaw.abs() >= pitch.abs()) {
            (true, _) => Target::Camera,
            (_, true) if yaw > 0.0 => Target::Right,
            (_, true) => Target::Left,
            _ if pitch > 0.0 => Target::Up,
            _ => Target::Down,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AHEAD: [f64; 3] = [0.0, 0.0, 1.0];

    fn look(aside: f64, up: f64) -> Look {
        Look { blink: [0.0; 2], aside, up: up - PITCH_OFFSET_DEG / PITCH_DEG }
    }

    #[test]
    fn eyes_that_look_back_at_the_camera_make_up_for_the_head() {
        let right = 20f64.to_radians();
        let gaze = Gaze::of([right.sin(), 0.0, right.cos()], &look(-20.0 / YAW_DEG, 0.0), 0.3);
        assert!(gaze.yaw_deg.abs() < 1e-9 && gaze.pitch_deg.abs() < 1e-9, "{gaze:?}");
        assert_eq!(gaze.target(12.0), Target::Camera);
    }

    #[test]
    fn a_leaning_head_looks_aside_along_its_own_eyes() {
        let level = Gaze::of(AHEAD, &look(1.0, 0.0), 0.0);
        assert!((level.yaw_deg - YAW_DEG).abs() < 1e-9 && level.pitch_deg.abs() < 1e-9);
        // Clockwise by a quarter turn: the head's right is the picture's down.
        let lying = Gaze::of(AHEAD, &look(1.0, 0.0), std::f64::consts::FRAC_PI_2);
        assert!(lying.yaw_deg.abs() < 1e-9 && (lying.pitch_deg + YAW_DEG).abs() < 1e-9, "{lying:?}");
    }

    #[test]
    fn the_target_is_where_the_look_goes_furthest() {
        let target = |yaw_deg, pitch_deg| Gaze { yaw_deg, pitch_deg }.target(12.0);
        assert_eq!(target(12.0, -12.0), Target::Camera);
        assert_eq!(target(-13.0, 5.0), Target::Left);
        assert_eq!(target(20.0, 19.0), Target::Right);
        assert_eq!((target(13.0, 14.0), target(5.0, -30.0)), (Target::Up, Target::Down));
    }

    #[test]
    fn blendshapes_are_read_by_the_side_they_look_to() {
        let mut numbers = [0f32; BLENDSHAPES];
        // The person's left eye looks out and the right one in: both to the picture's right.
        (numbers[15], numbers[14]) = (0.8, 0.6);
        (numbers[9], numbers[10], numbers[11], numbers[12]) = (0.7, 0.2, 0.5, 0.25);
        let look = Look::of(&numbers).expect("whole");
        assert!((look.aside - 0.7).abs() < 1e-6 && (look.up + 0.375).abs() < 1e-6, "{look:?}");
        assert!(look.open());
        numbers[10] = 0.5;
        assert!(!Look::of(&numbers).expect("whole").open());
        assert_eq!(Look::of(&numbers[1..]), None);
    }
}
