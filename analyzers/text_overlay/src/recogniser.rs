//! What a line of text says: PP-OCR's recogniser, or EasyOCR's `english_g2` (both CRNN-like, read by greedy CTC).

use va_analyzer_sdk::{Error, Host, Result};
use va_inference::geometry::Rect;
use va_inference::image::{Fit, Image, Normalise, Order, Painter, View, warp};
use va_inference::onnx::{Input, Model, Options};
use va_inference::text::ctc::Ctc;
use va_inference::text::db::Region;

use crate::line::{Lie, Line, whole_pixels};

/// Characters of `english_g2`, class 1 on.
const ENGLISH: &str = "0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \u{20ac}ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// On a GPU widths are multiples of this many pixels: each new shape costs it a second.
const GPU_STEP: usize = 320;
/// A line read with less confidence may stand on its head.
const DOUBTFUL: f32 = 0.8;
/// A line longer than this many times its height is squeezed.
const LONGEST: f32 = 60.0;

/// A text as it was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    pub text: String,
    /// Mean probability of its characters, 0..1.
    pub confidence: f32,
}

/// A loaded recogniser.
#[derive(Debug)]
pub struct Recogniser {
    model: Model,
    input: String,
    /// Text of class 1, 2, …
    alphabet: Vec<String>,
    ctc: Ctc,
    normalise: Normalise,
    height: usize,
    least_width: usize,
    /// Widths are multiples of this many pixels, so that the runtime meets few different shapes.
    step: usize,
    turned: Option<Turned>,
}

/// Tells lines that stand on their head.
#[derive(Debug)]
struct Turned {
    model: Model,
    input: String,
}

/// A session's memory for reading, used again and again.
#[derive(Debug, Default)]
pub struct Scratch {
    painter: Painter,
    input: Vec<f32>,
    upright: Image,
}

impl Recogniser {
    /// PP-OCR's, `rec.onnx`, whose characters stand in the file; and `cls.onnx` where the model has one.
    ///
    /// # Errors
    /// As [`Model::load`]; or where the file says nothing of its characters.
    pub fn pp_ocr(host: &Host, name: &str) -> Result<Self> {
        let model = Model::load(host, name, "rec.onnx", &Options::default())?;
        let characters = model
            .metadata("character")
            .ok_or_else(|| Error::new(format!("{name}: rec.onnx does not say its characters")))?;
        let mut alphabet: Vec<String> = characters.split('\n').map(str::to_owned).collect();
        alphabet.push(" ".to_owned());
        let turned = if host.model_path(name)?.join("cls.onnx").is_file() {
            let model = Model::load(host, name, "cls.onnx", &Options::default())?;
            Some(Turned { input: only_input(&model)?, model })
        } else {
            None
        };
        Ok(Recogniser {
            input: only_input(&model)?,
            model,
            alphabet,
            ctc: Ctc { blank: 0, logits: false },
            normalise: Normalise::signed().order(Order::Bgr),
            height: 48,
            least_width: 320,
            step: 32,
            turned,
        })
    }

