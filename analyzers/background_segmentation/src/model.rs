//! The networks: classes (always), a salient foreground, a near person, and things that hint at a place (each where it
//! is installed).

use va_analyzer_sdk::{Error, ErrorKind, Frame, Host, Result};
use va_inference::image::{Layout, Painter};
use va_inference::onnx::{Input, Model, Options, Outputs};

use crate::classes::{Class, classes_of, lines_of};
use crate::places::Places;
use crate::preprocess::Eye;

/// The models of classes, the best first.
pub const MODELS: [&str; 2] = [REFERENCE, "deeplab-v3-voc"];
/// Any foreground: U2-Net (Qin et al. 2020), small.
pub const SALIENCE: &str = "u2netp";
/// One near person: MediaPipe's selfie segmenter.
pub const PERSON: &str = "selfie-segmenter";
/// Things: EfficientNet-Lite0 (Tan, Le 2019) on ImageNet.
pub const THINGS: &str = "efficientnet-lite0";

const REFERENCE: &str = "segformer";
const FILE: &str = "model.onnx";
/// Frames in one run on a GPU.
const GPU_BATCH: usize = 16;

/// Memory of a session that serves again for each run.
#[derive(Debug, Default)]
pub struct Room {
    painter: Painter,
    input: Vec<f32>,
}

/// Tells the class of each pixel.
#[derive(Debug)]
pub struct Segmenter {
    name: &'static str,
    model: Model,
    input: &'static str,
    eye: Eye,
    classes: Vec<Class>,
    batch: usize,
}

impl Segmenter {
    /// Loads the best model that is installed and allowed.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] where there is none; otherwise where the file is not of the contract that its name
    /// promises.
    pub fn load(host: &Host) -> Result<Self> {
        let name = host.first_model(&MODELS)?;
        let model = Model::load(host, name, FILE, &Options::default())?;
        let classes = classes_of(&host.model_path(name)?)?;
        let (input, eye) =
            if name == REFERENCE { ("pixel_values", Eye::segformer()) } else { ("image", Eye::deeplab()) };
        let fixed = model.inputs().first().and_then(|port| port.shape.first().copied().flatten());
        let usual = if model.device() == "cpu" { 1 } else { GPU_BATCH };
        let segmenter = Segmenter { name, model, input, eye, classes, batch: fixed.unwrap_or(usual).max(1) };
        segmenter.try_out()?;
        Ok(segmenter)
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The larger model, where this one is its stand-in.
    pub fn stands_in_for(&self) -> Option<&'static str> {
        (self.name != REFERENCE).then_some(REFERENCE)
    }

    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// The class of what is of no class, where there is one.
    pub fn none(&self) -> Option<usize> {
        self.classes.iter().position(|class| class.name == "background")
    }

    /// How many frames [`Segmenter::run`] takes at most.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// How the scores lie: as the pixels go in.
    pub fn layout(&self) -> Layout {
        self.eye.normalise.layout
    }

