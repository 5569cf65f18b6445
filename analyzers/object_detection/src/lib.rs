//! Which things are seen where, on every tenth frame, and which of them are the same from frame to frame.
//!
//! A detector ([`model`]) finds boxes with classes; they are followed over time by class (`va_inference::track`), and only
//! what is followed is told. Other analyzers build on the boxes of a frame, so each frame's findings leave as soon as they
//! are made.

pub mod coco;
pub mod model;
pub mod postprocess;
mod settings;
mod tally;

use std::sync::Arc;

use serde::Serialize;
use va_analyzer_sdk::prelude::*;
use va_inference::detect::Detection;
use va_inference::detect::yolo::Room;
use va_inference::findings::BoundingBox;
use va_inference::image::{SceneWatch, View};
use va_inference::track::{Limits, Tracker};

use crate::model::{Detector, MODELS};
use crate::postprocess::{in_source, position};
use crate::settings::Settings;
use crate::tally::Tally;

/// Detections this doubtful still keep a track alive, though they are not reported.
pub const LEAST_TO_FOLLOW: f32 = 0.1;
/// Seconds for which something hidden is waited for.
const FORGET_S: f64 = 2.0;

/// The analyzer: its model, loaded.
#[derive(Debug)]
pub struct ObjectDetection {
    detector: Detector,
    settings: Settings,
}

impl Analyzer for ObjectDetection {
    type Session = ObjectsOfOneVideo;

    fn description() -> Description {
        let about = "things of 80 classes with their boxes, followed over time, on every tenth frame";
        Description::new("object_detection", env!("CARGO_PKG_VERSION"), about)
            .frames(FrameRequest {
                sampling: Sampling::EveryNth(10),
                size: FrameSize::LongestSide(640),
                format: PixelFormat::Rgb8,
            })
            .batch(64)
            .model_of(va_inference::onnx::RUNTIMES)
            .model_of(&MODELS)
            .memory_mib(120)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings = host.settings::<Settings>()?.checked()?;
        Ok(ObjectDetection { detector: Detector::load(host)?, settings })
    }

    fn open(self: &Arc<Self>, video: &Video, host: &Host) -> Result<Self::Session> {
        let Settings { score, new_score, sure_score, .. } = self.settings;
        let limits = Limits {
            high: new_score.max(score),
            low: LEAST_TO_FOLLOW.min(score),
            sure: sure_score.max(score),
            forget_s: FORGET_S,
            ..Limits::default()
        };
        Ok(ObjectsOfOneVideo {
            analyzer: Arc::clone(self),
            host: host.clone(),
            source: (video.width as f32, video.height as f32),
            room: Room::default(),
            scene: SceneWatch::default(),
            tracker: Tracker::new(limits),
            tally: Tally::default(),
        })
    }
}

/// One video: what is followed in it, and how many were seen.
#[derive(Debug)]
pub struct ObjectsOfOneVideo {
    analyzer: Arc<ObjectDetection>,
    host: Host,
    /// Width and height of the upright source frame.
    source: (f32, f32),
    room: Room,
    scene: SceneWatch,
    tracker: Tracker,
    tally: Tally,
}

impl Session for ObjectsOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        let analyzer = Arc::clone(&self.analyzer);
        let detector = &analyzer.detector;
        let least = LEAST_TO_FOLLOW.min(analyzer.settings.score);
        for frames in batch.frames().chunks(detector.batch()) {
            if self.host.cancelled() {
                break;
            }
            let found = detector.detect(frames, least, analyzer.settings.iou, &mut self.room)?;
            for (frame, found) in frames.iter().zip(found) {
                self.look_at(frame, &found, findings)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, _findings: &mut Findings) -> Result<Summary> {
        let detector = &self.analyzer.detector;
        let summary = self.tally.summary(&self.tracker.tracks(), detector.names());
        let summary = Summary::of(&summary)?.model(detector.name());
        Ok(match detector.stands_in_for() {
            Some(reference) => {
                summary.degraded(format!("{} ran in place of the larger {reference}", detector.name()))
            }
            None => summary,
        })
    }
}

impl ObjectsOfOneVideo {
    /// What was found in a frame, in the frame's pixels.
    fn look_at(&mut self, frame: &Frame<'_>, found: &[Detection], findings: &mut Findings) -> Result<()> {
        let frame_size = (frame.width as f32, frame.height as f32);
        let found = in_source(found, frame_size, self.source);
        // After a cut nothing is where it was.
        if self.scene.changed(&View::of(frame)) {
            self.tracker.cut();
        }
        let tracks = self.tracker.update(frame.timestamp_s, &found);
        let names = self.analyzer.detector.names();
        let score = self.analyzer.settings.score;
        let seen = found.iter().zip(tracks).filter(|(object, _)| object.score > score);
        // A doubtful sight is believed when it is seen again.
        let confirmed =
            seen.filter_map(|(object, track)| Some((object, track.filter(|track| track.confirmed)?)));
        let objects: Vec<Object<'_>> = confirmed
            .map(|(object, track)| Object {
                object_class: &names[object.class],
                confidence_score: rounded(f64::from(object.score.min(1.0)), 4),
                bounding_box: BoundingBox::of(&object.rect, self.source, 1),
                position: position(&object.rect, self.source),
                track_id: track.id,
            })
            .collect();
        if objects.is_empty() {
            return Ok(());
        }
        self.tally.add(objects.iter().map(|object| object.object_class));
        findings.frame_segment(frame, &Segment { timestamp: rounded(frame.timestamp_s, 3), objects })
    }
}

#[derive(Serialize)]
struct Segment<'a> {
    timestamp: f64,
    /// The surest first.
    objects: Vec<Object<'a>>,
}

#[derive(Serialize)]
struct Object<'a> {
    object_class: &'a str,
    confidence_score: f64,
    bounding_box: BoundingBox,
    position: &'static str,
    track_id: u32,
}

va_analyzer_sdk::export_analyzer!(ObjectDetection);
