//! Reads the text in the picture: each once, with the time from which to which it stood, its place, and whether it is a
//! subtitle, another overlay, or part of what was filmed.
//!
//! Frames come three times as often as they are searched. A frame is searched ([`detector`]) where [`looks`] says so; a
//! line is read ([`recogniser`]) where it was not known ([`reader`]); between, its edges tell whether it still stands
//! ([`plane`]). At the end lines are put together ([`captions`]) and told apart ([`kind`]).

pub mod blocks;
pub mod captions;
pub mod detector;
pub mod eyes;
pub mod kind;
pub mod line;
pub mod looks;
pub mod matching;
pub mod plane;
pub mod reader;
pub mod reading;
pub mod recogniser;
pub mod settings;
pub mod style;
pub mod text;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use va_analyzer_sdk::prelude::*;
use va_inference::findings::BoundingBox;
use va_inference::image::View;

use crate::captions::Caption;
use crate::eyes::{CRAFT, ENGLISH, Eyes, MODELS, Models, Scratch};
use crate::kind::Kind;
use crate::reader::{Counts, Reader};
use crate::settings::Settings;

/// Pixels of the longer side of the frames: what the detector was trained on at most.
pub const FRAME_SIDE: u32 = 960;

/// The analyzer: the models, loaded once.
#[derive(Debug)]
pub struct TextOverlay {
    settings: Settings,
    models: Models,
}

impl Analyzer for TextOverlay {
    type Session = TextsOfOneVideo;

    fn description() -> Description {
        let about = "texts with place, time and kind, by PP-OCR or EasyOCR";
        Description::new("text_overlay", env!("CARGO_PKG_VERSION"), about)
            .frames(FrameRequest {
                sampling: Sampling::EveryNth(10),
                size: FrameSize::LongestSide(FRAME_SIDE),
                format: PixelFormat::Rgb8,
            })
            .batch(16)
            .model_of(va_inference::onnx::RUNTIMES)
            .model_of(&MODELS)
            .optional_model_of(&[ENGLISH])
            .memory_mib(400)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        settings.check()?;
        Ok(TextOverlay { settings, models: Models::load(host)? })
    }

    fn open(self: &Arc<Self>, video: &Video, host: &Host) -> Result<Self::Session> {
        Ok(TextsOfOneVideo {
            analyzer: Arc::clone(self),
            host: host.clone(),
            video: video.clone(),
            scratch: Scratch::default(),
            reader: Reader::new(&self.settings),
            times_s: (0.0, 0.0),
            frames: 0,
            size: (1.0, 1.0),
        })
    }
}

/// One video.
#[derive(Debug)]
pub struct TextsOfOneVideo {
    analyzer: Arc<TextOverlay>,
    host: Host,
    video: Video,
    scratch: Scratch,
    reader: Reader,
    /// Of the first and the last frame.
    times_s: (f64, f64),
    frames: u32,
    /// Of the frames that come.
    size: (f32, f32),
}

#[derive(Debug, Serialize)]
struct Segment<'a> {
    start_time: f64,
    end_time: f64,
    text: &'a str,
    confidence: f64,
    bounding_box: BoundingBox,
    kind: Kind,
}

#[derive(Debug, Serialize)]
struct WholeVideo {
    full_text: String,
}

impl Session for TextsOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, _findings: &mut Findings) -> Result<()> {
        let models = &self.analyzer.models;
        for frame in batch {
            if self.host.cancelled() {
                break;
            }
            let view = View::of(frame);
            if self.frames == 0 {
                self.times_s.0 = frame.timestamp_s;
                self.size = (view.width() as f32, view.height() as f32);
            }
            self.frames += 1;
            self.times_s.1 = frame.timestamp_s;
            let mut eyes = Eyes { models, scratch: &mut self.scratch };
            self.reader.frame(&mut eyes, &view, frame.index, frame.timestamp_s)?;
        }
        Ok(())
    }

    fn finish(&mut self, findings: &mut Findings) -> Result<Summary> {
        let Counts { frames, looks, readings } = self.reader.counts();
        let done = format!("{frames} frames came, {looks} were searched, {readings} lines read");
        self.host.log(LogLevel::Debug, done);
        let step_s = self.step_s();
        let end_s = (self.times_s.1 + step_s).min(self.video.duration_s.unwrap_or(f64::INFINITY));
        let captions = captions::captions(self.reader.finish(end_s.max(self.times_s.1)), step_s);
        let kinds = kind::kinds(&captions, self.size);
        for (caption, kind) in captions.iter().zip(kinds) {
            findings.segment(&self.segment(caption, kind))?;
        }
        let summary = Summary::of(&WholeVideo { full_text: full_text(&captions) })?;
        Ok(self.told_apart(summary.model(self.analyzer.models.name)))
    }
}

impl TextsOfOneVideo {
    /// Seconds from one frame to the next.
    fn step_s(&self) -> f64 {
        let (first, last) = self.times_s;
        if self.frames > 1 { (last - first) / f64::from(self.frames - 1) } else { 0.0 }
    }

    fn segment<'a>(&self, caption: &'a Caption, kind: Kind) -> Segment<'a> {
        let (width, height) = (self.video.width as f32, self.video.height as f32);
        let rect = caption.rect.scaled(width / self.size.0, height / self.size.1);
        Segment {
            start_time: rounded(caption.start_s, 3),
            end_time: rounded(caption.end_s, 3),
            text: &caption.text,
            confidence: rounded(f64::from(caption.confidence.clamp(0.0, 1.0)), 3),
            bounding_box: BoundingBox::of(&rect, (width, height), 1),
            kind,
        }
    }

    fn told_apart(&self, summary: Summary) -> Summary {
        match self.analyzer.models.name {
            CRAFT => summary,
            name => summary.degraded(format!("{name} read the text in place of {CRAFT} with {ENGLISH}")),
        }
    }
}

/// Each text once, in the order in which they appear, one a line.
fn full_text(captions: &[Caption]) -> String {
    let mut told = BTreeSet::new();
    let new = captions.iter().filter(|caption| told.insert(reading::bare(&caption.text)));
    new.map(|caption| caption.text.as_str()).collect::<Vec<_>>().join("\n")
}

va_analyzer_sdk::export_analyzer!(TextOverlay);
