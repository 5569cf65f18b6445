//! A word for the mood of colours: a rule of thumb on top of published averages, not a reading of what is shown.
//!
//! Valdez and Mehrabian 1994 ("Effects of color on emotions", J. Exp. Psychol. Gen. 123): pleasure = 0.69 brightness
//! + 0.22 saturation, arousal = -0.31 brightness + 0.60 saturation, in standard scores.

use serde::Serialize;

use crate::temperature::Temperature;

/// Mean and spread that make standard scores of brightness and saturation: our choice, for video frames.
const BRIGHTNESS: (f64, f64) = (0.5, 0.25);
const SATURATION: (f64, f64) = (0.35, 0.25);
/// Pleasure and arousal both nearer to 0 than this: no mood to speak of.
const FAINT: f64 = 0.2;
/// From this contrast on, a dark unpleasant picture is dramatic.
const STARK: f64 = 0.45;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    Neutral,
    /// Pleasant and arousing: bright and colourful.
    Cheerful,
    /// Pleasant and quiet: bright and pale.
    Calm,
    /// As calm, and warm.
    Cozy,
    /// Unpleasant and arousing: dark and colourful.
    Tense,
    /// Unpleasant with stark contrast.
    Dramatic,
    /// Unpleasant and quiet: dark and pale.
    Gloomy,
    /// As gloomy, and cool.
    Melancholic,
}

/// By the signs of pleasure and arousal; contrast and temperature choose among neighbours. Brightness, saturation
/// and contrast are 0..1.
pub fn mood(brightness: f64, saturation: f64, contrast: f64, temperature: Temperature) -> Mood {
    let (bright, saturated) = (standard(brightness, BRIGHTNESS), standard(saturation, SATURATION));
    let pleasure = 0.69 * bright + 0.22 * saturated;
    let arousal = -0.31 * bright + 0.60 * saturated;
    match (pleasure >= 0.0, arousal >= 0.0) {
        _ if pleasure.abs() < FAINT && arousal.abs() < FAINT => Mood::Neutral,
        (true, true) => Mood::Cheerful,
        (true, false) if temperature == Temperature::Warm => Mood::Cozy,
        (true, false) => Mood::Calm,
        (false, _) if contrast >= STARK => Mood::Dramatic,
        (false, true) => Mood::Tense,
        (false, false) if temperature == Temperature::Cool => Mood::Melancholic,
        (false, false) => Mood::Gloomy,
    }
}

fn standard(value: f64, (mean, spread): (f64, f64)) -> f64 {
    (value - mean) / spread
}

#[cfg(test)]
mod tests {
    use super::*;
    use Temperature::{Cool, Neutral, Warm};

    #[test]
    fn words_follow_brightness_and_saturation() {
        assert_eq!(mood(0.7, 0.8, 0.3, Neutral), Mood::Cheerful);
        assert_eq!(mood(0.85, 0.1, 0.2, Neutral), Mood::Calm);
        assert_eq!(mood(0.2, 0.8, 0.2, Neutral), Mood::Tense);
        assert_eq!(mood(0.25, 0.05, 0.2, Neutral), Mood::Gloomy);
        assert_eq!(mood(0.5, 0.35, 0.9, Warm), Mood::Neutral);
    }

    #[test]
    fn contrast_and_temperature_choose_among_neighbours() {
        assert_eq!(mood(0.2, 0.4, 0.6, Neutral), Mood::Dramatic);
        assert_eq!(mood(0.25, 0.05, 0.2, Cool), Mood::Melancholic);
        assert_eq!(mood(0.85, 0.1, 0.2, Warm), Mood::Cozy);
    }
}
