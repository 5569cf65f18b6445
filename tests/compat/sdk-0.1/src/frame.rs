//! Frames as an analyzer sees them: borrowed from the memory the decoder wrote them to.

use crate::{OtherFindings, PixelFormat};

/// One frame. The pixels stay where the decoder put them and are valid during the call only.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The frame's number in the video, from 0, in the order of display.
    pub index: u64,
    /// Seconds from the first frame.
    pub timestamp_s: f64,
    pub width: u32,
    pub height: u32,
    pub format: PixelFormat,
    /// `height` rows of `width * format.channels()` bytes.
    pub data: &'a [u8],
    /// Where they were asked for: what other analyzers found in this frame.
    pub findings: &'a [OtherFindings<'a>],
}

impl<'a> Frame<'a> {
    /// One row of pixels, from the top. Panics where `y` is not below `height`.
    pub fn row(&self, y: u32) -> &'a [u8] {
        let stride = self.width as usize * self.format.channels();
        &self.data[y as usize * stride..][..stride]
    }

    /// The rows from the top.
    pub fn rows(&self) -> std::slice::ChunksExact<'a, u8> {
        self.data.chunks_exact((self.width as usize * self.format.channels()).max(1))
    }
}

/// The frames of one call, in the order of display; at least one.
#[derive(Debug, Clone, Copy)]
pub struct FrameBatch<'a> {
    frames: &'a [Frame<'a>],
}

impl<'a> FrameBatch<'a> {
    pub fn new(frames: &'a [Frame<'a>]) -> Self {
        FrameBatch { frames }
    }

    pub fn frames(&self) -> &'a [Frame<'a>] {
        self.frames
    }

    pub fn len(&self) -> usize {
        self.frames.len()
    }

    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    pub fn iter(&self) -> std::slice::Iter<'a, Frame<'a>> {
        self.frames.iter()
    }
}

impl<'a> IntoIterator for &FrameBatch<'a> {
    type Item = &'a Frame<'a>;
    type IntoIter = std::slice::Iter<'a, Frame<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.frames.iter()
    }
}
