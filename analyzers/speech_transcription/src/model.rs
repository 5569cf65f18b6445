//! Whisper (Radford et al. 2022) as two graphs: the encoder, which hears a window of 30 s, and the decoder, which writes
//! token by token. Sizes are read from the graphs.

use std::borrow::Cow;

use va_analyzer_sdk::{Error, ErrorKind, Host, Result};
use va_inference::onnx::{Input, Model, Options, Outputs, Port};

use crate::settings::{Precision, Settings};
use crate::tokenizer::Tokenizer;

/// The models that serve, the best one first.
pub const MODELS: [&str; 7] = [
    REFERENCE,
    "whisper-large-v3-turbo",
    "whisper-medium",
    "whisper-small",
    "whisper-base",
    "whisper-tiny",
    "whisper-tiny-en",
];
/// The model that the others stand in for.
pub const REFERENCE: &str = "whisper-large-v3";

/// Vocabularies of fewer tokens are those of the models for English only.
const LEAST_MULTILINGUAL: usize = 51_865;

/// Sizes of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes {
    /// Mel bands, and frames of 10 ms.
    pub bands: usize,
    pub mel_frames: usize,
    /// Frames that the decoder looks at.
    pub frames: usize,
    /// Of the decoder.
    pub layers: usize,
    pub heads: usize,
    /// Values of a head.
    pub width: usize,
    pub vocabulary: usize,
    /// Heads whose attention follows the sound.
    pub aligned: usize,
    /// Tokens that a window may have, with the prompt.
    pub positions: usize,
}

/// A loaded model.
#[derive(Debug)]
pub struct Whisper {
    pub name: String,
    pub sizes: Sizes,
    pub tokens: Tokenizer,
    /// Tokens that are never written, and those that are never written first.
    pub never: Vec<u32>,
    pub never_first: Vec<u32>,
    encoder: Model,
    decoder: Model,
    /// Names of the decoder's inputs and outputs, key and value of each layer in turn.
    past: Vec<String>,
    cross: Vec<String>,
    kept: Vec<String>,
}

/// What the encoder heard in some windows, one a row.
#[derive(Debug)]
pub struct Heard<'m> {
    outputs: Outputs<'m>,
    names: &'m [String],
}

/// Keys and values of what was heard, as the decoder reads them; one row a window. A single row serves any number of
/// hypotheses.
#[derive(Debug)]
pub struct Cross<'a> {
    rows: usize,
    tensors: Vec<Cow<'a, [f32]>>,
}

/// Keys and values of the tokens so far; empty at first.
#[derive(Debug)]
pub struct Cache<'m> {
    pub rows: usize,
    /// Tokens.
    pub length: usize,
    past: Past<'m>,
}

#[derive(Debug)]
enum Past<'m> {
    /// Where the last run left them.
    Run(Outputs<'m>),
    Copied(Vec<Vec<f32>>),
}

/// What the decoder says after some tokens.
#[derive(Debug)]
pub struct Step {
    /// `[rows, vocabulary]`: of the token that comes next.
    pub logits: Vec<f32>,
    /// `[rows, aligned, tokens, frames]`: how well each token fits each frame.
    pub align: Vec<f32>,
    pub tokens: usize,
}

impl Whisper {
    /// # Errors
    /// As [`Model::load`]; where the graphs are not as the conversion makes them, with what is to be done.
    pub fn load(host: &Host, settings: &Settings) -> Result<Self> {
        let name = match &settings.model {
            Some(name) => name.as_str(),
            None => host.first_model(&MODELS)?,
        };
        let options = Options::threads(host.threads());
        let encoder = Model::load(host, name, "encoder.onnx", &options)?;
        let int8 = match settings.precision {
            Precision::Auto => encoder.device() == "cpu",
            Precision::Int8 => true,
            Precision::Float => false,
        };
        let decoder =
            Model::load(host, name, if int8 { "decoder.int8.onnx" } else { "decoder.onnx" }, &options)?;
        let sizes = Sizes::of(&encoder, &decoder).ok_or_else(|| {
            let why = format!("the graphs of {name} are not those that this version reads");
            Error::of(ErrorKind::Unavailable, format!("{why}: run `vactl models pull --force {name}`"))
        })?;
        let list = |key: &str| -> Result<Vec<u32>> {
            let text = decoder.metadata(key).unwrap_or_else(|| "[]".to_owned());
            serde_json::from_str(&text)
                .map_err(|e| Error::new(format!("the list {key} of {name} is broken: {e}")))
        };
        let pairs = |prefix: &str| -> Vec<String> {
            (0..sizes.layers)
                .flat_map(|layer| ["k", "v"].map(|kind| format!("{prefix}_{kind}_{layer}")))
                .collect()
        };
        Ok(Whisper {
            tokens: Tokenizer::load(&host.model_path(name)?.join("tokenizer.json"))?,
            never: list("suppress_ids")?,
            never_first: list("suppress_ids_begin")?,
            past: pairs("self"),
            cross: pairs("cross"),
            kept: pairs("new_self"),
            name: name.to_owned(),
            sizes,
            encoder,
            decoder,
        })
    }

    /// Whether it knows other languages than English.
    pub fn multilingual(&self) -> bool {
        self.sizes.vocabulary >= LEAST_MULTILINGUAL
    }

