//! The key of chord progressions in all 24 keys.

use super::synth::{RATE, progression};
use super::{heard, major, minor};

const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/// The key that is heard where the tonic is so many semitones above C; chords as steps above the tonic, `true` major.
fn key_of(chords: &[(i32, bool)], tonic: i32, tuning_cents: f64) -> String {
    let chord = |&(step, is_major): &(i32, bool)| {
        let root = 53 + (tonic + step - 5).rem_euclid(12);
        if is_major { major(root) } else { minor(root) }
    };
    let chords: Vec<[i32; 4]> = chords.iter().map(chord).collect();
    heard(RATE, 1, progression(&chords, tuning_cents)).summary["key"].as_str().unwrap_or("none").to_owned()
}

fn in_all_keys(mode: &str, chords: &[(i32, bool)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (tonic, name) in NAMES.iter().enumerate() {
        // Out of tune by up to 44 cents, differently in each key.
        let found = key_of(chords, tonic as i32, 8.0 * (tonic as f64 - 5.5));
        let wanted = format!("{name} {mode}");
        if found != wanted {
            wrong.push(format!("{wanted}: {found}"));
        }
    }
    wrong
}

#[test]
fn cadences_have_their_key_in_all_24() {
    let (authentic, in_minor) =
        ([(0, true), (5, true), (7, true), (0, true)], [(0, false), (5, false), (7, true), (0, false)]);
    assert_eq!(in_all_keys("major", &authentic), [""; 0]);
    assert_eq!(in_all_keys("minor", &in_minor), [""; 0]);
}

#[test]
fn turnarounds_have_their_key_in_all_24() {
    let (fifties, andalusian) = (
        [(0, true), (9, false), (5, true), (7, true)],
        [(0, false), (10, true), (8, true), (7, true), (0, false)],
    );
    assert_eq!(in_all_keys("major", &fifties), [""; 0]);
    assert_eq!(in_all_keys("minor", &andalusian), [""; 0]);
}
