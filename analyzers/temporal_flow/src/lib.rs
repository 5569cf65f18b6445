//! How a video tells its story: its parts, what each of them is for, and what it says; from what the other analyzers found.
//!
//! It looks at no frame and hears no sound. When the others are done, what is said (or else written) is put into
//! sentences ([`sentences`]) and embedded ([`embedding`]); parts end where the subject changes ([`subjects`]), together
//! with pauses and shots ([`boundaries`]); each gets a role ([`roles`]) and a sentence ([`narration`]).

pub mod arc;
pub mod boundaries;
pub mod calls;
pub mod embedding;
pub mod known;
pub mod measures;
pub mod narration;
pub mod opening;
pub mod roles;
pub mod sentences;
mod settings;
mod story;
pub mod subjects;
pub mod tokenizer;

use std::sync::Arc;

use va_analyzer_sdk::prelude::*;
use va_inference::text::vader::{self, Vader};

use crate::calls::Calls;
use crate::embedding::{Embedder, MODEL};
use crate::known::Known;
use crate::settings::Settings;
use crate::story::Story;

/// The analyzer: the models, loaded once.
#[derive(Debug)]
pub struct TemporalFlow {
    settings: Settings,
    embedder: Embedder,
    calls: Calls,
    vader: Vader,
}

impl Analyzer for TemporalFlow {
    type Session = StoryOfOneVideo;

    fn description() -> Description {
        let about = "the parts of the story, what each is for and says, from what the other analyzers found";
        Description::new("temporal_flow", env!("CARGO_PKG_VERSION"), about)
            .wants_findings_of(known::SPEECH, FindingsScope::PerVideo)
            .wants_findings_of(known::TEXTS, FindingsScope::PerVideo)
            .wants_findings_of(known::CUTS, FindingsScope::PerVideo)
            .wants_findings_of(known::LEVELS, FindingsScope::PerVideo)
            .findings_of(known::SOUNDS, FindingsScope::PerVideo)
            .findings_of(known::SCENES, FindingsScope::PerVideo)
            .findings_of(known::OBJECTS, FindingsScope::PerVideo)
            .model_of(va_inference::onnx::RUNTIMES)
            .model(MODEL)
            .model(vader::MODEL)
            .memory_mib(200)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings = host.settings::<Settings>()?.checked()?;
        let embedder = Embedder::load(host)?;
        let calls = Calls::load(&embedder)?;
        Ok(TemporalFlow { settings, embedder, calls, vader: Vader::load(host)? })
    }

    fn open(self: &Arc<Self>, video: &Video, _host: &Host) -> Result<StoryOfOneVideo> {
        Ok(StoryOfOneVideo { analyzer: Arc::clone(self), video: video.clone(), known: Known::default() })
    }
}

/// One video: what the others told of it.
#[derive(Debug)]
pub struct StoryOfOneVideo {
    analyzer: Arc<TemporalFlow>,
    video: Video,
    known: Known,
}

impl Session for StoryOfOneVideo {
    fn other_findings(&mut self, other: &OtherFindings<'_>, _findings: &mut Findings) -> Result<()> {
        self.known.learn(other);
        Ok(())
    }

    fn finish(&mut self, findings: &mut Findings) -> Result<Summary> {
        let story = Story::of(&self.analyzer, &self.video, &self.known)?;
        for part in story.parts()? {
            findings.segment(&part)?;
        }
        let summary = Summary::of(&story.summary())?.model(MODEL);
        Ok(match self.known.missing(&self.video) {
            Some(reason) => summary.degraded(reason),
            None => summary,
        })
    }
}

va_analyzer_sdk::export_analyzer!(TemporalFlow);
