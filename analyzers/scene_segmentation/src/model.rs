//! The network: EfficientNet-Lite0 (Tan, Le 2019), trained on ImageNet; its pooled features say what a picture shows.

use va_analyzer_sdk::{Error, Frame, Host, Result};
use va_inference::image::Painter;
use va_inference::onnx::{Input, Model, Options};

use crate::preprocess::{SIDE, normalise, see};

/// The model's name.
pub const MODEL: &str = "efficientnet-lite0";
/// Numbers of an embedding.
pub const LENGTH: usize = 1280;

/// Numbers of one frame's input.
const LENGTH_IN: usize = SIDE * SIDE * 3;

const FILE: &str = "model.onnx";
/// Frames that are looked at in a row. A network that runs now and then, between the work of others, takes a sixth more.
const IN_A_ROW: usize = 32;
/// Frames in one run on a GPU.
const AT_ONCE: usize = 16;

/// Embeds frames: `image` f32 `[b, 224, 224, 3]` in, `embedding` f32 `[b, 1280]` out.
#[derive(Debug)]
pub struct Embedder {
    model: Model,
    batch: usize,
}

/// What the network is to see of frames that wait to be embedded; its memory serves again.
#[derive(Debug, Default)]
pub struct Waiting {
    painter: Painter,
    seen: Vec<u8>,
    frames: usize,
    input: Vec<f32>,
}

impl Waiting {
    /// Takes what the network needs of a frame.
    ///
    /// # Errors
    /// Where the frame has no pixel.
    pub fn add(&mut self, frame: &Frame<'_>) -> Result<()> {
        let at = self.frames * LENGTH_IN;
        self.seen.resize(self.seen.len().max(at + LENGTH_IN), 0);
        see(frame, &mut self.painter, &mut self.seen[at..at + LENGTH_IN])?;
        self.frames += 1;
        Ok(())
    }

    /// Forgets what waits.
    pub fn clear(&mut self) {
        self.frames = 0;
    }

    pub fn is_full(&self) -> bool {
        self.frames >= IN_A_ROW
    }
}

impl Embedder {
    /// # Errors
    /// [`ErrorKind::Unavailable`](va_analyzer_sdk::ErrorKind::Unavailable) where the model is not installed; otherwise
    /// where it cannot be loaded.
    pub fn load(host: &Host) -> Result<Self> {
        let model = Model::load(host, MODEL, FILE, &Options::default())?;
        let batch = if model.device() == "cpu" { 1 } else { AT_ONCE };
        let embedder = Embedder { model, batch };
        embedder.run(&vec![0.0; embedder.batch * LENGTH_IN], 0)?;
        Ok(embedder)
    }

    /// What the frames show that waited: of each a vector of length 1, so that the product of two is their likeness.
    ///
    /// # Errors
    /// Where the model cannot be run.
    pub fn embed(&self, waiting: &mut Waiting) -> Result<Vec<Vec<f32>>> {
        let frames = std::mem::take(&mut waiting.frames);
        let Waiting { seen, input, .. } = waiting;
        // A run of fewer frames than a batch carries what was left of the last one; nobody looks at that.
        input.resize(self.batch * LENGTH_IN, 0.0);
        let mut embeddings = Vec::with_capacity(frames);
        for seen in seen[..frames * LENGTH_IN].chunks(self.batch * LENGTH_IN) {
            for (seen, input) in seen.chunks_exact(LENGTH_IN).zip(input.chunks_exact_mut(LENGTH_IN)) {
                normalise(seen, input)?;
            }
            embeddings.extend(self.run(input, seen.len() / LENGTH_IN)?);
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
