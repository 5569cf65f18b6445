//! A generalised Gaussian distribution with two sides of different width, fitted by its moments (Lasmar, Stitou,
//! Berthoumieu 2009, as in Mittal, Moorthy, Bovik 2012, section III-B).

/// Numbers that are summed side by side.
const LANES: usize = 16;
/// The shapes that are told apart.
const SHAPES: (f64, f64) = (0.1, 10.0);

/// Sums over many numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    count: f64,
    magnitude: f64,
    squares: f64,
    negative: f64,
    negative_squares: f64,
}

/// A fitted distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// 1 Laplace, 2 Gaussian.
    pub shape: f64,
    pub mean: f64,
    /// Variance of the numbers below 0, and of the others.
    pub variance: (f64, f64),
}

impl Moments {
    /// Adds the products of two rows.
    pub fn add_products(&mut self, a: &[f32], b: &[f32]) {
        let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
        let rest = a.remainder().iter().zip(b.remainder());
        for (a, b) in rest {
            self.add(a * b);
        }
        let mut lanes = [[0f32; LANES]; 4];
        let mut count = 0usize;
        for (a, b) in a.zip(b) {
            count += LANES;
            let [magnitude, squares, negative, negative_squares] = &mut lanes;
            for i in 0..LANES {
                let value = a[i] * b[i];
                let square = value * value;
                let below = if value < 0.0 { 1.0 } else { 0.0 };
                magnitude[i] += value.abs();
                squares[i] += square;
                negative[i] += below;
                negative_squares[i] += below * square;
            }
        }
        let [magnitude, squares, negative, negative_squares] =
            lanes.map(|lane| lane.iter().map(|&value| f64::from(value)).sum::<f64>());
        self.count += count as f64;
        self.magnitude += magnitude;
        self.squares += squares;
        self.negative += negative;
        self.negative_squares += negative_squares;
    }

    fn add(&mut self, value: f32) {
        let value = f64::from(value);
        let below = f64::from(u8::from(value < 0.0));
        self.count += 1.0;
        self.magnitude += value.abs();
        self.squares += value * value;
        self.negative += below;
        self.negative_squares += below * value * value;
    }

    /// `None` where there is nothing on one of the sides.
    pub fn fit(&self) -> Option<Fit> {
        let (below, above) = (self.negative, self.count - self.negative);
        let squares_above = self.squares - self.negative_squares;
        if below == 0.0 || above == 0.0 || self.negative_squares <= 0.0 || squares_above <= 0.0 {
            return None;
        }
        let variance = (self.negative_squares / below, squares_above / above);
        let sides = (variance.0 / variance.1).sqrt();
        let flatness = (self.magnitude / self.count).powi(2) / (self.squares / self.count);
        let wanted = flatness * (sides.powi(3) + 1.0) * (sides + 1.0) / (sides * sides + 1.0).powi(2);
        let shape = shape(wanted);
        let scale = ((ln_gamma(1.0 / shape) - ln_gamma(3.0 / shape)) / 2.0).exp();
        let reach = (ln_gamma(2.0 / shape) - ln_gamma(1.0 / shape)).exp();
        let mean = (variance.1.sqrt() - variance.0.sqrt()) * scale * reach;
        Some(Fit { shape, mean, variance })
    }
}

/// The shape whose squared mean magnitude over mean square is the one wanted, within [`SHAPES`].
fn shape(wanted: f64) -> f64 {
    let flatness =
        |shape: f64| (2.0 * ln_gamma(2.0 / shape) - ln_gamma(1.0 / shape) - ln_gamma(3.0 / shape)).exp();
    let (mut low, mut high) = SHAPES;
    // It rises with the shape.
    for _ in 0..50 {
        let middle = (low + high) / 2.0;
        if flatness(middle) < wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// The logarithm of the gamma function of a positive number, by Lanczos' series (g = 7, nine terms).
fn ln_gamma(x: f64) -> f64 {
    const SERIES: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let sum = (1..9).fold(SERIES[0], |sum, i| sum + SERIES[i] / (x + i as f64));
    let t = x + 7.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gamma_of_known_numbers() {
        for (x, gamma) in [(0.5, std::f64::consts::PI.sqrt()), (1.0, 1.0), (5.0, 24.0), (10.0, 362_880.0)] {
            assert!((ln_gamma(x) - f64::ln(gamma)).abs() < 1e-12, "{x}");
        }
    }

    /// The quantiles of a distribution serve as its numbers.
    #[test]
    fn finds_laplace_and_different_sides() {
        let quantile = |i: usize| -(1.0 - (i as f64 + 0.5) / 5000.0).ln();
        let laplace: Vec<f32> =
            (0..10_000).map(|i| if i % 2 == 0 { quantile(i / 2) } else { -quantile(i / 2) } as f32).collect();
        let even = fit(&laplace);
        assert!((even.shape - 1.0).abs() < 0.01 && even.mean.abs() < 1e-3, "{even:?}");
        assert!((even.variance.0 - 2.0).abs() < 0.02 && (even.variance.1 - 2.0).abs() < 0.02, "{even:?}");
        let wide: Vec<f32> =
            laplace.iter().map(|&value| if value > 0.0 { 3.0 * value } else { value }).collect();
        let wide = fit(&wide);
        assert!((wide.variance.1 / wide.variance.0 - 9.0).abs() < 1e-3 && wide.mean > 1.0, "{wide:?}");
    }

    fn fit(values: &[f32]) -> Fit {
        let mut moments = Moments::default();
        moments.add_products(values, &vec![1.0; values.len()]);
        moments.fit().expect("both sides")
    }

    #[test]
    fn nothing_to_fit_gives_nothing() {
        assert_eq!(Moments::default().fit(), None);
        let mut flat = Moments::default();
        flat.add_products(&[0.0; 40], &[1.0; 40]);
        assert_eq!(flat.fit(), None);
    }
}
