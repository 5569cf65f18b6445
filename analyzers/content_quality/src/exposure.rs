//! How well a picture is exposed: a mean in the middle, and little that is clipped.
//!
//! The curve is that of well-exposedness in Mertens, Kautz, Van Reeth 2007 ("Exposure fusion"), applied to the mean;
//! the tolerances are our choice.

use crate::plane::Plane;

const MIDDLE: f64 = 0.5;
/// So far from the middle, a mean is as good as in it.
const TOLERANCE: f64 = 0.15;
/// Mertens' deviation.
const SPREAD: f64 = 0.2;
/// Luma up to, and from which, a pixel counts as clipped.
const CRUSHED: u8 = 4;
const BURNT: u8 = 251;
/// Shares that may be clipped at no loss, and those further shares that cost everything. Shadows may be black.
const CRUSHED_ALLOWED: f64 = 0.1;
const CRUSHED_WORST: f64 = 0.8;
const BURNT_ALLOWED: f64 = 0.02;
const BURNT_WORST: f64 = 0.6;

/// 1 well exposed, 0 badly under or over. Black bars at the edges do not count. `None` without pixels.
pub fn exposure(plane: &Plane) -> Option<f64> {
    let (columns, rows) = plane.between_bars();
    let pixels = (columns.len() * rows.len()) as f64;
    if pixels == 0.0 {
        return None;
    }
    let (mut sum, mut crushed, mut burnt) = (0u64, 0u64, 0u64);
    for y in rows {
        let row = &plane.row(y)[columns.clone()];
        sum += u64::from(row.iter().map(|&luma| u32::from(luma)).sum::<u32>());
        crushed += count(row, |luma| luma <= CRUSHED);
        burnt += count(row, |luma| luma >= BURNT);
    }
    let share = |part: u64| part as f64 / pixels;
    Some(score(share(sum) / 255.0, share(crushed), share(burnt)))
}

fn count(row: &[u8], counts: impl Fn(u8) -> bool) -> u64 {
    u64::from(row.iter().map(|&luma| u32::from(counts(luma))).sum::<u32>())
}

/// From the mean luma 0..1 and the clipped shares.
fn score(mean: f64, crushed: f64, burnt: f64) -> f64 {
    let off = ((mean - MIDDLE).abs() - TOLERANCE).max(0.0);
    let placed = (-off.powi(2) / (2.0 * SPREAD.powi(2))).exp();
    let lost =
        (crushed - CRUSHED_ALLOWED).max(0.0) / CRUSHED_WORST + (burnt - BURNT_ALLOWED).max(0.0) / BURNT_WORST;
    placed * (1.0 - lost).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(luma: impl Fn(usize) -> u8) -> f64 {
        let plane = Plane { width: 64, height: 64, data: (0..64 * 64).map(luma).collect() };
        exposure(&plane).expect("it has pixels")
    }

    #[test]
    fn black_and_white_are_badly_exposed_and_grey_well() {
        assert_eq!(of(|_| 0), 0.0);
        assert_eq!(of(|_| 255), 0.0);
        assert_eq!(of(|_| 128), 1.0);
    }

    #[test]
    fn all_levels_alike_are_well_exposed() {
        assert!(of(|at| (at % 256) as u8) > 0.99);
    }

    #[test]
    fn falls_towards_both_ends() {
        let levels = [10u8, 30, 60, 80, 128, 180, 200, 230, 248].map(|level| of(|_| level));
        assert!(levels[..5].is_sorted_by(|darker, brighter| darker < brighter), "{levels:?}");
        assert!(levels[5..].is_sorted_by(|darker, brighter| darker > brighter), "{levels:?}");
    }

    #[test]
    fn burnt_parts_cost_more_than_crushed_ones() {
        let (crushed, burnt) = (score(0.5, 0.3, 0.0), score(0.5, 0.0, 0.3));
        assert!(burnt < crushed && crushed < 1.0);
    }

    #[test]
    fn black_bars_do_not_count() {
        assert_eq!(of(|at| if (16..48).contains(&(at / 64)) { 128 } else { 0 }), 1.0);
    }
}
