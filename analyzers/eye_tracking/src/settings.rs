//! What an operator can set.

use serde::Deserialize;
use va_analyzer_sdk::{Result, within};

/// The analyzer's table of the configuration. Sizes are pixels of the frames, whose longer side is 960 at most.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Least size of a face, the longer side of its box, of which gaze and lids are said: below, open eyes look closed.
    pub least_face: f32,
    /// Degrees to each side, and up and down, within which a look is into the camera.
    pub camera_deg: f64,
    /// Least width of an eye whose iris the model `iris` looks for, where it is installed; of a smaller one the mesh's stays.
    pub least_eye: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { least_face: 60.0, camera_deg: 12.0, least_eye: 20.0 }
    }
}

impl Settings {
    /// # Errors
    /// Names the key that makes no sense.
    pub fn check(&self) -> Result<()> {
        within("least_face", self.least_face, 8.0..=960.0)?;
        within("camera_deg", self.camera_deg, 0.0..=90.0)?;
        within("least_eye", self.least_eye, 1.0..=960.0)
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
            Settings { camera_deg: -1.0, ..Settings::default() },
            Settings { least_eye: 0.0, ..Settings::default() },
        ];
        for (settings, key) in wrong.iter().zip(["least_face", "camera_deg", "least_eye"]) {
            assert!(settings.check().expect_err(key).message.starts_with(key));
        }
    }
}
