//! How people stand, and what they do with their arms, on every tenth frame.
//!
//! The boxes of the persons come from object_detection ([`people`]); a model ([`model`]) finds seventeen points in each;
//! what the arms say is told by rules ([`gesture`]).

pub mod gesture;
pub mod model;
pub mod people;
pub mod postprocess;
pub mod preprocess;
mod settings;
pub mod skeleton;
mod tally;

use std::sync::Arc;

use serde::Serialize;
use va_analyzer_sdk::prelude::*;
use va_inference::findings::BoundingBox;

use crate::gesture::Gesture;
use crate::model::{Estimator, MODELS, Pose, Room};
use crate::people::{DETECTOR, Person};
use crate::postprocess::{Keypoint, in_source, skeleton};
use crate::settings::Settings;
use crate::tally::Tally;

/// The analyzer: its model, loaded.
#[derive(Debug)]
pub struct BodyPose {
    estimator: Estimator,
    settings: Settings,
}

impl Analyzer for BodyPose {
    type Session = PosesOfOneVideo;

    fn description() -> Description {
        let about = "seventeen points of every person and the gestures they make, on every tenth frame";
        Description::new("body_pose", env!("CARGO_PKG_VERSION"), about)
            .frames(FrameRequest {
                sampling: Sampling::EveryNth(10),
                size: FrameSize::LongestSide(640),
                format: PixelFormat::Rgb8,
            })
            .needs_findings_of(DETECTOR, FindingsScope::PerFrame)
            .batch(64)
            .model_of(va_inference::onnx::RUNTIMES)
            .model_of(&MODELS)
            .memory_mib(120)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings = host.settings::<Settings>()?.checked()?;
        Ok(BodyPose { estimator: Estimator::load(host)?, settings })
    }

    fn open(self: &Arc<Self>, video: &Video, host: &Host) -> Result<Self::Session> {
        Ok(PosesOfOneVideo {
            analyzer: Arc::clone(self),
            host: host.clone(),
            source: (video.width as f32, video.height as f32),
            room: Room::default(),
            tally: Tally::default(),
        })
    }
}

/// One video: how many people were seen, and the gestures they made.
#[derive(Debug)]
pub struct PosesOfOneVideo {
    analyzer: Arc<BodyPose>,
    host: Host,
    /// Width and height of the upright source frame.
    source: (f32, f32),
    room: Room,
    tally: Tally,
}

impl Session for PosesOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        let analyzer = Arc::clone(&self.analyzer);
        for frames in batch.frames().chunks(analyzer.estimator.batch()) {
            if self.host.cancelled() {
                break;
            }
            let people = frames.iter().map(people::of_frame).collect::<Result<Vec<_>>>()?;
            let least_side = analyzer.settings.least_side;
            let poses = analyzer.estimator.poses(frames, &people, self.source, least_side, &mut self.room)?;
            for (frame, poses) in frames.iter().zip(poses) {
                self.look_at(frame, &poses, findings)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, _findings: &mut Findings) -> Result<Summary> {
        let estimator = &self.analyzer.estimator;
        let summary = Summary::of(&self.tally.summary())?.model(estimator.name());
        Ok(match estimator.stands_in_for() {
            Some(reference) => {
                summary.degraded(format!("{} ran in place of the larger {reference}", estimator.name()))
            }
            None => summary,
        })
    }
}

impl PosesOfOneVideo {
    fn look_at(&mut self, frame: &Frame<'_>, poses: &[Pose], findings: &mut Findings) -> Result<()> {
        if poses.is_empty() {
            return Ok(());
        }
        let least = self.analyzer.settings.confidence;
        let people: Vec<Posed> = poses.iter().map(|pose| Posed::of(pose, self.source, least)).collect();
        let gestures = people.iter().map(|person| (person.track_id, person.gesture));
        self.tally.add(frame.timestamp_s, gestures);
        findings.frame_segment(frame, &Segment { timestamp: rounded(frame.timestamp_s, 3), people })
    }
}

#[derive(Serialize)]
struct Segment {
    timestamp: f64,
    people: Vec<Posed>,
}

/// A person as the findings have it.
#[derive(Serialize)]
struct Posed {
    bounding_box: BoundingBox,
    keypoints: [Keypoint; 17],
    gesture: Option<Gesture>,
    track_id: Option<u32>,
}

impl Posed {
    fn of(pose: &Pose, source: (f32, f32), least: f32) -> Self {
        let Person { bounding_box, track_id, .. } = pose.person;
        let skeleton = skeleton(&pose.points, source, least);
        Posed {
            bounding_box,
            keypoints: in_source(&pose.points, &skeleton),
            gesture: Gesture::of(&skeleton),
            track_id,
        }
    }
}

va_analyzer_sdk::export_analyzer!(BodyPose);
