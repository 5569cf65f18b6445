//! Faces out of a frame into a net's input.

use va_analyzer_sdk::Result;
use va_inference::geometry::Rect;
use va_inference::image::{Fit, Layout, Normalise, Painter, View};

/// How a net wants a face: a square round it, black where the picture ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crop {
    /// The square's side, in longer sides of the face's box.
    factor: f32,
    /// Pixels of the input's side.
    side: usize,
    normalise: Normalise,
}

impl Crop {
    /// As `insightface/model_zoo/attribute.py` does it: 1.5 times the box, red, green, blue of 0..255, as its graph
    /// begins with a normalisation of its own.
    pub fn genderage() -> Self {
        Crop { factor: 1.5, side: 96, normalise: Normalise::none() }
    }

    /// As Human does it: 1.2 times the box, 0..255.
    pub fn faceres() -> Self {
        Crop { factor: 1.2, side: 224, normalise: Normalise::none().layout(Layout::Pixels) }
    }

    /// Of an input for so many faces.
    pub fn shape(&self, faces: usize) -> [usize; 4] {
        let side = self.side;
        match self.normalise.layout {
            Layout::Planes => [faces, 3, side, side],
            Layout::Pixels => [faces, side, side, 3],
        }
    }
}

/// Memory that serves every frame.
#[derive(Debug, Default)]
pub struct Buffers {
    painter: Painter,
    input: Vec<f32>,
}

impl Buffers {
    /// The input for these faces of a frame, with room for `room`; what is over is left as it was.
    ///
    /// # Errors
    /// Where the frame has no pixel.
    pub fn fill(&mut self, crop: &Crop, view: &View<'_>, faces: &[Rect], room: usize) -> Result<&[f32]> {
        let one = crop.side * crop.side * 3;
        self.input.resize(room * one, 0.0);
        for (face, input) in faces.iter().zip(self.input.chunks_exact_mut(one)) {
            let fit = Fit::square(view.size(), face, crop.factor, crop.side);
            self.painter.tensor(view, &fit, &crop.normalise, input)?;
        }
        Ok(&self.input)
    }
}
