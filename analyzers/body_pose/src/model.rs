//! The pose models that can serve, and running one.
//!
//! Two contracts: that of Ultralytics' pose exports (`yolov8x-pose`; `images` f32 `[b, 3, h, w]` in, `output0` f32 `[b, 56,
//! candidates]` out), which finds all people of a frame, and that of MoveNet's single pose (`image` i32 `[1, side, side, 3]`
//! in, `keypoints` f32 `[1, 1, 17, 3]` out: y, x, confidence, 0..1 of the input), which is shown one person at a time.

use va_analyzer_sdk::{Error, Frame, Host, Result};
use va_inference::detect::{Detection, kept, yolo};
use va_inference::findings::BoundingBox;
use va_inference::geometry::Rect;
use va_inference::image::{Painter, View};
use va_inference::onnx::{Element, Input, Model, Options, Port};
use va_inference::track::best_pairs;

use crate::people::Person;
use crate::postprocess::{Points, without_copies};
use crate::preprocess::crop;

/// The best first.
pub const MODELS: [&str; 3] = [REFERENCE, "movenet-thunder", "movenet-lightning"];

const REFERENCE: &str = "yolov8x-pose";
const FILE: &str = "model.onnx";

/// Rows of a pose export's output: box, score, and three numbers for each point.
const YOLO_ROWS: usize = 4 + 1 + 3 * 17;
/// People that YOLO finds score more than this; of two boxes that share more than this the better one stays.
const SCORE: f32 = 0.3;
const MOST_IOU: f32 = 0.45;
/// One that object_detection does not follow scores this at least.
const SURE: f32 = 0.6;
/// A person of YOLO and one of object_detection are the same where their boxes share this much.
const SAME_PERSON: f32 = 0.5;
/// Points below this say nothing about who a skeleton belongs to.
const SEEN: f32 = 0.3;

/// A loaded model.
#[derive(Debug)]
pub struct Estimator {
    name: &'static str,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Yolo(yolo::Network),
    MoveNet { model: Model, side: usize },
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
    yolo: yolo::Room,
    painter: Painter,
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
        if name == REFERENCE {
            let network = yolo::Network::load(host, name, FILE, |_| Ok(YOLO_ROWS))?;
            return Ok(Estimator { name, kind: Kind::Yolo(network) });
        }
        let model = Model::load(host, name, FILE, &Options::default())?;
        let Some(side) = movenet_input(model.inputs()) else {
            let ports: Vec<String> = model.inputs().iter().map(Port::to_string).collect();
            let why = format!("it takes {}, not i32 [1,side,side,3]", ports.join(", "));
            return Err(Error::new(format!("model {name:?} is another than its name says: {why}")));
        };
        Ok(Estimator { name, kind: Kind::MoveNet { model, side } })
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
        match &self.kind {
            Kind::Yolo(network) => network.batch(),
            Kind::MoveNet { .. } => 1,
        }
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
        match &self.kind {
            Kind::Yolo(network) => run_yolo(network, frames, people, source, room),
            Kind::MoveNet { model, side } => {
                let of_frame = |(frame, people): (&Frame<'_>, &Option<Vec<Person>>)| {
                    let people = people.as_deref().unwrap_or_default();
                    self.run_movenet((model, *side), frame, people, source, least_side, room)
                };
                frames.iter().zip(people).map(of_frame).collect()
            }
        }
    }

    fn run_movenet(
        &self,
        (model, side): (&Model, usize),
        frame: &Frame<'_>,
        people: &[Person],
        source: (f32, f32),
        least_side: f32,
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
            let input = &model.inputs()[0].name;
            let outputs = model.run(&[Input::i32(input, &[1, side, side, 3], &room.integers)])?;
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

    fn unexpected(&self, shape: &[usize]) -> Error {
        Error::new(format!("model {:?} is another than its name says: it gives {shape:?}", self.name))
    }
}

fn run_yolo(
    network: &yolo::Network,
    frames: &[Frame<'_>],
    people: &[Option<Vec<Person>>],
    source: (f32, f32),
    room: &mut Room,
) -> Result<Vec<Vec<Pose>>> {
    let Some(first) = frames.first() else { return Ok(Vec::new()) };
    let batch = network.run(frames, &mut room.yolo)?;
    let (across, down) = (source.0 / first.width as f32, source.1 / first.height as f32);
    let of_frame = |(i, people): (usize, &Option<Vec<Person>>)| -> Result<Vec<Pose>> {
        let candidates = batch.candidates(i, 1)?;
        let (columns, mut found): (Vec<usize>, Vec<Detection>) = candidates.above(SCORE).into_iter().unzip();
        for person in &mut found {
            person.rect = batch.fit.rect_to_picture(&person.rect).scaled(across, down);
        }
        let best = kept(&found, MOST_IOU);
        let rects: Vec<Rect> = best.iter().map(|&at| found[at].rect.clipped(source.0, source.1)).collect();
        let tracks = tracks_of(&rects, people.as_deref().unwrap_or_default());
        let known = |((at, _), track_id): &((&usize, &Rect), Option<u32>)| {
            track_id.is_some() || found[**at].score >= SURE
        };
        let pose = |((&at, rect), track_id): ((&usize, &Rect), Option<u32>)| Pose {
            person: Person { bounding_box: BoundingBox::of(rect, source, 1), track_id },
            points: std::array::from_fn(|point| {
                let [x, y, confidence] = candidates.keypoint(columns[at], point);
                let [x, y] = batch.fit.to_picture([x, y]);
                [x * across, y * down, confidence]
            }),
        };
        Ok(best.iter().zip(&rects).zip(tracks).filter(known).map(pose).collect())
    };
    people.iter().enumerate().take(frames.len()).map(of_frame).collect()
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