    /// The scores of some frames, at most [`Segmenter::batch`]: of the shape that [`Scores`](crate::postprocess::Scores)
    /// reads.
    ///
    /// # Errors
    /// Where the model cannot be run.
    pub fn run(&self, frames: &[&Frame<'_>], room: &mut Room) -> Result<Outputs<'_>> {
        let length = self.eye.length();
        // A run of fewer frames than a batch carries what was left of the last one; nobody looks at that.
        room.input.resize(self.batch * length, 0.0);
        for (frame, input) in frames.iter().zip(room.input.chunks_exact_mut(length)) {
            self.eye.see(frame, &mut room.painter, input)?;
        }
        self.model.run(&[Input::f32(self.input, &self.shape(), &room.input)])
    }

    fn shape(&self) -> [usize; 4] {
        shape(&self.eye, self.batch)
    }

    /// A run on an empty picture: a file of another kind is told apart before the first video, not in the midst of it.
    fn try_out(&self) -> Result<()> {
        let input = vec![0.0; self.batch * self.eye.length()];
        let outputs = self.model.run(&[Input::f32(self.input, &self.shape(), &input)])?;
        let (shape, _) = outputs.f32("logits")?;
        let classes = if self.layout() == Layout::Pixels { shape.last() } else { shape.get(1) };
        if shape.len() == 4
            && shape[0] == self.batch
            && classes == Some(&self.classes.len())
            && self.classes.len() <= 256
        {
            return Ok(());
        }
        let (name, classes) = (self.name, self.classes.len());
        Err(Error::new(format!(
            "model {name:?} is no segmentation of the {classes} classes that its labels.txt names: it gives {shape:?}"
        )))
    }
}

/// A network that gives one map or list for one frame.
#[derive(Debug)]
pub struct Net {
    model: Model,
    eye: Eye,
    input: &'static str,
    output: &'static str,
}

impl Net {
    /// Where a picture is all foreground, or nothing is: any salient thing.
    ///
    /// # Errors
    /// Where the model is installed, but cannot be loaded.
    pub fn salience(host: &Host) -> Result<Option<Self>> {
        Net::load(host, SALIENCE, Eye::salience(), ("input.1", "1959"), &Options::default())
    }

    /// The probability of a near person in each pixel.
    ///
    /// # Errors
    /// As [`Net::salience`].
    pub fn person(host: &Host) -> Result<Option<Self>> {
        Net::load(host, PERSON, Eye::person(), ("image", "mask"), &Options::default())
    }

    /// `None` where the model is not installed. `ports` are its input and its output.
    fn load(
        host: &Host,
        name: &str,
        eye: Eye,
        ports: (&'static str, &'static str),
        options: &Options,
    ) -> Result<Option<Self>> {
        match Model::load(host, name, FILE, options) {
            Ok(model) => Ok(Some(Net { model, eye, input: ports.0, output: ports.1 })),
            Err(e) if e.kind == ErrorKind::Unavailable => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Width and height of what [`Net::run`] gives where it is a map.
    pub fn size(&self) -> (usize, usize) {
        (self.eye.side, self.eye.side)
    }

    /// Hands what the network says of a frame to `read`.
    ///
    /// # Errors
    /// Where the model cannot be run, or gives another number of values than `length`.
    pub fn run<T>(
        &self,
        frame: &Frame<'_>,
        room: &mut Room,
        length: usize,
        read: impl FnOnce(&[f32]) -> T,
    ) -> Result<T> {
        room.input.resize(self.eye.length(), 0.0);
        self.eye.see(frame, &mut room.painter, &mut room.input)?;
        let outputs = self.model.run(&[Input::f32(self.input, &shape(&self.eye, 1), &room.input)])?;
        let (shape, data) = outputs.f32(self.output)?;
        if data.len() != length {
            let output = self.output;
            return Err(Error::new(format!(
                "output {output:?} of {length} values was expected, {shape:?} came"
            )));
        }
        Ok(read(data))
    }
}

/// Things, and the places that they speak for.
#[derive(Debug)]
pub struct Hints {
    net: Net,
    places: Places,
}

impl Hints {
    /// `None` where the model is not installed.
    ///
    /// # Errors
    /// Where it is installed, but cannot be loaded.
    pub fn load(host: &Host) -> Result<Option<Self>> {
        let Some(net) = Net::load(host, THINGS, Eye::things(), ("image", "prob"), &Options::default())?
        else {
            return Ok(None);
        };
        let places = Places::of(&lines_of(&host.model_path(THINGS)?)?);
        Ok(Some(Hints { net, places }))
    }

    /// The place that a frame hints at.
    ///
    /// # Errors
    /// As [`Net::run`].
    pub fn place(&self, frame: &Frame<'_>, room: &mut Room) -> Result<Option<&'static str>> {
        self.net.run(frame, room, self.places.classes(), |probabilities| self.places.hint(probabilities))
    }
}

fn shape(eye: &Eye, batch: usize) -> [usize; 4] {
    match eye.normalise.layout {
        Layout::Pixels => [batch, eye.side, eye.side, 3],
        Layout::Planes => [batch, 3, eye.side, eye.side],
    }
}
