//! The models that see: a detector and a recogniser that belong together, and a session's memory for running them.

use va_analyzer_sdk::{Host, Result};
use va_inference::image::View;
use va_inference::text::db::Region;

use crate::detector::{self, Detector};
use crate::recogniser::{self, Reading, Recogniser};

/// Detector and recogniser in one, best first; [`CRAFT`] needs [`ENGLISH`] beside it.
pub const MODELS: [&str; 3] = [CRAFT, "ppocrv6-small", "ppocrv6-tiny"];
/// EasyOCR's detector and recogniser: the reference.
pub const CRAFT: &str = "craft-mlt-25k";
pub const ENGLISH: &str = "english-g2";

/// The loaded models.
#[derive(Debug)]
pub struct Models {
    pub name: &'static str,
    pub detector: Detector,
    pub recogniser: Recogniser,
}

/// A session's memory.
#[derive(Debug, Default)]
pub struct Scratch {
    finding: detector::Scratch,
    reading: recogniser::Scratch,
}

/// The models with the memory to run them.
#[derive(Debug)]
pub struct Eyes<'a> {
    pub models: &'a Models,
    pub scratch: &'a mut Scratch,
}

impl Models {
    /// The best that is installed. EasyOCR's detector without its recogniser is not: then the next best serves.
    ///
    /// # Errors
    /// Where none is installed, or one cannot be loaded.
    pub fn load(host: &Host) -> Result<Self> {
        let whole = host.model_path(CRAFT).is_ok() && host.model_path(ENGLISH).is_ok();
        let name = host.first_model(if whole { &MODELS } else { &MODELS[1..] })?;
        let name = MODELS.into_iter().find(|known| *known == name).unwrap_or(MODELS[1]);
        let models = if name == CRAFT {
            Models {
                name,
                detector: Detector::craft(host, CRAFT, "model.onnx")?,
                recogniser: Recogniser::english(host, ENGLISH, "model.onnx")?,
            }
        } else {
            Models {
                name,
                detector: Detector::pp_ocr(host, name)?,
                recogniser: Recogniser::pp_ocr(host, name)?,
            }
        };
        models.detector.warm_up()?;
        models.recogniser.warm_up()?;
        Ok(models)
    }
}

impl Eyes<'_> {
    /// # Errors
    /// Where the detector fails.
    pub fn find(&mut self, view: &View<'_>) -> Result<Vec<Region>> {
        self.models.detector.find(view, &mut self.scratch.finding)
    }

    /// # Errors
    /// Where the recogniser fails.
    pub fn read(&mut self, view: &View<'_>, region: &Region) -> Result<Reading> {
        self.models.recogniser.read(view, region, &mut self.scratch.reading)
    }
}
