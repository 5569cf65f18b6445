//! Running one on frames.

use va_analyzer_sdk::{Error, Frame, Host, Result};

use super::Candidates;
use super::input::{Fixed, letterbox};
use crate::image::{Fit, Normalise, Painter, View};
use crate::onnx::{Input, Model, Options, Outputs, Port};

/// Frames in one run on a GPU. One shape serves all runs: each new one costs a GPU a second or two.
const GPU_BATCH: usize = 16;

/// A loaded network.
#[derive(Debug)]
pub struct Network {
    /// Of the model, for messages.
    name: String,
    model: Model,
    /// Rows of the output.
    rows: usize,
    /// Width and height of the input where the file fixes them.
    size: Option<(usize, usize)>,
    batch: usize,
}

/// Memory that serves again for each run.
#[derive(Debug, Default)]
pub struct Room {
    painter: Painter,
    input: Vec<f32>,
}

/// What came out of one run.
#[derive(Debug)]
pub struct Batch<'m> {
    outputs: Outputs<'m>,
    /// How each frame lay in the input.
    pub fit: Fit,
}

impl Network {
    /// Loads `file` of an installed model. `rows` tells from the loaded model how many rows its output must have.
    ///
    /// # Errors
    /// As [`Model::load`]; those of `rows`; and where the file is no network of this kind, which a run on an empty
    /// picture tells before the first video, not in the midst of it.
    pub fn load(
        host: &Host,
        name: &str,
        file: &str,
        rows: impl FnOnce(&Model) -> Result<usize>,
    ) -> Result<Self> {
        let model = Model::load(host, name, file, &Options::default())?;
        let Some(Fixed { batch, size }) = Fixed::of(model.inputs()) else {
            let input: Vec<String> = model.inputs().iter().map(Port::to_string).collect();
            let why = format!("it takes {} where f32 [?,3,height,width] is expected", input.join(", "));
            return Err(other_than_named(name, &why));
        };
        let usual = if model.device() == "cpu" { 1 } else { GPU_BATCH };
        let rows = rows(&model)?;
        let network = Network { name: name.to_owned(), model, rows, size, batch: batch.unwrap_or(usual) };
        network.try_out()?;
        Ok(network)
    }

    /// How many frames [`Network::run`] takes at most.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Runs on frames of one size, at least one and at most [`Network::batch`] of them.
    ///
    /// # Errors
    /// Where a frame has no pixel, or the model cannot be run.
    pub fn run(&self, frames: &[Frame<'_>], room: &mut Room) -> Result<Batch<'_>> {
        let first = frames.first().ok_or_else(|| Error::new("a detector was given no frame"))?;
        let fit = letterbox((first.width as usize, first.height as usize), self.size);
        let (width, height) = fit.input();
        let length = 3 * width * height;
        // A run of fewer frames than a batch carries what was left of the last one; nobody looks at that.
        room.input.resize(self.batch * length, 0.0);
        for (frame, input) in frames.iter().zip(room.input.chunks_exact_mut(length)) {
            room.painter.tensor(&View::of(frame), &fit, &Normalise::unit(), input)?;
        }
        Ok(Batch { outputs: self.outputs(&room.input, (width, height))?, fit })
    }

    /// On a small picture where the size is free.
    fn try_out(&self) -> Result<()> {
        let (width, height) = self.size.unwrap_or((64, 64));
        let input = vec![0.0; self.batch * 3 * width * height];
        let outputs = self.outputs(&input, (width, height))?;
        let (shape, _) = outputs.first_f32()?;
        if shape.len() == 3 && shape[0] == self.batch && shape[1] == self.rows {
            return Ok(());
        }
        let expected = format!("[{}, {}, candidates]", self.batch, self.rows);
        Err(other_than_named(&self.name, &format!("it gives {shape:?} where {expected} is expected")))
    }

    fn outputs(&self, input: &[f32], (width, height): (usize, usize)) -> Result<Outputs<'_>> {
        let shape = [self.batch, 3, height, width];
        self.model.run(&[Input::f32(&self.model.inputs()[0].name, &shape, input)])
    }
}

impl Batch<'_> {
    /// The candidates of one frame, of `classes` classes, in pixels of the input.
    ///
    /// # Errors
    /// As [`Candidates::of`].
    pub fn candidates(&self, frame: usize, classes: usize) -> Result<Candidates<'_>> {
        let (shape, data) = self.outputs.first_f32()?;
        Candidates::of(shape, data, frame, classes)
    }
}

fn other_than_named(name: &str, why: &str) -> Error {
    Error::new(format!("model {name:?} is another than its name says: {why}"))
}
