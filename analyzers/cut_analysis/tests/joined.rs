//! Both detectors together, on mixes with known truth.
//!
//! The rules between them were tuned on seeds 1 to 3 of two sets of pictures and footage. What is asserted is measured on a
//! third set, of which neither was ever shown a frame, with other seeds.

mod mixes;

use std::time::Duration;

use mixes::material::{FRESH, JOINED, Material};
use mixes::score::{Score, Truth, score};
use mixes::{THEMES, Theme, mix_of};
use va_analyzer_cut_analysis::CutAnalysis;
use va_analyzer_sdk::testing::{Clip, Run, Seen};
use va_test_media::model;

const HELD_OUT: [u64; 2] = [101, 102];

fn with_network() -> Run {
    let names = ["onnxruntime", "transnetv2"];
    names.into_iter().fold(Run::new::<CutAnalysis>(), |run, name| run.model(name, model(name)))
}

/// What was found in all of some mixes.
#[derive(Debug, Default)]
struct Measured {
    cuts: Score,
    gradual: Score,
    /// Windows that the network looked at, and what they would be if it looked at all frames.
    windows: (u32, u32),
    seconds: f64,
    cpu: Duration,
}

impl Measured {
    fn add(&mut self, name: &str, truth: &[Truth], seen: &Seen) {
        let (cuts, gradual, mistakes) = score(truth, &seen.segments);
        let windows = windows(seen);
        println!("{name}: cuts: {cuts}; gradual: {gradual}; windows {} of {}", windows.0, windows.1);
        mistakes.iter().for_each(|mistake| println!("    {mistake}"));
        self.cuts += cuts;
        self.gradual += gradual;
        self.windows = (self.windows.0 + windows.0, self.windows.1 + windows.1);
    }
}

/// As the analyzer's log says.
fn windows(seen: &Seen) -> (u32, u32) {
    let line = seen.log.iter().map(|(_, line)| line).find(|line| line.starts_with("the network looked"));
    let numbers: Vec<u32> =
        line.expect("it says so").split(' ').filter_map(|word| word.parse().ok()).collect();
    (numbers[0], numbers[1])
}

fn measure(material: &'static Material, seeds: &[u64], themes: &[Theme], network: bool) -> Measured {
    let mut all = Measured::default();
    for (&theme, &seed) in themes.iter().flat_map(|theme| seeds.iter().map(move |seed| (theme, seed))) {
        let mix = mix_of(material, theme, seed);
        let clip = Clip::from_file(&mix.path).expect("a clip that ffmpeg just wrote");
        let run = if network { with_network() } else { Run::new::<CutAnalysis>() };
        let before = cpu();
        let seen = run.on(&clip).expect("analysed");
        all.cpu += cpu() - before;
        all.seconds += clip.video().duration_s.unwrap_or_default();
        assert_eq!(seen.frames, u64::from(mix.frames), "{}: the truth counts other frames", mix.name);
        all.add(&mix.name, &mix.truth, &seen);
    }
    let Measured { cuts, gradual, windows, seconds, cpu } = &all;
    println!("cuts: {cuts}\ngradual: {gradual}\nwindows: {} of {}", windows.0, windows.1);
    println!("{:.1} CPU seconds a minute of video", cpu.as_secs_f64() / seconds * 60.0);
    all
}

/// CPU time of this thread, which is the one that the network runs in.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = stat.split(' ').next().and_then(|first| first.parse().ok()).expect("a number");
    Duration::from_nanos(nanoseconds)
}

#[test]
#[ignore = "prints what the rules are tuned on; asserts nothing but that it runs"]
fn tuning_seeds() {
    for network in [false, true] {
        measure(&JOINED, &[1, 2, 3], &THEMES, network);
    }
}

#[test]
fn finds_what_is_there_in_pictures_and_footage_that_nothing_was_tuned_on() {
    let alone = measure(&FRESH, &HELD_OUT, &THEMES, false);
    let joined = measure(&FRESH, &HELD_OUT, &THEMES, true);
    for found in [&alone, &joined] {
        assert!(found.cuts.f1() >= 0.97, "{found:?}");
        assert!(found.gradual.f1() >= 0.9, "{found:?}");
    }
    assert!(joined.cuts.f1() > alone.cuts.f1() && joined.gradual.f1() > alone.gradual.f1());
    assert_eq!(alone.windows.0, 0);
    let (looked, all) = joined.windows;
    assert!(looked > 0 && looked * 4 <= all, "the network looked at {looked} of {all} windows");
}
