//! Masks: run lengths as COCO writes them, and their size.
//!
//! A mask is one byte for each pixel, row by row; not 0 is inside. COCO counts column by column, runs of 0 and 1 in
//! turn, beginning with 0 (pycocotools, `maskApi.c`).

use va_analyzer_sdk::{Error, Result};

/// A mask as run lengths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunLengths {
    pub height: u32,
    pub width: u32,
    pub counts: Vec<u32>,
}

impl RunLengths {
    /// Of a mask. Panics where it has not `width * height` bytes.
    pub fn encode(mask: &[u8], width: usize, height: usize) -> Self {
        assert_eq!(mask.len(), width * height, "a mask has one byte for each pixel");
        let mut runs = Runs { counts: Vec::new(), inside: false, length: 0 };
        // Strips of columns, turned: reading single columns would miss the cache in every row.
        let mut strip = vec![0; STRIP * height];
        for left in (0..width).step_by(STRIP) {
            let columns = STRIP.min(width - left);
            for (y, row) in mask.chunks_exact(width).enumerate() {
                for (x, &value) in row[left..left + columns].iter().enumerate() {
                    strip[x * height + y] = value;
                }
            }
            runs.add(&strip[..columns * height]);
        }
        runs.counts.push(runs.length);
        RunLengths { height: height as u32, width: width as u32, counts: runs.counts }
    }

    /// The mask: 1 inside, 0 outside.
    ///
    /// # Errors
    /// Where the counts are not those of the size.
    pub fn decode(&self) -> Result<Vec<u8>> {
        let (width, height) = (self.width as usize, self.height as usize);
        let total: u64 = self.counts.iter().map(|&count| u64::from(count)).sum();
        if total != width as u64 * height as u64 {
            return Err(Error::new(format!("run lengths of {total} pixels for a mask of {width}x{height}")));
        }
        let mut mask = vec![0; width * height];
        let mut at = 0;
        for (i, &count) in self.counts.iter().enumerate() {
            if i % 2 == 1 {
                (at..at + count as usize).for_each(|at| mask[at % height * width + at / height] = 1);
            }
            at += count as usize;
        }
        Ok(mask)
    }

    /// Pixels inside.
    pub fn area(&self) -> u64 {
        self.counts.iter().skip(1).step_by(2).map(|&count| u64::from(count)).sum()
    }

    /// The share of pixels inside, 0..1.
    pub fn ratio(&self) -> f64 {
        self.area() as f64 / (f64::from(self.width) * f64::from(self.height)).max(1.0)
    }

    /// COCO's compressed text (`counts` of an encoded mask): each count, from the fourth on less the one before the
    /// last, in groups of five bits from the lowest, each as a character from `0` on.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.counts.len() * 2);
        for (i, &count) in self.counts.iter().enumerate() {
            let before = if i > 2 { i64::from(self.counts[i - 2]) } else { 0 };
            let mut rest = i64::from(count) - before;
            loop {
                let group = (rest & 0x1f) as u8;
                rest >>= 5;
                // The sign is the highest bit of the last group.
                let more = if group & 0x10 == 0 { rest != 0 } else { rest != -1 };
                text.push(char::from(group + if more { 0x20 } else { 0 } + b'0'));
                if !more {
                    break;
                }
            }
        }
        text
    }

    /// Reads COCO's compressed text.
    ///
    /// # Errors
    /// Where it is cut off, has foreign characters or counts that cannot be.
    pub fn of_text(text: &str, width: u32, height: u32) -> Result<Self> {
        let wrong = |why: &str| Error::new(format!("cannot read compressed run lengths: {why}"));
        let mut counts: Vec<u32> = Vec::new();
        let mut bytes = text.bytes();
        while let Some(first) = bytes.next() {
            let (mut value, mut shift, mut byte) = (0i64, 0, first);
            loop {
                let group = byte.checked_sub(b'0').filter(|group| *group < 64);
                let group = group.ok_or_else(|| wrong("a foreign character"))?;
                value |= i64::from(group & 0x1f) << shift;
                shift += 5;
                if group & 0x20 == 0 {
                    if group & 0x10 != 0 {
                        value |= -1 << shift;
                    }
                    break;
                }
                if shift > 40 {
                    return Err(wrong("a count that is too long"));
                }
                byte = bytes.next().ok_or_else(|| wrong("its end is missing"))?;
            }
            let before = if counts.len() > 2 { i64::from(counts[counts.len() - 2]) } else { 0 };
            counts.push(u32::try_from(value + before).map_err(|_| wrong("a count below zero"))?);
        }
        Ok(RunLengths { height, width, counts })
    }
}

/// Columns that are turned at once.
const STRIP: usize = 64;

struct Runs {
    counts: Vec<u32>,
    inside: bool,
    length: u32,
}

