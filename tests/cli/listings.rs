//! What shows how things are: status, analyzers, schema, completions, help.

use std::process::Command;

use va_tests::{Install, LIMIT, Ran, Setup, clip, run};

fn alone(arguments: &[&str]) -> Ran {
    run(Install::new().vactl().args(arguments), LIMIT)
}

#[test]
fn status_is_for_people_and_for_programs() {
    let daemon = Setup::new().with("steady").start_ready();
    let status = daemon.vactl(&["status", "--format", "json"]).ended_with(0).json();
    for key in ["pid", "version", "socket", "state_dir", "uptime_s", "groups", "workers", "jobs"] {
        assert!(!status[key].is_null(), "{key} is missing: {status:#}");
    }
    assert_eq!(status["pid"], daemon.pid());
    let same = daemon.vactl(&["daemon", "status", "--format", "json"]).ended_with(0).json();
    assert_eq!((&same["pid"], &same["groups"]), (&status["pid"], &status["groups"]));
    for arguments in [&["status"][..], &["daemon", "status"], &["status", "--format", "table"]] {
        let text = daemon.vactl(arguments).ended_with(0).text();
        assert!(text.contains(&daemon.pid().to_string()) && text.contains("main"), "{text}");
    }
}

#[test]
fn status_tells_of_a_worker_that_was_started_again() {
    let daemon = Setup::new().with("steady").with_settings("faulty", "behaviour = \"abort\"").start_ready();
    daemon.analyze(&clip(), &[]).ended_with(1);
    daemon.worker_of("main");
    let text = daemon.vactl(&["status"]).ended_with(0).text();
    assert!(text.contains("SIGABRT"), "{text}");
}

#[test]
fn analyzers_are_listed_for_people() {
    let daemon = Setup::new()
        .with("steady")
        .with_settings("faulty", "behaviour = \"missing_model\"")
        .plugin("text.so", b"text".to_vec())
        .start_ready();
    let text = daemon.vactl(&["plugins", "list"]).ended_with(0).text();
    for words in [
        "steady",
        "1.2.3",
        "ready",
        "faulty",
        "unavailable",
        "model_that_nobody_has",
        "text",
        "broken",
        "ELF",
    ] {
        assert!(text.contains(words), "{words:?} is missing:\n{text}");
    }
}

#[test]
fn the_schema_is_one_and_needs_no_daemon() {
    let schema = alone(&["schema"]).ended_with(0).json();
    assert!(jsonschema::meta::is_valid(&schema));
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert!(!validator.is_valid(&serde_json::json!({})), "an empty document is none");
    // A client of this version must live with a document that has more fields.
    assert_ne!(schema["additionalProperties"], false);
}

#[test]
fn completions_are_understood_by_their_shells() {
    for shell in ["bash", "zsh", "fish"] {
        let script = alone(&["completions", shell]).ended_with(0).text();
        assert!(script.contains("vactl") && script.contains("analyze"), "{script}");
        let Ok(found) = Command::new(shell).args(["-c", "exit 0"]).status() else {
            eprintln!("skipped: there is no {shell} to try its completions");
            continue;
        };
        assert!(found.success());
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), script).expect("written");
        let ran = run(Command::new(shell).arg("-n").arg(file.path()), LIMIT).ended_with(0);
        assert_eq!(ran.stderr, "");
    }
}

#[test]
fn help_and_version_need_no_daemon() {
    let version = alone(&["--version"]).ended_with(0).text();
    assert_eq!(version.trim(), format!("vactl {}", env!("CARGO_PKG_VERSION")));
    for arguments in [&["--help"][..], &["analyze", "--help"]] {
        let help = alone(arguments).ended_with(0).text();
        assert!(help.contains("Exit codes") && help.contains("Usage:"), "{help}");
    }
}
