//! What is measured in each second of the video: the segments.

use serde::Serialize;
use va_inference::audio::{mean_power, power_to_db};

use crate::spectrum::Shape;

/// The level of digital silence, dBFS: below the noise of 16-bit sound, and a number instead of minus infinity.
pub const FLOOR_DB: f64 = -120.0;

/// One second as it stands in the result document; the first and the last one may be shorter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segment {
    pub start_time: f64,
    pub end_time: f64,
    /// Of all channels together (the mean of their powers), never below [`FLOOR_DB`].
    pub rms_db: f64,
    /// Means over the frames centred in this second that are not silent; `null` where all are.
    pub spectral_centroid_hz: Option<f64>,
    pub spectral_bandwidth_hz: Option<f64>,
    pub spectral_rolloff_hz: Option<f64>,
    /// Changes of sign of the mono sound, per sample.
    pub zero_crossing_rate: f64,
    /// Median over the voiced frames; `null` where too few are voiced.
    pub pitch_hz: Option<f64>,
}

/// Collects what arrives by sample number, and sorts it into whole seconds of the video.
#[derive(Debug)]
pub struct Seconds {
    sample_rate: u32,
    /// Samples from the first frame of the video to the first sample; negative where the sound starts earlier.
    offset: i64,
    samples: u64,
    last: f32,
    /// The second that the first sample is in.
    first: u64,
    seconds: Vec<Second>,
}

#[derive(Debug, Clone, Default)]
struct Second {
    power_sum: f64,
    samples: u64,
    crossings: u64,
    shapes: u32,
    centroid_sum: f64,
    bandwidth_sum: f64,
    rolloff_sum: f64,
    pitched: Vec<f32>,
    pitch_frames: u32,
}

impl Seconds {
    /// `start_s` is when the first sample sounds.
    pub fn new(sample_rate: u32, start_s: f64) -> Self {
        let offset = (start_s * f64::from(sample_rate)).round() as i64;
        let first = offset.max(0) as u64 / u64::from(sample_rate);
        Seconds { sample_rate, offset, samples: 0, last: 0.0, first, seconds: Vec::new() }
    }

    /// Seconds of a sample (which need not be whole) from the first frame of the video.
    pub fn time_s(&self, sample: f64) -> f64 {
        (self.offset as f64 + sample) / f64::from(self.sample_rate)
    }

    /// Hz.
    pub fn sample_rate(&self) -> f64 {
        f64::from(self.sample_rate)
    }

    /// Samples so far.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// Takes the next samples, as they are and mixed to mono.
    pub fn push(&mut self, interleaved: &[f32], channels: usize, mono: &[f32]) {
        let mut from = 0;
        while from < mono.len() {
            let at = self.second_of(self.samples);
            let to = mono.len().min(from + self.samples_left_in(at));
            let (part, last) = (&mono[from..to], self.last);
            let second = self.second(at);
            second.power_sum += mean_power(&interleaved[from * channels..to * channels]) * part.len() as f64;
            second.samples += part.len() as u64;
            second.crossings += crossings(last, part);
            self.last = mono[to - 1];
            self.samples += part.len() as u64;
            from = to;
        }
    }

    /// Takes the shape of a spectrum centred on a sample.
    pub fn push_shape(&mut self, sample: u64, shape: Shape) {
        let at = self.second_of(sample);
        let second = self.second(at);
        second.shapes += 1;
        second.centroid_sum += f64::from(shape.centroid_hz);
        second.bandwidth_sum += f64::from(shape.bandwidth_hz);
        second.rolloff_sum += f64::from(shape.rolloff_hz);
    }

    /// Takes the pitch, if there is one, of a frame centred on a sample.
    pub fn push_pitch(&mut self, sample: u64, hz: Option<f32>) {
        let at = self.second_of(sample);
        let second = self.second(at);
        second.pitch_frames += 1;
        second.pitched.extend(hz);
    }

    /// Median over the voiced frames of all seconds that have a pitch, see [`Seconds::segments`].
    pub fn pitch_median_hz(&self, least_voiced: f64) -> Option<f64> {
        let pitched = self.seconds.iter().filter(|second| second.is_voiced(least_voiced));
        median(&mut pitched.flat_map(|second| second.pitched.iter().copied()).collect::<Vec<f32>>())
    }

    /// The segments; a second has a pitch where at least the share `least_voiced` of its frames have one.
    pub fn segments(self, least_voiced: f64) -> Vec<Segment> {
        let end_s = self.time_s(self.samples as f64);
        let start_s = self.time_s(0.0).max(0.0);
        let heard = (self.first..).zip(self.seconds).filter(|(_, second)| second.samples > 0);
        heard
            .map(|(i, second)| (start_s.max(i as f64), end_s.min((i + 1) as f64), second))
            // Sound that is over before the first frame has no place in the video's time.
            .filter(|(from_s, to_s, _)| from_s < to_s)
            .map(|(from_s, to_s, second)| second.segment(from_s, to_s, least_voiced))
            .collect()
    }

