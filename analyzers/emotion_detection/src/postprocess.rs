//! Scores into an expression, over time. Pure.

use std::collections::BTreeMap;

use serde::Serialize;

/// In the order of the net's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Emotion {
    Angry,
    Disgust,
    Fear,
    Happy,
    Sad,
    Surprise,
    Neutral,
}

pub const EMOTIONS: [Emotion; 7] = [
    Emotion::Angry,
    Emotion::Disgust,
    Emotion::Fear,
    Emotion::Happy,
    Emotion::Sad,
    Emotion::Surprise,
    Emotion::Neutral,
];

/// How sure the net is of each of [`EMOTIONS`]; they sum up to 1.
pub type Scores = [f32; 7];

/// The likeliest, and how likely.
pub fn best(scores: &Scores) -> (Emotion, f32) {
    let by_score = |a: &(Emotion, f32), b: &(Emotion, f32)| a.1.total_cmp(&b.1);
    EMOTIONS.into_iter().zip(*scores).max_by(by_score).unwrap_or((Emotion::Neutral, 0.0))
}

/// The scores of each person, smoothed: each face moves them by `1 - e^(-dt / smooth_s)` of the way to its own.
#[derive(Debug, Default)]
pub struct Smoothed {
    smooth_s: f64,
    people: BTreeMap<u32, (f64, Scores)>,
}

impl Smoothed {
    pub fn new(smooth_s: f64) -> Self {
        Smoothed { smooth_s, people: BTreeMap::new() }
    }

    /// The scores of a person, now that their face has these. Who is not followed has those of the face.
    pub fn add(&mut self, track_id: Option<u32>, timestamp_s: f64, scores: &Scores) -> Scores {
        let Some(id) = track_id else { return *scores };
        let (last_s, smoothed) = self.people.entry(id).or_insert((timestamp_s, *scores));
        let since_s = (timestamp_s - *last_s).max(0.0);
        let part = if self.smooth_s > 0.0 { 1.0 - (-since_s / self.smooth_s).exp() } else { 1.0 };
        for (smoothed, score) in smoothed.iter_mut().zip(scores) {
            *smoothed += (score - *smoothed) * part as f32;
        }
        *last_s = timestamp_s;
        *smoothed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HAPPY: Scores = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0];
    const SAD: Scores = [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0];

    #[test]
    fn one_odd_frame_does_not_change_the_expression() {
        let mut smoothed = Smoothed::new(0.5);
        smoothed.add(Some(1), 0.0, &HAPPY);
        let after = smoothed.add(Some(1), 0.3, &SAD);
        assert_eq!(best(&after).0, Emotion::Happy);
        assert!((after[3] - (-0.6f32).exp()).abs() < 1e-6, "{after:?}");
        assert!((after.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert_eq!(best(&smoothed.add(Some(1), 0.6, &SAD)).0, Emotion::Sad);
    }

    #[test]
    fn people_are_smoothed_apart_and_who_is_not_followed_not_at_all() {
        let mut smoothed = Smoothed::new(0.5);
        smoothed.add(Some(1), 0.0, &HAPPY);
        assert_eq!(smoothed.add(Some(2), 0.1, &SAD), SAD);
        assert_eq!(smoothed.add(None, 0.2, &SAD), SAD);
        assert_eq!(Smoothed::new(0.0).add(Some(1), 0.0, &SAD), SAD);
    }

    #[test]
    fn emotions_are_called_as_in_the_schema() {
        let names = serde_json::to_value(EMOTIONS).expect("JSON");
        assert_eq!(
            names,
            serde_json::json!(["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"])
        );
    }
}
