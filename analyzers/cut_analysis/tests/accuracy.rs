//! How many transitions of mixes with known truth are found by the classical detector alone; `joined.rs` has both.
//!
//! Thresholds were tuned on seeds 1 to 3. What is asserted is measured on a seed that tuning never saw, with the same
//! pictures and footage but other shots, motion, lengths, sizes, rates and coding.

mod mixes;

use mixes::Theme::{self, *};
use mixes::score::{Score, score};
use mixes::{THEMES, mix};
use va_analyzer_cut_analysis::CutAnalysis;
use va_analyzer_sdk::testing::{Clip, Run};

const HELD_OUT: u64 = 11;

/// Scores of the cuts and of the gradual transitions in all of these mixes.
fn measure(seeds: &[u64], themes: &[Theme]) -> (Score, Score) {
    let (mut all_cuts, mut all_gradual) = (Score::default(), Score::default());
    for (&theme, &seed) in themes.iter().flat_map(|theme| seeds.iter().map(move |seed| (theme, seed))) {
        let mix = mix(theme, seed);
        let clip = Clip::from_file(&mix.path).expect("a clip that ffmpeg just wrote");
        let seen = Run::new::<CutAnalysis>().on(&clip).expect("analysed");
        assert_eq!(seen.frames, u64::from(mix.frames), "{}: the truth counts other frames", mix.name);
        let (cuts, gradual, mistakes) = score(&mix.truth, &seen.segments);
        println!("{}: cuts: {cuts}; gradual: {gradual}", mix.name);
        mistakes.iter().for_each(|mistake| println!("    {mistake}"));
        all_cuts += cuts;
        all_gradual += gradual;
    }
    println!("all cuts: {all_cuts}\nall gradual: {all_gradual}");
    (all_cuts, all_gradual)
}

#[test]
fn finds_hard_cuts_and_no_others_in_restless_shots() {
    let (cuts, gradual) = measure(&[HELD_OUT], &[Flashes, WhipPans, Objects, Shake]);
    assert!(cuts.f1() >= 0.97, "{cuts}");
    assert_eq!(gradual.invented, 0, "{gradual}");
}

#[test]
fn finds_hard_cuts_and_no_others_in_noise_light_captions_and_the_same_scene() {
    let (cuts, gradual) = measure(&[HELD_OUT], &[Cuts, Noise, Brightness, Captions, JumpCuts]);
    assert!(cuts.f1() >= 0.97, "{cuts}");
    assert_eq!(gradual.invented, 0, "{gradual}");
}

#[test]
fn finds_dissolves_fades_and_wipes() {
    let (cuts, gradual) = measure(&[HELD_OUT], &[Dissolves, Fades, Wipes, Everything]);
    assert!(cuts.f1() >= 0.97, "{cuts}");
    assert!(gradual.f1() >= 0.9, "{gradual}");
}

#[test]
#[ignore = "prints what thresholds are tuned on; asserts nothing but that it runs"]
fn tuning_seeds() {
    measure(&[1, 2, 3], &THEMES);
}
