//! How old people look, and which gender: each face of a frame, and each person over time.
//!
//! The faces are those of face_detection; none is looked for here.

pub mod model;
pub mod people;
pub mod postprocess;
pub mod preprocess;
pub mod settings;

use std::sync::Arc;

use serde::Serialize;
use va_analyzer_sdk::prelude::*;
use va_inference::findings::BoundingBox;
use va_inference::findings::faces::{FACE_DETECTION, FRAME_SIDE, Face, faces_of};
use va_inference::image::View;

use crate::model::{FACERES, GENDERAGE, Judge, MODELS};
use crate::people::{People, Person};
use crate::postprocess::Judgement;
use crate::settings::Settings;

/// The analyzer: the loaded model serves all videos.
#[derive(Debug)]
pub struct AgeEstimation {
    settings: Settings,
    judge: Judge,
}

impl Analyzer for AgeEstimation {
    type Session = AgesOfOneVideo;

    fn description() -> Description {
        let about = "age and gender of faces, and of each person over time";
        Description::new("age_estimation", env!("CARGO_PKG_VERSION"), about)
            .frames(FrameRequest {
                sampling: Sampling::EveryNth(10),
                size: FrameSize::LongestSide(FRAME_SIDE),
                format: PixelFormat::Rgb8,
            })
            .batch(16)
            .needs_findings_of(FACE_DETECTION, FindingsScope::PerFrame)
            .model_of(va_inference::onnx::RUNTIMES)
            .model_of(&MODELS)
            .memory_mib(60)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        settings.check()?;
        Ok(AgeEstimation { judge: Judge::load(host)?, settings })
    }

    fn open(self: &Arc<Self>, video: &Video, _host: &Host) -> Result<Self::Session> {
        Ok(AgesOfOneVideo {
            analyzer: Arc::clone(self),
            width: video.width,
            people: People::new(self.settings.settled_after, self.settings.then_every),
            buffers: preprocess::Buffers::default(),
        })
    }
}

/// One video: what is known of each person so far, and memory that serves every frame.
#[derive(Debug)]
pub struct AgesOfOneVideo {
    analyzer: Arc<AgeEstimation>,
    /// Pixels of the video.
    width: u32,
    people: People,
    buffers: preprocess::Buffers,
}

#[derive(Debug, Serialize)]
struct Segment {
    timestamp: f64,
    faces: Vec<JudgedFace>,
}

#[derive(Debug, Serialize)]
struct JudgedFace {
    bounding_box: BoundingBox,
    confidence: f64,
    #[serde(flatten)]
    judgement: Judgement,
    track_id: Option<u32>,
}

#[derive(Debug, Serialize)]
struct WholeVideo {
    people: Vec<Person>,
}

impl Session for AgesOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        for frame in batch {
            if let Some(faces) = faces_of(frame)? {
                let faces = self.look_at(frame, faces)?;
                let timestamp = rounded(frame.timestamp_s, 3);
                findings.frame_segment(frame, &Segment { timestamp, faces })?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, _findings: &mut Findings) -> Result<Summary> {
        let name = self.analyzer.judge.name();
        let summary = Summary::of(&WholeVideo { people: self.people.all() })?.model(name);
        Ok(if name == FACERES {
            summary.degraded(format!("{FACERES} stood in for {GENDERAGE}, which is not installed"))
        } else {
            summary
        })
    }
}

impl AgesOfOneVideo {
    fn look_at(&mut self, frame: &Frame<'_>, faces: Vec<Face>) -> Result<Vec<JudgedFace>> {
        let AgeEstimation { settings, judge } = &*self.analyzer;
        let scale = frame.width as f32 / self.width.max(1) as f32;
        let open: Vec<usize> = (0..faces.len())
            .filter(|&i| settings.can_judge(&faces[i], scale) && self.people.asks_for(faces[i].track_id))
            .collect();
        let boxes: Vec<_> = open.iter().map(|&i| faces[i].rect(scale)).collect();
        let judgements = judge.judge(&View::of(frame), &boxes, &mut self.buffers)?;
        let mut fresh = vec![None; faces.len()];
        for (i, judgement) in open.into_iter().zip(judgements) {
            fresh[i] = Some(judgement);
        }
        let judged = faces.iter().zip(fresh).map(|(face, fresh)| {
            let judgeable = settings.can_judge(face, scale);
            let known = self.people.see(face.track_id, frame.timestamp_s, fresh);
            JudgedFace {
                bounding_box: face.bounding_box,
                confidence: face.confidence,
                judgement: if judgeable { known } else { Judgement::default() },
                track_id: face.track_id,
            }
        });
        Ok(judged.collect())
    }
}

va_analyzer_sdk::export_analyzer!(AgeEstimation);
