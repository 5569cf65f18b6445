//! What is foreground on every fifteenth frame, which classes fill the picture, and a hint at the place.
//!
//! Classes come from a segmentation network; a near person's outline from that and a second one; a foreground of no
//! known class from a third, which is dear and seldom runs (`looking`). All that is said of a frame was looked for in
//! that frame or in one that is as good as the same.

pub mod classes;
mod looking;
pub mod model;
pub mod places;
pub mod postprocess;
pub mod preprocess;
mod settings;
mod tally;

use std::sync::Arc;

use serde::Serialize;
use va_analyzer_sdk::prelude::*;

use crate::looking::{Looking, Sight};
use crate::model::{Hints, MODELS, Net, PERSON, SALIENCE, Segmenter, THINGS};
use crate::settings::Settings;
use crate::tally::Tally;

/// The analyzer: its models, loaded.
#[derive(Debug)]
pub struct BackgroundSegmentation {
    settings: Settings,
    segmenter: Segmenter,
    salience: Option<Net>,
    person: Option<Net>,
    hints: Option<Hints>,
}

/// One video.
#[derive(Debug)]
pub struct GroundsOfOneVideo {
    analyzer: Arc<BackgroundSegmentation>,
    host: Host,
    looking: Looking,
    tally: Tally,
}

impl Analyzer for BackgroundSegmentation {
    type Session = GroundsOfOneVideo;

    fn description() -> Description {
        let about = "foreground mask, classes by area and a hint at the place, on every fifteenth frame";
        Description::new("background_segmentation", env!("CARGO_PKG_VERSION"), about)
            .frames(FrameRequest {
                sampling: Sampling::EveryNth(15),
                size: FrameSize::LongestSide(640),
                format: PixelFormat::Rgb8,
            })
            .batch(16)
            .model_of(va_inference::onnx::RUNTIMES)
            .model_of(&MODELS)
            .optional_model_of(&[SALIENCE])
            .optional_model_of(&[PERSON])
            .optional_model_of(&[THINGS])
            .memory_mib(400)
    }

    fn load(host: &Host) -> Result<Self> {
        Ok(BackgroundSegmentation {
            settings: host.settings::<Settings>()?.checked()?,
            segmenter: Segmenter::load(host)?,
            salience: Net::salience(host)?,
            person: Net::person(host)?,
            hints: Hints::load(host)?,
        })
    }

    fn open(self: &Arc<Self>, video: &Video, host: &Host) -> Result<Self::Session> {
        Ok(GroundsOfOneVideo {
            analyzer: Arc::clone(self),
            host: host.clone(),
            looking: Looking::new(Arc::clone(self), video),
            tally: Tally::default(),
        })
    }
}

impl BackgroundSegmentation {
    /// The stand-in's classes need not be believed at once: it sees a dog and a table in plain grey.
    fn least_sureness(&self) -> f32 {
        if self.segmenter.stands_in_for().is_some() { self.settings.sureness } else { 0.0 }
    }
}

impl Session for GroundsOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        for frames in batch.frames().chunks(self.analyzer.segmenter.batch()) {
            if self.host.cancelled() {
                break;
            }
            let sights = self.looking.look_at(frames)?;
            for (frame, sight) in frames.iter().zip(sights) {
                self.report(frame, &sight, findings)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, _findings: &mut Findings) -> Result<Summary> {
        let segmenter = &self.analyzer.segmenter;
        let summary = Summary::of(&self.tally.summary())?.model(segmenter.name());
        Ok(match segmenter.stands_in_for() {
            Some(reference) => {
                let (name, classes) = (segmenter.name(), segmenter.classes().len() - 1);
                summary.degraded(format!(
                    "{name} ran, which knows {classes} classes and no places, in place of {reference}"
                ))
            }
            None => summary,
        })
    }
}

impl GroundsOfOneVideo {
    fn report(&mut self, frame: &Frame<'_>, sight: &Sight, findings: &mut Findings) -> Result<()> {
        self.tally.add(sight.mask.as_ref().map(|mask| mask.ratio), sight.place);
        let Some(mask) = &sight.mask else { return Ok(()) };
        let known = self.analyzer.segmenter.classes();
        let area = |area: f64| rounded(area, 4);
        let classes = sight.classes.iter();
        let segment = Segment {
            timestamp: rounded(frame.timestamp_s, 3),
            foreground_ratio: area(mask.ratio),
            classes: classes
                .map(|c| Class { name: &known[c.class].name, area_ratio: area(c.area) })
                .collect(),
            mask: Runs { size: mask.size, counts: &mask.counts },
            scene: sight.place,
        };
        findings.frame_segment(frame, &segment)
    }
}

#[derive(Serialize)]
struct Segment<'a> {
    timestamp: f64,
    foreground_ratio: f64,
    /// The largest first.
    classes: Vec<Class<'a>>,
    mask: Runs<'a>,
    scene: Option<&'static str>,
}

#[derive(Serialize)]
struct Class<'a> {
    name: &'a str,
    area_ratio: f64,
}

#[derive(Serialize)]
struct Runs<'a> {
    size: [u32; 2],
    counts: &'a str,
}

va_analyzer_sdk::export_analyzer!(BackgroundSegmentation);
