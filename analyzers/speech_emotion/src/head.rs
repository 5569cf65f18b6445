//! What a network's logits stand for, by its `config.json`: classes, or arousal and valence.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use va_analyzer_sdk::{Error, ErrorKind, Result};

use crate::feeling::Feeling;
use crate::network::MODEL;

pub const FILE: &str = "config.json";

/// What the logits stand for.
#[derive(Debug, Clone, PartialEq)]
pub enum Head {
    /// One logit for each; the softmax of them is the probability.
    Classes(Vec<String>),
    /// Values of nominally 0..1: which of `count` is the arousal and which the valence.
    Dimensions { count: usize, arousal: usize, valence: usize },
}

/// As a `PretrainedConfig` of Hugging Face's transformers writes itself.
#[derive(Debug, Deserialize)]
struct Config {
    #[serde(default)]
    id2label: BTreeMap<String, String>,
    problem_type: Option<String>,
}

impl Head {
    /// # Errors
    /// Where the file is missing or no such file, or where it does not say what the logits stand for.
    pub fn read(folder: &Path) -> Result<Self> {
        Head::of(&read(folder, FILE)?).map_err(|e| e.context(FILE))
    }

    fn of(json: &str) -> Result<Self> {
        let config: Config = serde_json::from_str(json).map_err(|e| Error::new(e.to_string()))?;
        let labels = labels(&config.id2label)?;
        let place = |name: &str| labels.iter().position(|label| label.eq_ignore_ascii_case(name));
        match (config.problem_type.as_deref(), place("arousal"), place("valence")) {
            (Some("multi_label_classification"), ..) => {
                Err(other("its classes do not exclude each other (multi_label_classification)".to_owned()))
            }
            (_, Some(arousal), Some(valence)) => {
                Ok(Head::Dimensions { count: labels.len(), arousal, valence })
            }
            (Some("regression"), ..) => {
                Err(other(format!("it tells {}, not arousal and valence", labels.join(", "))))
            }
            _ => Ok(Head::Classes(labels)),
        }
    }

    /// How many logits there are.
    pub fn count(&self) -> usize {
        match self {
            Head::Classes(labels) => labels.len(),
            Head::Dimensions { count, .. } => *count,
        }
    }

    /// Reads as many logits; `clear` as in [`Feeling::of_dimensions`].
    pub fn feeling(&self, logits: &[f32], clear: f64) -> Feeling {
        match self {
            Head::Classes(labels) => likeliest(labels, logits),
            Head::Dimensions { arousal, valence, .. } => {
                let value = |at: usize| Some(f64::from(logits[at]).clamp(0.0, 1.0));
                Feeling::of_dimensions(value(*arousal), value(*valence), clear)
            }
        }
    }
}

fn likeliest(labels: &[String], logits: &[f32]) -> Feeling {
    let likeliest = labels.iter().zip(logits).max_by(|a, b| a.1.total_cmp(b.1));
    let Some((label, most)) = likeliest else { return Feeling::default() };
    let sum: f64 = logits.iter().map(|logit| f64::from(logit - most).exp()).sum();
    Feeling::named(label, 1.0 / sum)
}

/// In the order of their numbers, of which none may be left out.
fn labels(id2label: &BTreeMap<String, String>) -> Result<Vec<String>> {
    let numbered = id2label.iter().map(|(id, label)| Some((id.parse::<usize>().ok()?, label.clone())));
    let mut numbered: Vec<(usize, String)> = numbered
        .collect::<Option<_>>()
        .ok_or_else(|| other("id2label has a key that is no number".to_owned()))?;
    numbered.sort();
    if numbered.len() < 2 || numbered.iter().enumerate().any(|(at, (id, _))| at != *id) {
        let count = numbered.len();
        return Err(other(format!("id2label must name two classes or more, from 0 on; it has {count}")));
    }
    let nameless = |label: &&(usize, String)| label.1.trim().is_empty() || label.1.starts_with("LABEL_");
    match numbered.iter().find(nameless) {
        Some((id, label)) => {
            Err(other(format!("id2label calls class {id} {label:?}; write the emotion's name there")))
        }
        None => Ok(numbered.into_iter().map(|(_, label)| label).collect()),
    }
}

/// The text of a file of the installed model.
pub(crate) fn read(folder: &Path, file: &str) -> Result<String> {
    let path = folder.join(file);
    std::fs::read_to_string(&path).map_err(|e| {
        let why = format!("model {MODEL:?} is not complete: cannot read {}: {e}", path.display());
        Error::of(ErrorKind::Unavailable, format!("{why}; install it again with that file"))
    })
}

pub(crate) fn other(why: String) -> Error {
    Error::new(format!("model {MODEL:?} is of another kind than speech_emotion can use: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(json: &str) -> String {
        Head::of(json).expect_err("refused").message
    }

    #[test]
    fn classes_stand_in_the_order_of_their_numbers() {
        let eleven: Vec<String> = (0..11).rev().map(|id| format!("\"{id}\": \"e{id}\"")).collect();
        let head = Head::of(&format!("{{\"id2label\": {{{}}}}}", eleven.join(","))).expect("read");
        let Head::Classes(labels) = &head else { panic!("{head:?}") };
        assert_eq!((labels[2].as_str(), labels[10].as_str(), head.count()), ("e2", "e10", 11));
    }

    #[test]
    fn the_softmax_is_the_confidence() {
        let head = Head::Classes(["calm", "angry", "sad"].map(str::to_owned).to_vec());
        let feeling = head.feeling(&[0.0, 2f32.ln(), 0.0], 0.2);
        assert_eq!(feeling.emotion.as_deref(), Some("angry"));
        assert!((feeling.confidence.expect("told") - 0.5).abs() < 1e-6);
        assert_eq!((feeling.arousal, feeling.valence), (None, None));
    }

    #[test]
    fn dimensions_are_known_by_name_and_kept_within_0_to_1() {
        let head = Head::of(
            r#"{"id2label": {"0": "arousal", "1": "dominance", "2": "Valence"}, "problem_type": "regression"}"#,
        )
        .expect("read");
        assert_eq!(head, Head::Dimensions { count: 3, arousal: 0, valence: 2 });
        let feeling = head.feeling(&[1.2, 0.4, 0.1], 0.2);
        assert_eq!((feeling.arousal, feeling.emotion.as_deref()), (Some(1.0), Some("angry")));
        assert!((feeling.valence.expect("told") - 0.1).abs() < 1e-6);
    }

    #[test]
    fn what_says_not_what_the_logits_are_is_refused() {
        assert!(refused("{}").contains("two classes or more, from 0 on; it has 0"));
        assert!(refused(r#"{"id2label": {"0": "a", "2": "b"}}"#).contains("from 0 on"));
        assert!(refused(r#"{"id2label": {"a": "0", "b": "1"}}"#).contains("no number"));
        assert!(refused(r#"{"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}"#).contains("\"LABEL_0\""));
        let regression = r#"{"id2label": {"0": "joy", "1": "fear"}, "problem_type": "regression"}"#;
        assert!(refused(regression).contains("it tells joy, fear, not arousal and valence"));
        let many = r#"{"id2label": {"0": "joy", "1": "fear"}, "problem_type": "multi_label_classification"}"#;
        assert!(refused(many).contains("do not exclude each other"));
        assert!(refused("no JSON").contains("expected"));
    }
}
