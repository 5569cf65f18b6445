//! Runs an analyzer in process, through the real boundary, on pictures made by the test or on a clip.
//!
//! For authors' tests: no daemon, no worker, no shared memory. A clip of a file is read with the `ffmpeg` and
//! `ffprobe` programs. What the system adds (deadlines, isolation, one decode for all) is not tested here.

mod clip;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde_json::Value;

pub use self::clip::{Clip, Picture};
use crate::abi::{NewSegments, OpenSession, Plugin};
use crate::{
    Analyzer, AudioChunk, AudioRequest, Description, Error, ErrorKind, FindingsScope, Frame, Host,
    HostServices, LogLevel, OtherFindings, Result,
};

/// What other analyzers found in single frames, by analyzer and by the frame's number.
type FrameFindings = BTreeMap<String, BTreeMap<u64, Vec<Value>>>;

/// An analyzer about to be run, with what it is given besides the clip.
pub struct Run {
    plugin: Plugin,
    host: TestHost,
    others: BTreeMap<String, Value>,
    others_by_frame: FrameFindings,
    batch: Option<u32>,
}

/// What came out.
#[derive(Debug)]
pub struct Seen {
    pub segments: Vec<Value>,
    pub summary: Value,
    /// Why a smaller stand-in ran, where one did.
    pub degraded: Option<String>,
    pub model: Option<String>,
    pub log: Vec<(LogLevel, String)>,
    /// Frames that were handed over.
    pub frames: u64,
}

impl Run {
    pub fn new<A: Analyzer>() -> Self {
        Run {
            plugin: Plugin::in_process::<A>(),
            host: TestHost::default(),
            others: BTreeMap::new(),
            others_by_frame: BTreeMap::new(),
            batch: None,
        }
    }

    /// The analyzer's settings, an object.
    #[must_use]
    pub fn settings(mut self, settings: Value) -> Self {
        self.host.settings = settings.to_string();
        self
    }

    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.host.threads = threads;
        self
    }

    /// Hands over frames in batches of this size instead of the description's.
    #[must_use]
    pub fn batch(mut self, frames: u32) -> Self {
        self.batch = Some(frames);
        self
    }

    /// What another analyzer found in single frames: its segments by the frame's number. An entry without segments is a
    /// frame in which it found nothing.
    #[must_use]
    pub fn frame_findings(mut self, analyzer: &str, by_frame: BTreeMap<u64, Vec<Value>>) -> Self {
        self.others_by_frame.insert(analyzer.to_owned(), by_frame);
        self
    }

    /// Installs a model: its folder.
    #[must_use]
    pub fn model(mut self, name: &str, folder: impl Into<PathBuf>) -> Self {
        self.host.models.insert(name.to_owned(), folder.into());
        self
    }

    /// What another analyzer found in the whole video: an object with `segments` and `summary`.
    #[must_use]
    pub fn other_findings(mut self, analyzer: &str, findings: Value) -> Self {
        self.others.insert(analyzer.to_owned(), findings);
        self
    }

    /// The host that the analyzer would be loaded with, to test a part of it alone.
    #[must_use]
    pub fn host(self) -> Host {
        Host::new(Arc::new(self.host))
    }

    /// Analyses the clip.
    ///
    /// # Errors
    /// As the analyzer says; or where the clip cannot be read, naming the program that failed.
    pub fn on(self, clip: &Clip) -> Result<Seen> {
        let description = self.plugin.description()?;
        let host: Arc<TestHost> = Arc::new(self.host);
        let analyzer = self.plugin.load(host.clone())?;
        let mut session =
            Collecting { session: analyzer.open(clip.video(), host.clone())?, segments: Vec::new() };

        let others = &self.others_by_frame;
        let frames = feed_frames(&mut session, clip, &description, self.batch, others)?;
        if let Some(request) = description.audio {
            feed_audio(&mut session, clip, request)?;
        }
        for wanted in description.findings.iter().filter(|wanted| wanted.scope == FindingsScope::PerVideo) {
            if let Some(found) = self.others.get(&wanted.analyzer) {
                let json = found.to_string();
                let other = OtherFindings { analyzer: &wanted.analyzer, json: &json };
                session.keep(|session| session.other_findings(&other))?;
            }
        }
        let (segments, last) = session.session.finish()?;
        session.add(&segments)?;
        Ok(Seen {
            segments: session.segments,
            summary: serde_json::from_str(last.summary_json())?,
            degraded: last.degraded().map(str::to_owned),
            model: last.model().map(str::to_owned),
            log: std::mem::take(&mut *host.log.lock().expect("no test panics while it logs")),
            frames,
        })
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run").field("host", &self.host).finish_non_exhaustive()
    }
}

