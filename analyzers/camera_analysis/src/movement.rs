//! Which movement each step of the camera belongs to.
//!
//! Each step says how strongly it speaks for each movement; the sequence of movements that collects most, less a price
//! for each change, is found by dynamic programming (Viterbi 1967). The price is what keeps a moment's tremble or
//! a value near a threshold from making segments of its own.

use serde::{Deserialize, Serialize};

use crate::path::{Scene, Step};
use crate::settings::Settings;

/// What the camera does. `pan_right` moves the content to the left, `tilt_up` moves it down, `zoom_in` makes it grow,
/// `roll_cw` (the camera turns clockwise) turns it counter-clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    Static,
    PanLeft,
    PanRight,
    TiltUp,
    TiltDown,
    ZoomIn,
    ZoomOut,
    RollCw,
    RollCcw,
    Shake,
}

impl Movement {
    pub const ALL: [Movement; 10] = [
        Movement::Static,
        Movement::PanLeft,
        Movement::PanRight,
        Movement::TiltUp,
        Movement::TiltDown,
        Movement::ZoomIn,
        Movement::ZoomOut,
        Movement::RollCw,
        Movement::RollCcw,
        Movement::Shake,
    ];
}

/// Half the window of the running median, seconds.
const MEDIAN_S: f64 = 0.35;
/// Half the window in which directed motion is told from to and fro, seconds.
const DIRECTION_S: f64 = 0.5;
/// Net travel over travelled length: below the first all is to and fro, above the second all is directed.
const TO_AND_FRO: f64 = 0.3;
const DIRECTED: f64 = 0.7;
/// Strength beyond which a movement speaks no louder.
const LOUDEST: f64 = 2.0;

/// The movement of each of the steps of one shot, in order and without gaps.
pub fn movements(steps: &[Step], scene: &Scene, settings: &Settings) -> Vec<Movement> {
    let scores: Vec<[f64; 10]> = (0..steps.len()).map(|at| scores(steps, at, scene, settings)).collect();
    best_sequence(&scores, steps, settings.change_cost_s)
}

/// What one step says for each movement, in the order of [`Movement::ALL`]. `Static` and a movement speak equally
/// loud where that movement is at its threshold.
fn scores(steps: &[Step], at: usize, scene: &Scene, settings: &Settings) -> [f64; 10] {
    let close = around(steps, at, MEDIAN_S, 1);
    let wide = around(steps, at, DIRECTION_S, 2);
    let (shift, zoom, roll) = directedness(wide);
    let pan = median(close, |step| step.pan) * shift / settings.pan_per_s;
    let tilt = median(close, |step| step.tilt) * shift / settings.pan_per_s;
    let zoom = median(close, |step| step.zoom) * zoom / settings.zoom_per_s;
    let roll_speed = median(close, |step| step.roll) * roll / settings.roll_deg_per_s;
    let to_and_fro = |step: &Step| {
        let turn = scene.radius * step.roll.to_radians() * (1.0 - roll);
        (step.pan.powi(2) + step.tilt.powi(2)) * (1.0 - shift).powi(2) + turn.powi(2)
    };
    let shake = (wide.iter().map(to_and_fro).sum::<f64>() / wide.len() as f64).sqrt() / settings.shake_per_s;
    let strength =
        [-pan, pan, tilt, -tilt, zoom, -zoom, roll_speed, -roll_speed, shake].map(|value| value.max(0.0));
    let most = strength.iter().copied().fold(0.0, f64::max);
    let mut scores = [0.0; 10];
    scores[0] = (LOUDEST - most).max(0.0);
    if most > 0.0 {
        for (score, value) in scores[1..].iter_mut().zip(strength) {
            *score = most.min(LOUDEST) * value / most;
        }
    }
    scores
}

/// The steps whose middle lies within `reach_s` of that of step `at`, and at least `least` to either side.
fn around(steps: &[Step], at: usize, reach_s: f64, least: usize) -> &[Step] {
    let middle = |step: &Step| (step.start_s + step.end_s) / 2.0;
    let here = middle(&steps[at]);
    let first =
        steps.partition_point(|step| middle(step) < here - reach_s - 1e-6).min(at.saturating_sub(least));
    let end = steps.partition_point(|step| middle(step) <= here + reach_s + 1e-6).max(at + least + 1);
    &steps[first..end.min(steps.len())]
}

fn median(steps: &[Step], value: impl Fn(&Step) -> f64) -> f64 {
    let mut values: Vec<f64> = steps.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}