    /// Sound from before the first frame counts to the first second.
    fn second_of(&self, sample: u64) -> u64 {
        let position = (self.offset + sample as i64).max(0) as u64;
        position / u64::from(self.sample_rate)
    }

    fn samples_left_in(&self, second: u64) -> usize {
        let end = (second as i64 + 1) * i64::from(self.sample_rate);
        (end - self.offset - self.samples as i64).max(1) as usize
    }

    fn second(&mut self, at: u64) -> &mut Second {
        let at = (at - self.first) as usize;
        if at >= self.seconds.len() {
            self.seconds.resize_with(at + 1, Second::default);
        }
        &mut self.seconds[at]
    }
}

impl Second {
    fn segment(mut self, start_s: f64, end_s: f64, least_voiced: f64) -> Segment {
        let samples = self.samples as f64;
        let mean = |sum: f64| (self.shapes > 0).then(|| round(sum / f64::from(self.shapes), 1));
        let voiced = self.is_voiced(least_voiced);
        Segment {
            start_time: round(start_s, 3),
            end_time: round(end_s, 3),
            rms_db: round(power_to_db(self.power_sum / samples, FLOOR_DB), 2),
            spectral_centroid_hz: mean(self.centroid_sum),
            spectral_bandwidth_hz: mean(self.bandwidth_sum),
            spectral_rolloff_hz: mean(self.rolloff_sum),
            zero_crossing_rate: round(self.crossings as f64 / samples, 5),
            pitch_hz: median(&mut self.pitched).filter(|_| voiced).map(|hz| round(hz, 1)),
        }
    }

    fn is_voiced(&self, least: f64) -> bool {
        self.pitched.len() as f64 >= least * f64::from(self.pitch_frames)
    }
}

/// How often the sign changes from one sample to the next; 0 is positive.
fn crossings(before: f32, samples: &[f32]) -> u64 {
    let Some(&first) = samples.first() else { return 0 };
    let changes: u32 =
        samples.iter().zip(&samples[1..]).map(|(a, b)| u32::from((*a < 0.0) != (*b < 0.0))).sum();
    u64::from(changes) + u64::from((before < 0.0) != (first < 0.0))
}

/// The middle value (the mean of the two middle ones); `None` of nothing. Sorts the values.
pub fn median(values: &mut [f32]) -> Option<f64> {
    values.sort_by(f32::total_cmp);
    let middle = values.len() / 2;
    let upper = f64::from(*values.get(middle)?);
    Some(if values.len() % 2 == 1 { upper } else { (upper + f64::from(values[middle - 1])) / 2.0 })
}

/// To so many decimals.
pub fn round(value: f64, decimals: i32) -> f64 {
    let factor = 10f64.powi(decimals);
    (value * factor).round() / factor
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(start_s: f64, samples: &[f32]) -> Vec<Segment> {
        let mut seconds = Seconds::new(100, start_s);
        for piece in samples.chunks(37) {
            seconds.push(piece, 1, piece);
        }
        seconds.segments(0.2)
    }

    fn spans(start_s: f64, samples: usize) -> Vec<(f64, f64)> {
        segments(start_s, &vec![0.5; samples]).iter().map(|s| (s.start_time, s.end_time)).collect()
    }

    #[test]
    fn cuts_at_whole_seconds_of_the_video() {
        assert_eq!(spans(0.0, 250), [(0.0, 1.0), (1.0, 2.0), (2.0, 2.5)]);
        assert_eq!(spans(0.0, 200), [(0.0, 1.0), (1.0, 2.0)]);
        assert_eq!(spans(1.7, 50), [(1.7, 2.0), (2.0, 2.2)]);
        assert_eq!(spans(-0.1, 150), [(0.0, 1.0), (1.0, 1.4)]);
        assert!(spans(0.0, 0).is_empty());
        assert!(spans(-3.0, 200).is_empty(), "over before the first frame");
    }

    #[test]
    fn measures_level_and_crossings_of_each_second() {
        let mut samples = vec![0.5; 100];
        samples.extend((0..100).map(|i| if i % 2 == 0 { 0.05 } else { -0.05 }));
        let seen = segments(0.0, &samples);
        assert_eq!((seen[0].rms_db, seen[0].zero_crossing_rate), (-6.02, 0.0));
        assert_eq!((seen[1].rms_db, seen[1].zero_crossing_rate), (-26.02, 0.99));
        assert_eq!(segments(0.0, &[0.0; 10])[0].rms_db, FLOOR_DB);
    }

    #[test]
    fn a_second_needs_enough_voiced_frames_for_a_pitch() {
        let mut seconds = Seconds::new(100, 0.0);
        seconds.push(&[0.1; 200], 1, &[0.1; 200]);
        for i in 0..20 {
            seconds.push_pitch(i * 10, (i % 2 == 0 && i < 10 || i == 15).then_some(200.0 + i as f32));
        }
        assert_eq!(seconds.pitch_median_hz(0.2), Some(204.0));
        let seen = seconds.segments(0.2);
        assert_eq!((seen[0].pitch_hz, seen[1].pitch_hz), (Some(204.0), None));
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
