//! How much the 8x8 grid of the codecs shows.
//!
//! After Wang, Sheikh, Bovik 2002 ("No-reference perceptual quality assessment of JPEG compressed images") and
//! Vlachos 2000: differences of neighbours across the grid's lines, against those inside the blocks.

use crate::plane::Plane;

const GRID: usize = 8;
/// Levels added to the differences that are compared, so that a nearly flat picture does not divide by nothing.
const FLOOR: f64 = 0.1;
/// Rows whose differences fit into 16 bits: 255 * 257 = 65535.
const ROWS: usize = 257;

/// The share of the differences across the grid's lines that the grid itself makes: 0 none, towards 1 nothing but
/// blocks. `None` for a picture of less than two blocks in a direction. The grid is that of the picture's corner; a
/// picture that was scaled after its compression shows none.
pub fn blockiness(plane: &Plane) -> Option<f64> {
    if plane.width.min(plane.height) < 2 * GRID {
        return None;
    }
    let (across, down) = (by_phase(&across(plane), plane.height), by_phase(&down(plane), plane.width));
    let (on_grid, inside) = (across.on_grid + down.on_grid, across.inside + down.inside);
    Some(((on_grid - inside) / (on_grid + 2.0 * FLOOR)).max(0.0))
}

/// Mean differences of neighbours, levels.
struct Differences {
    on_grid: f64,
    inside: f64,
}

/// From the sums of each step between columns (or rows), `length` pixels each.
fn by_phase(steps: &[u64], length: usize) -> Differences {
    let on_grid: Vec<u64> = steps.iter().copied().skip(GRID - 1).step_by(GRID).collect();
    let sum: u64 = on_grid.iter().sum();
    let mean = |sum: u64, count: usize| sum as f64 / (count * length) as f64;
    Differences {
        on_grid: mean(sum, on_grid.len()),
        inside: mean(steps.iter().sum::<u64>() - sum, steps.len() - on_grid.len()),
    }
}

/// For each column but the last: the sum of |differences| to the next.
fn across(plane: &Plane) -> Vec<u64> {
    let mut sums = vec![0u64; plane.width - 1];
    let mut part = vec![0u16; plane.width - 1];
    for rows in plane.data.chunks(plane.width * ROWS) {
        for row in rows.chunks_exact(plane.width) {
            for ((sum, left), right) in part.iter_mut().zip(row).zip(&row[1..]) {
                *sum += u16::from(left.abs_diff(*right));
            }
        }
        for (sum, part) in sums.iter_mut().zip(&mut part) {
            *sum += u64::from(std::mem::take(part));
        }
    }
    sums
}

/// For each row but the last: the sum of |differences| to the next.
fn down(plane: &Plane) -> Vec<u64> {
    let difference = |y: usize| -> u32 {
        let (upper, lower) = (plane.row(y), plane.row(y + 1));
        upper.iter().zip(lower).map(|(upper, lower)| u32::from(upper.abs_diff(*lower))).sum()
    };
    (0..plane.height - 1).map(|y| u64::from(difference(y))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(width: usize, height: usize, luma: impl Fn(usize, usize) -> u8) -> Plane {
        Plane { width, height, data: (0..width * height).map(|at| luma(at % width, at / width)).collect() }
    }

    #[test]
    fn flat_blocks_are_all_grid() {
        let blocks = plane(64, 64, |x, y| ((x / 8 * 37 + y / 8 * 91) % 200) as u8);
        assert!(blockiness(&blocks).is_some_and(|amount| amount > 0.98));
    }

    #[test]
    fn the_share_is_that_of_the_step_on_the_grid() {
        // Across: 2 inside, 2 + 6 on the grid. Down: nothing.
        let steps = plane(64, 600, |x, _| (2 * x + 6 * (x / 8)) as u8);
        let expected = (8.0 - 2.0) / (8.0 + 2.0 * FLOOR);
        assert!(blockiness(&steps).is_some_and(|amount| (amount - expected).abs() < 1e-9));
    }

    #[test]
    fn steps_off_the_grid_are_no_blocks() {
        let shifted = plane(64, 64, |x, y| (((x + 3) / 8 * 37 + (y + 3) / 8 * 91) % 200) as u8);
        assert_eq!(blockiness(&shifted), Some(0.0));
        assert_eq!(blockiness(&plane(64, 64, |x, y| (x * 2 + y) as u8)), Some(0.0));
    }

    #[test]
    fn black_has_no_blocks_and_a_tiny_picture_says_nothing() {
        assert_eq!(blockiness(&plane(64, 64, |_, _| 0)), Some(0.0));
        assert_eq!(blockiness(&plane(15, 64, |_, _| 0)), None);
    }
}
