//! The detectors that can serve, and running one on frames.
//!
//! Two contracts: that of Ultralytics' exports (`yolov8x`, `yolo11n`; `images` f32 `[b, 3, h, w]` in, `output0` f32
//! `[b, 4 + classes, candidates]` out; sizes may be free or fixed), and that of TensorFlow's SSD (`coco-ssd`; `image`
//! u8 `[1, h, w, 3]` of any size in, `scores` f32 `[1, anchors, 90]` and `boxes` f32 `[1, anchors, 1, 4]` out).

use va_analyzer_sdk::{Error, Frame, Host, Result};
use va_inference::detect::yolo::{Network, Room};
use va_inference::detect::{Detection, non_maximum_suppression, ssd};
use va_inference::onnx::{Input, Model, Options};

use crate::coco;
use crate::postprocess::names_of;

/// The best first.
pub const MODELS: [&str; 3] = [REFERENCE, "yolo11n", SSD];

const REFERENCE: &str = "yolov8x";
const SSD: &str = "coco-ssd";
const FILE: &str = "model.onnx";

/// A loaded detector.
#[derive(Debug)]
pub struct Detector {
    name: &'static str,
    /// Of the classes, by number.
    names: Vec<String>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Yolo(Network),
    Ssd(Model),
}

impl Detector {
    /// Loads the best model that is installed and allowed.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](va_analyzer_sdk::ErrorKind::Unavailable) where there is none; otherwise where the file
    /// is not of the contract that its name promises.
    pub fn load(host: &Host) -> Result<Self> {
        let name = host.first_model(&MODELS)?;
        if name == SSD {
            let model = Model::load(host, name, FILE, &Options::default())?;
            let names = coco::NAMES_90.map(str::to_owned).to_vec();
            return Ok(Detector { name, names, kind: Kind::Ssd(model) });
        }
        let mut names = Vec::new();
        let network = Network::load(host, name, FILE, |model| {
            // Files without names are of the classes that the reference model has.
            let said = model.metadata("names").map_or_else(|| Some(coco::names_80()), |text| names_of(&text));
            let unreadable =
                || Error::new(format!("the names of the classes of model {name:?} cannot be read"));
            names = said.ok_or_else(unreadable)?;
            Ok(4 + names.len())
        })?;
        Ok(Detector { name, names, kind: Kind::Yolo(network) })
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
        match &self.kind {
            Kind::Yolo(network) => network.batch(),
            Kind::Ssd(_) => 1,
        }
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
        let run_ssd = |model, frame| self.run_ssd(model, frame, least);
        let mut found = match &self.kind {
            Kind::Ssd(model) => {
                frames.iter().map(|frame| run_ssd(model, frame)).collect::<Result<Vec<_>>>()?
            }
            Kind::Yolo(network) => self.run_yolo(network, frames, least, room)?,
        };
        found.iter_mut().for_each(|found| non_maximum_suppression(found, most_iou));
        Ok(found)
    }

    fn run_yolo(
        &self,
        network: &Network,
        frames: &[Frame<'_>],
        least: f32,
        room: &mut Room,
    ) -> Result<Vec<Vec<Detection>>> {
        if frames.is_empty() {
            return Ok(Vec::new());
        }
        let batch = network.run(frames, room)?;
        let of_frame = |i: usize| -> Result<Vec<Detection>> {
            let mut found = batch.candidates(i, self.names.len())?.detections(least);
            found.iter_mut().for_each(|object| object.rect = batch.fit.rect_to_picture(&object.rect));
            Ok(found)
        };
        (0..frames.len()).map(of_frame).collect()
    }

    fn run_ssd(&self, model: &Model, frame: &Frame<'_>, least: f32) -> Result<Vec<Detection>> {
        let shape = [1, frame.height as usize, frame.width as usize, 3];
        let outputs = model.run(&[Input::u8("image", &shape, frame.data)])?;
        let (_, boxes) = outputs.f32("boxes")?;
        let (_, scores) = outputs.f32("scores")?;
        let size = (frame.width as f32, frame.height as f32);
        let mut found = ssd::detections(boxes, scores, self.names.len(), least, size)?;
        found.retain(|object| !self.names[object.class].is_empty());
        Ok(found)
    }
}
