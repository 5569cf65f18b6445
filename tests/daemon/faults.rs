//! Whatever an analyzer does: the job ends with the findings of the others and one clear reason, the daemon lives, the
//! worker is back soon, the next job works, and nothing is left over.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use va_tests::{Daemon, Document, LIMIT, Meeting, Setup, clip, is_alive, wait_until};

/// From a fault to a new worker that is ready, where its analyzers have no models to load.
const BACK_WITHIN: Duration = Duration::from_secs(2);

/// A daemon with an analyzer that works and one that does not.
fn with_faulty(settings: &str) -> Setup {
    Setup::new().with("steady").with_settings("faulty", settings)
}

/// Runs both analyzers, and checks all that must hold whatever the faulty one did.
#[track_caller]
fn run(setup: Setup) -> Document {
    run_back_within(setup, BACK_WITHIN)
}

#[track_caller]
fn run_back_within(setup: Setup, limit: Duration) -> Document {
    let daemon = setup.start_ready();
    let undisturbed = daemon.document(&clip(), &["--analyzers", "steady"]);
    let (pid, before, files) = (daemon.pid(), daemon.at_rest(), daemon.files());

    let document = daemon.document(&clip(), &[]);
    assert_eq!(daemon.status()["pid"], pid);
    assert_eq!(seen(&document), seen(&undisturbed), "the other analyzer's findings");

    daemon.worker_of("main");
    let next = daemon.document(&clip(), &["--analyzers", "steady", "--fresh"]);
    assert_eq!(seen(&next), seen(&undisturbed), "the next job");
    assert!(is_alive(pid));
    daemon.gives_back(&before);
    assert_eq!(daemon.files(), files, "files before and after");
    for away in times_without_worker(&daemon.log()) {
        assert!(away < limit, "the worker was away for {away:?}");
    }
    document
}

/// For each end of a group's worker, how long it took from the fault until the next one was ready: by the daemon's log, in
/// which the analyzer says when it begins to misbehave.
fn times_without_worker(log: &str) -> Vec<Duration> {
    let lines: Vec<&str> = log.lines().collect();
    let time = |line: &str| {
        // Of a day: `2026-01-01T12:34:56.789012Z`.
        let clock = line.split_once('T')?.1.split_once('Z')?.0;
        let parts: Vec<f64> = clock.split(':').map_while(|part| part.parse().ok()).collect();
        let [hours, minutes, seconds] = parts[..] else { return None };
        Some((hours * 60.0 + minutes) * 60.0 + seconds)
    };
    let ended = |line: &str| line.contains("WARN the worker ") && line.contains("group=");
    let ends = lines.iter().enumerate().filter(|(_, line)| ended(line));
    ends.map(|(at, end)| {
        let fault = lines[..at].iter().rfind(|line| line.contains("misbehaves: ")).unwrap_or(end);
        let ready = lines[at..].iter().find(|line| line.contains("worker ready")).expect("another is ready");
        let (fault, ready) = (time(fault).expect("a time"), time(ready).expect("a time"));
        // Past midnight the clock begins anew.
        Duration::from_secs_f64((ready - fault).rem_euclid(24.0 * 3600.0))
    })
    .collect()
}

#[test]
fn the_time_without_a_worker_is_read_from_the_log() {
    let log = "2026-01-01T23:59:58.500000Z  INFO misbehaves: Abort analyzer=faulty\n\
               2026-01-01T23:59:58.600000Z  WARN the worker was killed group=\"main\" pid=1\n\
               2026-01-01T23:59:59.000000Z  INFO misbehaves: Abort analyzer=faulty\n\
               2026-01-02T00:00:00.000000Z  INFO worker ready group=main took_ms=1\n";
    assert_eq!(times_without_worker(log), [Duration::from_millis(1500)]);
    assert!(times_without_worker("").is_empty());
}

/// What `steady` saw: the number of each frame and what was in it.
fn seen(document: &Document) -> Vec<(u64, String)> {
    document.saw_all("steady");
    let frame = |segment: &serde_json::Value| {
        (segment["index"].as_u64().expect("a number"), segment["checksum"].to_string())
    };
    document.segments("steady").iter().map(frame).collect()
}

