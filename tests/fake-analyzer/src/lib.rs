//! The fake analyzer: tells what reached it, or misbehaves the way its settings say.
//!
//! ```toml
//! [analyzers.faulty.settings]
//! behaviour = "segfault"
//! when = "frames"
//! at_frame = 7
//! ```
//! It comes under several names, each with wishes of its own: see `examples/`.

mod findings;
mod misbehave;
mod reach;
mod settings;

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use va_analyzer_sdk::prelude::*;

use self::findings::{Heard, Seen};
pub use self::settings::{Behaviour, Settings, When};

/// A name and wishes for a [`Fake`].
pub trait Kind: Send + Sync + 'static {
    fn description() -> Description;
}

/// Makes the library a fake analyzer of this description.
#[macro_export]
macro_rules! fake {
    ($description:expr) => {
        #[derive(Debug)]
        pub struct Named;

        impl $crate::Kind for Named {
            fn description() -> va_analyzer_sdk::Description {
                $description
            }
        }

        va_analyzer_sdk::export_analyzer!($crate::Fake<Named>);
    };
}

#[derive(Debug)]
pub struct Fake<K> {
    settings: Settings,
    model: Option<String>,
    /// As large as a model.
    _held: Vec<u8>,
    kind: PhantomData<fn() -> K>,
}

#[derive(Debug)]
pub struct FakeSession {
    settings: Settings,
    model: Option<String>,
    host: Host,
    seen: Seen,
    heard: Heard,
    /// Segments of others that came with frames, and after the last one by analyzer.
    others_by_frame: usize,
    others_whole: BTreeMap<String, usize>,
    closing: bool,
}

impl<K: Kind> Analyzer for Fake<K> {
    type Session = FakeSession;

    fn description() -> Description {
        K::description()
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        if settings.behaviour == Behaviour::MissingModel {
            host.model_path("model_that_nobody_has")?;
        }
        settings.misbehave(When::Load, host, None)?;
        let requests = K::description().models;
        let names: Vec<&str> = requests.iter().flat_map(|model| &model.any_of).map(String::as_str).collect();
        let model = if names.is_empty() { None } else { Some(host.first_model(&names)?.to_owned()) };
        // Written to, so that the pages are there.
        let held = std::hint::black_box(vec![1; settings.hold_mib << 20]);
        Ok(Fake { settings, model, _held: held, kind: PhantomData })
    }

    fn open(self: &Arc<Self>, _video: &Video, host: &Host) -> Result<FakeSession> {
        self.settings.misbehave(When::Open, host, None)?;
        Ok(FakeSession {
            settings: self.settings.clone(),
            model: self.model.clone(),
            host: host.clone(),
            seen: Seen::default(),
            heard: Heard::default(),
            others_by_frame: 0,
            others_whole: BTreeMap::new(),
            closing: false,
        })
    }
}

impl Session for FakeSession {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        for frame in batch {
            if self.settings.behaviour == Behaviour::Noop {
                continue;
            }
            if frame.index >= self.settings.at_frame {
                self.settings.misbehave(When::Frames, &self.host, Some(frame))?;
                self.settings.flood(When::Frames, findings)?;
            }
            let mut others = 0;
            for other in frame.findings {
                others += other.read::<Vec<findings::Anything>>()?.len();
            }
            self.others_by_frame += others;
            let segment = self.seen.take(frame, batch.len(), others);
            findings.frame_segment(frame, &segment)?;
        }
        Ok(())
    }

    fn audio(&mut self, chunk: &AudioChunk<'_>, findings: &mut Findings) -> Result<()> {
        self.settings.misbehave(When::Audio, &self.host, None)?;
        self.settings.flood(When::Audio, findings)?;
        self.heard.take(chunk);
        Ok(())
    }

    fn other_findings(&mut self, of: &OtherFindings<'_>, _findings: &mut Findings) -> Result<()> {
        let whole: findings::Whole = of.read()?;
        self.others_whole.insert(of.analyzer.to_owned(), whole.segments.len());
        Ok(())
    }

    fn finish(&mut self, findings: &mut Findings) -> Result<Summary> {
        self.settings.misbehave(When::Finish, &self.host, None)?;
        self.settings.flood(When::Finish, findings)?;
        self.closing = true;
        if self.settings.behaviour == Behaviour::Malformed && self.settings.when == When::Finish {
            return Summary::of(&["a summary", "that is no object"]);
        }
        if self.settings.behaviour == Behaviour::InvalidUtf8 && self.settings.when == When::Finish {
            return Summary::of(&misbehave::Raw(misbehave::no_utf8()));
        }
        let summary = Summary::of(&json!({
            "frames": self.seen.frames,
            "sound": self.heard,
            "device": self.host.device(),
            "threads": self.host.threads(),
            "others_by_frame": self.others_by_frame,
            "others_whole": self.others_whole,
            "reached": self.reached(),
        }))?;
        let summary = match &self.model {
            Some(model) => summary.model(model),
            None => summary,
        };
        Ok(match &self.settings.degraded {
            Some(reason) => summary.degraded(reason).model("a_smaller_model"),
            None => summary,
        })
    }
}

impl FakeSession {
    fn reached(&self) -> Option<BTreeMap<&'static str, String>> {
        let Settings { behaviour, folder, port, .. } = &self.settings;
        (*behaviour == Behaviour::Reach).then(|| reach::reach(folder, *port))
    }
}

impl Drop for FakeSession {
    fn drop(&mut self) {
        // After a failure the drop is nobody's test.
        if self.closing {
            let _ = self.settings.misbehave(When::Drop, &self.host, None);
        }
    }
}
