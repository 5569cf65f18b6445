//! The detectors, one of which runs.

use va_analyzer_sdk::{Host, Result};
use va_inference::image::View;
use va_inference::onnx::{Input, Model, Options, Outputs};

use crate::postprocess::{self, Face};
use crate::preprocess::{Buffers, Plan};
use crate::settings::Settings;

/// InsightFace's SCRFD (Guo et al. 2021, arXiv 2105.04714), the variant of 0.5 GFLOP with five points.
pub const SCRFD: &str = "insightface-scrfd-mbf";
/// CenterFace (Xu et al. 2019, arXiv 1911.03599).
pub const CENTER_FACE: &str = "centerface";
/// MediaPipe's BlazeFace for short range (Bazarevsky et al. 2019, arXiv 1907.05047).
pub const BLAZE_FACE: &str = "face-detector-short";
/// Best first.
pub const MODELS: [&str; 3] = [SCRFD, CENTER_FACE, BLAZE_FACE];

/// The anchors of SCRFD's three levels, in input pixels.
const STRIDES: [usize; 3] = [8, 16, 32];

/// Pictures in one run where there is a GPU: always as many, since a run of another number than the last has cuDNN choose
/// its algorithms anew, which takes a hundred times as long.
const AT_ONCE: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Scrfd,
    CenterFace,
    BlazeFace,
}

/// A loaded detector.
#[derive(Debug)]
pub struct Detector {
    kind: Kind,
    model: Model,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Scrfd => SCRFD,
            Kind::CenterFace => CENTER_FACE,
            Kind::BlazeFace => BLAZE_FACE,
        }
    }

    fn of(name: &str) -> Self {
        match name {
            SCRFD => Kind::Scrfd,
            BLAZE_FACE => Kind::BlazeFace,
            _ => Kind::CenterFace,
        }
    }

    fn file(self) -> &'static str {
        if self == Kind::Scrfd { "scrfd_500m_bnkps.onnx" } else { "model.onnx" }
    }

    fn input(self) -> &'static str {
        if self == Kind::BlazeFace { "image" } else { "input.1" }
    }

    /// Least score of a face. BlazeFace sees one in cats and clocks with up to 0.65.
    fn least(self) -> f32 {
        if self == Kind::BlazeFace { 0.75 } else { 0.5 }
    }

    /// From what overlap on two faces are one: as each was published.
    fn most_iou(self) -> f32 {
        if self == Kind::Scrfd { 0.4 } else { 0.3 }
    }
}

impl Detector {
    /// The best one that is installed.
    ///
    /// # Errors
    /// As [`Host::first_model`] and [`Model::load`].
    pub fn load(host: &Host) -> Result<Self> {
        let kind = Kind::of(host.first_model(&MODELS)?);
        let model = Model::load(host, kind.name(), kind.file(), &Options::default())?;
        Ok(Detector { kind, model })
    }

    pub fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// The faces of each view, best first, in pixels of the video, whose size is `source`. All views are of one size.
    ///
    /// # Errors
    /// As [`Model::run`]; or where the graph's outputs are not those of the detector.
    pub fn detect(
        &self,
        views: &[View<'_>],
        source: (u32, u32),
        settings: &Settings,
        buffers: &mut Buffers,
    ) -> Result<Vec<Vec<Face>>> {
        let Some(first) = views.first() else { return Ok(Vec::new()) };
        let plan = Plan::new(self.kind, first.size(), settings.input_side);
        let least = settings.confidence.unwrap_or(self.kind.least());
        // On a processor larger batches only cost memory; SCRFD's graph takes one at a time.
        let at_once = if self.model.device() == "cpu" || self.kind == Kind::Scrfd { 1 } else { AT_ONCE };
        let mut found = Vec::with_capacity(views.len());
        for views in views.chunks(at_once) {
            let input = buffers.fill(&plan, views, at_once)?;
            let shape = plan.shape(at_once);
            let outputs = self.model.run(&[Input::f32(self.kind.input(), &shape, input)])?;
            for (i, view) in views.iter().enumerate() {
                let faces = self.faces(&outputs, i, &plan, least)?;
                let faces = postprocess::best(faces, self.kind.most_iou());
                found.push(postprocess::to_source(faces, &plan.fit, view.size(), source));
            }
        }
        Ok(found)
    }

    /// What is found in picture `i` of a batch, in pixels of the input.
    fn faces(&self, outputs: &Outputs<'_>, i: usize, plan: &Plan, least: f32) -> Result<Vec<Face>> {
        match self.kind {
            Kind::CenterFace => {
                let [heat, size, offset, points] = [("537", 1), ("538", 2), ("539", 2), ("540", 10)]
                    .map(|(name, channels)| part(outputs, name, i, plan.cells() * channels));
                let cells = plan.cells_across();
                Ok(postprocess::center_faces(heat?, size?, offset?, points?, cells, least))
            }
            Kind::BlazeFace => {
                let (boxes, scores) =
                    (part(outputs, "boxes", i, 896 * 16)?, part(outputs, "scores", i, 896)?);
                Ok(postprocess::blaze_faces(boxes, scores, least))
            }
            Kind::Scrfd => {
                let mut faces = Vec::new();
                for stride in STRIDES {
                    let anchors = plan.anchors(stride);
                    let [scores, boxes, points] =
                        [("score", 1), ("bbox", 4), ("kps", 10)].map(|(name, numbers)| {
                            part(outputs, &format!("{name}_{stride}"), i, anchors * numbers)
                        });
                    faces.extend(postprocess::scrfd_faces(
                        stride,
                        plan.size.0,
                        scores?,
                        boxes?,
                        points?,
                        least,
                    ));
                }
                Ok(faces)
            }
        }
    }
}

/// The numbers of one picture of a batch.
fn part<'o>(outputs: &'o Outputs<'_>, name: &str, i: usize, length: usize) -> Result<&'o [f32]> {
    let (shape, data) = outputs.f32(name)?;
    data.get(i * length..(i + 1) * length).ok_or_else(|| {
        let why = format!("output {name:?} {shape:?} has no {length} numbers for picture {i} of the batch");
        va_analyzer_sdk::Error::new(why)
    })
}
