//! Tempo and beats of loops that are played in many ways, from 70 to 180 BPM.

use super::synth::{Noise, RATE, add, bright_hat, kick, rattle, tone};
use super::{heard, numbers};

/// How a bar is played: for each step `x` a stroke, `o` a soft one, anything else none.
struct Style {
    name: &'static str,
    /// Beats of a bar, and steps of a beat.
    beats: usize,
    steps: usize,
    kick: &'static str,
    snare: &'static str,
    hat: &'static str,
    /// How late the second and the fourth quarter of a beat are, as a share of a step.
    swing: f64,
    /// Amplitude of a pad of three voices that changes with the bar, and of white noise.
    pad: f64,
    noise: f64,
}

/// Looked at while the weights of `tempo.rs` were chosen.
#[rustfmt::skip]
const KNOWN: [Style; 10] = [
    style("house", 4, 4, ["x...x...x...x...", "....x.......x...", "..x...x...x...x."], 0.0, 0.3, 0.003),
    style("disco", 4, 4, ["x...x...x...x...", "....x.......x...", "xoxoxoxoxoxoxoxo"], 0.0, 0.5, 0.01),
    style("rock in sixteenths", 4, 4, ["x.......x.x.....", "....x.......x...", "xoxoxoxoxoxoxoxo"], 0.0, 0.3, 0.003),
    style("hip-hop, swung", 4, 4, ["x..x......x.....", "....x.......x...", "x.o.x.o.x.oox.o."], 0.3, 0.3, 0.01),
    style("breakbeat", 4, 4, ["x.x.......xx....", "....x..o.o..x..o", "x.x.x.x.x.x.x.x."], 0.0, 0.0, 0.01),
    style("bossa nova", 4, 4, ["x..ox..ox..ox..o", "o..o..o...o..o..", "x.x.x.x.x.x.x.x."], 0.0, 0.5, 0.003),
    style("shuffle in triplets", 4, 3, ["x.....x.....", "...x.....x..", "x.ox.ox.ox.o"], 0.0, 0.3, 0.003),
    style("waltz", 3, 4, ["x...........", "....o...o...", "x...x...x..."], 0.0, 0.5, 0.003),
    style("train beat", 4, 4, ["x...x...x...x...", "oooxoooxoooxoooo", "................"], 0.0, 0.3, 0.01),
    style("half time in noise", 4, 4, ["x.....x.........", "........x.......", "x.o.x.o.x.o.x.o."], 0.0, 0.0, 0.03),
];
/// Not heard before the weights were chosen.
#[rustfmt::skip]
const HELD_OUT: [Style; 8] = [
    style("pop", 4, 4, ["x.....x.x.......", "....x.......x...", "x.x.x.x.x.x.x.x."], 0.0, 0.4, 0.005),
    style("motown", 4, 4, ["x...x...x...x...", "x...x...x...x...", "x.x.x.x.x.x.x.x."], 0.0, 0.3, 0.005),
    style("reggaeton", 4, 4, ["x...x...x...x...", "...x..x....x..x.", "x.x.x.x.x.x.x.x."], 0.0, 0.4, 0.003),
    style("trap", 4, 4, ["x.....x...x.....", "........x.......", "xoxoxoxoxoxooooo"], 0.0, 0.3, 0.003),
    style("swing", 4, 3, ["x..x..x..x..", "...o.....o..", "x..x.xx..x.x"], 0.0, 0.4, 0.003),
    style("drum and bass", 4, 4, ["x.........x.....", "....x.......x...", "x.x.x.x.x.x.x.x."], 0.0, 0.3, 0.003),
    style("ska", 4, 4, ["x.......x.......", "....x.......x...", "..x...x...x...x."], 0.0, 0.4, 0.003),
    style("motorik", 4, 4, ["x.x...x.x.x...x.", "....x.......x...", "x.x.x.x.x.x.x.x."], 0.0, 0.3, 0.01),
];
const TEMPOS: [f64; 12] = [70.0, 77.0, 85.0, 92.0, 100.0, 109.0, 118.0, 126.0, 136.0, 147.0, 160.0, 180.0];
const SECONDS: f64 = 16.0;

