//! What the camera does: pan, tilt, zoom, roll, shake or nothing, from the motion of the picture's content.
//!
//! Sparse optical flow over a grid, one similarity that most of the picture agrees on, then names for its speeds. Each
//! step is a module; this file is the plugin around them. See README.md.

pub mod coarse;
pub mod consensus;
pub mod corners;
pub mod flow;
pub mod motion;
pub mod movement;
pub mod path;
pub mod pyramid;
pub mod settings;
pub mod similarity;
pub mod timeline;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use va_analyzer_sdk::prelude::*;

use crate::motion::Follower;
use crate::movement::Movement;
use crate::path::{Scene, Step};
use crate::settings::Settings;
use crate::timeline::{Stretch, dominant, mean, stretches};

/// The longer side of the frames it sees, pixels.
const LONGEST_SIDE: u32 = 384;

/// A stretch of the video in which the camera does one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Seconds from the first frame.
    pub start_time: f64,
    pub end_time: f64,
    pub movement: Movement,
    /// 0..1: 1 - exp(-v / 0.25), v the content's root mean square speed in picture sizes per second.
    pub intensity: f64,
    /// 0..1: exp(-r / 0.005), r how far the path strays from its smoothed version, root mean square in picture sizes;
    /// `None` where the segment has too few samples to tell.
    pub stability: Option<f64>,
}

/// The whole video in two values; `None` where nothing could be followed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CameraSummary {
    /// The movement that takes most of the time.
    pub dominant_movement: Option<Movement>,
    /// The mean of the segments' stability, by their length.
    pub stability: Option<f64>,
}

/// The analyzer; it has no model, only settings.
#[derive(Debug)]
pub struct CameraAnalysis {
    settings: Settings,
}

impl Analyzer for CameraAnalysis {
    type Session = CameraOfOneVideo;

    fn description() -> Description {
        Description::new(
            "camera_analysis",
            env!("CARGO_PKG_VERSION"),
            "what the camera does: pan, tilt, zoom, roll, shake, or nothing",
        )
        .frames(FrameRequest {
            sampling: Sampling::EveryNth(5),
            size: FrameSize::LongestSide(LONGEST_SIDE),
            format: PixelFormat::Gray8,
        })
        .batch(8)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        match settings.problem() {
            None => Ok(CameraAnalysis { settings }),
            Some(problem) => Err(Error::new(format!("the analyzer's settings are not usable: {problem}"))),
        }
    }

    fn open(self: &Arc<Self>, video: &Video, _host: &Host) -> Result<Self::Session> {
        Ok(CameraOfOneVideo {
            settings: self.settings,
            duration_s: video.duration_s,
            follower: Follower::default(),
            scene: None,
            last_sample_s: None,
            longest_interval_s: 0.0,
            steps: Vec::new(),
        })
    }
}

/// What it has seen of one video: only the last frame and the camera's steps are kept.
#[derive(Debug)]
pub struct CameraOfOneVideo {
    settings: Settings,
    duration_s: Option<f64>,
    follower: Follower,
    scene: Option<Scene>,
    last_sample_s: Option<f64>,
    longest_interval_s: f64,
    steps: Vec<Step>,
}

impl Session for CameraOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, _findings: &mut Findings) -> Result<()> {
        for frame in batch {
            self.look_at(frame);
        }
        Ok(())
    }

    fn finish(&mut self, findings: &mut Findings) -> Result<Summary> {
        let found = self.stretches();
        for stretch in &found {
            findings.segment(&Segment {
                start_time: rounded(stretch.start_s, 3),
                end_time: rounded(stretch.end_s, 3),
                movement: stretch.movement,
                intensity: rounded(stretch.intensity, 3),
                stability: stretch.stability.map(|value| rounded(value, 3)),
            })?;
        }
        let stabilities = found.iter().filter_map(|s| Some((s.stability?, s.end_s - s.start_s)));
        Summary::of(&CameraSummary {
            dominant_movement: dominant(&found),
            stability: mean(stabilities).map(|value| rounded(value, 3)),
        })
    }
}

impl CameraOfOneVideo {
    fn look_at(&mut self, frame: &Frame<'_>) {
        let (width, height) = (frame.width as usize, frame.height as usize);
        let before_s = self.last_sample_s.unwrap_or(frame.timestamp_s);
        // Two frames at one time tell nothing of speed: the first of them stands.
        if width * height == 0 || (self.last_sample_s.is_some() && frame.timestamp_s <= before_s) {
            return;
        }
        let scene = *self.scene.get_or_insert(Scene::new(f64::from(frame.width), f64::from(frame.height)));
        if let Some(found) = self.follower.next(frame.data, width, height) {
            self.steps.push(scene.step(&found.model, before_s, frame.timestamp_s));
        }
        self.longest_interval_s = f64::max(self.longest_interval_s, frame.timestamp_s - before_s);
        self.last_sample_s = Some(frame.timestamp_s);
    }

    fn stretches(&self) -> Vec<Stretch> {
        let (Some(scene), Some(last_s)) = (self.scene, self.last_sample_s) else { return Vec::new() };
        // The container's duration may be that of a longer sound track: no further than the next sample would be.
        let end_s = self.duration_s.unwrap_or(last_s).clamp(last_s, last_s + self.longest_interval_s);
        stretches(&self.steps, &scene, &self.settings, end_s)
    }
}

va_analyzer_sdk::export_analyzer!(CameraAnalysis);
