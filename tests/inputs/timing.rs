//! Times of frames, where they are not simply every so often.

use std::path::{Path, PathBuf};

use va_test_media::made;
use va_tests::Setup;

use super::{daemon, reads};

#[test]
fn a_variable_frame_rate_keeps_its_times() {
    // Frames 0, 1, 2, then every seventh, then all again.
    let select = "select='lt(n,3)+not(mod(n,7))*lt(n,50)+gt(n,60)'";
    let file = made(
        "a.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=160x120:rate=25:duration=3",
            "-vf",
            select,
            "-fps_mode",
            "vfr",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
        ],
    );
    let document = reads(&daemon(), &file);
    let times = document.numbers("steady", "timestamp");
    let gaps: Vec<f64> = times.windows(2).map(|pair| ((pair[1] - pair[0]) * 1000.0).round()).collect();
    assert_eq!(gaps[..4], [40.0, 40.0, 200.0, 280.0], "{times:?}");
    // One frame a second means one in each second, not each 25th.
    let sleepy = document.numbers("sleepy", "timestamp");
    assert_eq!(sleepy.len(), 3, "{sleepy:?}");
    for (second, time) in sleepy.iter().enumerate() {
        let first = times.iter().find(|time| **time >= second as f64).expect("a frame");
        assert!((time - first).abs() < 1e-6, "{sleepy:?}");
    }
}

#[test]
fn a_gif_with_pauses_keeps_its_times() {
    let file = made(
        "a.gif",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=64x48:rate=10:duration=2",
            "-vf",
            "select='not(mod(n,3))+eq(n,1)'",
            "-fps_mode",
            "vfr",
        ],
    );
    reads(&daemon(), &file);
}

#[test]
fn times_begin_with_the_first_frame_wherever_the_container_begins() {
    let file = made(
        "a.ts",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=160x120:rate=25:duration=1",
            "-f",
            "lavfi",
            "-i",
            "sine=duration=1",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
            "-output_ts_offset",
            "5000",
        ],
    );
    let document = reads(&daemon(), &file);
    assert_eq!(document.numbers("steady", "timestamp")[0], 0.0);
    let duration = document.video()["duration_s"].as_f64().expect("seconds");
    assert!((duration - 1.0).abs() < 0.05, "{duration} s");
}

#[test]
fn frames_come_in_the_order_of_display() {
    let file = made(
        "a.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=160x120:rate=30:duration=1",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
            "-bf",
            "5",
            "-x264-params",
            "b-pyramid=normal:ref=4",
        ],
    );
    reads(&daemon(), &file);
}

#[test]
fn a_rate_that_is_no_whole_number_is_told() {
    let file = made(
        "a.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=160x120:rate=30000/1001:duration=1",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
        ],
    );
    let fps = reads(&daemon(), &file).video()["fps"].as_f64().expect("a rate");
    assert!((fps - 29.97).abs() < 0.001, "{fps}");
}

#[test]
fn very_slow_and_very_fast_pictures_are_read() {
    let slow = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=64x48:rate=1/10:duration=60",
        "-c:v",
        "libx264",
        "-pix_fmt",
        "yuv420p",
    ];
    let document = reads(&daemon(), &made("slow.mp4", &slow));
    assert_eq!(document.video()["frame_count"], 6);
    let fast = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=64x48:rate=1000:duration=0.5",
        "-c:v",
        "libx264",
        "-pix_fmt",
        "yuv420p",
    ];
    assert_eq!(reads(&daemon(), &made("fast.mkv", &fast)).video()["frame_count"], 500);
}

/// Of some 4 MB a second, so that nothing that is kept of it goes unnoticed.
fn of_many_bytes() -> PathBuf {
    let noise =
        ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=2,noise=alls=60:allf=t:all_seed=1"];
    made("noise.mp4", &[&noise[..], &["-c:v", "libx264", "-qp", "4", "-pix_fmt", "yuv420p"]].concat())
}

#[test]
fn memory_does_not_grow_with_the_length() {
    let short = of_many_bytes();
    let path = short.to_str().expect("text");
    let long = made("long.mp4", &["-stream_loop", "19", "-i", path, "-c", "copy"]);
    let daemon = Setup::new().with("sleepy").start_ready();
    let megabytes =
        |file: &Path| daemon.document(file, &[]).metrics()["memory_peak_mb"].as_f64().expect("MB");
    let size = std::fs::metadata(&long).expect("there").len() as f64 / 1e6;
    let (short, long) = (megabytes(&short), megabytes(&long));
    assert!(size > 80.0, "a file of {size} MB tells nothing");
    assert!(long < short + size / 4.0, "{long} MB for a file of {size} MB, {short} MB for a twentieth of it");
}
