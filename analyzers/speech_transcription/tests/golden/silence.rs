//! Where nobody speaks nothing is transcribed.

use serde_json::Value;
use va_analyzer_sdk::testing::Seen;

use crate::{RATE, base, on, sound};

fn says_nothing(seen: &Seen, what: &str) {
    assert!(seen.segments.is_empty(), "{what}: {:?}", seen.segments);
    assert_eq!(seen.summary["text"], "", "{what}");
    assert_eq!(seen.summary["language"], Value::Null, "{what}");
}

#[test]
fn music_noise_and_silent_tracks_have_no_words() {
    for name in ["cantina.wav", "808kick120bpm.mp3", "cafe_song.wav", "crowd.mp3", "small.mp4", "world.mp4"] {
        says_nothing(&base().on(&on(sound(name))).expect("heard"), name);
    }
}

#[test]
fn digital_silence_and_made_noise_have_no_words() {
    says_nothing(&base().on(&on(vec![0.0; 40 * RATE])).expect("heard"), "silence");
    // White noise, and the same through a low-pass of the first order.
    let mut state = 1u32;
    let mut low = 0.0f32;
    let mut noise = |part: f32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let white = (state >> 8) as f32 / (1 << 23) as f32 - 1.0;
        low += part * (white - low);
        low * 0.3
    };
    let white: Vec<f32> = (0..20 * RATE).map(|_| noise(1.0)).collect();
    says_nothing(&base().on(&on(white)).expect("heard"), "white noise");
    let brown: Vec<f32> = (0..20 * RATE).map(|_| noise(0.02)).collect();
    says_nothing(&base().on(&on(brown)).expect("heard"), "brown noise");
}

#[test]
fn a_track_without_samples_is_no_failure() {
    says_nothing(&base().on(&on(Vec::new())).expect("heard"), "nothing");
    says_nothing(&base().on(&on(vec![0.1; 100])).expect("heard"), "less than a chunk");
}