#[track_caller]
fn fails(setup: Setup, words: &[&str]) {
    failed(&run(setup), words);
}

/// The fault of a call that does not return is that it takes longer than its limit.
#[track_caller]
fn hangs(settings: &str, words: &[&str]) {
    const CALL_LIMIT: Duration = Duration::from_millis(500);
    let limit = format!("[analyzers.faulty]\ncall_limit_s = {}", CALL_LIMIT.as_secs_f64());
    let document = run_back_within(with_faulty(settings).config(&limit), CALL_LIMIT + BACK_WITHIN);
    failed(&document, words);
}

#[track_caller]
fn failed(document: &Document, words: &[&str]) {
    document.failed("faulty", words);
    assert_eq!(document.status(), "partial");
    assert!(document.error().contains("faulty"), "{}", document.error());
}

#[test]
fn an_error_is_the_reason() {
    fails(
        with_faulty("behaviour = \"error\"\nat_frame = 20\nmessage = \"no face to be seen\""),
        &["no face to be seen"],
    );
}

#[test]
fn an_error_while_opening_the_video_is_the_reason() {
    fails(with_faulty("behaviour = \"error\"\nwhen = \"open\""), &["told to fail"]);
}

#[test]
fn an_error_at_the_end_is_the_reason() {
    fails(with_faulty("behaviour = \"error\"\nwhen = \"finish\""), &["told to fail"]);
}

#[test]
fn a_panic_is_told_with_its_place() {
    fails(
        with_faulty("behaviour = \"panic\"\nat_frame = 20"),
        &["panicked", "misbehave.rs:", "told to fail"],
    );
}

#[test]
fn a_panic_while_opening_the_video_is_told_with_its_place() {
    fails(with_faulty("behaviour = \"panic\"\nwhen = \"open\""), &["panicked", "misbehave.rs:"]);
}

#[test]
fn a_panic_at_the_end_is_told_with_its_place() {
    fails(with_faulty("behaviour = \"panic\"\nwhen = \"finish\""), &["panicked", "misbehave.rs:"]);
}

#[test]
fn a_panic_after_the_findings_were_handed_over_costs_nothing() {
    let document = run(with_faulty("behaviour = \"panic\"\nwhen = \"drop\""));
    document.saw_all("faulty");
    assert_eq!(document.status(), "success");
}

#[test]
fn a_panic_while_loading_is_told_with_its_place() {
    fails(with_faulty("behaviour = \"panic\"\nwhen = \"load\""), &["panicked", "misbehave.rs:"]);
}

#[test]
fn an_error_while_loading_is_the_reason() {
    fails(with_faulty("behaviour = \"error\"\nwhen = \"load\"\nmessage = \"no licence\""), &["no licence"]);
}

#[test]
fn an_abort_is_told_by_its_signal() {
    fails(with_faulty("behaviour = \"abort\"\nat_frame = 20"), &["SIGABRT"]);
}

#[test]
fn an_abort_while_opening_the_video_is_told_by_its_signal() {
    fails(with_faulty("behaviour = \"abort\"\nwhen = \"open\""), &["SIGABRT"]);
}

#[test]
fn an_abort_at_the_end_is_told_by_its_signal() {
    fails(with_faulty("behaviour = \"abort\"\nwhen = \"finish\""), &["SIGABRT"]);
}

#[test]
fn restarts_worker_after_segfault() {
    fails(with_faulty("behaviour = \"segfault\"\nat_frame = 20"), &["SIGSEGV"]);
}

#[test]
fn a_frame_cannot_be_written_to() {
    fails(with_faulty("behaviour = \"write_to_frame\""), &["SIGSEGV"]);
}

#[test]
fn a_stack_overflow_is_told_as_such() {
    fails(with_faulty("behaviour = \"stack_overflow\""), &["stack overflow"]);
}

#[test]
fn an_exit_is_told_with_its_status() {
    fails(with_faulty("behaviour = \"exit\"\nat_frame = 3"), &["exited with status 7"]);
}

#[test]
fn an_exit_without_an_error_is_one_all_the_same() {
    fails(with_faulty("behaviour = \"exit\"\nstatus = 0\nat_frame = 3"), &["exited with status 0"]);
}

