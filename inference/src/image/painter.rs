//! Paints a picture into a model's input, by a [`Fit`].

use fast_image_resize as fr;
use fast_image_resize::images::{Image as FrImage, ImageRef};
use va_analyzer_sdk::{Error, Result};

use super::rows::Place;
use super::{Fit, Normalise, View};

/// How pixels are weighted where the size changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    /// Linear between pixels; where the picture shrinks, a triangle as wide as the new pixels, so that nothing is lost
    /// between them. As Pillow's `BILINEAR`.
    #[default]
    Bilinear,
    /// Linear between the nearest pixels, whatever the size. As OpenCV's `INTER_LINEAR`; shrinking by more than two
    /// skips pixels.
    Linear,
    /// The mean of the pixels that a new one covers. As OpenCV's `INTER_AREA` for whole ratios.
    Area,
    Nearest,
}

/// Resizes and normalises. One for each session: its memory is reused.
#[derive(Debug, Default)]
pub struct Painter {
    resizer: fr::Resizer,
    filter: Filter,
    scaled: Vec<u8>,
}

impl Painter {
    pub fn new() -> Self {
        Painter::default()
    }

    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }

    /// Fills `out`, `channels * width * height` numbers of the input (one picture of a batch).
    ///
    /// # Errors
    /// Where `out` has another length, or the picture another size than the fit was made for.
    pub fn tensor(
        &mut self,
        picture: &View<'_>,
        fit: &Fit,
        normalise: &Normalise,
        out: &mut [f32],
    ) -> Result<()> {
        let (left, top, width, height) = fit.painted();
        let (input_width, input_height) = fit.input();
        let place = Place { width: input_width, height: input_height, left, top };
        normalise.check(&place, out)?;
        let pixels = self.scale(picture, fit)?;
        normalise.rows(pixels, picture.channels(), width, &place, out);
        normalise.pad(fit.pad_level(), width, height, &place, out);
        Ok(())
    }

    /// Fills `out` with bytes, pixel by pixel: `[height, width, channels]` of the picture's own channels.
    ///
    /// # Errors
    /// As [`Painter::tensor`].
    pub fn bytes(&mut self, picture: &View<'_>, fit: &Fit, out: &mut [u8]) -> Result<()> {
        let level = fit.pad_level().round().clamp(0.0, 255.0) as u8;
        self.levels(picture, fit, out, level, |level| level)
    }

    /// As [`Painter::bytes`], in 32-bit integers.
    ///
    /// # Errors
    /// As [`Painter::tensor`].
    pub fn integers(&mut self, picture: &View<'_>, fit: &Fit, out: &mut [i32]) -> Result<()> {
        self.levels(picture, fit, out, fit.pad_level().round() as i32, i32::from)
    }

    fn levels<T: Copy>(
        &mut self,
        picture: &View<'_>,
        fit: &Fit,
        out: &mut [T],
        pad: T,
        of: impl Fn(u8) -> T,
    ) -> Result<()> {
        let (left, top, width, height) = fit.painted();
        let (input_width, input_height) = fit.input();
        let channels = picture.channels();
        let row = input_width * channels;
        if out.len() != row * input_height {
            let (needed, came) = (row * input_height, out.len());
            let wrong = format!(
                "an input of {input_height}x{input_width}x{channels} has {needed} bytes, {came} came"
            );
            return Err(Error::new(wrong));
        }
        let pixels = self.scale(picture, fit)?;
        let (above, rest) = out.split_at_mut(top * row);
        let (beside, below) = rest.split_at_mut(height * row);
        above.fill(pad);
        below.fill(pad);
        for (y, out) in beside.chunks_exact_mut(row).enumerate() {
            let (before, rest) = out.split_at_mut(left * channels);
            let (inside, after) = rest.split_at_mut(width * channels);
            before.fill(pad);
            after.fill(pad);
            let from = &pixels[y * width * channels..][..width * channels];
            inside.iter_mut().zip(from).for_each(|(out, level)| *out = of(*level));
        }
        Ok(())
    }

    /// The painted part's pixels, rows without gaps: the picture's own where nothing changes.
    fn scale<'a>(&'a mut self, picture: &View<'a>, fit: &Fit) -> Result<&'a [u8]> {
        let (_, _, width, height) = fit.painted();
        let (left, top, across, down) = fit.shown();
        let (full_width, full_height) = picture.size();
        if picture.size() != fit.picture() {
            let (width, height) = fit.picture();
            let wrong = format!("a {full_width}x{full_height} picture came for a fit of {width}x{height}");
            return Err(Error::new(wrong));
        }
        if width == 0 || height == 0 {
            return Ok(&[]);
        }
        let unchanged = (across, down) == (full_width as f64, full_height as f64);
        if unchanged && (width, height) == (full_width, full_height) {
            return Ok(picture.data());
        }
        let pixel_type = if picture.channels() == 3 { fr::PixelType::U8x3 } else { fr::PixelType::U8 };
        self.scaled.resize(width * height * picture.channels(), 0);
        let from = ImageRef::new(full_width as u32, full_height as u32, picture.data(), pixel_type)?;
        let mut to = FrImage::from_slice_u8(width as u32, height as u32, &mut self.scaled, pixel_type)?;
        let options = fr::ResizeOptions::new()
            .resize_alg(self.filter.algorithm())
            .use_alpha(false)
            .crop(left, top, across, down);
        self.resizer.resize(&from, &mut to, &options)?;
        Ok(&self.scaled)
    }
}

