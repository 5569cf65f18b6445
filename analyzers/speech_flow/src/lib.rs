//! How fluently, fast and lively somebody speaks: stretches of speech and the pauses between them, words a minute, the
//! range of the voice's pitch, rhythm, and the words that are emphasised.
//!
//! Where speech is, is heard by itself ([`runs`]); the words come from speech_transcription. Sound is heard as it comes
//! ([`va_inference::audio::prosody`]); all else is read off at the end.

pub mod edges;
pub mod emphasis;
pub mod pitch;
pub mod rates;
pub mod rhythm;
pub mod runs;
pub mod settings;
pub mod words;

use std::sync::Arc;

use serde::Serialize;
use va_analyzer_sdk::prelude::*;
use va_inference::audio::prosody::Hearing;
use va_inference::audio::vad::{self, Detector};
use va_inference::findings::transcript::SPEECH_TRANSCRIPTION as TRANSCRIPT;

use crate::emphasis::Emphasis;
use crate::rates::Rates;
use crate::runs::Span;
use crate::settings::Settings;
use crate::words::{Transcript, Word};

/// The analyzer: the detector of speech, loaded.
#[derive(Debug)]
pub struct SpeechFlow {
    settings: Settings,
    detector: Detector,
}

/// One sound track.
#[derive(Debug)]
pub struct SoundTrack {
    analyzer: Arc<SpeechFlow>,
    /// Where the sound begins, in seconds of the video.
    start_s: f64,
    /// From the first chunk on.
    hearing: Option<Hearing>,
    words: Words,
}

/// What the transcript told.
#[derive(Debug, Default)]
enum Words {
    #[default]
    Nothing,
    /// Findings that cannot be read, and why.
    Unreadable(String),
    Told(Vec<Word>),
}

impl Analyzer for SpeechFlow {
    type Session = SoundTrack;

    fn description() -> Description {
        let about = "how fluently, fast and lively somebody speaks";
        Description::new("speech_flow", env!("CARGO_PKG_VERSION"), about)
            .audio(AudioRequest::Mono16k)
            .wants_findings_of(TRANSCRIPT, FindingsScope::PerVideo)
            .model_of(va_inference::onnx::RUNTIMES)
            .model(vad::MODEL)
            .memory_mib(60)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        settings.check()?;
        Ok(SpeechFlow { settings, detector: Detector::load(host)? })
    }

    fn open(self: &Arc<Self>, _video: &Video, _host: &Host) -> Result<SoundTrack> {
        Ok(SoundTrack { analyzer: Arc::clone(self), start_s: 0.0, hearing: None, words: Words::default() })
    }
}

impl Session for SoundTrack {
    fn audio(&mut self, chunk: &AudioChunk<'_>, _findings: &mut Findings) -> Result<()> {
        let SpeechFlow { settings, detector } = &*self.analyzer;
        let hearing = self.hearing.get_or_insert_with(|| {
            self.start_s = chunk.start_s;
            Hearing::new(settings.rules())
        });
        hearing.push(detector, chunk.samples)
    }

    fn other_findings(&mut self, other: &OtherFindings<'_>, _findings: &mut Findings) -> Result<()> {
        if other.analyzer == TRANSCRIPT {
            self.words = match other.read::<Transcript>() {
                Ok(transcript) => Words::Told(transcript.words()),
                Err(error) => Words::Unreadable(error.message),
            };
        }
        Ok(())
    }

    fn finish(&mut self, findings: &mut Findings) -> Result<Summary> {
        let (words, missing) = std::mem::take(&mut self.words).or_why_not();
        let flow = match self.hearing.take() {
            Some(hearing) => self.flow(hearing, words)?,
            None => Flow::default(),
        };
        for segment in flow.segments(self.start_s) {
            findings.segment(&segment)?;
        }
        let summary = Summary::of(&flow.summary())?.model(vad::MODEL);
        Ok(match missing {
            Some(reason) => summary.degraded(reason),
            None => summary,
        })
    }
}

impl Words {
    /// The words; and where there are none to be had, why.
    fn or_why_not(self) -> (Vec<Word>, Option<String>) {
        let why = match self {
            Words::Told(words) => return (words, None),
            Words::Nothing => format!("{TRANSCRIPT} told nothing"),
            Words::Unreadable(why) => why,
        };
        (Vec::new(), Some(format!("{why}; rates of words and emphasis are unknown without words")))
    }
}

impl SoundTrack {
    fn flow(&self, hearing: Hearing, mut words: Vec<Word>) -> Result<Flow> {
        let heard = hearing.finish(&self.analyzer.detector)?;
        words.iter_mut().for_each(|word| word.moved(-self.start_s));
        let (contour, stretches) = (heard.contour, heard.stretches);
        let speech = runs::joined(edges::at_the_sound(&runs::spans(&stretches), &contour));
        if speech.is_empty() {
            return Ok(Flow::default());
        }
        let emphasised = emphasis::emphasised(&words, &contour, self.analyzer.settings.emphasis_min);
        Ok(Flow {
            pauses: runs::pauses(&speech),
            rates: Rates::of(&words, &speech),
            pitch_range: pitch::range(&speech, &contour),
            rhythm: rhythm::of_speech(&speech, &contour),
            emphasised,
            speech,
        })
    }
}

/// What is told of a sound track, in seconds from its start.
#[derive(Debug, Default)]
struct Flow {
    speech: Vec<Span>,
    pauses: Vec<Span>,
    emphasised: Vec<Emphasis>,
    rates: Rates,
    pitch_range: Option<f64>,
    rhythm: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Segment {
    start_time: f64,
    end_time: f64,
    kind: &'static str,
    word: Option<String>,
    strength: Option<f64>,
}

#[derive(Debug, Serialize)]
struct WholeVideo {
    words_per_minute: Option<f64>,
    articulation_rate_wpm: Option<f64>,
    pause_ratio: Option<f64>,
    pause_count: usize,
    pitch_range_semitones: Option<f64>,
    rhythm_npvi: Option<f64>,
}

impl Flow {
    /// In the order of their starts.
    fn segments(&self, sound_start_s: f64) -> Vec<Segment> {
        let time = |time_s: f64| rounded((time_s + sound_start_s).max(0.0), 3);
        let of = |span: &Span, kind| Segment {
            start_time: time(span.start_s),
            end_time: time(span.end_s),
            kind,
            word: None,
            strength: None,
        };
        let emphasis = |found: &Emphasis| Segment {
            word: Some(found.word.clone()),
            strength: Some(rounded(found.strength, 3)),
            ..of(&found.span, "emphasis")
        };
        let speech = self.speech.iter().map(|span| of(span, "speech"));
        let pauses = self.pauses.iter().map(|span| of(span, "pause"));
        let mut segments: Vec<Segment> =
            speech.chain(pauses).chain(self.emphasised.iter().map(emphasis)).collect();
        segments.sort_by(|a, b| a.start_time.total_cmp(&b.start_time));
        segments
    }

    fn summary(&self) -> WholeVideo {
        let one = |value: Option<f64>| value.map(|value| rounded(value, 1));
        WholeVideo {
            words_per_minute: one(self.rates.words_per_minute),
            articulation_rate_wpm: one(self.rates.articulation_wpm),
            pause_ratio: self.rates.pause_ratio.map(|ratio| rounded(ratio, 3)),
            pause_count: self.pauses.len(),
            pitch_range_semitones: one(self.pitch_range),
            rhythm_npvi: one(self.rhythm),
        }
    }
}

va_analyzer_sdk::export_analyzer!(SpeechFlow);
