//! The nets: the mesh, what the eyes do by it, and the irises by themselves.

use va_analyzer_sdk::{Error, ErrorKind, Host, LogLevel, Result};
use va_inference::detect::anchors::sigmoid;
use va_inference::geometry::Affine;
use va_inference::image::View;
use va_inference::onnx::{Input, Model, Options};

use crate::gaze::Look;
use crate::mesh::Mesh;
use crate::preprocess::Buffers;

/// MediaPipe's face mesh with irises (Grishchenko et al. 2020, arXiv 2006.10962).
pub const LANDMARKS: &str = "face-landmarks-478";
/// MediaPipe's expressions from the mesh's points.
pub const BLENDSHAPES: &str = "face-blendshapes";
/// MediaPipe Iris (Ablavatski et al. 2020, arXiv 2006.11341).
pub const IRIS: &str = "iris";

/// Pixels of the inputs' sides.
pub const FACE_SIDE: usize = 256;
const EYE_SIDE: usize = 64;
/// The square round an eye, in widths of the eye.
const EYE_FACTOR: f32 = 2.3;
/// An iris further from the mesh's than this part of the eye's width is another thing, such as make-up.
const MOST_APART: f32 = 0.1;
/// Faces in one run where there is a GPU: always as many, so that it sees one shape only.
const AT_ONCE: usize = 16;

/// The loaded nets.
#[derive(Debug)]
pub struct Nets {
    landmarks: Model,
    blendshapes: Model,
    iris: Option<Model>,
}

impl Nets {
    /// # Errors
    /// As [`Model::load`]; that `iris` is missing is none.
    pub fn load(host: &Host) -> Result<Self> {
        let load = |name: &str| Model::load(host, name, "model.onnx", &Options::default());
        let (landmarks, blendshapes) = (load(LANDMARKS)?, load(BLENDSHAPES)?);
        let iris = match load(IRIS) {
            Ok(model) => Some(model),
            Err(e) if e.kind == ErrorKind::Unavailable => {
                host.log(LogLevel::Info, format!("irises are those of the mesh: {e}"));
                None
            }
            Err(e) => return Err(e),
        };
        landmarks.warm_up(&[("image", &[1, FACE_SIDE, FACE_SIDE, 3])])?;
        Ok(Nets { landmarks, blendshapes, iris })
    }

    pub fn has_iris(&self) -> bool {
        self.iris.is_some()
    }

    /// The mesh of each crop of a frame; `None` where the net sees no face in it.
    ///
    /// # Errors
    /// As [`Model::run`]; or where the graph gives something else.
    pub fn meshes(
        &self,
        view: &View<'_>,
        to_crops: &[Affine],
        buffers: &mut Buffers,
    ) -> Result<Vec<Option<Mesh>>> {
        let room = if self.landmarks.device() == "cpu" { 1 } else { AT_ONCE };
        let mut meshes = Vec::with_capacity(to_crops.len());
        for to_crops in to_crops.chunks(room) {
            let input = buffers.fill(view, to_crops, FACE_SIDE, room)?;
            let outputs =
                self.landmarks.run(&[Input::f32("image", &[room, FACE_SIDE, FACE_SIDE, 3], input)])?;
            let ((shape, points), (_, presence)) = (outputs.f32("landmarks")?, outputs.f32("presence")?);
            for (points, &presence) in points.chunks(points.len() / room).zip(presence).take(to_crops.len()) {
                let mesh = Mesh::of(points).ok_or_else(|| {
                    Error::new(format!(
                        "model {LANDMARKS:?} gives {shape:?}, not 478 points of three numbers"
                    ))
                })?;
                meshes.push((sigmoid(presence) > 0.5).then_some(mesh));
            }
        }
        Ok(meshes)
    }

    /// What the eyes do, by the mesh's points in the picture.
    ///
    /// # Errors
    /// As [`Model::run`]; or where the graph gives something else.
    pub fn look(&self, points: &[f32]) -> Result<Look> {
        let outputs = self.blendshapes.run(&[Input::f32("points", &[1, points.len() / 2, 2], points)])?;
        let (shape, numbers) = outputs.first_f32()?;
        Look::of(numbers)
            .ok_or_else(|| Error::new(format!("model {BLENDSHAPES:?} gives {shape:?}, not 52 numbers")))
    }

    /// What the net `iris` is to look at of an eye, if it is installed and the eye at least `least_eye` wide. `lean` is the
    /// turn of the face's crop.
    ///
    /// # Errors
    /// Where the frame cannot be cut.
    pub fn sight(
        &self,
        view: &View<'_>,
        corners: [[f32; 2]; 2],
        lean: f32,
        least_eye: f32,
        buffers: &mut Buffers,
    ) -> Result<Option<Sight>> {
        let [a, b] = corners;
        let width = (a[0] - b[0]).hypot(a[1] - b[1]);
        if self.iris.is_none() || width < least_eye {
            return Ok(None);
        }
        let middle = [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
        let to_crop = Affine::of_turned_square(middle, EYE_FACTOR * width, lean, EYE_SIDE);
        let input = buffers.fill(view, &[to_crop], EYE_SIDE, 1)?.to_vec();
        Ok(Some(Sight { to_crop, width, input }))
    }

    /// Where the iris of an eye is in its frame: where the net sees it, unless it is further than that from where the mesh
    /// has it.
    ///
    /// # Errors
    /// As [`Model::run`]; or where the graph gives something else.
    pub fn iris(&self, sight: &Sight, of_mesh: [f32; 2]) -> Result<[f32; 2]> {
        let Some(model) = &self.iris else { return Ok(of_mesh) };
        let outputs = model.run(&[Input::f32("image", &[1, EYE_SIDE, EYE_SIDE, 3], &sight.input)])?;
        let (_, &[x, y, ..]) = outputs.f32("iris")? else {
            return Err(Error::new(format!("model {IRIS:?} gives no point")));
        };
        let seen = sight.to_crop.inverse().map(|back| back.apply([x, y]));
        let near = |[x, y]: &[f32; 2]| (x - of_mesh[0]).hypot(y - of_mesh[1]) <= MOST_APART * sight.width;
        Ok(seen.filter(near).unwrap_or(of_mesh))
    }
}

/// An eye cut out of its frame.
#[derive(Debug)]
pub struct Sight {
    to_crop: Affine,
    /// Of the eye, pixels of the frame.
    width: f32,
    input: Vec<f32>,
}