const fn style(
    name: &'static str,
    beats: usize,
    steps: usize,
    [kick, snare, hat]: [&'static str; 3],
    swing: f64,
    pad: f64,
    noise: f64,
) -> Style {
    Style { name, beats, steps, kick, snare, hat, swing, pad, noise }
}

impl Style {
    /// The loop, and the seconds of its beats. Strokes are up to 5 ms early or late, as people play.
    fn played(&self, bpm: f64) -> (Vec<f32>, Vec<f64>) {
        let mut noise = Noise::new(bpm.to_bits() ^ self.name.len() as u64);
        let mut samples: Vec<f32> =
            (0..(SECONDS * f64::from(RATE)) as usize).map(|_| (self.noise * noise.next()) as f32).collect();
        let beat = 60.0 / bpm;
        let start = |bar: usize, step: usize| {
            let late = if self.steps == 4 && step % 2 == 1 { self.swing } else { 0.0 };
            0.15 + ((bar * self.beats) as f64 + (step as f64 + late) / self.steps as f64) * beat
        };
        let bars = ((SECONDS - 0.15) / beat / self.beats as f64) as usize;
        for bar in 0..bars {
            for step in 0..self.beats * self.steps {
                let at = start(bar, step) + 0.005 * noise.next();
                let loud = |pattern: &str| match pattern.as_bytes()[step] {
                    b'x' => 1.0,
                    b'o' => 0.4,
                    _ => 0.0,
                };
                let [low, middle, high] = [self.kick, self.snare, self.hat].map(loud);
                add(&mut samples, at, 0.25, |t| low * kick(t));
                add(&mut samples, at, 0.2, |t| middle * rattle(t, &mut noise));
                let mut before = [0.0; 2];
                add(&mut samples, at, 0.06, |t| high * bright_hat(t, &mut noise, &mut before));
            }
            let length = self.beats as f64 * beat;
            for hz in [[220.0, 261.63, 329.63], [174.61, 220.0, 261.63], [196.0, 246.94, 293.66]][bar % 3] {
                let swell = |t: f64| (t / 0.1).min((length - t) / 0.1).clamp(0.0, 1.0);
                add(&mut samples, start(bar, 0), length, |t| self.pad * 0.5 * swell(t) * tone(hz, t));
            }
        }
        let beats = (0..bars * self.beats).map(|number| 0.15 + number as f64 * beat).collect();
        (samples, beats)
    }
}

/// How a tempo was found.
#[derive(Debug, Default)]
struct Tally {
    right: usize,
    /// Twice or half as fast, or three times for a bar of three: another metrical level.
    octaves: usize,
    wrong: Vec<String>,
    /// F-measures of the beats where the tempo is right.
    beats: Vec<f64>,
}

impl Tally {
    fn f_mean(&self) -> f64 {
        self.beats.iter().sum::<f64>() / self.beats.len().max(1) as f64
    }

    fn add(&mut self, style: &Style, bpm: f64) {
        let (samples, truth) = style.played(bpm);
        let summary = heard(RATE, 1, samples).summary;
        let Some(found) = summary["tempo_bpm"].as_f64() else {
            return self.wrong.push(format!("{} at {bpm}: none", style.name));
        };
        let near = |factor: f64| (found / bpm / factor - 1.0).abs() <= 0.04;
        if near(1.0) {
            self.right += 1;
            self.beats.push(f_measure(&numbers(&summary["beats"]), &truth));
        } else if near(2.0) || near(0.5) || style.beats == 3 && (near(3.0) || near(1.0 / 3.0)) {
            self.octaves += 1;
        } else {
            self.wrong.push(format!("{} at {bpm}: {found}", style.name));
        }
    }
}

/// Of beats within 70 ms, each counted once (Dixon 2007; MIREX).
fn f_measure(found: &[f64], truth: &[f64]) -> f64 {
    let mut left = truth.to_vec();
    let hits = found.iter().filter(|beat| {
        let near = left.iter().position(|truth| (truth - **beat).abs() <= 0.07);
        near.map(|at| left.remove(at)).is_some()
    });
    let hits = hits.count() as f64;
    2.0 * hits / (found.len() + truth.len()) as f64
}

/// Limits that were set before the first run: tempo within 4 % in three quarters of the loops, another metrical level in
/// no more than a quarter, anything else in no more than one in thirty; beats with a mean F-measure of 0.95.
fn check(styles: &[Style]) {
    let mut all = Tally::default();
    for style in styles {
        let mut tally = Tally::default();
        TEMPOS.iter().for_each(|bpm| tally.add(style, *bpm));
        println!(
            "{}: {} right, {} on another level, {:?}, beats {:.3}",
            style.name,
            tally.right,
            tally.octaves,
            tally.wrong,
            tally.f_mean()
        );
        all.right += tally.right;
        all.octaves += tally.octaves;
        all.wrong.extend(tally.wrong);
        all.beats.extend(tally.beats);
    }
    let (count, f_mean) = (styles.len() * TEMPOS.len(), all.f_mean());
    println!(
        "{} of {count} right, {} on another level, {:?}, beats {f_mean:.3}",
        all.right, all.octaves, all.wrong
    );
    assert!(all.right * 4 >= count * 3, "{} of {count} right", all.right);
    assert!(all.octaves * 4 <= count, "{} of {count} on another level", all.octaves);
    assert!(all.wrong.len() * 30 <= count, "{:?}", all.wrong);
    assert!(f_mean >= 0.95, "{f_mean}");
}

#[test]
fn loops_of_known_styles_have_their_tempo_and_their_beats() {
    check(&KNOWN);
}

#[test]
fn loops_of_styles_that_were_held_out_have_their_tempo_and_their_beats() {
    check(&HELD_OUT);
}

#[test]
fn f_measure_counts_each_beat_once() {
    assert_eq!(f_measure(&[1.0, 2.05], &[1.0, 2.0]), 1.0);
    assert_eq!(f_measure(&[1.0, 1.01], &[1.0, 2.0]), 0.5);
    assert_eq!(f_measure(&[], &[1.0]), 0.0);
}
