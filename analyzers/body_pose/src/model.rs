//! The pose models that can serve, and running one.
//!
//! Two contracts: that of Ultralytics' pose exports (`yolov8x-pose`; `images` f32 `[b, 3, h, w]` in, `output0` f32 `[b, 56,
//! candidates]` out), which finds all people of a frame, and that of MoveNet's single pose (`image` i32 `[1, side, side, 3]`
//! in, `keypoints` f32 `[1, 1, 17, 3]` out: y, x, confidence, 0..1 of the input), which is shown one person at a time.

use va_analyzer_sdk::{Error, Frame, Host, Result};
use va_inference::detect::{Detection, kept, yolo::Candidates};
use va_inference::geometry::Rect;
use va_inference::image::{Normalise, Painter, View};
use va_inference::onnx::{Element, Input, Model, Options, Port};
use va_inference::track::best_pairs;

use crate::people::{BoundingBox, Person};
use crate::postprocess::{Points, without_copies};
use crate::preprocess::{crop, letterbox};

/// The best first.
pub const MODELS: [&str; 3] = [REFERENCE, "movenet-thunder", "movenet-lightning"];

const REFERENCE: &str = "yolov8x-pose";
const FILE: &str = "model.onnx";

/// Frames in one run on a GPU: one shape serves all runs.
const GPU_BATCH: usize = 16;
/// People that YOLO finds score more than this; of two boxes that share more than this the better one stays.
const SCORE: f32 = 0.3;
const MOST_IOU: f32 = 0.45;
/// A person of YOLO and one of object_detection are the same where their boxes share this much.
const SAME_PERSON: f32 = 0.5;
/// Points below this say nothing about who a skeleton belongs to.
const SEEN: f32 = 0.3;

/// A loaded model.
#[derive(Debug)]
pub struct Estimator {
    name: &'static str,
    model: Model,
    kind: Kind,
    batch: usize,
}

#[derive(Debug)]
enum Kind {
    /// Width and height where the file fixes them.
    Yolo {
        fixed: Option<(usize, usize)>,
    },
    MoveNet {
        side: usize,
    },
}

/// A person and its points, in pixels of the source frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Pose {
    pub person: Person,
    pub points: Points,
}

/// Memory of a session that serves again for each run.
#[derive(Debug, Default)]
pub struct Room {
    painter: Painter,
    floats: Vec<f32>,
    integers: Vec<i32>,
}

impl Estimator {
    /// Loads the best model that is installed and allowed.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](va_analyzer_sdk::ErrorKind::Unavailable) where there is none; otherwise where the file
    /// is not of the contract that its name promises.
    pub fn load(host: &Host) -> Result<Self> {
        let name = host.first_model(&MODELS)?;
        let model = Model::load(host, name, FILE, &Options::default())?;
        let ports: Vec<String> = model.inputs().iter().map(Port::to_string).collect();
        let other = |expected: &str| {
            let ports = ports.join(", ");
            Error::new(format!(
                "model {name:?} is another than its name says: it takes {ports}, not {expected}"
            ))
        };
        if name == REFERENCE {
            let fixed = yolo_input(model.inputs()).ok_or_else(|| other("f32 [?,3,height,width]"))?;
            let usual = if model.device() == "cpu" { 1 } else { GPU_BATCH };
            let kind = Kind::Yolo { fixed: fixed.size };
            let estimator = Estimator { name, model, kind, batch: fixed.batch.unwrap_or(usual) };
            estimator.try_out()?;
            return Ok(estimator);
        }
        let side = movenet_input(model.inputs()).ok_or_else(|| other("i32 [1,side,side,3]"))?;
        Ok(Estimator { name, model, kind: Kind::MoveNet { side }, batch: 1 })
    }

