//! Level and pitch, every 10 ms.

use std::ops::Range;

use crate::audio::pitch::{Candidate, PitchPath, Yin};
use crate::audio::vad::RATE;
use crate::audio::{Frames, hann, power_to_db};

/// Seconds from one value to the next.
pub const HOP_S: f64 = 0.01;
const HOP: usize = 160;
/// Samples that a level is taken over, 32 ms by a Hann window: two periods of a low voice.
const LEVEL: usize = 512;
/// The level of digital silence, dBFS.
const FLOOR_DB: f64 = -100.0;
/// From the lowest voices of men to the highest of children, Hz.
const VOICE_HZ: [f64; 2] = [65.0, 600.0];

/// Takes the sound, 16 kHz and one channel, as it comes.
#[derive(Debug)]
pub struct Listener {
    level_frames: Frames,
    window: Vec<f32>,
    /// Sum of the window's squares.
    window_power: f64,
    level_db: Vec<f32>,
    pitch_frames: Frames,
    yin: Yin,
    candidates: Vec<Candidate>,
    path: PitchPath,
}

/// Value `i` of each stands for `i * HOP_S` seconds from the start of the sound.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contour {
    /// dBFS, -100 and up.
    pub level_db: Vec<f32>,
    /// `None` where there is no voice. Of sound that is no speech it may tell a pitch where nobody hears one.
    pub pitch_hz: Vec<Option<f32>>,
}

/// How high a pitch is: semitones above 1 Hz. Speakers' ranges compare best in semitones (Nolan 2003, "Intonational
/// equivalence: an experimental evaluation of pitch scales").
pub fn semitones(hz: f64) -> f64 {
    12.0 * hz.log2()
}

impl Default for Listener {
    fn default() -> Self {
        let yin = Yin::new(f64::from(RATE), VOICE_HZ[0], VOICE_HZ[1]);
        let window = hann(LEVEL);
        Listener {
            level_frames: Frames::centred(LEVEL, HOP),
            window_power: window.iter().map(|weight| f64::from(weight * weight)).sum(),
            window,
            level_db: Vec::new(),
            pitch_frames: Frames::centred(yin.frame_length(), HOP),
            yin,
            candidates: Vec::new(),
            path: PitchPath::in_speech(),
        }
    }
}

impl Listener {
    pub fn push(&mut self, samples: &[f32]) {
        self.listen(|frames, each| frames.push(samples, each));
    }

    pub fn finish(mut self) -> Contour {
        self.listen(|frames, each| frames.finish(each));
        let (level_db, mut pitch_hz) = (self.level_db, self.path.finish());
        pitch_hz.resize(level_db.len(), None);
        Contour { level_db, pitch_hz }
    }

    fn listen(&mut self, feed: impl Fn(&mut Frames, &mut dyn FnMut(u64, &[f32]))) {
        let Listener { level_frames, window, window_power, level_db, pitch_frames, yin, candidates, path } =
            self;
        feed(level_frames, &mut |_, frame| {
            let power: f32 =
                frame.iter().zip(&*window).map(|(sample, weight)| (sample * weight).powi(2)).sum();
            level_db.push(power_to_db(f64::from(power) / *window_power, FLOOR_DB) as f32);
        });
        feed(pitch_frames, &mut |_, frame| {
            candidates.clear();
            yin.candidates(frame, candidates);
            path.push(candidates);
        });
    }
}

impl Contour {
    /// The values from `start_s` to before `end_s`.
    pub fn range(&self, start_s: f64, end_s: f64) -> Range<usize> {
        let place = |time_s: f64| ((time_s / HOP_S).ceil().max(0.0) as usize).min(self.level_db.len());
        let (start, end) = (place(start_s), place(end_s));
        start..end.max(start)
    }

    /// The pitches of a range where there is a voice, in semitones.
    pub fn pitches(&self, range: Range<usize>) -> impl Iterator<Item = f64> {
        self.pitch_hz[range].iter().flatten().map(|hz| semitones(f64::from(*hz)))
    }

    /// The levels of a range where there is a voice.
    pub fn voiced_levels(&self, range: Range<usize>) -> impl Iterator<Item = f64> {
        let values = self.level_db[range.clone()].iter().zip(&self.pitch_hz[range]);
        values.filter(|(_, hz)| hz.is_some()).map(|(level, _)| f64::from(*level))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contour(samples: &[f32], pieces: usize) -> Contour {
        let mut listener = Listener::default();
        samples.chunks(pieces).for_each(|piece| listener.push(piece));
        listener.finish()
    }

    /// A second of silence, and one of a voice of 200 Hz.
    fn voice() -> Vec<f32> {
        let partial =
            |t: f64, k: u32| (std::f64::consts::TAU * 200.0 * f64::from(k) * t).sin() / f64::from(k);
        let sample = |n: usize| {
            let t = n as f64 / 16_000.0;
            if t < 1.0 { 0.0 } else { 0.1 * (1..8).map(|k| partial(t, k)).sum::<f64>() }
        };
        (0..32_000).map(|n| sample(n) as f32).collect()
    }

    #[test]
    fn a_voice_has_its_level_and_pitch_where_it_sounds() {
        let samples = voice();
        let found = contour(&samples, 1000);
        assert_eq!((found.level_db.len(), found.pitch_hz.len()), (201, 201));
        let silent = found.range(0.0, 0.95);
        assert!(found.level_db[silent.clone()].iter().all(|level| *level == -100.0));
        assert_eq!(found.pitches(silent).count(), 0);
        let sounding = found.range(1.05, 1.95);
        assert_eq!(sounding.len(), 90);
        assert!(found.pitches(sounding.clone()).all(|pitch| (pitch - semitones(200.0)).abs() < 0.05));
        let power = samples[16_000..].iter().map(|sample| f64::from(sample * sample)).sum::<f64>() / 16_000.0;
        let level = 10.0 * power.log10();
        assert!(found.voiced_levels(sounding).all(|found| (found - level).abs() < 0.3));
    }

    #[test]
    fn pieces_make_no_difference() {
        let samples = voice();
        assert_eq!(contour(&samples, 777), contour(&samples, 32_000));
    }

    #[test]
    fn a_range_keeps_within_the_sound() {
        let found = contour(&voice(), 16_000);
        assert_eq!(
            (found.range(-1.0, 0.02), found.range(1.9, 9.0), found.range(5.0, 1.0).len()),
            (0..2, 190..201, 0)
        );
        assert_eq!(Listener::default().finish().level_db.len(), 1);
    }
}
