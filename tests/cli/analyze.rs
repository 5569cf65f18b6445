//! `vactl analyze`: what it prints, and what it writes where.

use std::path::Path;
use std::process::Command;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::Value;
use va_tests::{Daemon, LIMIT, Ran, Running, Setup, clip, run};

fn files_in(folder: &Path) -> Vec<String> {
    let names =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn analyze(daemon: &Daemon, arguments: &[&str]) -> Ran {
    run(daemon.vactl_command().arg("analyze").arg(clip()).args(arguments), LIMIT)
}

#[test]
fn it_prints_a_summary_and_where_the_document_is() {
    let daemon = Setup::new().with("steady").with("color_analysis").start_ready();
    let ran = analyze(&daemon, &[]).ended_with(0);
    let text = ran.text();
    for words in
        ["clip.mp4", "success", "steady", "color_analysis", "160", "120", "h264", "results/", ".json"]
    {
        assert!(text.contains(words), "{words:?} is missing:\n{text}");
    }
    assert_eq!(ran.stderr, "", "without a terminal there is no progress");
    assert!(!text.contains('\u{1b}'), "without a terminal there are no colours");
}

#[test]
fn the_summary_says_what_failed_and_why() {
    let daemon = Setup::new().with("steady").with_settings("faulty", "behaviour = \"abort\"").start_ready();
    let text = analyze(&daemon, &[]).ended_with(1).text();
    for words in ["partial", "faulty", "failed", "SIGABRT", "steady"] {
        assert!(text.contains(words), "{words:?} is missing:\n{text}");
    }
}

#[test]
fn output_to_a_file_prints_nothing_and_leaves_nothing_else() {
    let daemon = Setup::new().with("steady").start_ready();
    let folder = daemon.folder();
    let file = folder.join("out.json");
    let ran = analyze(&daemon, &["-o", file.to_str().expect("text")]).ended_with(0);
    assert_eq!((ran.text().as_str(), ran.stderr.as_str()), ("", ""));
    let document: Value = serde_json::from_slice(&std::fs::read(&file).expect("written")).expect("JSON");
    daemon.checked(document.clone()).saw_all("steady");
    assert_eq!(files_in(&folder), ["out.json"]);

    assert_eq!(analyze(&daemon, &["-o", "-"]).ended_with(0).json(), document, "it is stored");
    assert_eq!(analyze(&daemon, &["--format", "json"]).ended_with(0).json(), document);
    let text = analyze(&daemon, &["--format", "table"]).ended_with(0).text();
    assert!(text.contains("steady") && !text.contains("schema_version"), "{text}");
}

#[test]
fn output_replaces_a_file_and_follows_a_link() {
    let daemon = Setup::new().with("steady").start_ready();
    let folder = daemon.folder();
    let (file, link) = (folder.join("real.json"), folder.join("link.json"));
    std::fs::write(&file, "old").expect("written");
    std::os::unix::fs::symlink("real.json", &link).expect("a link");
    run(
        daemon.vactl_command().current_dir(&folder).arg("analyze").arg(clip()).args(["-o", "link.json"]),
        LIMIT,
    )
    .ended_with(0);
    assert!(link.is_symlink());
    let document: Value = serde_json::from_slice(&std::fs::read(&file).expect("written")).expect("JSON");
    assert_eq!(document["status"], "success");
    assert_eq!(files_in(&folder), ["link.json", "real.json"]);
}

#[test]
fn output_to_a_pipe_or_a_device_is_written_there() {
    let daemon = Setup::new().with("steady").start_ready();
    analyze(&daemon, &["-o", "/dev/null"]).ended_with(0);
    let pipe = daemon.folder().join("pipe");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("a pipe");
    let reader = Running::start(Command::new("cat").arg(&pipe));
    analyze(&daemon, &["-o", pipe.to_str().expect("text")]).ended_with(0);
    assert_eq!(reader.ended(LIMIT).json()["status"], "success");
}

#[test]
fn output_that_cannot_be_written_is_refused_before_anything_is_computed() {
    let daemon = Setup::new().with("steady").start_ready();
    let folder = daemon.folder();
    let video = folder.join("video.mp4");
    std::fs::copy(clip(), &video).expect("copied");
    let before = std::fs::read(&video).expect("there");
    let missing = folder.join("missing/out.json");
    for (output, words) in [(&missing, "missing"), (&folder, "folder"), (&video, "the video")] {
        let output = output.to_str().expect("text");
        run(daemon.vactl_command().arg("analyze").arg(&video).args(["-o", output]), LIMIT)
            .ended_with(2)
            .complains_of(&["cannot write", output, words]);
    }
    assert_eq!(std::fs::read(&video).expect("there"), before);
    assert_eq!(daemon.status()["jobs"]["finished"], 0);
}

#[test]
fn a_partial_document_is_written_and_told() {
    let daemon = Setup::new().with("steady").with_settings("faulty", "behaviour = \"error\"").start_ready();
    let file = daemon.folder().join("out.json");
    let ran = analyze(&daemon, &["-o", file.to_str().expect("text")]).ended_with(1).complains_of(&["faulty"]);
    assert_eq!(ran.text(), "");
    let document: Value = serde_json::from_slice(&std::fs::read(&file).expect("written")).expect("JSON");
    assert_eq!(document["status"], "partial");
}

#[test]
fn a_video_that_cannot_be_read_leaves_what_was_there() {
    let daemon = Setup::new().with("steady").start_ready();
    let folder = daemon.folder();
    let (video, file) = (folder.join("video.mp4"), folder.join("out.json"));
    std::fs::write(&video, "not a video at all").expect("written");
    for old in [None, Some("old")] {
        old.inspect(|old| std::fs::write(&file, old).expect("written"));
        run(daemon.vactl_command().arg("analyze").arg(&video).arg("-o").arg(&file), LIMIT).ended_with(3);
        assert_eq!(std::fs::read_to_string(&file).ok().as_deref(), old);
    }
    assert_eq!(files_in(&folder), ["out.json", "video.mp4"]);
}

#[test]
fn analyzers_can_be_chosen() {
    let daemon = Setup::new().with("steady").with("sleepy").with("faulty").start_ready();
    for arguments in [&["--analyzers", "steady,sleepy"][..], &["--analyzers=sleepy", "--analyzers", "steady"]]
    {
        let document = daemon.document(&clip(), arguments);
        let names: Vec<&str> = document.analyzers().keys().map(String::as_str).collect();
        assert_eq!(names, ["sleepy", "steady"], "{arguments:?}");
    }
}

#[test]
fn a_relative_path_and_a_link_lead_to_the_video() {
    let daemon = Setup::new().with("steady").start_ready();
    let folder = daemon.folder();
    std::fs::copy(clip(), folder.join("video.mp4")).expect("copied");
    std::os::unix::fs::symlink("video.mp4", folder.join("link.mp4")).expect("a link");
    for name in ["video.mp4", "./video.mp4", "link.mp4", "../files/video.mp4"] {
        let mut command = daemon.vactl_command();
        let ran = run(command.current_dir(&folder).args(["analyze", name, "-o", "-"]), LIMIT).ended_with(0);
        let document = daemon.checked(ran.json());
        document.saw_all("steady");
        assert!(document.video()["path"].as_str().is_some_and(|path| path.starts_with('/')), "{name}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let daemon = Setup::new().with("steady").start_ready();
    let vactl = daemon.install().prefix().join("bin/vactl");
    let script = format!(
        "'{0}' analyze '{1}' -o - | head -c 10; '{0}' schema | head -c 10",
        vactl.display(),
        clip().display()
    );
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).env("VA_SOCKET", daemon.socket()).env("VA_STATE_DIR", daemon.state_dir());
    let ran = run(&mut shell, LIMIT).ended_with(0);
    assert_eq!(ran.stderr, "");
}
