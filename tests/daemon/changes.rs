//! Analyzers that come and go while the daemon runs: `vactl plugins`, and files that appear and vanish.

use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use va_tests::{Daemon, Document, LIMIT, Meeting, Setup, clip, is_alive, library_bytes, wait_until};

/// `vactl plugins … --format json`, as far as it succeeds.
#[track_caller]
fn plugins(daemon: &Daemon, arguments: &[&str]) -> Value {
    daemon.vactl(&[&["plugins"], arguments, &["--format", "json"]].concat()).ended_with(0).json()
}

#[track_caller]
fn state_of(daemon: &Daemon, name: &str) -> Option<String> {
    let list = plugins(daemon, &["list"]);
    let all = list.as_array().expect("a list");
    let info = all.iter().find(|info| info["name"] == name)?;
    Some(info["state"].as_str().expect("a state").to_owned())
}

/// A file beside the daemon's own folders.
fn library(daemon: &Daemon, name: &str) -> String {
    built(daemon, name, b"")
}

/// Another build of an analyzer: what follows an ELF image is nobody's.
fn built(daemon: &Daemon, name: &str, build: &[u8]) -> String {
    let path = daemon.folder().join(format!("lib{name}.so"));
    std::fs::write(&path, [&library_bytes(name)[..], build].concat()).expect("written");
    path.to_str().expect("text").to_owned()
}

