//! Files that are not whole: what is there is analysed, and the document says that it is not all.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use va_test_media::made;
use va_tests::{Document, Probe, Setup, clip};

use super::{daemon, lives_on};

/// A file of a test's own.
fn written(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    (folder, path)
}

/// The first part of a file.
fn cut(whole: &Path, percent: usize) -> (TempDir, PathBuf) {
    let bytes = std::fs::read(whole).expect("there");
    let name = whole.file_name().expect("a name").to_str().expect("text");
    written(name, &bytes[..bytes.len() * percent / 100])
}

#[track_caller]
fn is_partial(path: &Path, words: &str) -> Document {
    let daemon = daemon();
    let document = daemon.document(path, &[]);
    assert_eq!(document.status(), "partial", "{document:#?}");
    assert!(document.error().contains(words), "{words:?} is missing: {}", document.error());
    document.saw_all("steady");
    assert_ne!(document.status_of("color_analysis"), "failed", "{}", document.reason_of("color_analysis"));
    lives_on(&daemon);
    document
}

#[track_caller]
fn is_truncated(whole: &Path) {
    let (_folder, path) = cut(whole, 50);
    let document = is_partial(&path, "truncated");
    let (frames, all) =
        (document.video()["frame_count"].as_u64().expect("a number") as usize, Probe::of(whole).frames.len());
    assert!(frames > 0 && frames < all, "{frames} of {all} frames");
    assert!(!document.error().contains("corrupt"), "one cut is one defect: {}", document.error());
}

fn encoded(name: &str, arguments: &[&str]) -> PathBuf {
    let sources = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=160x120:rate=25:duration=4",
        "-f",
        "lavfi",
        "-i",
        "sine=duration=4",
    ];
    made(name, &[&sources[..], arguments].concat())
}

#[test]
fn half_of_an_mp4() {
    is_truncated(&encoded(
        "a.mp4",
        &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart"],
    ));
}

#[test]
fn half_of_an_mp4_without_sound() {
    let picture = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=4"];
    is_truncated(&made(
        "a.mp4",
        &[&picture[..], &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]].concat(),
    ));
}

#[test]
fn half_of_an_mkv() {
    is_truncated(&encoded("a.mkv", &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"]));
}

#[test]
fn half_of_a_webm() {
    is_truncated(&encoded("a.webm", &["-c:v", "libvpx", "-c:a", "libvorbis"]));
}

#[test]
fn half_of_an_avi() {
    is_truncated(&encoded("a.avi", &["-c:v", "mpeg4", "-c:a", "libmp3lame"]));
}

#[test]
fn half_of_a_sound() {
    let whole = made("a.wav", &["-f", "lavfi", "-i", "sine=duration=4"]);
    let (_folder, path) = cut(&whole, 50);
    let document = daemon().document(&path, &[]);
    assert_eq!(
        (document.status(), document.status_of("audio_analysis")),
        ("partial", "ok"),
        "{}",
        document.error()
    );
    // FFmpeg takes the file's length for the promised one, and calls the last block corrupt.
    assert!(document.error().contains("the file is"), "{}", document.error());
}

#[test]
fn an_mp4_cut_anywhere_ends_well() {
    let whole = encoded(
        "a.mp4",
        &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart"],
    );
    let daemon = daemon();
    for percent in [1, 2, 3, 5, 10, 30, 70, 90, 97, 99] {
        let (_folder, path) = cut(&whole, percent);
        let ran = daemon.analyze(&path, &[]);
        assert!([0, 1, 3].contains(&ran.code()), "{percent} %: exit code {}: {}", ran.code(), ran.stderr);
        if ran.code() != 3 {
            let document = daemon.checked(ran.json());
            assert!(ran.code() == 1 || percent > 96, "{percent} %: a success: {document:#?}");
        }
    }
    lives_on(&daemon);
}

#[test]
fn an_mp4_without_its_index_cannot_be_read() {
    let whole = encoded("a.mp4", &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"]);
    let (_folder, path) = cut(&whole, 80);
    let daemon = daemon();
    daemon.analyze(&path, &[]).ended_with(3).complains_of(&["a.mp4", "index"]);
    lives_on(&daemon);
}

/// Changes a byte in so many, from `start` on. The same ones each time.
fn flipped(bytes: &[u8], start: usize, every: u64) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let flip = |(at, byte): (usize, &u8)| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        if at >= start && state.is_multiple_of(every) { byte ^ (state >> 32) as u8 } else { *byte }
    };
    bytes.iter().enumerate().map(flip).collect()
}

#[test]
fn flipped_bytes_in_the_pictures_are_told() {
    let picture = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=4"];
    let whole = made(
        "a.mp4",
        &[&picture[..], &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]].concat(),
    );
    let bytes = std::fs::read(whole).expect("there");
    let data = bytes.windows(4).position(|word| word == b"mdat").expect("data") + 1000;
    let (_folder, path) = written("a.mp4", &flipped(&bytes, data, 1500));
    is_partial(&path, "corrupt");
}

