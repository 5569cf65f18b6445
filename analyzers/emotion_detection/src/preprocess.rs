//! Faces out of a frame into the net's input.

use va_analyzer_sdk::Result;
use va_inference::geometry::Rect;
use va_inference::image::{Fit, Layout, Normalise, Order, Painter, View};

/// Pixels of the input's side.
pub const SIDE: usize = 64;
/// The square's side, in longer sides of the face's box.
const FACTOR: f32 = 1.1;

/// Memory that serves every frame.
#[derive(Debug, Default)]
pub struct Buffers {
    painter: Painter,
    input: Vec<f32>,
}

impl Buffers {
    /// The input for these faces of a frame, with room for `room`; what is over is left as it was. Grey of -1 to 1, black
    /// where the picture ends.
    ///
    /// # Errors
    /// Where the frame has no pixel.
    pub fn fill(&mut self, view: &View<'_>, faces: &[Rect], room: usize) -> Result<&[f32]> {
        const ONE: usize = SIDE * SIDE;
        let normalise = Normalise::signed().order(Order::Gray).layout(Layout::Pixels);
        self.input.resize(room * ONE, 0.0);
        for (face, input) in faces.iter().zip(self.input.chunks_exact_mut(ONE)) {
            let fit = Fit::square(view.size(), face, FACTOR, SIDE);
            self.painter.tensor(view, &fit, &normalise, input)?;
        }
        Ok(&self.input)
    }
}
