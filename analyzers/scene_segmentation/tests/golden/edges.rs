//! Videos without cuts or without a picture, what is missing, and how sound and batches matter.

use serde_json::{Value, json};
use va_analyzer_scene_segmentation::SceneSegmentation;
use va_analyzer_sdk::ErrorKind;
use va_analyzer_sdk::testing::{Clip, Picture, Run};
use va_test_media::{made, media, model};

use super::clips::mix;
use super::installed_run;

fn no_cuts() -> Value {
    json!({ "segments": [], "summary": {} })
}

#[test]
fn a_video_without_cuts_is_one_scene() {
    let clip = Clip::from_file(media("wolfgang_langer.mp4")).expect("read");
    let seen = installed_run().other_findings("cut_analysis", no_cuts()).on(&clip).expect("analysed");
    let [scene] = &seen.segments[..] else { panic!("{:?}", seen.segments) };
    assert_eq!((&scene["shots"], &scene["transition_in"]), (&json!(1), &Value::Null));
    assert_eq!((&scene["start_time"], &seen.summary), (&json!(0.0), &json!({ "scene_count": 1 })));
    let (end_s, keyframe_s) = (scene["end_time"].as_f64(), scene["keyframe_time"].as_f64());
    assert!((end_s.expect("a time") - 19.7).abs() < 0.1 && keyframe_s.expect("a time") > 0.0, "{scene}");
    assert_eq!((seen.model.as_deref(), seen.degraded), (Some("efficientnet-lite0"), None));
}

#[test]
fn a_black_clip_is_one_scene() {
    let clip = Clip::from_pictures(25.0, (0..75).map(|_| Picture::filled(64, 36, [0; 3])));
    let seen = installed_run().other_findings("cut_analysis", no_cuts()).on(&clip).expect("analysed");
    let whole = json!({
        "start_time": 0.0, "end_time": 3.0, "scene_id": 0, "shots": 1, "transition_in": null, "keyframe_time": 0.0
    });
    assert_eq!(seen.segments, [whole]);
}

#[test]
fn no_frames_are_no_scene() {
    let seen = installed_run().on(&Clip::from_samples(16_000, 1, vec![0.0; 1600])).expect("analysed");
    assert!(seen.segments.is_empty());
    assert_eq!(seen.summary, json!({ "scene_count": 0 }));
}

#[test]
fn without_shots_or_without_a_model_there_are_no_scenes() {
    let clip = Clip::from_pictures(25.0, [Picture::filled(64, 36, [90; 3])]);
    let error = installed_run().on(&clip).expect_err("no cut_analysis");
    assert!(error.message.contains("cut_analysis"), "{error}");
    let bare = Run::new::<SceneSegmentation>().model("onnxruntime", model("onnxruntime"));
    assert_eq!(bare.on(&clip).expect_err("no model").kind, ErrorKind::Unavailable);
}

#[test]
fn batches_of_any_size_give_the_same() {
    let mix = mix(11);
    let clip = Clip::from_file(&mix.path).expect("a clip");
    let of_batch = |frames| {
        let run = installed_run().other_findings("cut_analysis", mix.cuts.clone()).batch(frames);
        run.on(&clip).expect("analysed").segments
    };
    assert_eq!(of_batch(1), of_batch(16));
}

/// Calm about second 10 but for what may change there; restless else.
fn sound(changes: bool) -> Value {
    let second = |i: u32| {
        let restless = if (6..14).contains(&i) { 0.0 } else { f64::from(i % 3) * 4.0 };
        let (rms_db, hz) = if changes && i >= 10 { (-35.0, 3000.0) } else { (-20.0, 400.0) };
        json!({ "start_time": i, "end_time": i + 1, "rms_db": rms_db - restless, "spectral_centroid_hz": hz,
                "spectral_bandwidth_hz": hz, "spectral_rolloff_hz": hz, "zero_crossing_rate": 0.1, "pitch_hz": null })
    };
    json!({ "segments": (0..20).map(second).collect::<Vec<Value>>(), "summary": {} })
}

/// Two pictures of one group of women in other rooms: their likeness is 0.52, where 0.53 is asked for.
#[test]
fn sound_that_goes_on_joins_what_is_nearly_alike_and_sound_that_changes_parts_it() {
    let [one, other] = ["sample1.jpg", "sample2.jpg"].map(|name| media(name).display().to_string());
    let filter =
        "[0]scale=640:426,setsar=1[a];[1]scale=640:426,setsar=1[b];[a][b]concat=n=2:v=1:a=0,format=yuv420p";
    let still = ["-loop", "1", "-framerate", "10", "-t", "10", "-i"];
    let args = [&still[..], &[&one], &still, &[&other], &["-filter_complex", filter, "-crf", "20"]].concat();
    let clip = Clip::from_file(made("nearly-alike.mp4", &args)).expect("a clip that ffmpeg just wrote");
    let scenes = |sound: Option<Value>| {
        let cut = json!({ "timestamp": 10.0, "transition": "cut", "start_time": 10.0, "end_time": 10.0 });
        let run = installed_run().other_findings("cut_analysis", json!({ "segments": [cut], "summary": {} }));
        let run = sound.into_iter().fold(run, |run, sound| run.other_findings("audio_analysis", sound));
        run.on(&clip).expect("analysed").segments.len()
    };
    assert_eq!([scenes(Some(sound(false))), scenes(Some(sound(true))), scenes(None)], [1, 2, 2]);
}
