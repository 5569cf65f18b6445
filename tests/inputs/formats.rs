//! Containers, codecs and pixel formats.

use std::path::PathBuf;
use std::process::Command;

use va_test_media::made;

use super::{daemon, each, looks_right, reads};
use va_tests::{clip, within};

/// Real content would be kinder to the codecs; here only counts, times and colours matter.
const PICTURE: [&str; 4] = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=1"];
const SOUND: [&str; 4] = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=1"];

/// A second of picture and sound, encoded with these arguments.
fn with_sound(name: &str, arguments: &[&str]) -> PathBuf {
    made(name, &[&PICTURE[..], &SOUND, arguments].concat())
}

/// A second of picture.
fn silent(name: &str, arguments: &[&str]) -> PathBuf {
    made(name, &[&PICTURE[..], arguments].concat())
}

/// One test for each group of files: each is read, and looks as it does in ffmpeg.
macro_rules! reads {
    ($($test:ident { $($name:ident: $file:expr;)* })*) => {
        $(#[test]
        fn $test() {
            each(&[$((stringify!($name), || $file)),*], |daemon, file| looks_right(file, &reads(daemon, file)));
        })*
    };
}

reads! {
    usual_containers {
        h264_in_mp4: with_sound("a.mp4", &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"]);
        h264_in_fragmented_mp4: with_sound("a.mp4", &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov", "-g", "10"]);
        h264_in_mkv: with_sound("a.mkv", &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "ac3"]);
        h264_in_ts: with_sound("a.ts", &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"]);
        h264_in_flv: with_sound("a.flv", &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"]);
        vp8_in_webm: with_sound("a.webm", &["-c:v", "libvpx", "-c:a", "libvorbis"]);
        vp9_in_webm: with_sound("a.webm", &["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"]);
    }
    rarer_containers_and_codecs {
        h264_as_a_bare_stream: silent("a.h264", &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "0"]);
        mpeg2_in_ts: with_sound("a.ts", &["-c:v", "mpeg2video", "-c:a", "mp2"]);
        mpeg1_in_a_program_stream: with_sound("a.mpg", &["-c:v", "mpeg1video", "-c:a", "mp2"]);
        mpeg4_in_avi: with_sound("a.avi", &["-c:v", "mpeg4", "-c:a", "libmp3lame"]);
        mjpeg_in_mov: with_sound("a.mov", &["-c:v", "mjpeg", "-pix_fmt", "yuvj422p", "-c:a", "pcm_s16le"]);
        prores_in_mov: with_sound("a.mov", &["-c:v", "prores_ks", "-c:a", "pcm_s24le"]);
        dnxhd_in_mxf: made("a.mxf", &["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25:duration=0.2", "-c:v", "dnxhd", "-b:v", "90M", "-pix_fmt", "yuv422p"]);
        theora_in_ogg: with_sound("a.ogv", &["-c:v", "libtheora", "-c:a", "libvorbis"]);
        wmv_in_asf: with_sound("a.wmv", &["-c:v", "wmv2", "-c:a", "wmav2"]);
        gif: silent("a.gif", &["-r", "10"]);
        apng: silent("a.apng", &["-r", "10"]);
        y4m: silent("a.y4m", &["-pix_fmt", "yuv420p"]);
        ffv1_in_nut: silent("a.nut", &["-c:v", "ffv1"]);
    }
    hevc_and_ten_bits {
        hevc_of_10_bits: with_sound("a.mp4", &["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-pix_fmt", "yuv420p10le", "-c:a", "aac"]);
        hevc_with_hdr_tags: silent("a.mp4", &["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc", "-pix_fmt", "yuv420p10le", "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc"]);
        h264_of_10_bits: silent("a.mp4", &["-c:v", "libx264", "-pix_fmt", "yuv420p10le"]);
        ffv1_of_16_bits: silent("a.mkv", &["-c:v", "ffv1", "-pix_fmt", "yuv444p16le"]);
    }
    pixel_formats {
        h264_4_2_2: silent("a.mp4", &["-c:v", "libx264", "-pix_fmt", "yuv422p"]);
        h264_4_4_4: silent("a.mp4", &["-c:v", "libx264", "-pix_fmt", "yuv444p"]);
        h264_full_range: silent("a.mp4", &["-vf", "scale=out_range=full", "-c:v", "libx264", "-pix_fmt", "yuvj420p", "-color_range", "pc"]);
        h264_bt709: silent("a.mp4", &["-vf", "scale=out_color_matrix=bt709", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-colorspace", "bt709"]);
        h264_gray: silent("a.mp4", &["-c:v", "libx264", "-pix_fmt", "gray"]);
        h264_rgb: silent("a.mkv", &["-c:v", "libx264rgb", "-pix_fmt", "rgb24"]);
        h264_interlaced: silent("a.mp4", &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-flags", "+ilme+ildct"]);
        ffv1_bgr: silent("a.mkv", &["-c:v", "ffv1", "-pix_fmt", "bgr0"]);
        raw_video_in_avi: silent("a.avi", &["-c:v", "rawvideo", "-pix_fmt", "yuyv422"]);
    }
    odd_sizes {
        odd_size: made("a.mp4", &["-f", "lavfi", "-i", "testsrc2=size=607x1081:rate=25:duration=0.4", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p"]);
        odd_size_4_2_0: made("a.webm", &["-f", "lavfi", "-i", "testsrc2=size=123x77:rate=25:duration=0.4", "-c:v", "libvpx-vp9", "-pix_fmt", "yuv420p"]);
        tiny: made("a.mkv", &["-f", "lavfi", "-i", "testsrc2=size=16x16:rate=25:duration=0.4", "-c:v", "ffv1"]);
        one_pixel: made("a.mkv", &["-f", "lavfi", "-i", "color=red:size=16x16:rate=25:duration=0.2", "-vf", "scale=1:1", "-c:v", "ffv1", "-pix_fmt", "bgr0"]);
        very_wide: made("a.mkv", &["-f", "lavfi", "-i", "testsrc2=size=4096x16:rate=25:duration=0.2", "-c:v", "ffv1"]);
        very_tall: made("a.mkv", &["-f", "lavfi", "-i", "testsrc2=size=16x4096:rate=25:duration=0.2", "-c:v", "ffv1"]);
        pixels_that_are_not_square: silent("a.mp4", &["-vf", "setsar=2/1", "-c:v", "libx264", "-pix_fmt", "yuv420p"]);
    }
    short_videos {
        one_frame: made("a.mp4", &["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25", "-frames:v", "1", "-c:v", "libx264", "-pix_fmt", "yuv420p"]);
        a_fifth_of_a_second: made("a.mp4", &["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=0.2", "-f", "lavfi", "-i", "sine=duration=0.2", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"]);
    }
}

#[test]
fn av1() {
    // By whichever encoder this ffmpeg has.
    let arguments: [&[&str]; 2] =
        [&["-c:v", "libsvtav1", "-preset", "12"], &["-c:v", "libaom-av1", "-cpu-used", "8"]];
    let encoders = Command::new("ffmpeg")
        .args(["-v", "error", "-encoders"])
        .output()
        .expect("ffmpeg is installed")
        .stdout;
    let encoders = String::from_utf8_lossy(&encoders).into_owned();
    let Some(arguments) = arguments.into_iter().find(|arguments| encoders.contains(arguments[1])) else {
        eprintln!("skipped: this ffmpeg cannot encode AV1");
        return;
    };
    let daemon = daemon();
    for (name, more) in [("a.webm", &["-c:a", "libopus"][..]), ("a.mp4", &["-c:a", "aac"])] {
        let file = with_sound(name, &[arguments, &["-pix_fmt", "yuv420p"], more].concat());
        looks_right(&file, &reads(&daemon, &file));
    }
}

#[test]
fn the_content_counts_and_not_the_extension() {
    let (daemon, folder) = (daemon(), tempfile::tempdir().expect("a folder"));
    for name in ["a.txt", "a.jpg", "a.mp3", "a.avi", "a.m3u8", "a"] {
        let path = folder.path().join(name);
        std::fs::copy(clip(), &path).expect("copied");
        reads(&daemon, &path);
    }
}

#[test]
fn transparent_pictures_are_read() {
    let file = made(
        "a.webm",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=160x120:rate=25:duration=0.4,format=yuva420p",
            "-c:v",
            "libvpx-vp9",
            "-pix_fmt",
            "yuva420p",
        ],
    );
    reads(&daemon(), &file);
}

#[test]
fn of_many_streams_the_best_are_taken() {
    let file = made(
        "a.mkv",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=64x48:rate=5:duration=1",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=320x240:rate=25:duration=1",
            "-f",
            "lavfi",
            "-i",
            "sine=duration=1:sample_rate=44100",
            "-f",
            "lavfi",
            "-i",
            "anullsrc=cl=stereo:sample_rate=48000,atrim=duration=1",
            "-map",
            "0",
            "-map",
            "1",
            "-map",
            "2",
            "-map",
            "3",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "flac",
            "-disposition:v:0",
            "0",
            "-disposition:v:1",
            "default",
        ],
    );
    let document = daemon().document(&file, &[]);
    assert_eq!(document.status(), "success", "{}", document.error());
    document.saw_all("steady");
    assert!([64, 320].contains(&document.video()["width"].as_u64().expect("a width")));
}

#[test]
fn a_picture_whose_size_changes_keeps_the_first_size() {
    let part = |size: &str| {
        let source = format!("testsrc2=size={size}:rate=25:duration=0.4");
        made("part.ts", &["-f", "lavfi", "-i", &source, "-c:v", "libx264", "-pix_fmt", "yuv420p"])
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("joined.ts");
    let joined =
        ["160x120", "320x240", "64x64"].map(|size| std::fs::read(part(size)).expect("made")).concat();
    std::fs::write(&path, joined).expect("written");
    let daemon = daemon();
    let document = daemon.document(&path, &[]);
    document.saw_all("steady");
    assert_eq!(document.video()["frame_count"], 30, "{}", document.error());
    assert!(
        document.segments("steady").iter().all(|segment| segment["width"] == 160 && segment["height"] == 120)
    );
    let times = document.numbers("steady", "timestamp");
    assert!(times.windows(2).all(|pair| pair[1] > pair[0]), "{times:?}");
    super::lives_on(&daemon);
}

#[test]
fn a_large_picture_does_not_take_all_memory() {
    // 48 million pixels: 144 MB as RGB.
    let file = made(
        "a.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            "color=gray:size=8000x6000:rate=5:duration=1",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-pix_fmt",
            "yuv420p",
        ],
    );
    let daemon = va_tests::Setup::new().with("sleepy").with("color_analysis").start_ready();
    let document = daemon.document(&file, &[]);
    assert_eq!(document.status(), "success", "{}", document.error());
    assert_eq!(document.video()["frame_count"], 5);
    let memory = document.metrics()["memory_peak_mb"].as_f64().expect("MB");
    assert!(memory < 1200.0, "{memory} MB");
    assert!(
        within(std::time::Duration::from_secs(5), || (daemon.resources().memfds == 0).then_some(()))
            .is_some()
    );
}
