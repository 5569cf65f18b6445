//! The net that sees an expression.

use va_analyzer_sdk::{Error, Host, Result};
use va_inference::geometry::Rect;
use va_inference::image::View;
use va_inference::onnx::{Input, Model, Options};

use crate::postprocess::Scores;
use crate::preprocess::{Buffers, SIDE};

/// The emotion net of Vladimir Mandic's Human.
pub const EMOTION: &str = "emotion";

/// Faces in one run where there is a GPU: always as many, so that it sees one shape only.
const AT_ONCE: usize = 16;

/// The loaded net.
#[derive(Debug)]
pub struct Reader {
    model: Model,
}

impl Reader {
    /// # Errors
    /// As [`Model::load`].
    pub fn load(host: &Host) -> Result<Self> {
        let model = Model::load(host, EMOTION, "model.onnx", &Options::default())?;
        model.warm_up(&[("image", &[1, SIDE, SIDE, 1])])?;
        Ok(Reader { model })
    }

    /// The scores of the faces at these places of a frame.
    ///
    /// # Errors
    /// As [`Model::run`]; or where the graph gives something else.
    pub fn read(&self, view: &View<'_>, faces: &[Rect], buffers: &mut Buffers) -> Result<Vec<Scores>> {
        let room = if self.model.device() == "cpu" { 1 } else { AT_ONCE };
        let mut read = Vec::with_capacity(faces.len());
        for faces in faces.chunks(room) {
            let input = buffers.fill(view, faces, room)?;
            let outputs = self.model.run(&[Input::f32("image", &[room, SIDE, SIDE, 1], input)])?;
            let (_, scores) = outputs.f32("prob")?;
            read.extend(scores.as_chunks::<7>().0.iter().take(faces.len()).copied());
        }
        if read.len() != faces.len() {
            let (came, wanted) = (read.len(), faces.len());
            return Err(Error::new(format!(
                "model {EMOTION:?} judged {came} of {wanted} faces: its output is too short"
            )));
        }
        Ok(read)
    }
}