    /// Hears windows: `mel` is `[rows, bands, mel_frames]`.
    ///
    /// # Errors
    /// As [`Model::run`].
    pub fn hear(&self, mel: &[f32], rows: usize) -> Result<Heard<'_>> {
        let shape = [rows, self.sizes.bands, self.sizes.mel_frames];
        Ok(Heard { outputs: self.encoder.run(&[Input::f32("mel", &shape, mel)])?, names: &self.cross })
    }

    /// A cache without tokens.
    pub fn empty(&self, rows: usize) -> Cache<'_> {
        Cache { rows, length: 0, past: Past::Copied(vec![Vec::new(); self.past.len()]) }
    }

    /// Reads the next tokens, `[rows, n]`, and keeps them in the cache.
    ///
    /// # Errors
    /// As [`Model::run`].
    pub fn step<'m>(&'m self, tokens: &[i64], cross: &Cross<'_>, cache: &mut Cache<'m>) -> Result<Step> {
        let Sizes { heads, width, frames, .. } = self.sizes;
        let count = tokens.len() / cache.rows;
        let (past, key, value) = (
            [cache.rows, heads, cache.length, width],
            [cross.rows, heads, width, frames],
            [cross.rows, heads, frames, width],
        );
        let shape = [cache.rows, count];
        let mut inputs = vec![Input::i64("tokens", &shape, tokens)];
        for (at, (past_name, cross_name)) in self.past.iter().zip(&self.cross).enumerate() {
            inputs.push(Input::f32(past_name, &past, cache.tensor(at, &self.kept)?));
            let shape = if at % 2 == 0 { &key } else { &value };
            inputs.push(Input::f32(cross_name, shape, &cross.tensors[at]));
        }
        let outputs = self.decoder.run(&inputs)?;
        drop(inputs);
        let step = Step {
            logits: outputs.f32("logits")?.1.to_vec(),
            align: outputs.f32("align")?.1.to_vec(),
            tokens: count,
        };
        cache.length += count;
        cache.past = Past::Run(outputs);
        Ok(step)
    }

    /// Makes the cache's rows those that `rows` names, in that order; one may be named more than once.
    ///
    /// # Errors
    /// Never, as the outputs are those of the graph.
    pub fn select(&self, cache: &mut Cache<'_>, rows: &[usize]) -> Result<()> {
        if rows.iter().copied().eq(0..cache.rows) {
            return Ok(());
        }
        let size = self.sizes.heads * cache.length * self.sizes.width;
        let copied: Result<Vec<Vec<f32>>> =
            (0..self.past.len()).map(|at| Ok(picked(cache.tensor(at, &self.kept)?, size, rows))).collect();
        *cache = Cache { rows: rows.len(), length: cache.length, past: Past::Copied(copied?) };
        Ok(())
    }
}

impl Heard<'_> {
    /// # Errors
    /// Never, as the outputs are those of the graph.
    pub fn cross(&self, rows: usize) -> Result<Cross<'_>> {
        let tensor = |name: &String| Ok(Cow::Borrowed(self.outputs.f32(name)?.1));
        Ok(Cross { rows, tensors: self.names.iter().map(tensor).collect::<Result<_>>()? })
    }
}

impl Cross<'_> {
    /// The rows that `rows` names, rising; a single row serves all. Copies only where they do not lie side by side.
    pub fn rows(&self, rows: &[usize]) -> Cross<'_> {
        let rows = if self.rows == 1 { &[0] } else { rows };
        let beside = rows.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        let part = |all: &'_ Cow<'_, [f32]>| -> (usize, usize) {
            let size = all.len() / self.rows;
            (size, rows[0] * size)
        };
        let mut tensors = Vec::with_capacity(self.tensors.len());
        for all in &self.tensors {
            let (size, from) = part(all);
            tensors.push(if beside {
                Cow::Borrowed(&all[from..from + rows.len() * size])
            } else {
                Cow::Owned(picked(all, size, rows))
            });
        }
        Cross { rows: rows.len(), tensors }
    }
}

impl Cache<'_> {
    fn tensor<'s>(&'s self, at: usize, names: &[String]) -> Result<&'s [f32]> {
        match &self.past {
            Past::Run(outputs) => Ok(outputs.f32(&names[at])?.1),
            Past::Copied(tensors) => Ok(&tensors[at]),
        }
    }
}

fn picked(all: &[f32], size: usize, rows: &[usize]) -> Vec<f32> {
    let mut picked = Vec::with_capacity(rows.len() * size);
    rows.iter().for_each(|row| picked.extend_from_slice(&all[row * size..(row + 1) * size]));
    picked
}

impl Sizes {
    /// `None` where the graphs have not the inputs and outputs that the conversion gives them.
    fn of(encoder: &Model, decoder: &Model) -> Option<Self> {
        let (_, [_, bands, mel_frames]) = sized::<3>(encoder.inputs(), "mel")?;
        let (layers, [_, heads, _, width]) = sized::<4>(decoder.inputs(), "self_k_")?;
        let (_, [_, _, _, frames]) = sized::<4>(encoder.outputs(), "cross_k_")?;
        let (_, [_, vocabulary]) = sized::<2>(decoder.outputs(), "logits")?;
        let (_, [_, aligned, _, _]) = sized::<4>(decoder.outputs(), "align")?;
        let positions = decoder.metadata("positions")?.parse().ok()?;
        let sizes = Sizes { bands, mel_frames, frames, layers, heads, width, vocabulary, aligned, positions };
        let crossed = sized::<4>(encoder.outputs(), "cross_k_")?.0;
        (crossed == layers && mel_frames == 2 * frames).then_some(sizes)
    }
}

/// How many ports have a name that begins so, and the shape of the first; 0 stands for a free dimension.
fn sized<const N: usize>(ports: &[Port], prefix: &str) -> Option<(usize, [usize; N])> {
    let mut named = ports.iter().filter(|port| port.name.starts_with(prefix));
    let shape: Vec<usize> = named.next()?.shape.iter().map(|size| size.unwrap_or(0)).collect();
    Some((named.count() + 1, shape.try_into().ok()?))
}
