//! How much the sound changes at a moment, against how much it changes anywhere in the video.

use serde::Deserialize;

/// Seconds of sound on each side of a moment.
const SIDE_S: f64 = 2.0;
/// Fewer seconds than this tell nothing of what is usual.
const LEAST: usize = 8;
/// Below this all is silence, dB.
const SILENCE_DB: f64 = -60.0;
/// What makes a difference of one: so many dB, so many octaves.
const STEP_DB: f64 = 10.0;
const STEP_OCTAVES: f64 = 0.5;

/// A second as audio_analysis reports it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Second {
    pub start_time: f64,
    pub end_time: f64,
    pub rms_db: f64,
    pub spectral_centroid_hz: Option<f64>,
    pub spectral_bandwidth_hz: Option<f64>,
}

/// The sound of a video, second by second.
#[derive(Debug, Clone, Default)]
pub struct Sound {
    seconds: Vec<Second>,
    /// How much it changes at each second's start, ascending.
    usual: Vec<f64>,
}

impl Sound {
    pub fn of(seconds: Vec<Second>) -> Self {
        let mut sound = Sound { seconds, usual: Vec::new() };
        let starts = sound.seconds.iter().skip(1).filter_map(|second| sound.change(second.start_time));
        let mut usual: Vec<f64> = starts.collect();
        usual.sort_by(f64::total_cmp);
        sound.usual = usual;
        sound
    }

    /// 0 to 1: the share of the video's moments at which the sound changes less than at this one. 0.5 is usual, and is
    /// what it is where nothing can be told.
    pub fn surprise(&self, time_s: f64) -> f64 {
        let Some(change) = self.change(time_s).filter(|_| self.usual.len() >= LEAST) else { return 0.5 };
        let less = self.usual.partition_point(|usual| *usual < change - 1e-9);
        let not_more = self.usual.partition_point(|usual| *usual <= change + 1e-9);
        (less + not_more) as f64 / 2.0 / self.usual.len() as f64
    }

    /// The distance of the means on both sides, in level, brightness and breadth.
    fn change(&self, time_s: f64) -> Option<f64> {
        let middle = |second: &Second| (second.start_time + second.end_time) / 2.0;
        let before = self.mean(|second| (time_s - SIDE_S..time_s).contains(&middle(second)))?;
        let after = self.mean(|second| (time_s..time_s + SIDE_S).contains(&middle(second)))?;
        let apart = before.iter().zip(after).filter_map(|(a, b)| Some((*a)? - b?));
        Some(apart.map(|apart| apart * apart).sum::<f64>().sqrt())
    }

    fn mean(&self, there: impl Fn(&Second) -> bool) -> Option<[Option<f64>; 3]> {
        let seconds: Vec<&Second> = self.seconds.iter().filter(|second| there(second)).collect();
        let mean = |of: fn(&Second) -> Option<f64>| {
            let values: Vec<f64> = seconds.iter().filter_map(|second| of(second)).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        let level = mean(|second| Some(second.rms_db.max(SILENCE_DB) / STEP_DB))?;
        let octaves = |hz: f64| hz.max(1.0).log2() / STEP_OCTAVES;
        let (bright, broad) = (mean(|s| s.spectral_centroid_hz), mean(|s| s.spectral_bandwidth_hz));
        Some([Some(level), bright.map(octaves), broad.map(octaves)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(level: impl Fn(u32) -> (f64, Option<f64>)) -> Vec<Second> {
        let second = |i: u32| {
            let (rms_db, hz) = level(i);
            let (start_time, end_time) = (f64::from(i), f64::from(i + 1));
            Second { start_time, end_time, rms_db, spectral_centroid_hz: hz, spectral_bandwidth_hz: hz }
        };
        (0..20).map(second).collect()
    }

    #[test]
    fn a_change_of_sound_surprises_and_going_on_does_not() {
        let sound = Sound::of(seconds(|i| if i < 10 { (-20.0, Some(500.0)) } else { (-30.0, Some(2000.0)) }));
        assert!(sound.surprise(10.0) > 0.9);
        assert!(sound.surprise(5.0) < 0.5);
    }

    #[test]
    fn silence_and_a_short_sound_say_nothing() {
        assert_eq!(Sound::of(seconds(|_| (-120.0, None))).surprise(10.0), 0.5);
        assert_eq!(Sound::default().surprise(1.0), 0.5);
        let short = seconds(|i| (-f64::from(i), None))[..5].to_vec();
        assert_eq!(Sound::of(short).surprise(2.0), 0.5);
    }
}
