//! Clips with nothing to see, too little of it, or handed over in other batches.

use serde_json::json;
use va_analyzer_camera_analysis::CameraAnalysis;
use va_analyzer_sdk::testing::{Clip, Picture, Run, Seen};
use va_test_media::media;

fn seen(clip: &Clip) -> Seen {
    Run::new::<CameraAnalysis>().on(clip).expect("analysed")
}

/// Blocks of many shades, moved to the left by `shift` pixels.
fn blocks(width: u32, height: u32, shift: u32) -> Picture {
    Picture::from_fn(width, height, |x, y| {
        let block = ((x + shift) / 9).wrapping_mul(2_654_435_761) ^ (y / 9).wrapping_mul(40_503_177);
        [(block >> 8) as u8; 3]
    })
}

#[test]
fn nothing_to_follow_is_unknown() {
    let unknown = json!({ "dominant_movement": null, "stability": null });
    let clips = [
        Clip::from_pictures(30.0, []),
        Clip::from_pictures(30.0, [blocks(320, 180, 0)]),
        Clip::from_pictures(30.0, (0..30).map(|_| Picture::filled(320, 180, [0; 3]))),
        Clip::from_pictures(30.0, (0..30).map(|_| Picture::filled(320, 180, [255; 3]))),
        Clip::from_pictures(30.0, (0..30).map(|i| Picture::filled(1, 1, [i * 8; 3]))),
        Clip::from_pictures(30.0, (0..30).map(|i| blocks(2, 2, i))),
        Clip::from_pictures(30.0, (0..30).map(|i| blocks(3, 500, i))),
        Clip::from_pictures(30.0, (0..30).map(|i| blocks(500, 3, i))),
    ];
    for clip in &clips {
        let seen = seen(clip);
        assert!(seen.segments.is_empty(), "{:?}", seen.segments);
        assert_eq!(seen.summary, unknown);
    }
}

#[test]
fn two_samples_are_enough_for_a_movement_but_not_for_stability() {
    let seen = seen(&Clip::from_pictures(30.0, (0..6).map(|i| blocks(320, 180, 2 * i))));
    assert_eq!(seen.segments.len(), 1);
    assert_eq!(seen.segments[0]["movement"], "pan_right");
    assert_eq!(seen.segments[0]["stability"], json!(null));
    assert_eq!(seen.summary, json!({ "dominant_movement": "pan_right", "stability": null }));
}

#[test]
fn a_black_middle_is_a_gap() {
    let picture =
        |i: u32| if (30..90).contains(&i) { Picture::filled(320, 180, [0; 3]) } else { blocks(320, 180, 0) };
    let seen = seen(&Clip::from_pictures(30.0, (0..120).map(picture)));
    let times: Vec<(f64, f64)> =
        seen.segments.iter().map(|s| (number(&s["start_time"]), number(&s["end_time"]))).collect();
    assert_eq!(times.len(), 2, "{:?}", seen.segments);
    assert!(times[0].1 <= 1.0 && times[1].0 >= 3.0, "{times:?}");
}

fn number(value: &serde_json::Value) -> f64 {
    value.as_f64().expect("a number")
}

#[test]
fn batches_make_no_difference() {
    let clip = Clip::from_file(media("bigbuckbunny.mp4")).expect("ffmpeg reads the clip");
    let by = |batch: u32| Run::new::<CameraAnalysis>().batch(batch).on(&clip).expect("analysed");
    let (single, many) = (by(1), by(16));
    assert_eq!(single.segments, many.segments);
    assert_eq!(single.summary, many.summary);
}

#[test]
fn settings_out_of_range_are_named() {
    let clip = Clip::from_pictures(30.0, []);
    let with = |settings| {
        Run::new::<CameraAnalysis>().settings(settings).on(&clip).expect_err("refused").to_string()
    };
    assert!(with(json!({ "pan_per_s": -1.0 })).contains("pan_per_s is -1"));
    assert!(with(json!({ "pans": 1.0 })).contains("pans"));
}

#[test]
fn a_higher_threshold_makes_a_slow_pan_static() {
    let clip = Clip::from_pictures(30.0, (0..60).map(|i| blocks(320, 180, i / 2)));
    assert_eq!(seen(&clip).summary["dominant_movement"], "pan_right");
    let lenient =
        Run::new::<CameraAnalysis>().settings(json!({ "pan_per_s": 0.5 })).on(&clip).expect("analysed");
    assert_eq!(lenient.summary["dominant_movement"], "static");
}
