//! Where one shot ends and the next begins: cuts, dissolves, fades and wipes, from every frame.
//!
//! Each frame is reduced to a few hundred numbers as it comes ([`film`]) and compared with the one before
//! ([`distance`]). What they say is decided some seconds later ([`reel`]): what is beyond doubt at once, the rest by a
//! network ([`transnet`]) where it is installed ([`join`]).

pub mod blend;
pub mod cuts;
pub mod distance;
pub mod film;
pub mod gradual;
pub mod join;
#[cfg(test)]
mod pictures;
pub mod reel;
pub mod settings;
pub mod shots;
pub mod threshold;
pub mod transition;
pub mod transnet;
pub mod unexplained;
pub mod wipes;

use std::sync::Arc;

use serde::Serialize;
use va_analyzer_sdk::ErrorKind;
use va_analyzer_sdk::prelude::*;

use crate::reel::Reel;
use crate::settings::Settings;
use crate::transition::{Kind, Transition};
use crate::transnet::TransNet;

/// Pixels of the longer side of the frames: enough to follow motion by a pixel in 64, and to average noise away.
pub const FRAME_SIDE: u32 = 64;

/// The analyzer: its settings, and the network where it is installed.
#[derive(Debug)]
pub struct CutAnalysis {
    settings: Settings,
    network: std::result::Result<TransNet, Error>,
}

impl Analyzer for CutAnalysis {
    type Session = CutsOfOneVideo;

    fn description() -> Description {
        let about =
            "cuts, dissolves, fades and wipes from every frame, by structure, the blend model and a network";
        Description::new("cut_analysis", env!("CARGO_PKG_VERSION"), about)
            .frames(FrameRequest {
                sampling: Sampling::EveryFrame,
                size: FrameSize::LongestSide(FRAME_SIDE),
                format: PixelFormat::Rgb8,
            })
            .batch(32)
            .optional_model_of(va_inference::onnx::RUNTIMES)
            .optional_model_of(&[transnet::NAME])
            .memory_mib(250)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        settings.check()?;
        let network = TransNet::load(host);
        match network {
            Err(error) if error.kind != ErrorKind::Unavailable => Err(error),
            network => Ok(CutAnalysis { settings, network }),
        }
    }

    fn open(self: &Arc<Self>, video: &Video, host: &Host) -> Result<Self::Session> {
        Ok(CutsOfOneVideo {
            analyzer: Arc::clone(self),
            host: host.clone(),
            stated_fps: video.fps,
            reel: Reel::default(),
            frames: Vec::new(),
            contrast: Vec::new(),
            transitions: Vec::new(),
        })
    }
}

/// One video.
#[derive(Debug)]
pub struct CutsOfOneVideo {
    analyzer: Arc<CutAnalysis>,
    host: Host,
    stated_fps: f64,
    /// What is not decided yet.
    reel: Reel,
    /// Number and seconds of each frame.
    frames: Vec<(u64, f64)>,
    /// Standard deviation of luma within each frame.
    contrast: Vec<f32>,
    /// Those that are decided.
    transitions: Vec<Transition>,
}

#[derive(Debug, Serialize)]
struct Segment {
    timestamp: f64,
    frame: u64,
    transition: Kind,
    start_time: f64,
    end_time: f64,
    confidence: f64,
}

#[derive(Debug, Serialize)]
struct WholeVideo {
    /// Shots less one.
    cut_count: Option<usize>,
    cuts_per_minute: Option<f64>,
    shot_length_mean_s: Option<f64>,
}

impl Session for CutsOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        for frame in batch {
            self.look_at(frame)?;
            self.decide(findings, false)?;
        }
        Ok(())
    }

    fn finish(&mut self, findings: &mut Findings) -> Result<Summary> {
        if self.frames.is_empty() {
            return self.signed(Summary::of(&WholeVideo {
                cut_count: None,
                cuts_per_minute: None,
                shot_length_mean_s: None,
            })?);
        }
        self.decide(findings, true)?;
        let (looked, all) = (self.reel.windows, self.frames.len().div_ceil(transnet::INNER));
        self.host.log(LogLevel::Debug, format!("the network looked at {looked} windows; all would be {all}"));
        self.signed(Summary::of(&self.summary())?)
    }
}

impl CutsOfOneVideo {
    fn look_at(&mut self, frame: &Frame<'_>) -> Result<()> {
        let size = (frame.width as usize, frame.height as usize);
        if let Some((width, height)) = self.reel.size().filter(|first| *first != size) {
            let index = frame.index;
            return Err(Error::new(format!(
                "cannot compare frame {index} of {}x{} with frames of {width}x{height}",
                size.0, size.1
            )));
        }
        let contrast = self.reel.push(frame, self.analyzer.network.is_ok())?;
        self.contrast.push(contrast);
        self.frames.push((frame.index, frame.timestamp_s));
        Ok(())
    }

    fn decide(&mut self, findings: &mut Findings, at_the_end: bool) -> Result<()> {
        let (fps, network) = (self.fps(), self.analyzer.network.as_ref().ok());
        let found = self.reel.decide(fps, &self.analyzer.settings, network, at_the_end)?;
        for transition in &found {
            findings.segment(&self.segment(transition))?;
        }
        self.transitions.extend(found);
        Ok(())
    }

    /// Names the network, or says why it did not look.
    fn signed(&self, summary: Summary) -> Result<Summary> {
        Ok(match &self.analyzer.network {
            Ok(_) => summary.model(transnet::NAME),
            Err(missing) => summary
                .degraded(format!("doubtful places were decided without the network: {}", missing.message)),
        })
    }

    /// Frames a second as they came; as the container says where a single one did.
    fn fps(&self) -> f64 {
        let span =
            self.frames.last().map_or(0.0, |last| last.1) - self.frames.first().map_or(0.0, |first| first.1);
        let fps = if span > 0.0 { (self.frames.len() - 1) as f64 / span } else { self.stated_fps };
        if fps.is_finite() && fps > 0.0 { fps } else { 25.0 }
    }

    fn segment(&self, transition: &Transition) -> Segment {
        let time = |frame: usize| rounded(self.frames[frame].1, 3);
        Segment {
            timestamp: time(transition.frame),
            frame: self.frames[transition.frame].0,
            transition: transition.kind,
            start_time: time(transition.start),
            end_time: time(transition.end),
            confidence: rounded(f64::from(transition.confidence.clamp(0.0, 1.0)), 3),
        }
    }

    fn summary(&self) -> WholeVideo {
        let shots = shots::count(&self.contrast, &self.transitions).max(1);
        let duration_s = self.frames.len() as f64 / self.fps();
        WholeVideo {
            cut_count: Some(shots - 1),
            cuts_per_minute: Some(rounded((shots - 1) as f64 / duration_s * 60.0, 3)),
            shot_length_mean_s: Some(rounded(duration_s / shots as f64, 3)),
        }
    }
}

va_analyzer_sdk::export_analyzer!(CutAnalysis);
