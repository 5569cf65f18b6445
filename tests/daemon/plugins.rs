//! Plugin folders with all kinds of things in them.

use serde_json::Value;
use va_tests::{Daemon, Setup, clip, library_bytes};

fn listed(daemon: &Daemon) -> Vec<Value> {
    let list = daemon.vactl(&["plugins", "list", "--format", "json"]).ended_with(0).json();
    assert_eq!(list, daemon.get("/v1/analyzers").json());
    list.as_array().expect("a list").clone()
}

/// The entry of a file of the plugin folder.
#[track_caller]
fn entry<'a>(list: &'a [Value], file: &str) -> &'a Value {
    let of_file = |info: &&Value| info["path"].as_str().is_some_and(|path| path.ends_with(file));
    list.iter().find(of_file).unwrap_or_else(|| panic!("{file} is not listed: {list:#?}"))
}

/// A library of the system that is no analyzer.
fn libm() -> Vec<u8> {
    let folders = ["/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/lib64", "/usr/lib"];
    folders.iter().find_map(|folder| std::fs::read(format!("{folder}/libm.so.6")).ok()).expect("a libm")
}

#[test]
fn an_analyzer_is_listed_with_what_it_wants() {
    let daemon = Setup::new().with("steady").with("follower").start_ready();
    let list = listed(&daemon);
    let steady = entry(&list, "/steady.so");
    assert_eq!(
        (&steady["name"], &steady["version"], &steady["state"]),
        (&"steady".into(), &"1.2.3".into(), &"ready".into())
    );
    assert_eq!(
        (&steady["group"], &steady["device"], &steady["reason"]),
        (&"main".into(), &"cpu".into(), &Value::Null)
    );
    assert_eq!(steady["about"], "tells what every frame is like");
    assert_eq!(steady["input"], "every frame, native size, RGB; sound at 16 kHz mono");
    assert!(
        entry(&list, "/follower.so")["input"]
            .as_str()
            .is_some_and(|input| input.contains("findings of steady"))
    );
}

#[test]
fn broken_files_are_shown_as_such_and_disturb_nobody() {
    let steady = library_bytes("steady");
    let mut other_machine = steady.clone();
    // Of the ELF header: the machine. 243 is RISC-V.
    other_machine[18..20].copy_from_slice(&243u16.to_le_bytes());
    let mut garbled = steady.clone();
    garbled[64..4096].fill(0xa5);
    let files = [
        ("text.so", b"#!/bin/sh\necho I am an analyzer\n".to_vec(), "no ELF file"),
        ("empty.so", Vec::new(), "no ELF file"),
        ("truncated.so", steady[..steady.len() / 2].to_vec(), "cut off"),
        ("header_only.so", steady[..64].to_vec(), "cut off"),
        ("libm.so", libm(), "no analyzer"),
        ("riscv.so", other_machine, "another machine"),
        ("garbled.so", garbled, ""),
    ];
    let setup = Setup::new().with("steady").with("unsound");
    let setup = files.iter().fold(setup, |setup, (name, bytes, _)| setup.plugin(name, bytes.clone()));
    let daemon = setup.plugin("notes.txt", b"no library at all".to_vec()).start_ready();

    let list = listed(&daemon);
    assert_eq!(list.len(), files.len() + 2, "{list:#?}");
    for (name, _, words) in &files {
        let info = entry(&list, &format!("/{name}"));
        let reason = info["reason"].as_str().unwrap_or_default();
        assert_eq!(info["state"], "broken", "{info:#}");
        assert!(!reason.is_empty() && reason.contains(words), "{name}: {words:?} is missing: {reason}");
        assert!(reason.len() < 1000, "{name}: {reason}");
    }
    let unsound = entry(&list, "/unsound.so");
    assert_eq!(unsound["state"], "broken");
    let reason = unsound["reason"].as_str().expect("a reason");
    assert!(reason.contains("SIGABRT") && reason.contains("not for you"), "{reason}");

    let document = daemon.document(&clip(), &[]);
    assert_eq!((document.status(), document.analyzers().len()), ("success", 1));
    document.saw_all("steady");
    let table = daemon.vactl(&["plugins", "list"]).ended_with(0).text();
    assert!(table.contains("steady") && table.contains("libm") && table.contains("broken"), "{table}");
}

#[test]
fn a_folder_a_dangling_link_and_a_pipe_named_like_libraries_disturb_nobody() {
    let daemon = Setup::new().with("steady").prepare();
    let folder = daemon.install().analyzers();
    std::fs::create_dir(folder.join("folder.so")).expect("made");
    std::os::unix::fs::symlink("/nowhere/at/all.so", folder.join("dangling.so")).expect("made");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, folder.join("pipe.so"), rustix::fs::FileType::Fifo, mode, 0)
        .expect("made");
    let mut daemon = daemon;
    daemon.start();
    daemon.document(&clip(), &[]).saw_all("steady");
    for info in listed(&daemon) {
        assert_eq!(info["state"] == "ready", info["name"] == "steady", "{info:#}");
    }
}

#[test]
fn of_two_analyzers_with_one_name_the_first_file_has_it() {
    let daemon = Setup::new().with("steady").plugin("another.so", library_bytes("steady")).start_ready();
    let list = listed(&daemon);
    assert_eq!(entry(&list, "/another.so")["state"], "ready");
    let second = entry(&list, "/steady.so");
    assert_eq!(second["state"], "broken");
    assert!(second["reason"].as_str().is_some_and(|reason| reason.contains("another.so")), "{second:#}");
    daemon.document(&clip(), &[]).saw_all("steady");
}

#[test]
fn the_states_of_analyzers_are_told() {
    let daemon = Setup::new()
        .with("steady")
        .with_settings("faulty", "behaviour = \"missing_model\"")
        .with_settings("sleepy", "behaviour = \"panic\"\nwhen = \"load\"")
        .with("follower")
        .config("[analyzers.follower]\nenabled = false")
        .start_ready();
    let list = listed(&daemon);
    let state = |name: &str| entry(&list, &format!("/{name}.so"))["state"].as_str().expect("text").to_owned();
    let states = ["steady", "faulty", "sleepy", "follower"].map(state);
    assert_eq!(states, ["ready", "unavailable", "broken", "disabled"]);
}

#[test]
fn without_any_analyzer_it_says_what_to_do() {
    let daemon = Setup::new().start();
    assert_eq!(listed(&daemon), Vec::<Value>::new());
    daemon.analyze(&clip(), &[]).ended_with(2).complains_of(&["no analyzer", "plugin folder"]);
}
