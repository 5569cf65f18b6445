//! What kind of sound is heard when: speech, music, noise, silence, or the model's own class.
//!
//! Sound goes through a network as it comes, many windows in one run ([`listening`]); at the end the windows become
//! stretches by the likeliest path through them ([`path`]), and these become segments without gaps ([`segments`]).

pub mod activity;
pub mod classes;
pub mod ina;
pub mod listening;
pub mod path;
pub mod segments;
pub mod settings;
pub mod yamnet;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use va_analyzer_sdk::prelude::*;

use crate::listening::{Listener, Listening, MODELS, REFERENCE};
use crate::settings::Settings;

/// The analyzer: its network, loaded.
#[derive(Debug)]
pub struct AudioEnvironment {
    listener: Listener,
    settings: Settings,
}

/// One sound track.
#[derive(Debug)]
pub struct SoundTrack {
    analyzer: Arc<AudioEnvironment>,
    start_s: Option<f64>,
    /// Until the sound ends.
    listening: Option<Listening>,
}

/// The whole sound track, as it stands in the result document.
#[derive(Debug, Serialize)]
struct WholeSound {
    /// `null` where there is no sound.
    environment: Option<String>,
    ratios: BTreeMap<String, f64>,
}

impl Analyzer for AudioEnvironment {
    type Session = SoundTrack;

    fn description() -> Description {
        let about = "speech, music, noise and silence, and where it sounds as if it were";
        Description::new("audio_environment", env!("CARGO_PKG_VERSION"), about)
            .audio(AudioRequest::Mono16k)
            .model_of(va_inference::onnx::RUNTIMES)
            .model_of(&MODELS)
            .memory_mib(120)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        settings.check()?;
        Ok(AudioEnvironment { listener: Listener::load(host)?, settings })
    }

    fn open(self: &Arc<Self>, _video: &Video, _host: &Host) -> Result<SoundTrack> {
        Ok(SoundTrack { listening: Some(self.listener.begin()), start_s: None, analyzer: Arc::clone(self) })
    }
}

impl Session for SoundTrack {
    fn audio(&mut self, chunk: &AudioChunk<'_>, _findings: &mut Findings) -> Result<()> {
        self.start_s.get_or_insert(chunk.start_s);
        self.listening.as_mut().map_or(Ok(()), |listening| listening.hear(chunk.samples))
    }

    fn finish(&mut self, findings: &mut Findings) -> Result<Summary> {
        let AudioEnvironment { listener, settings } = &*self.analyzer;
        let heard = self.listening.take().map(|listening| listening.finish(settings)).transpose()?;
        let heard = heard.unwrap_or_default();
        let segments = segments::in_video(heard.stretches, self.start_s.unwrap_or(0.0));
        for segment in &segments {
            findings.segment(segment)?;
        }
        let ratios = segments::ratios(&segments);
        let environment = heard.place.or_else(|| segments::prevailing(&ratios));
        let summary = Summary::of(&WholeSound { environment, ratios })?.model(listener.name());
        Ok(match listener.name() {
            REFERENCE => summary,
            name => summary
                .degraded(format!("{name}, which knows 3 kinds of sound, listened in place of {REFERENCE}")),
        })
    }
}

va_analyzer_sdk::export_analyzer!(AudioEnvironment);