#[test]
fn a_process_is_not_to_be_forked() {
    fails(with_faulty("behaviour = \"fork\"\nat_frame = 20"), &["cannot fork", "not permitted"]);
}

#[test]
fn the_daemon_is_not_to_be_killed() {
    fails(
        with_faulty("behaviour = \"kill_parent\"\nat_frame = 20"),
        &["cannot kill the daemon", "not permitted"],
    );
}

#[test]
fn a_call_that_never_returns_is_given_up() {
    hangs("behaviour = \"hang\"\nat_frame = 8", &["frames()", "0.5 s", "call_limit_s"]);
}

#[test]
fn a_deadlock_while_opening_the_video_is_given_up() {
    hangs("behaviour = \"deadlock\"\nwhen = \"open\"", &["open()", "0.5 s"]);
}

#[test]
fn a_deadlock_at_the_end_is_given_up() {
    hangs("behaviour = \"deadlock\"\nwhen = \"finish\"", &["finish()", "0.5 s"]);
}

#[test]
fn want_of_memory_is_told_as_such() {
    let limit = "[groups.main]\nmemory_mib = 256";
    fails(with_faulty("behaviour = \"leak\"\nmib = 32").config(limit), &["memory"]);
}

#[test]
fn a_worker_without_descriptors_is_replaced() {
    fails(with_faulty("behaviour = \"close_fds\"\nat_frame = 20"), &[]);
}

#[test]
fn too_many_findings_are_refused_with_the_limit() {
    let limit = "[jobs]\nfindings_limit_mib = 16";
    fails(
        with_faulty("behaviour = \"huge\"\nmib = 4").config(limit),
        &["larger than 16 MiB", "findings_limit_mib"],
    );
}

#[test]
fn findings_of_two_gigabytes_are_refused_with_the_limit() {
    fails(
        with_faulty("behaviour = \"huge\"\nmib = 2048\nat_frame = 49"),
        &["larger than 64 MiB", "findings_limit_mib"],
    );
}

#[test]
fn findings_up_to_the_limit_are_taken() {
    let limit = "[jobs]\nfindings_limit_mib = 16";
    // Two of 4 MiB each.
    let document = run(with_faulty("behaviour = \"huge\"\nmib = 4\nat_frame = 48").config(limit));
    document.saw_all("faulty");
    assert_eq!(document.status(), "success");
}

#[test]
fn findings_that_are_no_json_are_refused() {
    fails(with_faulty("behaviour = \"malformed\""), &["malformed"]);
}

#[test]
fn a_summary_that_is_no_object_is_refused() {
    fails(with_faulty("behaviour = \"malformed\"\nwhen = \"finish\""), &["malformed"]);
}

#[test]
fn a_segment_that_is_no_object_is_refused() {
    fails(with_faulty("behaviour = \"no_object\""), &["malformed"]);
}

#[test]
fn two_segments_that_are_said_to_be_one_are_refused() {
    fails(with_faulty("behaviour = \"wrong_count\"\nat_frame = 20"), &["malformed"]);
}

#[test]
fn findings_that_are_no_utf8_are_refused() {
    fails(with_faulty("behaviour = \"invalid_utf8\"\nat_frame = 20"), &["malformed", "UTF-8"]);
}

#[test]
fn a_summary_that_is_no_utf8_is_refused() {
    fails(with_faulty("behaviour = \"invalid_utf8\"\nwhen = \"finish\""), &["summary", "malformed", "UTF-8"]);
}

#[test]
fn an_error_that_is_no_utf8_is_the_reason_all_the_same() {
    fails(with_faulty("behaviour = \"invalid_utf8\"\nwhen = \"open\""), &["{\"name\":\"\u{fffd}\u{fffd}\"}"]);
}

#[test]
fn an_analyzer_may_talk_a_lot() {
    let document = run(with_faulty("behaviour = \"chatter\"\nat_frame = 48"));
    document.saw_all("faulty");
    assert_eq!(document.status(), "success");
}

