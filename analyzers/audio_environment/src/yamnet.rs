//! The reference network: YAMNet (Plakal & Ellis 2020), MobileNet v1 over log-mel patches, trained on AudioSet
//! (Gemmeke et al. 2017), as a user exports it to ONNX.
//!
//! Either the whole of it, waveform in: f32 `[samples]` or `[1, samples]` of 16 kHz, of any length or of one patch (15600
//! samples); or the network alone, log-mel patches in: f32 `[n, 96, 64]`, `[n, 1, 96, 64]` or `[n, 96, 64, 1]`, `n` free
//! or 1. One of the outputs is f32 `[patches, 521]`, a score of 0 to 1 for each class. The names of inputs and outputs do
//! not matter. `yamnet_class_map.csv` beside it names the classes.

mod patches;

use va_analyzer_sdk::{Error, Host, Result};
use va_inference::audio::{mean_power, without_nonsense};
use va_inference::onnx::{Element, Input, Model, Options, Outputs, Port};

use self::patches::{LogMelPatches, PATCH, PATCH_HOP, PATCH_SAMPLES};
use crate::classes::{COUNT, Classes, Group};
use crate::listening::Heard;
use crate::path::{path, runs};
use crate::segments::{SILENCE, Stretch};
use crate::settings::Settings;

pub const MODEL: &str = "yamnet";

const FILE: &str = "model.onnx";
const CLASS_MAP: &str = "yamnet_class_map.csv";
const RATE: f64 = 16_000.0;
/// Patches of one run, of a graph that takes many.
const BATCH: usize = 64;
/// Samples are cut off at full scale, as it was trained on.
const LOUDEST: f32 = 1.0;
/// Scores below this one say that there is nothing.
const LEAST_SCORE: f32 = 0.05;

/// The loaded network.
#[derive(Debug)]
pub struct Network {
    model: Model,
    takes: Takes,
    /// The name of the output with the scores.
    scores: String,
    classes: Classes,
}

/// What goes into the graph, and how many patches in one run.
#[derive(Debug, Clone, PartialEq)]
enum Takes {
    /// `shape` has 0 where the samples are counted.
    Waveform { shape: Vec<usize>, batch: usize },
    /// `shape` has 0 where the patches are counted.
    LogMel { shape: Vec<usize>, batch: usize },
}

/// One sound: its samples that wait for a run, and what was heard of it.
#[derive(Debug, Default)]
pub struct Stream {
    samples: u64,
    waiting: Vec<f32>,
    features: LogMelPatches,
    /// Of each patch what the network said, and the mean square of the samples that it speaks of.
    scores: Vec<[f32; COUNT]>,
    powers: Vec<f32>,
}

impl Network {
    /// # Errors
    /// As [`Model::load`]; where graph or class map are of another contract.
    pub fn load(host: &Host) -> Result<Self> {
        let model = Model::load(host, MODEL, FILE, &Options::threads(host.threads()))?;
        let classes = Classes::read(&host.model_path(MODEL)?.join(CLASS_MAP))?;
        let takes = Takes::of(model.inputs()).ok_or_else(|| {
            let ports: Vec<String> = model.inputs().iter().map(Port::to_string).collect();
            other(format!(
                "it takes {}, neither a waveform f32 [samples] nor log-mel patches f32 [n,96,64]",
                ports.join(", ")
            ))
        })?;
        let mut network = Network { model, takes, scores: String::new(), classes };
        network.scores = network.output_of_scores()?;
        Ok(network)
    }

    /// Takes the next samples.
    ///
    /// # Errors
    /// As [`Model::run`]; where the scores are none.
    pub fn hear(&self, stream: &mut Stream, samples: &[f32]) -> Result<()> {
        let samples = without_nonsense(samples, LOUDEST);
        stream.samples += samples.len() as u64;
        stream.waiting.extend_from_slice(&samples);
        let batch = self.takes.batch();
        while stream.waiting.len() >= samples_of(batch) {
            self.look(stream, batch)?;
        }
        Ok(())
    }

