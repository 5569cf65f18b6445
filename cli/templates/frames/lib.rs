//! Tells how bright a video is, second by second, and how much of it is dark.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use va_analyzer_sdk::prelude::*;

#[cfg(test)]
mod tests;

/// `[analyzers.NAME.settings]` of the daemon's configuration. What it leaves out is as in `default`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// A frame below this brightness is dark, 0..1.
    dark_below: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { dark_below: 0.2 }
    }
}

/// Loaded once, then at work for many videos: models and tables live here.
#[derive(Debug)]
pub struct Brightness {
    settings: Settings,
}

/// One video on its way through.
#[derive(Debug)]
pub struct OneVideo {
    settings: Settings,
    sum: f64,
    frames: u32,
    dark: u32,
}

/// What is told of one frame. The fields are those of the result document.
#[derive(Debug, Serialize)]
struct Segment {
    timestamp: f64,
    brightness: f64,
    dark: bool,
}

/// What is told of the whole video; unknown is null.
#[derive(Debug, Serialize)]
struct Whole {
    brightness: Option<f64>,
    dark_ratio: Option<f64>,
}

impl Analyzer for Brightness {
    type Session = OneVideo;

    fn description() -> Description {
        let about = "how bright it is, second by second";
        Description::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), about)
            .frames(FrameRequest {
                sampling: Sampling::PerSecond(1.0),
                size: FrameSize::LongestSide(64),
                format: PixelFormat::Gray8,
            })
            .batch(8)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        va_analyzer_sdk::within("dark_below", settings.dark_below, 0.0..=1.0)?;
        Ok(Brightness { settings })
    }

    fn open(self: &Arc<Self>, _video: &Video, _host: &Host) -> Result<OneVideo> {
        let settings = self.settings.clone();
        Ok(OneVideo {
            settings,
            sum: 0.0,
            frames: 0,
            dark: 0,
        })
    }
}

impl Session for OneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        for frame in batch {
            let sum: u64 = frame.data.iter().map(|luma| u64::from(*luma)).sum();
            let brightness = sum as f64 / frame.data.len() as f64 / 255.0;
            let dark = brightness < self.settings.dark_below;
            self.sum += brightness;
            self.frames += 1;
            self.dark += u32::from(dark);
            let segment = Segment {
                timestamp: rounded(frame.timestamp_s, 3),
                brightness: rounded(brightness, 3),
                dark,
            };
            findings.frame_segment(frame, &segment)?;
        }
        Ok(())
    }

    fn finish(&mut self, _findings: &mut Findings) -> Result<Summary> {
        let of_all = |sum: f64| (self.frames > 0).then(|| rounded(sum / f64::from(self.frames), 3));
        Summary::of(&Whole {
            brightness: of_all(self.sum),
            dark_ratio: of_all(f64::from(self.dark)),
        })
    }
}

va_analyzer_sdk::export_analyzer!(Brightness);