    /// The name of the model that runs.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The larger model, where this one is its stand-in.
    pub fn stands_in_for(&self) -> Option<&'static str> {
        (self.name != REFERENCE).then_some(REFERENCE)
    }

    /// How many frames [`Estimator::poses`] takes at most.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// The people of each of these frames, of one size and at most [`Estimator::batch`] of them. `people` is who
    /// object_detection saw there, `source` the size of the source frame that they are given in. Those whose longer side is
    /// below `least_side` pixels of the frame have points without confidence, as have those of whom nothing was found.
    ///
    /// # Errors
    /// Where the model cannot be run, or gives something else than its contract says.
    pub fn poses(
        &self,
        frames: &[Frame<'_>],
        people: &[Option<Vec<Person>>],
        source: (f32, f32),
        least_side: f32,
        room: &mut Room,
    ) -> Result<Vec<Vec<Pose>>> {
        match self.kind {
            Kind::Yolo { fixed } => self.run_yolo(frames, people, source, fixed, room),
            Kind::MoveNet { side } => {
                let of_frame = |(frame, people): (&Frame<'_>, &Option<Vec<Person>>)| {
                    let people = people.as_deref().unwrap_or_default();
                    self.run_movenet(frame, people, source, least_side, side, room)
                };
                frames.iter().zip(people).map(of_frame).collect()
            }
        }
    }

    fn run_movenet(
        &self,
        frame: &Frame<'_>,
        people: &[Person],
        source: (f32, f32),
        least_side: f32,
        side: usize,
        room: &mut Room,
    ) -> Result<Vec<Pose>> {
        let (width, height) = (frame.width as f32, frame.height as f32);
        let boxes: Vec<Rect> = people.iter().map(|person| person.bounding_box.rect()).collect();
        let mut points = vec![Points::default(); people.len()];
        room.integers.resize(side * side * 3, 0);
        for (rect, points) in boxes.iter().zip(&mut points) {
            let in_frame = rect.scaled(width / source.0, height / source.1);
            if in_frame.width().max(in_frame.height()) < least_side {
                continue;
            }
            let fit = crop((frame.width as usize, frame.height as usize), &in_frame, side);
            room.painter.integers(&View::of(frame), &fit, &mut room.integers)?;
            let outputs = self.model.run(&[Input::i32(self.input(), &[1, side, side, 3], &room.integers)])?;
            let (shape, found) = outputs.first_f32()?;
            let (found, []) = found.as_chunks::<3>() else { return Err(self.unexpected(shape)) };
            let found: &[[f32; 3]; 17] = found.try_into().map_err(|_| self.unexpected(shape))?;
            *points = found.map(|[y, x, confidence]| {
                let [x, y] = fit.to_picture([x * side as f32, y * side as f32]);
                [x * source.0 / width, y * source.1 / height, confidence]
            });
        }
        without_copies(&boxes, &mut points, SEEN);
        Ok(people.iter().zip(points).map(|(&person, points)| Pose { person, points }).collect())
    }

    fn run_yolo(
        &self,
        frames: &[Frame<'_>],
        people: &[Option<Vec<Person>>],
        source: (f32, f32),
        fixed: Option<(usize, usize)>,
        room: &mut Room,
    ) -> Result<Vec<Vec<Pose>>> {
        let Some(first) = frames.first() else { return Ok(Vec::new()) };
        let fit = letterbox((first.width as usize, first.height as usize), fixed);
        let (width, height) = fit.input();
        let length = 3 * width * height;
        // A run of fewer frames than a batch carries what was left of the last one; nobody looks at that.
        room.floats.resize(self.batch * length, 0.0);
        for (frame, input) in frames.iter().zip(room.floats.chunks_exact_mut(length)) {
            room.painter.tensor(&View::of(frame), &fit, &Normalise::unit(), input)?;
        }
        let shape = [self.batch, 3, height, width];
        let outputs = self.model.run(&[Input::f32(self.input(), &shape, &room.floats)])?;
        let (shape, data) = outputs.first_f32()?;
        let (across, down) = (source.0 / first.width as f32, source.1 / first.height as f32);
        let of_frame = |(i, people): (usize, &Option<Vec<Person>>)| -> Result<Vec<Pose>> {
            let candidates = Candidates::of(shape, data, i, 1)?;
            let (columns, mut found): (Vec<usize>, Vec<Detection>) =
                candidates.above(SCORE).into_iter().unzip();
            for person in &mut found {
                person.rect = fit.rect_to_picture(&person.rect).scaled(across, down);
            }
            let best = kept(&found, MOST_IOU);
            let rects: Vec<Rect> =
                best.iter().map(|&at| found[at].rect.clipped(source.0, source.1)).collect();
            let tracks = tracks_of(&rects, people.as_deref().unwrap_or_default());
            let pose = |((&at, rect), track_id): ((&usize, &Rect), Option<u32>)| Pose {
                person: Person { bounding_box: BoundingBox::of(rect, source), track_id },
                points: std::array::from_fn(|point| {
                    let [x, y, confidence] = candidates.keypoint(columns[at], point);
                    let [x, y] = fit.to_picture([x, y]);
                    [x * across, y * down, confidence]
                }),
            };
            Ok(best.iter().zip(&rects).zip(tracks).map(pose).collect())
        };
        people.iter().enumerate().take(frames.len()).map(of_frame).collect()
    }

    /// A run on an empty picture, a small one where the size is free: a file of another kind is told apart before the
    /// first video, not in the midst of it.
    fn try_out(&self) -> Result<()> {
        let Kind::Yolo { fixed } = self.kind else { return Ok(()) };
        let (width, height) = fixed.unwrap_or((64, 64));
        let input = vec![0.0; self.batch * 3 * width * height];
        let outputs = self.model.run(&[Input::f32(self.input(), &[self.batch, 3, height, width], &input)])?;
        let (shape, _) = outputs.first_f32()?;
        let as_expected = shape.len() == 3 && shape[0] == self.batch && shape[1] == 5 + 3 * 17;
        if as_expected { Ok(()) } else { Err(self.unexpected(shape)) }
    }

    fn input(&self) -> &str {
        &self.model.inputs()[0].name
    }

    fn unexpected(&self, shape: &[usize]) -> Error {
        Error::new(format!("model {:?} is another than its name says: it gives {shape:?}", self.name))
    }
}

/// The track of each of these boxes: that of the person whose box it shares most with.
fn tracks_of(rects: &[Rect], people: &[Person]) -> Vec<Option<u32>> {
    let mut tracks = vec![None; rects.len()];
    let boxes: Vec<Rect> = people.iter().map(|person| person.bounding_box.rect()).collect();
    let shared = |rect: usize, person: usize| {
        let iou = rects[rect].iou(&boxes[person]);
        if iou >= SAME_PERSON { iou } else { 0.0 }
    };
    for (rect, person) in best_pairs(rects.len(), boxes.len(), shared) {
        tracks[rect] = people[person].track_id;
    }
    tracks
}

/// What an input of Ultralytics' exports fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fixed {
    /// Pictures in a run.
    batch: Option<usize>,
    /// Width and height.
    size: Option<(usize, usize)>,
}

