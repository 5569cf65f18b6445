//! Runs it in process, on sound made here.

use va_analyzer_sdk::testing::{Clip, Run};

use super::*;

/// A second of each of these levels: a wave that is up and down in turns, so that its power is known.
fn clip(levels: &[f32]) -> Clip {
    let wave = |level: &f32| [*level, -*level].repeat(8000);
    Clip::from_samples(16_000, 1, levels.iter().flat_map(wave).collect())
}

#[test]
fn each_second_has_its_level() {
    let seen = Run::new::<Loudness>()
        .on(&clip(&[1.0, 0.1, 0.0]))
        .expect("analysed");
    let levels: Vec<f64> = seen
        .segments
        .iter()
        .filter_map(|s| s["level_db"].as_f64())
        .collect();
    assert_eq!(levels, [0.0, -20.0, -100.0]);
    assert_eq!(
        (&seen.segments[1]["start"], &seen.segments[1]["end"]),
        (&json!(1.0), &json!(2.0))
    );
    assert_eq!(
        seen.summary,
        json!({ "loudest_db": 0.0, "silent_ratio": 0.333 })
    );
}

#[test]
fn what_counts_as_silent_is_a_setting() {
    let settings = json!({ "silent_below_db": -10.0 });
    let seen = Run::new::<Loudness>()
        .settings(settings)
        .on(&clip(&[1.0, 0.1]))
        .expect("analysed");
    let silent: Vec<bool> = seen
        .segments
        .iter()
        .filter_map(|s| s["silent"].as_bool())
        .collect();
    assert_eq!(silent, [false, true]);
}

#[test]
fn a_setting_that_makes_no_sense_is_refused_by_name() {
    for settings in [
        json!({ "silent_below_db": 3.0 }),
        json!({ "silent_beloww": -10.0 }),
    ] {
        let refused = Run::new::<Loudness>().settings(settings).on(&clip(&[0.0]));
        let message = refused.expect_err("refused").message;
        assert!(message.contains("silent_below"), "{message}");
    }
}

#[test]
fn without_sound_all_is_unknown() {
    let seen = Run::new::<Loudness>()
        .on(&Clip::from_pictures(25.0, []))
        .expect("analysed");
    assert!(seen.segments.is_empty());
    assert_eq!(
        seen.summary,
        json!({ "loudest_db": null, "silent_ratio": null })
    );
}
