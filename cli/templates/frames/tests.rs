//! Runs it in process, on pictures made here.

use va_analyzer_sdk::testing::{Clip, Picture, Run};

use super::*;

const BLACK: [u8; 3] = [0, 0, 0];
const WHITE: [u8; 3] = [255, 255, 255];

/// Each colour for a second, at ten frames a second.
fn clip(colours: &[[u8; 3]]) -> Clip {
    let second = |colour: &[u8; 3]| vec![Picture::filled(128, 72, *colour); 10];
    Clip::from_pictures(10.0, colours.iter().flat_map(second))
}

#[test]
fn each_second_has_its_brightness() {
    let seen = Run::new::<Brightness>()
        .on(&clip(&[BLACK, WHITE, WHITE]))
        .expect("analysed");
    let brightness: Vec<f64> = seen
        .segments
        .iter()
        .filter_map(|s| s["brightness"].as_f64())
        .collect();
    assert_eq!(brightness, [0.0, 1.0, 1.0]);
    assert_eq!(
        seen.segments[1],
        json!({ "timestamp": 1.0, "brightness": 1.0, "dark": false })
    );
    assert_eq!(
        seen.summary,
        json!({ "brightness": 0.667, "dark_ratio": 0.333 })
    );
}

#[test]
fn what_counts_as_dark_is_a_setting() {
    let gray = clip(&[[100, 100, 100]]);
    let dark_ratio = |settings| {
        let seen = Run::new::<Brightness>()
            .settings(settings)
            .on(&gray)
            .expect("analysed");
        seen.summary["dark_ratio"].clone()
    };
    assert_eq!(dark_ratio(json!({})), 0.0);
    assert_eq!(dark_ratio(json!({ "dark_below": 0.5 })), 1.0);
}

#[test]
fn a_setting_that_makes_no_sense_is_refused_by_name() {
    for settings in [json!({ "dark_below": 2.0 }), json!({ "dark_bellow": 0.5 })] {
        let refused = Run::new::<Brightness>()
            .settings(settings)
            .on(&clip(&[BLACK]));
        let message = refused.expect_err("refused").message;
        assert!(message.contains("dark_bel"), "{message}");
    }
}

#[test]
fn without_a_picture_all_is_unknown() {
    let seen = Run::new::<Brightness>().on(&clip(&[])).expect("analysed");
    assert!(seen.segments.is_empty());
    assert_eq!(
        seen.summary,
        json!({ "brightness": null, "dark_ratio": null })
    );
}