    /// What was heard, from the first sample to the last one.
    ///
    /// # Errors
    /// As [`Network::hear`].
    pub fn finish(&self, mut stream: Stream, settings: &Settings) -> Result<Heard> {
        if stream.samples == 0 {
            return Ok(Heard::default());
        }
        self.look_at_rest(&mut stream)?;
        Ok(self.heard(&stream, settings))
    }

    /// Looks at the patches that still wait; there is one also of a sound that fills none.
    ///
    /// # Errors
    /// As [`Network::hear`].
    pub fn look_at_rest(&self, stream: &mut Stream) -> Result<()> {
        // Silence up to a whole patch, as YAMNet's own front end adds it.
        let all = patches_of(stream.samples);
        while stream.scores.len() < all {
            let count = (all - stream.scores.len()).min(self.takes.batch());
            let wanted = samples_of(count).max(stream.waiting.len());
            stream.waiting.resize(wanted, 0.0);
            self.look(stream, count)?;
        }
        Ok(())
    }

    /// The next patches of the samples that wait.
    fn look(&self, stream: &mut Stream, count: usize) -> Result<()> {
        let Stream { waiting, features, scores, powers, .. } = stream;
        let samples = &waiting[..samples_of(count)];
        scores.extend(self.run(samples, count, features)?);
        let spoken_of = |patch: usize| &samples[patch * PATCH_HOP..patch * PATCH_HOP + PATCH_SAMPLES];
        powers.extend((0..count).map(|patch| mean_power(spoken_of(patch)) as f32));
        waiting.drain(..count * PATCH_HOP);
        Ok(())
    }

    fn run(&self, samples: &[f32], count: usize, features: &mut LogMelPatches) -> Result<Vec<[f32; COUNT]>> {
        let outputs = self.outputs(samples, count, features)?;
        let (shape, data) = outputs.f32(&self.scores)?;
        if data.len() != count * COUNT {
            return Err(other(format!("it gives {shape:?} where [{count}, {COUNT}] was expected")));
        }
        if let Some(score) = data.iter().find(|score| !(0.0..=1.0).contains(*score)) {
            return Err(other(format!(
                "it gives a score of {score}, not of 0 to 1; export it with its sigmoid"
            )));
        }
        Ok(data.as_chunks::<COUNT>().0.to_vec())
    }

    fn outputs(&self, samples: &[f32], count: usize, features: &mut LogMelPatches) -> Result<Outputs<'_>> {
        let name = &self.model.inputs()[0].name;
        let counted = |shape: &[usize], count: usize| -> Vec<usize> {
            shape.iter().map(|&size| if size == 0 { count } else { size }).collect()
        };
        match &self.takes {
            Takes::Waveform { shape, .. } => {
                self.model.run(&[Input::f32(name, &counted(shape, samples.len()), samples)])
            }
            Takes::LogMel { shape, .. } => {
                let patches = features.of(samples, count);
                self.model.run(&[Input::f32(name, &counted(shape, count), patches)])
            }
        }
    }

    /// Runs it on silence: a graph tells the sizes of its outputs only then.
    fn output_of_scores(&self) -> Result<String> {
        let outputs = self.outputs(&[0.0; PATCH_SAMPLES], 1, &mut LogMelPatches::default())?;
        let shapes = |port: &Port| Some((outputs.f32(&port.name).ok()?.0.to_vec(), port.name.clone()));
        let floats: Vec<(Vec<usize>, String)> = self
            .model
            .outputs()
            .iter()
            .filter(|port| port.element == Element::F32)
            .filter_map(shapes)
            .collect();
        let found = floats.iter().find(|(shape, _)| shape[..] == [1, COUNT]);
        found.map(|(_, name)| name.clone()).ok_or_else(|| {
            let shapes: Vec<&Vec<usize>> = floats.iter().map(|(shape, _)| shape).collect();
            other(format!("of a patch it gives {shapes:?}, not the scores [1, {COUNT}]"))
        })
    }

    fn heard(&self, stream: &Stream, settings: &Settings) -> Heard {
        let inaudible = 10f32.powf(settings.silence_dbfs / 10.0);
        let silent: Vec<bool> = stream.powers.iter().map(|power| *power <= inaudible).collect();
        Heard {
            stretches: stretches(&self.classes.labels, stream, &silent, settings),
            place: place(&self.classes.places, stream, &silent, settings.least_place_score),
        }
    }
}

