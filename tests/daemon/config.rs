//! `va.toml`, by the daemon that reads it.

use va_tests::{LIMIT, Setup, clip, run};

#[test]
fn all_mistakes_are_told_at_once_with_file_and_key_and_nothing_is_started() {
    let mistakes = "[daemon]\ndrain_s = 0\n\n[jobs]\nconcurent = 2\n\n[groups.a]\ndevice = \"abacus\"\n\n\
                    [analyzers.steady]\nevery_nth = 0\n\n[analizers.steady]\nenabled = true\n";
    let daemon = Setup::new().with("steady").config(mistakes).prepare();
    let ran = run(&mut daemon.command(), LIMIT).ended_with(2);
    let file = daemon.config_file();
    let words = [
        file.to_str().expect("text"),
        "drain_s",
        "line 5",
        "concurent",
        "line 8",
        "abacus",
        "every_nth",
        "line 13",
        "analizers",
    ];
    ran.complains_of(&words);
    assert!(!daemon.state_dir().exists(), "nothing is made");
    daemon.nothing_is_left();
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_line() {
    let daemon = Setup::new().config("[jobs]\nconcurrent = = 2").prepare();
    run(&mut daemon.command(), LIMIT).ended_with(2).complains_of(&["va.toml", "line 2"]);
}

#[test]
fn a_missing_file_is_told() {
    let daemon = Setup::new().prepare();
    std::fs::remove_file(daemon.config_file()).expect("removed");
    run(&mut daemon.command(), LIMIT).ended_with(2).complains_of(&["va.toml", "cannot read"]);
}

#[test]
fn two_groups_cannot_have_the_same_analyzer() {
    let groups = "[groups.a]\nanalyzers = [\"steady\"]\n[groups.b]\nanalyzers = [\"steady\", \"*\"]\n";
    let daemon = Setup::new().with("steady").config(groups).prepare();
    run(&mut daemon.command(), LIMIT).ended_with(2).complains_of(&["steady", "groups.b", "\"a\""]);
}

#[test]
fn more_plugin_folders_can_be_named() {
    let other = Setup::new().with("sleepy").prepare();
    let third = Setup::new().with("faulty").prepare();
    let folders = format!("[plugins]\nfolders = [{:?}]", other.install().analyzers());
    let mut daemon = Setup::new().with("steady").config(&folders).prepare();
    daemon.start();
    let names = |daemon: &va_tests::Daemon| {
        let list = daemon.get("/v1/analyzers").json();
        let names = list
            .as_array()
            .expect("a list")
            .iter()
            .map(|info| info["name"].as_str().expect("text").to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(&daemon), ["sleepy", "steady"]);
    daemon.document(&clip(), &[]).saw_all("steady");
    drop(third);
}

#[test]
fn a_plugin_folder_that_does_not_exist_is_told_and_does_no_harm() {
    let daemon =
        Setup::new().with("steady").config("[plugins]\nfolders = [\"/nowhere/analyzers\"]").start_ready();
    daemon.document(&clip(), &[]).saw_all("steady");
    assert!(daemon.log().contains("/nowhere/analyzers"), "{}", daemon.log());
}

#[test]
fn an_analyzer_that_no_group_takes_is_skipped_with_what_to_do() {
    let daemon = Setup::new()
        .with("steady")
        .with("sleepy")
        .config("[groups.main]\nanalyzers = [\"steady\"]")
        .start_ready();
    let document = daemon.document(&clip(), &[]);
    assert_eq!((document.status(), document.analyzers().len()), ("success", 1));
    let document = daemon.document(&clip(), &["--analyzers", "steady,sleepy"]);
    assert_eq!(document.status_of("sleepy"), "skipped");
    assert!(document.reason_of("sleepy").contains("group"), "{}", document.reason_of("sleepy"));
}

#[test]
fn threads_and_device_reach_the_analyzer() {
    let daemon =
        Setup::new().with("steady").config("[groups.main]\ndevice = \"cpu\"\nthreads = 3").start_ready();
    let document = daemon.document(&clip(), &[]);
    let summary = document.summary("steady");
    assert_eq!((&summary["threads"], &summary["device"]), (&3.into(), &"cpu".into()));
}
