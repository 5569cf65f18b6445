//! What is said, word by word, with times and language.
//!
//! Sound is heard as it comes: where somebody speaks is found at once ([`va_inference::audio::vad`]), stretches of speech
//! are put together to windows of up to 30 s ([`windows`]), and as soon as a batch of them is there they are transcribed
//! ([`transcript`]): heard by the encoder, written token by token ([`search`]), doubted where the text looks invented
//! ([`belief`]), and timed by what the decoder attended to ([`align`]). Where nobody speaks nothing is transcribed.

pub mod align;
pub mod belief;
pub mod language;
pub mod likelihood;
pub mod model;
pub mod search;
pub mod segments;
pub mod settings;
pub mod tokenizer;
pub mod transcript;
pub mod windows;
pub mod words;

use std::sync::Arc;

use serde::Serialize;
use va_analyzer_sdk::prelude::*;
use va_inference::audio::vad::{self, Detector, RATE, Rules, Stretch, Stretches};

use crate::model::{MODELS, REFERENCE, Whisper};
use crate::segments::Segment;
use crate::settings::Settings;
use crate::transcript::Transcript;
use crate::windows::{Packer, Window};

/// Samples after which speech without a pause is parted: a window has room for it and its margins.
const LONGEST_STRETCH: u64 = 28 * RATE as u64;

/// The analyzer: the models, loaded once.
#[derive(Debug)]
pub struct SpeechTranscription {
    settings: Settings,
    whisper: Whisper,
    detector: Detector,
}

/// One sound track.
#[derive(Debug)]
pub struct SoundTrack {
    analyzer: Arc<SpeechTranscription>,
    host: Host,
    start_s: Option<f64>,
    stream: vad::Stream,
    stretches: Stretches,
    packer: Packer,
    windows: Vec<Window>,
    transcript: Transcript,
    said: Vec<String>,
    speech_s: f64,
    read: usize,
}

#[derive(Debug, Serialize)]
struct WholeVideo {
    language: Option<String>,
    text: String,
}

impl Analyzer for SpeechTranscription {
    type Session = SoundTrack;

    fn description() -> Description {
        let about = "what is said, word by word, by Whisper";
        Description::new("speech_transcription", env!("CARGO_PKG_VERSION"), about)
            .audio(AudioRequest::Mono16k)
            .model_of(va_inference::onnx::RUNTIMES)
            .model_of(&MODELS)
            .model(vad::MODEL)
            .memory_mib(900)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        settings.check()?;
        let whisper = Whisper::load(host, &settings)?;
        if let Some(tag) = &settings.language {
            let known =
                if whisper.multilingual() { whisper.tokens.language(tag).is_some() } else { tag == "en" };
            if !known {
                let tags: Vec<&str> = match whisper.multilingual() {
                    true => whisper.tokens.languages().into_iter().map(|(tag, _)| tag).collect(),
                    false => vec!["en"],
                };
                let (name, tags) = (&whisper.name, tags.join(", "));
                return Err(Error::new(format!("the setting language is {tag:?}; {name} knows {tags}")));
            }
        }
        Ok(SpeechTranscription { settings, whisper, detector: Detector::load(host)? })
    }

    fn open(self: &Arc<Self>, _video: &Video, host: &Host) -> Result<SoundTrack> {
        let rules = Rules { longest: LONGEST_STRETCH, ..Rules::beginning_at(self.settings.speech) };
        Ok(SoundTrack {
            analyzer: Arc::clone(self),
            host: host.clone(),
            start_s: None,
            stream: vad::Stream::default(),
            stretches: Stretches::new(rules),
            packer: Packer::default(),
            windows: Vec::new(),
            transcript: Transcript::default(),
            said: Vec::new(),
            speech_s: 0.0,
            read: 0,
        })
    }
}

impl Session for SoundTrack {
    fn audio(&mut self, chunk: &AudioChunk<'_>, findings: &mut Findings) -> Result<()> {
        self.start_s.get_or_insert(chunk.start_s);
        self.packer.hear(chunk.samples);
        let mut speech = Vec::new();
        self.analyzer.detector.push(&mut self.stream, chunk.samples, &mut speech)?;
        self.spoken(&speech);
        self.packer.let_go(self.stretches.earliest());
        if self.windows.len() >= self.analyzer.settings.batch {
            self.transcribe(findings)?;
        }
        Ok(())
    }

    fn finish(&mut self, findings: &mut Findings) -> Result<Summary> {
        let mut speech = Vec::new();
        self.analyzer.detector.finish(std::mem::take(&mut self.stream), &mut speech)?;
        self.spoken(&speech);
        if let Some(stretch) = self.stretches.clone().finish(self.packer.heard()) {
            self.add(stretch);
        }
        self.windows.extend(self.packer.finish());
        if !self.windows.is_empty() {
            self.transcribe(findings)?;
        }
        let (speech_s, read) = (self.speech_s, self.read);
        self.host.log(LogLevel::Debug, format!("{speech_s:.1} s of speech, {read} windows transcribed"));
        self.summary()
    }
}

impl SoundTrack {
    fn spoken(&mut self, speech: &[f32]) {
        for probability in speech {
            if let Some(stretch) = self.stretches.push(*probability) {
                self.add(stretch);
            }
        }
    }

    fn add(&mut self, stretch: Stretch) {
        self.speech_s += (stretch.end - stretch.start) as f64 / f64::from(RATE);
        self.windows.extend(self.packer.add(stretch));
    }

    fn transcribe(&mut self, findings: &mut Findings) -> Result<()> {
        let SpeechTranscription { settings, whisper, .. } = &*self.analyzer;
        let windows = std::mem::take(&mut self.windows);
        self.read += windows.len();
        let start_s = self.start_s.unwrap_or(0.0);
        for batch in windows.chunks(settings.batch) {
            for mut segment in self.transcript.read(batch, whisper, settings, &self.host)? {
                moved(&mut segment, start_s);
                findings.segment(&segment)?;
                self.said.push(segment.text);
            }
        }
        Ok(())
    }

    fn summary(&mut self) -> Result<Summary> {
        let whisper = &self.analyzer.whisper;
        let language = if self.said.is_empty() { None } else { self.transcript.languages.mostly() };
        let summary = Summary::of(&WholeVideo { language, text: self.said.join(" ") })?.model(&whisper.name);
        Ok(match whisper.name.as_str() {
            REFERENCE => summary,
            name => summary.degraded(format!("{name} transcribed in place of {REFERENCE}")),
        })
    }
}

/// From seconds of the sound to seconds of the video.
fn moved(segment: &mut Segment, by_s: f64) {
    let move_it = |time: &mut f64| *time = rounded((*time + by_s).max(0.0), 3);
    [&mut segment.start_time, &mut segment.end_time].into_iter().for_each(move_it);
    for word in &mut segment.words {
        [&mut word.start_time, &mut word.end_time].into_iter().for_each(move_it);
    }
}

va_analyzer_sdk::export_analyzer!(SpeechTranscription);
