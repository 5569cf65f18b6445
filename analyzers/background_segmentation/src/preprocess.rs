//! Frames into the models' inputs, and a glance at a frame that tells whether it changed.

use va_analyzer_sdk::{Frame, Result};
use va_inference::image::{Filter, Fit, Layout, Normalise, Painter, View};

/// How a network sees a frame.
#[derive(Debug, Clone, Copy)]
pub struct Eye {
    pub side: usize,
    pub normalise: Normalise,
    /// The middle square, its aspect kept; else all of the frame, stretched to a square.
    pub middle: bool,
}

impl Eye {
    /// Of the classes of `deeplab-v3-voc`: 257 pixels, -1 to 1, pixel by pixel.
    pub fn deeplab() -> Self {
        Eye { side: 257, normalise: Normalise::signed().layout(Layout::Pixels), middle: false }
    }

    /// Of the classes of `segformer`: 512 pixels, as ImageNet, in planes.
    pub fn segformer() -> Self {
        Eye { side: 512, normalise: Normalise::imagenet(), middle: false }
    }

    /// Of `u2netp`.
    pub fn salience() -> Self {
        Eye { side: 320, normalise: Normalise::imagenet(), middle: false }
    }

    /// Of `selfie-segmenter`.
    pub fn person() -> Self {
        Eye { side: 256, normalise: Normalise::unit().layout(Layout::Pixels), middle: false }
    }

    /// Of `efficientnet-lite0`.
    pub fn things() -> Self {
        Eye { side: 224, normalise: Normalise::levels(127.0, 128.0).layout(Layout::Pixels), middle: true }
    }

    /// Numbers of one frame.
    pub fn length(&self) -> usize {
        3 * self.side * self.side
    }

    /// Writes a frame into its place in the input.
    ///
    /// # Errors
    /// Where the place has another length.
    pub fn see(&self, frame: &Frame<'_>, painter: &mut Painter, input: &mut [f32]) -> Result<()> {
        let size = (frame.width as usize, frame.height as usize);
        let fit = if self.middle {
            Fit::centre_square(size, self.side)
        } else {
            Fit::stretch(size, (self.side, self.side))
        };
        painter.tensor(&View::of(frame), &fit, &self.normalise, input)
    }
}

/// Cells of a glance across and down.
const CELLS: usize = 32;
/// A frame whose cells differ by no more levels than this shows nothing.
const FLAT: u8 = 8;

/// The mean colours of 32 x 32 cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    cells: Vec<u8>,
}

/// How much changed from one glance to another, in levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// In the cell that changed most.
    pub most: u8,
    /// Over all cells.
    pub mean: f32,
}

/// Takes glances; its memory serves again.
#[derive(Debug)]
pub struct Glancer {
    painter: Painter,
}

impl Default for Glancer {
    fn default() -> Self {
        Glancer { painter: Painter::new().filter(Filter::Area) }
    }
}

impl Glancer {
    /// # Errors
    /// Where the frame has no pixel.
    pub fn glance(&mut self, frame: &Frame<'_>) -> Result<Glance> {
        let mut cells = vec![0; CELLS * CELLS * 3];
        let fit = Fit::stretch((frame.width as usize, frame.height as usize), (CELLS, CELLS));
        self.painter.bytes(&View::of(frame), &fit, &mut cells)?;
        Ok(Glance { cells })
    }
}

impl Glance {
    /// Whether there is but one colour, give or take a few levels: black, a plain title's ground. Fine noise goes with
    /// the mean of a cell.
    pub fn is_flat(&self) -> bool {
        (0..3).all(|channel| {
            let levels = || self.cells.iter().skip(channel).step_by(3);
            levels().max().zip(levels().min()).is_none_or(|(most, least)| most - least <= FLAT)
        })
    }

    pub fn change(&self, other: &Glance) -> Change {
        let each = || self.cells.iter().zip(&other.cells).map(|(a, b)| a.abs_diff(*b));
        let sum: u32 = each().map(u32::from).sum();
        Change { most: each().max().unwrap_or(0), mean: sum as f32 / self.cells.len().max(1) as f32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use va_analyzer_sdk::PixelFormat;

    fn glance(rgb: impl Fn(usize, usize) -> u8) -> Glance {
        let data: Vec<u8> = (0..64 * 64).flat_map(|i| [rgb(i % 64, i / 64); 3]).collect();
        let frame = Frame {
            index: 0,
            timestamp_s: 0.0,
            width: 64,
            height: 64,
            format: PixelFormat::Rgb8,
            data: &data,
            findings: &[],
        };
        Glancer::default().glance(&frame).expect("a frame")
    }

    #[test]
    fn one_colour_is_flat_and_so_is_fine_noise() {
        assert!(glance(|_, _| 0).is_flat());
        assert!(glance(|x, y| if (x + y) % 2 == 0 { 90 } else { 160 }).is_flat());
        assert!(!glance(|x, y| if x < 8 && y < 8 { 40 } else { 0 }).is_flat());
    }

    #[test]
    fn change_is_that_of_cells() {
        let (before, after) = (glance(|_, _| 100), glance(|x, y| if x < 2 && y < 2 { 130 } else { 100 }));
        assert_eq!(before.change(&before), Change { most: 0, mean: 0.0 });
        let change = before.change(&after);
        assert_eq!(change.most, 30);
        assert!((change.mean - 30.0 / 1024.0).abs() < 1e-4, "{change:?}");
    }
}
