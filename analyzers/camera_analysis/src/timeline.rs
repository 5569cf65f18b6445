//! From the steps of a video to its segments.
//!
//! Intervals whose motion is unknown (a hard cut, a flash, a plain picture) are left out, and what lies between them is
//! looked at on its own: a shot. Where the unknown stretch is short, the neighbours meet in its middle, and are one
//! segment if the camera does the same on both sides; a long one stays a gap, since nothing is known of it.

use crate::movement::{Movement, movements};
use crate::path::{Scene, Step};
use crate::settings::Settings;

/// A movement has to come to this much over its whole length, or the camera counts as resting: picture sizes,
/// natural logarithm of the scale, degrees.
const MIN_TRAVEL: f64 = 0.015;
const MIN_ZOOM: f64 = 0.015;
const MIN_ROLL_DEG: f64 = 1.0;
/// Image speed, picture sizes per second, at which the intensity is 1 - 1/e.
const BRISK_PER_S: f64 = 0.25;
/// Roughness, picture sizes, at which the stability is 1/e.
const ROUGH: f64 = 0.005;

/// A stretch in which the camera does one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    pub start_s: f64,
    pub end_s: f64,
    pub movement: Movement,
    /// 0..1: 1 - exp(-speed / 0.25).
    pub intensity: f64,
    /// 0..1: exp(-roughness / 0.005); `None` where there are too few samples.
    pub stability: Option<f64>,
}

/// Steps of one shot that belong together.
#[derive(Debug, Clone)]
struct Piece {
    start_s: f64,
    end_s: f64,
    movement: Movement,
    /// One list for each shot that the piece runs through.
    shots: Vec<Vec<Step>>,
}

/// The segments of a video whose samples range up to `end_s`. Unknown stretches up to the setting are bridged.
pub fn stretches(steps: &[Step], scene: &Scene, settings: &Settings, end_s: f64) -> Vec<Stretch> {
    let shots = steps.chunk_by(|a, b| (b.start_s - a.end_s).abs() < 1e-6);
    let mut pieces: Vec<Piece> = shots.flat_map(|shot| pieces_of(shot, scene, settings)).collect();
    bridge(&mut pieces, end_s, settings.longest_gap_s);
    let merged = pieces.into_iter().fold(Vec::new(), join);
    merged.iter().map(|piece| stretch(piece, scene)).collect()
}

fn pieces_of(shot: &[Step], scene: &Scene, settings: &Settings) -> Vec<Piece> {
    let named: Vec<(Movement, Step)> =
        movements(shot, scene, settings).into_iter().zip(shot.iter().copied()).collect();
    let pieces = named.chunk_by(|a, b| a.0 == b.0).map(|run| {
        let steps: Vec<Step> = run.iter().map(|(_, step)| *step).collect();
        let movement = if amounts_to_something(run[0].0, &steps) { run[0].0 } else { Movement::Static };
        Piece { start_s: run[0].1.start_s, end_s: run[run.len() - 1].1.end_s, movement, shots: vec![steps] }
    });
    pieces.fold(Vec::new(), join_within_shot)
}

fn amounts_to_something(movement: Movement, steps: &[Step]) -> bool {
    let over =
        |speed: fn(&Step) -> f64| steps.iter().map(|s| speed(s) * (s.end_s - s.start_s)).sum::<f64>().abs();
    match movement {
        Movement::Static | Movement::Shake => true,
        Movement::PanLeft | Movement::PanRight => over(|step| step.pan) >= MIN_TRAVEL,
        Movement::TiltUp | Movement::TiltDown => over(|step| step.tilt) >= MIN_TRAVEL,
        Movement::ZoomIn | Movement::ZoomOut => over(|step| step.zoom) >= MIN_ZOOM,
        Movement::RollCw | Movement::RollCcw => over(|step| step.roll) >= MIN_ROLL_DEG,
    }
}

/// Lets neighbours meet in the middle of a short unknown stretch, and the outermost reach the video's ends.
fn bridge(pieces: &mut [Piece], end_s: f64, longest_gap_s: f64) {
    for at in 1..pieces.len() {
        let (end, start) = (pieces[at - 1].end_s, pieces[at].start_s);
        if start - end <= longest_gap_s {
            let middle = (start + end) / 2.0;
            (pieces[at - 1].end_s, pieces[at].start_s) = (middle, middle);
        }
    }
    if let Some(first) = pieces.first_mut().filter(|first| first.start_s <= longest_gap_s) {
        first.start_s = 0.0;
    }
    if let Some(last) = pieces.last_mut().filter(|last| end_s - last.end_s <= longest_gap_s) {
        last.end_s = last.end_s.max(end_s);
    }
}

fn join(mut joined: Vec<Piece>, next: Piece) -> Vec<Piece> {
    match joined.last_mut() {
        Some(last) if last.movement == next.movement && next.start_s - last.end_s < 1e-6 => {
            last.end_s = next.end_s;
            last.shots.extend(next.shots);
        }
        _ => joined.push(next),
    }
    joined
}

