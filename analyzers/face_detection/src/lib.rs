//! Where faces are, with eyes, nose and mouth, and which of them are the same from frame to frame.
//!
//! Others judge what is found here: age, gaze and expression are said by analyzers that build on these findings and
//! look for no face themselves.

pub mod findings;
pub mod model;
pub mod postprocess;
pub mod preprocess;
pub mod settings;
pub mod tracks;

use std::collections::BTreeSet;
use std::sync::Arc;

use va_analyzer_sdk::prelude::*;
use va_inference::findings::faces::{FACE_DETECTION, FRAME_SIDE};
use va_inference::image::View;

use crate::findings::{WholeVideo, segment};
use crate::model::{BLAZE_FACE, Detector, MODELS};
use crate::settings::Settings;
use crate::tracks::Tracks;

/// The analyzer: the loaded detector serves all videos.
#[derive(Debug)]
pub struct FaceDetection {
    settings: Settings,
    detector: Detector,
}

impl Analyzer for FaceDetection {
    type Session = FacesOfOneVideo;

    fn description() -> Description {
        let about = "faces with eyes, nose and mouth, followed over time";
        Description::new(FACE_DETECTION, env!("CARGO_PKG_VERSION"), about)
            .frames(FrameRequest {
                sampling: Sampling::EveryNth(10),
                size: FrameSize::LongestSide(FRAME_SIDE),
                format: PixelFormat::Rgb8,
            })
            .batch(16)
            .model_of(va_inference::onnx::RUNTIMES)
            .model_of(&MODELS)
            .memory_mib(120)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        settings.check()?;
        Ok(FaceDetection { detector: Detector::load(host)?, settings })
    }

    fn open(self: &Arc<Self>, video: &Video, _host: &Host) -> Result<Self::Session> {
        Ok(FacesOfOneVideo {
            analyzer: Arc::clone(self),
            source: (video.width, video.height),
            tracks: Tracks::default(),
            buffers: preprocess::Buffers::default(),
            faces_max: 0,
            people: BTreeSet::new(),
        })
    }
}

/// One video: the tracks so far, and memory that serves every batch.
#[derive(Debug)]
pub struct FacesOfOneVideo {
    analyzer: Arc<FaceDetection>,
    /// Pixels of the video, which findings count in.
    source: (u32, u32),
    tracks: Tracks,
    buffers: preprocess::Buffers,
    faces_max: usize,
    people: BTreeSet<u32>,
}

impl Session for FacesOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        let views: Vec<View<'_>> = batch.iter().map(View::of).collect();
        let FaceDetection { detector, settings } = &*self.analyzer;
        let found = detector.detect(&views, self.source, settings, &mut self.buffers)?;
        for ((frame, view), faces) in batch.iter().zip(&views).zip(found) {
            let ids = self.tracks.follow(frame.timestamp_s, view, &faces);
            self.faces_max = self.faces_max.max(faces.len());
            self.people.extend(ids.iter().flatten());
            findings.frame_segment(frame, &segment(frame.timestamp_s, &faces, &ids, self.source))?;
        }
        Ok(())
    }

    fn finish(&mut self, _findings: &mut Findings) -> Result<Summary> {
        let model = self.analyzer.detector.name();
        let whole = WholeVideo { faces_max: self.faces_max, unique_tracks: self.people.len() };
        let summary = Summary::of(&whole)?.model(model);
        Ok(if model == BLAZE_FACE {
            summary.degraded(format!("{BLAZE_FACE} ran, which finds near faces only; centerface finds more"))
        } else {
            summary
        })
    }
}

va_analyzer_sdk::export_analyzer!(FaceDetection);
