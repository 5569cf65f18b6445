//! Which frames a request means, and how large: the rules, for the system and for tests alike.

use crate::{FrameSize, Sampling};

/// Slack for timestamps that are rounded in the container, seconds.
const ROUNDING_S: f64 = 1e-4;

/// Says frame by frame, in the order of display, whether it is wanted.
#[derive(Debug, Clone)]
pub struct Sampler {
    sampling: Sampling,
    next_s: f64,
}

impl Sampler {
    pub fn new(sampling: Sampling) -> Self {
        Sampler { sampling, next_s: 0.0 }
    }

    /// Whether the frame of this number and these seconds is wanted. To be asked once for each frame.
    pub fn takes(&mut self, index: u64, timestamp_s: f64) -> bool {
        match self.sampling {
            Sampling::EveryFrame => true,
            Sampling::EveryNth(n) => index.is_multiple_of(u64::from(n.max(1))),
            Sampling::PerSecond(rate) => {
                let time = timestamp_s + ROUNDING_S;
                let wanted = time >= self.next_s;
                if wanted {
                    self.next_s = ((time * rate).floor() + 1.0) / rate;
                }
                wanted
            }
        }
    }
}

impl FrameSize {
    /// Width and height in which a frame of this width and height is handed over.
    pub fn of(self, width: u32, height: u32) -> (u32, u32) {
        match self {
            FrameSize::Native => (width, height),
            FrameSize::Exact { width, height } => (width.max(1), height.max(1)),
            FrameSize::LongestSide(side) if side >= width.max(height) => (width, height),
            FrameSize::LongestSide(side) => {
                let factor = f64::from(side) / f64::from(width.max(height));
                let scaled = |length: u32| (f64::from(length) * factor).round().max(1.0) as u32;
                (scaled(width), scaled(height))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(sampling: Sampling, times: &[f64]) -> Vec<usize> {
        let mut sampler = Sampler::new(sampling);
        let taken = times.iter().enumerate().filter(|(i, time)| sampler.takes(*i as u64, **time));
        taken.map(|(i, _)| i).collect()
    }

    #[test]
    fn per_second_takes_the_first_frame_at_or_after_each_multiple() {
        let ntsc: Vec<f64> = (0..61).map(|i| f64::from(i) * 1001.0 / 30000.0).collect();
        assert_eq!(taken(Sampling::PerSecond(1.0), &ntsc), [0, 30, 60]);
        assert_eq!(taken(Sampling::PerSecond(2.0), &[0.0, 0.1, 0.5, 0.7, 2.6, 2.7, 3.0]), [0, 2, 4, 6]);
    }

    #[test]
    fn a_rate_above_that_of_the_video_takes_every_frame() {
        assert_eq!(taken(Sampling::PerSecond(60.0), &[0.0, 0.04, 0.08]), [0, 1, 2]);
    }

    #[test]
    fn every_nth_counts_frames_whatever_their_times() {
        assert_eq!(taken(Sampling::EveryNth(2), &[0.0, 5.0, 5.1, 5.2, 9.0]), [0, 2, 4]);
        assert_eq!(taken(Sampling::EveryNth(0), &[0.0, 1.0]), [0, 1]);
    }

    #[test]
    fn longest_side_keeps_the_aspect_and_never_enlarges() {
        assert_eq!(FrameSize::LongestSide(640).of(1080, 1920), (360, 640));
        assert_eq!(FrameSize::LongestSide(640).of(320, 240), (320, 240));
        assert_eq!(FrameSize::LongestSide(16).of(4000, 2), (16, 1));
    }
}
