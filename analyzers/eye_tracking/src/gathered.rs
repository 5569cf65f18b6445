//! Faces that wait until there are enough of them. The nets for irises and blendshapes take a millisecond or two; run one
//! after another that is all they take, run now and then, between the work of others, half as much again or twice as much.

use va_analyzer_sdk::Result;
use va_inference::findings::BoundingBox;
use va_inference::geometry::Affine;

use crate::findings::{Point, SeenFace};
use crate::gaze::Gaze;
use crate::head::Turn;
use crate::mesh::Mesh;
use crate::model::{Nets, Sight};

/// Faces that are looked at in a row. Each takes 100 kB while it waits.
const ENOUGH: usize = 48;

/// Frames, by time, with their faces.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    frames: Vec<(f64, Vec<Waiting>)>,
    faces: usize,
}

/// A face of a frame that is gone.
#[derive(Debug)]
pub(crate) struct Waiting {
    bounding_box: BoundingBox,
    /// Nothing where the net sees no face.
    mesh: Option<Laid>,
}

/// What is left of a mesh.
#[derive(Debug)]
struct Laid {
    /// Of the person's left and right eye: where the mesh has the iris, and what its net is to look at.
    eyes: Vec<([f32; 2], Option<Sight>)>,
    /// Where the head points to.
    forward: [f64; 3],
    /// For the blendshapes; nothing where the face is too small for them.
    points: Option<Vec<f32>>,
    lean: f32,
    scale: f32,
}

impl Waiting {
    pub(crate) fn unseen(bounding_box: BoundingBox) -> Self {
        Waiting { bounding_box, mesh: None }
    }

    /// `eyes`: the person's left and right. `known`: the face is large enough for gaze and lids.
    pub(crate) fn new(
        bounding_box: BoundingBox,
        mesh: &Mesh,
        to_picture: &Affine,
        eyes: Vec<([f32; 2], Option<Sight>)>,
        (lean, scale): (f32, f32),
        known: bool,
    ) -> Self {
        let points = known.then(|| mesh.for_blendshapes(|point| to_picture.apply(point)));
        let laid = Laid { eyes, forward: Turn::of(mesh).forward(), points, lean, scale };
        Waiting { bounding_box, mesh: Some(laid) }
    }
}

impl Gathered {
    pub(crate) fn add(&mut self, timestamp: f64, faces: Vec<Waiting>) {
        self.faces += faces.len();
        self.frames.push((timestamp, faces));
    }

    pub(crate) fn is_enough(&self) -> bool {
        self.faces >= ENOUGH
    }

    /// What the eyes of all of them say, by frame; none waits any more.
    ///
    /// # Errors
    /// As the nets.
    pub(crate) fn look(
        &mut self,
        nets: &Nets,
        source: (u32, u32),
        camera_deg: f64,
    ) -> Result<Vec<(f64, Vec<SeenFace>)>> {
        self.faces = 0;
        let mut frames = std::mem::take(&mut self.frames);
        let eyes = frames.iter_mut().flat_map(|(_, faces)| faces).filter_map(|face| face.mesh.as_mut());
        for (iris, sight) in eyes.flat_map(|laid| &mut laid.eyes) {
            if let Some(sight) = sight {
                *iris = nets.iris(sight, *iris)?;
            }
        }
        let mut looked = Vec::with_capacity(frames.len());
        for (timestamp, faces) in frames {
            let faces: Result<_> = faces.iter().map(|face| face.look(nets, source, camera_deg)).collect();
            looked.push((timestamp, faces?));
        }
        Ok(looked)
    }
}

impl Waiting {
    fn look(&self, nets: &Nets, source: (u32, u32), camera_deg: f64) -> Result<SeenFace> {
        let mut seen = SeenFace::unknown(self.bounding_box);
        let Some(Laid { eyes, forward, points, lean, scale }) = &self.mesh else { return Ok(seen) };
        let mut irises = eyes.iter().map(|(iris, _)| Point::of(*iris, *scale, source));
        (seen.left_iris, seen.right_iris) = (irises.next().flatten(), irises.next().flatten());
        let Some(points) = points else { return Ok(seen) };
        let look = nets.look(points)?;
        seen.eyes_open = Some(look.open());
        let [left_closed, right_closed] = look.blink.map(|blink| blink >= 0.5);
        seen.left_iris = seen.left_iris.filter(|_| !left_closed);
        seen.right_iris = seen.right_iris.filter(|_| !right_closed);
        if look.open() {
            let gaze = Gaze::of(*forward, &look, f64::from(*lean));
            (seen.gaze, seen.target) = (Some(gaze.rounded()), Some(gaze.target(camera_deg)));
        }
        Ok(seen)
    }
}
