//! One exit code for each kind of end, and an error that says what was tried, on what, why it failed, what to do.

use std::path::Path;
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use va_tests::{Install, LIMIT, Ran, Setup, clip, run, silent_clip};

/// Refused without a look at the file's content: at once, then.
const AT_ONCE: Duration = Duration::from_secs(5);

/// The error names its subject and has no doubled words.
#[track_caller]
fn told_well(ran: &Ran, subject: &str) {
    assert!(ran.stderr.starts_with("vactl: "), "{}", ran.stderr);
    assert!(ran.stderr.contains(subject), "{subject:?} is missing: {}", ran.stderr);
    assert!(!ran.stderr.to_lowercase().contains("error:"), "{}", ran.stderr);
    assert_eq!(ran.text(), "", "nothing is printed");
}

#[test]
fn success_is_0_and_partial_is_1() {
    let daemon = Setup::new().with("steady").with_settings("faulty", "behaviour = \"error\"").start_ready();
    daemon.analyze(&clip(), &["--analyzers", "steady"]).ended_with(0);
    daemon.analyze(&clip(), &[]).ended_with(1);
    // No findings at all is not a success either, and there is a document.
    let ran = daemon.analyze(&clip(), &["--analyzers", "faulty"]).ended_with(1);
    assert_eq!(ran.json()["status"], "error");
    let only_sound = Setup::new().with("listener").start_ready();
    let ran = only_sound.analyze(&silent_clip(), &[]).ended_with(1).complains_of(&["silent.mp4"]);
    assert_eq!(ran.json()["status"], "error");
}

#[test]
fn what_is_no_file_is_the_callers_mistake() {
    let daemon = Setup::new().with("steady").start_ready();
    let folder = daemon.folder();
    let pipe = folder.join("pipe.mp4");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("a pipe");
    std::os::unix::fs::symlink("nowhere.mp4", folder.join("dangling.mp4")).expect("a link");
    std::os::unix::fs::symlink("circle.mp4", folder.join("circle.mp4")).expect("a link");
    let not_a_folder = folder.join("file");
    std::fs::write(&not_a_folder, "x").expect("written");
    for (path, words) in [
        (folder.join("missing.mp4").as_path(), "no such file"),
        (&folder, "folder"),
        (&pipe, "pipe"),
        (Path::new("/dev/zero"), "device"),
        (Path::new("/dev/null"), "device"),
        (&daemon.socket(), "socket"),
        (&folder.join("dangling.mp4"), "no such file"),
        (&folder.join("circle.mp4"), "links"),
        (&not_a_folder.join("x.mp4"), "irectory"),
    ] {
        let ran = run(daemon.vactl_command().arg("analyze").arg(path), AT_ONCE)
            .ended_with(2)
            .complains_of(&[words]);
        told_well(&ran, &path.display().to_string());
    }
    assert_eq!(daemon.status()["jobs"]["finished"], 0);
}

#[test]
fn what_vactl_does_not_know_is_the_callers_mistake() {
    let daemon = Setup::new().with("steady").start_ready();
    let ran = daemon
        .analyze(&clip(), &["--analyzers", "steady,stedy"])
        .ended_with(2)
        .complains_of(&["stedy", "steady"]);
    told_well(&ran, "stedy");
    for arguments in [
        &["analyse", "x"][..],
        &["analyze"],
        &["analyze", ""],
        &["analyze", "a", "b"],
        &["analyze", "a", "--format", "xml"],
        &["analyze", "a", "--analyzers", ""],
        &["plugins"],
        &["completions", "tcl"],
        &["daemon", "stop", "--timeout", "soon"],
        &["--nonsense"],
    ] {
        let ran = daemon.vactl(arguments);
        assert_eq!(ran.code(), 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("--help"), "{arguments:?}: {}", ran.stderr);
    }
    daemon.vactl(&[]).ended_with(2).complains_of(&["Usage: vactl"]);
}

#[test]
fn a_video_that_cannot_be_read_is_3() {
    let daemon = Setup::new().with("steady").start_ready();
    let video = daemon.folder().join("text.mp4");
    std::fs::write(&video, "this is text").expect("written");
    let ran = daemon.analyze(&video, &[]).ended_with(3);
    told_well(&ran, video.to_str().expect("text"));
}

#[test]
fn a_daemon_that_cannot_be_reached_is_4() {
    let daemon = Setup::new().prepare();
    let no_socket = daemon.folder().join("file");
    std::fs::write(&no_socket, "not a socket").expect("written");
    for socket in [daemon.folder().join("nowhere.sock"), no_socket] {
        let socket = socket.to_str().expect("text").to_owned();
        for arguments in [&["status"][..], &["plugins", "list"]] {
            let mut command = daemon.vactl_command();
            let ran = run(command.args(arguments).args(["--socket", &socket]), AT_ONCE).ended_with(4);
            told_well(&ran, &socket);
            assert!(ran.stderr.contains("hint: "), "{}", ran.stderr);
        }
    }
}

#[test]
fn a_daemon_that_cannot_be_started_is_4() {
    let install = Install::new();
    let state = tempfile::tempdir().expect("a folder");
    let analyze = |daemon: &str| {
        let mut command = install.vactl();
        command.arg("analyze").arg(clip()).env("VA_STATE_DIR", state.path()).env("VA_DAEMON", daemon);
        run(&mut command, LIMIT)
    };
    analyze("/nowhere/va-daemon").ended_with(4).complains_of(&["/nowhere/va-daemon", "VA_DAEMON"]);
    std::fs::remove_file(install.prefix().join("lib/va/va-daemon")).expect("removed");
    let ran = analyze("").ended_with(4).complains_of(&["va-daemon"]);
    told_well(&ran, "lib/va/va-daemon");
}

#[test]
fn a_daemon_that_ends_at_its_start_is_told_with_its_last_words() {
    let install = Install::new();
    let state = tempfile::tempdir().expect("a folder");
    std::fs::remove_file(install.prefix().join("lib/va/va-worker")).expect("removed");
    let mut command = install.vactl();
    let ran = run(command.arg("analyze").arg(clip()).env("VA_STATE_DIR", state.path()), LIMIT);
    assert!([4, 5].contains(&ran.code()), "exit code {}", ran.code());
    told_well(&ran, "va-worker");
}

#[test]
fn a_disk_that_cannot_be_written_is_5() {
    let daemon = Setup::new().with("steady").start_ready();
    let results = daemon.state_dir().join("results");
    std::fs::remove_dir_all(&results).expect("removed");
    std::fs::write(&results, "in the way").expect("written");
    let ran = daemon.analyze(&clip(), &[]).ended_with(5);
    told_well(&ran, "results");
}
