//! The detectors that can serve, and running one on frames.
//!
//! Two contracts: that of Ultralytics' exports (`yolov8x`, `yolo11n`; `images` f32 `[b, 3, h, w]` in, `output0` f32
//! `[b, 4 + classes, candidates]` out; sizes may be free or fixed), and that of TensorFlow's SSD (`coco-ssd`; `image`
//! u8 `[1, h, w, 3]` of any size in, `scores` f32 `[1, anchors, 90]` and `boxes` f32 `[1, anchors, 1, 4]` out).

use va_analyzer_sdk::{Error, Frame, Host, Result};
use va_inference::detect::yolo::Candidates;
use va_inference::detect::{Detection, non_maximum_suppression, ssd};
use va_inference::image::{Normalise, Painter, View};
use va_inference::onnx::{Element, Input, Model, Options, Port};

use crate::coco;
use crate::postprocess::names_of;
use crate::preprocess::letterbox;

/// The best first.
pub const MODELS: [&str; 3] = [REFERENCE, "yolo11n", SSD];

const REFERENCE: &str = "yolov8x";
const SSD: &str = "coco-ssd";
const FILE: &str = "model.onnx";

/// Frames in one run on a GPU. One shape serves all runs: each new one costs a GPU a second or two.
const GPU_BATCH: usize = 16;

/// A loaded detector.
#[derive(Debug)]
pub struct Detector {
    name: &'static str,
    model: Model,
    /// Of the classes, by number.
    names: Vec<String>,
    kind: Kind,
    batch: usize,
}

#[derive(Debug)]
enum Kind {
    /// Width and height where the file fixes them.
    Yolo {
        fixed: Option<(usize, usize)>,
    },
    Ssd,
}

/// Memory of a session that serves again for each run.
#[derive(Debug, Default)]
pub struct Room {
    painter: Painter,
    input: Vec<f32>,
}

impl Detector {
    /// Loads the best model that is installed and allowed.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](va_analyzer_sdk::ErrorKind::Unavailable) where there is none; otherwise where the file
    /// is not of the contract that its name promises.
    pub fn load(host: &Host) -> Result<Self> {
        let name = host.first_model(&MODELS)?;
        let model = Model::load(host, name, FILE, &Options::default())?;
        if name == SSD {
            let names = coco::NAMES_90.map(str::to_owned).to_vec();
            return Ok(Detector { name, model, names, kind: Kind::Ssd, batch: 1 });
        }
        let fixed = yolo_input(model.inputs()).ok_or_else(|| {
            let input: Vec<String> = model.inputs().iter().map(Port::to_string).collect();
            not_of_yolo(
                name,
                &format!("it takes {} where f32 [?,3,height,width] is expected", input.join(", ")),
            )
        })?;
        let usual = if model.device() == "cpu" { 1 } else { GPU_BATCH };
        // Files without names are of the classes that the reference model has.
        let names = model.metadata("names").map_or_else(|| Some(coco::names_80()), |text| names_of(&text));
        let names = names.ok_or_else(|| not_of_yolo(name, "its names of classes cannot be read"))?;
        let batch = fixed.batch.unwrap_or(usual);
        let detector = Detector { name, model, names, kind: Kind::Yolo { fixed: fixed.size }, batch };
        detector.try_out()?;
        Ok(detector)
    }

