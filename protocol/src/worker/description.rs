//! What an analyzer says of itself, as the daemon knows it: the worker's translation of the SDK's description.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnalyzerDescription {
    pub name: String,
    pub version: String,
    pub about: String,
    pub frames: Option<FrameRequest>,
    pub audio: Option<AudioRequest>,
    pub findings: Vec<FindingsRequest>,
    pub batch: u32,
    pub models: Vec<ModelRequest>,
    pub memory_mib: u64,
    /// Of the SDK that it was built with, where it says so.
    pub sdk_version: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRequest {
    /// Any of these will do, the best one first.
    pub any_of: Vec<String>,
    /// The analyzer finds something without it, too.
    pub optional: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FrameRequest {
    pub sampling: Sampling,
    pub size: FrameSize,
    pub format: PixelFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    EveryFrame,
    EveryNth(u32),
    PerSecond(f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameSize {
    Native,
    LongestSide(u32),
    Exact { width: u32, height: u32 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PixelFormat {
    Rgb8,
    Gray8,
}

impl PixelFormat {
    /// Bytes a pixel.
    pub const fn channels(self) -> usize {
        match self {
            PixelFormat::Rgb8 => 3,
            PixelFormat::Gray8 => 1,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudioRequest {
    Mono16k,
    Native,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingsRequest {
    pub analyzer: String,
    pub scope: FindingsScope,
    /// The other analyzer runs for this one, also where nobody asked for it.
    pub needed: bool,
    /// The other analyzer runs for this one where it can, also where nobody asked for it.
    pub wanted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingsScope {
    PerFrame,
    PerVideo,
}

impl AnalyzerDescription {
    /// What it wants to see and hear, for a listing.
    pub fn input_in_words(&self) -> String {
        let mut parts = Vec::new();
        if let Some(frames) = &self.frames {
            parts.push(frames.in_words());
        }
        match self.audio {
            Some(AudioRequest::Mono16k) => parts.push("sound at 16 kHz mono".to_owned()),
            Some(AudioRequest::Native) => parts.push("sound as recorded".to_owned()),
            None => {}
        }
        parts.extend(self.findings.iter().map(|other| format!("findings of {}", other.analyzer)));
        parts.join("; ")
    }
}

impl FrameRequest {
    fn in_words(&self) -> String {
        let sampling = match self.sampling {
            Sampling::EveryFrame => "every frame".to_owned(),
            Sampling::EveryNth(n) => format!("1 of {n} frames"),
            Sampling::PerSecond(rate) => format!("{rate} frames a second"),
        };
        let size = match self.size {
            FrameSize::Native => "native size".to_owned(),
            FrameSize::LongestSide(side) => format!("longest side {side}"),
            FrameSize::Exact { width, height } => format!("{width}x{height}"),
        };
        let format = match self.format {
            PixelFormat::Rgb8 => "RGB",
            PixelFormat::Gray8 => "gray",
        };
        format!("{sampling}, {size}, {format}")
    }
}
