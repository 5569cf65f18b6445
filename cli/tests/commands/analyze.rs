//! `vactl analyze`: how each way in which a job may end is told, in words and by exit code.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixListener;

use rustix::process::{Pid, Signal, kill_process};

use crate::fake_daemon::{Answer, FakeDaemon};
use crate::vactl::{Ended, Vactl};

const STARTED: &str = "{\"event\":\"started\",\"job\":\"7\"}\n";

fn finished(status: &str) -> String {
    format!(
        "{{\"event\":\"finished\",\"job\":\"7\",\"status\":\"{status}\",\"document\":\"/state/7.json\",\
         \"stored\":false,\"started_after_s\":0.001}}\n"
    )
}

fn failed(kind: &str) -> String {
    format!(
        "{{\"event\":\"failed\",\"job\":\"7\",\"problem\":{{\"kind\":\"{kind}\",\
         \"detail\":\"cannot read /v.mp4: it is no video\",\"hint\":\"look at it\"}}}}\n"
    )
}

fn document(status: &str, error: &str) -> String {
    format!(
        r#"{{"schema_version":"1.0","status":"{status}","error":{error},"video":{{"path":"/v.mp4","source_url":null,
        "sha256":null,"size_bytes":1000,"duration_s":2.0,"fps":25.0,"frame_count":50,"width":64,"height":48,"rotation":0,
        "video_codec":"h264","audio_codec":null,"has_audio":false}},
        "analyzers":{{"fake":{{"status":"ok","reason":null,"version":"1","model":null,"device":"cpu","cache_hit":true,
        "timing":{{"queue_s":0.0,"load_s":0.0,"compute_s":0.5,"wall_s":0.5}},"frames":5,"segments":[{{"a":1}}],
        "summary":{{"b":2}}}}}},
        "metrics":{{"processing_time_s":1.0,"realtime_factor":2.0,"decode_s":0.25,"gpu_utilization_avg":null,
        "gpu_utilization_peak":null,"gpu_memory_peak_mb":null,"memory_peak_mb":99.6,"cache_hit_rate":1.0,
        "analyzer_success_rate":1.0}}}}"#
    )
}

fn job_and_document(events: Answer, document: String) -> Vec<(&'static str, Answer)> {
    vec![
        ("POST /v1/jobs", events),
        ("GET /v1/jobs/7/result", Answer::Body(200, "application/json", document)),
    ]
}

/// Analyses a file, with a daemon that tells these events and has a document of this status.
fn analyze(events: Answer, status: &str, error: &str, arguments: &[&str]) -> (Vactl, Ended) {
    let vactl = Vactl::new();
    let _daemon = FakeDaemon::serve(&vactl.socket(), job_and_document(events, document(status, error)));
    vactl.video("v.mp4");
    let ended = vactl.run([&["analyze", "v.mp4"], arguments].concat());
    (vactl, ended)
}