impl Stream {
    /// For each patch that was looked at the scores of all classes.
    pub fn scores(&self) -> &[[f32; COUNT]] {
        &self.scores
    }
}

impl Takes {
    fn of(inputs: &[Port]) -> Option<Self> {
        let [Port { element: Element::F32, shape, .. }] = inputs else { return None };
        const SAMPLES: Option<usize> = Some(PATCH_SAMPLES);
        const FRAMES: Option<usize> = Some(PATCH.0);
        const BANDS: Option<usize> = Some(PATCH.1);
        Some(match shape[..] {
            [None] => Takes::Waveform { shape: vec![0], batch: BATCH },
            [None | Some(1), None] => Takes::Waveform { shape: vec![1, 0], batch: BATCH },
            [SAMPLES] => Takes::Waveform { shape: vec![0], batch: 1 },
            [None | Some(1), SAMPLES] => Takes::Waveform { shape: vec![1, 0], batch: 1 },
            [count @ (None | Some(1)), FRAMES, BANDS] => {
                Takes::LogMel { shape: vec![0, PATCH.0, PATCH.1], batch: count.unwrap_or(BATCH) }
            }
            [count @ (None | Some(1)), Some(1), FRAMES, BANDS] => {
                Takes::LogMel { shape: vec![0, 1, PATCH.0, PATCH.1], batch: count.unwrap_or(BATCH) }
            }
            [count @ (None | Some(1)), FRAMES, BANDS, Some(1)] => {
                Takes::LogMel { shape: vec![0, PATCH.0, PATCH.1, 1], batch: count.unwrap_or(BATCH) }
            }
            _ => return None,
        })
    }

    fn batch(&self) -> usize {
        match self {
            Takes::Waveform { batch, .. } | Takes::LogMel { batch, .. } => *batch,
        }
    }
}

fn other(why: String) -> Error {
    Error::new(format!("model {MODEL:?} is another than its name says: {why}"))
}

/// Samples of so many patches.
fn samples_of(patches: usize) -> usize {
    PATCH_SAMPLES + (patches - 1) * PATCH_HOP
}

/// Patches that cover so many samples.
fn patches_of(samples: u64) -> usize {
    1 + (samples.saturating_sub(PATCH_SAMPLES as u64)).div_ceil(PATCH_HOP as u64) as usize
}

/// The likeliest path through what is surest in one of the patches at least; the scores of a patch are shared out among these.
fn stretches(labels: &[Group], stream: &Stream, silent: &[bool], settings: &Settings) -> Vec<Stretch> {
    let scores: Vec<Vec<f32>> =
        stream.scores.iter().map(|scores| labels.iter().map(|label| label.score(scores)).collect()).collect();
    let mut may_be: Vec<usize> = scores.iter().filter_map(|scores| surest(scores)).collect();
    // Silence may always be: the network may take it for something.
    may_be.extend(labels.iter().position(|label| label.name == SILENCE));
    may_be.sort_unstable();
    may_be.dedup();
    let evidence: Vec<f32> = scores
        .iter()
        .zip(silent)
        .flat_map(|(scores, silent)| {
            let of = |label: &usize| match silent {
                true => f32::from(labels[*label].name == SILENCE),
                false => scores[*label],
            };
            let of: Vec<f32> = may_be.iter().map(|label| of(label).max(LEAST_SCORE)).collect();
            let sum: f32 = of.iter().sum();
            of.into_iter().map(move |score| (score / sum).ln())
        })
        .collect();
    let path = path(&evidence, may_be.len(), change_cost(settings));
    let (count, end_s) = (stream.scores.len(), stream.samples as f64 / RATE);
    let stretch = |(state, run): (usize, std::ops::Range<usize>)| {
        let label = &labels[may_be[state]];
        let sure = |patch: usize| match silent[patch] {
            true => f64::from(u8::from(label.name == SILENCE)),
            false => f64::from(scores[patch][may_be[state]]),
        };
        let confidence = run.clone().map(sure).sum::<f64>() / run.len() as f64;
        let from_s = if run.start == 0 { 0.0 } else { start_s(run.start).min(end_s) };
        let to_s = if run.end == count { end_s } else { start_s(run.end).min(end_s) };
        Stretch { label: label.name.clone(), start_s: from_s, end_s: to_s, confidence }
    };
    runs(&path).map(stretch).collect()
}

