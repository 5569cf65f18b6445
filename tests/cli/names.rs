//! Names of files as they occur, and as somebody may make them up.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use va_tests::{Daemon, LIMIT, Setup, clip, run};

fn named(daemon: &Daemon, name: &[u8]) -> PathBuf {
    let path = daemon.folder().join(OsStr::from_bytes(name));
    std::fs::copy(clip(), &path).expect("copied");
    path
}

#[test]
fn any_name_of_a_file_is_taken() {
    let daemon = Setup::new().with("sleepy").start_ready();
    let long = "ü".repeat(125);
    let names = [
        "with spaces and a tab\t.mp4",
        "new\nline.mp4",
        "-x.mp4",
        "--analyzers",
        "-",
        "üñí→日本.mp4",
        "100%41%.mp4",
        "quote'\"\\.mp4",
        "*?[a].mp4",
        "file:video.mp4",
        "http:__x",
        "\u{1b}[31mred\u{7}.mp4",
        long.as_str(),
        " ",
        ".mp4",
        "no_extension",
    ];
    for name in names {
        let path = named(&daemon, name.as_bytes());
        let document = daemon.document(&path, &[]);
        assert_eq!(document.video()["path"], path.to_str().expect("text"));
        assert_eq!(document.status(), "success", "{name:?}");
    }
}

#[test]
fn names_that_begin_with_a_dash_come_after_two_dashes() {
    let daemon = Setup::new().with("sleepy").start_ready();
    named(&daemon, b"-x.mp4");
    let folder = daemon.folder();
    let analyze = |arguments: &[&str]| {
        run(daemon.vactl_command().current_dir(&folder).args(["analyze", "-o", "-"]).args(arguments), LIMIT)
    };
    analyze(&["--", "-x.mp4"]).ended_with(0);
    analyze(&["./-x.mp4"]).ended_with(0);
    analyze(&["-x.mp4"]).ended_with(2);
}

#[test]
fn a_name_that_is_no_text_is_taken_and_shown_as_well_as_can_be() {
    let daemon = Setup::new().with("sleepy").start_ready();
    let path = named(&daemon, b"caf\xe9 \xff%41.mp4");
    let document = daemon.document(&path, &[]);
    assert_eq!(document.video()["path"], path.to_string_lossy().as_ref());
    let ran = run(daemon.vactl_command().arg("analyze").arg(&path), LIMIT).ended_with(0);
    assert!(ran.text().contains("caf\u{fffd} \u{fffd}%41.mp4"), "{}", ran.text());
    // Two names that are shown alike are not the same video.
    let other = named(&daemon, b"caf\xe8 \xff%41.mp4");
    std::fs::copy(va_tests::silent_clip(), &other).expect("copied");
    assert_eq!(daemon.document(&other, &[]).video()["has_audio"], false);
}

#[test]
fn the_document_can_go_to_any_name() {
    let daemon = Setup::new().with("sleepy").start_ready();
    for name in [&b"o\xff.json"[..], b"new\nline", b"-o", b"\xc3\xbc"] {
        let path = daemon.folder().join(OsStr::from_bytes(name));
        run(daemon.vactl_command().arg("analyze").arg(clip()).arg("-o").arg(&path), LIMIT).ended_with(0);
        let document: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&path).expect("written")).expect("JSON");
        assert_eq!(document["status"], "success");
    }
}

#[test]
fn a_name_cannot_write_to_the_terminal() {
    let daemon = Setup::new().with("sleepy").start_ready();
    let bell = b"\x1b]0;owned\x07\x1b[2J.mp4";
    let path = named(&daemon, bell);
    let summary = run(daemon.vactl_command().arg("analyze").arg(&path), LIMIT).ended_with(0);
    std::fs::write(&path, "no video").expect("written");
    let refused = run(daemon.vactl_command().arg("analyze").arg(&path), LIMIT).ended_with(3);
    std::fs::remove_file(&path).expect("removed");
    let missing = run(daemon.vactl_command().arg("analyze").arg(&path), LIMIT).ended_with(2);
    for ran in [summary, refused, missing] {
        let all = format!("{}{}", ran.text(), ran.stderr);
        assert!(all.contains("owned") && !all.contains(['\u{1b}', '\u{7}']), "{all:?}");
    }
}
