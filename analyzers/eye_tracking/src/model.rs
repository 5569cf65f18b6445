//! The nets: the mesh, what the eyes do by it, and the irises by themselves.

use va_analyzer_sdk::{Error, ErrorKind, Host, LogLevel, Result};
use va_inference::detect::anchors::sigmoid;
use va_inference::geometry::Affine;
use va_inference::onnx::{Input, Model, Options};

use crate::gaze::Look;
use crate::mesh::Mesh;
use crate::preprocess::{Buffers, Piece};

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

    /// The mesh of each crop (a piece of a frame, and the map from the frame to the crop); `None` where the net sees no face in it.
    ///
    /// # Errors
    /// As [`Model::run`]; or where the graph gives something else.
    pub fn meshes(&self, crops: &[(Piece<'_>, Affine)], buffers: &mut Buffers) -> Result<Vec<Option<Mesh>>> {
        let room = if self.landmarks.device() == "cpu" { 1 } else { AT_ONCE };
        let mut meshes = Vec::with_capacity(crops.len());
        for crops in crops.chunks(room) {
            let input = buffers.fill(crops, FACE_SIDE, room)?;
            let outputs =
                self.landmarks.run(&[Input::f32("image", &[room, FACE_SIDE, FACE_SIDE, 3], input)])?;
            let ((shape, points), (_, presence)) = (outputs.f32("landmarks")?, outputs.f32("presence")?);
            for (points, &presence) in points.chunks(points.len() / room).zip(presence).take(crops.len()) {
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

    /// Where the net `iris` sees the iris of an eye in its frame. Nowhere, if it is not installed, the eye is less than
    /// `least_eye` wide, or what it sees is further than that from where the mesh has it. `lean` is the turn of the face's
    /// crop.
    ///
    /// # Errors
    /// As [`Model::run`]; or where the graph gives something else.
    pub fn iris(
        &self,
        piece: &Piece<'_>,
        corners: [[f32; 2]; 2],
        lean: f32,
        least_eye: f32,
        of_mesh: [f32; 2],
        buffers: &mut Buffers,
    ) -> Result<Option<[f32; 2]>> {
        let [a, b] = corners;
        let width = (a[0] - b[0]).hypot(a[1] - b[1]);
        let Some(model) = self.iris.as_ref().filter(|_| width >= least_eye) else { return Ok(None) };
        let middle = [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
        let to_crop = Affine::of_turned_square(middle, EYE_FACTOR * width, lean, EYE_SIDE);
        let input = buffers.fill(&[(*piece, to_crop)], EYE_SIDE, 1)?;
        let outputs = model.run(&[Input::f32("image", &[1, EYE_SIDE, EYE_SIDE, 3], input)])?;
        let (_, &[x, y, ..]) = outputs.f32("iris")? else {
            return Err(Error::new(format!("model {IRIS:?} gives no point")));
        };
        let seen = to_crop.inverse().map(|back| back.apply([x, y]));
        let near = |[x, y]: &[f32; 2]| (x - of_mesh[0]).hypot(y - of_mesh[1]) <= MOST_APART * width;
        Ok(seen.filter(near))
    }
}
