//! The default network: speech, music or noise, of inaSpeechSegmenter (Doukhan et al. 2018, "An open-source speaker gender
//! detection framework for monitoring gender equality"; MIT).
//!
//! `mel` f32 `[n, 68, 21]` in: the lowest 21 bands of 68 frames of 10 ms, each window to mean 0 and standard deviation 1;
//! `prob` f32 `[n, 3]` out: speech, music, noise.

use std::ops::Range;

use va_analyzer_sdk::{Error, Host, Result};
use va_inference::audio::{Frames, SidekitFrames, without_nonsense};
use va_inference::onnx::{Input, Model, Options};

use crate::activity::Levels;
use crate::listening::Heard;
use crate::path::{path, runs};
use crate::segments::{SILENCE, Stretch};
use crate::settings::Settings;

pub const MODEL: &str = "ina-speech-music-noise";

const FILE: &str = "model.onnx";
/// What the network tells apart, in its order.
pub const LABELS: [&str; 3] = ["speech", "music", "noise"];
/// Frames of a window, and from one to the next; bands of a frame.
const WINDOW: usize = 68;
const STEP: usize = 10;
const BANDS: usize = 21;
const SIZE: usize = WINDOW * BANDS;
/// Windows of one run: more takes no less for each.
const BATCH: usize = 64;

const RATE: f64 = 16_000.0;
/// Samples are cut off at +36 dBFS: more is broken.
const LOUDEST: f32 = 64.0;
/// What stands for the level of a band in digital silence: that of the rounding noise of 16 bits, which other recordings have
/// there.
const ROUNDING_NOISE: f32 = -21.0;
/// A window that varies less is not looked at.
const LEAST_DEVIATION: f32 = 1e-3;
/// What a window that the network cannot look at says: nothing, and rather noise than anything else.
const UNDECIDED: [f32; 3] = [0.333, 0.333, 0.334];
/// Probabilities below this one are taken for it: rounding, not evidence.
const LEAST_PROBABILITY: f32 = 1e-7;

/// The loaded network.
#[derive(Debug)]
pub struct Network {
    model: Model,
    /// On a GPU a run always has a whole batch: another shape takes seconds.
    whole_batches: bool,
}

/// One sound: what was heard of it, and the windows that wait for a run.
#[derive(Debug)]
pub struct Stream {
    samples: u64,
    frames: SidekitFrames,
    windows: Frames,
    /// Bands of all frames, until there is a window: a sound of less is repeated.
    first: Vec<f32>,
    levels: Levels,
    /// Windows that wait, and for each one so far whether the network is to look at it.
    waiting: Vec<f32>,
    shown: Vec<bool>,
    /// Of the windows that were looked at.
    probabilities: Vec<[f32; 3]>,
}

impl Default for Stream {
    fn default() -> Self {
        Stream {
            samples: 0,
            frames: SidekitFrames::default(),
            windows: Frames::new(SIZE, STEP * BANDS),
            first: Vec::new(),
            levels: Levels::default(),
            waiting: Vec::new(),
            shown: Vec::new(),
            probabilities: Vec::new(),
        }
    }
}

impl Network {
    /// # Errors
    /// As [`Model::load`]; where the graph is another one.
    pub fn load(host: &Host) -> Result<Self> {
        let model = Model::load(host, MODEL, FILE, &Options::threads(host.threads()))?;
        let whole_batches = model.device() != "cpu";
        let network = Network { model, whole_batches };
        let count = if whole_batches { BATCH } else { 1 };
        network
            .run(&vec![0.0; count * SIZE])
            .map_err(|e| e.context(format!("{MODEL} is another network than its name says")))?;
        Ok(network)
    }

    /// Takes the next samples.
    ///
    /// # Errors
    /// As [`Model::run`].
    pub fn hear(&self, stream: &mut Stream, samples: &[f32]) -> Result<()> {
        stream.push(&without_nonsense(samples, LOUDEST));
        let whole = stream.waiting.len() / (BATCH * SIZE) * (BATCH * SIZE);
        let waiting = stream.waiting.split_off(whole);
        let ready = std::mem::replace(&mut stream.waiting, waiting);
        self.look(stream, &ready)
    }

