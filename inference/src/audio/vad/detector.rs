//! The network: the probability of speech in each chunk of a stream.

use va_analyzer_sdk::{Error, Host, Result};

use crate::onnx::{Input, Model, Options};

/// The model, as it is installed.
pub const MODEL: &str = "silero-vad";
/// Samples a second.
pub const RATE: u32 = 16_000;
/// Samples of a chunk: 32 ms.
pub const CHUNK: usize = 512;

/// Samples of the chunk before that the network sees, too.
const CONTEXT: usize = 64;
/// Values of the recurrent state: `[2, 1, 128]`.
const STATE: [usize; 3] = [2, 1, 128];

/// Silero VAD (MIT), as ONNX: a small recurrent network over chunks of 32 ms.
#[derive(Debug)]
pub struct Detector {
    model: Model,
}

/// What the network remembers of one recording, and the samples that fill no chunk yet.
#[derive(Debug, Clone)]
pub struct Stream {
    state: Vec<f32>,
    /// The context, then the samples of the chunk to come.
    input: Vec<f32>,
}

impl Default for Stream {
    fn default() -> Self {
        Stream { state: vec![0.0; STATE.iter().product()], input: vec![0.0; CONTEXT] }
    }
}

impl Detector {
    /// # Errors
    /// As [`Model::load`]; where the graph is another one.
    pub fn load(host: &Host) -> Result<Self> {
        let model = Model::load(host, MODEL, "model.onnx", &Options::default())?;
        let detector = Detector { model };
        // Says in load what would be wrong in every chunk.
        detector
            .push(&mut Stream::default(), &[0.0; CHUNK], &mut Vec::new())
            .map_err(|e| e.context("this is not Silero's network for chunks of 32 ms"))?;
        Ok(detector)
    }

    /// Takes the next samples of a stream (16 kHz, one channel), and appends the probability of speech of each chunk that
    /// is now complete.
    ///
    /// # Errors
    /// As [`Model::run`].
    pub fn push(&self, stream: &mut Stream, samples: &[f32], speech: &mut Vec<f32>) -> Result<()> {
        let mut rest = samples;
        loop {
            let missing = CONTEXT + CHUNK - stream.input.len();
            let (taken, left) = rest.split_at(missing.min(rest.len()));
            stream.input.extend_from_slice(taken);
            rest = left;
            if stream.input.len() < CONTEXT + CHUNK {
                return Ok(());
            }
            speech.push(self.chunk(stream)?);
            stream.input.drain(..CHUNK);
        }
    }

    /// Ends the stream: the last chunk, filled up with silence, where samples wait for one.
    ///
    /// # Errors
    /// As [`Model::run`].
    pub fn finish(&self, mut stream: Stream, speech: &mut Vec<f32>) -> Result<()> {
        if stream.input.len() > CONTEXT {
            stream.input.resize(CONTEXT + CHUNK, 0.0);
            speech.push(self.chunk(&mut stream)?);
        }
        Ok(())
    }

    fn chunk(&self, stream: &mut Stream) -> Result<f32> {
        let outputs = self.model.run(&[
            Input::f32("input", &[1, CONTEXT + CHUNK], &stream.input),
            Input::f32("state", &STATE, &stream.state),
            Input::i64("sr", &[], &[i64::from(RATE)]),
        ])?;
        let (_, state) = outputs.f32("stateN")?;
        let (_, speech) = outputs.f32("output")?;
        let (1, 256) = (speech.len(), state.len()) else {
            let (speech, state) = (speech.len(), state.len());
            return Err(Error::new(format!(
                "the network gave {speech} probabilities and a state of {state}"
            )));
        };
        stream.state.copy_from_slice(state);
        Ok(speech[0])
    }
}
