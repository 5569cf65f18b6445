//! Runs it in process, with findings that are made up here.

use va_analyzer_sdk::testing::{Clip, Picture, Run};

use super::*;

/// Six seconds.
fn clip() -> Clip {
    Clip::from_pictures(1.0, vec![Picture::filled(16, 9, [90, 90, 90]); 6])
}

/// With a cut after one second, and after four.
fn with_cuts() -> Run {
    let segments = json!([{ "timestamp": 1.0 }, { "timestamp": 4.0 }]);
    let found = json!({ "segments": segments, "summary": { "cut_count": 2 } });
    Run::new::<Shots>().other_findings(CUTS, found)
}

#[test]
fn a_shot_lasts_from_cut_to_cut() {
    let seen = with_cuts().on(&clip()).expect("analysed");
    let shot = |start: f64, end: f64, short| json!({ "start": start, "end": end, "short": short });
    assert_eq!(
        seen.segments,
        [
            shot(0.0, 1.0, true),
            shot(1.0, 4.0, false),
            shot(4.0, 6.0, false)
        ]
    );
    assert_eq!(seen.summary, json!({ "shot_count": 3, "longest_s": 3.0 }));
}

#[test]
fn what_counts_as_short_is_a_setting() {
    let settings = json!({ "short_below_s": 2.5 });
    let seen = with_cuts()
        .settings(settings)
        .on(&clip())
        .expect("analysed");
    let short: Vec<bool> = seen
        .segments
        .iter()
        .filter_map(|s| s["short"].as_bool())
        .collect();
    assert_eq!(short, [true, false, true]);
}

#[test]
fn a_setting_that_makes_no_sense_is_refused_by_name() {
    for settings in [
        json!({ "short_below_s": -1.0 }),
        json!({ "short_beloww": 2.0 }),
    ] {
        let refused = Run::new::<Shots>().settings(settings).on(&clip());
        let message = refused.expect_err("refused").message;
        assert!(message.contains("short_below"), "{message}");
    }
}

#[test]
fn without_cuts_all_is_unknown() {
    let seen = Run::new::<Shots>().on(&clip()).expect("analysed");
    assert!(seen.segments.is_empty());
    assert_eq!(
        seen.summary,
        json!({ "shot_count": null, "longest_s": null })
    );
}
