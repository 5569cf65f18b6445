//! What is kept from frame to frame, and what is left out.

use serde_json::{Value, json};
use va_analyzer_sdk::testing::{Clip, Picture, Seen};
use va_test_media::{made, media};

use super::{ALL, iou, mask, number, with};

/// A picture through which the view moves, at 30 frames a second.
fn pan(name: &str, seconds: u32) -> Clip {
    let picture = media(name).display().to_string();
    let filter = format!(
        "loop=-1:size=1,trim=end_frame={},settb=1/30,setpts=N,crop=360:240:x='min(iw-ow,n*2)':y='min(ih-oh,n)',format=yuv420p",
        seconds * 30
    );
    let args = ["-framerate", "30", "-i", &picture, "-vf", &filter, "-c:v", "libx264", "-crf", "23"];
    Clip::from_file(made("pan.mp4", &args)).expect("a clip that ffmpeg just wrote")
}

fn times(seen: &Seen) -> Vec<f64> {
    seen.segments.iter().map(|segment| number(&segment["timestamp"])).collect()
}

#[test]
fn the_dear_search_is_made_every_few_seconds_and_other_frames_are_left_out() {
    // A toy that turns: of no class, and moving all the time.
    let clip = Clip::from_file(media("small.mp4")).expect("read");
    let seldom = with(&ALL).settings(json!({ "salience_every_s": 2.0 })).on(&clip).expect("analysed");
    let always = with(&ALL).settings(json!({ "salience_every_s": 0.0 })).on(&clip).expect("analysed");
    assert_eq!((always.frames, always.segments.len()), (12, 12));
    assert!(always.segments.iter().all(|segment| number(&segment["foreground_ratio"]) > 0.15));
    // It stands still for half a second here and there; there a mask holds longer.
    let found = times(&seldom);
    assert!([0.0, 2.0, 4.0].iter().all(|time| found.contains(time)) && found.len() < 8, "{found:?}");
    for segment in &seldom.segments {
        let same = |other: &&Value| other["timestamp"] == segment["timestamp"];
        let other = always.segments.iter().find(same).expect("a frame of both");
        assert!(iou(&mask(segment), &mask(other)) > 0.95, "{}", segment["timestamp"]);
    }
}

#[test]
fn a_still_picture_keeps_its_findings_and_a_moving_one_does_not() {
    let picture = media("single_face.jpg").display().to_string();
    let args =
        ["-loop", "1", "-framerate", "30", "-i", &picture, "-t", "2", "-pix_fmt", "yuv420p", "-crf", "28"];
    let clip = Clip::from_file(made("still.mp4", &args)).expect("a clip that ffmpeg just wrote");
    let seen = with(&ALL).on(&clip).expect("analysed");
    assert_eq!(times(&seen), [0.0, 0.5, 1.0, 1.5]);
    for segment in &seen.segments[1..] {
        assert_eq!(segment["mask"], seen.segments[0]["mask"]);
    }
    let moving = with(&ALL).on(&pan("single_face.jpg", 2)).expect("analysed");
    assert_eq!(moving.segments.len(), 4);
    for pair in moving.segments.windows(2) {
        assert_ne!(pair[0]["mask"], pair[1]["mask"]);
    }
}

#[test]
fn batches_of_any_size_give_the_same() {
    let clip = Clip::from_file(media("wolfgang_langer.mp4")).expect("read");
    let [one, all] = [1, 16].map(|batch| with(&ALL).batch(batch).on(&clip).expect("analysed"));
    assert_eq!(one.frames, 32);
    assert_eq!((one.segments, one.summary), (all.segments, all.summary));
}

#[test]
fn a_video_without_frames_has_no_ratio() {
    let seen = with(&ALL).on(&Clip::from_samples(16_000, 1, vec![0.0; 1600])).expect("analysed");
    assert!(seen.segments.is_empty());
    assert_eq!(seen.summary, json!({ "scene": null, "foreground_ratio_mean": null }));
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let clip = Clip::from_pictures(25.0, [Picture::filled(8, 8, [0; 3])]);
    for (settings, key) in [
        (json!({ "salience": 1.0 }), "salience"),
        (json!({ "sureness": 1.5 }), "sureness"),
        (json!({ "salience_every_s": -1.0 }), "salience_every_s"),
    ] {
        let refused = with(&ALL).settings(settings).on(&clip).expect_err(key);
        assert!(refused.message.contains(key), "{refused}");
    }
}