#[test]
fn a_slow_analyzer_is_waited_for() {
    let document = run(with_faulty("behaviour = \"slow\"\nsleep_ms = 5"));
    document.saw_all("faulty");
    let timing = |kind: &str| document.analyzer("faulty")["timing"][kind].as_f64().expect("seconds");
    assert!(timing("compute_s") >= 0.25);
    assert!(timing("cpu_s") < 0.2, "waiting costs nothing, {} s", timing("cpu_s"));
    assert_eq!(document.status(), "success");
}

#[test]
fn a_smaller_stand_in_is_degraded_and_no_failure() {
    let document = run(with_faulty("degraded = \"the large model does not fit\""));
    assert_eq!((document.status(), document.status_of("faulty")), ("success", "degraded"));
    assert_eq!(document.reason_of("faulty"), "the large model does not fit");
    assert_eq!(document.analyzer("faulty")["model"]["name"], "a_smaller_model");
}

#[test]
fn a_missing_model_makes_an_analyzer_unavailable() {
    let daemon = with_faulty("behaviour = \"missing_model\"").start_ready();
    let all = daemon.document(&clip(), &[]);
    assert_eq!((all.status(), all.status_of("faulty")), ("success", "unavailable"));
    assert!(all.reason_of("faulty").contains("model_that_nobody_has"), "{}", all.reason_of("faulty"));
    let by_name = daemon.document(&clip(), &["--analyzers", "steady,faulty"]);
    assert_eq!((by_name.status(), by_name.status_of("faulty")), ("partial", "unavailable"));
    let alone = daemon.document(&clip(), &["--analyzers", "faulty"]);
    assert_eq!(alone.status(), "error");
}

#[test]
fn settings_that_do_not_fit_are_the_reason() {
    fails(with_faulty("behavior = \"ok\""), &["settings", "behavior"]);
}

/// The worker of its group can never start as a whole.
#[track_caller]
fn cannot_be_loaded(daemon: &Daemon, words: &[&str]) {
    let pid = daemon.pid();
    for _ in 0..2 {
        let document = daemon.document(&clip(), &["--fresh"]);
        document.failed("faulty", words).saw_all("steady");
    }
    assert_eq!(daemon.status()["pid"], pid);
    assert!(daemon.resources().zombies == 0);
}

#[test]
fn an_analyzer_that_crashes_while_loading_takes_nobody_with_it() {
    let daemon = with_faulty("behaviour = \"abort\"\nwhen = \"load\"").start();
    cannot_be_loaded(&daemon, &["SIGABRT", "loading"]);
}

#[test]
fn an_analyzer_that_hangs_while_loading_takes_nobody_with_it() {
    let daemon =
        with_faulty("behaviour = \"deadlock\"\nwhen = \"load\"").config("[jobs]\nload_limit_s = 1.0").start();
    cannot_be_loaded(&daemon, &["load"]);
}

#[test]
fn a_worker_that_crashes_at_its_start_is_started_again_later_and_later() {
    let daemon = with_faulty("behaviour = \"abort\"\nwhen = \"load\"").start();
    let worker = wait_until("the worker was started a few times", LIMIT, || {
        daemon.workers().into_iter().find(|worker| worker["restarts"].as_u64() >= Some(3))
    });
    assert!(worker["last_exit"].as_str().is_some_and(|exit| exit.contains("SIGABRT")), "{worker:#}");
    // The pauses double from a quarter of a second: five starts take four seconds.
    assert!(worker["restarts"].as_u64() <= Some(5), "{worker:#}");
}

#[test]
fn who_crashes_once_is_run_again_and_nobody_notices() {
    let once = tempfile::tempdir().expect("a folder");
    let settings = format!("behaviour = \"abort\"\nat_frame = 20\nonce = {:?}", once.path().join("once"));
    let document = run(with_faulty(&settings));
    document.saw_all("faulty");
    assert_eq!(document.status(), "success");
}

#[test]
fn all_analyzers_that_crash_are_told_apart() {
    let daemon =
        with_faulty("behaviour = \"abort\"").with_settings("sleepy", "behaviour = \"exit\"").start_ready();
    let document = daemon.document(&clip(), &[]);
    document.saw_all("steady").failed("faulty", &["SIGABRT"]).failed("sleepy", &["exited with status 7"]);
    assert_eq!(document.status(), "partial");
}

