//! Many jobs, stored results, clients that go away.

use std::path::PathBuf;
use std::time::Duration;

use rustix::process::Signal;
use va_test_media::made;
use va_tests::{Daemon, LIMIT, Meeting, Running, Setup, clip, is_alive, silent_clip, wait_until};

/// How long a worker may take to hear of a cancelled job.
const SOON: Duration = Duration::from_secs(5);

/// An analyzer that stays in its first call until the test lets go.
fn with_meeting(meeting: &Meeting) -> Setup {
    Setup::new().with("steady").with_settings("faulty", &meeting.settings())
}

fn jobs(daemon: &Daemon, state: &str) -> u64 {
    daemon.status()["jobs"][state].as_u64().expect("a number")
}

/// `clip()` under another name: another video, as far as the daemon can tell.
fn copy(daemon: &Daemon, name: &str) -> PathBuf {
    let path = daemon.folder().join(name);
    std::fs::copy(clip(), &path).expect("copied");
    path
}

#[test]
fn several_requests_at_once_queue_up_and_all_finish() {
    let daemon = Setup::new().with("steady").with("sleepy").start_ready();
    let running: Vec<Running> = (0..8).map(|_| daemon.analyzing(&clip(), &["--fresh"])).collect();
    for job in running {
        daemon.checked(job.ended(LIMIT).ended_with(0).json()).saw_all("steady");
    }
    let before = daemon.at_rest();
    assert_eq!(jobs(&daemon, "finished"), 8);
    let running: Vec<Running> = (0..8).map(|_| daemon.analyzing(&clip(), &["--fresh"])).collect();
    running.into_iter().for_each(|job| drop(job.ended(LIMIT).ended_with(0)));
    daemon.gives_back(&before);
}

#[test]
fn jobs_run_in_the_order_they_came() {
    let meeting = Meeting::new();
    let daemon = with_meeting(&meeting).start_ready();
    let mut first = daemon.job(&clip(), &["faulty"], true);
    first.wait_for("started");
    let met = meeting.wait();
    let mut others: Vec<_> = (0..3).map(|_| daemon.job(&clip(), &["steady"], true)).collect();
    for (at, other) in others.iter_mut().enumerate() {
        assert_eq!(other.wait_for("queued")["ahead"], at + 1);
    }
    assert_eq!((jobs(&daemon, "running"), jobs(&daemon, "queued")), (1, 3));
    drop(meeting);
    drop(met);
    first.wait_for("finished");
    for other in &mut others {
        let started = other.wait_for("started");
        assert_eq!(other.wait_for("finished")["job"], started["job"]);
    }
}

#[test]
fn as_many_jobs_run_at_once_as_the_configuration_says() {
    let meeting = Meeting::new();
    let daemon = with_meeting(&meeting).config("[jobs]\nconcurrent = 2").start_ready();
    let running = [daemon.analyzing(&clip(), &["--fresh"]), daemon.analyzing(&silent_clip(), &["--fresh"])];
    let together = [meeting.wait(), meeting.wait()];
    let third = daemon.analyzing(&clip(), &["--fresh", "--analyzers", "steady"]);
    wait_until("the third waits", LIMIT, || (jobs(&daemon, "queued") == 1).then_some(()));
    assert_eq!(jobs(&daemon, "running"), 2);
    drop((meeting, together));
    for job in running.into_iter().chain([third]) {
        daemon.checked(job.ended(LIMIT).json()).saw_all("steady");
    }
}

#[test]
fn a_full_queue_refuses_more() {
    let meeting = Meeting::new();
    let daemon = with_meeting(&meeting).config("[jobs]\nqueue_limit = 1").start_ready();
    let first = daemon.analyzing(&clip(), &["--fresh"]);
    let met = meeting.wait();
    let second = daemon.analyzing(&clip(), &["--fresh", "--analyzers", "steady"]);
    wait_until("the second waits", LIMIT, || (jobs(&daemon, "queued") == 1).then_some(()));
    daemon.analyze(&clip(), &["--fresh"]).ended_with(4).complains_of(&["waiting already", "queue_limit"]);
    drop((meeting, met));
    first.ended(LIMIT);
    second.ended(LIMIT).ended_with(0);
}

