//! Memory that is counted: analyzers come and go in a running worker, and those that were not used go for others.

use serde_json::{Value, json};
use va_tests::{Daemon, LIMIT, Meeting, Setup, clip, wait_until};

const MIB: u64 = 1 << 20;

/// Starts it again with another limit, now that it is known what each analyzer takes.
fn narrow(daemon: &mut Daemon, from_mib: u32, to_mib: u32) {
    daemon.stop();
    let config = std::fs::read_to_string(daemon.config_file()).expect("written before");
    let narrower = config.replace(&format!("memory_mib = {from_mib}"), &format!("memory_mib = {to_mib}"));
    assert_ne!(config, narrower);
    std::fs::write(daemon.config_file(), narrower).expect("written");
    daemon.start();
    daemon.ready();
}

fn ledger(daemon: &Daemon) -> Value {
    daemon.get("/v1/memory").json()
}

fn analyzer(daemon: &Daemon, name: &str) -> Value {
    let ledger = ledger(daemon);
    let all = ledger["analyzers"].as_array().expect("a list");
    all.iter()
        .find(|analyzer| analyzer["name"] == name)
        .unwrap_or_else(|| panic!("no {name} in {ledger:#}"))
        .clone()
}

fn state(daemon: &Daemon, name: &str) -> String {
    analyzer(daemon, name)["state"].as_str().expect("text").to_owned()
}

fn resident(daemon: &Daemon) -> u64 {
    ledger(daemon)["workers"][0]["resident_bytes"].as_u64().expect("a number")
}

fn close_to_mib(analyzer: &Value, mib: u64) -> bool {
    let bytes = analyzer["bytes"].as_u64().expect("a number");
    // Pages that the allocator had left over are used again, and the library itself takes some.
    (bytes + 4 * MIB).checked_sub(mib * MIB).is_some_and(|over| over < 20 * MIB)
}

#[test]
fn what_an_analyzer_takes_is_measured_once_and_kept() {
    let mut daemon = Setup::new().with_settings("steady", "hold_mib = 64").with("sleepy").start_ready();
    let measured = analyzer(&daemon, "steady");
    assert!(measured["measured"] == true && close_to_mib(&measured, 64), "{measured}");
    assert!(close_to_mib(&analyzer(&daemon, "sleepy"), 0));
    daemon.stop();
    daemon.start();
    daemon.ready();
    assert_eq!(analyzer(&daemon, "steady")["bytes"], measured["bytes"], "the figure of the first time");
}

#[test]
fn an_evicted_analyzer_gives_its_memory_back_and_is_loaded_again_by_the_job_that_wants_it() {
    let daemon = Setup::new().with_settings("steady", "hold_mib = 200").with("sleepy").start_ready();
    let before = resident(&daemon);
    let worker = daemon.worker_of("main");
    let told = daemon.vactl(&["models", "evict", "steady"]).ended_with(0).text();
    assert!(told.contains("steady") && told.contains("unloaded"), "{told}");
    assert_eq!(state(&daemon, "steady"), "unloaded");
    let after = resident(&daemon);
    assert!(before - after > 190 * MIB, "{before} bytes before, {after} after");
    assert!(daemon.vactl(&["plugins", "list"]).ended_with(0).text().contains("unloaded"));

    let document = daemon.document(&clip(), &[]);
    document.saw_all("steady");
    assert_eq!(document.analyzer("steady")["cache_hit"], false);
    assert!(document.analyzer("steady")["timing"]["load_s"].as_f64() > Some(0.0));
    assert_eq!(document.analyzer("sleepy")["cache_hit"], true);
    assert_eq!(document.metrics()["loads"], 1);
    assert_eq!(document.metrics()["cache_hit_rate"], 0.5);
    assert_eq!(daemon.worker_of("main"), worker, "in the same process");
    let again = daemon.document(&clip(), &["--fresh"]);
    assert_eq!(
        (again.metrics()["loads"].clone(), again.metrics()["cache_hit_rate"].clone()),
        (json!(0), json!(1.0))
    );
}

