//! One sound track on its way through all measurements. It keeps a few numbers for each hop, never the sound.

use va_inference::audio::pitch::{Candidate, PitchPath, Yin};
use va_inference::audio::{Complex32, Decimator, Frames, Stft, mix_to_mono, spectral_bins, without_nonsense};

use crate::chroma::{Chroma, PitchClasses};
use crate::loudness::Loudness;
use crate::onset::{Envelopes, Onsets};
use crate::seconds::Seconds;
use crate::spectrum::Shape;

/// Samples are cut off at +36 dBFS: more is broken, and its square would not be a number any more.
const LOUDEST: f32 = 64.0;
/// Spectra stand for at least this many seconds; rounded up to a power of two samples (2048 at 44.1 and 48 kHz).
const SPECTRUM_S: f64 = 0.04;
/// A hop is this part of a spectrum's length.
const HOPS: usize = 4;
/// Frames of less than this mean power (-100 dBFS) have no spectral shape.
const QUIETEST_POWER: f32 = 1e-10;
/// About the rate at which pitch and key are heard.
const LOW_RATE: f64 = 16_000.0;
const PITCH_HOP_S: f64 = 0.016;
/// Long enough to tell semitones apart at 100 Hz; rounded up to a power of two samples.
const CHROMA_S: f64 = 0.35;

/// The measurements of one sound track.
#[derive(Debug)]
pub struct Listening {
    pub sample_rate: u32,
    pub channels: u16,
    mono: Vec<f32>,
    seconds: Seconds,
    loudness: Loudness,
    spectra: Stft,
    shapes: Shapes,
    low: Low,
}

/// What is read off each spectrum.
#[derive(Debug)]
struct Shapes {
    bin_hz: f32,
    quietest: f32,
    power: Vec<f32>,
    magnitudes: Vec<f32>,
    onsets: Onsets,
}

/// What is heard at the lower rate.
#[derive(Debug)]
struct Low {
    decimator: Decimator,
    samples: Vec<f32>,
    pitch_frames: Frames,
    yin: Yin,
    candidates: Vec<Candidate>,
    path: PitchPath,
    chroma_spectra: Stft,
    pitch_classes: PitchClasses,
}

/// What was heard, when all is heard.
#[derive(Debug)]
pub struct Heard {
    /// With the pitches in place.
    pub seconds: Seconds,
    pub loudness_lufs: Option<f64>,
    pub chroma: Chroma,
    pub onsets: Envelopes,
    /// Samples from one onset value to the next.
    pub onset_hop: usize,
}

impl Listening {
    /// Starts with the first sample at `start_s`.
    pub fn new(sample_rate: u32, channels: u16, start_s: f64, pitch_hz: [f64; 2]) -> Self {
        let length = power_of_two(f64::from(sample_rate) * SPECTRUM_S);
        Listening {
            sample_rate,
            channels,
            mono: Vec::new(),
            seconds: Seconds::new(sample_rate, start_s),
            loudness: Loudness::new(sample_rate, channels),
            spectra: Stft::centred(length, length / HOPS),
            shapes: Shapes::new(sample_rate, length),
            low: Low::new(sample_rate, pitch_hz),
        }
    }

    /// Takes the next interleaved samples.
    pub fn push(&mut self, interleaved: &[f32]) {
        let interleaved = without_nonsense(interleaved, LOUDEST);
        let Listening { mono, seconds, spectra, shapes, .. } = self;
        mono.clear();
        mix_to_mono(&interleaved, usize::from(self.channels), mono);
        seconds.push(&interleaved, usize::from(self.channels), mono);
        self.loudness.push(&interleaved);
        let hop = spectra.hop() as u64;
        spectra.push(mono, |index, bins| shapes.push(index * hop, bins, seconds));
        self.low.push(mono);
    }