/// What lies in the daemon's own folder of plugins.
fn kept(daemon: &Daemon) -> Vec<String> {
    let entries = std::fs::read_dir(daemon.state_dir().join("plugins")).expect("the folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Settings of an analyzer that meets the test once for each video, before it sees any of it.
fn meets_at_once(meeting: &Meeting) -> String {
    meeting.settings() + "when = \"open\""
}

fn ran(document: &Document) -> Vec<&str> {
    let seen = document.analyzers().iter().filter(|(_, result)| result["status"] == "ok");
    seen.map(|(name, _)| name.as_str()).collect()
}

#[test]
fn a_plugin_that_is_added_runs_in_the_next_job_and_disturbs_none() {
    let meeting = Meeting::new();
    let daemon = Setup::new().with_settings("faulty", &meets_at_once(&meeting)).with("steady").start_ready();
    let pid = daemon.pid();
    let running = daemon.analyzing(&clip(), &["--analyzers", "faulty,steady"]);
    let met = meeting.wait();
    let worker = daemon.worker_of("main");

    let added = plugins(&daemon, &["add", &library(&daemon, "sleepy")]);
    assert_eq!(
        (&added["analyzer"]["name"], &added["analyzer"]["state"]),
        (&"sleepy".into(), &"ready".into())
    );
    let steps = added["check"]["steps"].as_array().expect("steps").clone();
    let outcomes: Vec<&str> = steps.iter().map(|step| step["outcome"].as_str().expect("text")).collect();
    assert_eq!(outcomes, ["ok"; 5]);
    let files = kept(&daemon);
    assert!(files.len() == 1 && files[0].starts_with("sleepy-") && files[0].ends_with(".so"), "{files:?}");

    assert!(is_alive(worker), "the job's worker finishes it");
    assert_ne!(daemon.worker_of("main"), worker);
    drop(met);
    let document = daemon.checked(running.ended(LIMIT).ended_with(0).json());
    assert_eq!(ran(&document), ["faulty", "steady"]);
    document.saw_all("steady");
    wait_until("the old worker is gone", LIMIT, || (!is_alive(worker)).then_some(()));

    let next = daemon.document(&clip(), &["--analyzers", "steady,sleepy"]);
    assert_eq!(ran(&next), ["sleepy", "steady"]);
    assert_eq!(daemon.pid(), pid);
}

#[test]
fn a_newer_build_takes_over_once_it_is_ready_and_the_one_before_ends_with_its_job() {
    let meeting = Meeting::new();
    let daemon = Setup::new().with_settings("faulty", &meets_at_once(&meeting)).start();
    plugins(&daemon, &["add", &library(&daemon, "sleepy")]);
    let before = kept(&daemon);
    let running = daemon.analyzing(&clip(), &[]);
    let met = meeting.wait();
    let worker = daemon.worker_of("main");

    let added = plugins(&daemon, &["add", &built(&daemon, "sleepy", b"a newer build")]);
    assert!(added["notes"][0].as_str().is_some_and(|note| note.contains("replaces version")), "{added:#}");
    let after = kept(&daemon);
    assert!(after.len() == 1 && after != before, "{before:?} {after:?}");
    assert_ne!(daemon.worker_of("main"), worker);
    assert!(is_alive(worker));
    drop(met);
    let document = daemon.checked(running.ended(LIMIT).ended_with(0).json());
    assert_eq!(ran(&document), ["faulty", "sleepy"]);
    wait_until("the old worker is gone", LIMIT, || (!is_alive(worker)).then_some(()));
}

#[test]
fn what_is_switched_off_by_hand_stays_so_until_it_is_switched_on_by_hand() {
    let mut daemon = Setup::new().with("steady").with("sleepy").start_ready();
    let worker = daemon.worker_of("main");
    let disabled = plugins(&daemon, &["disable", "sleepy"]);
    assert_eq!(disabled["analyzer"]["state"], "disabled");
    assert_ne!(daemon.worker_of("main"), worker, "what it had loaded is given back");
    wait_until("the old worker is gone", LIMIT, || (!is_alive(worker)).then_some(()));
    assert_eq!(ran(&daemon.document(&clip(), &[])), ["steady"]);
    let asked = daemon.document(&clip(), &["--analyzers", "steady,sleepy"]);
    assert_eq!(asked.status_of("sleepy"), "skipped");
    assert!(
        asked.reason_of("sleepy").contains("vactl plugins enable sleepy"),
        "{}",
        asked.reason_of("sleepy")
    );

    daemon.stop();
    daemon.start();
    assert_eq!(state_of(&daemon, "sleepy").as_deref(), Some("disabled"));
    let details = plugins(&daemon, &["show", "sleepy"]);
    assert_eq!(
        (&details["enabled_by_hand"], &details["enabled_by_configuration"]),
        (&false.into(), &Value::Null)
    );
    assert!(
        details["why"][0]["what"].as_str().is_some_and(|what| what.contains("vactl plugins enable sleepy"))
    );

    let enabled = plugins(&daemon, &["enable", "sleepy"]);
    assert_eq!(enabled["analyzer"]["state"], "ready");
    assert_eq!(ran(&daemon.document(&clip(), &["--fresh"])), ["sleepy", "steady"]);
    assert_eq!(plugins(&daemon, &["why", "sleepy"])["why"], Value::Array(Vec::new()));
}

#[test]
fn what_the_file_switches_off_can_be_switched_on_by_hand() {
    let daemon = Setup::new()
        .with("steady")
        .with("sleepy")
        .config("[analyzers.sleepy]\nenabled = false")
        .start_ready();
    assert_eq!(plugins(&daemon, &["enable", "sleepy"])["analyzer"]["state"], "ready");
    let details = plugins(&daemon, &["show", "sleepy"]);
    assert_eq!(
        (&details["enabled_by_hand"], &details["enabled_by_configuration"]),
        (&true.into(), &false.into())
    );
    assert_eq!(ran(&daemon.document(&clip(), &[])), ["sleepy", "steady"]);
}

#[test]
fn one_that_others_need_runs_for_them_unseen_and_that_is_said() {
    let daemon = Setup::new().with("steady").with("needy").start_ready();
    let disabled = plugins(&daemon, &["disable", "steady"]);
    assert!(disabled["notes"][0].as_str().is_some_and(|note| note.contains("for needy")), "{disabled:#}");
    let document = daemon.document(&clip(), &[]);
    assert_eq!(ran(&document), ["needy"]);
}

#[test]
fn an_analyzer_moves_to_another_group() {
    let groups = "[groups.main]\nanalyzers = [\"*\"]\n[groups.other]\nanalyzers = []";
    let mut daemon = Setup::new().with("steady").with("sleepy").config(groups).start_ready();
    plugins(&daemon, &["enable", "sleepy", "--group", "other"]);
    let (main, other) = (daemon.worker_of("main"), daemon.worker_of("other"));
    assert_ne!(main, other);
    assert_eq!(plugins(&daemon, &["show", "sleepy"])["group_by_hand"], "other");
    assert_eq!(ran(&daemon.document(&clip(), &[])), ["sleepy", "steady"]);
    daemon.stop();
    daemon.start();
    daemon.worker_of("other");
    let refused = daemon.vactl(&["plugins", "enable", "sleepy", "--group", "third"]).ended_with(2);
    refused.complains_of(&["no group third", "main, other"]);
    // Back again, the group that has nothing left has no worker.
    plugins(&daemon, &["enable", "sleepy", "--group", "main"]);
    wait_until("the group is gone", LIMIT, || {
        daemon.workers().iter().all(|worker| worker["group"] != "other").then_some(())
    });
}

#[test]
fn a_plugin_goes_to_the_group_that_is_named_and_finds_one_by_itself() {
    let groups =
        "[groups.small]\nanalyzers = []\nmemory_mib = 512\n[groups.large]\nanalyzers = []\nmemory_mib = 2048";
    let daemon = Setup::new().config(groups).start();
    let file = library(&daemon, "steady");
    assert_eq!(plugins(&daemon, &["add", &file])["analyzer"]["group"], "large");
    assert_eq!(plugins(&daemon, &["add", &file, "--group", "small"])["analyzer"]["group"], "small");
    daemon
        .vactl(&["plugins", "add", &file, "--group", "huge"])
        .ended_with(2)
        .complains_of(&["no group huge"]);
    assert_eq!(kept(&daemon).len(), 1);
    assert_eq!(ran(&daemon.document(&clip(), &[])), ["steady"]);
}

#[test]
fn a_plugin_that_no_group_names_goes_where_the_most_memory_is_free() {
    let groups = "[groups.full]\nanalyzers = [\"sleepy\"]\nmemory_mib = 1024\n[groups.empty]\nanalyzers = []\nmemory_mib = 900";
    let daemon = Setup::new().with_settings("sleepy", "hold_mib = 300").config(groups).start_ready();
    let added = plugins(&daemon, &["add", &library(&daemon, "steady")]);
    assert_eq!(added["analyzer"]["group"], "empty");
}

#[test]
fn groups_share_what_no_group_names() {
    let groups = "[groups.one]\nanalyzers = \"auto\"\n[groups.two]\nanalyzers = \"auto\"";
    let daemon = Setup::new().with("steady").with("sleepy").with("needy").config(groups).start_ready();
    let group_of = |name: &str| plugins(&daemon, &["show", name])["analyzer"]["group"].clone();
    assert_ne!(group_of("steady"), group_of("sleepy"));
    assert_eq!(group_of("steady"), group_of("needy"), "it needs its findings frame by frame");
    assert_eq!(ran(&daemon.document(&clip(), &[])), ["needy", "sleepy", "steady"]);
    // Who is somewhere stays there when another one comes.
    let before = (group_of("steady"), group_of("sleepy"));
    plugins(&daemon, &["add", &library(&daemon, "listener")]);
    assert_eq!((group_of("steady"), group_of("sleepy")), before);
    assert!([&before.0, &before.1].contains(&&group_of("listener")));
}

#[test]
fn what_fails_its_check_is_not_added_and_leaves_nothing() {
    let daemon = Setup::new()
        .with("steady")
        .config("[analyzers.faulty.settings]\nbehaviour = \"segfault\"\nat_frame = 2")
        .config("[analyzers.sleepy.settings]\nbehaviour = \"panic\"\nwhen = \"load\"")
        .config("[analyzers.listener.settings]\nbehaviour = \"error\"\nwhen = \"finish\"")
        .start_ready();
    let worker = daemon.worker_of("main");
    let text = daemon.folder().join("text.so");
    std::fs::write(&text, "no library").expect("written");
    let add = |file: &str| daemon.vactl(&["plugins", "add", file]).ended_with(2);
    add(&library(&daemon, "faulty")).complains_of(&["dry run", "SIGSEGV", "vactl plugins test"]);
    add(&library(&daemon, "sleepy")).complains_of(&["load", "panicked"]);
    add(&library(&daemon, "listener")).complains_of(&["dry run", "told to fail"]);
    add(text.to_str().expect("text")).complains_of(&["file", "no ELF file"]);
    add(daemon.folder().to_str().expect("text")).complains_of(&["is no file"]);
    add("/nowhere/at/all.so").complains_of(&["/nowhere/at/all.so"]);
    assert_eq!(kept(&daemon), Vec::<String>::new());
    assert_eq!((state_of(&daemon, "faulty"), daemon.worker_of("main")), (None, worker));
}

#[test]
fn a_check_shows_each_step_and_its_exit_code_says_whether_it_passed() {
    let daemon = Setup::new()
        .with("steady")
        .config("[analyzers.faulty.settings]\nbehaviour = \"segfault\"")
        .start_ready();
    let passed = plugins(&daemon, &["test", "steady"]);
    assert_eq!((&passed["passed"], &passed["name"]), (&true.into(), &"steady".into()));
    assert!(passed["dry_run"]["segments"].as_u64().is_some_and(|segments| segments > 0), "{passed:#}");
    let failed = daemon.vactl(&["plugins", "test", &library(&daemon, "faulty")]).ended_with(1).text();
    assert!(failed.contains("SIGSEGV") && failed.contains("failed"), "{failed}");
    daemon
        .vactl(&["plugins", "test", "nobody"])
        .ended_with(2)
        .complains_of(&["no analyzer nobody", "by its path"]);
}

#[test]
fn what_was_added_can_be_removed_and_what_lies_in_a_folder_cannot() {
    let daemon = Setup::new().with("steady").start_ready();
    let added = plugins(&daemon, &["add", &built(&daemon, "steady", b"mine")]);
    assert!(added["notes"][0].as_str().is_some_and(|note| note.contains("stands in for")), "{added:#}");
    assert!(added["analyzer"]["path"].as_str().is_some_and(|path| path.contains("/state/plugins/")));
    let removed = plugins(&daemon, &["remove", "steady"]);
    assert!(removed["analyzer"]["path"].as_str().is_some_and(|path| path.ends_with("/analyzers/steady.so")));
    assert_eq!(kept(&daemon), Vec::<String>::new());
    assert_eq!(ran(&daemon.document(&clip(), &[])), ["steady"]);
    let refused = daemon.vactl(&["plugins", "remove", "steady"]).ended_with(2);
    refused.complains_of(&["was not added", "/analyzers/steady.so", "vactl plugins disable steady"]);

    plugins(&daemon, &["add", &library(&daemon, "sleepy")]);
    let gone = daemon.vactl(&["plugins", "remove", "sleepy"]).ended_with(0).text();
    assert_eq!(gone, "sleepy is removed\n");
    for command in ["show", "why", "remove", "enable", "disable", "reload"] {
        let refused = daemon.vactl(&["plugins", command, "sleepy"]).ended_with(2);
        refused.complains_of(&["no analyzer sleepy", "steady"]);
    }
}

#[test]
fn what_was_added_is_there_after_a_restart() {
    let mut daemon = Setup::new().start();
    plugins(&daemon, &["add", &library(&daemon, "steady")]);
    daemon.stop();
    // As a daemon that was killed while it copied would leave it.
    std::fs::write(daemon.state_dir().join("plugins/incoming-x.part"), "half").expect("written");
    daemon.start();
    assert_eq!(ran(&daemon.document(&clip(), &[])), ["steady"]);
    assert_eq!(kept(&daemon).len(), 1);
}

fn put(path: &Path, bytes: &[u8]) {
    let beside = path.with_extension("new");
    std::fs::write(&beside, bytes).expect("written");
    std::fs::rename(beside, path).expect("renamed");
}

#[test]
fn files_that_come_change_and_go_are_noticed() {
    let daemon = Setup::new().with("steady").start_ready();
    let place: PathBuf = daemon.install().analyzers().join("dropped.so");
    let becomes = |name: &str, state: Option<&str>| {
        wait_until("the change is noticed", LIMIT, || {
            (state_of(&daemon, name).as_deref() == state).then_some(())
        });
    };
    std::fs::write(&place, "not yet").expect("written");
    becomes("dropped", Some("broken"));
    std::fs::write(&place, library_bytes("sleepy")).expect("written");
    becomes("sleepy", Some("ready"));
    becomes("dropped", None);
    assert_eq!(ran(&daemon.document(&clip(), &[])), ["sleepy", "steady"]);
    let worker = daemon.worker_of("main");
    put(&place, &[&library_bytes("sleepy")[..], b"newer"].concat());
    wait_until("another worker has the newer build", LIMIT, || {
        (daemon.worker_of("main") != worker).then_some(())
    });
    std::fs::remove_file(&place).expect("removed");
    becomes("sleepy", None);
    assert_eq!(ran(&daemon.document(&clip(), &["--fresh"])), ["steady"]);
}

#[test]
fn a_file_is_loaded_anew_on_request() {
    let daemon = Setup::new().with("steady").with("sleepy").start_ready();
    let worker = daemon.worker_of("main");
    assert_eq!(plugins(&daemon, &["reload", "sleepy"])["analyzer"]["state"], "ready");
    let second = daemon.worker_of("main");
    assert_ne!(second, worker);
    let all = plugins(&daemon, &["reload"]);
    assert_eq!(all.as_array().map(Vec::len), Some(2));
    assert_ne!(daemon.worker_of("main"), second);
    assert_eq!(ran(&daemon.document(&clip(), &[])), ["sleepy", "steady"]);
}

/// The bytes of a library with one name within it changed for another of the same length.
fn patched(name: &str, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = library_bytes(name);
    let whole = [b"\0", from.as_bytes(), b"\0"].concat();
    let at = bytes.windows(whole.len()).position(|window| window == whole).expect("it has that name");
    bytes[at + 1..at + 1 + to.len()].copy_from_slice(to.as_bytes());
    bytes
}

#[test]
fn why_a_library_cannot_be_loaded_is_told_in_full() {
    let daemon = Setup::new()
        .with("steady")
        .plugin("libraryless.so", patched("sleepy", "libc.so.6", "libq.so.6"))
        .plugin("symbolless.so", patched("sleepy", "getenv", "getenq"))
        .start_ready();
    let why = |name: &str| daemon.vactl(&["plugins", "why", name]).ended_with(0).text();
    let libraryless = why("libraryless");
    assert!(libraryless.contains("libq.so.6") && libraryless.contains("is broken"), "{libraryless}");
    let symbolless = why("symbolless");
    assert!(symbolless.contains("getenq") && symbolless.contains("is broken"), "{symbolless}");
    assert!(symbolless.contains("SDK of the plugin") && symbolless.contains("of the worker"), "{symbolless}");
    assert!(why("steady").contains("nothing stands in its way"));
    daemon.document(&clip(), &[]).saw_all("steady");
}

#[test]
fn why_a_group_does_not_start_is_told_and_the_next_jobs_find_out_who_it_is() {
    let daemon = Setup::new()
        .with("steady")
        .with_settings("faulty", "behaviour = \"abort\"\nwhen = \"load\"")
        .config("[plugins]\nquarantine_after = 1")
        .start();
    wait_until("it is told", LIMIT, || {
        let why = plugins(&daemon, &["why", "steady"])["why"].clone();
        why[0]["what"].as_str().is_some_and(|what| what.contains("SIGABRT")).then_some(())
    });
    daemon.document(&clip(), &[]).failed("faulty", &["SIGABRT", "loading"]).saw_all("steady");
    wait_until("the group is well without it", LIMIT, || {
        (state_of(&daemon, "steady")? == "ready" && state_of(&daemon, "faulty")? == "quarantined")
            .then_some(())
    });
}

#[test]
fn why_a_model_is_missing_is_told_with_the_command_that_installs_it() {
    let daemon = Setup::new().with("steady").with("modelled").start_ready();
    let details = plugins(&daemon, &["why", "modelled"]);
    let what = details["why"][0]["what"].as_str().expect("a reason");
    assert!(what.contains("vactl models pull"), "{details:#}");
}

/// Crashes again and again: left out, tried once more alone, and back by a person's word.
#[test]
fn who_crashes_again_and_again_is_left_out_and_tried_again_later() {
    let daemon = Setup::new()
        .with("steady")
        .with_settings("faulty", "behaviour = \"abort\"\nat_frame = 2")
        .config("[plugins]\nquarantine_after = 2\nquarantine_s = 1.5")
        .start_ready();
    let analyzed = || daemon.document(&clip(), &["--fresh"]);
    for _ in 0..2 {
        analyzed().failed("faulty", &["SIGABRT"]).saw_all("steady");
    }
    wait_until("it is held", LIMIT, || (state_of(&daemon, "faulty")? == "quarantined").then_some(()));
    let why = daemon.vactl(&["plugins", "why", "faulty"]).ended_with(0).text();
    for words in ["crashed 2 times in a row", "tried again in", "SIGABRT", "vactl plugins enable faulty"] {
        assert!(why.contains(words), "{words:?} is missing: {why}");
    }
    let trial = || plugins(&daemon, &["show", "faulty"])["crashes"]["on_trial"] == true;
    daemon.at_rest();
    let worker = daemon.worker_of("main");
    let document = analyzed();
    if !trial() {
        assert_eq!(document.status(), "success");
        assert!(document.reason_of("faulty").contains("left out"), "{}", document.reason_of("faulty"));
        assert_eq!(document.metrics()["quarantines"], 1);
    }
    let metrics = String::from_utf8_lossy(&daemon.get("/metrics").body).into_owned();
    assert!(metrics.contains("\nva_quarantines_total 1\n"), "{metrics}");
    wait_until("the pause is over", LIMIT, || trial().then_some(()));
    analyzed().failed("faulty", &["SIGABRT"]).saw_all("steady");
    assert_eq!(daemon.worker_of("main"), worker, "its trial costs nobody a worker");
    wait_until("it is held again", LIMIT, || {
        let crashes = plugins(&daemon, &["show", "faulty"])["crashes"].clone();
        (crashes["in_a_row"] == 3 && crashes["tried_again_in_s"].as_f64()? > 1.5).then_some(())
    });
    assert_eq!(plugins(&daemon, &["enable", "faulty"])["analyzer"]["state"], "ready");
    analyzed().failed("faulty", &["SIGABRT"]).saw_all("steady");
}

#[test]
fn who_does_well_on_trial_is_back_in_its_group() {
    let meeting = Meeting::new();
    let daemon = Setup::new()
        .with_settings("faulty", &meets_at_once(&meeting))
        .config("[plugins]\nquarantine_after = 1\nquarantine_s = 0.1")
        .start_ready();
    let running = daemon.analyzing(&clip(), &[]);
    // First in the group's worker, then in one of its own.
    for _ in 0..2 {
        let _met = meeting.wait();
        for worker in daemon.processes("analyze") {
            let pid = Pid::from_raw(worker as i32).expect("a process");
            kill_process(pid, Signal::KILL).expect("it is there");
        }
    }
    daemon.checked(running.ended(LIMIT).ended_with(1).json()).failed("faulty", &["SIGKILL"]);
    let crashes = || plugins(&daemon, &["show", "faulty"])["crashes"].clone();
    wait_until("the pause is over", LIMIT, || (crashes()["on_trial"] == true).then_some(()));
    assert_eq!(state_of(&daemon, "faulty").as_deref(), Some("quarantined"));

    let running = daemon.analyzing(&clip(), &[]);
    drop(meeting.wait());
    assert_eq!(ran(&daemon.checked(running.ended(LIMIT).ended_with(0).json())), ["faulty"]);
    wait_until("it is back", LIMIT, || (state_of(&daemon, "faulty")? == "ready").then_some(()));
    assert_eq!((&crashes()["in_a_row"], &crashes()["on_trial"]), (&0.into(), &false.into()));
    assert!(crashes()["last"]["how"].as_str().is_some_and(|how| how.contains("SIGKILL")), "still told");
}
