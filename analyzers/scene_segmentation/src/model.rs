//! The network: EfficientNet-Lite0 (Tan, Le 2019), trained on ImageNet; its pooled features say what a picture shows.

use va_analyzer_sdk::{Error, Frame, Host, Result};
use va_inference::image::Painter;
use va_inference::onnx::{Input, Model, Options};

use crate::preprocess::{SIDE, see};

/// The model's name.
pub const MODEL: &str = "efficientnet-lite0";
/// Numbers of an embedding.
pub const LENGTH: usize = 1280;

const FILE: &str = "model.onnx";
/// Frames in one run on a GPU.
const GPU_BATCH: usize = 16;

/// Embeds frames: `image` f32 `[b, 224, 224, 3]` in, `embedding` f32 `[b, 1280]` out.
#[derive(Debug)]
pub struct Embedder {
    model: Model,
    batch: usize,
}

/// Memory of a session that serves again for each run.
#[derive(Debug, Default)]
pub struct Room {
    painter: Painter,
    input: Vec<f32>,
}

impl Embedder {
    /// # Errors
    /// [`ErrorKind::Unavailable`](va_analyzer_sdk::ErrorKind::Unavailable) where the model is not installed; otherwise
    /// where it cannot be loaded.
    pub fn load(host: &Host) -> Result<Self> {
        let model = Model::load(host, MODEL, FILE, &Options::default())?;
        let batch = if model.device() == "cpu" { 1 } else { GPU_BATCH };
        let embedder = Embedder { model, batch };
        embedder.run(&vec![0.0; embedder.batch * SIDE * SIDE * 3], 0)?;
        Ok(embedder)
    }

    /// What these frames show: of each a vector of length 1, so that the product of two is their likeness.
    ///
    /// # Errors
    /// Where the model cannot be run.
    pub fn embed(&self, frames: &[&Frame<'_>], room: &mut Room) -> Result<Vec<Vec<f32>>> {
        let length = SIDE * SIDE * 3;
        room.input.resize(self.batch * length, 0.0);
        let mut embeddings = Vec::with_capacity(frames.len());
        for frames in frames.chunks(self.batch) {
            // A run of fewer frames than a batch carries what was left of the last one; nobody looks at that.
            for (frame, input) in frames.iter().zip(room.input.chunks_exact_mut(length)) {
                see(frame, &mut room.painter, input)?;
            }
            embeddings.extend(self.run(&room.input, frames.len())?);
        }
        Ok(embeddings)
    }

    fn run(&self, input: &[f32], frames: usize) -> Result<Vec<Vec<f32>>> {
        let shape = [self.batch, SIDE, SIDE, 3];
        let outputs = self.model.run(&[Input::f32("image", &shape, input)])?;
        let (shape, data) = outputs.f32("embedding")?;
        if data.len() != self.batch * LENGTH {
            let expected = [self.batch, LENGTH];
            return Err(Error::new(format!("embeddings {expected:?} were expected, {shape:?} came")));
        }
        Ok(data.chunks_exact(LENGTH).take(frames).map(|embedding| unit(embedding.to_vec())).collect())
    }
}

/// The same direction, length 1; all 0 stays.
pub fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x /= length);
    }
    vector
}