    /// EasyOCR's `english_g2`.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn english(host: &Host, name: &str, file: &str) -> Result<Self> {
        let model = Model::load(host, name, file, &Options::default())?;
        Ok(Recogniser {
            input: only_input(&model)?,
            model,
            alphabet: ENGLISH.chars().map(String::from).collect(),
            ctc: Ctc { blank: 0, logits: true },
            normalise: Normalise::signed().order(Order::Gray),
            height: 64,
            least_width: 64,
            // It was trained on lines that go on to the edge: an empty end may be read as a character.
            step: 1,
            turned: None,
        })
    }

    /// Runs it once, so that the first line takes no longer than the next.
    ///
    /// # Errors
    /// As [`Model::run`].
    pub fn warm_up(&self) -> Result<()> {
        let shape = [1, self.normalise.channels(), self.height, self.least_width];
        self.model.warm_up(&[(&self.input, &shape)])?;
        if let Some(turned) = &self.turned {
            turned.model.warm_up(&[(&turned.input, &[1, 3, 48, 192])])?;
        }
        Ok(())
    }

    /// Reads a line of a frame. One that gives no sense as it lies is tried the other way round where the model can tell.
    ///
    /// # Errors
    /// As [`Model::run`].
    pub fn read(&self, view: &View<'_>, region: &Region, scratch: &mut Scratch) -> Result<Reading> {
        let line = Line::of(region);
        let mut upright = std::mem::take(&mut scratch.upright);
        let read = self.read_line(view, &line, &mut upright, scratch);
        scratch.upright = upright;
        read
    }

    fn read_line(
        &self,
        view: &View<'_>,
        line: &Line,
        upright: &mut Image,
        scratch: &mut Scratch,
    ) -> Result<Reading> {
        let reading = if line.lie == Lie::Upright {
            let (width, height) = (view.width() as f32, view.height() as f32);
            self.run(view, &whole_pixels(&line.with_margin()).clipped(width, height), scratch)?
        } else {
            warp(view, &line.to_upright(), line.size(), upright)?;
            self.run(&upright.view(), &whole(upright), scratch)?
        };
        let doubtful = reading.confidence < DOUBTFUL && line.is_long();
        let Some(turned) = self.turned.as_ref().filter(|_| doubtful) else { return Ok(reading) };
        warp(view, &line.to_upright(), line.size(), upright)?;
        if !turned.is(&upright.view(), scratch)? {
            return Ok(reading);
        }
        warp(view, &line.on_its_head().to_upright(), line.size(), upright)?;
        let other = self.run(&upright.view(), &whole(upright), scratch)?;
        Ok(if other.confidence > reading.confidence { other } else { reading })
    }

    fn run(&self, view: &View<'_>, rect: &Rect, scratch: &mut Scratch) -> Result<Reading> {
        if rect.is_empty() {
            return Ok(Reading::default());
        }
        let ratio = (rect.width() / rect.height()).min(LONGEST);
        let text_width = ((ratio * self.height as f32).round() as usize).max(1);
        let step = if self.model.device() == "cpu" { self.step } else { GPU_STEP };
        let width = text_width.max(self.least_width).next_multiple_of(step);
        let channels = self.normalise.channels();
        // The grey level in the middle becomes 0, which is what these models are padded with.
        let to = Rect::new(0.0, 0.0, text_width as f32, self.height as f32);
        let fit = Fit::new(view.size(), rect, (width, self.height), &to).pad(127.5);
        scratch.input.resize(channels * self.height * width, 0.0);
        scratch.painter.tensor(view, &fit, &self.normalise, &mut scratch.input)?;
        let shape = [1, channels, self.height, width];
        let outputs = self.model.run(&[Input::f32(&self.input, &shape, &scratch.input)])?;
        let (shape, steps) = outputs.first_f32()?;
        let &[1, _, classes] = shape else {
            return Err(Error::new(format!("the text recogniser gives {shape:?}, not [1, steps, classes]")));
        };
        let read = self.ctc.read(steps, classes);
        let letter = |class: usize| self.alphabet.get(class.wrapping_sub(1)).map_or("", String::as_str);
        let text: String = read.symbols.iter().map(|symbol| letter(symbol.class)).collect();
        Ok(Reading { text: text.trim().to_owned(), confidence: read.confidence })
    }
}

impl Turned {
    /// Whether a line stands on its head: PP-OCR's direction classifier, `[b, 3, 48, 192]` to the probabilities of 0 and
    /// 180 degrees.
    fn is(&self, line: &View<'_>, scratch: &mut Scratch) -> Result<bool> {
        let width = (48.0 * line.width() as f32 / line.height() as f32).round().clamp(1.0, 192.0);
        let to = Rect::new(0.0, 0.0, width, 48.0);
        let from = Rect::new(0.0, 0.0, line.width() as f32, line.height() as f32);
        let fit = Fit::new(line.size(), &from, (192, 48), &to).pad(127.5);
        scratch.input.resize(3 * 48 * 192, 0.0);
        let normalise = Normalise::signed().order(Order::Bgr);
        scratch.painter.tensor(line, &fit, &normalise, &mut scratch.input)?;
        let outputs = self.model.run(&[Input::f32(&self.input, &[1, 3, 48, 192], &scratch.input)])?;
        let (_, directions) = outputs.first_f32()?;
        Ok(directions.get(1).is_some_and(|&over| over > 0.9))
    }
}

fn only_input(model: &Model) -> Result<String> {
    let port = model.inputs().first().ok_or_else(|| Error::new("a text model takes no input"))?;
    Ok(port.name.clone())
}

fn whole(image: &Image) -> Rect {
    let (width, height) = image.view().size();
    Rect::new(0.0, 0.0, width as f32, height as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_has_96_characters() {
        assert_eq!(ENGLISH.chars().count(), 96);
    }
}
