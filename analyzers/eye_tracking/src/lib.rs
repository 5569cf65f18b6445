//! Where people look: gaze, its target, irises, and whether the eyes are open.
//!
//! The faces are those of face_detection; none is looked for here. A mesh of 478 points is laid over each ([`mesh`]), which
//! tells how the head is turned ([`head`]); what the eyes do comes from the mesh, too; both together are the gaze
//! ([`gaze`]). Frames wait until there are enough faces to look at in a row (`gathered`).

pub mod findings;
mod gathered;
pub mod gaze;
pub mod head;
pub mod mesh;
pub mod model;
pub mod preprocess;
pub mod settings;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use va_analyzer_sdk::prelude::*;
use va_inference::findings::faces::{FACE_DETECTION, FRAME_SIDE, faces_of};

use crate::findings::{Segment, WholeVideo};
use crate::gathered::Gathered;
use crate::gaze::Target;
use crate::model::{BLENDSHAPES, IRIS, LANDMARKS, Nets};
use crate::settings::Settings;

/// The analyzer: the loaded nets serve all videos.
#[derive(Debug)]
pub struct EyeTracking {
    settings: Settings,
    nets: Nets,
    /// What the last session gathered in: its memory serves the next.
    spare: Mutex<Option<Gathered>>,
}

impl Analyzer for EyeTracking {
    type Session = EyesOfOneVideo;

    fn description() -> Description {
        let about = "gaze corrected by the head's turn, its target, irises, open eyes";
        Description::new("eye_tracking", env!("CARGO_PKG_VERSION"), about)
            .frames(FrameRequest {
                sampling: Sampling::EveryNth(10),
                size: FrameSize::LongestSide(FRAME_SIDE),
                format: PixelFormat::Rgb8,
            })
            .batch(16)
            .needs_findings_of(FACE_DETECTION, FindingsScope::PerFrame)
            .model_of(va_inference::onnx::RUNTIMES)
            .model(LANDMARKS)
            .model(BLENDSHAPES)
            .optional_model_of(&[IRIS])
            .memory_mib(60)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        settings.check()?;
        Ok(EyeTracking { nets: Nets::load(host)?, settings, spare: Mutex::default() })
    }

    fn open(self: &Arc<Self>, video: &Video, _host: &Host) -> Result<Self::Session> {
        Ok(EyesOfOneVideo {
            analyzer: Arc::clone(self),
            source: (video.width, video.height),
            gathered: self.spare().take().unwrap_or_default(),
            looks: 0,
            into_camera: 0,
        })
    }
}

impl EyeTracking {
    fn spare(&self) -> MutexGuard<'_, Option<Gathered>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One video: how much of the looking is into the camera so far, and memory that serves every frame.
#[derive(Debug)]
pub struct EyesOfOneVideo {
    analyzer: Arc<EyeTracking>,
    /// Pixels of the video, which findings count in.
    source: (u32, u32),
    /// Frames whose faces wait.
    gathered: Gathered,
    looks: u32,
    into_camera: u32,
}

impl Session for EyesOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        for frame in batch {
            if let Some(faces) = faces_of(frame)? {
                self.gathered.add(frame, rounded(frame.timestamp_s, 3), self.source.0, faces);
                if self.gathered.is_enough() {
                    self.look(findings)?;
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, findings: &mut Findings) -> Result<Summary> {
        self.look(findings)?;
        let share = || rounded(f64::from(self.into_camera) / f64::from(self.looks), 3);
        let camera_contact_ratio = (self.looks > 0).then(share);
        let summary = Summary::of(&WholeVideo { camera_contact_ratio })?.model(LANDMARKS);
        Ok(if self.analyzer.nets.has_iris() {
            summary
        } else {
            summary.degraded(format!("irises are those of the mesh, as the model {IRIS} is not installed"))
        })
    }
}

impl Drop for EyesOfOneVideo {
    fn drop(&mut self) {
        self.gathered.clear();
        *self.analyzer.spare() = Some(std::mem::take(&mut self.gathered));
    }
}

impl EyesOfOneVideo {
    /// Looks at all that were gathered.
    fn look(&mut self, findings: &mut Findings) -> Result<()> {
        let EyeTracking { settings, nets, .. } = &*self.analyzer;
        for (timestamp, faces) in self.gathered.look(nets, settings, self.source)? {
            let targets = faces.iter().filter_map(|face| face.target);
            for target in targets {
                self.looks += 1;
                self.into_camera += u32::from(target == Target::Camera);
            }
            findings.segment(&Segment { timestamp, faces })?;
        }
        Ok(())
    }
}

va_analyzer_sdk::export_analyzer!(EyeTracking);
