//! Where nobody speaks nothing is told.

use serde_json::json;
use va_analyzer_sdk::testing::Seen;

use crate::{RATE, on, sound, with};

#[track_caller]
fn tells_nothing(seen: &Seen, what: &str) {
    assert!(seen.segments.is_empty(), "{what}: {:?}", seen.segments);
    let nothing = json!({
        "words_per_minute": null, "articulation_rate_wpm": null, "pause_ratio": null, "pause_count": 0,
        "pitch_range_semitones": null, "rhythm_npvi": null
    });
    assert_eq!(seen.summary, nothing, "{what}");
    assert_eq!(seen.degraded, None, "{what}");
}

#[test]
fn music_noise_and_silent_tracks_have_no_speech() {
    let clips = [
        "cantina.wav",
        "808kick120bpm.mp3",
        "cafe_song.wav",
        "crowd.mp3",
        "small.mp4",
        "world.mp4",
        "earth.mp4",
    ];
    for name in clips {
        tells_nothing(&on(with(&[]), sound(name)), name);
    }
}

#[test]
fn digital_silence_and_made_noise_have_no_speech() {
    tells_nothing(&on(with(&[]), vec![0.0; 20 * RATE]), "silence");
    let mut state = 1u32;
    let mut low = 0.0f32;
    let mut noise = |part: f32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let white = (state >> 8) as f32 / (1 << 23) as f32 - 1.0;
        low += part * (white - low);
        low * 0.3
    };
    for (what, part) in [("white noise", 1.0), ("brown noise", 0.02)] {
        tells_nothing(&on(with(&[]), (0..20 * RATE).map(|_| noise(part)).collect()), what);
    }
}

/// Words that a transcript has where no speech is are not believed.
#[test]
fn words_where_nobody_speaks_give_no_rate() {
    tells_nothing(&on(with(&[("Thanks.".to_owned(), 1.0, 1.5)]), vec![0.0; 3 * RATE]), "words in silence");
}

#[test]
fn a_track_without_samples_is_no_failure() {
    tells_nothing(&on(with(&[]), Vec::new()), "nothing");
    tells_nothing(&on(with(&[]), vec![0.1; 100]), "less than a chunk");
    tells_nothing(&on(with(&[]), vec![f32::NAN; 2 * RATE]), "no numbers");
}
