//! A turned or sheared crop.

use std::ops::Range;

use va_analyzer_sdk::{Error, Result};

use super::{Image, View};
use crate::geometry::Affine;

/// Steps of a pixel in which positions are counted (16 bits), and weights are (8 bits).
const ONE: i64 = 1 << 16;

/// Fills `out` (which is reshaped to `size`, width and height) with the picture seen through `to_crop`, a map from the
/// picture to the crop: linear between the four nearest pixels, black outside. As OpenCV's `warpAffine` with
/// `INTER_LINEAR` and a constant border, whose positions are rounded to 1/32 of a pixel and ours to 1/256.
///
/// Shrinking by more than two skips pixels: shrink the picture first.
///
/// # Errors
/// Where the map cannot be inverted.
pub fn warp(picture: &View<'_>, to_crop: &Affine, size: (usize, usize), out: &mut Image) -> Result<()> {
    let to_picture = to_crop
        .inverse()
        .ok_or_else(|| Error::new("cannot crop: the map from the picture to the crop has no inverse"))?;
    out.reshape(size.0, size.1, picture.channels());
    match picture.channels() {
        1 => rows::<1>(picture, &to_picture, size, out.data_mut()),
        _ => rows::<3>(picture, &to_picture, size, out.data_mut()),
    }
    Ok(())
}

fn rows<const C: usize>(picture: &View<'_>, map: &Affine, (width, height): (usize, usize), out: &mut [u8]) {
    let (across, down) = (fixed(map.x[0]), fixed(map.y[0]));
    let (pixels, _) = picture.data().as_chunks::<C>();
    let (outs, _) = out.as_chunks_mut::<C>();
    if width == 0 {
        return;
    }
    let picture = Pixels { pixels, width: picture.width(), height: picture.height() };
    for (y, out) in outs.chunks_exact_mut(width).take(height).enumerate() {
        // From the crop's pixel centre to the picture's, counted from the centre of its first pixel.
        let start = |[a, b, c]: [f64; 3]| fixed(a * 0.5 + b * (y as f64 + 0.5) + c - 0.5) + (ONE >> 9);
        let (x_start, y_start) = (start(map.x), start(map.y));
        let position = |i: usize| (x_start + i as i64 * across, y_start + i as i64 * down);
        // One row less: a pixel is read with some bytes of what comes after it.
        let of_columns = within(x_start, across, picture.width, width);
        let of_rows = within(y_start, down, picture.height.saturating_sub(1), width);
        let inside = overlap(&of_columns, &of_rows);
        for i in (0..inside.start).chain(inside.end..width) {
            let (x, y) = position(i);
            out[i] = mixed(picture.four_of_edge(x >> 16, y >> 16), x, y);
        }
        picture.inner(&mut out[inside.clone()], position(inside.start), (across, down));
    }
}

/// The steps of `0..count` on which a position, from `start` on by `step`, has pixels of `0..size` at both sides.
fn within(start: i64, step: i64, size: usize, count: usize) -> Range<usize> {
    let end = (size as i64 - 1).max(0) << 16;
    let (first, beyond) = match step {
        0 if (0..end).contains(&start) => (0, count as i64),
        0 => (0, 0),
        1.. => (-(start.div_euclid(step)), -((start - end).div_euclid(step))),
        // Downwards from the last position there is.
        _ => ((start - end).div_euclid(-step) + 1, start.div_euclid(-step) + 1),
    };
    let clamped = |step: i64| step.clamp(0, count as i64) as usize;
    clamped(first)..clamped(beyond).max(clamped(first))
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> Range<usize> {
    let start = a.start.max(b.start);
    start..a.end.min(b.end).max(start)
}

struct Pixels<'a, const C: usize> {
    pixels: &'a [[u8; C]],
    width: usize,
    height: usize,
}

