//! A turned or sheared crop.

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
    for (y, out) in outs.chunks_exact_mut(width).take(height).enumerate() {
        // From the crop's pixel centre to the picture's, counted from the centre of its first pixel.
        let start = |[a, b, c]: [f64; 3]| fixed(a * 0.5 + b * (y as f64 + 0.5) + c - 0.5) + (ONE >> 9);
        let (mut x_at, mut y_at) = (start(map.x), start(map.y));
        for out in out {
            *out = sample(pixels, picture.width(), picture.height(), x_at, y_at);
            x_at += across;
            y_at += down;
        }
    }
}

#[inline(always)]
fn sample<const C: usize>(pixels: &[[u8; C]], width: usize, height: usize, x: i64, y: i64) -> [u8; C] {
    let (left, top) = (x >> 16, y >> 16);
    let (right_weight, bottom_weight) = (((x >> 8) & 255) as u32, ((y >> 8) & 255) as u32);
    let inside = left >= 0 && top >= 0 && left + 1 < width as i64 && top + 1 < height as i64;
    let [a, b, c, d] = if inside {
        let at = top as usize * width + left as usize;
        let (upper, lower) = (&pixels[at..at + 2], &pixels[at + width..at + width + 2]);
        [upper[0], upper[1], lower[0], lower[1]]
    } else {
        let pixel = |x: i64, y: i64| {
            let there = (0..width as i64).contains(&x) && (0..height as i64).contains(&y);
            if there { pixels[y as usize * width + x as usize] } else { [0; C] }
        };
        [pixel(left, top), pixel(left + 1, top), pixel(left, top + 1), pixel(left + 1, top + 1)]
    };
    std::array::from_fn(|i| {
        let [a, b, c, d] = [a[i], b[i], c[i], d[i]].map(u32::from);
        let upper = a * (256 - right_weight) + b * right_weight;
        let lower = c * (256 - right_weight) + d * right_weight;
        ((upper * (256 - bottom_weight) + lower * bottom_weight + (1 << 15)) >> 16) as u8
    })
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
    fn outside_is_black() {
        let mut out = Image::default();
        let to_crop = Affine::of_region(&Rect::new(-2.0, 0.0, 2.0, 1.0), (4, 1));
        warp(&ramp().view(), &to_crop, (4, 1), &mut out).expect("not flat");
        assert_eq!(out.view().data(), [0, 0, 0, 20]);
        let flat = Affine::new([0.0, 0.0, 1.0], [0.0, 0.0, 1.0]);
        assert!(warp(&ramp().view(), &flat, (4, 1), &mut out).is_err());
    }
}
