//! How speech sounds: which emotion, how excited, how pleasant.
//!
//! Where a network for it is installed ([`network`]), it hears each utterance as it ends ([`utterances`]). Where none is,
//! the voice tells how excited it is against what is usual for the speaker ([`prosody`]), and the words how pleasant
//! ([`words`]); this stand-in is put together at the end ([`passages`]). Both tell a [`feeling::Feeling`].

pub mod extractor;
pub mod feeling;
pub mod head;
pub mod network;
pub mod passages;
pub mod prosody;
pub mod settings;
pub mod standin;
pub mod utterances;
pub mod words;

use std::sync::Arc;

use serde::Serialize;
use va_analyzer_sdk::ErrorKind;
use va_analyzer_sdk::prelude::*;
use va_inference::audio::prosody::Hearing;
use va_inference::audio::vad::{self, Detector};
use va_inference::findings::transcript::SPEECH_TRANSCRIPTION as TRANSCRIPT;
use va_inference::text::vader;

use crate::feeling::{Feeling, dominant};
use crate::network::Network;
use crate::passages::Span;
use crate::settings::Settings;
use crate::standin::StandIn;
use crate::utterances::{Utterance, Utterances};
use crate::words::Said;

/// The analyzer: the detector of speech, and who judges it.
#[derive(Debug)]
pub struct SpeechEmotion {
    settings: Settings,
    detector: Detector,
    judge: Judge,
}

#[derive(Debug)]
enum Judge {
    Network(Box<Network>),
    StandIn(StandIn),
}

/// One sound track.
#[derive(Debug)]
pub struct SoundTrack {
    analyzer: Arc<SpeechEmotion>,
    /// Where the sound begins, in seconds of the video.
    start_s: f64,
    /// From the first chunk on.
    listening: Option<Listening>,
    /// What is said, or why that is not known.
    said: Result<Vec<Said>, String>,
    /// In seconds from the start of the sound.
    felt: Vec<(Span, Feeling)>,
}

#[derive(Debug)]
enum Listening {
    /// For the network.
    Utterances(Box<Utterances>),
    /// For the stand-in.
    Voice(Box<Hearing>),
}

#[derive(Debug, Serialize)]
struct Segment<'a> {
    start_time: f64,
    end_time: f64,
    #[serde(flatten)]
    feeling: &'a Feeling,
}

#[derive(Debug, Serialize)]
struct WholeVideo<'a> {
    dominant_emotion: Option<&'a str>,
}

impl Analyzer for SpeechEmotion {
    type Session = SoundTrack;

    fn description() -> Description {
        let about = "which emotion is in a voice, how excited and how pleasant it is";
        Description::new("speech_emotion", env!("CARGO_PKG_VERSION"), about)
            .audio(AudioRequest::Mono16k)
            .wants_findings_of(TRANSCRIPT, FindingsScope::PerVideo)
            .model_of(va_inference::onnx::RUNTIMES)
            .model(vad::MODEL)
            .optional_model_of(&[network::MODEL])
            .optional_model_of(&[vader::MODEL])
            .memory_mib(100)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        settings.check()?;
        let detector = Detector::load(host)?;
        let judge = match Network::load(host) {
            Err(missing) if missing.kind == ErrorKind::Unavailable => {
                Judge::StandIn(StandIn::load(host, &missing.message)?)
            }
            network => Judge::Network(Box::new(network?)),
        };
        Ok(SpeechEmotion { settings, detector, judge })
    }

    fn open(self: &Arc<Self>, _video: &Video, _host: &Host) -> Result<SoundTrack> {
        let analyzer = Arc::clone(self);
        let said = Err(format!("{TRANSCRIPT} told no words"));
        Ok(SoundTrack { analyzer, start_s: 0.0, listening: None, said, felt: Vec::new() })
    }
}

impl Session for SoundTrack {
    fn audio(&mut self, chunk: &AudioChunk<'_>, _findings: &mut Findings) -> Result<()> {
        let SpeechEmotion { settings, detector, judge } = &*self.analyzer;
        let listening = self.listening.get_or_insert_with(|| {
            self.start_s = chunk.start_s;
            match judge {
                Judge::Network(_) => Listening::Utterances(Box::new(Utterances::new(settings.rules()))),
                Judge::StandIn(_) => Listening::Voice(Box::new(Hearing::new(settings.rules()))),
            }
        });
        match listening {
            Listening::Voice(hearing) => hearing.push(detector, chunk.samples),
            Listening::Utterances(utterances) => {
                let ended = utterances.push(detector, chunk.samples)?;
                self.judge(&ended)
            }
        }
    }

    fn other_findings(&mut self, other: &OtherFindings<'_>, _findings: &mut Findings) -> Result<()> {
        if other.analyzer == TRANSCRIPT {
            self.said = words::said(other).map_err(|e| e.message);
        }
        Ok(())
    }

    fn finish(&mut self, findings: &mut Findings) -> Result<Summary> {
        self.hear_the_rest()?;
        let time = |time_s: f64| rounded((time_s + self.start_s).max(0.0), 3);
        for (span, feeling) in &self.felt {
            let (start_time, end_time) = (time(span.start_s), time(span.end_s));
            findings.segment(&Segment { start_time, end_time, feeling })?;
        }
        let summary = Summary::of(&WholeVideo { dominant_emotion: dominant(&self.felt) })?;
        Ok(match &self.analyzer.judge {
            Judge::Network(_) => summary.model(network::MODEL),
            Judge::StandIn(stand_in) => {
                summary.model(vad::MODEL).degraded(stand_in.reason(self.said.as_ref().err()))
            }
        })
    }
}

impl SoundTrack {
    fn hear_the_rest(&mut self) -> Result<()> {
        let SpeechEmotion { settings, detector, judge } = &*self.analyzer;
        match (self.listening.take(), judge) {
            (Some(Listening::Utterances(utterances)), _) => self.judge(&utterances.finish(detector)?),
            (Some(Listening::Voice(hearing)), Judge::StandIn(stand_in)) => {
                let moved = |said: &Said| said.moved(-self.start_s);
                let said = self.said.as_ref().ok().map(|said| said.iter().map(moved).collect());
                self.felt = stand_in.felt(&hearing.finish(detector)?, said, settings.clear);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn judge(&mut self, utterances: &[Utterance]) -> Result<()> {
        let Judge::Network(network) = &self.analyzer.judge else { return Ok(()) };
        for Utterance { stretch, samples } in utterances {
            let feeling = network.feeling(samples, self.analyzer.settings.clear)?.rounded();
            self.felt.push((Span::of(stretch), feeling));
        }
        Ok(())
    }
}

va_analyzer_sdk::export_analyzer!(SpeechEmotion);
