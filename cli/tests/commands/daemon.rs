//! `vactl daemon`, and what becomes of a private daemon that does not start as it should.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::fake_daemon::{Answer, FakeDaemon};
use crate::vactl::{Ended, Vactl};

/// A program in the daemon's place.
fn daemon_that(vactl: &Vactl, script: &str) -> PathBuf {
    let path = vactl.path("va-daemon");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    path
}

fn pipe(vactl: &Vactl, name: &str) -> PathBuf {
    let path = vactl.path(name);
    mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("a pipe");
    path
}

fn start(vactl: &Vactl, script: &str) -> Ended {
    let daemon = daemon_that(vactl, script);
    let output =
        vactl.command(["daemon", "start"]).env("VA_DAEMON", daemon).env("PATH", "/usr/bin:/bin").output();
    vactl.end(output.expect("vactl runs"))
}

fn status(pid: u32) -> Answer {
    let body = format!(
        r#"{{"pid":{pid},"version":"0.1.0","socket":"/s","state_dir":"/s","models_dir":"/m","sandbox":{{"state":"on","lacks":[]}},"config":null,"uptime_s":1.0,"groups":[],
        "workers":[],"jobs":{{"queued":0,"running":0,"finished":0,"given_up":0}}}}"#
    );
    Answer::Body(200, "application/json", body)
}

#[test]
fn a_daemon_is_started_in_its_own_folder_and_waited_for() {
    let vactl = Vactl::new();
    let (told, stays) = (pipe(&vactl, "told"), pipe(&vactl, "stays"));
    let socket = vactl.socket();
    let serving = std::thread::spawn(move || {
        let mut arguments = String::new();
        File::open(told).expect("a pipe").read_to_string(&mut arguments).expect("text");
        let daemon = FakeDaemon::serve(&socket, vec![("GET /v1/status", status(7))]);
        // Its process ends with the test.
        (arguments, daemon, File::create(stays).expect("a pipe"))
    });
    let ended = start(&vactl, "echo $PWD $* >told; exec cat stays");
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(ended.stdout, "The daemon is started: pid 7, socket DIR/va.sock\n");
    let (arguments, _daemon, _stays) = serving.join().expect("it serves");
    let folder = vactl.folder.path().display().to_string();
    assert_eq!(
        arguments.replace(&folder, "DIR"),
        "DIR --state-dir DIR --socket DIR/va.sock --log-file DIR/daemon.log\n"
    );
    let again = vactl.run(["daemon", "start"]);
    assert_eq!(again.stdout, "The daemon runs already: pid 7, socket DIR/va.sock\n");
}