#[test]
fn a_finished_job_is_summarised() {
    let events = Answer::Stream(vec![STARTED.to_owned(), finished("success")]);
    let (_, ended) = analyze(events, "success", "null", &[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ended.stdout, @"
    video     /v.mp4
              2 s · 64 × 48 · 25 fps · 50 frames · h264 · no sound · 1.0 kB
    status    success

    ✔ fake  ok · 1 segment · 5 frames · 0.5 s computing · cpu
        b  2

    took      1 s · 2 × real time · 0.25 s CPU decoding · 100 MB memory at the peak
    document  /state/7.json
    ");
}

#[test]
fn the_last_event_may_come_in_pieces() {
    let all = STARTED.to_owned() + &finished("success");
    let (one, two) = all.split_at(all.len() - 30);
    let (_, ended) = analyze(Answer::Stream(vec![one.to_owned(), two.to_owned()]), "success", "null", &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn the_whole_document_is_printed_as_it_came() {
    for arguments in [["-o", "-"], ["--format", "json"]] {
        let (_, ended) = analyze(Answer::Stream(vec![finished("success")]), "success", "null", &arguments);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
        assert_eq!(ended.stdout.trim_end(), document("success", "null"));
    }
}

#[test]
fn a_partial_document_is_kept_and_told_by_the_exit_code() {
    let events = Answer::Stream(vec![finished("partial")]);
    let (vactl, ended) = analyze(events, "partial", "\"failed: cuts\"", &["-o", "out.json"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    insta::assert_snapshot!(ended.stderr, @"
    vactl: not all of DIR/v.mp4 could be analysed: failed: cuts
    ");
    let kept = std::fs::read_to_string(vactl.path("out.json")).expect("written");
    assert_eq!(kept, document("partial", "\"failed: cuts\""));
}

#[test]
fn a_document_without_findings_is_partial_too() {
    let events = Answer::Stream(vec![finished("error")]);
    let (_, ended) = analyze(events, "error", "\"failed: cuts\"", &[]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stdout.contains("status    error: failed: cuts\n"), "{}", ended.stdout);
}

#[test]
fn each_kind_of_failure_has_its_exit_code() {
    let cases =
        [("unreadable_video", 3), ("invalid_request", 2), ("not_found", 2), ("busy", 4), ("internal", 5)];
    for (kind, code) in cases {
        let (vactl, ended) = analyze(
            Answer::Stream(vec![STARTED.to_owned(), failed(kind)]),
            "success",
            "null",
            &["-o", "out.json"],
        );
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), ""));
        assert_eq!(ended.stderr, "vactl: cannot read /v.mp4: it is no video\nhint: look at it\n");
        assert!(!vactl.path("out.json").exists());
    }
}

#[test]
fn a_request_that_is_refused_is_told_in_the_daemons_words() {
    let problem = r#"{"kind":"invalid_request","detail":"there is no analyzer \"x\"","hint":"`vactl plugins list` names them"}"#;
    let answer = Answer::Body(400, "application/problem+json", problem.to_owned());
    let (_, ended) = analyze(answer, "success", "null", &["--analyzers", "x"]);
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.stderr, @r#"
    vactl: there is no analyzer "x"
    hint: `vactl plugins list` names them
    "#);
}

#[test]
fn a_stream_that_ends_without_a_last_event_is_an_internal_error() {
    let (_, ended) = analyze(Answer::Stream(vec![STARTED.to_owned()]), "success", "null", &[]);
    assert_eq!(ended.code, Some(5));
    insta::assert_snapshot!(ended.stderr, @"
    vactl: cannot analyse DIR/v.mp4: the connection to the daemon at DIR/va.sock broke while following the job: the events ended, and none said how the job did
    hint: `vactl daemon logs` (or `journalctl -u va-daemon`) shows what the daemon has to say
    ");
}

#[test]
fn a_daemon_that_dies_over_a_job_is_an_internal_error() {
    let (_, ended) = analyze(Answer::CutOff(vec![STARTED.to_owned()]), "success", "null", &[]);
    assert_eq!(ended.code, Some(5));
    insta::assert_snapshot!(ended.stderr, @"
    vactl: cannot analyse DIR/v.mp4: the connection to the daemon at DIR/va.sock broke while following the job: the daemon closed the connection
    hint: `vactl daemon logs` (or `journalctl -u va-daemon`) shows what the daemon has to say
    ");
}

#[test]
fn a_line_that_is_no_event_is_an_internal_error() {
    let (_, ended) = analyze(Answer::Stream(vec!["hello\n".to_owned()]), "success", "null", &[]);
    assert_eq!(ended.code, Some(5));
    insta::assert_snapshot!(ended.stderr, @r#"
    vactl: cannot analyse DIR/v.mp4: cannot understand the daemon at DIR/va.sock while following the job: "hello" is no event of a job (expected value at line 1 column 1)
    hint: vactl and va-daemon must be of one version: `vactl --version`, `va-daemon --version`
    "#);
}

#[test]
fn a_daemon_that_says_nothing_cannot_be_reached() {
    let (_, ended) = analyze(Answer::Nothing, "success", "null", &[]);
    assert_eq!(ended.code, Some(4));
    insta::assert_snapshot!(ended.stderr, @"
    vactl: cannot analyse DIR/v.mp4: no answer from the daemon at DIR/va.sock on sending the job: the daemon closed the connection
    hint: `vactl daemon logs` (or `journalctl -u va-daemon`) shows what the daemon has to say
    ");
}

#[test]
fn a_job_that_a_daemon_did_not_live_to_hear_goes_to_the_next() {
    let vactl = Vactl::new();
    let socket = vactl.socket();
    let dying = UnixListener::bind(&socket).expect("a free socket");
    let next = std::thread::spawn(move || {
        let _probed = dying.accept().expect("somebody looks whether it is there");
        let job = dying.accept().expect("the job");
        std::fs::remove_file(&socket).expect("its socket");
        let events = Answer::Stream(vec![finished("success")]);
        let next = FakeDaemon::serve(&socket, job_and_document(events, document("success", "null")));
        drop((job, dying));
        next
    });
    vactl.video("v.mp4");
    let ended = vactl.run(["analyze", "v.mp4"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(next.join().expect("served").asked().0, "POST /v1/jobs");
}

#[test]
fn the_request_says_what_the_caller_wants() {
    let vactl = Vactl::new();
    let events = Answer::Stream(vec![finished("success")]);
    let daemon = FakeDaemon::serve(&vactl.socket(), job_and_document(events, document("success", "null")));
    vactl.video("-v 1.mp4");
    let ended = vactl.run(["analyze", "--analyzers", "a,b", "--fresh", "--", "-v 1.mp4"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let folder = vactl.folder.path().display().to_string();
    assert_eq!(
        daemon.asked().1.replace(&folder, "DIR"),
        r#"{"path":"DIR/-v 1.mp4","path_encoding":"plain","analyzers":["a","b"],"fresh":true}"#
    );
}

#[test]
fn a_name_that_is_no_text_reaches_the_daemon() {
    let vactl = Vactl::new();
    let events = Answer::Stream(vec![finished("success")]);
    let daemon = FakeDaemon::serve(&vactl.socket(), job_and_document(events, document("success", "null")));
    let name = OsStr::from_bytes(b"\xff\n%.mp4");
    vactl.video(name);
    let ended = vactl.run([OsStr::new("analyze"), name]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let request = daemon.asked().1;
    assert!(request.contains(r#"/%FF%0A%25.mp4","path_encoding":"percent""#), "{request}");
}

#[test]
fn what_is_wrong_with_the_output_is_told_before_the_job_begins() {
    let vactl = Vactl::new();
    let daemon = FakeDaemon::serve(&vactl.socket(), Vec::new());
    vactl.video("v.mp4");
    let ended = vactl.run(["analyze", "v.mp4", "-o", "no/out.json"]);
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.stderr, @"
    vactl: cannot write the document to no/out.json: there is no folder no
    hint: make it first, or name another file
    ");
    // The first request that the daemon ever gets is this one.
    assert_eq!(vactl.run(["status"]).code, Some(4));
    assert_eq!(daemon.asked().0, "GET /v1/status");
}

#[test]
fn what_is_no_file_is_refused_at_once() {
    let vactl = Vactl::new();
    for file in ["missing.mp4", ".", "/dev/null"] {
        let ended = vactl.run(["analyze", file]);
        assert_eq!(ended.code, Some(2), "{file}: {}", ended.stderr);
    }
    insta::assert_snapshot!(vactl.run(["analyze", "missing.mp4"]).stderr, @"
    vactl: cannot analyse missing.mp4: there is no such file
    hint: check the path
    ");
}

#[test]
fn ctrl_c_gives_the_job_up() {
    let vactl = Vactl::new();
    let answers = vec![("POST /v1/jobs", Answer::Open(vec![STARTED.to_owned()]))];
    let daemon = FakeDaemon::serve(&vactl.socket(), answers);
    vactl.video("v.mp4");
    let child = vactl.start(["analyze", "v.mp4", "-o", "out.json"]);
    assert_eq!(daemon.asked().0, "POST /v1/jobs");
    assert_eq!(daemon.asked().0, "(told)");
    kill_process(Pid::from_child(&child), Signal::INT).expect("it runs");
    assert_eq!(daemon.asked().0, "(gone)");
    let ended = vactl.end(child.wait_with_output().expect("it ends"));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(130), ""));
    assert_eq!(ended.stderr, "vactl: interrupted; the job is given up\n");
    assert!(!vactl.path("out.json").exists());
}
