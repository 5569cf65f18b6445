//! What an analyzer is.
//!
//! An analyzer is a shared library that *declares* what it wants to see and is *provided* with it: it never opens a
//! video, a socket or a model store itself. Two lifetimes matter: the [`Analyzer`] is loaded once and serves many
//! videos (models live there, warm), a [`Session`] sees one video from its first frame to its findings.
//!
//! An author writes safe Rust against this crate, calls [`export_analyzer!`] once, and builds a `cdylib`:
//!
//! ```
//! use std::sync::Arc;
//! use va_analyzer_sdk::prelude::*;
//!
//! /// Mean brightness of a frame every second.
//! pub struct Brightness;
//!
//! pub struct BrightnessOfOneVideo {
//!     sum: f64,
//!     frames: u32,
//! }
//!
//! impl Analyzer for Brightness {
//!     type Session = BrightnessOfOneVideo;
//!
//!     fn description() -> Description {
//!         Description::new("brightness", "1.0.0", "mean luma of one frame a second").frames(FrameRequest {
//!             sampling: Sampling::PerSecond(1.0),
//!             size: FrameSize::LongestSide(64),
//!             format: PixelFormat::Gray8,
//!         })
//!     }
//!
//!     fn load(_host: &Host) -> Result<Self> {
//!         Ok(Brightness)
//!     }
//!
//!     fn open(self: &Arc<Self>, _video: &Video, _host: &Host) -> Result<Self::Session> {
//!         Ok(BrightnessOfOneVideo { sum: 0.0, frames: 0 })
//!     }
//! }
//!
//! impl Session for BrightnessOfOneVideo {
//!     fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
//!         for frame in batch {
//!             let total: u64 = frame.data.iter().map(|&luma| u64::from(luma)).sum();
//!             let mean = total as f64 / frame.data.len() as f64 / 255.0;
//!             findings.segment(&json!({ "timestamp": frame.timestamp_s, "brightness": mean }))?;
//!             self.sum += mean;
//!             self.frames += 1;
//!         }
//!         Ok(())
//!     }
//!
//!     fn finish(&mut self, _findings: &mut Findings) -> Result<Summary> {
//!         Summary::of(&json!({ "brightness": self.sum / f64::from(self.frames.max(1)) }))
//!     }
//! }
//!
//! va_analyzer_sdk::export_analyzer!(Brightness);
//!
//! // A test runs it in process, on pictures it makes or on a clip.
//! use va_analyzer_sdk::testing::{Clip, Picture, Run};
//! let clip = Clip::from_pictures(25.0, (0..50).map(|_| Picture::filled(128, 72, [255, 255, 255])));
//! let seen = Run::new::<Brightness>().on(&clip).expect("analysed");
//! assert_eq!(seen.segments.len(), 2);
//! assert_eq!(seen.summary["brightness"], 1.0);
//! ```
//!
//! What crosses the boundary, and how versions are checked, is in [`abi`] and [`compatibility`]; authors need neither.

pub mod abi;
mod audio;
pub mod compatibility;
mod description;
mod error;
mod export;
mod findings;
mod frame;
mod host;
mod sampling;
mod settings;
pub mod testing;

pub use audio::AudioChunk;
pub use description::{
    AudioRequest, Description, FindingsRequest, FindingsScope, FrameRequest, FrameSize, ModelRequest,
    PixelFormat, Sampling, Video,
};
pub use error::{Error, ErrorKind, Result};
pub use export::{Analyzer, Session};
pub use findings::{Findings, OtherFindings, Summary, rounded};
pub use frame::{Frame, FrameBatch};
pub use host::{Host, HostServices, LogLevel};
pub use sampling::Sampler;
pub use settings::within;

/// Everything an analyzer's source usually needs.
pub mod prelude {
    pub use crate::{
        Analyzer, AudioChunk, AudioRequest, Description, Error, Findings, FindingsRequest, FindingsScope,
        Frame, FrameBatch, FrameRequest, FrameSize, Host, LogLevel, OtherFindings, PixelFormat, Result,
        Sampling, Session, Summary, Video, rounded,
    };
    pub use serde_json::json;
}