#[test]
fn flipped_bytes_anywhere_end_well() {
    let whole = std::fs::read(clip()).expect("there");
    let others = [("a.mkv", "libx264"), ("a.webm", "libvpx"), ("a.ts", "mpeg2video"), ("a.avi", "mpeg4")];
    let daemon = daemon();
    let mut files = vec![("a.mp4".to_owned(), whole)];
    for (name, codec) in others {
        let sound = if name == "a.webm" { "libvorbis" } else { "libmp3lame" };
        let file = encoded(name, &["-c:v", codec, "-pix_fmt", "yuv420p", "-c:a", sound]);
        files.push((name.to_owned(), std::fs::read(file).expect("made")));
    }
    for (name, bytes) in files {
        for every in [30, 300, 3000] {
            let (_folder, path) = written(&name, &flipped(&bytes, 0, every));
            let ran = daemon.analyze(&path, &[]);
            assert!(
                [0, 1, 3].contains(&ran.code()),
                "{name}, 1 of {every}: exit code {}: {}",
                ran.code(),
                ran.stderr
            );
            if ran.code() != 3 {
                let document = daemon.checked(ran.json());
                let failed = document.analyzers().values().any(|result| result["status"] == "failed");
                assert!(!failed, "{name}, 1 of {every}: an analyzer failed: {document:#?}");
            }
        }
    }
    lives_on(&daemon);
}

/// Wherever it begins and ends: within a picture, within sound, or between them, where nothing is damaged and only
/// missing.
#[test]
fn a_hole_in_the_middle_is_told() {
    let whole = encoded("a.mkv", &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "10", "-c:a", "aac"]);
    let whole = std::fs::read(whole).expect("there");
    let daemon = daemon();
    for percent in 20..60 {
        let mut bytes = whole.clone();
        let from = bytes.len() * percent / 100;
        let to = from + bytes.len() / 5;
        bytes[from..to].fill(0);
        let (_folder, path) = written("a.mkv", &bytes);
        let document = daemon.document(&path, &[]);
        assert_eq!(document.status(), "partial", "from {percent} %: {document:#?}");
        assert!(document.error().contains("the file is"), "from {percent} %: {}", document.error());
    }
    lives_on(&daemon);
}

#[test]
fn two_files_in_one_are_read_as_far_as_they_go() {
    let twice = std::fs::read(clip()).expect("there").repeat(2);
    let (_folder, path) = written("a.mp4", &twice);
    let document = daemon().document(&path, &[]);
    assert!(document.video()["frame_count"].as_u64() >= Some(50), "{document:#?}");
}

#[test]
fn a_file_that_is_removed_while_it_is_read_is_read_to_its_end() {
    let meeting = va_tests::Meeting::new();
    let daemon = Setup::new().with("steady").with_settings("faulty", &meeting.settings()).start_ready();
    let (_folder, path) = written("a.mp4", &std::fs::read(clip()).expect("there"));
    let job = daemon.analyzing(&path, &[]);
    let met = meeting.wait();
    std::fs::remove_file(&path).expect("removed");
    drop((meeting, met));
    daemon.checked(job.ended(va_tests::LIMIT).json()).saw_all("steady");
}

#[test]
fn a_file_that_is_cut_while_it_is_read_ends_well() {
    let meeting = va_tests::Meeting::new();
    let daemon = Setup::new().with("steady").with_settings("faulty", &meeting.settings()).start_ready();
    let long = encoded(
        "long.mp4",
        &["-c:v", "libx264", "-crf", "1", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart"],
    );
    let (_folder, path) = written("a.mp4", &std::fs::read(long).expect("made"));
    let job = daemon.analyzing(&path, &["--analyzers", "steady,faulty"]);
    let met = meeting.wait();
    std::fs::File::options().write(true).open(&path).and_then(|file| file.set_len(60_000)).expect("cut");
    drop((meeting, met));
    let ran = job.ended(va_tests::LIMIT);
    assert_eq!(ran.code(), 1, "{}", ran.stderr);
    let document = daemon.checked(ran.json());
    assert!(
        document.error().contains("truncated") || document.error().contains("corrupt"),
        "{}",
        document.error()
    );
}
