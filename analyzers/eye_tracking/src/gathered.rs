//! Frames that wait until there are enough faces, and what is then looked at, net by net. The nets take some milliseconds or
//! less: run one after another that is all they take; run now and then, between the work of others, up to twice as much.

use std::ops::Range;

use va_analyzer_sdk::{Frame, Result};
use va_inference::findings::faces::Face;
use va_inference::geometry::Affine;
use va_inference::image::{Image, View};

use crate::findings::{Point, SeenFace};
use crate::gaze::Gaze;
use crate::head::Turn;
use crate::mesh::{LEFT_EYE, Mesh, RIGHT_EYE};
use crate::model::{FACE_SIDE, Nets};
use crate::preprocess::{Buffers, Piece};
use crate::settings::Settings;

/// Faces that are looked at in a row. A frame takes 2.8 MB at most while it waits.
const ENOUGH: usize = 16;
/// The square round a face, in longer sides of its box.
const FACE_FACTOR: f32 = 1.5;
/// A square takes so many of its sides when it is turned by 45 degrees, and some pixels for the look-up.
const AROUND: f32 = 1.5;
/// A multiple of all factors by which a crop of a frame of 960 pixels may be made smaller.
const GRID: usize = 840;

/// Frames in the order of time, and memory that serves again.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    frames: Vec<Kept>,
    faces: usize,
    spare: Vec<Image>,
    buffers: Buffers,
}

/// A frame of the decoder's that is gone.
#[derive(Debug)]
struct Kept {
    timestamp: f64,
    /// As much of the frame as shows its faces, and where its corner lies.
    picture: Image,
    corner: (usize, usize),
    /// Pixels of the frame for one of the video's.
    scale: f32,
    faces: Vec<Face>,
}

/// A face of a frame, with the square of the frame that its mesh is laid in.
struct Cut<'a> {
    face: &'a Face,
    piece: Piece<'a>,
    scale: f32,
    lean: f32,
    to_crop: Affine,
}

/// A mesh, and where its irises are in the frame: of the person's left and right eye.
struct Laid {
    mesh: Mesh,
    to_picture: Affine,
    irises: [[f32; 2]; 2],
}

impl Gathered {
    /// `width`: of the video.
    pub(crate) fn add(&mut self, frame: &Frame<'_>, timestamp: f64, width: u32, faces: Vec<Face>) {
        let (view, scale) = (View::of(frame), frame.width as f32 / width.max(1) as f32);
        // Frames without faces are many, and need no memory.
        let spare = if faces.is_empty() { None } else { self.spare.pop() };
        let mut picture = spare.unwrap_or_default();
        let (columns, rows) = seen(&faces, scale, view.size());
        picture.reshape(columns.len(), rows.len(), view.channels());
        let stride = columns.len() * view.channels();
        if stride > 0 {
            for (y, row) in rows.clone().zip(picture.data_mut().chunks_exact_mut(stride)) {
                row.copy_from_slice(&view.row(y)[columns.start * view.channels()..][..stride]);
            }
        }
        self.faces += faces.len();
        self.frames.push(Kept { timestamp, picture, corner: (columns.start, rows.start), scale, faces });
    }

    /// Forgets what waits.
    pub(crate) fn clear(&mut self) {
        self.faces = 0;
        let with_faces = self.frames.drain(..).filter(|frame| !frame.faces.is_empty());
        self.spare.extend(with_faces.map(|frame| frame.picture));
        self.spare.truncate(ENOUGH);
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
        settings: &Settings,
        source: (u32, u32),
    ) -> Result<Vec<(f64, Vec<SeenFace>)>> {
        let frames = std::mem::take(&mut self.frames);
        let cuts: Vec<Cut<'_>> = frames.iter().flat_map(Kept::cuts).collect();
        let crops: Vec<_> = cuts.iter().map(|cut| (cut.piece, cut.to_crop)).collect();
        let meshes = nets.meshes(&crops, &mut self.buffers)?;
        let mut laid: Vec<Option<Laid>> =
            cuts.iter().zip(meshes).map(|(cut, mesh)| Laid::of(mesh?, &cut.to_crop)).collect();
        for (cut, laid) in cuts.iter().zip(&mut laid) {
            if let Some(laid) = laid {
                laid.see_irises(cut, nets, settings.least_eye, &mut self.buffers)?;
            }
        }
        let mut seen = Vec::with_capacity(cuts.len());
        for (cut, laid) in cuts.iter().zip(&laid) {
            seen.push(match laid {
                Some(laid) => laid.look(cut, nets, settings, source)?,
                None => SeenFace::unknown(cut.face.bounding_box),
            });
        }
        let mut seen = seen.into_iter();
        let by_frame = |frame: &Kept| (frame.timestamp, seen.by_ref().take(frame.faces.len()).collect());
        let looked = frames.iter().map(by_frame).collect();
        self.frames = frames;
        self.clear();
        Ok(looked)
    }
}

