//! The luma of a frame: rows, half the size, and the part between black bars.

use va_inference::image::luma_plane;

/// Luma up to which a whole row or column is a black bar.
const BAR: u8 = 24;
/// What is left between bars has at least this share of each side; else there are no bars, but a dark picture.
const LEFT_BETWEEN_BARS: usize = 4;

/// One byte a pixel, full range, rows from the top without padding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plane {
    pub width: usize,
    pub height: usize,
    pub data: Vec<u8>,
}

impl Plane {
    /// Takes over the luma of `rgb`, three bytes a pixel, and keeps its memory.
    pub fn set_to_luma_of(&mut self, width: usize, height: usize, rgb: &[u8]) {
        (self.width, self.height) = (width, height);
        luma_plane(rgb, &mut self.data);
    }

    pub fn row(&self, y: usize) -> &[u8] {
        &self.data[y * self.width..][..self.width]
    }

    /// Half the width and height, each pixel the mean of four; an odd last row or column is left out.
    pub fn halved(&self) -> Plane {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut data = Vec::with_capacity(width * height);
        for y in 0..height {
            let (upper, lower) = (self.row(2 * y).chunks_exact(2), self.row(2 * y + 1).chunks_exact(2));
            data.extend(upper.zip(lower).map(|(upper, lower)| {
                let sum =
                    u16::from(upper[0]) + u16::from(upper[1]) + u16::from(lower[0]) + u16::from(lower[1]);
                ((sum + 2) / 4) as u8
            }));
        }
        Plane { width, height, data }
    }

    /// The columns and rows between black bars at the edges: all of them where there are no bars, or nothing else.
    pub fn between_bars(&self) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let whole = (0..self.width, 0..self.height);
        let lit_row = |&y: &usize| self.row(y).iter().any(|&luma| luma > BAR);
        let Some(top) = (0..self.height).find(lit_row) else { return whole };
        let bottom = (top..self.height).rev().find(lit_row).unwrap_or(top) + 1;
        let lit_column = |&x: &usize| (top..bottom).any(|y| self.data[y * self.width + x] > BAR);
        let left = (0..self.width).find(lit_column).unwrap_or(0);
        let right = (left..self.width).rev().find(lit_column).unwrap_or(left) + 1;
        let enough = |part: usize, all: usize| part * LEFT_BETWEEN_BARS >= all;
        if enough(right - left, self.width) && enough(bottom - top, self.height) {
            (left..right, top..bottom)
        } else {
            whole
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(width: usize, height: usize, luma: impl Fn(usize, usize) -> u8) -> Plane {
        let data =
            (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| luma(x, y)).collect();
        Plane { width, height, data }
    }

    #[test]
    fn half_the_size_has_the_mean_of_four() {
        let halved = plane(5, 3, |x, y| (10 * x + 100 * y) as u8).halved();
        assert_eq!(halved, Plane { width: 2, height: 1, data: vec![55, 75] });
    }

    #[test]
    fn bars_are_left_out() {
        let boxed = plane(40, 30, |x, y| if (10..30).contains(&x) && (5..20).contains(&y) { 90 } else { 3 });
        assert_eq!(boxed.between_bars(), (10..30, 5..20));
    }

    #[test]
    fn a_black_picture_or_one_with_a_spot_has_no_bars() {
        assert_eq!(plane(40, 30, |_, _| 0).between_bars(), (0..40, 0..30));
        assert_eq!(
            plane(40, 30, |x, y| if (x, y) == (20, 20) { 255 } else { 0 }).between_bars(),
            (0..40, 0..30)
        );
    }
}