#[test]
fn the_least_recently_used_analyzer_goes_where_the_group_has_no_room() {
    let mut daemon = Setup::new()
        .with_settings("steady", "hold_mib = 100")
        .with_settings("sleepy", "hold_mib = 100")
        .with_settings("faulty", "hold_mib = 100")
        .config("[groups.main]\nmemory_mib = 500")
        .start_ready();
    narrow(&mut daemon, 500, 300);
    let loaded = |daemon: &Daemon| ["faulty", "sleepy", "steady"].map(|name| state(daemon, name) == "loaded");
    assert_eq!(loaded(&daemon), [true, true, false], "as many as fit, in order");

    daemon.document(&clip(), &["--analyzers", "faulty"]);
    let document = daemon.document(&clip(), &["--analyzers", "steady"]);
    assert_eq!(document.metrics()["evictions"], 1);
    assert_eq!(loaded(&daemon), [true, false, true], "sleepy was not used for the longest time");
    let eviction = ledger(&daemon)["evictions"][0].clone();
    assert_eq!((&eviction["analyzer"], &eviction["made_room_for"]), (&json!("sleepy"), &json!("steady")));
    assert!(eviction["freed_bytes"].as_u64() > Some(90 * MIB), "{eviction}");
    let shown = daemon.vactl(&["status", "--memory"]).ended_with(0).text();
    for words in ["EVICTED", "TO MAKE ROOM FOR", "sleepy", "unloaded"] {
        assert!(shown.contains(words), "{words} is missing:\n{shown}");
    }

    // One job wants all three: two are in use when the third has no room.
    let document = daemon.document(&clip(), &["--fresh"]);
    let failed: Vec<&str> = ["faulty", "sleepy", "steady"]
        .into_iter()
        .filter(|name| document.status_of(name) == "failed")
        .collect();
    let [failed] = failed[..] else { panic!("{document:#?}") };
    let result = document.analyzer(failed);
    assert!(document.reason_of(failed).contains("group main lacks"), "{result}");
    assert_eq!(result["retry_possible"], true);
    assert!(
        result["suggested_action"].as_str().is_some_and(|action| action.contains("status --memory")),
        "{result}"
    );
}

#[test]
fn what_can_never_fit_is_told_at_once() {
    let mut daemon = Setup::new()
        .with_settings("steady", "hold_mib = 150")
        .with("sleepy")
        .config("[groups.main]\nmemory_mib = 400")
        .start_ready();
    narrow(&mut daemon, 400, 128);
    let document = daemon.document(&clip(), &[]);
    document.failed("steady", &["can never fit", "group main may hold 80 MiB at most", "raise memory_mib"]);
    assert_eq!(document.status_of("sleepy"), "ok");
    assert_eq!(document.analyzer("steady")["retry_possible"], false);
    let warm = daemon.vactl(&["models", "warm", "steady", "--format", "json"]).ended_with(1).json();
    assert!(warm[0]["reason"].as_str().is_some_and(|reason| reason.contains("can never fit")), "{warm}");
    assert_eq!(ledger(&daemon)["counts"]["refusals"], 2);
}

#[test]
fn an_analyzer_in_use_is_not_evicted() {
    let meeting = Meeting::new();
    let daemon = Setup::new()
        .with_settings("steady", &format!("{}when = \"finish\"", meeting.settings()))
        .start_ready();
    let analyzing = daemon.analyzing(&clip(), &[]);
    let met = meeting.wait();
    assert_eq!(analyzer(&daemon, "steady")["in_use"], true);
    let evict = daemon.vactl(&["models", "evict", "--format", "json"]).ended_with(1).json();
    assert_eq!(evict, json!([{ "analyzer": "steady", "done": false, "reason": "a job uses it" }]));
    drop(met);
    analyzing.ended(LIMIT).ended_with(0);
    wait_until("the job has left it", LIMIT, || {
        (analyzer(&daemon, "steady")["in_use"] == false).then_some(())
    });
    daemon.vactl(&["models", "evict", "steady"]).ended_with(0);
    let warm = daemon.vactl(&["models", "warm"]).ended_with(0).text();
    assert!(warm.contains("steady") && warm.contains("loaded"), "{warm}");
    assert_eq!(state(&daemon, "steady"), "loaded");
}

#[test]
fn memory_that_does_not_come_back_costs_the_worker() {
    let daemon = Setup::new()
        .with_settings("steady", "behaviour = \"leak\"\nwhen = \"load\"\nmib = 100")
        .with("sleepy")
        .start_ready();
    let worker = daemon.worker_of("main");
    daemon.vactl(&["models", "evict", "steady"]).ended_with(0);
    let eviction = ledger(&daemon)["evictions"][0].clone();
    assert_eq!(eviction["worker_replaced"], true, "{eviction}");
    assert_ne!(daemon.worker_of("main"), worker);
    assert_eq!(state(&daemon, "steady"), "unloaded", "it stays out until it is wanted");
    assert!(resident(&daemon) < 100 * MIB);
    daemon.document(&clip(), &[]).saw_all("steady");
}

