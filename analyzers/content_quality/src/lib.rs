//! Technical quality of a video, a frame a second: sharpness, exposure, noise, blockiness, colourfulness, how natural the
//! picture's statistics are where that model is installed, and one score out of them; and how beautiful it is held to be,
//! where the models for that are.

pub mod aesthetic;
pub mod aggd;
pub mod blockiness;
pub mod brisque;
pub mod colorfulness;
pub mod exposure;
pub mod mscn;
pub mod noise;
pub mod plane;
pub mod sharpness;
pub mod svr;
pub mod technical;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use va_analyzer_sdk::ErrorKind;
use va_analyzer_sdk::prelude::*;
use va_inference::image::View;

use crate::aesthetic::Aesthetic;
use crate::brisque::Brisque;
use crate::plane::Plane;
use crate::technical::technical;

/// The analyzer: the models that are installed. The measures need none.
#[derive(Debug)]
pub struct ContentQuality {
    brisque: Option<Brisque>,
    aesthetic: std::result::Result<Aesthetic, Error>,
}

/// `[analyzers.content_quality.settings]`: none so far.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {}

/// One video.
#[derive(Debug)]
pub struct QualityOfOneVideo {
    analyzer: Arc<ContentQuality>,
    /// Luma of the frame at hand; its memory is kept from frame to frame.
    luma: Plane,
    natural: brisque::Room,
    seen: aesthetic::Room,
    means: Means,
}

impl Analyzer for ContentQuality {
    type Session = QualityOfOneVideo;

    fn description() -> Description {
        let about = "sharpness, exposure, noise, blockiness and colourfulness of one frame a second";
        Description::new("content_quality", env!("CARGO_PKG_VERSION"), about)
            .frames(FrameRequest {
                sampling: Sampling::PerSecond(1.0),
                size: FrameSize::Native,
                format: PixelFormat::Rgb8,
            })
            .optional_model_of(&[brisque::NAME])
            .optional_model_of(va_inference::onnx::RUNTIMES)
            .optional_model_of(&[aesthetic::ENCODER])
            .optional_model_of(&[aesthetic::HEAD])
    }

    fn load(host: &Host) -> Result<Self> {
        host.settings::<Settings>()?;
        let brisque = host.model_path(brisque::NAME).ok().map(|folder| Brisque::read(&folder)).transpose()?;
        let aesthetic = Aesthetic::load(host);
        match aesthetic {
            Err(error) if error.kind != ErrorKind::Unavailable => Err(error),
            aesthetic => Ok(ContentQuality { brisque, aesthetic }),
        }
    }

    fn open(self: &Arc<Self>, _video: &Video, _host: &Host) -> Result<Self::Session> {
        Ok(QualityOfOneVideo {
            analyzer: Arc::clone(self),
            luma: Plane::default(),
            natural: brisque::Room::default(),
            seen: aesthetic::Room::default(),
            means: Means::default(),
        })
    }
}

impl Session for QualityOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        for frame in batch {
            let quality = self.quality(frame)?;
            self.means.add(&quality);
            let timestamp = rounded(frame.timestamp_s, 3);
            findings.frame_segment(frame, &Segment { timestamp, quality: quality.rounded() })?;
        }
        Ok(())
    }

    fn finish(&mut self, _findings: &mut Findings) -> Result<Summary> {
        let quality = self.means.quality();
        let summary = WholeVideo { overall: overall(&quality), quality: quality.rounded() };
        let summary = Summary::of(&summary)?;
        let analyzer = &self.analyzer;
        let natural = analyzer.brisque.as_ref().map(|_| brisque::NAME);
        Ok(match &analyzer.aesthetic {
            Ok(_) => summary.model(aesthetic::ENCODER),
            Err(missing) => {
                let summary = natural.into_iter().fold(summary, Summary::model);
                summary.degraded(format!("without an aesthetic score: {}", missing.message))
            }
        })
    }
}

impl QualityOfOneVideo {
    fn quality(&mut self, frame: &Frame<'_>) -> Result<Quality> {
        self.luma.set_to_luma_of(frame.width as usize, frame.height as usize, frame.data);
        let measures = Measures::of(&self.luma, frame.data);
        let brisque = self.analyzer.brisque.as_ref();
        let brisque = brisque.and_then(|brisque| brisque.score(&self.luma, &mut self.natural));
        let aesthetic = match &self.analyzer.aesthetic {
            Ok(aesthetic) => Some(aesthetic.score(&View::of(frame), &mut self.seen)?),
            Err(_) => None,
        };
        Ok(Quality { technical: technical(&measures, brisque), aesthetic, measures })
    }
}

/// The mean of what is known of the technical and the aesthetic score.
fn overall(quality: &Quality) -> Option<f64> {
    let known: Vec<f64> = [quality.technical, quality.aesthetic].into_iter().flatten().collect();
    (!known.is_empty()).then(|| rounded(known.iter().sum::<f64>() / known.len() as f64, 4))
}

/// What is measured of a frame, each 0..1; `None` where the frame does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Measures {
    pub sharpness: Option<f64>,
    pub exposure: Option<f64>,
    /// The amount: 0 is clean.
    pub noise: Option<f64>,
    /// The amount: 0 is no blocks.
    pub blockiness: Option<f64>,
    pub colorfulness: Option<f64>,
}

impl Measures {
    fn of(luma: &Plane, rgb: &[u8]) -> Self {
        Measures {
            sharpness: sharpness::sharpness(luma),
            exposure: exposure::exposure(luma),
            noise: noise::noise(luma),
            blockiness: blockiness::blockiness(luma),
            colorfulness: colorfulness::colorfulness(rgb),
        }
    }
}

#[derive(Clone, Copy, Serialize)]
struct Quality {
    technical: Option<f64>,
    aesthetic: Option<f64>,
    #[serde(flatten)]
    measures: Measures,
}

impl Quality {
    fn values(&self) -> [Option<f64>; 7] {
        let Measures { sharpness, exposure, noise, blockiness, colorfulness } = self.measures;
        [self.technical, self.aesthetic, sharpness, exposure, noise, blockiness, colorfulness]
    }

    fn of_values(values: [Option<f64>; 7]) -> Self {
        let [technical, aesthetic, sharpness, exposure, noise, blockiness, colorfulness] = values;
        Quality {
            technical,
            aesthetic,
            measures: Measures { sharpness, exposure, noise, blockiness, colorfulness },
        }
    }

    fn rounded(&self) -> Self {
        Quality::of_values(self.values().map(|value| value.map(|value| rounded(value, 4))))
    }
}

#[derive(Serialize)]
struct Segment {
    timestamp: f64,
    #[serde(flatten)]
    quality: Quality,
}

#[derive(Serialize)]
struct WholeVideo {
    overall: Option<f64>,
    #[serde(flatten)]
    quality: Quality,
}

/// Sum and number of each value of [`Quality`], over the frames that have it.
#[derive(Debug, Default)]
struct Means {
    sums: [(f64, u32); 7],
}

impl Means {
    fn add(&mut self, quality: &Quality) {
        for ((sum, count), value) in self.sums.iter_mut().zip(quality.values()) {
            if let Some(value) = value {
                *sum += value;
                *count += 1;
            }
        }
    }

    fn quality(&self) -> Quality {
        Quality::of_values(self.sums.map(|(sum, count)| (count > 0).then(|| sum / f64::from(count))))
    }
}

va_analyzer_sdk::export_analyzer!(ContentQuality);