impl Runs {
    fn add(&mut self, values: &[u8]) {
        let mut at = 0;
        while at < values.len() {
            let inside = self.inside;
            let end = values[at..].iter().position(|&value| (value != 0) != inside);
            let until = end.map_or(values.len(), |end| at + end);
            self.length += (until - at) as u32;
            if end.is_some() {
                self.counts.push(self.length);
                (self.inside, self.length) = (!self.inside, 0);
            }
            at = until;
        }
    }
}

/// A map's values at another size, linear between the nearest, counted from pixel centres, as OpenCV's `INTER_LINEAR`:
/// for maps that are enlarged before a threshold is applied. `out` takes the length that is needed.
pub fn resize_map(map: &[f32], from: (usize, usize), to: (usize, usize), out: &mut Vec<f32>) {
    out.clear();
    out.resize(to.0 * to.1, 0.0);
    if from.0 == 0 || from.1 == 0 || to.0 == 0 {
        return;
    }
    let across = positions(from.0, to.0);
    let down = positions(from.1, to.1);
    let mut rows = [vec![0.0; to.0], vec![0.0; to.0]];
    let mut held = [usize::MAX; 2];
    for (&(top, bottom, weight), out) in down.iter().zip(out.chunks_exact_mut(to.0)) {
        // Two rows are stretched at a time; going down, the lower one becomes the upper.
        if held[0] != top && held[1] == top {
            rows.swap(0, 1);
            held.swap(0, 1);
        }
        for (place, row) in [(0, top), (1, bottom)] {
            if held[place] != row {
                stretch(&map[row * from.0..][..from.0], &across, &mut rows[place]);
                held[place] = row;
            }
        }
        for ((out, a), b) in out.iter_mut().zip(&rows[0]).zip(&rows[1]) {
            *out = a + (b - a) * weight;
        }
    }
}

fn stretch(row: &[f32], across: &[(usize, usize, f32)], out: &mut [f32]) {
    for (out, &(left, right, weight)) in out.iter_mut().zip(across) {
        *out = row[left] + (row[right] - row[left]) * weight;
    }
}

/// For each new pixel the two old ones beside its centre, and the weight of the second.
fn positions(from: usize, to: usize) -> Vec<(usize, usize, f32)> {
    let scale = from as f64 / to as f64;
    let at = |i: usize| {
        let centre = ((i as f64 + 0.5) * scale - 0.5).clamp(0.0, (from - 1) as f64);
        let first = centre.floor() as usize;
        (first, (first + 1).min(from - 1), (centre - first as f64) as f32)
    };
    (0..to).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns first: 0 0, 1 1, 0 1.
    const MASK: [u8; 6] = [0, 1, 0, 0, 1, 1];

    #[test]
    fn counts_go_down_the_columns_and_begin_outside() {
        let runs = RunLengths::encode(&MASK, 3, 2);
        assert_eq!(runs.counts, [2, 2, 1, 1]);
        assert_eq!((runs.area(), runs.ratio()), (3, 0.5));
        assert_eq!(RunLengths::encode(&[1, 1], 2, 1).counts, [0, 2]);
        assert_eq!(RunLengths::encode(&[0, 0], 2, 1).counts, [2]);
    }

    #[test]
    fn decoding_gives_the_mask_back_at_any_size() {
        for (width, height) in [(1, 1), (3, 2), (63, 5), (64, 5), (65, 7), (200, 31)] {
            let mask: Vec<u8> =
                (0..width * height).map(|i| u8::from((i * i / 7 + i / 13) % 3 == 0)).collect();
            let runs = RunLengths::encode(&mask, width, height);
            assert_eq!(runs.decode().expect("whole"), mask, "{width}x{height}");
            let read = RunLengths::of_text(&runs.text(), width as u32, height as u32).expect("readable");
            assert_eq!(read, runs, "{width}x{height}");
        }
    }

    #[test]
    fn text_that_is_no_text_of_counts_is_refused() {
        assert!(RunLengths::of_text("~", 1, 1).is_err());
        assert!(RunLengths::of_text("P", 1, 1).is_err());
        assert!(RunLengths::of_text("O", 1, 1).is_err());
        assert!(RunLengths::of_text(&"P".repeat(20), 1, 1).is_err());
        assert!(RunLengths::of_text("1", 2, 2).expect("readable").decode().is_err());
    }

    #[test]
    fn a_map_doubles_between_its_centres() {
        let mut out = Vec::new();
        resize_map(&[0.0, 1.0, 2.0, 3.0], (2, 2), (4, 4), &mut out);
        assert_eq!(out[..4], [0.0, 0.25, 0.75, 1.0]);
        assert_eq!(out[12..], [2.0, 2.25, 2.75, 3.0]);
        resize_map(&[5.0], (1, 1), (2, 3), &mut out);
        assert_eq!(out, [5.0; 6]);
    }
}
