//! Where people look: gaze, its target, irises, and whether the eyes are open.
//!
//! The faces are those of face_detection; none is looked for here. A mesh of 478 points is laid over each ([`mesh`]), which
//! tells how the head is turned ([`head`]); what the eyes do comes from the mesh, too; both together are the gaze
//! ([`gaze`]). The mesh is laid while the frame is there; the small nets look at the eyes of many faces in a row
//! (`gathered`).

pub mod findings;
mod gathered;
pub mod gaze;
pub mod head;
pub mod mesh;
pub mod model;
pub mod preprocess;
pub mod settings;

use std::sync::Arc;

use va_analyzer_sdk::prelude::*;
use va_inference::findings::faces::{FACE_DETECTION, FRAME_SIDE, Face, faces_of};
use va_inference::geometry::Affine;
use va_inference::image::View;

use crate::findings::{Segment, WholeVideo};
use crate::gathered::{Gathered, Waiting};
use crate::gaze::Target;
use crate::mesh::{LEFT_EYE, RIGHT_EYE};
use crate::model::{BLENDSHAPES, FACE_SIDE, IRIS, LANDMARKS, Nets};
use crate::preprocess::Buffers;
use crate::settings::Settings;

/// The square round a face, in longer sides of its box.
const FACE_FACTOR: f32 = 1.5;

/// The analyzer: the loaded nets serve all videos.
#[derive(Debug)]
pub struct EyeTracking {
    settings: Settings,
    nets: Nets,
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
        Ok(EyeTracking { nets: Nets::load(host)?, settings })
    }

    fn open(self: &Arc<Self>, video: &Video, _host: &Host) -> Result<Self::Session> {
        Ok(EyesOfOneVideo {
            analyzer: Arc::clone(self),
            source: (video.width, video.height),
            buffers: Buffers::default(),
            gathered: Gathered::default(),
            looks: 0,
            into_camera: 0,
        })
    }
}

/// One video: how much of the looking is into the camera so far, and memory that serves every frame.
#[derive(Debug)]
pub struct EyesOfOneVideo {
    analyzer: Arc<EyeTracking>,
    /// Pixels of the video, which findings count in.
    source: (u32, u32),
    buffers: Buffers,
    /// Frames whose faces wait for the small nets.
    gathered: Gathered,
    looks: u32,
    into_camera: u32,
}

impl Session for EyesOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        for frame in batch {
            if let Some(faces) = faces_of(frame)? {
                let faces = self.lay_meshes(frame, &faces)?;
                self.gathered.add(rounded(frame.timestamp_s, 3), faces);
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

impl EyesOfOneVideo {
    fn lay_meshes(&mut self, frame: &Frame<'_>, faces: &[Face]) -> Result<Vec<Waiting>> {
        let EyeTracking { settings, nets } = &*self.analyzer;
        let scale = frame.width as f32 / self.source.0.max(1) as f32;
        let view = View::of(frame);
        let leans: Vec<f32> = faces.iter().map(|face| lean(face, scale)).collect();
        let to_crop = |(face, &lean): (&Face, &f32)| {
            let rect = face.rect(scale);
            let size = face.side(scale).max(1.0) * FACE_FACTOR;
            Affine::of_turned_square(rect.centre(), size, lean, FACE_SIDE)
        };
        let to_crops: Vec<Affine> = faces.iter().zip(&leans).map(to_crop).collect();
        let meshes = nets.meshes(&view, &to_crops, &mut self.buffers)?;
        let mut waiting = Vec::with_capacity(faces.len());
        for (((face, mesh), to_crop), lean) in faces.iter().zip(meshes).zip(&to_crops).zip(leans) {
            waiting.push(match (mesh, to_crop.inverse()) {
                (Some(mesh), Some(to_picture)) => {
                    let known = face.side(scale) >= settings.least_face;
                    let mut eyes = Vec::with_capacity(2);
                    for eye in [LEFT_EYE, RIGHT_EYE] {
                        let corners = eye.corners.map(|corner| to_picture.apply(mesh.at(corner)));
                        let sight =
                            nets.sight(&view, corners, lean, settings.least_eye, &mut self.buffers)?;
                        eyes.push((to_picture.apply(mesh.at(eye.iris)), sight));
                    }
                    Waiting::new(face.bounding_box, &mesh, &to_picture, eyes, (lean, scale), known)
                }
                _ => Waiting::unseen(face.bounding_box),
            });
        }
        Ok(waiting)
    }

    /// Looks at all that were gathered.
    fn look(&mut self, findings: &mut Findings) -> Result<()> {
        let EyeTracking { settings, nets } = &*self.analyzer;
        for (timestamp, faces) in self.gathered.look(nets, self.source, settings.camera_deg)? {
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

/// How far the line of the eyes leans, radians, clockwise; upright where the eyes are not seen.
fn lean(face: &Face, scale: f32) -> f32 {
    face.eyes(scale).map_or(0.0, |[left, right]| (right[1] - left[1]).atan2(right[0] - left[0]))
}

va_analyzer_sdk::export_analyzer!(EyeTracking);