#[test]
fn a_client_that_is_killed_gives_its_job_up() {
    let meeting = Meeting::new();
    let daemon = with_meeting(&meeting).start_ready();
    let before = daemon.at_rest();
    let decoder = daemon.processes("decode");
    let worker = daemon.worker_of("main");
    let job = daemon.analyzing(&clip(), &[]);
    let met = meeting.wait();
    job.signal(Signal::KILL);
    assert!(met.leaves_within(SOON), "the analyzer was not told");
    wait_until("the decoder is gone", SOON, || decoder.iter().all(|pid| !is_alive(*pid)).then_some(()));
    daemon.document(&clip(), &["--analyzers", "steady"]).saw_all("steady");
    assert_eq!(daemon.worker_of("main"), worker, "a cancelled job costs no worker");
    daemon.gives_back(&before);
}

#[test]
fn ctrl_c_gives_the_job_up() {
    let meeting = Meeting::new();
    let daemon = with_meeting(&meeting).start_ready();
    let job = daemon.analyzing(&clip(), &[]);
    let met = meeting.wait();
    job.signal(Signal::INT);
    let ran = job.ended(SOON);
    assert_eq!(ran.code(), 130, "{}", ran.stderr);
    assert!(met.leaves_within(SOON), "the analyzer was not told");
    daemon.document(&clip(), &["--analyzers", "steady"]).saw_all("steady");
}

#[test]
fn a_stream_that_is_closed_gives_the_job_up() {
    let meeting = Meeting::new();
    let daemon = with_meeting(&meeting).start_ready();
    let mut job = daemon.job(&clip(), &["faulty"], true);
    job.wait_for("started");
    let met = meeting.wait();
    drop(job);
    assert!(met.leaves_within(SOON), "the analyzer was not told");
    wait_until("no job runs", SOON, || (jobs(&daemon, "running") == 0).then_some(()));
}

#[test]
fn a_waiting_job_whose_client_is_gone_is_forgotten() {
    let meeting = Meeting::new();
    let daemon = with_meeting(&meeting).start_ready();
    let first = daemon.analyzing(&clip(), &[]);
    let met = meeting.wait();
    let second = daemon.analyzing(&clip(), &["--fresh"]);
    wait_until("the second waits", LIMIT, || (jobs(&daemon, "queued") == 1).then_some(()));
    drop(second);
    wait_until("it is forgotten", SOON, || (jobs(&daemon, "queued") == 0).then_some(()));
    drop((meeting, met));
    daemon.checked(first.ended(LIMIT).json()).saw_all("steady");
}

#[test]
fn a_client_that_leaves_while_an_analyzer_hangs_does_not_block_the_next_job() {
    let limit = "[analyzers.faulty]\ncall_limit_s = 2.0";
    let daemon = Setup::new()
        .with("steady")
        .with_settings("faulty", "behaviour = \"deadlock\"")
        .config(limit)
        .start_ready();
    let mut job = daemon.job(&clip(), &["faulty"], true);
    job.wait_for("started");
    drop(job);
    daemon.document(&clip(), &["--analyzers", "steady"]).saw_all("steady");
}

#[test]
fn progress_is_told_from_queue_to_document() {
    let daemon = Setup::new().with_settings("steady", "behaviour = \"slow\"\nsleep_ms = 20").start_ready();
    let events: Vec<_> = daemon.job(&clip(), &["steady"], true).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event["event"].as_str().expect("text")).collect();
    assert_eq!(kinds.first(), Some(&"started"), "{events:#?}");
    assert_eq!(kinds.last(), Some(&"finished"), "{events:#?}");
    let progress: Vec<f64> = events
        .iter()
        .filter(|event| event["event"] == "progress")
        .map(|event| event["analyzers"][0]["fraction"].as_f64().expect("a number"))
        .collect();
    assert!(progress.len() >= 3 && progress.is_sorted(), "{progress:?}");
    assert!(progress.iter().any(|fraction| (0.1..0.95).contains(fraction)), "{progress:?}");
    let started = events.last().expect("an event")["started_after_s"].as_f64().expect("seconds");
    assert!(started < 0.05, "work began {started} s after the request");
}

