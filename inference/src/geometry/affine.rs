//! Maps between a picture and a turned, scaled crop of it.

use super::Rect;

/// `x' = a x + b y + c`, `y' = d x + e y + f`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    /// `[a, b, c]`.
    pub x: [f64; 3],
    /// `[d, e, f]`.
    pub y: [f64; 3],
}

impl Affine {
    pub const IDENTITY: Affine = Affine { x: [1.0, 0.0, 0.0], y: [0.0, 1.0, 0.0] };

    pub fn new(x: [f64; 3], y: [f64; 3]) -> Self {
        Affine { x, y }
    }

    /// The same map from OpenCV's matrix, whose coordinates count from the centre of the first pixel.
    pub fn of_opencv([x, y]: [[f64; 3]; 2]) -> Self {
        let shifted = |[a, b, c]: [f64; 3]| [a, b, c + 0.5 - 0.5 * (a + b)];
        Affine { x: shifted(x), y: shifted(y) }
    }

    /// From a picture to a crop of `side` by `side` pixels: the square round `centre` whose side is `size` picture
    /// pixels, turned clockwise by `angle` (radians), so that what leans by `angle` in the picture is upright in the
    /// crop.
    pub fn of_turned_square(centre: [f32; 2], size: f32, angle: f32, side: usize) -> Self {
        let scale = side as f64 / f64::from(size);
        let (sin, cos) = f64::from(angle).sin_cos();
        let [cx, cy] = centre.map(f64::from);
        let middle = side as f64 / 2.0;
        let (a, b) = (scale * cos, scale * sin);
        Affine { x: [a, b, middle - a * cx - b * cy], y: [-b, a, middle + b * cx - a * cy] }
    }

    /// As [`Affine::of_turned_square`], for a face: the square is `factor` times the longer side of its box, and turned as
    /// the line from the eye at the picture's left to the one at its right.
    pub fn of_face(face: &Rect, eyes: [[f32; 2]; 2], factor: f32, side: usize) -> Self {
        let [left, right] = eyes;
        let angle = (right[1] - left[1]).atan2(right[0] - left[0]);
        let size = face.width().max(face.height()).max(1.0) * factor;
        Affine::of_turned_square(face.centre(), size, angle, side)
    }

    /// From a picture to an upright crop of `size` (width, height) of the region `from`.
    pub fn of_region(from: &Rect, (width, height): (usize, usize)) -> Self {
        let across = width as f64 / f64::from(from.width());
        let down = height as f64 / f64::from(from.height());
        Affine {
            x: [across, 0.0, -across * f64::from(from.left)],
            y: [0.0, down, -down * f64::from(from.top)],
        }
    }

    /// The similarity (turn, one scale, shift; no mirror) that takes `from` nearest to `to`, by least squares
    /// (Umeyama 1991, in two dimensions: the solution is linear in the turn's scaled cosine and sine). `None` of fewer
    /// than two different points.
    pub fn similarity(from: &[[f32; 2]], to: &[[f32; 2]]) -> Option<Self> {
        let n = from.len().min(to.len());
        let (p, q) = (mean(&from[..n])?, mean(&to[..n])?);
        let (mut cos, mut sin, mut spread) = (0.0, 0.0, 0.0);
        for (a, b) in from.iter().zip(to) {
            let (ax, ay) = (f64::from(a[0]) - p[0], f64::from(a[1]) - p[1]);
            let (bx, by) = (f64::from(b[0]) - q[0], f64::from(b[1]) - q[1]);
            cos += ax * bx + ay * by;
            sin += ax * by - ay * bx;
            spread += ax * ax + ay * ay;
        }
        if spread <= f64::EPSILON {
            return None;
        }
        let (a, b) = (cos / spread, sin / spread);
        Some(Affine { x: [a, -b, q[0] - a * p[0] + b * p[1]], y: [b, a, q[1] - b * p[0] - a * p[1]] })
    }

    /// The affine map that takes `from` nearest to `to`, by least squares. `None` where the points lie on a line.
    pub fn least_squares(from: &[[f32; 2]], to: &[[f32; 2]]) -> Option<Self> {
        let n = from.len().min(to.len());
        let (p, q) = (mean(&from[..n])?, mean(&to[..n])?);
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        let mut with = [[0.0; 2]; 2];
        for (a, b) in from.iter().zip(to) {
            let (ax, ay) = (f64::from(a[0]) - p[0], f64::from(a[1]) - p[1]);
            xx += ax * ax;
            xy += ax * ay;
            yy += ay * ay;
            for (sum, (b, q)) in with.iter_mut().zip(b.iter().zip(q)) {
                sum[0] += ax * (f64::from(*b) - q);
                sum[1] += ay * (f64::from(*b) - q);
            }
        }
        let determinant = xx * yy - xy * xy;
        if determinant <= 1e-9 * (xx + yy).powi(2) {
            return None;
        }
        let row = |sums: [f64; 2], q: f64| {
            let a = (sums[0] * yy - sums[1] * xy) / determinant;
            let b = (sums[1] * xx - sums[0] * xy) / determinant;
            [a, b, q - a * p[0] - b * p[1]]
        };
        Some(Affine { x: row(with[0], q[0]), y: row(with[1], q[1]) })
    }

