//! What an operator can set, and which faces can be judged at all.

use serde::Deserialize;
use va_analyzer_sdk::{Result, within};
use va_inference::findings::faces::Face;

/// The analyzer's table of the configuration.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Least size of a face: the longer side of its box, in pixels of the frames, whose longer side is 960 at most.
    pub least_face: f32,
    /// How far a head may be turned to the side, as [`Face::turn`]; 0.6 is some 55 degrees.
    pub most_turn: f32,
    /// Seconds after which an expression that is over counts a third of what it did; 0 judges each face by itself.
    pub smooth_s: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { least_face: 40.0, most_turn: 0.6, smooth_s: 0.5 }
    }
}

impl Settings {
    /// # Errors
    /// Names the key that makes no sense.
    pub fn check(&self) -> Result<()> {
        within("least_face", self.least_face, 8.0..=960.0)?;
        within("most_turn", self.most_turn, 0.0..=10.0)?;
        within("smooth_s", self.smooth_s, 0.0..=60.0)
    }

    /// Whether a face is large enough and not in profile; `scale` is frame pixels for one of the video's.
    pub fn can_judge(&self, face: &Face, scale: f32) -> bool {
        face.tells(scale, self.least_face, self.most_turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_makes_no_sense_by_its_key() {
        assert!(Settings::default().check().is_ok());
        let wrong = [
            Settings { least_face: f32::NAN, ..Settings::default() },
            Settings { most_turn: -1.0, ..Settings::default() },
            Settings { smooth_s: -0.1, ..Settings::default() },
        ];
        for (settings, key) in wrong.iter().zip(["least_face", "most_turn", "smooth_s"]) {
            assert!(settings.check().expect_err(key).message.starts_with(key));
        }
    }
}