fn join_within_shot(mut joined: Vec<Piece>, next: Piece) -> Vec<Piece> {
    match joined.last_mut() {
        Some(last) if last.movement == next.movement => {
            last.end_s = next.end_s;
            last.shots[0].extend(next.shots.into_iter().flatten());
        }
        _ => joined.push(next),
    }
    joined
}

fn stretch(piece: &Piece, scene: &Scene) -> Stretch {
    let (mut seconds, mut squares) = (0.0, 0.0);
    for step in piece.shots.iter().flatten() {
        let length = step.end_s - step.start_s;
        seconds += length;
        squares += scene.image_speed(step).powi(2) * length;
    }
    let speed = (squares / seconds).sqrt();
    let stabilities = piece.shots.iter().filter_map(|shot| {
        let seconds: f64 = shot.iter().map(|step| step.end_s - step.start_s).sum();
        Some(((-scene.roughness(shot)? / ROUGH).exp(), seconds))
    });
    Stretch {
        start_s: piece.start_s,
        end_s: piece.end_s,
        movement: piece.movement,
        intensity: 1.0 - (-speed / BRISK_PER_S).exp(),
        stability: mean(stabilities),
    }
}

/// The weighted mean of (value, weight); `None` of nothing.
pub fn mean(values: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let (sum, weight) =
        values.fold((0.0, 0.0), |(sum, total), (value, weight)| (sum + value * weight, total + weight));
    (weight > 0.0).then(|| sum / weight)
}

/// The movement that takes most of the time; of equals, the one that comes first.
pub fn dominant(stretches: &[Stretch]) -> Option<Movement> {
    let lasts = |movement: Movement| -> f64 {
        stretches.iter().filter(|s| s.movement == movement).map(|s| s.end_s - s.start_s).sum()
    };
    let longer = |a: Movement, b: Movement| if lasts(b) > lasts(a) + 1e-9 { b } else { a };
    stretches.iter().map(|stretch| stretch.movement).reduce(longer)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps a fifth of a second long, with these pan speeds; `None` is an unknown interval.
    fn analysed(pans: &[Option<f64>]) -> Vec<(f64, f64, Movement)> {
        let step = |(i, pan): (usize, &Option<f64>)| {
            let start_s = i as f64 / 5.0;
            Some(Step { start_s, end_s: (i + 1) as f64 / 5.0, pan: (*pan)?, tilt: 0.0, zoom: 0.0, roll: 0.0 })
        };
        let steps: Vec<Step> = pans.iter().enumerate().filter_map(step).collect();
        let end_s = pans.len() as f64 / 5.0 + 0.16;
        let found = stretches(&steps, &Scene::new(384.0, 216.0), &Settings::default(), end_s);
        let rounded = |time: f64| (time * 1000.0).round() / 1000.0;
        found.iter().map(|s| (rounded(s.start_s), rounded(s.end_s), s.movement)).collect()
    }

    fn parts(parts: &[(usize, Option<f64>)]) -> Vec<Option<f64>> {
        parts.iter().flat_map(|&(count, pan)| vec![pan; count]).collect()
    }

    #[test]
    fn a_cut_between_static_pictures_leaves_one_static_segment() {
        let found = analysed(&parts(&[(10, Some(0.0)), (1, None), (10, Some(0.0))]));
        assert_eq!(found, [(0.0, 4.36, Movement::Static)]);
    }

    #[test]
    fn a_cut_between_different_movements_divides_them_in_its_middle() {
        let found = analysed(&parts(&[(10, Some(0.0)), (1, None), (10, Some(0.2))]));
        assert_eq!(found, [(0.0, 2.1, Movement::Static), (2.1, 4.36, Movement::PanRight)]);
    }

    #[test]
    fn a_long_unknown_stretch_stays_a_gap() {
        let found = analysed(&parts(&[(5, Some(0.0)), (10, None), (5, Some(0.0))]));
        assert_eq!(found, [(0.0, 1.0, Movement::Static), (3.0, 4.16, Movement::Static)]);
        assert!(analysed(&parts(&[(20, None)])).is_empty());
    }

    #[test]
    fn a_slow_drift_that_leads_nowhere_is_static() {
        let found = analysed(&parts(&[(10, Some(0.0)), (3, Some(0.02)), (10, Some(0.0))]));
        assert_eq!(found, [(0.0, 4.76, Movement::Static)]);
    }

    #[test]
    fn dominant_is_what_lasts_longest() {
        let stretch = |start_s: f64, end_s, movement| Stretch {
            start_s,
            end_s,
            movement,
            intensity: 0.0,
            stability: None,
        };
        let all = [
            stretch(0.0, 2.0, Movement::PanLeft),
            stretch(2.0, 5.0, Movement::Static),
            stretch(5.0, 7.0, Movement::PanLeft),
        ];
        assert_eq!(dominant(&all), Some(Movement::PanLeft));
        assert_eq!(dominant(&[]), None);
    }
}
