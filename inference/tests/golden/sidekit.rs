//! The front end of inaSpeechSegmenter against its own code (`../reference/sidekit.py`).

use serde_json::Value;
use va_inference::audio::SidekitFrames;

use crate::speech::{number, sound};

/// Theirs computes the spectrum in double precision, ours in single: 1e-3 of logarithms that span some 20.
#[test]
fn bands_and_energies_are_those_of_inaspeechsegmenter() {
    let reference: Value = serde_json::from_str(include_str!("../reference/sidekit.json")).expect("JSON");
    let (mut frames, mut seen) = (SidekitFrames::default(), Vec::new());
    for piece in sound("austen_0870.wav").chunks(7777) {
        frames.push(piece, |frame| seen.push((frame.log_energy, *frame.bands)));
    }
    assert_eq!(reference["count"], seen.len());
    for (frame, noted) in reference["frames"].as_object().expect("by frame") {
        let (log_energy, bands) = seen[frame.parse::<usize>().expect("a number")];
        assert!((log_energy - number(&noted["log_energy"])).abs() <= 1e-3, "frame {frame}: {log_energy}");
        let noted = noted["bands"].as_array().expect("24 bands");
        assert_eq!(noted.len(), bands.len());
        for (band, (found, wanted)) in bands.iter().zip(noted).enumerate() {
            let wanted = number(wanted);
            assert!((found - wanted).abs() <= 1e-3, "frame {frame}, band {band}: {found} for {wanted}");
        }
    }
}