    /// The name of the model that runs.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The larger model, where this one is its stand-in.
    pub fn stands_in_for(&self) -> Option<&'static str> {
        (self.name != REFERENCE).then_some(REFERENCE)
    }

    /// Of the classes, by number.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many frames [`Detector::detect`] takes at most.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// What is in each of these frames, of one size and at most [`Detector::batch`] of them: boxes in the frame's
    /// pixels, which may reach over its edge, with scores above `least`, the best first; of boxes of a class that share
    /// more than `most_iou` the best one.
    ///
    /// # Errors
    /// Where the model cannot be run, or gives something else than its contract says.
    pub fn detect(
        &self,
        frames: &[Frame<'_>],
        least: f32,
        most_iou: f32,
        room: &mut Room,
    ) -> Result<Vec<Vec<Detection>>> {
        let mut found = match self.kind {
            Kind::Ssd => frames.iter().map(|frame| self.run_ssd(frame, least)).collect::<Result<Vec<_>>>()?,
            Kind::Yolo { fixed } => self.run_yolo(frames, fixed, least, room)?,
        };
        found.iter_mut().for_each(|found| non_maximum_suppression(found, most_iou));
        Ok(found)
    }

    fn run_yolo(
        &self,
        frames: &[Frame<'_>],
        fixed: Option<(usize, usize)>,
        least: f32,
        room: &mut Room,
    ) -> Result<Vec<Vec<Detection>>> {
        let Some(first) = frames.first() else { return Ok(Vec::new()) };
        let fit = letterbox((first.width as usize, first.height as usize), fixed);
        let (width, height) = fit.input();
        let length = 3 * width * height;
        // A run of fewer frames than a batch carries what was left of the last one; nobody looks at that.
        room.input.resize(self.batch * length, 0.0);
        for (frame, input) in frames.iter().zip(room.input.chunks_exact_mut(length)) {
            room.painter.tensor(&View::of(frame), &fit, &Normalise::unit(), input)?;
        }
        let shape = [self.batch, 3, height, width];
        let outputs = self.model.run(&[Input::f32(&self.input().name, &shape, &room.input)])?;
        let (shape, data) = outputs.first_f32()?;
        let of_frame = |i: usize| -> Result<Vec<Detection>> {
            let mut found = Candidates::of(shape, data, i, self.names.len())?.detections(least);
            found.iter_mut().for_each(|object| object.rect = fit.rect_to_picture(&object.rect));
            Ok(found)
        };
        (0..frames.len()).map(of_frame).collect()
    }

    fn run_ssd(&self, frame: &Frame<'_>, least: f32) -> Result<Vec<Detection>> {
        let shape = [1, frame.height as usize, frame.width as usize, 3];
        let outputs = self.model.run(&[Input::u8("image", &shape, frame.data)])?;
        let (_, boxes) = outputs.f32("boxes")?;
        let (_, scores) = outputs.f32("scores")?;
        let size = (frame.width as f32, frame.height as f32);
        let mut found = ssd::detections(boxes, scores, self.names.len(), least, size)?;
        found.retain(|object| !self.names[object.class].is_empty());
        Ok(found)
    }

    /// A run on an empty picture, a small one where the size is free: a file of another kind is told apart before the
    /// first video, not in the midst of it.
    fn try_out(&self) -> Result<()> {
        let Kind::Yolo { fixed } = self.kind else { return Ok(()) };
        let (width, height) = fixed.unwrap_or((64, 64));
        let input = vec![0.0; self.batch * 3 * width * height];
        let shape = [self.batch, 3, height, width];
        let outputs = self.model.run(&[Input::f32(&self.input().name, &shape, &input)])?;
        let (shape, _) = outputs.first_f32()?;
        let rows = 4 + self.names.len();
        if shape.len() == 3 && shape[0] == self.batch && shape[1] == rows {
            return Ok(());
        }
        let why = format!("it gives {shape:?} where [{}, {rows}, candidates] is expected", self.batch);
        Err(not_of_yolo(self.name, &why))
    }

    fn input(&self) -> &Port {
        &self.model.inputs()[0]
    }
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

fn not_of_yolo(name: &str, why: &str) -> Error {
    Error::new(format!("model {name:?} is no detector as Ultralytics exports them: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(element: Element, shape: &[Option<usize>]) -> Port {
        Port { name: "images".to_owned(), element, shape: shape.to_vec() }
    }

    #[test]
    fn sizes_of_an_input_may_be_free_or_fixed() {
        let free = port(Element::F32, &[None, Some(3), None, None]);
        assert_eq!(yolo_input(&[free]), Some(Fixed { batch: None, size: None }));
        let fixed = port(Element::F32, &[Some(4), Some(3), Some(384), Some(640)]);
        assert_eq!(
            yolo_input(std::slice::from_ref(&fixed)),
            Some(Fixed { batch: Some(4), size: Some((640, 384)) })
        );
        assert_eq!(yolo_input(&[fixed.clone(), fixed]), None);
        assert_eq!(yolo_input(&[port(Element::U8, &[None, Some(3), None, None])]), None);
        assert_eq!(yolo_input(&[port(Element::F32, &[Some(1), Some(3)])]), None);
    }
}
