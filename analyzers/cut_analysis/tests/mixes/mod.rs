//! Mixes whose transitions are known to the frame, because they are put together here: seeded, from real pictures
//! and footage, coded with x264, with what must not be taken for a cut.
#![allow(dead_code, unused_imports, reason = "each test program uses a part of this")]

mod graph;
pub(crate) mod material;
pub(crate) mod score;

use std::path::PathBuf;

use material::{Material, TUNED};
use score::Truth;

/// What a mix is about. Every mix has hard cuts besides. New themes go to the end: the number is part of the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Cuts,
    Flashes,
    WhipPans,
    Objects,
    Shake,
    Noise,
    Brightness,
    Dissolves,
    Fades,
    Everything,
    /// Every other cut stays with the picture or footage: closer in, or at another time.
    JumpCuts,
    /// Captions that pop up and change at once.
    Captions,
    Wipes,
}

pub(crate) const THEMES: [Theme; 13] = [
    Theme::Cuts,
    Theme::Flashes,
    Theme::WhipPans,
    Theme::Objects,
    Theme::Shake,
    Theme::Noise,
    Theme::Brightness,
    Theme::Dissolves,
    Theme::Fades,
    Theme::Everything,
    Theme::JumpCuts,
    Theme::Captions,
    Theme::Wipes,
];

/// A clip and its transitions in order.
#[derive(Debug)]
pub(crate) struct Mix {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) truth: Vec<Truth>,
    pub(crate) frames: u32,
}

/// One mix of a theme, of the material that the classical detector was tuned on. The same seed gives the same clip.
pub(crate) fn mix(theme: Theme, seed: u64) -> Mix {
    mix_of(&TUNED, theme, seed)
}

/// As [`mix`], of any material.
pub(crate) fn mix_of(material: &'static Material, theme: Theme, seed: u64) -> Mix {
    let mut random = Random(seed * 1000 + theme as u64);
    let plan = graph::Plan::draw(material, theme, &mut random);
    let (args, truth, frames) = plan.build(&mut random);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let name = format!("{}{theme:?}-{seed}", material.name).to_lowercase();
    let path = va_test_media::made(&format!("mix-{name}.mp4"), &args);
    Mix { name, path, truth, frames }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    pub(crate) fn whole(&mut self, low: u32, high: u32) -> u32 {
        low + (self.next() % u64::from(high - low + 1)) as u32
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.whole(0, of.len() as u32 - 1) as usize]
    }
}
