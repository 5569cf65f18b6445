//! The neural detector: TransNetV2 (Souček, Lokoč 2020, "TransNet V2: An effective deep network architecture for fast
//! shot transition detection"), on windows of 100 frames of 48x27, of which the middle 50 count.

use va_analyzer_sdk::{Error, Host, Result};
use va_inference::image::{Fit, Painter, View};
use va_inference::onnx::{Input, Model, Options};

pub const NAME: &str = "transnetv2";
/// Pixels of a frame as the network sees it.
pub const WIDTH: usize = 48;
pub const HEIGHT: usize = 27;
/// Bytes of such a frame, red, green, blue.
pub const FRAME: usize = WIDTH * HEIGHT * 3;
/// Frames of a window.
pub const WINDOW: usize = 100;
/// Frames at either end of a window that only give the others their surroundings.
pub const CONTEXT: usize = 25;
/// Frames of a window that count.
pub const INNER: usize = WINDOW - 2 * CONTEXT;

/// What the network says of a frame, each 0..1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Opinion {
    /// That it is the last frame of the old shot, or the middle one of a gradual transition.
    pub single: f32,
    /// That it belongs to a transition.
    pub many: f32,
}

/// The loaded network.
#[derive(Debug)]
pub struct TransNet {
    model: Model,
}

impl TransNet {
    /// # Errors
    /// As [`Model::load`].
    pub fn load(host: &Host) -> Result<Self> {
        Ok(TransNet { model: Model::load(host, NAME, "model.onnx", &Options::default())? })
    }

    /// Opinions of the middle frames of a window. `window` has [`WINDOW`] frames of [`FRAME`] numbers 0..255, red, green
    /// and blue of each pixel.
    ///
    /// # Errors
    /// Where the network fails or gives something else than it should.
    pub fn look(&self, window: &[f32]) -> Result<[Opinion; INNER]> {
        let outputs = self.model.run(&[Input::f32("frames", &[1, WINDOW, HEIGHT, WIDTH, 3], window)])?;
        let (single, many) = (outputs.f32("single_frame")?.1, outputs.f32("many_hot")?.1);
        if single.len() != WINDOW || many.len() != WINDOW {
            let (single, many) = (single.len(), many.len());
            return Err(Error::new(format!("{NAME} speaks of {single} and {many} frames, not of {WINDOW}")));
        }
        Ok(std::array::from_fn(|i| Opinion { single: single[CONTEXT + i], many: many[CONTEXT + i] }))
    }
}

/// A frame as the network sees it, into [`FRAME`] bytes. The pixels of a frame of 64 on the longer side do: what the
/// network says of them differs by 0.04 at most from what it says of the full frame scaled at once.
///
/// # Errors
/// Where the frame has no pixel.
pub fn thumbnail(painter: &mut Painter, frame: &View<'_>, out: &mut [u8]) -> Result<()> {
    painter.bytes(frame, &Fit::stretch(frame.size(), (WIDTH, HEIGHT)), out)
}

/// The first of the middle frames of each window, so that all of these frames are in the middle of one. Frames come in
/// order of time; what lies together is brought to the middle. May be before the first frame.
pub fn plan(frames: impl IntoIterator<Item = usize>) -> Vec<isize> {
    let mut starts = Vec::new();
    let mut frames = frames.into_iter().peekable();
    while let Some(first) = frames.next() {
        let mut last = first;
        while let Some(next) = frames.next_if(|&next| next < first + INNER) {
            last = next;
        }
        starts.push(first as isize - ((INNER - (last - first + 1)) / 2) as isize);
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_that_lie_together_share_a_window() {
        assert_eq!(plan([]), [0isize; 0]);
        assert_eq!(plan([3]), [-21isize]);
        assert_eq!(plan([100, 101, 140]), [96isize]);
        assert_eq!(plan(100..=150), [100isize, 126]);
    }
}
