//! Colours of a video, a frame a second: the dominant ones with names, how warm, bright, saturated and contrasty
//! the picture is, and a word for its mood.

pub mod kmeans;
pub mod mood;
pub mod names;
pub mod palette;
pub mod pixels;
pub mod temperature;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use va_analyzer_sdk::prelude::*;

use crate::mood::{Mood, mood};
use crate::palette::{DominantColor, PaletteRules, palette};
use crate::pixels::Pixels;
use crate::temperature::{Temperature, temperature};

/// The analyzer: its settings, checked.
#[derive(Debug)]
pub struct ColorAnalysis {
    rules: PaletteRules,
}

/// `[analyzers.color_analysis.settings]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// Clusters that are looked for, 1 to 16: a palette has at most as many colours.
    colors: usize,
    /// Clusters nearer than this (CIEDE2000) are one colour, 0 or more.
    merge_delta_e: f32,
    /// Colours with a smaller share of the picture are left out, 0 to below 1.
    min_ratio: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { colors: 5, merge_delta_e: 8.0, min_ratio: 0.01 }
    }
}

impl Settings {
    fn checked(self) -> Result<PaletteRules> {
        let Settings { colors, merge_delta_e, min_ratio } = self;
        if !(1..=16).contains(&colors) {
            return Err(Error::new(format!("the setting colors is {colors}, but must be 1 to 16")));
        }
        if !(0.0..=100.0).contains(&merge_delta_e) {
            return Err(Error::new(format!(
                "the setting merge_delta_e is {merge_delta_e}, but must be 0 to 100"
            )));
        }
        if !(0.0..1.0).contains(&min_ratio) {
            return Err(Error::new(format!(
                "the setting min_ratio is {min_ratio}, but must be 0 to below 1"
            )));
        }
        Ok(PaletteRules { colors, merge_delta_e, min_ratio })
    }
}

/// One video: the pixels of the frame at hand, and those of all frames so far.
#[derive(Debug)]
pub struct ColorsOfOneVideo {
    rules: PaletteRules,
    frame: Pixels,
    video: Pixels,
}

impl Analyzer for ColorAnalysis {
    type Session = ColorsOfOneVideo;

    fn description() -> Description {
        let about =
            "dominant colours, warmth, brightness, saturation, contrast and mood of one frame a second";
        Description::new("color_analysis", env!("CARGO_PKG_VERSION"), about)
            .frames(FrameRequest {
                sampling: Sampling::PerSecond(1.0),
                size: FrameSize::LongestSide(160),
                format: PixelFormat::Rgb8,
            })
            .batch(16)
    }

    fn load(host: &Host) -> Result<Self> {
        Ok(ColorAnalysis { rules: host.settings::<Settings>()?.checked()? })
    }

    fn open(self: &Arc<Self>, _video: &Video, _host: &Host) -> Result<Self::Session> {
        Ok(ColorsOfOneVideo { rules: self.rules, frame: Pixels::default(), video: Pixels::default() })
    }
}

impl Session for ColorsOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        for frame in batch {
            self.frame.clear();
            self.frame.add_rgb(frame.data);
            self.video.add(&self.frame);
            let colors = Colors::of(&self.frame, self.rules);
            findings.frame_segment(frame, &Segment { timestamp: rounded(frame.timestamp_s, 3), colors })?;
        }
        Ok(())
    }

    fn finish(&mut self, _findings: &mut Findings) -> Result<Summary> {
        Summary::of(&Colors::of(&self.video, self.rules))
    }
}

#[derive(Serialize)]
struct Segment {
    timestamp: f64,
    #[serde(flatten)]
    colors: Colors,
}

/// What is said of a frame, and of a video. `null` where there was no pixel.
#[derive(Serialize, Default)]
struct Colors {
    dominant_colors: Vec<DominantColor>,
    temperature: Option<Temperature>,
    temperature_k: Option<u32>,
    brightness: Option<f64>,
    saturation: Option<f64>,
    contrast: Option<f64>,
    mood: Option<Mood>,
}

impl Colors {
    fn of(pixels: &Pixels, rules: PaletteRules) -> Self {
        if pixels.is_empty() {
            return Colors::default();
        }
        let (brightness, saturation, contrast) =
            (pixels.brightness(), pixels.saturation(), pixels.contrast());
        let (temperature, kelvin) = temperature(pixels.mean_xyz());
        Colors {
            dominant_colors: palette(&pixels.points(), rules),
            temperature: Some(temperature),
            temperature_k: kelvin.map(|kelvin| kelvin.round() as u32),
            brightness: Some(rounded(brightness, 4)),
            saturation: Some(rounded(saturation, 4)),
            contrast: Some(rounded(contrast, 4)),
            mood: Some(mood(brightness, saturation, contrast, temperature)),
        }
    }
}

va_analyzer_sdk::export_analyzer!(ColorAnalysis);
