//! Real footage, looked at by eye: what its camera does is written here.

use va_test_media::{made, media};

use crate::clips::analysed;

#[test]
fn static_cameras_over_moving_things_are_static() {
    // Pedestrians; a tree in the wind, at the end a hand before it; two men at a lectern with a banner that slides in; a face with hands before it.
    for clip in ["vtest.avi", "tree.avi", "obama_speech.mp4", "wolfgang_langer.mp4"] {
        let found = analysed(&media(clip));
        assert!(found.share("static") >= 0.95, "{clip}: {:?}", found.segments);
        assert!(
            found.summary.stability.is_some_and(|stability| stability > 0.9),
            "{clip}: {:?}",
            found.summary
        );
    }
}

#[test]
fn a_camera_that_rises_with_the_bunny_is_tilt_up() {
    // The ground sinks between 0.5 s and 3 s, slowly at both ends; before and after the camera rests.
    let found = analysed(&media("bigbuckbunny.mp4"));
    assert_eq!(found.movements(), ["static", "tilt_up", "static"], "{:?}", found.segments);
    assert!((0.3..=1.0).contains(&found.segments[1].start_time), "{:?}", found.segments);
    assert!((2.0..=3.2).contains(&found.segments[1].end_time), "{:?}", found.segments);
}

#[test]
fn pedestrians_do_not_hide_a_pan_over_them() {
    let source = media("vtest.avi");
    let source = source.to_str().expect("the cache folder is text");
    let pan = "fps=30,crop=480:360:10+60*t:100";
    let args = ["-t", "4", "-i", source, "-vf", pan, "-c:v", "libx264", "-crf", "20", "-pix_fmt", "yuv420p"];
    let found = analysed(&made("pedestrians_pan.mp4", &args));
    assert_eq!(found.movements(), ["pan_right"], "{:?}", found.segments);
}

#[test]
fn hard_cuts_between_static_cameras_stay_static() {
    let clips = ["obama_speech.mp4", "vtest.avi", "wolfgang_langer.mp4", "small.mp4", "tree.avi"].map(media);
    let mut args = Vec::new();
    for clip in &clips {
        args.extend(["-i", clip.to_str().expect("the cache folder is text")]);
    }
    let part = |(i, seconds): (usize, &f64)| {
        format!(
            "[{i}:v]fps=30,scale=640:360,setsar=1,trim=start=0.5:duration={seconds},setpts=PTS-STARTPTS[p{i}];"
        )
    };
    let parts: String = [1.3, 0.7, 1.1, 0.9, 1.0].iter().enumerate().map(part).collect();
    let graph = parts + "[p0][p1][p2][p3][p4]concat=n=5";
    args.extend(["-filter_complex", &graph, "-an", "-c:v", "libx264", "-crf", "23", "-pix_fmt", "yuv420p"]);
    let found = analysed(&made("real_cuts.mp4", &args));
    assert_eq!(found.movements(), ["static"], "{:?}", found.segments);
}
