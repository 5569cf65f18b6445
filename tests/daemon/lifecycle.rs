//! Starting, stopping, and what is left of a daemon that was killed.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use va_tests::{LIMIT, Meeting, Setup, clip, run, wait_until};

#[test]
fn starts_and_answers_what_it_is() {
    let daemon = Setup::new().with("steady").start_ready();
    let status = daemon.status();
    assert_eq!(status["pid"], daemon.pid());
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(status["socket"], daemon.socket().to_str().expect("text"));
    assert_eq!(status["state_dir"], daemon.state_dir().to_str().expect("text"));
    assert_eq!(status["config"], daemon.config_file().to_str().expect("text"));
    assert_eq!(status["groups"][0]["name"], "main");
    assert_eq!(status["groups"][0]["analyzers"], serde_json::json!(["steady"]));
    assert_eq!(status["groups"][0]["device"], "auto");
    let worker =
        status["workers"].as_array().and_then(|all| all.iter().find(|worker| worker["role"] == "analyze"));
    assert_eq!(worker.expect("a worker")["restarts"], 0);
    assert_eq!(daemon.vactl(&["status", "--format", "json"]).ended_with(0).json()["pid"], daemon.pid());
}

#[test]
fn its_socket_is_for_owner_and_group_and_its_state_for_the_owner() {
    let daemon = Setup::new().start();
    let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&daemon.socket()), 0o660);
    assert_eq!(mode(&daemon.state_dir()), 0o700);
}

#[test]
fn stops_when_it_is_asked_to_and_leaves_no_socket() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut daemon = Setup::new().with("steady").start_ready();
        daemon.signal(signal);
        daemon.ended().ended_with(0);
        assert!(!daemon.socket().exists());
        daemon.nothing_is_left();
    }
    let mut daemon = Setup::new().with("steady").start_ready();
    assert_eq!(daemon.request("POST", "/v1/shutdown", b"").status, 202);
    daemon.ended().ended_with(0);
    daemon.nothing_is_left();
}

#[test]
fn a_daemon_that_has_just_started_stops_as_well() {
    let mut daemon = Setup::new().with("steady").start();
    daemon.stop().ended_with(0);
    daemon.nothing_is_left();
}

#[test]
fn a_running_job_is_finished_before_the_end_and_a_new_one_is_refused() {
    let meeting = Meeting::new();
    let settings = format!("{}when = \"finish\"", meeting.settings());
    let mut daemon = Setup::new().with("steady").with_settings("faulty", &settings).start_ready();
    let running = daemon.analyzing(&clip(), &[]);
    let met = meeting.wait();
    let waiting = daemon.analyzing(&clip(), &["--fresh"]);
    wait_until("another job waits", LIMIT, || (daemon.status()["jobs"]["queued"] == 1).then_some(()));
    daemon.signal(Signal::TERM);
    waiting.ended(LIMIT).ended_with(4).complains_of(&["stop"]);
    if UnixStream::connect(daemon.socket()).is_ok() {
        daemon.analyze(&clip(), &["--fresh"]).ended_with(4).complains_of(&["stopping"]);
    }
    drop(met);
    let ran = running.ended(LIMIT).ended_with(0);
    assert_eq!(ran.json()["analyzers"]["faulty"]["status"], "ok");
    daemon.ended().ended_with(0);
    assert!(!daemon.socket().exists());
    daemon.nothing_is_left();
}

#[test]
fn a_job_that_takes_too_long_is_given_up_at_the_end() {
    let meeting = Meeting::new();
    let config = "[daemon]\ndrain_s = 0.5";
    let mut daemon = Setup::new().with_settings("faulty", &meeting.settings()).config(config).start_ready();
    let job = daemon.analyzing(&clip(), &[]);
    let met = meeting.wait();
    let begun = Instant::now();
    daemon.stop().ended_with(0);
    assert!(begun.elapsed() < Duration::from_secs(5), "it took {:?}", begun.elapsed());
    let ran = job.ended(LIMIT);
    assert!([4, 5].contains(&ran.code()), "exit code {}", ran.code());
    assert!(!ran.stderr.trim().is_empty(), "the client is told");
    assert!(met.leaves_within(LIMIT));
    daemon.nothing_is_left();
}

#[test]
fn asked_twice_it_stops_at_once() {
    let meeting = Meeting::new();
    let mut daemon = Setup::new().with_settings("faulty", &meeting.settings()).start_ready();
    let job = daemon.analyzing(&clip(), &[]);
    let _met = meeting.wait();
    daemon.signal(Signal::TERM);
    wait_until("it has heard the first signal", LIMIT, || daemon.log().contains("stopping").then_some(()));
    daemon.signal(Signal::TERM);
    daemon.ended();
    assert_ne!(job.ended(LIMIT).code(), 0);
    daemon.nothing_is_left();
}

