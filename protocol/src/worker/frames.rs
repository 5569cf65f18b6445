//! From the decode worker to an analyze worker, for one job, and back.
//!
//! Pixels and samples lie in a ring of slots in shared memory, whose descriptor comes with [`FromDecoder::Setup`].
//! The messages only say which slot holds what. A slot is reused once every consumer has released it.

use serde::{Deserialize, Serialize};

use super::description::PixelFormat;

/// What is known of a video once it is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoInfo {
    pub width: u32,
    pub height: u32,
    pub rotation: u16,
    pub fps: f64,
    pub duration_s: Option<f64>,
    pub has_video: bool,
    pub has_audio: bool,
    pub video_codec: Option<String>,
    pub audio_codec: Option<String>,
    pub sample_rate: u32,
    pub channels: u16,
    pub container: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromDecoder {
    /// First. One descriptor: the sealed memory.
    Setup { video: VideoInfo, memory: u64, views: Vec<View> },
    /// A frame lies in a slot. `wanted_by`: positions of the analyzers in the job's list, as bits. `given_to`: the same
    /// of all that get this frame, by this view or another.
    Frame { view: usize, slot: usize, index: u64, timestamp_s: f64, wanted_by: u64, given_to: u64 },
    /// Sound lies in a slot: `samples` values of f32, interleaved.
    Audio { view: usize, slot: usize, start_s: f64, samples: usize, wanted_by: u64 },
    /// The decoder waits for a slot: nobody must wait for a fuller batch.
    Flush,
    /// Nothing follows. A stream that ends without it comes from a decoder that died.
    End,
}

/// A kind of content of the ring: all frames of one size and format, or sound of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct View {
    pub content: Content,
    /// Where its slots begin in the memory, bytes.
    pub offset: u64,
    /// Bytes from a slot to the next; a multiple of the page size.
    pub slot_bytes: u64,
    pub slots: usize,
    /// The most frames that one analyzer may hold in a call, so that others never starve.
    pub batch_limit: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    Frames { width: u32, height: u32, format: PixelFormat },
    Audio { sample_rate: u32, channels: u16 },
}

/// Back to the decoder.
#[derive(Debug, Serialize, Deserialize)]
pub struct Release {
    pub view: usize,
    pub slot: usize,
}