impl Filter {
    fn algorithm(self) -> fr::ResizeAlg {
        match self {
            Filter::Bilinear => fr::ResizeAlg::Convolution(fr::FilterType::Bilinear),
            Filter::Linear => fr::ResizeAlg::Interpolation(fr::FilterType::Bilinear),
            Filter::Area => fr::ResizeAlg::Convolution(fr::FilterType::Box),
            Filter::Nearest => fr::ResizeAlg::Nearest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Layout, Order};
    use super::*;
    use crate::geometry::Rect;

    /// Two rows: red, green; blue, white.
    const FOUR: [u8; 12] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];

    fn four() -> View<'static> {
        View::rgb(&FOUR, 2, 2).expect("whole")
    }

    #[test]
    fn pads_round_a_letterbox_in_each_layout() {
        let wide = View::rgb(&FOUR, 4, 1).expect("whole");
        let fit = Fit::letterbox((4, 1), (4, 3)).pad(7.0);
        let mut planes = [f32::NAN; 36];
        Painter::new().tensor(&wide, &fit, &Normalise::none(), &mut planes).expect("fits");
        assert_eq!(planes[..12], [7.0, 7.0, 7.0, 7.0, 255.0, 0.0, 0.0, 255.0, 7.0, 7.0, 7.0, 7.0]);
        let mut pixels = [f32::NAN; 36];
        let normalise = Normalise::none().layout(Layout::Pixels);
        Painter::new().tensor(&wide, &fit, &normalise, &mut pixels).expect("fits");
        assert_eq!(pixels[..12], [7.0; 12]);
        assert_eq!(pixels[12..18], [255.0, 0.0, 0.0, 0.0, 255.0, 0.0]);
        assert_eq!(pixels[24..], [7.0; 12]);
        let mut bytes = [0; 36];
        Painter::new().bytes(&wide, &fit, &mut bytes).expect("fits");
        assert_eq!(bytes[..12], [7; 12]);
        assert_eq!(bytes[12..24], FOUR);
    }

    #[test]
    fn pads_beside_a_tall_picture() {
        let tall = View::gray(&[1, 2, 3], 1, 3).expect("whole");
        let fit = Fit::letterbox((1, 3), (3, 3)).pad(9.0);
        let mut integers = [0; 9];
        Painter::new().integers(&tall, &fit, &mut integers).expect("fits");
        assert_eq!(integers, [9, 1, 9, 9, 2, 9, 9, 3, 9]);
        let mut gray = [0.0; 9];
        let normalise = Normalise::none().order(Order::Gray);
        Painter::new().tensor(&tall, &fit, &normalise, &mut gray).expect("fits");
        assert_eq!(gray, [9.0, 1.0, 9.0, 9.0, 2.0, 9.0, 9.0, 3.0, 9.0]);
    }

    #[test]
    fn a_picture_larger_than_the_input_shrinks_to_the_mean() {
        let mut out = [0; 3];
        let fit = Fit::stretch((2, 2), (1, 1));
        Painter::new().filter(Filter::Area).bytes(&four(), &fit, &mut out).expect("fits");
        assert!(out.iter().all(|level| level.abs_diff(128) <= 1), "{out:?}");
    }

    #[test]
    fn a_crop_of_whole_pixels_copies_them() {
        let fit = Fit::crop((2, 2), &Rect::of_size(1.0, 0.0, 1.0, 2.0), (1, 2));
        let mut out = [0; 6];
        Painter::new().bytes(&four(), &fit, &mut out).expect("fits");
        assert_eq!(out, [0, 255, 0, 255, 255, 255]);
    }

    #[test]
    fn a_crop_outside_is_all_pad() {
        let fit = Fit::crop((2, 2), &Rect::of_size(10.0, 10.0, 2.0, 2.0), (2, 1)).pad(3.0);
        let mut out = [0; 6];
        Painter::new().bytes(&four(), &fit, &mut out).expect("fits");
        assert_eq!(out, [3; 6]);
        let mut out = [0.0; 6];
        Painter::new().tensor(&four(), &fit, &Normalise::none(), &mut out).expect("fits");
        assert_eq!(out, [3.0; 6]);
    }

    #[test]
    fn a_picture_of_another_size_is_refused() {
        let fit = Fit::stretch((4, 1), (4, 4));
        let error = Painter::new().bytes(&four(), &fit, &mut [0; 48]).expect_err("another size");
        assert_eq!(error.message, "a 2x2 picture came for a fit of 4x1");
    }

    #[test]
    fn a_buffer_of_another_size_is_refused() {
        let fit = Fit::stretch((2, 2), (4, 4));
        assert!(Painter::new().bytes(&four(), &fit, &mut [0; 47]).is_err());
        assert!(Painter::new().tensor(&four(), &fit, &Normalise::unit(), &mut [0.0; 49]).is_err());
    }
}
