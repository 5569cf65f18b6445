//! A frame into a detector's input.

use va_analyzer_sdk::Result;
use va_inference::image::{Fit, Layout, Normalise, Painter, View};

use crate::model::Kind;

/// CenterFace finds faces from 24 pixels of its input on for sure (measured, README). At 576 that is a face of 40 pixels
/// of our frames, the smallest that any other analyzer can judge.
const CENTER_FACE_SIDE: u32 = 576;
/// As InsightFace runs it.
const SCRFD_SIDE: u32 = 640;
const BLAZE_FACE_SIDE: usize = 128;

/// How the frames of one video go into the input: the same for all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub kind: Kind,
    pub fit: Fit,
    pub normalise: Normalise,
    /// Width and height of the input.
    pub size: (usize, usize),
}

impl Plan {
    /// For frames of size `view`; `side` is the longer side of the input, where it is not the detector's own.
    pub fn new(kind: Kind, view: (usize, usize), side: Option<u32>) -> Self {
        match kind {
            Kind::CenterFace => {
                let wanted = scaled(view, side.unwrap_or(CENTER_FACE_SIDE));
                let size = (multiple(wanted.0.round()), multiple(wanted.1.round()));
                Plan { kind, fit: Fit::stretch(view, size), normalise: Normalise::none(), size }
            }
            Kind::Scrfd => {
                let wanted = scaled(view, side.unwrap_or(SCRFD_SIDE));
                // Half a multiple more rounds up: the picture keeps its aspect, the rest is padded.
                let size = (multiple(wanted.0 + 15.5), multiple(wanted.1 + 15.5));
                let normalise = Normalise::levels(127.5, 128.0);
                Plan { kind, fit: Fit::top_left(view, size), normalise, size }
            }
            Kind::BlazeFace => {
                let size = (BLAZE_FACE_SIDE, BLAZE_FACE_SIDE);
                let normalise = Normalise::signed().layout(Layout::Pixels);
                Plan { kind, fit: Fit::letterbox(view, size), normalise, size }
            }
        }
    }

    /// Of an input for so many pictures.
    pub fn shape(&self, pictures: usize) -> [usize; 4] {
        let (width, height) = self.size;
        if self.kind == Kind::BlazeFace { [pictures, height, width, 3] } else { [pictures, 3, height, width] }
    }

    /// CenterFace's cells of four pixels in a row.
    pub fn cells_across(&self) -> usize {
        self.size.0 / 4
    }

    pub fn cells(&self) -> usize {
        self.cells_across() * (self.size.1 / 4)
    }

    /// SCRFD's anchors of one level.
    pub fn anchors(&self, stride: usize) -> usize {
        (self.size.0 / stride) * (self.size.1 / stride) * 2
    }
}

/// Memory that serves every batch.
#[derive(Debug, Default)]
pub struct Buffers {
    painter: Painter,
    input: Vec<f32>,
}

impl Buffers {
    /// The input for these views, with room for `room`; what is over is left as it was, and nobody looks at it.
    ///
    /// # Errors
    /// Where a view has no pixel.
    pub fn fill(&mut self, plan: &Plan, views: &[View<'_>], room: usize) -> Result<&[f32]> {
        let one = plan.size.0 * plan.size.1 * 3;
        self.input.resize(room * one, 0.0);
        for (view, input) in views.iter().zip(self.input.chunks_exact_mut(one)) {
            self.painter.tensor(view, &plan.fit, &plan.normalise, input)?;
        }
        Ok(&self.input)
    }
}

/// The size with this longer side, the aspect kept.
fn scaled((width, height): (usize, usize), side: u32) -> (f64, f64) {
    let scale = f64::from(side) / width.max(height).max(1) as f64;
    (width as f64 * scale, height as f64 * scale)
}

/// The nearest multiple of 32, at least one.
fn multiple(length: f64) -> usize {
    ((length / 32.0).round() as usize).max(1) * 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_the_nearest_multiples_of_32() {
        let size = |view, side| Plan::new(Kind::CenterFace, view, side).size;
        assert_eq!(size((540, 960), None), (320, 576));
        assert_eq!(size((960, 540), Some(640)), (640, 352));
        assert_eq!(size((960, 4), None), (576, 32));
        // Small pictures are enlarged: a face of a few pixels is not found otherwise.
        assert_eq!(size((176, 144), None), (576, 480));
    }

    #[test]
    fn scrfd_keeps_the_aspect_and_pads_to_the_next_multiple() {
        let plan = Plan::new(Kind::Scrfd, (960, 540), None);
        assert_eq!(plan.size, (640, 384));
        assert_eq!(plan.fit.painted(), (0, 0, 640, 360));
        assert_eq!(Plan::new(Kind::Scrfd, (960, 960), None).size, (640, 640));
        assert_eq!(plan.anchors(32), 20 * 12 * 2);
    }

    #[test]
    fn shapes_say_where_the_channels_are() {
        assert_eq!(Plan::new(Kind::BlazeFace, (960, 540), None).shape(2), [2, 128, 128, 3]);
        assert_eq!(Plan::new(Kind::CenterFace, (540, 960), None).shape(1), [1, 3, 576, 320]);
    }
}