    pub fn apply(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let (x, y) = (f64::from(x), f64::from(y));
        let along = |[a, b, c]: [f64; 3]| (a * x + b * y + c) as f32;
        [along(self.x), along(self.y)]
    }

    /// The map back; `None` where this one flattens the plane.
    pub fn inverse(&self) -> Option<Self> {
        let ([a, b, c], [d, e, f]) = (self.x, self.y);
        let determinant = a * e - b * d;
        if determinant.abs() < 1e-12 {
            return None;
        }
        let (ia, ib, id, ie) = (e / determinant, -b / determinant, -d / determinant, a / determinant);
        Some(Affine { x: [ia, ib, -(ia * c + ib * f)], y: [id, ie, -(id * c + ie * f)] })
    }

    /// This map, then `next`.
    #[must_use]
    pub fn then(&self, next: &Affine) -> Self {
        let row = |[a, b, c]: [f64; 3]| {
            [a * self.x[0] + b * self.y[0], a * self.x[1] + b * self.y[1], a * self.x[2] + b * self.y[2] + c]
        };
        Affine { x: row(next.x), y: row(next.y) }
    }
}

fn mean(points: &[[f32; 2]]) -> Option<[f64; 2]> {
    if points.is_empty() {
        return None;
    }
    let n = points.len() as f64;
    let sum = |i: usize| points.iter().map(|point| f64::from(point[i])).sum::<f64>() / n;
    Some([sum(0), sum(1)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(found: [f32; 2], expected: [f32; 2]) {
        let off = (found[0] - expected[0]).hypot(found[1] - expected[1]);
        assert!(off < 1e-3, "{found:?} is not {expected:?}");
    }

    #[test]
    fn a_turned_square_has_its_centre_in_the_middle_and_what_leans_upright() {
        let angle = 30f32.to_radians();
        let to_crop = Affine::of_turned_square([100.0, 50.0], 40.0, angle, 80);
        assert_near(to_crop.apply([100.0, 50.0]), [40.0, 40.0]);
        // Ten pixels along the leaning line are twenty pixels to the right in the crop.
        let along = [100.0 + 10.0 * angle.cos(), 50.0 + 10.0 * angle.sin()];
        assert_near(to_crop.apply(along), [60.0, 40.0]);
    }

    #[test]
    fn the_eyes_of_a_face_are_level_in_its_crop() {
        let eyes = [[90.0, 60.0], [118.0, 48.0]];
        let to_crop = Affine::of_face(&Rect::new(70.0, 20.0, 140.0, 120.0), eyes, 1.5, 256);
        let [left, right] = eyes.map(|eye| to_crop.apply(eye));
        assert!((left[1] - right[1]).abs() < 1e-3 && left[0] < right[0], "{left:?} {right:?}");
        // 30.46 pixels at 256 over 1.5 x 100.
        assert!((right[0] - left[0] - 28f32.hypot(12.0) * 256.0 / 150.0).abs() < 1e-2);
    }

    #[test]
    fn the_inverse_maps_back() {
        let there = Affine::new([1.5, -0.4, 3.0], [0.2, 2.0, -7.0]);
        let back = there.inverse().expect("not flat");
        assert_near(back.apply(there.apply([12.0, 34.0])), [12.0, 34.0]);
        let round_trip = there.then(&back);
        assert_near(round_trip.apply([-5.0, 6.0]), [-5.0, 6.0]);
        assert_eq!(Affine::new([1.0, 2.0, 0.0], [2.0, 4.0, 0.0]).inverse(), None);
    }

    #[test]
    fn a_region_goes_to_the_whole_crop() {
        let to_crop = Affine::of_region(&Rect::new(10.0, 20.0, 30.0, 60.0), (100, 80));
        assert_near(to_crop.apply([10.0, 20.0]), [0.0, 0.0]);
        assert_near(to_crop.apply([30.0, 60.0]), [100.0, 80.0]);
    }

    #[test]
    fn least_squares_finds_the_map_that_made_the_points() {
        let map = Affine::new([0.9, 0.3, 4.0], [-0.2, 1.1, 9.0]);
        let from = [[0.0, 0.0], [10.0, 0.0], [3.0, 8.0], [7.0, 5.0]];
        let found = Affine::least_squares(&from, &from.map(|point| map.apply(point))).expect("not on a line");
        assert_near(found.apply([20.0, -5.0]), map.apply([20.0, -5.0]));
        assert_eq!(Affine::least_squares(&[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]], &from), None);
    }

    #[test]
    fn a_similarity_is_found_and_needs_two_points() {
        let map = Affine::of_turned_square([30.0, 40.0], 50.0, 0.4, 112);
        let from = [[20.0, 30.0], [45.0, 33.0], [31.0, 55.0]];
        let found = Affine::similarity(&from, &from.map(|point| map.apply(point))).expect("three points");
        assert_near(found.apply([0.0, 0.0]), map.apply([0.0, 0.0]));
        assert_eq!(Affine::similarity(&[[1.0, 1.0], [1.0, 1.0]], &[[0.0, 0.0], [5.0, 5.0]]), None);
        assert_eq!(Affine::similarity(&[], &[]), None);
    }
}
