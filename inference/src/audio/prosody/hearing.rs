//! A sound track on its way through the detector of speech and the listener.

use va_analyzer_sdk::Result;

use super::contour::{Contour, Listener};
use crate::audio::vad::{Detector, Rules, Stream, Stretch, Stretches};
use crate::audio::without_nonsense;

/// Samples are cut off at +36 dBFS: more is broken.
const LOUDEST: f32 = 64.0;

/// One sound track, 16 kHz and one channel.
#[derive(Debug)]
pub struct Hearing {
    stream: Stream,
    stretches: Stretches,
    found: Vec<Stretch>,
    listener: Listener,
    samples: u64,
    /// Room for the probabilities of a piece.
    speech: Vec<f32>,
}

/// What was heard, when all is heard.
#[derive(Debug)]
pub struct Heard {
    pub contour: Contour,
    /// Where somebody speaks, in order.
    pub stretches: Vec<Stretch>,
}

impl Hearing {
    pub fn new(rules: Rules) -> Self {
        Hearing {
            stream: Stream::default(),
            stretches: Stretches::new(rules),
            found: Vec::new(),
            listener: Listener::default(),
            samples: 0,
            speech: Vec::new(),
        }
    }

    /// Takes the next samples.
    ///
    /// # Errors
    /// As [`Detector::push`].
    pub fn push(&mut self, detector: &Detector, samples: &[f32]) -> Result<()> {
        let samples = without_nonsense(samples, LOUDEST);
        self.samples += samples.len() as u64;
        self.listener.push(&samples);
        self.speech.clear();
        detector.push(&mut self.stream, &samples, &mut self.speech)?;
        self.found.extend(self.speech.iter().filter_map(|speech| self.stretches.push(*speech)));
        Ok(())
    }

    /// Ends the sound.
    ///
    /// # Errors
    /// As [`Detector::finish`].
    pub fn finish(mut self, detector: &Detector) -> Result<Heard> {
        self.speech.clear();
        detector.finish(self.stream, &mut self.speech)?;
        let Hearing { mut stretches, mut found, listener, samples, speech, .. } = self;
        found.extend(speech.iter().filter_map(|speech| stretches.push(*speech)));
        found.extend(stretches.finish(samples));
        Ok(Heard { contour: listener.finish(), stretches: found })
    }
}
