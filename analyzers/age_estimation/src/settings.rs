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
    /// After so many judgements a person counts as known ...
    pub settled_after: u32,
    /// ... and only each so manieth face of theirs is judged; the others take what is known of them. 1 judges all.
    pub then_every: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { least_face: 40.0, most_turn: 0.6, settled_after: 8, then_every: 4 }
    }
}

impl Settings {
    /// # Errors
    /// Names the key that makes no sense.
    pub fn check(&self) -> Result<()> {
        within("least_face", self.least_face, 8.0..=960.0)?;
        within("most_turn", self.most_turn, 0.0..=10.0)?;
        within("settled_after", self.settled_after, 1..)?;
        within("then_every", self.then_every, 1..)
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
            Settings { settled_after: 0, ..Settings::default() },
            Settings { then_every: 0, ..Settings::default() },
        ];
        for (settings, key) in wrong.iter().zip(["least_face", "most_turn", "settled_after", "then_every"]) {
            assert!(settings.check().expect_err(key).message.starts_with(key));
        }
    }
}