#[test]
fn a_daemon_that_dies_at_once_is_told_with_its_last_words() {
    let vactl = Vactl::new();
    std::fs::write(vactl.path("daemon.log"), "of an earlier one\n").expect("written");
    let ended = start(&vactl, "echo one; echo two >&2; exit 5");
    assert_eq!(ended.code, Some(5));
    insta::assert_snapshot!(ended.stderr, @"
    vactl: the daemon was started but ended with exit code 5; the end of its log DIR/daemon.log:
      one
      two
    hint: `vactl daemon logs` shows all of the log
    ");
    let ended = start(&vactl, "kill -KILL $$");
    assert_eq!(ended.code, Some(5));
    insta::assert_snapshot!(ended.stderr, @"
    vactl: the daemon was started but was killed by signal 9; it wrote nothing to its log DIR/daemon.log
    hint: `vactl daemon logs` shows all of the log
    ");
}

#[test]
fn a_daemon_that_gives_way_to_nobody_is_told_in_its_own_words() {
    let vactl = Vactl::new();
    let ended = start(&vactl, "echo VA_LOG is no log filter; exit 2");
    assert_eq!(ended.code, Some(4));
    insta::assert_snapshot!(ended.stderr, @"
    vactl: the daemon was started but ended with exit code 2; the end of its log DIR/daemon.log:
      VA_LOG is no log filter
    hint: `vactl daemon logs` shows all of the log
    ");
}

#[test]
fn a_daemon_that_gives_way_to_another_leaves_the_client_with_that_one() {
    let vactl = Vactl::new();
    let told = pipe(&vactl, "told");
    let socket = vactl.socket();
    let other = std::thread::spawn(move || {
        // Opened once ours is about to give way.
        drop(File::open(told).expect("a pipe"));
        FakeDaemon::serve(&socket, vec![("GET /v1/status", status(8))])
    });
    let ended = start(&vactl, "echo >told; exit 2");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout, "The daemon is started: pid 8, socket DIR/va.sock\n");
    let _other = other.join().expect("it serves");
}

#[test]
fn a_daemon_that_is_not_there_is_told() {
    let vactl = Vactl::new();
    vactl.video("v.mp4");
    let ended = vactl.run(["analyze", "v.mp4"]);
    assert_eq!(ended.code, Some(4));
    insta::assert_snapshot!(ended.stderr, @"
    vactl: cannot start a daemon: VA_DAEMON names DIR/no-daemon, which is no file
    hint: set it to a va-daemon, or unset it
    ");
}

#[test]
fn stop_waits_for_the_end_of_the_process() {
    let vactl = Vactl::new();
    let mut process =
        std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().expect("it runs");
    let answers = vec![
        ("GET /v1/status", status(process.id())),
        ("POST /v1/shutdown", Answer::Body(202, "text/plain", String::new())),
    ];
    let daemon = FakeDaemon::serve(&vactl.socket(), answers);
    let child = vactl.start(["daemon", "stop"]);
    assert_eq!(daemon.asked().0, "GET /v1/status");
    assert_eq!(daemon.asked().0, "POST /v1/shutdown");
    drop(process.stdin.take());
    let ended = vactl.end(child.wait_with_output().expect("it ends"));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout, format!("The daemon has stopped: pid {}\n", process.id()));
    process.wait().expect("it ended");
}

#[test]
fn a_daemon_that_does_not_stop_is_told() {
    let vactl = Vactl::new();
    let this = std::process::id();
    let answers = vec![
        ("GET /v1/status", status(this)),
        ("POST /v1/shutdown", Answer::Body(202, "text/plain", String::new())),
    ];
    let _daemon = FakeDaemon::serve(&vactl.socket(), answers);
    let ended = vactl.run(["daemon", "stop", "--timeout", "0"]);
    assert_eq!(ended.code, Some(5));
    insta::assert_snapshot!(ended.stderr.replace(&this.to_string(), "PID"), @"
    vactl: the daemon (pid PID) was asked to stop and is still there after 0 s
    hint: its running jobs may still be finishing; `kill -TERM PID` ends it at once
    ");
}

#[test]
fn where_no_daemon_runs_there_is_none_to_stop() {
    let vactl = Vactl::new();
    let ended = vactl.run(["daemon", "stop"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "No daemon runs at DIR/va.sock\n"));
}

#[test]
fn the_log_is_printed_from_its_end_and_followed() {
    let vactl = Vactl::new();
    let missing = vactl.run(["daemon", "logs"]);
    assert_eq!(missing.code, Some(2));
    insta::assert_snapshot!(missing.stderr, @"
    vactl: there is no log DIR/daemon.log: no private daemon was ever started
    hint: a daemon of the whole machine writes to the journal: `journalctl -u va-daemon`
    ");

    let path = vactl.path("daemon.log");
    std::fs::write(&path, "one\ntwo\nthree\n").expect("written");
    assert_eq!(vactl.run(["daemon", "logs"]).stdout, "one\ntwo\nthree\n");
    assert_eq!(vactl.run(["daemon", "logs", "-n", "2"]).stdout, "two\nthree\n");

    let mut follower = vactl.start(["daemon", "logs", "-n1", "--follow"]);
    let mut printed = follower.stdout.take().expect("a pipe");
    let mut read = |count: usize| {
        let mut text = vec![0; count];
        printed.read_exact(&mut text).expect("printed");
        String::from_utf8(text).expect("text")
    };
    assert_eq!(read(6), "three\n");
    let mut log = File::options().append(true).open(&path).expect("a log");
    std::io::Write::write_all(&mut log, b"four\n").expect("written");
    assert_eq!(read(5), "four\n");
    follower.kill().expect("it runs");
    follower.wait().expect("it ended");
}
