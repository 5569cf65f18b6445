//! Files that are no video: told in words, with exit code 3, and never opened twice or followed elsewhere.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use va_tests::{Daemon, Install, LIMIT, Setup, clip, run};

use super::lives_on;

fn file(daemon: &Daemon, name: &str, bytes: &[u8]) -> PathBuf {
    let path = daemon.folder().join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}

#[track_caller]
fn is_refused(daemon: &Daemon, path: &Path, words: &[&str]) {
    let ran = daemon.analyze(path, &[]);
    assert_eq!(ran.code(), 3, "{}: {}\n{}", path.display(), ran.stderr, ran.text());
    let ran =
        ran.complains_of(words).complains_of(&[path.file_name().expect("a name").to_str().expect("text")]);
    assert!(ran.took < Duration::from_secs(20), "{}: it took {:?}", path.display(), ran.took);
}

/// Bytes without any structure, the same ones each time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

#[test]
fn an_empty_file() {
    let daemon = super::daemon();
    for name in ["empty.mp4", "empty.mkv", "empty"] {
        is_refused(&daemon, &file(&daemon, name, b""), &["empty"]);
    }
    lives_on(&daemon);
}

#[test]
fn noise_by_any_name() {
    let daemon = super::daemon();
    for name in ["a.mp4", "a.mkv", "a.avi", "a.ts", "a.mp3", "a.wav", "a.h264", "a.gif", "a.jpg", "a"] {
        for length in [1, 100, 70_000] {
            is_refused(&daemon, &file(&daemon, name, &noise(length)), &[]);
        }
    }
    lives_on(&daemon);
}

#[test]
fn zeros_and_ones() {
    let daemon = super::daemon();
    for byte in [0, 0xff, b' ', b'A', 0x47] {
        is_refused(&daemon, &file(&daemon, "a.mp4", &vec![byte; 100_000]), &[]);
    }
    lives_on(&daemon);
}

#[test]
fn text_by_the_name_of_a_video() {
    let daemon = super::daemon();
    let prose = "It was a bright cold day in April, and the clocks were striking thirteen.\n".repeat(200);
    let texts = [
        ("prose.mp4", prose.as_str()),
        ("page.mp4", "<!DOCTYPE html><html><body>404 Not Found</body></html>\n"),
        ("data.mp4", "{\"error\": \"no such video\"}\n"),
        ("table.mp4", "a,b,c\n1,2,3\n"),
        ("subtitles.mp4", "1\n00:00:00,000 --> 00:00:02,000\nHello\n"),
        (
            "subtitles.ass",
            "[Script Info]\nScriptType: v4.00+\n[Events]\nDialogue: 0,0:00:00.00,0:00:02.00,,,0,0,0,,Hi\n",
        ),
        ("program.mp4", "#!/bin/sh\nexit 0\n"),
        ("one_letter.mp4", "a"),
    ];
    for (name, text) in texts {
        is_refused(&daemon, &file(&daemon, name, text.as_bytes()), &[]);
    }
    lives_on(&daemon);
}

