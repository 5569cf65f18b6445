//! Sound as an analyzer hears it: borrowed from the memory the decoder wrote it to.

/// A stretch of sound. Chunks come in order, without gaps or overlaps, and are about a second long; the last one may
/// be shorter. The samples are valid during the call only.
#[derive(Debug, Clone, Copy)]
pub struct AudioChunk<'a> {
    /// Seconds of the first sample, from the first frame of the video. Slightly negative where the sound starts
    /// before the picture.
    pub start_s: f64,
    /// Samples a second and channel.
    pub sample_rate: u32,
    pub channels: u16,
    /// Interleaved: `channels` samples for each instant. Nominally -1..1.
    pub samples: &'a [f32],
}

impl AudioChunk<'_> {
    /// Instants in this chunk.
    pub fn len(&self) -> usize {
        self.samples.len() / usize::from(self.channels.max(1))
    }

    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Seconds.
    pub fn duration_s(&self) -> f64 {
        self.len() as f64 / f64::from(self.sample_rate.max(1))
    }
}
