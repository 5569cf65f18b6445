//! Where one shot ends and the next begins: cuts, dissolves, fades and wipes, from every frame, without a trained model.
//!
//! Each frame is reduced to a few hundred numbers as it comes ([`film`]) and compared with the one before
//! ([`distance`]); what they say is decided when all are known ([`shots`]).

pub mod blend;
pub mod cuts;
pub mod distance;
pub mod film;
pub mod gradual;
#[cfg(test)]
mod pictures;
pub mod settings;
pub mod shots;
pub mod threshold;
pub mod transition;
pub mod wipes;

use std::sync::Arc;

use serde::Serialize;
use va_analyzer_sdk::prelude::*;

use crate::cuts::Change;
use crate::film::Film;
use crate::settings::Settings;
use crate::transition::{Kind, Transition};

/// Pixels of the longer side of the frames: enough to follow motion by a pixel in 64, and to average noise away.
pub const FRAME_SIDE: u32 = 64;

/// The analyzer; it shares nothing but its settings.
#[derive(Debug)]
pub struct CutAnalysis {
    settings: Settings,
}

impl Analyzer for CutAnalysis {
    type Session = CutsOfOneVideo;

    fn description() -> Description {
        let about = "cuts, dissolves, fades and wipes from every frame, by structure and the blend model";
        Description::new("cut_analysis", env!("CARGO_PKG_VERSION"), about)
            .frames(FrameRequest {
                sampling: Sampling::EveryFrame,
                size: FrameSize::LongestSide(FRAME_SIDE),
                format: PixelFormat::Rgb8,
            })
            .batch(32)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        settings.check()?;
        Ok(CutAnalysis { settings })
    }

    fn open(self: &Arc<Self>, video: &Video, _host: &Host) -> Result<Self::Session> {
        Ok(CutsOfOneVideo {
            settings: self.settings.clone(),
            stated_fps: video.fps,
            film: Film::default(),
            changes: Vec::new(),
            frames: Vec::new(),
        })
    }
}

/// One video: its frames reduced, and how much each differs from the one before.
#[derive(Debug)]
pub struct CutsOfOneVideo {
    settings: Settings,
    stated_fps: f64,
    film: Film,
    changes: Vec<Change>,
    /// Number and seconds of each frame.
    frames: Vec<(u64, f64)>,
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
    fn frames(&mut self, batch: &FrameBatch<'_>, _findings: &mut Findings) -> Result<()> {
        for frame in batch {
            self.look_at(frame)?;
        }
        Ok(())
    }

    fn finish(&mut self, findings: &mut Findings) -> Result<Summary> {
        if self.frames.is_empty() {
            return Summary::of(&WholeVideo {
                cut_count: None,
                cuts_per_minute: None,
                shot_length_mean_s: None,
            });
        }
        let transitions = shots::transitions(&self.film, &self.changes, self.fps(), &self.settings);
        for transition in &transitions {
            findings.segment(&self.segment(transition))?;
        }
        Summary::of(&self.summary(&transitions))
    }
}

impl CutsOfOneVideo {
    fn look_at(&mut self, frame: &Frame<'_>) -> Result<()> {
        let size = (frame.width as usize, frame.height as usize);
        if self.film.is_empty() {
            self.film = Film::new(size.0, size.1);
        } else if size != (self.film.width, self.film.height) {
            let (width, height) = (self.film.width, self.film.height);
            let index = frame.index;
            return Err(Error::new(format!(
                "cannot compare frame {index} of {}x{} with frames of {width}x{height}",
                size.0, size.1
            )));
        }
        self.film.push(frame.data);
        self.frames.push((frame.index, frame.timestamp_s));
        let change = |before| Change::between(&self.film, before, before + 1);
        self.changes.push(self.film.len().checked_sub(2).map_or(Change::default(), change));
        Ok(())
    }

    /// Frames a second as they came; as the container says where a single one did.
    fn fps(&self) -> f64 {
        let span =
            self.frames.last().map_or(0.0, |last| last.1) - self.frames.first().map_or(0.0, |first| first.1);
        let fps = if span > 0.0 { (self.frames.len() - 1) as f64 / span } else { self.stated_fps };
        if fps.is_finite() && fps > 0.0 { fps } else { 25.0 }
    }

    fn segment(&self, transition: &Transition) -> Segment {
        let time = |frame: usize| rounded(self.frames[frame].1);
        Segment {
            timestamp: time(transition.frame),
            frame: self.frames[transition.frame].0,
            transition: transition.kind,
            start_time: time(transition.start),
            end_time: time(transition.end),
            confidence: rounded(f64::from(transition.confidence.clamp(0.0, 1.0))),
        }
    }

    fn summary(&self, transitions: &[Transition]) -> WholeVideo {
        let shots = shots::count(&self.film, transitions).max(1);
        let duration_s = self.frames.len() as f64 / self.fps();
        WholeVideo {
            cut_count: Some(shots - 1),
            cuts_per_minute: Some(rounded((shots - 1) as f64 / duration_s * 60.0)),
            shot_length_mean_s: Some(rounded(duration_s / shots as f64)),
        }
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

va_analyzer_sdk::export_analyzer!(CutAnalysis);
