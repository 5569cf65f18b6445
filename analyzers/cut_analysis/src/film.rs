//! What is kept of a frame: a small luma picture for comparing structure, and block means of colour for the blend
//! model. 4 KiB a frame.

/// Side of a block in pixels of the small frame, for [`Film::blocks`].
pub const BLOCK: usize = 4;
/// A frame whose luma deviates less than this shows one colour.
pub const ONE_COLOUR: f32 = 4.0;
/// Bins of one channel's histogram.
pub const BINS: usize = 32;
/// Counts of luma, blue and red difference in steps of 8.
pub type Histogram = [[u32; BINS]; 3];

/// Frames, reduced. Frame `t` is the `t`-th that was added and not forgotten.
#[derive(Debug, Default)]
pub struct Film {
    pub width: usize,
    pub height: usize,
    luma: Vec<u8>,
    blocks: Vec<f32>,
    /// Mean luma of each frame, 0..255.
    pub brightness: Vec<f32>,
    /// Standard deviation of luma within each frame, 0..128.
    pub contrast: Vec<f32>,
}

impl Film {
    /// An empty film of frames of this size.
    pub fn new(width: usize, height: usize) -> Self {
        Film { width, height, ..Film::default() }
    }

    /// Frames so far.
    pub fn len(&self) -> usize {
        self.contrast.len()
    }

    pub fn is_empty(&self) -> bool {
        self.contrast.is_empty()
    }

    /// Adds a frame: `height` rows of `width` RGB triples.
    pub fn push(&mut self, rgb: &[u8]) {
        let (columns, rows) = self.grid();
        let mut sums = vec![[0u32; 4]; columns * rows];
        let start = self.luma.len();
        for (y, row) in rgb.chunks_exact((self.width * 3).max(1)).enumerate() {
            let sums = &mut sums[y / BLOCK * columns..][..columns];
            for (pixels, sum) in row.chunks(BLOCK * 3).zip(sums) {
                for pixel in pixels.chunks_exact(3) {
                    let colour = ycbcr(pixel);
                    for channel in 0..3 {
                        sum[channel] += u32::from(colour[channel]);
                    }
                    sum[3] += 1;
                    self.luma.push(colour[0]);
                }
            }
        }
        for channel in 0..3 {
            self.blocks.extend(sums.iter().map(|sum| sum[channel] as f32 / sum[3] as f32));
        }
        let (mean, deviation) = statistics(&self.luma[start..]);
        self.brightness.push(mean);
        self.contrast.push(deviation);
    }

    /// Forgets so many frames from the start: those that stay move up.
    pub fn forget(&mut self, frames: usize) {
        let (columns, rows) = self.grid();
        self.luma.drain(..frames * self.width * self.height);
        self.blocks.drain(..frames * columns * rows * 3);
        self.brightness.drain(..frames);
        self.contrast.drain(..frames);
    }

    /// Luma of frame `t`, `height` rows of `width`.
    pub fn luma(&self, t: usize) -> &[u8] {
        let size = self.width * self.height;
        &self.luma[t * size..][..size]
    }

    /// Block means of frame `t`, 0..255: all of luma, then of blue, then of red difference, each in reading order.
    pub fn blocks(&self, t: usize) -> &[f32] {
        let (columns, rows) = self.grid();
        let size = columns * rows * 3;
        &self.blocks[t * size..][..size]
    }

    /// Columns and rows of blocks; the last ones may be cut off by the picture's edge.
    pub fn grid(&self) -> (usize, usize) {
        (self.width.div_ceil(BLOCK), self.height.div_ceil(BLOCK))
    }
}

/// Full range YCbCr after ITU-R BT.601, as JFIF has it.
fn ycbcr(rgb: &[u8]) -> [u8; 3] {
    let [r, g, b] = [rgb[0], rgb[1], rgb[2]].map(i32::from);
    let luma = (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
    let blue = (-11059 * r - 21709 * g + 32768 * b + 8_421_375) >> 16;
    let red = (32768 * r - 27439 * g - 5329 * b + 8_421_375) >> 16;
    [luma as u8, blue as u8, red as u8]
}

/// Mean and standard deviation.
fn statistics(luma: &[u8]) -> (f32, f32) {
    let count = luma.len().max(1) as f32;
    let sum: u32 = luma.iter().map(|&y| u32::from(y)).sum();
    let squares: u64 = luma.iter().map(|&y| u64::from(y) * u64::from(y)).sum();
    let mean = sum as f32 / count;
    (mean, (squares as f32 / count - mean * mean).max(0.0).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_is_what_it_was() {
        let mut film = Film::new(8, 4);
        (0..5u8).for_each(|t| film.push(&[40 * t; 8 * 4 * 3]));
        film.forget(3);
        assert_eq!((film.len(), film.luma(0)[0], film.luma(1)[31]), (2, 120, 160));
        assert_eq!((film.blocks(1)[0], film.brightness[1], film.contrast.len()), (160.0, 160.0, 2));
    }

    #[test]
    fn keeps_luma_and_block_means_of_each_colour() {
        let mut film = Film::new(6, 5);
        let red_then_blue = |x: usize| if x < 4 { [255, 0, 0] } else { [0, 0, 255] };
        film.push(&(0..30).flat_map(|at| red_then_blue(at % 6)).collect::<Vec<u8>>());
        assert_eq!(film.grid(), (2, 2));
        assert_eq!(film.luma(0)[..6], [76, 76, 76, 76, 29, 29]);
        // JFIF: Y, Cb, Cr of red are 76, 85, 255, of blue 29, 255, 107.
        let expected = [76.0, 29.0, 76.0, 29.0, 85.0, 255.0, 85.0, 255.0, 255.0, 107.0, 255.0, 107.0];
        assert_eq!(film.blocks(0), expected);
        let mean = (4.0 * 76.0 + 2.0 * 29.0) / 6.0;
        assert!((film.brightness[0] - mean).abs() < 1e-3);
        assert!((film.contrast[0] - 47.0 * (2f32 / 9.0).sqrt()).abs() < 1e-2);
    }
}