    /// What was heard, from the first sample to the last one.
    ///
    /// # Errors
    /// As [`Model::run`].
    pub fn finish(&self, mut stream: Stream, settings: &Settings) -> Result<Heard> {
        if stream.samples == 0 {
            return Ok(Heard::default());
        }
        self.look_at_rest(&mut stream)?;
        Ok(Heard { stretches: stretches(&stream, settings), place: None })
    }

    /// Looks at the windows that still wait; there is one also of a sound that fills none.
    ///
    /// # Errors
    /// As [`Model::run`].
    pub fn look_at_rest(&self, stream: &mut Stream) -> Result<()> {
        stream.fill_up();
        let waiting = std::mem::take(&mut stream.waiting);
        self.look(stream, &waiting)
    }

    fn look(&self, stream: &mut Stream, windows: &[f32]) -> Result<()> {
        for batch in windows.chunks(BATCH * SIZE) {
            let count = batch.len() / SIZE;
            if self.whole_batches && count < BATCH {
                let mut whole = batch.to_vec();
                whole.resize(BATCH * SIZE, 0.0);
                stream.probabilities.extend(&self.run(&whole)?[..count]);
            } else {
                stream.probabilities.extend(self.run(batch)?);
            }
        }
        Ok(())
    }

    /// Probabilities of these windows.
    fn run(&self, windows: &[f32]) -> Result<Vec<[f32; 3]>> {
        let count = windows.len() / SIZE;
        let outputs = self.model.run(&[Input::f32("mel", &[count, WINDOW, BANDS], windows)])?;
        let (shape, data) = outputs.f32("prob")?;
        if shape != [count, LABELS.len()] {
            return Err(Error::new(format!("prob [{count},3] was expected, {shape:?} came")));
        }
        Ok(data.as_chunks::<3>().0.to_vec())
    }
}

impl Stream {
    fn push(&mut self, samples: &[f32]) {
        self.samples += samples.len() as u64;
        let Stream { frames, windows, first, levels, waiting, shown, .. } = self;
        frames.push(samples, |frame| {
            levels.push(frame.log_energy, frame.power);
            let level = |band: usize| {
                let level = frame.bands[band];
                if level.is_finite() { level } else { ROUNDING_NOISE }
            };
            let bands: [f32; BANDS] = std::array::from_fn(level);
            if first.len() < SIZE {
                first.extend_from_slice(&bands);
            }
            windows.push(&bands, |_, window| add(window, waiting, shown));
        });
    }

    /// The window of a sound that fills none: a sound shorter than a frame gets silence after it, and after that as much
    /// of the lowest level that it has as is missing, as inaSpeechSegmenter does.
    fn fill_up(&mut self) {
        if self.levels.is_empty() {
            let samples = self.samples;
            self.push(&[0.0; SidekitFrames::LENGTH]);
            self.samples = samples;
        }
        if self.shown.is_empty() {
            let lowest = self.first.iter().copied().fold(f32::INFINITY, f32::min);
            self.first.resize(SIZE, lowest);
            add(&self.first, &mut self.waiting, &mut self.shown);
        }
    }

    /// For each window that was looked at, or was not worth it, the probabilities of [`LABELS`].
    pub fn said(&self) -> Vec<[f32; 3]> {
        let mut probabilities = self.probabilities.iter();
        let of = |shown: &bool| if *shown { probabilities.next().copied() } else { None };
        self.shown.iter().map(of).map(|said| said.unwrap_or(UNDECIDED)).collect()
    }
}

