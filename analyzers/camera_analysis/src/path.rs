//! From the content's motion between samples to the camera's speeds, and how smooth its path is.

use crate::similarity::Similarity;

/// What the camera did between two samples, as speeds. A picture size is the geometric mean of width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    pub start_s: f64,
    pub end_s: f64,
    /// To the right, picture sizes per second.
    pub pan: f64,
    /// Upwards, picture sizes per second.
    pub tilt: f64,
    /// Natural logarithm of the scale per second; positive where the content grows.
    pub zoom: f64,
    /// Degrees per second; positive where the camera turns clockwise, and the content the other way.
    pub roll: f64,
}

/// The size of the picture that speeds refer to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scene {
    /// Geometric mean of the sides, pixels.
    pub size_px: f64,
    /// Root mean square distance of the pixels from the centre, in picture sizes.
    pub radius: f64,
}

impl Scene {
    /// Of a picture with these sides, pixels.
    pub fn new(width: f64, height: f64) -> Self {
        let size_px = (width * height).sqrt();
        Scene { size_px, radius: ((width * width + height * height) / 12.0).sqrt() / size_px }
    }

    /// The camera's step where the content moved so.
    pub fn step(&self, content: &Similarity, start_s: f64, end_s: f64) -> Step {
        let seconds = end_s - start_s;
        let sizes = |px: f32| f64::from(px) / self.size_px / seconds;
        Step {
            start_s,
            end_s,
            pan: -sizes(content.shift[0]),
            tilt: sizes(content.shift[1]),
            zoom: f64::from(content.scale()).ln() / seconds,
            roll: -f64::from(content.angle()).to_degrees() / seconds,
        }
    }

    /// How fast the content moves, root mean square over the picture: picture sizes per second.
    pub fn image_speed(&self, step: &Step) -> f64 {
        let around = self.radius * step.zoom.hypot(step.roll.to_radians());
        (step.pan.powi(2) + step.tilt.powi(2) + around.powi(2)).sqrt()
    }

    /// How far the path of steps that follow each other strays from its own smoothed version, root mean square in
    /// picture sizes. The smoothed version is a parabola fitted around each point (Savitzky & Golay 1964), so that
    /// steady and evenly accelerated movements stray nowhere. `None` for fewer than five points.
    pub fn roughness(&self, steps: &[Step]) -> Option<f64> {
        if steps.len() + 1 < 5 {
            return None;
        }
        let times: Vec<f64> = steps.iter().map(|s| s.start_s).chain(steps.last().map(|s| s.end_s)).collect();
        let axis = |speed: &dyn Fn(&Step) -> f64| -> Vec<f64> {
            let mut at = 0.0;
            let travelled = steps.iter().map(|step| {
                at += speed(step) * (step.end_s - step.start_s);
                at
            });
            std::iter::once(0.0).chain(travelled).collect()
        };
        let paths = [
            axis(&|step| step.pan),
            axis(&|step| step.tilt),
            axis(&|step| step.zoom * self.radius),
            axis(&|step| step.roll.to_radians() * self.radius),
        ];
        let strays = (0..times.len()).flat_map(|at| {
            paths.iter().map({
                let times = &times;
                move |path| stray(times, path, at).powi(2)
            })
        });
        Some((strays.sum::<f64>() / times.len() as f64).sqrt())
    }
}

/// Half the length of the smoothing window, seconds, and the points that it has at least to either side.
const SMOOTH_S: f64 = 0.5;
const SMOOTH_POINTS: usize = 2;

/// The distance of one point of a path from the parabola through its neighbours, itself among them.
fn stray(times: &[f64], path: &[f64], at: usize) -> f64 {
    let wanted = |other: usize| {
        (times[other] - times[at]).abs() <= SMOOTH_S + 1e-6 || other.abs_diff(at) <= SMOOTH_POINTS
    };
    let mut range = (0..times.len()).filter(|&other| wanted(other));
    let first = range.next().unwrap_or(at);
    let last = range.next_back().unwrap_or(at);
    // At the ends the window reaches further to the one side: at least five points.
    let first = first.min((last + 1).saturating_sub(5));
    let last = last.max(first + 4).min(times.len() - 1);
    let unit = (times[last] - times[first]).max(1e-9);
    let points = (first..=last).map(|i| ((times[i] - times[at]) / unit, path[i] - path[at]));
    let (mut m, mut v) = ([[0.0; 3]; 3], [0.0; 3]);
    for (t, y) in points {
        let powers = [1.0, t, t * t];
        for row in 0..3 {
            for column in 0..3 {
                m[row][column] += powers[row] * powers[column];
            }
            v[row] += powers[row] * y;
        }
    }
    // Cramer's rule for the constant term alone: the parabola's value at the point.
    let determinant = |m: [[f64; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let whole = determinant(m);
    for row in 0..3 {
        m[row][0] = v[row];
    }
    if whole.abs() > 1e-12 { determinant(m) / whole } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(speed: impl Fn(f64) -> f64) -> Vec<Step> {
        (0..30)
            .map(|i| {
                let start_s = f64::from(i) * 0.2;
                Step { start_s, end_s: start_s + 0.2, pan: speed(start_s), tilt: 0.0, zoom: 0.0, roll: 0.0 }
            })
            .collect()
    }

    #[test]
    fn names_follow_the_camera_not_the_content() {
        let scene = Scene::new(400.0, 225.0);
        let content = Similarity { a: 1.1, b: 0.1, shift: [-30.0, 15.0] };
        let step = scene.step(&content, 1.0, 1.5);
        assert!((step.pan - 0.2).abs() < 1e-6, "content goes left, the camera right: {step:?}");
        assert!((step.tilt - 0.1).abs() < 1e-6, "content goes down, the camera up: {step:?}");
        assert!(step.zoom > 0.0, "content grows, zoom in");
        assert!(step.roll < 0.0, "content turns clockwise, the camera counter-clockwise");
    }

    #[test]
    fn image_speed_is_the_rms_over_the_pixels() {
        let (scene, width, height) = (Scene::new(64.0, 36.0), 64, 36);
        let step = Step { start_s: 0.0, end_s: 1.0, pan: 0.1, tilt: -0.05, zoom: 0.2, roll: 7.0 };
        let turn = -step.roll.to_radians();
        let mut sum = 0.0;
        for at in 0..width * height {
            let x = (f64::from(at % width) - 31.5) / scene.size_px;
            let y = (f64::from(at / width) - 17.5) / scene.size_px;
            let u = -step.pan + step.zoom * x - turn * y;
            let v = step.tilt + step.zoom * y + turn * x;
            sum += u * u + v * v;
        }
        let brute = (sum / f64::from(width * height)).sqrt();
        assert!((scene.image_speed(&step) - brute).abs() < 1e-4);
    }

    #[test]
    fn a_steady_or_accelerated_path_is_smooth_and_a_trembling_one_is_not() {
        let scene = Scene::new(384.0, 216.0);
        let rough = |speed: fn(f64) -> f64| scene.roughness(&steps(speed)).expect("thirty steps");
        assert!(rough(|_| 0.3) < 1e-9);
        assert!(rough(|t| 0.1 * t) < 1e-4);
        let trembling = rough(|t| 0.1 * (t * 12.0).sin());
        assert!(trembling > 0.003, "{trembling}");
        assert_eq!(scene.roughness(&steps(|_| 0.3)[..3]), None);
    }
}