/// A list that names another file must not be followed: whoever uploads it could read any file of the daemon's.
#[test]
fn lists_of_other_files_are_not_followed() {
    let daemon = super::daemon();
    let video = clip();
    let video = video.display();
    let lists = [
        ("list.mp4", format!("ffconcat version 1.0\nfile '{video}'\n")),
        ("list.ffconcat", format!("ffconcat version 1.0\nfile {video}\n")),
        ("list.m3u8", format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{video}\n#EXT-X-ENDLIST\n")),
        ("list.m3u", format!("#EXTM3U\n{video}\n")),
        ("list.mpd", format!("<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" mediaPresentationDuration=\"PT2S\"><Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\" bandwidth=\"1\"><BaseURL>file://{video}</BaseURL></Representation></AdaptationSet></Period></MPD>")),
        ("list.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n".to_owned()),
        ("list.asx", format!("<asx version=\"3.0\"><entry><ref href=\"file://{video}\"/></entry></asx>")),
        ("list.avs", format!("AVISource(\"{video}\")\n")),
        ("list.vpy", "import os\n".to_owned()),
        ("list.sub", format!("{{1}}{{2}}{video}\n")),
    ];
    for (name, text) in lists {
        is_refused(&daemon, &file(&daemon, name, text.as_bytes()), &[]);
    }
    lives_on(&daemon);
}

#[test]
fn other_kinds_of_files() {
    let daemon = super::daemon();
    let program = std::fs::read("/proc/self/exe").expect("this test");
    let zip = [&b"PK\x05\x06"[..], &[0; 18]].concat();
    let pdf = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n";
    for (name, bytes) in [("program.mp4", &program[..1 << 20]), ("archive.mp4", &zip), ("paper.mp4", pdf)] {
        is_refused(&daemon, &file(&daemon, name, bytes), &[]);
    }
    lives_on(&daemon);
}

/// The first bytes of real formats, and then nothing or noise.
#[test]
fn headers_without_a_body() {
    let daemon = super::daemon();
    let headers: [(&str, &[u8]); 8] = [
        ("a.mp4", b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2"),
        ("a.mkv", b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x88matroska"),
        ("a.avi", b"RIFF\xff\xff\xff\x7fAVI LIST"),
        ("a.wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0\x88\x58\x01\0\x02\0\x10\0data\0\0\0\0"),
        ("a.flac", b"fLaC\0\0\0\x22"),
        ("a.ogg", b"OggS\0\x02\0\0\0\0\0\0\0\0"),
        ("a.gif", b"GIF89a\x10\0\x10\0\x80\0\0"),
        ("a.flv", b"FLV\x01\x05\0\0\0\x09\0\0\0\0"),
    ];
    for (name, header) in headers {
        is_refused(&daemon, &file(&daemon, name, header), &[]);
        // With noise behind it, it may end as a document without much in it, too.
        let ran = daemon.analyze(&file(&daemon, name, &[header, &noise(20_000)[..]].concat()), &[]);
        assert!([0, 1, 3].contains(&ran.code()), "{name}: exit code {}: {}", ran.code(), ran.stderr);
    }
    lives_on(&daemon);
}

/// Not a video, but FFmpeg can show it: a document or a refusal, nothing else.
#[test]
fn single_pictures_end_well() {
    let daemon = super::daemon();
    for name in ["a.jpg", "a.png", "a.bmp", "a.tiff"] {
        let picture =
            va_test_media::made(name, &["-f", "lavfi", "-i", "testsrc2=size=64x48", "-frames:v", "1"]);
        let ran = daemon.analyze(&picture, &[]);
        assert!([0, 3].contains(&ran.code()), "{name}: exit code {}: {}", ran.code(), ran.stderr);
        if ran.code() == 0 {
            assert_eq!(daemon.checked(ran.json()).video()["frame_count"], 1, "{name}");
        }
    }
    lives_on(&daemon);
}

/// Sizes that no machine has room for, in a header that is otherwise fine.
#[test]
fn a_picture_of_absurd_size_ends_well() {
    let tiny = va_test_media::made(
        "a.avi",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=64x48:rate=5:duration=1",
            "-c:v",
            "rawvideo",
            "-pix_fmt",
            "bgr24",
        ],
    );
    let mut bytes = std::fs::read(tiny).expect("made");
    let format = bytes.windows(4).position(|word| word == b"strf").expect("the stream's format");
    for (at, size) in [(12, 60_000u32), (16, 60_000)] {
        bytes[format + at..][..4].copy_from_slice(&size.to_le_bytes());
    }
    let daemon = super::daemon();
    let ran = daemon.analyze(&file(&daemon, "huge.avi", &bytes), &[]);
    assert!([1, 3].contains(&ran.code()), "exit code {}: {}\n{}", ran.code(), ran.stderr, ran.text());
    lives_on(&daemon);
}

/// Root may read anything, so that for root all programs run as nobody.
#[test]
fn a_file_that_may_not_be_read() {
    const NOBODY: u32 = 65534;
    use std::os::unix::fs::{PermissionsExt, chown};
    let home = tempfile::tempdir().expect("a folder");
    let install = Install::new();
    install.add("sleepy");
    let root = rustix::process::geteuid().is_root();
    let state = home.path().join("state");
    let video = home.path().join("secret.mp4");
    let readable = home.path().join("open.mp4");
    std::fs::create_dir(&state).expect("a folder");
    std::fs::copy(clip(), &video).expect("copied");
    std::fs::copy(clip(), &readable).expect("copied");
    std::fs::set_permissions(&video, PermissionsExt::from_mode(0o000)).expect("set");
    if root {
        chown(&state, Some(NOBODY), Some(NOBODY)).expect("root may");
        for folder in [home.path(), install.prefix()] {
            std::fs::set_permissions(folder, PermissionsExt::from_mode(0o755)).expect("set");
        }
    }
    let analyze = |video: &Path| {
        let mut command = install.vactl();
        command.arg("analyze").arg(video).arg("-q").env("VA_STATE_DIR", &state).current_dir("/");
        if root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    };
    if root
        && std::process::Command::new(install.prefix().join("bin/vactl"))
            .arg("--version")
            .uid(NOBODY)
            .output()
            .is_err()
    {
        eprintln!("skipped: the target folder is closed to others than root, and root may read any file");
        return;
    }
    run(&mut analyze(&readable), LIMIT).ended_with(0);
    run(&mut analyze(&video), LIMIT).ended_with(2).complains_of(&["secret.mp4", "read"]);
}

/// What the daemon may not read although its client may.
#[test]
fn a_file_that_only_the_client_may_read_is_told_by_the_daemon() {
    let daemon = Setup::new().with("sleepy").start_ready();
    let missing = daemon.folder().join("gone.mp4");
    let mut job = daemon.job(&missing, &["sleepy"], false);
    let failed = job.wait_for("failed");
    assert_eq!(failed["problem"]["kind"], "invalid_request");
    assert!(failed["problem"]["detail"].as_str().is_some_and(|detail| detail.contains("gone.mp4")));
}
