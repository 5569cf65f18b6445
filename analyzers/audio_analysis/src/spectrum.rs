//! The shape of one spectrum in three numbers.

/// Share of the magnitudes that lies below the roll-off.
const ROLLOFF_SHARE: f32 = 0.85;

/// Where a spectrum lies and how wide it is; defined on magnitudes (not powers), as librosa defines them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shape {
    /// Mean frequency, weighted by magnitude.
    pub centroid_hz: f32,
    /// Standard deviation of the frequency round the centroid, weighted by magnitude.
    pub bandwidth_hz: f32,
    /// The lowest bin up to which 85 % of the sum of the magnitudes lie.
    pub rolloff_hz: f32,
}

impl Shape {
    /// `magnitudes` from 0 Hz to half the sampling rate, `bin_hz` apart. `None` where they are all zero.
    pub fn of(magnitudes: &[f32], bin_hz: f32) -> Option<Self> {
        let [total, moment] = sums(magnitudes, |bin, magnitude| [magnitude, bin * magnitude]);
        if total <= 0.0 {
            return None;
        }
        let centroid = moment / total;
        let [spread, _] = sums(magnitudes, |bin, magnitude| [(bin - centroid).powi(2) * magnitude, 0.0]);
        Some(Shape {
            centroid_hz: centroid * bin_hz,
            bandwidth_hz: (spread / total).sqrt() * bin_hz,
            rolloff_hz: rolloff_bin(magnitudes, ROLLOFF_SHARE * total) as f32 * bin_hz,
        })
    }
}

/// Two sums over the bins, eight bins side by side.
fn sums(magnitudes: &[f32], terms: impl Fn(f32, f32) -> [f32; 2]) -> [f32; 2] {
    let (mut first, mut second) = ([0.0f32; 8], [0.0f32; 8]);
    let mut bins: [f32; 8] = std::array::from_fn(|lane| lane as f32);
    let (groups, rest) = magnitudes.as_chunks::<8>();
    for group in groups {
        for lane in 0..8 {
            let [a, b] = terms(bins[lane], group[lane]);
            first[lane] += a;
            second[lane] += b;
            bins[lane] += 8.0;
        }
    }
    for (bin, &magnitude) in bins.iter().zip(rest) {
        let [a, b] = terms(*bin, magnitude);
        first[0] += a;
        second[0] += b;
    }
    [first.iter().sum(), second.iter().sum()]
}

fn rolloff_bin(magnitudes: &[f32], wanted: f32) -> usize {
    let mut sum = 0.0;
    let reached = magnitudes.iter().position(|magnitude| {
        sum += magnitude;
        sum >= wanted
    });
    // The running sum may end a rounding error below the total.
    reached.unwrap_or(magnitudes.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_has_no_width() {
        let mut magnitudes = vec![0.0; 1025];
        magnitudes[100] = 2.0;
        let shape = Shape::of(&magnitudes, 10.0).unwrap();
        assert_eq!(shape, Shape { centroid_hz: 1000.0, bandwidth_hz: 0.0, rolloff_hz: 1000.0 });
    }

    #[test]
    fn two_equal_lines_lie_round_their_middle() {
        let mut magnitudes = vec![0.0; 100];
        (magnitudes[10], magnitudes[98]) = (1.0, 1.0);
        let shape = Shape::of(&magnitudes, 1.0).unwrap();
        assert_eq!(shape, Shape { centroid_hz: 54.0, bandwidth_hz: 44.0, rolloff_hz: 98.0 });
    }

    #[test]
    fn a_flat_spectrum_rolls_off_at_its_share() {
        let shape = Shape::of(&[1.0; 1000], 1.0).unwrap();
        assert_eq!(shape.rolloff_hz, 849.0);
        assert!((shape.centroid_hz - 499.5).abs() < 0.01);
        assert!((shape.bandwidth_hz - 288.7).abs() < 0.1);
    }

    #[test]
    fn silence_has_no_shape() {
        assert_eq!(Shape::of(&[0.0; 9], 1.0), None);
        assert_eq!(Shape::of(&[], 1.0), None);
    }
}
