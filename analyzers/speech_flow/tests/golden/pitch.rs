//! The range of the voice against another tracker of pitch (`../reference/pitch_range.py`), and of a recording made higher.

use serde_json::Value;

use crate::{flow, number, on, sound};

/// Two trackers differ in where they hear a voice, and so in the ends of the range: a semitone and a half.
#[test]
fn ranges_are_those_of_another_tracker() {
    let reference: Value = serde_json::from_str(include_str!("../reference/pitch_range.json")).expect("JSON");
    for (name, wanted) in reference.as_object().expect("recordings") {
        let seen = on(flow(), sound(name));
        let (found, wanted) = (number(&seen.summary["pitch_range_semitones"]), number(wanted));
        assert!((found - wanted).abs() <= 1.5, "{name}: {found} for {wanted}");
    }
}

/// The same recording higher, and faster by as much: ranges are ratios.
#[test]
fn a_higher_voice_has_the_same_range() {
    let name = "austen_0870.wav";
    let path = va_test_media::media(name);
    let higher = va_test_media::sound(&path, &["-af", "aresample=16000,asetrate=18000,aresample=16000"]);
    let [one, other] =
        [sound(name), higher].map(|samples| number(&on(flow(), samples).summary["pitch_range_semitones"]));
    assert!((one - other).abs() <= 1.0, "{one} and {other}");
}
