//! What a sentence means, as a vector: MiniLM (Wang et al. 2020) as trained for sentences (Reimers, Gurevych 2019).

use va_analyzer_sdk::{Error, Host, Result};
use va_inference::onnx::{Input, Model, Options};

use crate::tokenizer::Tokenizer;

/// The model's name.
pub const MODEL: &str = "minilm-l6-v2";
/// Numbers of an embedding.
pub const LENGTH: usize = 384;

/// Tokens that are read of a sentence, with those that begin and end it.
const MOST_TOKENS: usize = 256;

/// A vector of length 1, so that the product of two is the cosine.
pub type Embedding = Vec<f32>;

/// `input_ids`, `attention_mask`, `token_type_ids` i64 `[1, n]` in, `sentence_embedding` f32 `[1, 384]` out.
#[derive(Debug)]
pub struct Embedder {
    model: Model,
    tokenizer: Tokenizer,
}

impl Embedder {
    /// # Errors
    /// [`ErrorKind::Unavailable`](va_analyzer_sdk::ErrorKind::Unavailable) where the model is not installed; otherwise
    /// where it cannot be loaded.
    pub fn load(host: &Host) -> Result<Self> {
        let model = Model::load(host, MODEL, "model.onnx", &Options::threads(host.threads()))?;
        let tokenizer = Tokenizer::load(&host.model_path(MODEL)?.join("tokenizer.json"))
            .map_err(|e| Error::new(format!("cannot use the model {MODEL}: {}", e.message)))?;
        Ok(Embedder { model, tokenizer })
    }

    /// # Errors
    /// Where the model cannot be run.
    pub fn embed(&self, text: &str) -> Result<Embedding> {
        let ids = self.tokenizer.tokens(text, MOST_TOKENS);
        let (shape, attended, types) = ([1, ids.len()], vec![1; ids.len()], vec![0; ids.len()]);
        let outputs = self.model.run(&[
            Input::i64("input_ids", &shape, &ids),
            Input::i64("attention_mask", &shape, &attended),
            Input::i64("token_type_ids", &shape, &types),
        ])?;
        let (shape, embedding) = outputs.f32("sentence_embedding")?;
        if embedding.len() != LENGTH {
            return Err(Error::new(format!("an embedding [1, {LENGTH}] was expected, {shape:?} came")));
        }
        Ok(embedding.to_vec())
    }

    /// # Errors
    /// As [`Embedder::embed`].
    pub fn embed_all(&self, texts: &[&str]) -> Result<Vec<Embedding>> {
        texts.iter().map(|text| self.embed(text)).collect()
    }
}

/// -1 to 1 for vectors of any length; 0 where one of them is 0.
pub fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let lengths = product(a, a).sqrt() * product(b, b).sqrt();
    if lengths > 0.0 { product(a, b) / lengths } else { 0.0 }
}

/// The sum of some embeddings, which points where most of them do.
pub fn sum<'a>(embeddings: impl IntoIterator<Item = &'a Embedding>) -> Embedding {
    let mut sum = vec![0.0; LENGTH];
    for embedding in embeddings {
        sum.iter_mut().zip(embedding).for_each(|(sum, x)| *sum += x);
    }
    sum
}

fn product(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}