/// How much of the shift, of the zoom and of the roll goes one way, each 0..1.
fn directedness(steps: &[Step]) -> (f64, f64, f64) {
    let over = |value: &dyn Fn(&Step) -> f64| -> f64 {
        steps.iter().map(|step| value(step) * (step.end_s - step.start_s)).sum()
    };
    let share = |net: f64, length: f64| {
        let straight = if length > 0.0 { net / length } else { 1.0 };
        let t = ((straight - TO_AND_FRO) / (DIRECTED - TO_AND_FRO)).clamp(0.0, 1.0);
        t * t * (3.0 - 2.0 * t)
    };
    let net = over(&|step| step.pan).hypot(over(&|step| step.tilt));
    (
        share(net, over(&|step| step.pan.hypot(step.tilt))),
        share(over(&|step| step.zoom).abs(), over(&|step| step.zoom.abs())),
        share(over(&|step| step.roll).abs(), over(&|step| step.roll.abs())),
    )
}

/// The sequence with the highest sum of scores times seconds, less `change_cost_s` for each change. A shot begins and
/// ends as if the camera rested before and after.
fn best_sequence(scores: &[[f64; 10]], steps: &[Step], change_cost_s: f64) -> Vec<Movement> {
    let Some(last) = scores.len().checked_sub(1) else { return Vec::new() };
    let price = |from: usize, to: usize| if from == to { 0.0 } else { change_cost_s };
    let mut came_from: Vec<[usize; 10]> = Vec::with_capacity(scores.len());
    let mut totals: [f64; 10] = std::array::from_fn(|to| -price(0, to) / 2.0);
    for (at, (scores, step)) in scores.iter().zip(steps).enumerate() {
        let seconds = step.end_s - step.start_s;
        let mut back = [0; 10];
        let next: [f64; 10] = std::array::from_fn(|to| {
            let worth = |from: usize| {
                if at == 0 && from != to { f64::NEG_INFINITY } else { totals[from] - price(from, to) }
            };
            // Staying wins a draw.
            let from = (0..10).fold(to, |best, from| if worth(from) > worth(best) { from } else { best });
            back[to] = from;
            worth(from) + scores[to] * seconds
        });
        totals = next;
        came_from.push(back);
    }
    let end = |to: usize| totals[to] - price(to, 0) / 2.0;
    let mut at = (1..10).fold(0, |best, to| if end(to) > end(best) { to } else { best });
    let mut sequence = vec![Movement::ALL[at]; scores.len()];
    for step in (1..=last).rev() {
        at = came_from[step][at];
        sequence[step - 1] = Movement::ALL[at];
    }
    sequence
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(count: u32, speed: impl Fn(f64) -> [f64; 4]) -> Vec<Step> {
        (0..count)
            .map(|i| {
                let start_s = f64::from(i) / 6.0;
                let [pan, tilt, zoom, roll] = speed(start_s);
                Step { start_s, end_s: start_s + 1.0 / 6.0, pan, tilt, zoom, roll }
            })
            .collect()
    }

    fn named(steps: &[Step]) -> Vec<Movement> {
        let mut found = movements(steps, &Scene::new(384.0, 216.0), &Settings::default());
        found.dedup();
        found
    }

    #[test]
    fn each_direction_has_its_name() {
        let cases = [
            ([0.1, 0.0, 0.0, 0.0], Movement::PanRight),
            ([-0.1, 0.02, 0.0, 0.0], Movement::PanLeft),
            ([0.0, 0.1, 0.0, 0.0], Movement::TiltUp),
            ([0.0, -0.1, 0.0, 0.0], Movement::TiltDown),
            ([0.0, 0.0, 0.1, 0.0], Movement::ZoomIn),
            ([0.0, 0.0, -0.1, 0.0], Movement::ZoomOut),
            ([0.0, 0.0, 0.0, 9.0], Movement::RollCw),
            ([0.0, 0.0, 0.0, -9.0], Movement::RollCcw),
            ([0.004, 0.0, 0.004, 0.3], Movement::Static),
        ];
        for (speed, movement) in cases {
            assert_eq!(named(&steps(12, |_| speed)), [movement]);
        }
    }

    #[test]
    fn to_and_fro_is_shake_and_a_little_of_it_is_not() {
        let trembling = |amount: f64| {
            move |t: f64| {
                [amount * (t * 11.0).sin() + amount * (t * 17.0).cos(), amount * (t * 13.0).sin(), 0.0, 0.0]
            }
        };
        assert_eq!(named(&steps(30, trembling(0.15))), [Movement::Shake]);
        assert_eq!(named(&steps(30, trembling(0.01))), [Movement::Static]);
    }

    #[test]
    fn speed_around_the_threshold_does_not_flutter() {
        let found = named(&steps(40, |t| [0.014 + 0.006 * (t * 5.0).sin(), 0.0, 0.0, 0.0]));
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn one_bad_step_makes_no_segment() {
        let bad = |t: f64| [if (2.0..2.1).contains(&t) { 0.5 } else { 0.0 }, 0.0, 0.0, 0.0];
        assert_eq!(named(&steps(30, bad)), [Movement::Static]);
        assert_eq!(named(&steps(30, |t| [0.2 - bad(t)[0], 0.0, 0.0, 0.0])), [Movement::PanRight]);
    }

    #[test]
    fn no_steps_have_no_movements() {
        assert!(named(&[]).is_empty());
    }
}