    /// Ends the sound track.
    pub fn finish(self) -> Heard {
        let Listening { mut seconds, mut spectra, mut shapes, low, .. } = self;
        let onset_hop = spectra.hop();
        spectra.finish(|index, bins| shapes.push(index * onset_hop as u64, bins, &mut seconds));
        let (pitch_hop, (path, chroma)) = (low.pitch_frames.hop() * low.decimator.factor(), low.finish());
        for (sample, hz) in (0..seconds.samples()).step_by(pitch_hop).zip(path.finish()) {
            seconds.push_pitch(sample, hz);
        }
        let loudness_lufs = self.loudness.integrated_lufs();
        Heard { seconds, loudness_lufs, chroma, onsets: shapes.onsets.into_envelopes(), onset_hop }
    }
}

impl Shapes {
    fn new(sample_rate: u32, length: usize) -> Self {
        // The sum of a Hann window's squares is 3/8 of its length; half of the spectrum holds half of the energy.
        let quietest = QUIETEST_POWER * length as f32 * (0.375 * length as f32) / 2.0;
        let bins = spectral_bins(length);
        Shapes {
            bin_hz: sample_rate as f32 / length as f32,
            quietest,
            power: vec![0.0; bins],
            magnitudes: vec![0.0; bins],
            onsets: Onsets::new(sample_rate, length),
        }
    }

    fn push(&mut self, centre: u64, bins: &[Complex32], seconds: &mut Seconds) {
        for ((power, magnitude), bin) in self.power.iter_mut().zip(&mut self.magnitudes).zip(bins) {
            *power = bin.norm_sqr();
            *magnitude = power.sqrt();
        }
        self.onsets.push(&self.power);
        let loud = self.power.iter().sum::<f32>() > self.quietest;
        if let Some(shape) = Shape::of(&self.magnitudes, self.bin_hz).filter(|_| loud)
            && centre < seconds.samples()
        {
            seconds.push_shape(centre, shape);
        }
    }
}

impl Low {
    fn new(sample_rate: u32, [min_hz, max_hz]: [f64; 2]) -> Self {
        let factor = ((f64::from(sample_rate) / LOW_RATE).round() as usize).max(1);
        let rate = f64::from(sample_rate) / factor as f64;
        let yin = Yin::new(rate, min_hz, max_hz);
        let chroma_length = power_of_two(rate * CHROMA_S);
        Low {
            decimator: Decimator::new(factor),
            samples: Vec::new(),
            pitch_frames: Frames::centred(yin.frame_length(), ((rate * PITCH_HOP_S).round() as usize).max(1)),
            yin,
            candidates: Vec::new(),
            path: PitchPath::default(),
            chroma_spectra: Stft::centred(chroma_length, chroma_length / 2),
            pitch_classes: PitchClasses::new(rate, chroma_length),
        }
    }

    fn push(&mut self, mono: &[f32]) {
        self.samples.clear();
        self.decimator.push(mono, &mut self.samples);
        self.listen();
    }

    /// Pitch and chroma of the samples at hand.
    fn listen(&mut self) {
        let Low { samples, pitch_frames, yin, candidates, path, chroma_spectra, pitch_classes, .. } = self;
        pitch_frames.push(samples, |_, frame| {
            candidates.clear();
            yin.candidates(frame, candidates);
            path.push(candidates);
        });
        chroma_spectra.push(samples, |_, bins| pitch_classes.push(bins.iter().map(|bin| bin.norm_sqr())));
    }

    fn finish(mut self) -> (PitchPath, Chroma) {
        self.samples.clear();
        self.decimator.finish(&mut self.samples);
        self.listen();
        let Low { pitch_frames, yin, candidates, path, chroma_spectra, pitch_classes, .. } = &mut self;
        pitch_frames.finish(|_, frame| {
            candidates.clear();
            yin.candidates(frame, candidates);
            path.push(candidates);
        });
        chroma_spectra.finish(|_, bins| pitch_classes.push(bins.iter().map(|bin| bin.norm_sqr())));
        let chroma = self.pitch_classes.chroma();
        (self.path, chroma)
    }
}

fn power_of_two(samples: f64) -> usize {
    (samples.ceil() as usize).next_power_of_two().max(16)
}
