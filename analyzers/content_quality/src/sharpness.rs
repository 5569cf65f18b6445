//! How sharp a picture is: how much of its detail one more blur takes away.
//!
//! Crété-Roffet, Dolmiere, Ladret, Nicolas 2007, "The blur effect: perception and estimation with a new no-reference
//! perceptual blur metric": a sharp picture loses most of the differences between neighbours when it is blurred by
//! a mean of nine pixels, a blurred one few. Being a ratio, it depends little on what is shown. Ours leaves out what
//! rounding and blocks add.

use crate::plane::Plane;

/// Pixels of the mean. In a running mean, neighbours differ by (the pixel that enters - the one that leaves) / 9.
const MEAN_OF: usize = 9;
/// Of the pixel that enters and the one that leaves, from the pixel at hand.
const AHEAD: usize = 4;
const BEHIND: usize = 5;
/// Steps of this many levels come from rounding.
const ROUNDING: u8 = 1;
/// Blocks of a codec have sharp edges that are none of the picture's: steps across this grid do not count.
const GRID: usize = 8;
/// Larger pictures are halved until the shorter side is below: fine detail of 4K is no more than that of 1080p.
const SHORTER_SIDE: usize = 1800;
/// Mean difference of neighbours, in levels, below which there is no detail to judge by.
const NO_DETAIL: f64 = 0.05;

/// 0 (blurred away) to 1 (single pixels); real pictures in focus have about 0.45 and more. The lower one of the two
/// directions. `None` for a picture without detail, or too small.
pub fn sharpness(plane: &Plane) -> Option<f64> {
    if plane.width.min(plane.height) >= SHORTER_SIDE {
        return sharpness(&plane.halved());
    }
    if plane.width.min(plane.height) <= MEAN_OF {
        return None;
    }
    let (across, down) = (across(plane), down(plane));
    let pixels = (plane.width - MEAN_OF) * (plane.height - MEAN_OF);
    if ((across.detail + down.detail) as f64) < NO_DETAIL * 2.0 * pixels as f64 {
        return None;
    }
    [across, down].iter().filter_map(Detail::share_lost).min_by(f64::total_cmp)
}

/// Sums of differences of neighbours, and by how much the blurred picture has less, nine times.
#[derive(Debug, Default, Clone, Copy)]
struct Detail {
    detail: u64,
    lost_by_blur: u64,
}

impl Detail {
    fn share_lost(&self) -> Option<f64> {
        (self.detail > 0).then(|| self.lost_by_blur as f64 / (MEAN_OF as u64 * self.detail) as f64)
    }
}

/// The difference of a pixel to the one before it, and nine times what blur takes of it: the blurred picture keeps
/// what enters the mean less what leaves it. A slope rounded to levels has steps of one, which are no detail lost.
#[inline]
fn difference(pixel: u8, before: u8, ahead: u8, behind: u8) -> (u16, u16) {
    let difference = pixel.abs_diff(before);
    let steep = MEAN_OF as u16 * u16::from(difference.saturating_sub(ROUNDING));
    (u16::from(difference), steep.saturating_sub(u16::from(ahead.abs_diff(behind))))
}

/// Down the rows, without the steps across the grid.
fn down(plane: &Plane) -> Detail {
    let mut sum = Detail::default();
    let inside = |y: usize| &plane.row(y)[BEHIND..plane.width - AHEAD];
    for y in (BEHIND..plane.height - AHEAD).filter(|y| y % GRID != 0) {
        let (mut detail, mut lost) = (0u32, 0u32);
        let pixels = inside(y).iter().zip(inside(y - 1)).zip(inside(y + AHEAD)).zip(inside(y - BEHIND));
        for (((&pixel, &before), &ahead), &behind) in pixels {
            let (difference, less) = difference(pixel, before, ahead, behind);
            detail += u32::from(difference);
            lost += u32::from(less);
        }
        sum.detail += u64::from(detail);
        sum.lost_by_blur += u64::from(lost);
    }
    sum
}

/// Along the rows, without the steps across the grid, which is why each column has its own sums.
fn across(plane: &Plane) -> Detail {
    let columns = BEHIND..plane.width - AHEAD;
    let (mut detail, mut lost) = (vec![0u32; columns.len()], vec![0u32; columns.len()]);
    for y in BEHIND..plane.height - AHEAD {
        let row = plane.row(y);
        let (pixels, before, ahead) = (&row[columns.clone()], &row[BEHIND - 1..], &row[BEHIND + AHEAD..]);
        let pixels = pixels.iter().zip(before).zip(ahead).zip(row);
        for ((detail, lost), (((&pixel, &before), &ahead), &behind)) in
            detail.iter_mut().zip(&mut lost).zip(pixels)
        {
            let (difference, less) = difference(pixel, before, ahead, behind);
            *detail += u32::from(difference);
            *lost += u32::from(less);
        }
    }
    let off_grid = |sums: &[u32]| -> u64 {
        columns.clone().zip(sums).filter(|(x, _)| x % GRID != 0).map(|(_, &sum)| u64::from(sum)).sum()
    };
    Detail { detail: off_grid(&detail), lost_by_blur: off_grid(&lost) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(side: usize, luma: impl Fn(usize, usize) -> u8) -> Plane {
        let data = (0..side * side).map(|at| luma(at % side, at / side)).collect();
        Plane { width: side, height: side, data }
    }

    #[test]
    fn single_pixels_are_all_detail_and_a_ramp_none() {
        let sharp = sharpness(&plane(60, |x, y| if (x + y) % 2 == 0 { 200 } else { 50 }));
        assert!(sharp.is_some_and(|sharp| sharp > 0.85), "{sharp:?}");
        assert_eq!(sharpness(&plane(60, |x, y| (2 * x + 2 * y) as u8)), Some(0.0));
    }

    #[test]
    fn the_blurred_direction_counts() {
        let stripes = |x: usize| if x % 20 < 10 { 200 } else { 50 };
        let ramp = |y: usize| (y / 2) as u8;
        assert_eq!(sharpness(&plane(100, |x, y| stripes(x) + ramp(y) % 50)).map(|s| s < 0.95), Some(true));
    }

    #[test]
    fn a_flat_or_tiny_picture_says_nothing() {
        assert_eq!(sharpness(&plane(60, |_, _| 90)), None);
        assert_eq!(sharpness(&plane(9, |x, _| 20 * x as u8)), None);
        assert_eq!(sharpness(&plane(1, |_, _| 1)), None);
    }

    #[test]
    fn a_large_picture_is_judged_at_half_size() {
        let small = plane(950, |x, y| ((x * 7) ^ (y * 3)) as u8);
        let large = plane(1900, |x, y| (((x / 2) * 7) ^ ((y / 2) * 3)) as u8);
        assert_eq!(sharpness(&large), sharpness(&small));
    }
}
