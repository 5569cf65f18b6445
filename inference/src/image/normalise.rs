//! From levels of 0..255 to the numbers that a model was trained on.

use va_analyzer_sdk::{Error, Result};

use super::View;
use super::rows::Place;

/// Which channels, in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Rgb,
    Bgr,
    /// Luma, ITU-R BT.601; one channel.
    Gray,
}

/// How the numbers lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A plane for each channel: `[channels, height, width]`.
    Planes,
    /// Pixel by pixel: `[height, width, channels]`.
    Pixels,
}

/// `level * scale + shift` for each channel *of the output*: with [`Order::Bgr`] the first is blue's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normalise {
    pub scale: [f32; 3],
    pub shift: [f32; 3],
    pub order: Order,
    pub layout: Layout,
}

impl Normalise {
    /// `(level / 255 - mean) / deviation`, red, green, blue, in planes. Mean and deviation are by channel of the output.
    pub fn of(mean: [f32; 3], deviation: [f32; 3]) -> Self {
        let scale = deviation.map(|deviation| 1.0 / (255.0 * deviation));
        let shift = [0, 1, 2].map(|i| -mean[i] / deviation[i]);
        Normalise { scale, shift, order: Order::Rgb, layout: Layout::Planes }
    }

    /// 0..255 as they are.
    pub fn none() -> Self {
        Normalise { scale: [1.0; 3], shift: [0.0; 3], order: Order::Rgb, layout: Layout::Planes }
    }

    /// 0..1.
    pub fn unit() -> Self {
        Normalise::of([0.0; 3], [1.0; 3])
    }

    /// -1..1: `level / 127.5 - 1`.
    pub fn signed() -> Self {
        Normalise::of([0.5; 3], [0.5; 3])
    }

    /// The mean and deviation of ImageNet.
    pub fn imagenet() -> Self {
        Normalise::of([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    }

    /// `(level - subtracted) / divisor`.
    pub fn levels(subtracted: f32, divisor: f32) -> Self {
        Normalise { scale: [1.0 / divisor; 3], shift: [-subtracted / divisor; 3], ..Normalise::none() }
    }

    #[must_use]
    pub fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    #[must_use]
    pub fn layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// Channels of the output.
    pub fn channels(&self) -> usize {
        if self.order == Order::Gray { 1 } else { 3 }
    }

    /// A picture's pixels into `out`, which has `channels * width * height` numbers. Grey pictures serve for coloured
    /// ones and the other way round.
    ///
    /// # Errors
    /// Where `out` has another length.
    pub fn write(&self, picture: &View<'_>, out: &mut [f32]) -> Result<()> {
        let place = Place { width: picture.width(), height: picture.height(), left: 0, top: 0 };
        self.check(&place, out)?;
        self.rows(picture.data(), picture.channels(), picture.width(), &place, out);
        Ok(())
    }

    pub(super) fn check(&self, place: &Place, out: &[f32]) -> Result<()> {
        let needed = self.channels() * place.width * place.height;
        if out.len() == needed {
            return Ok(());
        }
        let (channels, width, height, came) = (self.channels(), place.width, place.height, out.len());
        Err(Error::new(format!("an input of {channels}x{height}x{width} has {needed} numbers, {came} came")))
    }

    /// What stands for the same level in each channel of the output.
    pub(super) fn of_level(&self, level: f32) -> [f32; 3] {
        [0, 1, 2].map(|i| level * self.scale[i] + self.shift[i])
    }
}

#[cfg(test)]
mod tests {
    use super::super::colour::luma;
    use super::*;

    const TWO: [u8; 6] = [255, 0, 51, 102, 153, 204];

    fn written(normalise: Normalise) -> Vec<f32> {
        let mut out = vec![f32::NAN; normalise.channels() * 2];
        normalise.write(&View::rgb(&TWO, 2, 1).expect("whole"), &mut out).expect("fits");
        out
    }

    #[test]
    fn planes_and_pixels_hold_the_same_in_another_order() {
        assert_eq!(written(Normalise::none()), [255.0, 102.0, 0.0, 153.0, 51.0, 204.0]);
        let pixels = Normalise::none().layout(Layout::Pixels);
        assert_eq!(written(pixels), [255.0, 0.0, 51.0, 102.0, 153.0, 204.0]);
        assert_eq!(written(pixels.order(Order::Bgr)), [51.0, 0.0, 255.0, 204.0, 153.0, 102.0]);
        assert_eq!(written(Normalise::none().order(Order::Bgr)), [51.0, 204.0, 0.0, 153.0, 255.0, 102.0]);
    }

    #[test]
    fn mean_and_deviation_belong_to_the_channels_of_the_output() {
        let found = written(Normalise::of([0.5, 0.0, 0.0], [0.5, 1.0, 1.0]).order(Order::Bgr));
        let expected = [51.0 / 127.5 - 1.0, 204.0 / 127.5 - 1.0, 0.0, 0.6, 1.0, 0.4];
        assert!(found.iter().zip(expected).all(|(a, b): (&f32, f32)| (a - b).abs() < 1e-6), "{found:?}");
    }

    #[test]
    fn grey_is_luma_and_a_grey_picture_serves_as_a_coloured_one() {
        let gray = written(Normalise::none().order(Order::Gray));
        assert_eq!(gray, [f32::from(luma([255, 0, 51])), f32::from(luma([102, 153, 204]))]);
        let mut out = [0.0; 6];
        let view = View::gray(&[10, 20], 2, 1).expect("whole");
        Normalise::none().write(&view, &mut out).expect("fits");
        assert_eq!(out, [10.0, 20.0, 10.0, 20.0, 10.0, 20.0]);
        Normalise::none().layout(Layout::Pixels).write(&view, &mut out).expect("fits");
        assert_eq!(out, [10.0, 10.0, 10.0, 20.0, 20.0, 20.0]);
    }

    #[test]
    fn a_buffer_of_another_size_is_refused() {
        let view = View::rgb(&TWO, 2, 1).expect("whole");
        let error = Normalise::unit().write(&view, &mut [0.0; 5]).expect_err("too short");
        assert_eq!(error.message, "an input of 3x1x2 has 6 numbers, 5 came");
    }
}
