//! The nets that judge a face, one of which runs.

use va_analyzer_sdk::{Error, Host, Result};
use va_inference::geometry::Rect;
use va_inference::image::View;
use va_inference::onnx::{Input, Model, Options};

use crate::postprocess::{self, Judgement};
use crate::preprocess::{Buffers, Crop};

/// InsightFace's age and gender net (`genderage.onnx`), which its user installs.
pub const GENDERAGE: &str = "insightface-genderage";
/// FaceRes of Vladimir Mandic's Human.
pub const FACERES: &str = "faceres";
/// Best first.
pub const MODELS: [&str; 2] = [GENDERAGE, FACERES];

/// Faces in one run where there is a GPU: always as many, so that it sees one shape only.
const AT_ONCE: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    GenderAge,
    FaceRes,
}

/// A loaded net.
#[derive(Debug)]
pub struct Judge {
    kind: Kind,
    model: Model,
    /// Of the graph: an exporter of one's own may name it as it likes.
    input: String,
}

impl Judge {
    /// The best one that is installed.
    ///
    /// # Errors
    /// As [`Host::first_model`] and [`Model::load`]; where the graph takes no pictures of the expected size.
    pub fn load(host: &Host) -> Result<Self> {
        let name = host.first_model(&MODELS)?;
        let kind = if name == GENDERAGE { Kind::GenderAge } else { Kind::FaceRes };
        let model = Model::load(host, name, "model.onnx", &Options::default())?;
        let [port] = model.inputs() else {
            return Err(Error::new(format!("model {name:?} must have one input, the face")));
        };
        let input = port.name.clone();
        model.warm_up(&[(&input, &kind.crop().shape(1))])?;
        Ok(Judge { kind, model, input })
    }

    pub fn name(&self) -> &'static str {
        if self.kind == Kind::GenderAge { GENDERAGE } else { FACERES }
    }

    /// Age and gender of the faces at these places of a frame.
    ///
    /// # Errors
    /// As [`Model::run`]; or where the graph gives something else.
    pub fn judge(&self, view: &View<'_>, faces: &[Rect], buffers: &mut Buffers) -> Result<Vec<Judgement>> {
        let crop = self.kind.crop();
        let on_gpu = self.model.device() != "cpu";
        let mut judgements = Vec::with_capacity(faces.len());
        for faces in faces.chunks(if on_gpu { AT_ONCE } else { 1 }) {
            let room = if on_gpu { AT_ONCE } else { 1 };
            let input = buffers.fill(&crop, view, faces, room)?;
            let outputs = self.model.run(&[Input::f32(&self.input, &crop.shape(room), input)])?;
            match self.kind {
                Kind::GenderAge => {
                    let (_, numbers) = outputs.first_f32()?;
                    let judged = numbers.as_chunks::<3>().0.iter().take(faces.len());
                    judgements.extend(judged.map(postprocess::of_genderage));
                }
                Kind::FaceRes => {
                    let ((_, genders), (_, ages)) = (outputs.f32("gender")?, outputs.f32("age")?);
                    let judged = genders.iter().zip(ages.as_chunks::<100>().0).take(faces.len());
                    judgements.extend(judged.map(|(&gender, ages)| postprocess::of_faceres(gender, ages)));
                }
            }
        }
        if judgements.len() != faces.len() {
            let (name, came, wanted) = (self.name(), judgements.len(), faces.len());
            return Err(Error::new(format!(
                "model {name:?} judged {came} of {wanted} faces: its outputs are too short"
            )));
        }
        Ok(judgements)
    }
}

impl Kind {
    fn crop(self) -> Crop {
        match self {
            Kind::GenderAge => Crop::genderage(),
            Kind::FaceRes => Crop::faceres(),
        }
    }
}
