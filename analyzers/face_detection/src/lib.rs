//! Where faces are, with eyes, nose and mouth, and which of them are the same from frame to frame.
//!
//! Others judge what is found here: age, gaze and expression are said by analyzers that build on these findings and
//! look for no face themselves.

pub mod between;
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
use va_inference::image::{SceneWatch, View};

use crate::between::{Seen, between, looked_at};
use crate::findings::{WholeVideo, segment};
use crate::model::{BLAZE_FACE, Detector, MODELS};
use crate::postprocess::Face;
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
            scene: SceneWatch::default(),
            last: None,
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
    scene: SceneWatch,
    /// When the frame before was, and its faces.
    last: Option<(f64, Vec<Face>)>,
    buffers: preprocess::Buffers,
    faces_max: usize,
    people: BTreeSet<u32>,
}

impl Session for FacesOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        let views: Vec<View<'_>> = batch.iter().map(View::of).collect();
        let times_s: Vec<f64> = batch.iter().map(|frame| frame.timestamp_s).collect();
        let cuts: Vec<bool> = views.iter().map(|view| self.scene.changed(view)).collect();
        let found = self.faces(&views, &times_s, &cuts)?;
        for ((frame, cut), faces) in batch.iter().zip(cuts).zip(&found) {
            let ids = self.tracks.follow(frame.timestamp_s, cut, faces);
            self.faces_max = self.faces_max.max(faces.len());
            self.people.extend(ids.iter().flatten());
            findings.frame_segment(frame, &segment(frame.timestamp_s, faces, &ids, self.source))?;
        }
        self.last = times_s.last().copied().zip(found.into_iter().next_back());
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

impl FacesOfOneVideo {
    /// The faces of each view. A view between two that show the same faces of one scene is not searched.
    fn faces(&mut self, views: &[View<'_>], times_s: &[f64], cuts: &[bool]) -> Result<Vec<Vec<Face>>> {
        let FaceDetection { detector, settings } = &*self.analyzer;
        let searched = if settings.interpolate {
            looked_at(views.len(), self.last.is_some())
        } else {
            vec![true; views.len()]
        };
        let some: Vec<View<'_>> =
            views.iter().zip(&searched).filter(|(_, searched)| **searched).map(|(view, _)| *view).collect();
        let mut searched_faces =
            detector.detect(&some, self.source, settings, &mut self.buffers)?.into_iter();
        let mut found: Vec<Option<Vec<Face>>> =
            searched.iter().map(|searched| if *searched { searched_faces.next() } else { None }).collect();
        for i in (0..views.len()).filter(|i| !searched[*i]) {
            let last = self.last.as_ref().map(|(time_s, faces)| Seen { time_s: *time_s, faces });
            let seen = |i: usize| found.get(i)?.as_deref().map(|faces| Seen { time_s: times_s[i], faces });
            let beside = i.checked_sub(1).map_or(last, seen).zip(seen(i + 1));
            let same_scene = beside.filter(|_| !cuts[i] && !cuts[i + 1]);
            found[i] = match same_scene.and_then(|(before, after)| between(before, after, times_s[i])) {
                Some(faces) => Some(faces),
                None => detector.detect(&views[i..=i], self.source, settings, &mut self.buffers)?.pop(),
            };
        }
        Ok(found.into_iter().map(Option::unwrap_or_default).collect())
    }
}

va_analyzer_sdk::export_analyzer!(FaceDetection);
