//! Sound alone, sound that starts late, sound of many channels.

use std::path::{Path, PathBuf};

use va_test_media::{made, media};
use va_tests::Daemon;

use super::{daemon, each, reads};

/// One and a half seconds of a tone, encoded with these arguments.
fn tone(name: &str, arguments: &[&str]) -> PathBuf {
    let tone = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=1.5"];
    made(name, &[&tone[..], arguments].concat())
}

#[track_caller]
fn is_heard(daemon: &Daemon, file: &Path, seconds: f64) {
    let document = reads(daemon, file);
    assert_eq!(document.status_of("audio_analysis"), "ok");
    assert_eq!(document.video()["frame_count"], 0);
    let duration = document.video()["duration_s"].as_f64().expect("seconds");
    assert!((duration - seconds).abs() < 0.1, "{duration} s, not {seconds} s");
    let samples = document.summary("steady")["sound"]["samples"].as_f64().expect("a number");
    assert!((samples / 16_000.0 - seconds).abs() < 0.1, "{samples} samples at 16 kHz are not {seconds} s");
    let native = &document.summary("sleepy")["sound"];
    let (samples, rate) =
        (native["samples"].as_f64().expect("a number"), native["sample_rate"].as_f64().expect("Hz"));
    assert!((samples / rate - seconds).abs() < 0.1, "{samples} samples at {rate} Hz are not {seconds} s");
    // Louder or softer only by what the mix of many channels into one makes.
    let level = document.summary("steady")["sound"]["rms"].as_f64().expect("a level");
    assert!((0.03..0.13).contains(&level), "a tone of amplitude 1/8 has {level}");
}

macro_rules! is_heard {
    ($($test:ident { $($name:ident: $file:expr;)* })*) => {
        $(#[test]
        fn $test() {
            each(&[$((stringify!($name), || $file)),*], |daemon, file| is_heard(daemon, file, 1.5));
        })*
    };
}

is_heard! {
    sound_alone {
        wav: tone("a.wav", &[]);
        mp3: tone("a.mp3", &[]);
        m4a: tone("a.m4a", &[]);
        flac: tone("a.flac", &[]);
        opus: tone("a.opus", &["-c:a", "libopus"]);
        vorbis: tone("a.ogg", &["-c:a", "libvorbis"]);
        aiff: tone("a.aiff", &[]);
        alac_in_m4a: tone("a.m4a", &["-c:a", "alac"]);
        sound_alone_in_mkv: tone("a.mka", &["-c:a", "aac"]);
    }
    forms_of_samples {
        wav_of_8_bits: tone("a.wav", &["-c:a", "pcm_u8"]);
        wav_of_floats: tone("a.wav", &["-c:a", "pcm_f32le"]);
        stereo: tone("a.wav", &["-ac", "2"]);
        of_8_channels: tone("a.wav", &["-ac", "8"]);
    }
    rates {
        at_8_khz: tone("a.wav", &["-ar", "8000"]);
        at_11_khz: tone("a.wav", &["-ar", "11025"]);
        at_16_khz: tone("a.wav", &["-ar", "16000"]);
        at_22_khz: tone("a.wav", &["-ar", "22050"]);
        at_96_khz: tone("a.wav", &["-ar", "96000"]);
    }
}

#[test]
fn a_cover_is_no_video() {
    let cover = made("cover.jpg", &["-f", "lavfi", "-i", "testsrc2=size=64x64", "-frames:v", "1"]);
    let song = tone("song.mp3", &[]);
    let (cover, song) = (cover.to_str().expect("text"), song.to_str().expect("text"));
    let file = made(
        "covered.mp3",
        &[
            "-i",
            song,
            "-i",
            cover,
            "-map",
            "0",
            "-map",
            "1",
            "-c",
            "copy",
            "-disposition:v:0",
            "attached_pic",
        ],
    );
    let document = daemon().document(&file, &[]);
    assert_eq!((document.status(), document.status_of("audio_analysis")), ("success", "ok"));
    assert_eq!((document.status_of("color_analysis"), &document.video()["width"]), ("skipped", &().into()));
}

#[test]
fn sound_that_starts_late_says_so() {
    let file = made(
        "late.mkv",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=160x120:rate=25:duration=2",
            "-itsoffset",
            "0.5",
            "-f",
            "lavfi",
            "-i",
            "sine=sample_rate=48000:duration=1",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "pcm_s16le",
        ],
    );
    let document = reads(&daemon(), &file);
    for name in ["steady", "sleepy"] {
        let sound = &document.summary(name)["sound"];
        assert!((sound["start_s"].as_f64().expect("seconds") - 0.5).abs() < 0.01, "{sound}");
        assert!((sound["end_s"].as_f64().expect("seconds") - 1.5).abs() < 0.01, "{sound}");
    }
}

/// In MKV only the duration of all streams together is told.
fn apart(name: &str, picture_at: &str, sound_at: &str) -> PathBuf {
    let picture = ["-itsoffset", picture_at, "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=2"];
    let sound = ["-itsoffset", sound_at, "-f", "lavfi", "-i", "sine=sample_rate=48000:duration=1"];
    let codecs = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le"];
    made(name, &[&picture[..], &sound[..], &codecs[..]].concat())
}

#[test]
fn streams_that_do_not_overlap_are_no_defect() {
    let daemon = daemon();
    let early = reads(&daemon, &apart("early.mkv", "3", "0"));
    assert_eq!(early.segments("audio_analysis").len(), 0, "all of it is over before the first frame");
    let late = reads(&daemon, &apart("late.mkv", "0", "5"));
    let seconds = late.segments("audio_analysis");
    assert_eq!((&seconds[0]["start_time"], &seconds[0]["end_time"]), (&5.0.into(), &6.0.into()));
}

#[test]
fn a_hole_in_the_sound_is_silence() {
    // A second of tone, half a second of nothing at all, a second of tone.
    let file = made(
        "hole.mkv",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=64x48:rate=25:duration=2.5",
            "-f",
            "lavfi",
            "-i",
            "sine=sample_rate=48000:duration=2.5",
            "-af",
            "aselect='lt(t,1)+gte(t,1.5)'",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "pcm_s16le",
        ],
    );
    let document = reads(&daemon(), &file);
    let sound = &document.summary("sleepy")["sound"];
    assert!((sound["end_s"].as_f64().expect("seconds") - 2.5).abs() < 0.05, "{sound}");
    // Four fifths of a sine of amplitude 1/8.
    let expected = 0.125 / 2f64.sqrt() * 0.8f64.sqrt();
    assert!((sound["rms"].as_f64().expect("a number") - expected).abs() < 0.003, "{sound}, not {expected}");
}

#[test]
fn sound_that_is_longer_than_the_picture_is_heard_to_its_end() {
    let file = made(
        "long.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=160x120:rate=25:duration=1",
            "-f",
            "lavfi",
            "-i",
            "sine=duration=3",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
        ],
    );
    let document = reads(&daemon(), &file);
    let end = document.summary("steady")["sound"]["end_s"].as_f64().expect("seconds");
    assert!((end - 3.0).abs() < 0.1, "{end} s");
}

#[test]
fn six_channels_arrive_and_are_mixed_where_one_is_asked_for() {
    let document = reads(&daemon(), &media("bigbuckbunny.mp4"));
    assert_eq!(document.summary("sleepy")["sound"]["channels"], 6);
    assert_eq!(document.summary("steady")["sound"]["channels"], 1);
    assert!(document.summary("steady")["sound"]["rms"].as_f64() > Some(0.001));
}