#[test]
fn out_of_memory_is_tried_again_alone_and_then_told_with_what_to_do() {
    let once = tempfile::tempdir().expect("a folder");
    let settings = format!("behaviour = \"out_of_memory\"\nonce = {:?}", once.path().join("once"));
    let daemon = Setup::new().with("steady").with_settings("faulty", &settings).start_ready();
    let document = daemon.document(&clip(), &[]);
    assert_eq!(document.status(), "success");
    document.saw_all("faulty");
    assert_eq!(document.metrics()["evictions"], 2, "idle ones had to go");
    drop(daemon);

    let daemon =
        Setup::new().with("steady").with_settings("faulty", "behaviour = \"out_of_memory\"").start_ready();
    let document = daemon.document(&clip(), &[]);
    document.failed("faulty", &["told to fail"]);
    let result = document.analyzer("faulty");
    assert_eq!(result["retry_possible"], true);
    assert!(
        result["suggested_action"].as_str().is_some_and(|action| action.contains("models evict")),
        "{result}"
    );
    document.saw_all("steady");
    assert_eq!(ledger(&daemon)["counts"]["out_of_memory"], 1);
}

#[test]
fn what_is_counted_can_be_scraped() {
    let daemon = Setup::new().with("steady").with_settings("faulty", "behaviour = \"abort\"").start_ready();
    daemon.document(&clip(), &[]);
    daemon.worker_of("main");
    let page = daemon.get("/metrics");
    let text = String::from_utf8(page.body.clone()).expect("text");
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|value| value.parse::<u64>().ok()).unwrap_or_else(|| panic!("no {name} in\n{text}"))
    };
    assert_eq!(value("va_jobs_finished_total"), 1);
    assert_eq!(value("va_worker_restarts_total{group=\"main\"}"), 1);
    assert!(value("va_loads_total") >= 4, "{text}");
    assert!(value("va_device_memory_bytes{device=\"cpu\",kind=\"total\"}") > 0);
    assert!(text.contains("# TYPE va_evictions_total counter"), "{text}");
}

#[test]
fn a_request_that_names_no_analyzers_is_refused_with_what_to_send() {
    let daemon = Setup::new().with("steady").start_ready();
    let refused = daemon.request("POST", "/v1/memory/evict", b"{\"analyzer\": \"steady\"}");
    assert_eq!(refused.status, 400);
    assert!(
        refused.json()["hint"].as_str().is_some_and(|hint| hint.contains("\"analyzers\"")),
        "{refused:?}"
    );
    let unknown = daemon.request("POST", "/v1/memory/warm", b"{\"analyzers\": [\"nobody\"]}").json();
    assert_eq!(unknown[0]["done"], false);
    assert!(unknown[0]["reason"].as_str().is_some_and(|reason| reason.contains("plugins list")), "{unknown}");
    assert_eq!(daemon.request("POST", "/v1/memory/evict", b"").json()[0]["done"], true, "all");
}

#[test]
fn a_group_without_its_gpu_runs_on_the_cpu_or_says_why_it_does_not() {
    let group = "[groups.main]\ndevice = \"cuda:4095\"";
    let daemon = Setup::new().with("steady").config(group).start_ready();
    let document = daemon.document(&clip(), &[]);
    document.saw_all("steady");
    assert_eq!(document.summary("steady")["device"], "cpu");
    assert!(daemon.log().contains("group main runs on the CPU"), "{}", daemon.log());
    drop(daemon);

    let daemon =
        Setup::new().with("steady").config(&format!("{group}\ngpu_missing = \"fail\"")).start_ready();
    let document = daemon.document(&clip(), &[]);
    assert_eq!(document.status_of("steady"), "unavailable");
    for words in ["cuda:4095, which is not there", "gpu_missing = \"cpu\""] {
        assert!(document.reason_of("steady").contains(words), "{}", document.reason_of("steady"));
    }
}

#[test]
fn what_an_analyzer_needs_at_work_is_measured_and_kept() {
    let mut daemon = Setup::new()
        .with("steady")
        .with_settings("faulty", "behaviour = \"leak\"\nwhen = \"finish\"\nmib = 64")
        .start_ready();
    assert_eq!(analyzer(&daemon, "faulty")["at_work_bytes"], Value::Null);
    daemon.document(&clip(), &[]).saw_all("steady");
    let at_work =
        |daemon: &Daemon, name: &str| analyzer(daemon, name)["at_work_bytes"].as_u64().expect("measured");
    let (faulty, steady) = (at_work(&daemon, "faulty"), at_work(&daemon, "steady"));
    assert!((64 * MIB..84 * MIB).contains(&faulty), "{faulty} bytes");
    assert!((1..20 * MIB).contains(&steady), "{steady} bytes");
    let shown = daemon.vactl(&["status", "--memory"]).ended_with(0).text();
    assert!(shown.contains("AT WORK"), "{shown}");
    daemon.stop();
    daemon.start();
    daemon.ready();
    assert!(at_work(&daemon, "faulty") >= 64 * MIB, "kept");
}
