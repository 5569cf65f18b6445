//! Music and tones whose truth is known, made sample by sample.

use std::f64::consts::TAU;

pub(crate) const RATE: u32 = 48_000;
const RATE_HZ: f64 = RATE as f64;

/// White noise, the same at each run.
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Noise(seed)
    }

    /// -1..1
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(1u32 << 30) - 1.0
    }
}

/// Adds a sound of some seconds that starts at an instant; its samples by the time since then.
pub(crate) fn add(samples: &mut [f32], at_s: f64, seconds: f64, mut sound: impl FnMut(f64) -> f64) {
    let start = (at_s * RATE_HZ).round() as usize;
    let end = samples.len().min(start + (seconds * RATE_HZ) as usize);
    for (n, sample) in samples.iter_mut().take(end).skip(start).enumerate() {
        *sample += sound(n as f64 / RATE_HZ) as f32;
    }
}

/// A harmonic tone of five partials: `sin(k x) = 2 cos(x) sin((k - 1) x) - sin((k - 2) x)`.
pub(crate) fn tone(hz: f64, t: f64) -> f64 {
    let (mut partial, cos) = (TAU * hz * t).sin_cos();
    let (mut before, mut sum) = (0.0, 0.0);
    for k in 1..6 {
        sum += partial / f64::from(k);
        (before, partial) = (partial, 2.0 * cos * partial - before);
    }
    0.12 * sum
}

pub(crate) fn kick(t: f64) -> f64 {
    0.45 * (TAU * (50.0 * t + 1.5 * (1.0 - (-30.0 * t).exp()))).sin() * (-t / 0.08).exp()
}

pub(crate) fn hat(t: f64, noise: &mut Noise) -> f64 {
    0.17 * noise.next() * (-t / 0.015).exp()
}

/// A hi-hat as bright as a real one: noise that rises by 12 dB an octave. `before` is the noise of the last two samples.
pub(crate) fn bright_hat(t: f64, noise: &mut Noise, before: &mut [f64; 2]) -> f64 {
    let now = noise.next();
    let bright = now - 2.0 * before[0] + before[1];
    *before = [now, before[0]];
    0.1 * bright * (-t / 0.015).exp()
}

/// A snare drum.
pub(crate) fn rattle(t: f64, noise: &mut Noise) -> f64 {
    (0.3 * noise.next() + 0.15 * (TAU * 190.0 * t).sin()) * (-t / 0.05).exp()
}

/// How a bar of a loop is played; both have hi-hats between the beats, noise, and a voice off the beat.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pattern {
    /// A kick on every beat.
    FourOnTheFloor,
    /// Kick and snare in turn, hi-hats on every eighth, a kick before the fourth beat.
    Rock,
}

/// A loop, and the seconds of its beats.
pub(crate) fn music(bpm: f64, pattern: Pattern, seconds: f64) -> (Vec<f32>, Vec<f64>) {
    let mut noise = Noise::new(bpm.to_bits());
    let mut samples: Vec<f32> =
        (0..(seconds * RATE_HZ) as usize).map(|_| 0.005 * noise.next() as f32).collect();
    let beat = 60.0 / bpm;
    let beats: Vec<f64> =
        (0..).map(|i| 0.2 + f64::from(i) * beat).take_while(|start| start + beat < seconds).collect();
    for (i, &at) in beats.iter().enumerate() {
        add(&mut samples, at + beat / 2.0, 0.06, |t| hat(t, &mut noise));
        let hz = [220.0, 261.6, 329.6, 293.7][i % 4];
        let voice =
            |t: f64| 0.5 * tone(hz, t) * (std::f64::consts::PI * t / (0.6 * beat)).sin().max(0.0).sqrt();
        add(&mut samples, at + 0.37 * beat, 0.6 * beat, voice);
        match pattern {
            Pattern::FourOnTheFloor => add(&mut samples, at, 0.25, kick),
            Pattern::Rock => {
                add(&mut samples, at, 0.06, |t| hat(t, &mut noise));
                if i % 2 == 0 {
                    add(&mut samples, at, 0.25, kick);
                } else {
                    add(&mut samples, at, 0.2, |t| rattle(t, &mut noise));
                }
                if i % 4 == 2 {
                    add(&mut samples, at + beat / 2.0, 0.25, kick);
                }
            }
        }
    }
    (samples, beats)
}

/// Chords of a second each, three times over; a chord as MIDI notes, the tuning in cents from A = 440 Hz.
pub(crate) fn progression(chords: &[[i32; 4]], tuning_cents: f64) -> Vec<f32> {
    let mut samples = vec![0.0; chords.len() * 3 * RATE as usize];
    for (i, chord) in chords.iter().cycle().take(chords.len() * 3).enumerate() {
        for note in chord {
            let hz = 440.0 * 2f64.powf((f64::from(*note) - 69.0 + tuning_cents / 100.0) / 12.0);
            let fade = |t: f64| (t / 0.02).min((1.0 - t) / 0.05).clamp(0.0, 1.0) * (-t).exp();
            add(&mut samples, i as f64, 1.0, |t| 0.8 * fade(t) * tone(hz, t));
        }
    }
    samples
}

/// Noise of -3 dB per octave, by Paul Kellet's filter.
pub(crate) fn pink_noise(seconds: f64) -> Vec<f32> {
    let (mut noise, mut state) = (Noise::new(7), [0.0; 3]);
    let poles = [(0.997_65, 0.099_046), (0.963, 0.296_516_4), (0.57, 1.052_691_3)];
    let sample = |_| {
        let white = noise.next();
        for (state, (pole, gain)) in state.iter_mut().zip(poles) {
            *state = pole * *state + gain * white;
        }
        (0.05 * (state.iter().sum::<f64>() + 0.1848 * white)) as f32
    };
    (0..(seconds * RATE_HZ) as usize).map(sample).collect()
}
