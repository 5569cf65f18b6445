//! What an analyzer declares about itself, and what it is told about a video.
//!
//! Both cross the plugin boundary as JSON text, since they are needed once per load and once per video: a field can
//! be added here without a change of the binary interface.

use serde::{Deserialize, Serialize};

/// What an analyzer is and what it wants to see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// The key of its findings in the result document, such as `color_analysis`: lower case, digits, `_`.
    pub name: String,
    /// The analyzer's own version, semantic versioning.
    pub version: String,
    /// One line for a listing.
    pub about: String,
    /// The frames it wants; `None` for an analyzer that looks at no picture.
    #[serde(default)]
    pub frames: Option<FrameRequest>,
    /// The sound it wants; `None` for an analyzer that does not listen.
    #[serde(default)]
    pub audio: Option<AudioRequest>,
    /// Findings of other analyzers that it builds on.
    #[serde(default)]
    pub findings: Vec<FindingsRequest>,
    /// How many frames it would like in one call. The system may hand over fewer, never more.
    #[serde(default = "one")]
    pub batch: u32,
    /// The models it runs.
    #[serde(default)]
    pub models: Vec<ModelRequest>,
    /// Memory it expects to take on its device once loaded, MiB.
    #[serde(default)]
    pub memory_mib: u64,
}

fn one() -> u32 {
    1
}

impl Description {
    /// An analyzer that so far wants nothing; see the other methods.
    pub fn new(name: &str, version: &str, about: &str) -> Self {
        Description {
            name: name.to_owned(),
            version: version.to_owned(),
            about: about.to_owned(),
            frames: None,
            audio: None,
            findings: Vec::new(),
            batch: 1,
            models: Vec::new(),
            memory_mib: 0,
        }
    }

    /// It wants these frames.
    #[must_use]
    pub fn frames(mut self, request: FrameRequest) -> Self {
        self.frames = Some(request);
        self
    }

    /// It wants this sound.
    #[must_use]
    pub fn audio(mut self, request: AudioRequest) -> Self {
        self.audio = Some(request);
        self
    }

    /// It builds on the findings of another analyzer where that one runs, too. May be called more than once.
    #[must_use]
    pub fn findings_of(self, analyzer: &str, scope: FindingsScope) -> Self {
        self.request(FindingsRequest { analyzer: analyzer.to_owned(), scope, needed: false, wanted: false })
    }

    /// It finds less without the findings of another analyzer: the system runs that one for it where it can, also where
    /// nobody asked for it. Where that one cannot run or fails, this one runs without, and counts as degraded. May be
    /// called more than once.
    #[must_use]
    pub fn wants_findings_of(self, analyzer: &str, scope: FindingsScope) -> Self {
        self.request(FindingsRequest { analyzer: analyzer.to_owned(), scope, needed: false, wanted: true })
    }

    /// It cannot do without the findings of another analyzer: the system runs that one for it, also where nobody asked
    /// for it. May be called more than once.
    #[must_use]
    pub fn needs_findings_of(self, analyzer: &str, scope: FindingsScope) -> Self {
        self.request(FindingsRequest { analyzer: analyzer.to_owned(), scope, needed: true, wanted: false })
    }

    fn request(mut self, request: FindingsRequest) -> Self {
        self.findings.push(request);
        self
    }

    /// It would like this many frames in one call.
    #[must_use]
    pub fn batch(mut self, frames: u32) -> Self {
        self.batch = frames;
        self
    }

    /// It needs this model. May be called more than once.
    #[must_use]
    pub fn model(self, name: &str) -> Self {
        self.model_of(&[name])
    }

    /// It needs one of these models, and takes the first that is installed and allowed
    /// ([`Host::first_model`](crate::Host::first_model)).
    #[must_use]
    pub fn model_of(mut self, names: &[&str]) -> Self {
        self.models.push(ModelRequest { any_of: owned(names), optional: false });
        self
    }

    /// It does more with one of these models, and something without.
    #[must_use]
    pub fn optional_model_of(mut self, names: &[&str]) -> Self {
        self.models.push(ModelRequest { any_of: owned(names), optional: true });
        self
    }

    /// Memory it expects to take on its device, MiB.
    #[must_use]
    pub fn memory_mib(mut self, memory: u64) -> Self {
        self.memory_mib = memory;
        self
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A model that an analyzer runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRequest {
    /// Any of these will do, the best one first.
    pub any_of: Vec<String>,
    /// The analyzer finds something without it, too.
    #[serde(default)]
    pub optional: bool,
}

/// Which frames, how large, in which pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FrameRequest {
    pub sampling: Sampling,
    pub size: FrameSize,
    pub format: PixelFormat,
}

/// Which frames of the video. The first frame is always one of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    EveryFrame,
    /// Frames 0, n, 2n, … by number.
    EveryNth(u32),
    /// The first frame at or after each multiple of 1/n seconds: right for variable frame rates, too.
    PerSecond(f64),
}

/// How large a frame is handed over. Frames are upright: rotation is applied already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameSize {
    /// As in the video.
    Native,
    /// Scaled down so that the longer side has this many pixels, the aspect kept. Never scaled up.
    LongestSide(u32),
    /// Exactly this size, the aspect not kept.
    Exact { width: u32, height: u32 },
}

/// The layout of a frame's pixels: rows from the top, no padding between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PixelFormat {
    /// Three bytes a pixel: red, green, blue, full range.
    Rgb8,
    /// One byte a pixel: luma, full range (0 black, 255 white).
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

/// The sound an analyzer wants, always as 32-bit float, nominally -1..1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudioRequest {
    /// 16 kHz, one channel.
    Mono16k,
    /// The rate and the channels of the file, interleaved.
    Native,
}

/// Findings of another analyzer that an analyzer builds on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingsRequest {
    pub analyzer: String,
    pub scope: FindingsScope,
    /// The analyzer cannot do without them.
    #[serde(default)]
    pub needed: bool,
    /// The analyzer finds less without them; the other one runs for it where it can.
    #[serde(default)]
    pub wanted: bool,
}

/// How findings of another analyzer arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingsScope {
    /// With each frame: what the other analyzer found in that very frame ([`Frame::findings`](crate::Frame)).
    /// A frame that the other does not look at comes without.
    PerFrame,
    /// Once, when the other is done with the whole video
    /// ([`Session::other_findings`](crate::Session::other_findings)).
    PerVideo,
}

/// The video a session is opened for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Video {
    /// Pixels, upright.
    pub width: u32,
    /// Pixels, upright.
    pub height: u32,
    /// Mean frame rate; 0 where there is no picture.
    pub fps: f64,
    /// Seconds, as the container says; `None` where it does not.
    pub duration_s: Option<f64>,
    /// Whether there is a picture track.
    pub has_video: bool,
    /// Whether there is a sound track.
    pub has_audio: bool,
    /// Hz of the sound track, 0 without one.
    pub sample_rate: u32,
    /// Channels of the sound track, 0 without one.
    pub channels: u16,
}
