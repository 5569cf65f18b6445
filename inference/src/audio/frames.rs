//! Overlapping frames of a stream that arrives in pieces of any length.

/// Cuts a stream into frames of `length` samples, one every `hop` samples.
#[derive(Debug, Clone)]
pub struct Frames {
    length: usize,
    hop: usize,
    padding: usize,
    /// Samples from the start of the next frame on, and some that are used up, see `start`.
    waiting: Vec<f32>,
    /// Where in `waiting` the next frame starts. May be beyond its end where `hop` exceeds `length`.
    start: usize,
    next: u64,
}

impl Frames {
    /// Frame `i` holds the samples `i * hop .. i * hop + length`.
    ///
    /// # Panics
    /// Where `length` or `hop` is 0.
    pub fn new(length: usize, hop: usize) -> Self {
        Frames::padded(length, hop, 0)
    }

    /// Frame `i` is centred on sample `i * hop`: the stream has `length / 2` zeros put before and after it, as
    /// librosa does (`center=True, pad_mode="constant"`). `n` samples give `1 + n / hop` frames where the length is
    /// even, and `n / hop`, rounded up, where it is odd.
    ///
    /// # Panics
    /// Where `length` or `hop` is 0.
    pub fn centred(length: usize, hop: usize) -> Self {
        Frames::padded(length, hop, length / 2)
    }

    fn padded(length: usize, hop: usize, padding: usize) -> Self {
        assert!(length > 0 && hop > 0, "frames have a length and a distance");
        Frames { length, hop, padding, waiting: vec![0.0; padding], start: 0, next: 0 }
    }

    /// Samples of a frame.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Samples from one frame to the next.
    pub fn hop(&self) -> usize {
        self.hop
    }

    /// Takes the next samples, and calls `each` with the number (from 0) and the samples of every frame that is now
    /// complete.
    pub fn push(&mut self, samples: &[f32], mut each: impl FnMut(u64, &[f32])) {
        self.waiting.extend_from_slice(samples);
        while let Some(frame) = self.waiting.get(self.start..self.start + self.length) {
            each(self.next, frame);
            self.next += 1;
            self.start += self.hop;
        }
        let used = self.start.min(self.waiting.len());
        self.waiting.drain(..used);
        self.start -= used;
    }

    /// Ends the stream: the frames that the padding completes. Without padding there are none, and samples that fill
    /// no frame are given up.
    pub fn finish(&mut self, each: impl FnMut(u64, &[f32])) {
        let padding = vec![0.0; self.padding];
        self.push(&padding, each);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(mut frames: Frames, pieces: &[&[f32]]) -> Vec<(u64, Vec<f32>)> {
        let mut seen = Vec::new();
        for piece in pieces {
            frames.push(piece, |index, frame| seen.push((index, frame.to_vec())));
        }
        frames.finish(|index, frame| seen.push((index, frame.to_vec())));
        seen
    }

    #[test]
    fn frames_overlap() {
        let seen = cut(Frames::new(4, 2), &[&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]]);
        assert_eq!(seen, [(0, vec![1.0, 2.0, 3.0, 4.0]), (1, vec![3.0, 4.0, 5.0, 6.0])]);
    }

    #[test]
    fn frames_may_leave_gaps() {
        let seen = cut(Frames::new(1, 3), &[&[1.0, 2.0], &[3.0], &[4.0, 5.0]]);
        assert_eq!(seen, [(0, vec![1.0]), (1, vec![4.0])]);
    }

    #[test]
    fn centred_frames_number_one_more_than_the_hops() {
        for samples in [0usize, 1, 3, 4, 5, 17] {
            let seen = cut(Frames::centred(8, 4), &[&vec![1.0; samples]]);
            assert_eq!(seen.len(), 1 + samples / 4, "{samples} samples");
        }
        assert_eq!(cut(Frames::centred(4, 2), &[&[1.0, 2.0, 3.0]])[0].1, [0.0, 0.0, 1.0, 2.0]);
    }

    #[test]
    fn pieces_make_no_difference() {
        let samples: Vec<f32> = (0..100).map(|i| i as f32).collect();
        let whole = cut(Frames::centred(16, 5), &[&samples]);
        for size in [1, 7, 33] {
            let pieces: Vec<&[f32]> = samples.chunks(size).collect();
            assert_eq!(cut(Frames::centred(16, 5), &pieces), whole);
        }
    }
}
