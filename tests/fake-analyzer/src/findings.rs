//! What a well-behaved fake analyzer has to say of frames and sound.

use serde::{Deserialize, Serialize};
use va_analyzer_sdk::{AudioChunk, Frame, PixelFormat};

#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) frames: u64,
}

/// One for each frame.
#[derive(Debug, Serialize)]
pub(crate) struct FrameSegment {
    index: u64,
    timestamp: f64,
    width: u32,
    height: u32,
    format: &'static str,
    /// Mean of all values, 0..255.
    mean: f64,
    /// The same of each quarter: top left, top right, bottom left, bottom right.
    quarters: [f64; 4],
    checksum: String,
    /// Frames in the same call.
    batch: usize,
    /// Segments of other analyzers that came with it.
    others: usize,
}

impl Seen {
    pub(crate) fn take(&mut self, frame: &Frame<'_>, batch: usize, others: usize) -> FrameSegment {
        self.frames += 1;
        FrameSegment {
            index: frame.index,
            timestamp: frame.timestamp_s,
            width: frame.width,
            height: frame.height,
            format: match frame.format {
                PixelFormat::Rgb8 => "rgb8",
                PixelFormat::Gray8 => "gray8",
            },
            mean: mean(frame.data.iter()),
            quarters: quarters(frame),
            checksum: format!("{:016x}", checksum(frame.data)),
            batch,
            others,
        }
    }
}

fn mean<'a>(values: impl ExactSizeIterator<Item = &'a u8>) -> f64 {
    let count = values.len().max(1);
    values.map(|value| u64::from(*value)).sum::<u64>() as f64 / count as f64
}

fn quarters(frame: &Frame<'_>) -> [f64; 4] {
    let (mut sums, mut counts) = ([0u64; 4], [0u64; 4]);
    let across = frame.width as usize / 2 * frame.format.channels();
    for (y, row) in frame.rows().enumerate() {
        let lower = usize::from(y >= frame.height as usize / 2) * 2;
        let (left, right) = row.split_at(across);
        for (at, part) in [(lower, left), (lower + 1, right)] {
            sums[at] += part.iter().map(|value| u64::from(*value)).sum::<u64>();
            counts[at] += part.len() as u64;
        }
    }
    [0, 1, 2, 3].map(|at| sums[at] as f64 / counts[at].max(1) as f64)
}

/// Differs for nearly any two different pictures; eight bytes at a time.
fn checksum(data: &[u8]) -> u64 {
    let mix = |sum: u64, word: u64| (sum.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    let words = data.chunks_exact(8);
    let rest = words.remainder().iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let sum = words.fold(data.len() as u64, |sum, word| {
        mix(sum, u64::from_le_bytes(word.try_into().expect("eight bytes")))
    });
    mix(sum, rest)
}

/// All sound of the video.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Heard {
    sample_rate: u32,
    channels: u16,
    /// Of each channel.
    samples: u64,
    start_s: Option<f64>,
    end_s: f64,
    /// Chunks that do not begin where the one before ended.
    gaps: u32,
    /// Root of the mean square.
    rms: f64,
    #[serde(skip)]
    squares: f64,
}

impl Heard {
    pub(crate) fn take(&mut self, chunk: &AudioChunk<'_>) {
        let expected = if self.start_s.is_some() { self.end_s } else { chunk.start_s };
        self.gaps += u32::from((chunk.start_s - expected).abs() > 1e-4);
        self.start_s.get_or_insert(chunk.start_s);
        self.end_s = chunk.start_s + chunk.duration_s();
        (self.sample_rate, self.channels) = (chunk.sample_rate, chunk.channels);
        self.samples += chunk.len() as u64;
        self.squares += chunk.samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
        self.rms = (self.squares / (self.samples * u64::from(self.channels)).max(1) as f64).sqrt();
    }
}

/// A segment of another analyzer: only counted.
#[derive(Debug, Deserialize)]
pub(crate) struct Anything {}

/// The findings of another analyzer.
#[derive(Debug, Deserialize)]
pub(crate) struct Whole {
    pub(crate) segments: Vec<Anything>,
}