#[test]
fn a_signal_after_a_request_to_stop_ends_it_at_once() {
    let meeting = Meeting::new();
    let mut daemon = Setup::new().with_settings("faulty", &meeting.settings()).start_ready();
    let job = daemon.analyzing(&clip(), &[]);
    let _met = meeting.wait();
    assert_eq!(daemon.request("POST", "/v1/shutdown", b"").status, 202);
    wait_until("it has heard the request", LIMIT, || daemon.log().contains("stopping").then_some(()));
    daemon.signal(Signal::TERM);
    daemon.ended().ended_with(5);
    assert_ne!(job.ended(LIMIT).code(), 0);
    daemon.nothing_is_left();
}

#[test]
fn the_socket_of_a_daemon_that_was_killed_is_taken_over() {
    let mut daemon = Setup::new().with("steady").start_ready();
    daemon.crash();
    assert!(daemon.socket().exists());
    daemon.vactl(&["status"]).ended_with(4).complains_of(&["va.sock"]);
    daemon.start();
    daemon.document(&clip(), &[]).saw_all("steady");
}

#[test]
fn workers_end_with_a_daemon_that_is_killed_under_a_job() {
    let meeting = Meeting::new();
    let mut daemon = Setup::new().with_settings("faulty", &meeting.settings()).start_ready();
    let job = daemon.analyzing(&clip(), &[]);
    let met = meeting.wait();
    daemon.crash();
    assert!(met.leaves_within(LIMIT));
    job.ended(LIMIT).ended_with(5).complains_of(&["vactl: "]);
    drop(meeting);
    daemon.start();
    let half_written =
        std::fs::read_dir(daemon.state_dir().join("results")).into_iter().flatten().filter_map(Result::ok);
    let half_written = half_written.filter(|entry| entry.path().extension().is_some_and(|end| end == "part"));
    assert_eq!(half_written.count(), 0);
}

#[test]
fn a_second_daemon_on_the_same_state_folder_is_refused() {
    let daemon = Setup::new().start();
    let second = run(&mut daemon.command(), LIMIT).ended_with(2);
    second.complains_of(&["another daemon", "--state-dir", daemon.state_dir().to_str().expect("text")]);
    assert_eq!(daemon.status()["pid"], daemon.pid(), "the first one goes on");
}

#[test]
fn a_second_daemon_on_the_same_socket_is_refused() {
    let daemon = Setup::new().start();
    let elsewhere = tempfile::tempdir().expect("a folder");
    let mut command = daemon.install().daemon();
    command.arg("--state-dir").arg(elsewhere.path()).arg("--socket").arg(daemon.socket());
    run(&mut command, LIMIT).ended_with(2).complains_of(&["another daemon", "--socket"]);
    assert_eq!(daemon.status()["pid"], daemon.pid(), "the first one goes on");
}

#[test]
fn a_socket_path_that_is_too_long_is_refused_in_words() {
    let daemon = Setup::new().prepare();
    let long = daemon.folder().join("x".repeat(120)).join("va.sock");
    run(daemon.command().arg("--socket").arg(long), LIMIT).ended_with(2).complains_of(&["107", "--socket"]);
}

#[test]
fn a_state_folder_that_cannot_be_made_is_refused_in_words() {
    let daemon = Setup::new().prepare();
    let file = daemon.folder().join("file");
    std::fs::write(&file, b"not a folder").expect("written");
    let mut command = daemon.install().daemon();
    run(command.arg("--state-dir").arg(file.join("state")), LIMIT).ended_with(2).complains_of(&["state"]);
}

#[test]
fn an_installation_without_its_worker_is_refused_in_words() {
    let daemon = Setup::new().prepare();
    std::fs::remove_file(daemon.install().prefix().join("lib/va/va-worker")).expect("removed");
    let ran = run(&mut daemon.command(), LIMIT);
    assert_ne!(ran.code(), 0);
    ran.complains_of(&["va-worker", "missing"]);
    assert!(!daemon.socket().exists(), "it leaves its socket behind");
}

#[test]
fn it_answers_soon_after_its_start() {
    // A debug assertion of the speed that `make bench` measures: ten times as much, for busy machines.
    let daemon = Setup::new().with("steady").with("sleepy").start_ready();
    let ready = daemon.log();
    let ready =
        ready.lines().find_map(|line| line.split("ready_ms=").nth(1)).expect("it tells when it is ready");
    let ready: u64 =
        ready.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number");
    assert!(ready < 3000, "ready after {ready} ms");
}
