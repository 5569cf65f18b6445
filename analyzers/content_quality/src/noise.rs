//! How noisy a picture is, by its flattest parts.
//!
//! Immerkær 1996, "Fast noise variance estimation": a mask that answers to neither brightness nor slopes answers to
//! noise alone in flat parts. Texture and edges answer, too, so the tenth of the blocks with the least answer counts.

use crate::plane::Plane;

/// Pixels of a block's side.
const BLOCK: usize = 16;
/// Of the blocks, sorted by what they answer, the one at this share is taken.
const FLATTEST: f64 = 0.1;
/// What that block has of the true deviation where there is nothing but Gaussian noise: 256 answers scatter.
const SHARE_OF_TRUE: f64 = 0.91;
/// Blocks with a mean luma outside these are clipped or bars: noise cannot show there.
const SHOWS_NOISE: std::ops::RangeInclusive<u32> = 8..=247;
/// Deviation (levels of 255) that makes the amount 1 - 1/e = 0.63: noise that anyone sees.
const STRONG: f64 = 10.0;

/// 0 clean to 1: 1 - exp(-deviation / 10). `None` for a picture too small.
pub fn noise(plane: &Plane) -> Option<f64> {
    Some(1.0 - (-deviation(plane)? / STRONG).exp())
}

/// Standard deviation of the noise in levels of 255; 0 where all is clipped. `None` for a picture of less than 18
/// pixels in a direction.
pub fn deviation(plane: &Plane) -> Option<f64> {
    if plane.width.min(plane.height) < BLOCK + 2 {
        return None;
    }
    let mut answers = answers(plane);
    if answers.is_empty() {
        return Some(0.0);
    }
    let at = ((answers.len() - 1) as f64 * FLATTEST) as usize;
    let (_, &mut answer, _) = answers.select_nth_unstable(at);
    let mean = f64::from(answer) / (BLOCK * BLOCK) as f64;
    Some((std::f64::consts::PI / 2.0).sqrt() / 6.0 * mean / SHARE_OF_TRUE)
}

/// The sum of |answers| of each block that shows noise. Blocks begin at (1, 1), since the mask reaches one further.
fn answers(plane: &Plane) -> Vec<u32> {
    let (columns, rows) = ((plane.width - 2) / BLOCK, (plane.height - 2) / BLOCK);
    let mut kept = Vec::with_capacity(columns * rows);
    let mut bend = vec![0i16; columns * BLOCK + 2];
    for band in 0..rows {
        // Sum of luma and of |answer|.
        let mut blocks = vec![(0u32, 0u32); columns];
        for y in (1 + band * BLOCK..).take(BLOCK) {
            let (above, row, below) = (plane.row(y - 1), plane.row(y), plane.row(y + 1));
            for (((bend, &above), &luma), &below) in bend.iter_mut().zip(above).zip(row).zip(below) {
                *bend = i16::from(above) + i16::from(below) - 2 * i16::from(luma);
            }
            for (at, block) in blocks.iter_mut().enumerate() {
                let from = at * BLOCK;
                block.0 += row[1 + from..][..BLOCK].iter().map(|&luma| u32::from(luma)).sum::<u32>();
                block.1 += answer(&bend[from..from + BLOCK + 2]);
            }
        }
        let pixels = (BLOCK * BLOCK) as u32;
        kept.extend(
            blocks.iter().filter(|block| SHOWS_NOISE.contains(&(block.0 / pixels))).map(|block| block.1),
        );
    }
    kept
}

/// Of a block's row: the mask is the bend downwards of the bend across.
fn answer(bend: &[i16]) -> u32 {
    let (left, middle, right) = (&bend[..BLOCK], &bend[1..=BLOCK], &bend[2..BLOCK + 2]);
    let answers = left.iter().zip(middle).zip(right).map(|((left, middle), right)| left + right - 2 * middle);
    answers.map(|answer| u32::from(answer.unsigned_abs())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(width: usize, height: usize, luma: impl FnMut(usize) -> u8) -> Plane {
        Plane { width, height, data: (0..width * height).map(luma).collect() }
    }

    /// Nearly Gaussian: the sum of twelve uniform numbers has deviation 1.
    fn gaussian(state: &mut u32) -> f64 {
        let mut uniform = || {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(*state >> 8) / f64::from(1 << 24)
        };
        (0..12).map(|_| uniform()).sum::<f64>() - 6.0
    }

    /// 10 %: half of it is the scatter that `SHARE_OF_TRUE` corrects on average, half the rounding to levels.
    #[test]
    fn known_noise_on_a_slope_is_found() {
        for sigma in [1.0, 2.0, 5.0, 10.0, 20.0] {
            let mut state = 1;
            let noisy =
                plane(400, 300, |at| (100.0 + (at % 400) as f64 / 8.0 + sigma * gaussian(&mut state)) as u8);
            let found = deviation(&noisy).expect("large enough");
            assert!((found / sigma - 1.0).abs() < 0.1, "{found} is not {sigma}");
        }
    }

    #[test]
    fn edges_over_half_of_the_picture_are_no_noise() {
        let half = plane(320, 160, |at| if at % 320 < 160 { 100 } else { (at * 7919 % 200) as u8 + 20 });
        assert_eq!(deviation(&half), Some(0.0));
    }

    #[test]
    fn clipped_parts_do_not_hide_noise() {
        let mut state = 5;
        let boxed =
            plane(320, 160, |at| if at % 320 < 160 { 0 } else { (120.0 + 5.0 * gaussian(&mut state)) as u8 });
        assert!(deviation(&boxed).is_some_and(|found| (found - 5.0).abs() < 0.75), "{:?}", deviation(&boxed));
    }

    #[test]
    fn black_is_clean_and_a_tiny_picture_says_nothing() {
        assert_eq!(noise(&plane(64, 64, |_| 0)), Some(0.0));
        assert_eq!(noise(&plane(2, 2, |_| 100)), None);
        assert_eq!(noise(&plane(18, 18, |_| 100)), Some(0.0));
    }
}
