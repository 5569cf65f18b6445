//! Where nobody speaks nothing is told.

use serde_json::json;
use va_analyzer_sdk::testing::Seen;

use crate::{RATE, fresh, on, sound, with};

#[track_caller]
fn tells_nothing(seen: &Seen, what: &str) {
    assert!(seen.segments.is_empty(), "{what}: {:?}", seen.segments);
    assert_eq!(seen.summary, json!({ "dominant_emotion": null }), "{what}");
}

#[test]
fn music_noise_and_silent_tracks_have_no_feeling() {
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
        tells_nothing(&on(fresh(), sound(name)), name);
    }
    tells_nothing(&on(fresh(), vec![0.0; 20 * RATE]), "silence");
}

#[test]
fn voices_in_which_a_transcript_has_no_words_have_no_feeling() {
    tells_nothing(&on(with(&[]), sound("bigbuckbunny.mp4")), "cries of animals");
}

/// Words that a transcript has where no speech is are not believed.
#[test]
fn words_where_nobody_speaks_have_no_feeling() {
    let said = [(1.0, 1.9, "I love it!", Some("en"))];
    tells_nothing(&on(with(&said), vec![0.0; 3 * RATE]), "words in silence");
}

#[test]
fn a_track_without_samples_is_no_failure() {
    tells_nothing(&on(fresh(), Vec::new()), "nothing");
    tells_nothing(&on(fresh(), vec![0.1; 100]), "less than a chunk");
    tells_nothing(&on(fresh(), vec![f32::NAN; 2 * RATE]), "no numbers");
}