impl Kept {
    fn cuts(&self) -> impl Iterator<Item = Cut<'_>> {
        self.faces.iter().map(|face| {
            let (scale, lean) = (self.scale, lean(face, self.scale));
            let to_crop =
                Affine::of_turned_square(face.rect(scale).centre(), side(face, scale), lean, FACE_SIDE);
            let piece = Piece { view: self.picture.view(), corner: self.corner };
            Cut { face, piece, scale, lean, to_crop }
        })
    }
}

impl Laid {
    fn of(mesh: Mesh, to_crop: &Affine) -> Option<Self> {
        let to_picture = to_crop.inverse()?;
        let irises = [LEFT_EYE, RIGHT_EYE].map(|eye| to_picture.apply(mesh.at(eye.iris)));
        Some(Laid { mesh, to_picture, irises })
    }

    fn see_irises(
        &mut self,
        cut: &Cut<'_>,
        nets: &Nets,
        least_eye: f32,
        buffers: &mut Buffers,
    ) -> Result<()> {
        for (eye, iris) in [LEFT_EYE, RIGHT_EYE].iter().zip(&mut self.irises) {
            let corners = eye.corners.map(|corner| self.to_picture.apply(self.mesh.at(corner)));
            if let Some(seen) = nets.iris(&cut.piece, corners, cut.lean, least_eye, *iris, buffers)? {
                *iris = seen;
            }
        }
        Ok(())
    }

    fn look(&self, cut: &Cut<'_>, nets: &Nets, settings: &Settings, source: (u32, u32)) -> Result<SeenFace> {
        let mut seen = SeenFace::unknown(cut.face.bounding_box);
        [seen.left_iris, seen.right_iris] = self.irises.map(|iris| Point::of(iris, cut.scale, source));
        if cut.face.side(cut.scale) < settings.least_face {
            return Ok(seen);
        }
        let look = nets.look(&self.mesh.for_blendshapes(|point| self.to_picture.apply(point)))?;
        seen.eyes_open = Some(look.open());
        let [left_closed, right_closed] = look.blink.map(|blink| blink >= 0.5);
        seen.left_iris = seen.left_iris.filter(|_| !left_closed);
        seen.right_iris = seen.right_iris.filter(|_| !right_closed);
        if look.open() {
            let gaze = Gaze::of(Turn::of(&self.mesh).forward(), &look, f64::from(cut.lean));
            (seen.gaze, seen.target) = (Some(gaze.rounded()), Some(gaze.target(settings.camera_deg)));
        }
        Ok(seen)
    }
}

/// The side of the square round a face, pixels of the frame.
fn side(face: &Face, scale: f32) -> f32 {
    face.side(scale).max(1.0) * FACE_FACTOR
}

/// The columns and rows of a frame that show its faces: their squares however they are turned, with something round them.
/// They begin on a multiple of [`GRID`]; crops of large faces are made smaller by a whole factor from there.
fn seen(faces: &[Face], scale: f32, (width, height): (usize, usize)) -> (Range<usize>, Range<usize>) {
    let reach = |axis: usize, size: usize| {
        let mut seen: Option<(f32, f32)> = None;
        for face in faces {
            let (middle, half) = (face.rect(scale).centre()[axis], side(face, scale) * AROUND / 2.0);
            let (low, high) = seen.unwrap_or((f32::MAX, f32::MIN));
            seen = Some((low.min(middle - half), high.max(middle + half)));
        }
        let Some((low, high)) = seen else { return 0..0 };
        let start = (low.max(0.0) as usize).min(size) / GRID * GRID;
        start..(high.ceil().max(0.0) as usize).clamp(start, size)
    };
    (reach(0, width), reach(1, height))
}

/// How far the line of the eyes leans, radians, clockwise; upright where the eyes are not seen.
fn lean(face: &Face, scale: f32) -> f32 {
    face.eyes(scale).map_or(0.0, |[left, right]| (right[1] - left[1]).atan2(right[0] - left[0]))
}
