//! A similarity transform of the plane: shift, scale and turn; and its least-squares fit to pairs of points.

/// Takes (x, y) to (a x - b y + shift.0, b x + a y + shift.1). Coordinates are pixels from the picture's centre, y down,
/// so a positive angle turns clockwise as seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similarity {
    pub a: f32,
    pub b: f32,
    pub shift: [f32; 2],
}

/// A point and where it went, both from the picture's centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    pub from: [f32; 2],
    pub to: [f32; 2],
}

impl Similarity {
    pub const IDENTITY: Similarity = Similarity { a: 1.0, b: 0.0, shift: [0.0, 0.0] };

    /// A shift alone, pixels.
    pub fn shifted(shift: [f32; 2]) -> Self {
        Similarity { shift, ..Similarity::IDENTITY }
    }

    pub fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }

    /// Clockwise as seen, radians.
    pub fn angle(&self) -> f32 {
        self.b.atan2(self.a)
    }

    pub fn apply(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [self.a * x - self.b * y + self.shift[0], self.b * x + self.a * y + self.shift[1]]
    }

    /// How far from where the transform takes it a point really went, squared.
    pub fn error_squared(&self, pair: &Pair) -> f32 {
        let [x, y] = self.apply(pair.from);
        let (dx, dy) = (pair.to[0] - x, pair.to[1] - y);
        dx * dx + dy * dy
    }

    /// The weighted least-squares fit (closed form: Umeyama 1991, for the plane). `None` where the points coincide.
    pub fn fit(pairs: impl Iterator<Item = (Pair, f32)> + Clone) -> Option<Self> {
        let mut total = 0.0f64;
        let (mut from, mut to) = ([0.0f64; 2], [0.0f64; 2]);
        for (pair, weight) in pairs.clone() {
            let weight = f64::from(weight);
            total += weight;
            for axis in 0..2 {
                from[axis] += weight * f64::from(pair.from[axis]);
                to[axis] += weight * f64::from(pair.to[axis]);
            }
        }
        if total <= 0.0 {
            return None;
        }
        let (from, to) = (from.map(|sum| sum / total), to.map(|sum| sum / total));
        let (mut along, mut across, mut spread) = (0.0, 0.0, 0.0);
        for (pair, weight) in pairs {
            let weight = f64::from(weight);
            let p = [f64::from(pair.from[0]) - from[0], f64::from(pair.from[1]) - from[1]];
            let q = [f64::from(pair.to[0]) - to[0], f64::from(pair.to[1]) - to[1]];
            along += weight * (p[0] * q[0] + p[1] * q[1]);
            across += weight * (p[0] * q[1] - p[1] * q[0]);
            spread += weight * (p[0] * p[0] + p[1] * p[1]);
        }
        if spread < 1e-6 * total {
            return None;
        }
        let (a, b) = (along / spread, across / spread);
        let shift = [to[0] - (a * from[0] - b * from[1]), to[1] - (b * from[0] + a * from[1])];
        Some(Similarity { a: a as f32, b: b as f32, shift: shift.map(|value| value as f32) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fit_gives_back_the_transform_of_exact_pairs() {
        let truth = Similarity { a: 1.02, b: -0.03, shift: [4.0, -7.5] };
        let points = [[0.0, 0.0], [100.0, 10.0], [-80.0, 60.0], [30.0, -90.0]];
        let pairs = points.map(|from| (Pair { from, to: truth.apply(from) }, 1.0));
        let found = Similarity::fit(pairs.into_iter()).expect("four points");
        assert!((found.a - truth.a).abs() < 1e-5 && (found.b - truth.b).abs() < 1e-5);
        assert!((found.shift[0] - 4.0).abs() < 1e-3 && (found.shift[1] + 7.5).abs() < 1e-3);
    }

    #[test]
    fn one_point_twice_has_no_fit() {
        let pair = Pair { from: [3.0, 4.0], to: [5.0, 6.0] };
        assert_eq!(Similarity::fit([(pair, 1.0), (pair, 1.0)].into_iter()), None);
        assert_eq!(Similarity::fit(std::iter::empty()), None);
    }

    #[test]
    fn a_positive_angle_turns_right_to_down() {
        let quarter = Similarity { a: 0.0, b: 1.0, shift: [0.0, 0.0] };
        assert_eq!(quarter.apply([1.0, 0.0]), [0.0, 1.0]);
        assert!(quarter.angle() > 0.0);
    }
}
