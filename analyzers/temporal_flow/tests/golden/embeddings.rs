//! Tokens and embeddings against Python; `tests/reference/minilm.py` made them.

use std::collections::BTreeMap;

use serde_json::Value;
use va_analyzer_temporal_flow::embedding::{Embedder, LENGTH, cosine};
use va_analyzer_temporal_flow::tokenizer::Tokenizer;
use va_test_media::model;

use crate::{number, run};

fn reference() -> Vec<BTreeMap<String, Value>> {
    serde_json::from_str(include_str!("../reference/minilm.json")).expect("the reference is JSON")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

#[test]
fn tokens_are_those_of_the_reference() {
    let tokenizer = Tokenizer::load(&model("minilm-l6-v2").join("tokenizer.json")).expect("loaded");
    let told = reference();
    assert!(told.len() >= 20);
    for sentence in &told {
        let text = sentence["text"].as_str().expect("a text");
        let expected: Vec<i64> =
            sentence["tokens"].as_array().expect("tokens").iter().filter_map(Value::as_i64).collect();
        assert_eq!(tokenizer.tokens(text, usize::MAX), expected, "{text:?}");
    }
}

/// The same runtime on the same tokens: what differs is the order of sums, and six decimals in the file.
#[test]
fn embeddings_are_those_of_python() {
    let embedder = Embedder::load(&run().host()).expect("loaded");
    let (mut compared, mut most) = (0, 0f64);
    for sentence in reference() {
        let Some(expected) = sentence.get("embedding").map(numbers) else { continue };
        let embedding = embedder.embed(sentence["text"].as_str().expect("a text")).expect("embedded");
        assert_eq!((embedding.len(), expected.len()), (LENGTH, LENGTH));
        let apart = embedding.iter().zip(&expected).map(|(ours, theirs)| (f64::from(*ours) - theirs).abs());
        most = apart.fold(most, f64::max);
        compared += 1;
    }
    assert_eq!(compared, 12);
    assert!(most < 1e-5, "they differ by {most:e}");
}

#[test]
fn a_sentence_is_near_to_what_means_the_same() {
    let embedder = Embedder::load(&run().host()).expect("loaded");
    let of = |text: &str| embedder.embed(text).expect("embedded");
    let guitar = of("A woman plays the guitar on stage.");
    assert!(cosine(&guitar, &of("Someone performs music.")) > 0.4);
    assert!(cosine(&guitar, &of("The stock market fell.")) < 0.1);
    // More words than the model reads: still an answer.
    assert_eq!(of(&"word ".repeat(2000)).len(), LENGTH);
}