/// Windows of the default network are 0.1 s apart, and decided to a hair; patches are 0.48 s apart, with scores that say
/// less: a change takes as much less.
fn change_cost(settings: &Settings) -> f32 {
    settings.change_cost * std::f32::consts::LN_10 / 20.0
}

fn surest(scores: &[f32]) -> Option<usize> {
    let (label, _) = scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
    Some(label)
}

/// Where it is by the mean score over what is not silent, if that is enough.
fn place(places: &[Group], stream: &Stream, silent: &[bool], least: f32) -> Option<String> {
    let heard = || stream.scores.iter().zip(silent).filter(|(_, silent)| !**silent);
    let mean = |place: &Group| {
        heard().map(|(scores, _)| place.score(scores)).sum::<f32>() / heard().count().max(1) as f32
    };
    let (score, place) =
        places.iter().map(|place| (mean(place), place)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (score >= least && score > 0.0).then(|| place.name.clone())
}

/// Half a hop before the middle of a patch.
fn start_s(patch: usize) -> f64 {
    (patch * PATCH_HOP + PATCH_SAMPLES / 2 - PATCH_HOP / 2) as f64 / RATE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(shape: &[Option<usize>]) -> Vec<Port> {
        vec![Port { name: "x".into(), element: Element::F32, shape: shape.to_vec() }]
    }

    #[test]
    fn knows_a_waveform_from_log_mel_patches() {
        let takes = |shape: &[Option<usize>]| Takes::of(&port(shape));
        assert_eq!(takes(&[None]), Some(Takes::Waveform { shape: vec![0], batch: BATCH }));
        assert_eq!(takes(&[Some(1), Some(15_600)]), Some(Takes::Waveform { shape: vec![1, 0], batch: 1 }));
        let patches = [None, Some(1), Some(96), Some(64)];
        assert_eq!(takes(&patches), Some(Takes::LogMel { shape: vec![0, 1, 96, 64], batch: BATCH }));
        let one = [Some(1), Some(96), Some(64), Some(1)];
        assert_eq!(takes(&one), Some(Takes::LogMel { shape: vec![0, 96, 64, 1], batch: 1 }));
        for other in [&[Some(8000)][..], &[None, Some(64), Some(96)], &[None, Some(68), Some(21)], &[]] {
            assert_eq!(takes(other), None, "{other:?}");
        }
        assert_eq!(Takes::of(&[]), None);
    }

    #[test]
    fn patches_cover_every_sample() {
        assert_eq!([1, 15_600, 15_601, 23_280, 23_281].map(patches_of), [1, 1, 2, 2, 3]);
        assert_eq!((samples_of(1), samples_of(3)), (15_600, 30_960));
    }

    #[test]
    fn a_place_must_be_heard_well_enough() {
        let places = [("crowd", 3), ("traffic", 5)]
            .map(|(name, class)| Group { name: name.into(), classes: vec![class] });
        let mut stream = Stream::default();
        for score in [0.5, 0.1, 0.9] {
            let mut scores = [0.0; COUNT];
            (scores[3], scores[5]) = (score, 0.2);
            stream.scores.push(scores);
        }
        let place = |silent: [bool; 3], least: f32| place(&places, &stream, &silent, least);
        assert_eq!(place([false; 3], 0.1).as_deref(), Some("crowd"));
        assert_eq!(place([true, false, true], 0.1).as_deref(), Some("traffic"));
        assert_eq!(place([false; 3], 0.6), None);
        assert_eq!(place([true; 3], 0.0), None);
    }
}