#[test]
fn the_same_request_is_answered_by_the_stored_result() {
    let daemon = Setup::new().with("steady").with("sleepy").start_ready();
    let video = copy(&daemon, "a.mp4");
    let stored = |analyzers: &[&str], fresh: bool| {
        let finished = daemon.job(&video, analyzers, fresh).wait_for("finished");
        (finished["stored"].as_bool().expect("yes or no"), finished["job"].clone())
    };
    let (first, job) = stored(&["steady"], false);
    assert!(!first);
    assert_eq!(stored(&["steady"], false), (true, job.clone()));
    assert!(!stored(&["steady", "sleepy"], false).0, "other analyzers");
    assert!(!stored(&["steady"], true).0, "--fresh");
    assert_ne!(stored(&["steady"], false).1, job, "the fresh one is stored now");

    std::fs::copy(silent_clip(), &video).expect("another video of the same name");
    assert!(!stored(&["steady"], false).0, "the file has changed");
}

#[test]
fn a_stored_result_outlives_the_daemon_but_not_a_change_of_settings() {
    let mut daemon = Setup::new().with("steady").start_ready();
    let video = copy(&daemon, "a.mp4");
    let first = daemon.document(&video, &[]);
    daemon.stop();
    daemon.start();
    assert_eq!(daemon.document(&video, &[]), first);
    daemon.stop();
    std::fs::write(daemon.config_file(), "[analyzers.steady]\nevery_nth = 10\n").expect("written");
    daemon.start();
    assert_eq!(daemon.document(&video, &[]).analyzer("steady")["frames"], 5);
}

#[test]
fn a_partial_result_is_computed_again() {
    let daemon = Setup::new().with("steady").with_settings("faulty", "behaviour = \"error\"").start_ready();
    for _ in 0..2 {
        let finished = daemon.job(&clip(), &["steady", "faulty"], false).wait_for("finished");
        assert_eq!((&finished["stored"], &finished["status"]), (&false.into(), &"partial".into()));
    }
}

#[test]
fn so_many_results_are_kept_as_the_configuration_says() {
    let daemon = Setup::new().with("sleepy").config("[jobs]\nstored_results = 2").start_ready();
    let names: Vec<String> = (0..4)
        .map(|_| {
            daemon.job(&clip(), &["sleepy"], true).wait_for("finished")["job"]
                .as_str()
                .expect("a name")
                .to_owned()
        })
        .collect();
    let there = |name: &String| daemon.get(&format!("/v1/jobs/{name}/result")).status;
    assert_eq!(names.iter().map(there).collect::<Vec<_>>(), [404, 404, 200, 200]);
    let unfinished = walk(&daemon.state_dir())
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "part"));
    assert_eq!(unfinished.collect::<Vec<_>>(), Vec::<PathBuf>::new());
}

fn walk(folder: &std::path::Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn a_decoder_stays_within_its_memory_and_says_so() {
    let large = made(
        "large.mp4",
        &["-f", "lavfi", "-i", "testsrc2=size=3840x2160:rate=10:duration=1", "-c:v", "libx264"],
    );
    let narrow = Setup::new().with("steady").config("[jobs]\ndecoder_memory_mib = 90").start_ready();
    let told = narrow.analyzing(&large, &["--fresh"]).ended(LIMIT);
    told.ended_with(3).complains_of(&["jobs.decoder_memory_mib"]);
    narrow.document(&clip(), &["--fresh"]).saw_all("steady");
    let wide = Setup::new().with("steady").start_ready();
    wide.document(&large, &["--fresh"]).saw_all("steady");
}