impl<const C: usize> Pixels<'_, C> {
    /// Pixels that lie between four of the picture's, from a position on.
    fn inner(&self, out: &mut [[u8; C]], (mut x, mut y): (i64, i64), (across, down): (i64, i64)) {
        #[cfg(target_arch = "x86_64")]
        if C == 3 && std::arch::is_x86_feature_detected!("sse4.1") {
            let (bytes, stride) = (self.pixels.as_flattened(), self.width * C);
            #[allow(unsafe_code, reason = "the compiler does not know which processor this runs on")]
            // SAFETY: this one has SSE 4.1.
            return unsafe { sse::inner(bytes, stride, out.as_flattened_mut(), (x, y), (across, down)) };
        }
        for out in out {
            let at = (y >> 16) as usize * self.width + (x >> 16) as usize;
            let (upper, lower) =
                (&self.pixels[at..at + 2], &self.pixels[at + self.width..at + self.width + 2]);
            *out = mixed([upper[0], upper[1], lower[0], lower[1]], x, y);
            x += across;
            y += down;
        }
    }

    /// A pixel, its right neighbour, and the two below, of which not all may be there.
    fn four_of_edge(&self, left: i64, top: i64) -> [[u8; C]; 4] {
        let pixel = |x: i64, y: i64| {
            let there = (0..self.width as i64).contains(&x) && (0..self.height as i64).contains(&y);
            if there { self.pixels[y as usize * self.width + x as usize] } else { [0; C] }
        };
        [pixel(left, top), pixel(left + 1, top), pixel(left, top + 1), pixel(left + 1, top + 1)]
    }
}

/// What lies between four pixels.
#[inline(always)]
fn mixed<const C: usize>([a, b, c, d]: [[u8; C]; 4], x: i64, y: i64) -> [u8; C] {
    let (right, below) = (((x >> 8) & 255) as u32, ((y >> 8) & 255) as u32);
    std::array::from_fn(|i| {
        let [a, b, c, d] = [a[i], b[i], c[i], d[i]].map(u32::from);
        let upper = a * (256 - right) + b * right;
        let lower = c * (256 - right) + d * right;
        ((upper * (256 - below) + lower * below + (1 << 15)) >> 16) as u8
    })
}

/// [`mixed`] for the three levels of a pixel at once: half the time.
#[cfg(target_arch = "x86_64")]
mod sse {
    use std::arch::x86_64::{
        __m128i, _mm_add_epi32, _mm_cvtsi64_si128, _mm_cvtsi128_si32, _mm_madd_epi16, _mm_mullo_epi32,
        _mm_packus_epi16, _mm_packus_epi32, _mm_set1_epi32, _mm_setr_epi8, _mm_shuffle_epi8, _mm_srli_epi32,
    };

    #[target_feature(enable = "sse4.1")]
    pub(super) fn inner(
        bytes: &[u8],
        stride: usize,
        out: &mut [u8],
        (mut x, mut y): (i64, i64),
        (across, down): (i64, i64),
    ) {
        for out in out.as_chunks_mut::<3>().0 {
            let at = (y >> 16) as usize * stride + (x >> 16) as usize * 3;
            let (right, below) = (((x >> 8) & 255) as i32, ((y >> 8) & 255) as i32);
            let beside = _mm_set1_epi32(right << 16 | (256 - right));
            let upper = _mm_madd_epi16(pairs(bytes, at), beside);
            let lower = _mm_madd_epi16(pairs(bytes, at + stride), beside);
            let upper = _mm_mullo_epi32(upper, _mm_set1_epi32(256 - below));
            let lower = _mm_mullo_epi32(lower, _mm_set1_epi32(below));
            let sum = _mm_add_epi32(_mm_add_epi32(upper, lower), _mm_set1_epi32(1 << 15));
            let words = _mm_packus_epi32(_mm_srli_epi32::<16>(sum), sum);
            let [a, b, c, _] = _mm_cvtsi128_si32(_mm_packus_epi16(words, words)).to_le_bytes();
            *out = [a, b, c];
            x += across;
            y += down;
        }
    }

    /// Of each level that of a pixel and that of its right neighbour, in 16 bits.
    #[target_feature(enable = "sse4.1")]
    fn pairs(bytes: &[u8], at: usize) -> __m128i {
        let mut eight = [0; 8];
        eight.copy_from_slice(&bytes[at..at + 8]);
        let order = _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
        _mm_shuffle_epi8(_mm_cvtsi64_si128(i64::from_le_bytes(eight)), order)
    }
}

