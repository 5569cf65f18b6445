//! Which expression faces have: each face of a frame, smoothed over time for each person.
//!
//! The faces are those of face_detection; none is looked for here. What a face shows is not what somebody feels.

pub mod model;
pub mod postprocess;
pub mod preprocess;
pub mod settings;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use va_analyzer_sdk::prelude::*;
use va_inference::findings::BoundingBox;
use va_inference::findings::faces::{FACE_DETECTION, FRAME_SIDE, Face, faces_of};
use va_inference::image::View;

use crate::model::{EMOTION, Reader};
use crate::postprocess::{EMOTIONS, Emotion, Scores, Smoothed};
use crate::settings::Settings;

/// The analyzer: the loaded model serves all videos.
#[derive(Debug)]
pub struct EmotionDetection {
    settings: Settings,
    reader: Reader,
}

impl Analyzer for EmotionDetection {
    type Session = EmotionsOfOneVideo;

    fn description() -> Description {
        let about = "the expression of faces, smoothed over time";
        Description::new("emotion_detection", env!("CARGO_PKG_VERSION"), about)
            .frames(FrameRequest {
                sampling: Sampling::EveryNth(10),
                size: FrameSize::LongestSide(FRAME_SIDE),
                format: PixelFormat::Rgb8,
            })
            .batch(16)
            .needs_findings_of(FACE_DETECTION, FindingsScope::PerFrame)
            .model_of(va_inference::onnx::RUNTIMES)
            .model(EMOTION)
            .memory_mib(20)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        settings.check()?;
        Ok(EmotionDetection { reader: Reader::load(host)?, settings })
    }

    fn open(self: &Arc<Self>, video: &Video, _host: &Host) -> Result<Self::Session> {
        Ok(EmotionsOfOneVideo {
            analyzer: Arc::clone(self),
            width: video.width,
            smoothed: Smoothed::new(self.settings.smooth_s),
            buffers: preprocess::Buffers::default(),
            counts: BTreeMap::new(),
        })
    }
}

/// One video: the people so far, and memory that serves every frame.
#[derive(Debug)]
pub struct EmotionsOfOneVideo {
    analyzer: Arc<EmotionDetection>,
    /// Pixels of the video.
    width: u32,
    smoothed: Smoothed,
    buffers: preprocess::Buffers,
    /// Faces with each emotion.
    counts: BTreeMap<Emotion, u32>,
}

#[derive(Debug, Serialize)]
struct Segment {
    timestamp: f64,
    faces: Vec<ReadFace>,
}

#[derive(Debug, Serialize)]
struct ReadFace {
    bounding_box: BoundingBox,
    emotion: Option<Emotion>,
    confidence: Option<f64>,
    scores: Option<BTreeMap<Emotion, f64>>,
    track_id: Option<u32>,
}

#[derive(Debug, Serialize)]
struct WholeVideo {
    dominant_emotion: Option<Emotion>,
    ratios: BTreeMap<Emotion, f64>,
}

impl Session for EmotionsOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        for frame in batch {
            if let Some(faces) = faces_of(frame)? {
                let faces = self.look_at(frame, &faces)?;
                findings
                    .frame_segment(frame, &Segment { timestamp: rounded(frame.timestamp_s, 3), faces })?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, _findings: &mut Findings) -> Result<Summary> {
        let all: u32 = self.counts.values().sum();
        let ratios =
            self.counts.iter().map(|(&emotion, &n)| (emotion, rounded(f64::from(n) / f64::from(all), 3)));
        // Of equals the first, so that the same video always says the same.
        let dominant = self.counts.iter().rev().max_by_key(|(_, n)| **n).map(|(&emotion, _)| emotion);
        Ok(Summary::of(&WholeVideo { dominant_emotion: dominant, ratios: ratios.collect() })?.model(EMOTION))
    }
}

impl EmotionsOfOneVideo {
    fn look_at(&mut self, frame: &Frame<'_>, faces: &[Face]) -> Result<Vec<ReadFace>> {
        let EmotionDetection { settings, reader } = &*self.analyzer;
        let scale = frame.width as f32 / self.width.max(1) as f32;
        let open: Vec<usize> = (0..faces.len()).filter(|&i| settings.can_judge(&faces[i], scale)).collect();
        let boxes: Vec<_> = open.iter().map(|&i| faces[i].rect(scale)).collect();
        let mut scores = vec![None; faces.len()];
        for (i, read) in open.into_iter().zip(reader.read(&View::of(frame), &boxes, &mut self.buffers)?) {
            scores[i] = Some(self.smoothed.add(faces[i].track_id, frame.timestamp_s, &read));
        }
        Ok(faces.iter().zip(scores).map(|(face, scores)| self.said(face, scores)).collect())
    }

    fn said(&mut self, face: &Face, scores: Option<Scores>) -> ReadFace {
        let best = scores.map(|scores| postprocess::best(&scores));
        if let Some((emotion, _)) = best {
            *self.counts.entry(emotion).or_default() += 1;
        }
        let by_emotion = |scores: Scores| EMOTIONS.into_iter().zip(scores.map(score)).collect();
        ReadFace {
            bounding_box: face.bounding_box,
            emotion: best.map(|(emotion, _)| emotion),
            confidence: best.map(|(_, confidence)| score(confidence)),
            scores: scores.map(by_emotion),
            track_id: face.track_id,
        }
    }
}

fn score(value: f32) -> f64 {
    rounded(f64::from(value.clamp(0.0, 1.0)), 3)
}

va_analyzer_sdk::export_analyzer!(EmotionDetection);
