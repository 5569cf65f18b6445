//! The reference network: wav2vec 2.0 (Baevski et al. 2020) with a head for emotions, as a user exports it to ONNX.
//!
//! `input_values` f32 `[batch, samples]` of 16 kHz, any length -> `logits` f32 `[batch, classes]`. An `attention_mask` i64
//! `[batch, samples]` may be a second input; nothing is padded here, so it is all ones. The names of the input and of a
//! single output do not matter; of several outputs `logits` is read. HuBERT and WavLM with such a head are the same to it.

use va_analyzer_sdk::{Error, Host, Result};
use va_inference::audio::vad::RATE;
use va_inference::audio::without_nonsense;
use va_inference::onnx::{Element, Input, Model, Options, Port};

use crate::extractor::Extractor;
use crate::feeling::Feeling;
use crate::head::{Head, other};

/// The model, as it is installed.
pub const MODEL: &str = "wav2vec2-emotion";
const FILE: &str = "model.onnx";
const MASK: &str = "attention_mask";
const LOGITS: &str = "logits";
/// Samples are cut off at +36 dBFS: more is broken.
const LOUDEST: f32 = 64.0;

/// The loaded network.
#[derive(Debug)]
pub struct Network {
    model: Model,
    waveform: String,
    has_mask: bool,
    logits: String,
    extractor: Extractor,
    head: Head,
}

impl Network {
    /// # Errors
    /// [`ErrorKind::Unavailable`](va_analyzer_sdk::ErrorKind::Unavailable) where it is not installed or a file is
    /// missing; where graph or files are of another contract.
    pub fn load(host: &Host) -> Result<Self> {
        let model = Model::load(host, MODEL, FILE, &Options::threads(host.threads()))?;
        let folder = host.model_path(MODEL)?;
        let (extractor, head) = (Extractor::read(&folder)?, Head::read(&folder)?);
        let (waveform, has_mask) = inputs(model.inputs()).ok_or_else(|| {
            let wanted = "a waveform f32 [batch,samples] of any length, and no more than an attention_mask";
            other(format!("it takes {}, not {wanted}", listed(model.inputs())))
        })?;
        let logits = output(model.outputs()).ok_or_else(|| {
            other(format!("it gives {}, and none of them is {LOGITS:?}", listed(model.outputs())))
        })?;
        let network = Network { model, waveform, has_mask, logits, extractor, head };
        // Says in load what would be wrong in every utterance.
        network.logits(&[0.0; RATE as usize / 4])?;
        Ok(network)
    }

    /// How an utterance sounds; `clear` as in [`Feeling::of_dimensions`].
    ///
    /// # Errors
    /// As [`Network::logits`].
    pub fn feeling(&self, samples: &[f32], clear: f64) -> Result<Feeling> {
        Ok(self.head.feeling(&self.logits(samples)?, clear))
    }

    /// The network's answer to samples of 16 kHz.
    ///
    /// # Errors
    /// As [`Model::run`]; where it gives other logits than its files name, or no numbers.
    pub fn logits(&self, samples: &[f32]) -> Result<Vec<f32>> {
        let samples = self.extractor.prepared(&without_nonsense(samples, LOUDEST));
        let shape = [1, samples.len()];
        let mask = vec![1; if self.has_mask { samples.len() } else { 0 }];
        let mut inputs = vec![Input::f32(&self.waveform, &shape, &samples)];
        if self.has_mask {
            inputs.push(Input::i64(MASK, &shape, &mask));
        }
        let outputs = self.model.run(&inputs)?;
        let (shape, logits) = outputs.f32(&self.logits)?;
        let count = self.head.count();
        if *shape != [1, count] {
            return Err(other(format!("it gives logits {shape:?}, and config.json names {count}")));
        }
        match logits.iter().find(|logit| !logit.is_finite()) {
            Some(logit) => Err(Error::new(format!("model {MODEL:?} gave a logit of {logit}"))),
            None => Ok(logits.to_vec()),
        }
    }
}

/// The waveform's name, and whether there is a mask.
fn inputs(ports: &[Port]) -> Option<(String, bool)> {
    let of = |element: Element| {
        move |port: &&Port| port.element == element && matches!(port.shape[..], [None | Some(1), None])
    };
    let waveform = ports.iter().find(of(Element::F32))?;
    let mask = ports.iter().filter(of(Element::I64)).any(|port| port.name == MASK);
    (ports.len() == 1 + usize::from(mask)).then(|| (waveform.name.clone(), mask))
}

fn output(ports: &[Port]) -> Option<String> {
    match ports {
        [single] => Some(single.name.clone()),
        several => several.iter().find(|port| port.name == LOGITS).map(|port| port.name.clone()),
    }
}

fn listed(ports: &[Port]) -> String {
    ports.iter().map(Port::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(name: &str, element: Element, shape: &[Option<usize>]) -> Port {
        Port { name: name.to_owned(), element, shape: shape.to_vec() }
    }

    #[test]
    fn a_waveform_is_known_by_its_shape_and_a_mask_by_its_name() {
        let signal = port("signal", Element::F32, &[Some(1), None]);
        let mask = port(MASK, Element::I64, &[None, None]);
        assert_eq!(inputs(std::slice::from_ref(&signal)), Some(("signal".to_owned(), false)));
        assert_eq!(inputs(&[mask.clone(), signal.clone()]), Some(("signal".to_owned(), true)));
        let ids = port("ids", Element::I64, &[None, None]);
        let fixed = port("signal", Element::F32, &[Some(1), Some(16_000)]);
        let mel = port("mel", Element::F32, &[None, Some(80), None]);
        for others in [vec![signal, ids], vec![fixed], vec![mel], vec![mask], vec![]] {
            assert_eq!(inputs(&others), None, "{others:?}");
        }
    }

    #[test]
    fn of_several_outputs_the_logits_are_read() {
        let [hidden, logits] =
            ["hidden_states", LOGITS].map(|name| port(name, Element::F32, &[None, Some(3)]));
        assert_eq!(output(&[hidden.clone(), logits]), Some(LOGITS.to_owned()));
        assert_eq!(output(std::slice::from_ref(&hidden)), Some("hidden_states".to_owned()));
        assert_eq!(output(&[hidden.clone(), hidden]), None);
    }
}
