//! The sound of each utterance, as soon as it has ended. What no utterance needs is let go of, so no more than the longest
//! utterance is kept.

use va_analyzer_sdk::Result;
use va_inference::audio::vad::{Detector, Rules, Stream, Stretch, Stretches};
use va_inference::audio::without_nonsense;

/// Samples are cut off at +36 dBFS: more is broken.
const LOUDEST: f32 = 64.0;

/// One sound track on its way: 16 kHz, one channel.
#[derive(Debug)]
pub struct Utterances {
    stream: Stream,
    stretches: Stretches,
    recording: Vec<f32>,
    /// The sample that `recording` begins with.
    base: u64,
    /// Room for the probabilities of a piece.
    speech: Vec<f32>,
}

/// What is said without a pause.
#[derive(Debug, Clone, PartialEq)]
pub struct Utterance {
    pub stretch: Stretch,
    pub samples: Vec<f32>,
}

impl Utterances {
    pub fn new(rules: Rules) -> Self {
        Utterances {
            stream: Stream::default(),
            stretches: Stretches::new(rules),
            recording: Vec::new(),
            base: 0,
            speech: Vec::new(),
        }
    }

    /// Takes the next samples; the utterances that have ended.
    ///
    /// # Errors
    /// As [`Detector::push`].
    pub fn push(&mut self, detector: &Detector, samples: &[f32]) -> Result<Vec<Utterance>> {
        let samples = without_nonsense(samples, LOUDEST);
        self.recording.extend_from_slice(&samples);
        detector.push(&mut self.stream, &samples, &mut self.speech)?;
        let ended = self.read();
        let needed = (self.stretches.earliest().saturating_sub(self.base) as usize).min(self.recording.len());
        self.recording.drain(..needed);
        self.base += needed as u64;
        Ok(ended)
    }

    /// Ends the sound; the utterances that end with it.
    ///
    /// # Errors
    /// As [`Detector::finish`].
    pub fn finish(mut self, detector: &Detector) -> Result<Vec<Utterance>> {
        detector.finish(std::mem::take(&mut self.stream), &mut self.speech)?;
        let mut ended = self.read();
        let heard = self.base + self.recording.len() as u64;
        let last = self.stretches.clone().finish(heard);
        ended.extend(last.map(|stretch| self.cut(stretch)));
        Ok(ended)
    }

    fn read(&mut self) -> Vec<Utterance> {
        let found: Vec<Stretch> =
            self.speech.drain(..).filter_map(|speech| self.stretches.push(speech)).collect();
        found.into_iter().map(|stretch| self.cut(stretch)).collect()
    }

    fn cut(&self, stretch: Stretch) -> Utterance {
        let place = |sample: u64| (sample.saturating_sub(self.base) as usize).min(self.recording.len());
        let samples = self.recording[place(stretch.start)..place(stretch.end)].to_vec();
        Utterance { stretch, samples }
    }
}