#[test]
fn where_all_fail_there_is_a_document_all_the_same() {
    let daemon = with_faulty("behaviour = \"abort\"").start_ready();
    let document = daemon.document(&clip(), &["--analyzers", "faulty"]);
    document.failed("faulty", &["SIGABRT"]);
    assert_eq!(document.status(), "error");
    assert!(
        document.error().contains("faulty") && !document.error().contains("decoder"),
        "{}",
        document.error()
    );
}

#[test]
fn a_crash_in_one_group_is_not_noticed_in_another() {
    let groups = "[groups.main]\nanalyzers = [\"faulty\"]\n[groups.calm]\nanalyzers = [\"*\"]\n";
    let daemon = with_faulty("behaviour = \"segfault\"\nat_frame = 20").config(groups).start_ready();
    let (calm, main) = (daemon.worker_of("calm"), daemon.worker_of("main"));
    let document = daemon.document(&clip(), &[]);
    document.saw_all("steady").failed("faulty", &["SIGSEGV"]);
    assert_eq!(daemon.worker_of("calm"), calm);
    assert_ne!(daemon.worker_of("main"), main);
}

#[test]
fn a_worker_that_is_killed_while_idle_is_started_again() {
    let daemon = Setup::new().with("steady").start_ready();
    let worker = daemon.worker_of("main");
    kill(worker);
    wait_until("another worker is ready", LIMIT, || (daemon.worker_of("main") != worker).then_some(()));
    let status = daemon.workers().into_iter().find(|worker| worker["role"] == "analyze").expect("a worker");
    assert_eq!(status["restarts"], 1);
    assert!(status["last_exit"].as_str().is_some_and(|exit| exit.contains("SIGKILL")), "{status:#}");
    daemon.document(&clip(), &[]).saw_all("steady");
}

#[test]
fn a_worker_that_is_killed_under_a_job_is_replaced_and_the_job_succeeds() {
    let (meeting, once) = (Meeting::new(), tempfile::tempdir().expect("a folder"));
    let settings = format!("{}at_frame = 20\nonce = {:?}", meeting.settings(), once.path().join("once"));
    let daemon = with_faulty(&settings).start_ready();
    let job = daemon.analyzing(&clip(), &[]);
    let met = meeting.wait();
    kill(daemon.worker_of("main"));
    assert!(met.leaves_within(LIMIT));
    let document = daemon.checked(job.ended(LIMIT).ended_with(0).json());
    document.saw_all("steady").saw_all("faulty");
}

#[test]
fn a_decoder_that_is_killed_under_a_job_leaves_what_was_found_until_then() {
    let meeting = Meeting::new();
    let settings = format!("{}at_frame = 4", meeting.settings());
    let daemon = with_faulty(&settings).start_ready();
    let decoder = daemon.processes("decode");
    let job = daemon.analyzing(&clip(), &[]);
    let met = meeting.wait();
    decoder.into_iter().filter(|pid| is_alive(*pid)).for_each(kill);
    // It meets again and again: the listener is left to itself from here on.
    drop(meeting);
    drop(met);
    let document = daemon.checked(job.ended(LIMIT).ended_with(1).json());
    assert_eq!(document.status(), "partial", "{}", document.error());
    assert!(
        document.error().contains("decoder") && document.error().contains("SIGKILL"),
        "{}",
        document.error()
    );
    assert!(!document.segments("steady").is_empty());
    daemon.document(&clip(), &["--analyzers", "steady", "--fresh"]).saw_all("steady");
}

#[test]
fn a_decoder_in_reserve_that_is_killed_is_replaced() {
    let daemon = Setup::new().with("steady").start_ready();
    daemon.at_rest();
    daemon.processes("decode").into_iter().for_each(kill);
    daemon.document(&clip(), &[]).saw_all("steady");
    assert_eq!(daemon.at_rest().zombies, 0);
}

fn kill(pid: u32) {
    kill_process(Pid::from_raw(pid as i32).expect("a process"), Signal::KILL).expect("it runs");
    let gone = va_tests::within(Duration::from_secs(5), || (!is_alive(pid)).then_some(()));
    assert!(gone.is_some(), "{pid} lives");
}