struct Collecting {
    session: OpenSession,
    segments: Vec<Value>,
}

impl Collecting {
    fn keep(&mut self, call: impl FnOnce(&mut OpenSession) -> Result<NewSegments>) -> Result<()> {
        let segments = call(&mut self.session)?;
        self.add(&segments)
    }

    fn add(&mut self, segments: &NewSegments) -> Result<()> {
        for (text, _) in segments.iter() {
            self.segments.push(serde_json::from_str(text)?);
        }
        Ok(())
    }
}

fn feed_frames(
    session: &mut Collecting,
    clip: &Clip,
    description: &Description,
    batch: Option<u32>,
    others: &FrameFindings,
) -> Result<u64> {
    let Some(request) = description.frames else { return Ok(0) };
    let batch = batch.unwrap_or(description.batch).max(1) as usize;
    let mut waiting: Vec<(u64, f64, Picture)> = Vec::new();
    let mut frames = 0;
    let mut flush = |waiting: &mut Vec<(u64, f64, Picture)>| -> Result<()> {
        let texts: Vec<Vec<(&str, String)>> =
            waiting.iter().map(|(index, _, _)| of_frame(others, *index)).collect();
        let findings: Vec<Vec<OtherFindings<'_>>> = texts
            .iter()
            .map(|texts| texts.iter().map(|(analyzer, json)| OtherFindings { analyzer, json }).collect())
            .collect();
        let views: Vec<Frame<'_>> = waiting
            .iter()
            .zip(&findings)
            .map(|((index, timestamp_s, picture), findings)| Frame {
                index: *index,
                timestamp_s: *timestamp_s,
                width: picture.width,
                height: picture.height,
                format: request.format,
                data: &picture.data,
                findings,
            })
            .collect();
        frames += views.len() as u64;
        session.keep(|session| session.frames(&views))?;
        waiting.clear();
        Ok(())
    };
    clip.frames(request, |index, timestamp_s, picture| {
        waiting.push((index, timestamp_s, picture));
        if waiting.len() == batch { flush(&mut waiting) } else { Ok(()) }
    })?;
    if !waiting.is_empty() {
        flush(&mut waiting)?;
    }
    Ok(frames)
}

/// As JSON text, by analyzer.
fn of_frame(others: &FrameFindings, index: u64) -> Vec<(&str, String)> {
    let found = others.iter().filter_map(|(name, by_frame)| Some((name.as_str(), by_frame.get(&index)?)));
    found.map(|(name, segments)| (name, Value::from(segments.clone()).to_string())).collect()
}

fn feed_audio(session: &mut Collecting, clip: &Clip, request: AudioRequest) -> Result<()> {
    let Some((sample_rate, channels, samples)) = clip.audio(request)? else { return Ok(()) };
    let chunk = sample_rate as usize * usize::from(channels);
    for (second, samples) in samples.chunks(chunk.max(1)).enumerate() {
        let chunk = AudioChunk { start_s: second as f64, sample_rate, channels, samples };
        session.keep(|session| session.audio(&chunk))?;
    }
    Ok(())
}

#[derive(Debug)]
struct TestHost {
    settings: String,
    threads: usize,
    models: BTreeMap<String, PathBuf>,
    log: Mutex<Vec<(LogLevel, String)>>,
}

impl Default for TestHost {
    fn default() -> Self {
        TestHost {
            settings: "{}".to_owned(),
            threads: 1,
            models: BTreeMap::new(),
            log: Mutex::new(Vec::new()),
        }
    }
}

impl HostServices for TestHost {
    fn device(&self) -> String {
        "cpu".to_owned()
    }

    fn threads(&self) -> usize {
        self.threads
    }

    fn settings_json(&self) -> String {
        self.settings.clone()
    }

    fn model_path(&self, name: &str) -> Result<PathBuf> {
        let missing = || Error::of(ErrorKind::Unavailable, format!("the test installed no model {name:?}"));
        self.models.get(name).cloned().ok_or_else(missing)
    }

    fn log(&self, level: LogLevel, message: &str) {
        self.log.lock().expect("no test panics while it logs").push((level, message.to_owned()));
    }

    fn progress(&self, _fraction: f64) {}

    fn cancelled(&self) -> bool {
        false
    }

    fn control(&self, operation: &str, _json: &str) -> Result<String> {
        Err(Error::of(ErrorKind::Unsupported, format!("the test host does not know {operation:?}")))
    }
}