/// Puts a window to those that wait, with mean 0 and standard deviation 1; not one that hardly varies.
fn add(window: &[f32], waiting: &mut Vec<f32>, shown: &mut Vec<bool>) {
    let count = window.len() as f64;
    let mean = window.iter().map(|level| f64::from(*level)).sum::<f64>() / count;
    let square = |level: &f32| (f64::from(*level) - mean).powi(2);
    let deviation = (window.iter().map(square).sum::<f64>() / count).sqrt() as f32;
    let look = deviation >= LEAST_DEVIATION;
    if look {
        let mean = mean as f32;
        waiting.extend(window.iter().map(|level| (level - mean) / deviation));
    }
    shown.push(look);
}

/// First where there is sound at all, then of each stretch of it the likeliest path through its windows.
fn stretches(stream: &Stream, settings: &Settings) -> Vec<Stretch> {
    let said = stream.said();
    let end_s = stream.samples as f64 / RATE;
    let change = settings.change_cost * std::f32::consts::LN_10;
    let mut found = Vec::new();
    for part in stream.levels.stretches(settings) {
        let time_s = |frame: usize| match frame {
            0 => 0.0,
            _ if frame == stream.levels.len() => end_s,
            _ => start_s(frame),
        };
        if part.silent {
            let (start_s, end_s) = (time_s(part.first), time_s(part.end));
            found.push(Stretch { label: SILENCE.to_owned(), start_s, end_s, confidence: part.confidence });
            continue;
        }
        let windows = windows_of(part.first..part.end, said.len());
        let evidence: Vec<f32> =
            said[windows.clone()].iter().flatten().map(|p| p.max(LEAST_PROBABILITY).ln()).collect();
        let path = path(&evidence, LABELS.len(), change);
        for (label, run) in runs(&path) {
            let run = windows.start + run.start..windows.start + run.end;
            let confidence =
                said[run.clone()].iter().map(|said| f64::from(said[label])).sum::<f64>() / run.len() as f64;
            let from = if run.start == windows.start { part.first } else { first_frame(run.start) };
            let to = if run.end == windows.end { part.end } else { first_frame(run.end) };
            let (start_s, end_s) = (time_s(from), time_s(to));
            found.push(Stretch { label: LABELS[label].to_owned(), start_s, end_s, confidence });
        }
    }
    found
}

/// A window speaks of the frames nearest to its middle, the first and the last one also of those before and after.
fn windows_of(frames: Range<usize>, count: usize) -> Range<usize> {
    let window = |frame: usize| ((frame + STEP / 2).saturating_sub(WINDOW / 2) / STEP).min(count - 1);
    window(frames.start)..window(frames.end - 1) + 1
}

fn first_frame(window: usize) -> usize {
    window * STEP + WINDOW / 2 - STEP / 2
}

/// Where a frame begins to be the nearest one: half a hop before its middle.
fn start_s(frame: usize) -> f64 {
    let middle = frame * SidekitFrames::HOP + SidekitFrames::LENGTH / 2;
    (middle - SidekitFrames::HOP / 2) as f64 / RATE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_speaks_of_the_frames_round_its_middle() {
        assert_eq!(windows_of(0..10, 5), 0..1);
        assert_eq!(windows_of(0..39, 5), 0..1);
        assert_eq!(windows_of(0..40, 5), 0..2);
        assert_eq!(windows_of(39..200, 5), 1..5);
        assert_eq!(windows_of(190..200, 5), 4..5);
        assert_eq!((first_frame(1), first_frame(2)), (39, 49));
    }

    #[test]
    fn windows_have_mean_0_and_deviation_1() {
        let (mut waiting, mut shown) = (Vec::new(), Vec::new());
        add(&[1.0, 3.0, 1.0, 3.0], &mut waiting, &mut shown);
        add(&[2.0; 4], &mut waiting, &mut shown);
        assert_eq!((waiting, shown), (vec![-1.0, 1.0, -1.0, 1.0], vec![true, false]));
    }

    #[test]
    fn a_window_that_was_not_looked_at_is_undecided() {
        let probabilities = vec![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
        let stream = Stream { shown: vec![true, false, true], probabilities, ..Stream::default() };
        assert_eq!(stream.said(), [[1.0, 0.0, 0.0], UNDECIDED, [0.0, 1.0, 0.0]]);
    }
}