fn fixed(value: f64) -> i64 {
    (value * ONE as f64).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;

    fn ramp() -> Image {
        let mut image = Image::new(8, 6, 1);
        image.data_mut().iter_mut().enumerate().for_each(|(i, level)| *level = (i % 8 * 20 + i / 8) as u8);
        image
    }

    #[test]
    fn an_upright_crop_of_whole_pixels_copies_them() {
        let (picture, mut out) = (ramp(), Image::default());
        let to_crop = Affine::of_region(&Rect::new(2.0, 1.0, 6.0, 4.0), (4, 3));
        warp(&picture.view(), &to_crop, (4, 3), &mut out).expect("not flat");
        assert_eq!(out.view().row(0), &picture.view().row(1)[2..6]);
        assert_eq!(out.view().row(2), &picture.view().row(3)[2..6]);
    }

    #[test]
    fn half_a_pixel_is_the_mean_of_two() {
        let mut out = Image::default();
        let to_crop = Affine::of_region(&Rect::new(2.5, 1.0, 4.5, 2.0), (2, 1));
        warp(&ramp().view(), &to_crop, (2, 1), &mut out).expect("not flat");
        assert_eq!(out.view().data(), [51, 71]);
    }

    #[test]
    fn a_quarter_turn_takes_columns_to_rows() {
        let (picture, mut out) = (ramp(), Image::default());
        let to_crop = Affine::of_turned_square([3.0, 3.0], 4.0, std::f32::consts::FRAC_PI_2, 4);
        warp(&picture.view(), &to_crop, (4, 4), &mut out).expect("not flat");
        // What points down in the picture points right in the crop; its top row is the rightmost column.
        let column: Vec<u8> = (1..5).map(|y| picture.view().row(y)[4]).collect();
        assert_eq!(out.view().row(0), column);
    }

    #[test]
    fn what_is_inside_is_known_beforehand() {
        let mut found = 0;
        for (start, step) in
            [(-3i64, 1i64), (0, 1), (5, -1), (-40, 7), (90, -11), (2, 0), (-1, 0), (20, 0), (100, 3)]
        {
            for part in [0, 1, 40_000, 65_535] {
                let (start, step) = ((start << 16) + part, (step << 16) + part * step.signum());
                for size in [0, 1, 2, 9, 30] {
                    let steps: Vec<usize> = (0..20)
                        .filter(|i| {
                            let at = (start + *i as i64 * step) >> 16;
                            at >= 0 && at + 1 < size as i64
                        })
                        .collect();
                    let told = within(start, step, size, 20);
                    assert_eq!(told.clone().collect::<Vec<_>>(), steps, "{start} {step} {size}");
                    found += told.len();
                }
            }
        }
        assert!(found > 100, "{found} steps");
    }

    #[test]
    fn pixels_at_once_are_those_one_by_one() {
        let levels = |i: usize| (i * 7919 % 251) as u8;
        for (width, height) in [(61, 47), (2, 2), (1, 3), (3, 1), (5, 3)] {
            let pixels: Vec<[u8; 3]> =
                (0..width * height).map(|i| [0, 1, 2].map(|channel| levels(i * 3 + channel))).collect();
            let view = View::rgb(pixels.as_flattened(), width, height).expect("whole");
            for (size, angle) in [(40.0, 0.0), (30.0, 0.4), (90.0, 2.0), (3.0, -1.0)] {
                let middle = [width as f32 / 2.0, height as f32 / 2.0];
                let to_crop = Affine::of_turned_square(middle, size, angle, 32);
                let mut all = Image::default();
                warp(&view, &to_crop, (32, 32), &mut all).expect("not flat");
                for channel in 0..3 {
                    let plane: Vec<u8> = pixels.iter().map(|levels| levels[channel]).collect();
                    let mut one = Image::default();
                    let plane = View::gray(&plane, width, height).expect("whole");
                    warp(&plane, &to_crop, (32, 32), &mut one).expect("not flat");
                    let of_all: Vec<u8> =
                        all.view().data().iter().skip(channel).step_by(3).copied().collect();
                    assert_eq!(of_all, one.view().data(), "{width}x{height} {size} {angle}");
                }
            }
        }
    }

    #[test]
    fn outside_is_black() {
        let mut out = Image::default();
        let to_crop = Affine::of_region(&Rect::new(-2.0, 0.0, 2.0, 1.0), (4, 1));
        warp(&ramp().view(), &to_crop, (4, 1), &mut out).expect("not flat");
        assert_eq!(out.view().data(), [0, 0, 0, 20]);
        let flat = Affine::new([0.0, 0.0, 1.0], [0.0, 0.0, 1.0]);
        assert!(warp(&ramp().view(), &flat, (4, 1), &mut out).is_err());
    }
}