/// `None` where it is another input.
fn yolo_input(inputs: &[Port]) -> Option<Fixed> {
    let [Port { element: Element::F32, shape, .. }] = inputs else { return None };
    match shape[..] {
        [batch, None | Some(3), height, width] => Some(Fixed { batch, size: width.zip(height) }),
        _ => None,
    }
}

/// The side of MoveNet's input; `None` where it is another input.
fn movenet_input(inputs: &[Port]) -> Option<usize> {
    let [Port { element: Element::I32, shape, .. }] = inputs else { return None };
    match shape[..] {
        [Some(1) | None, Some(height), Some(width), Some(3)] if height == width => Some(height),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(x: f64, track_id: Option<u32>) -> Person {
        Person { bounding_box: BoundingBox { x, y: 0.0, width: 10.0, height: 10.0 }, track_id }
    }

    #[test]
    fn a_box_has_the_track_of_the_person_it_shares_most_with() {
        let people = [person(0.0, Some(7)), person(2.0, Some(8)), person(50.0, None)];
        let at = |x| Rect::of_size(x, 0.0, 10.0, 10.0);
        assert_eq!(
            tracks_of(&[at(3.0), at(0.0), at(50.0), at(90.0)], &people),
            [Some(8), Some(7), None, None]
        );
        assert_eq!(tracks_of(&[at(0.0)], &[]), [None]);
        assert_eq!(tracks_of(&[], &people), []);
    }
}
