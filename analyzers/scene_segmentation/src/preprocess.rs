//! A small picture of a frame: its colours, whether it changed, whether it shows anything; and the network's input.

use va_analyzer_sdk::{Frame, Result};
use va_inference::geometry::Rect;
use va_inference::image::{Filter, Fit, Layout, Normalise, Painter, View};

/// Pixels of the network's input, a square.
pub const SIDE: usize = 224;
/// Pixels across and down of a small picture.
const CELLS: usize = 32;
/// Rows that are looked at for each of its rows, where a frame has as many.
const ROWS: usize = 4;
/// A picture whose pixels differ by no more levels than this shows nothing.
const FLAT: u8 = 8;
/// Bins of hue, saturation and value.
const BINS: [usize; 3] = [8, 4, 4];

/// Writes the middle square of a frame, as the network sees it: `[height, width, 3]`.
///
/// # Errors
/// Where `seen` has another length.
pub fn see(frame: &Frame<'_>, painter: &mut Painter, seen: &mut [u8]) -> Result<()> {
    let fit = Fit::centre_square((frame.width as usize, frame.height as usize), SIDE);
    painter.bytes(&View::of(frame), &fit, seen)
}

/// The network's input of such a square: `(level - 127) / 128`.
///
/// # Errors
/// Where one has another length.
pub fn normalise(seen: &[u8], input: &mut [f32]) -> Result<()> {
    let square = View::rgb(seen, SIDE, SIDE)?;
    Normalise::levels(127.0, 128.0).layout(Layout::Pixels).write(&square, input)
}

/// A frame as a picture of 32 x 32 mean colours, of every few rows of a large frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Small {
    pixels: Vec<u8>,
}

/// Makes small pictures; its memory serves again.
#[derive(Debug)]
pub struct Shrinker {
    painter: Painter,
}

impl Default for Shrinker {
    fn default() -> Self {
        Shrinker { painter: Painter::new().filter(Filter::Area) }
    }
}

impl Shrinker {
    /// # Errors
    /// Where the frame has no pixel.
    pub fn shrink(&mut self, frame: &Frame<'_>) -> Result<Small> {
        let mut pixels = vec![0; CELLS * CELLS * 3];
        let view = View::of(frame);
        let (width, height) = view.size();
        let every = (height / (CELLS * ROWS)).max(1);
        let rows = height / every;
        // So many rows as one: its left part is the first of them.
        let wide = View::rgb(&view.data()[..rows * every * width * 3], every * width, rows)?;
        let left = Rect::new(0.0, 0.0, width as f32, rows as f32);
        self.painter.bytes(&wide, &Fit::crop(wide.size(), &left, (CELLS, CELLS)), &mut pixels)?;
        Ok(Small { pixels })
    }
}

impl Small {
    /// Whether there is but one colour, give or take a few levels.
    pub fn is_flat(&self) -> bool {
        (0..3).all(|channel| {
            let levels = || self.pixels.iter().skip(channel).step_by(3);
            levels().max().zip(levels().min()).is_none_or(|(most, least)| most - least <= FLAT)
        })
    }

    /// The mean difference, in levels.
    pub fn change(&self, other: &Small) -> f32 {
        let sum: u32 = self.pixels.iter().zip(&other.pixels).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
        sum as f32 / self.pixels.len().max(1) as f32
    }

    /// The share of its pixels in each bin of hue (8), saturation (4) and value (4).
    pub fn palette(&self) -> Vec<f32> {
        let mut bins = vec![0u16; BINS.iter().product()];
        self.pixels.as_chunks::<3>().0.iter().for_each(|rgb| bins[bin(*rgb)] += 1);
        let pixels = (self.pixels.len() / 3).max(1) as f32;
        bins.into_iter().map(|count| f32::from(count) / pixels).collect()
    }
}

/// The bin of a colour by its hue, saturation and value (Smith 1978).
fn bin(rgb: [u8; 3]) -> usize {
    let [red, green, blue] = rgb.map(i32::from);
    let most = red.max(green).max(blue);
    let span = most - red.min(green).min(blue);
    // A turn has six parts; from the first of the three on whose colour is the strongest.
    let (from, part) = match most {
        _ if most == red => (green - blue, 0),
        _ if most == green => (blue - red, 2),
        _ => (red - green, 4),
    };
    let [hues, saturations, values] = BINS.map(|bins| bins as i32);
    let hue =
        ((from + part * span) * hues).checked_div_euclid(6 * span).map_or(0, |hue| hue.rem_euclid(hues));
    let saturation = (span * saturations).checked_div(most).map_or(0, |bin| bin.min(saturations - 1));
    let value = (most * values / 255).min(values - 1);
    ((hue * saturations + saturation) * values + value) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(rgb: impl Fn(usize) -> [u8; 3]) -> Small {
        Small { pixels: (0..CELLS * CELLS).flat_map(rgb).collect() }
    }

    #[test]
    fn bins_are_by_hue_then_saturation_then_value() {
        let [red, green, blue] = [[255, 0, 0], [0, 255, 0], [0, 0, 255]].map(bin);
        assert_eq!([red, green, blue], [15, 2 * 16 + 15, 5 * 16 + 15]);
        assert_eq!([bin([0; 3]), bin([255; 3]), bin([130; 3])], [0, 3, 2]);
        assert_eq!(bin([128, 255, 0]) / 16, 1);
        // A red that leans to blue is at the end of the circle.
        assert_eq!(bin([255, 0, 60]) / 16, 7);
    }

    #[test]
    fn a_palette_has_shares() {
        let palette = small(|i| if i % 4 == 0 { [255, 0, 0] } else { [0; 3] }).palette();
        assert_eq!((palette[15], palette[0]), (0.25, 0.75));
        assert_eq!(palette.iter().sum::<f32>(), 1.0);
    }

    #[test]
    fn one_colour_is_flat_and_changes_by_its_levels() {
        let (dark, light) = (small(|_| [10; 3]), small(|_| [40; 3]));
        assert!(dark.is_flat() && !small(|i| [(i % 32) as u8 * 3; 3]).is_flat());
        assert_eq!(dark.change(&light), 30.0);
    }
}
