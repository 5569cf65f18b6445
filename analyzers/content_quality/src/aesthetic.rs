//! How beautiful a picture is held to be: an image encoder of the CLIP family (Radford et al. 2021) and a head on its
//! embedding that was trained on people's votes (as LAION's aesthetic predictor, Schuhmann 2022).
//!
//! Neither ships with the system: both are used where somebody installs them.

use va_analyzer_sdk::{Error, ErrorKind, Host, Result};
use va_inference::image::{Fit, Normalise, Painter, View};
use va_inference::onnx::{Input, Model, Options};

/// Any CLIP image encoder: `[b,3,224,224]`, red, green, blue, CLIP's mean and deviation, to an embedding `[b,d]`.
pub const ENCODER: &str = "clip-image-encoder";
/// A head for that encoder: an embedding of length 1 `[b,d]` to a vote of 1 to 10 `[b,1]`.
pub const HEAD: &str = "aesthetic-head";
const FILE: &str = "model.onnx";

const SIDE: usize = 224;
const MEAN: [f32; 3] = [0.481_454_66, 0.457_827_5, 0.408_210_73];
const DEVIATION: [f32; 3] = [0.268_629_54, 0.261_302_6, 0.275_777_1];
/// The votes that the heads learn.
const VOTES: (f64, f64) = (1.0, 10.0);

/// Encoder and head, loaded.
#[derive(Debug)]
pub struct Aesthetic {
    encoder: Model,
    head: Model,
}

/// Memory that is kept from frame to frame.
#[derive(Debug, Default)]
pub struct Room {
    painter: Painter,
    input: Vec<f32>,
    embedding: Vec<f32>,
}

impl Aesthetic {
    /// # Errors
    /// As [`Model::load`]; and where a model has not one input and one output of the shapes that it must have.
    pub fn load(host: &Host) -> Result<Self> {
        // What is missing is told before the large one of the two is loaded.
        host.model_path(HEAD)?;
        let encoder = Model::load(host, ENCODER, FILE, &Options::default())?;
        let head = Model::load(host, HEAD, FILE, &Options::default())?;
        takes(&encoder, ENCODER, &[1, 3, SIDE, SIDE])?;
        takes(&head, HEAD, &[1, 1])?;
        Ok(Aesthetic { encoder, head })
    }

    /// 0..1 of a picture.
    ///
    /// # Errors
    /// Where a model fails, or the head does not fit the encoder.
    pub fn score(&self, picture: &View<'_>, room: &mut Room) -> Result<f64> {
        room.input.resize(3 * SIDE * SIDE, 0.0);
        let fit = Fit::centre_square(picture.size(), SIDE);
        room.painter.tensor(picture, &fit, &Normalise::of(MEAN, DEVIATION), &mut room.input)?;
        let input = Input::f32(&self.encoder.inputs()[0].name, &[1, 3, SIDE, SIDE], &room.input);
        let outputs = self.encoder.run(&[input])?;
        room.embedding.clear();
        room.embedding.extend_from_slice(outputs.first_f32()?.1);
        let length = room.embedding.iter().map(|value| value * value).sum::<f32>().sqrt();
        room.embedding.iter_mut().for_each(|value| *value /= length.max(f32::MIN_POSITIVE));
        let shape = [1, room.embedding.len()];
        let outputs = self.head.run(&[Input::f32(&self.head.inputs()[0].name, &shape, &room.embedding)])?;
        let vote = outputs.first_f32()?.1.first().copied().map_or(f64::NAN, f64::from);
        if vote.is_nan() {
            return Err(Error::new(format!("model {HEAD:?} gives no number")));
        }
        Ok(((vote - VOTES.0) / (VOTES.1 - VOTES.0)).clamp(0.0, 1.0))
    }
}

/// Checks that a model has one input of so many dimensions.
fn takes(model: &Model, name: &str, shape: &[usize]) -> Result<()> {
    let wrong = |why: String| Err(Error::of(ErrorKind::Failed, format!("cannot use model {name:?}: {why}")));
    match model.inputs() {
        [input] if input.shape.len() == shape.len() => Ok(()),
        inputs => {
            let came: Vec<String> = inputs.iter().map(ToString::to_string).collect();
            wrong(format!("it takes {}, not one input of {} dimensions", came.join(", "), shape.len()))
        }
    }
}
