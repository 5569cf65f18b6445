//! Models come and go while the daemon runs.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::json;
use va_tests::{Daemon, LIMIT, Ran, Setup, clip, own_analyzers, run};

/// Installs a version of a model as `vactl models` does, but for its files.
fn install(daemon: &Daemon, name: &str, version: &str, licence: &str) {
    let folder = daemon.models_dir().join(name);
    std::fs::create_dir_all(folder.join(version)).expect("a folder");
    let manifest = json!({
        "name": name,
        "version": version,
        "kind": "onnx",
        "tier": "default",
        "licence": licence,
        "terms": if licence == "MIT" { "permissive" } else { "research" },
        "source": "a test",
        "files": [{ "file": "model.onnx", "sha256": version.repeat(64), "bytes": 1 }],
        "installed": "2026-01-01T00:00:00Z",
    });
    std::fs::write(folder.join(version).join("manifest.json"), manifest.to_string()).expect("written");
    point(&folder, version);
}

fn point(folder: &Path, version: &str) {
    symlink(version, folder.join("new")).expect("a link");
    std::fs::rename(folder.join("new"), folder.join("current")).expect("swapped");
}

#[test]
fn a_model_that_is_installed_counts_from_the_next_job_on() {
    let daemon = Setup::new().with("modelled").with("sleepy").start_ready();
    let without = daemon.document(&clip(), &[]);
    assert_eq!((without.status(), without.status_of("modelled")), ("success", "unavailable"));
    assert!(without.reason_of("modelled").contains("vactl models pull better"), "{without:?}");

    install(&daemon, "good", "1", "MIT");
    let first = daemon.document(&clip(), &[]);
    assert_eq!(first.analyzer("modelled")["model"], json!({ "name": "good", "sha256": "1".repeat(64) }));

    install(&daemon, "better", "2", "MIT");
    let second = daemon.document(&clip(), &[]);
    assert_eq!(second.analyzer("modelled")["model"]["name"], "better");
    assert_eq!(daemon.document(&clip(), &[]), second, "nothing has changed: the stored one answers");

    install(&daemon, "better", "3", "MIT");
    assert_eq!(daemon.document(&clip(), &[]).analyzer("modelled")["model"]["sha256"], "3".repeat(64));

    std::fs::remove_dir_all(daemon.models_dir()).expect("removed");
    assert_eq!(daemon.document(&clip(), &[]).status_of("modelled"), "unavailable");
    assert_eq!(daemon.at_rest().zombies, 0);
}

#[test]
fn a_model_whose_licence_is_not_allowed_is_passed_over() {
    let daemon = Setup::new().with("modelled").config("[models]\nlicences = [\"permissive\"]").start_ready();
    install(&daemon, "better", "1", "for research only");
    let document = daemon.document(&clip(), &[]);
    assert_eq!(document.status_of("modelled"), "unavailable");
    let reason = document.reason_of("modelled");
    assert!(reason.contains("better (for research only)") && reason.contains("licences"), "{reason}");

    install(&daemon, "good", "1", "MIT");
    assert_eq!(daemon.document(&clip(), &[]).analyzer("modelled")["model"]["name"], "good");
}

#[test]
fn a_licence_that_nobody_knows_is_refused_at_the_start() {
    let daemon = Setup::new().config("[models]\nlicences = [\"permisive\"]").prepare();
    run(&mut daemon.command(), LIMIT).ended_with(2).complains_of(&["permisive", "permissive"]);
}

/// Of each of our own analyzers that cannot run on a fresh machine: what it says to do can be done.
#[test]
fn what_an_analyzer_without_its_model_says_to_do_can_be_done() {
    let daemon = own_analyzers().iter().fold(Setup::new(), |setup, name| setup.with(name)).start_ready();
    let document = daemon.document(&clip(), &[]);
    // Also of those that do less without one.
    let reasons: Vec<(&String, &str)> = document
        .analyzers()
        .iter()
        .filter_map(|(name, result)| Some((name, result["reason"].as_str().filter(|why| why.contains('`'))?)))
        .collect();
    assert!(reasons.len() >= 8, "{reasons:#?}");
    for (name, reason) in reasons {
        let command = reason.split('`').nth(1).unwrap_or_else(|| panic!("{name}: no command in {reason}"));
        let words: Vec<&str> = command.split(' ').collect();
        let ["vactl", "models", "pull", model, from @ ..] = &words[..] else { panic!("{name}: {command}") };
        assert!(matches!(from, [] | ["--from", "FILE_OR_FOLDER"]), "{name}: {command}");
        is_known_to_pull(&daemon, model, !from.is_empty());
    }
}

/// So it is for every model that the table has.
#[test]
fn every_model_of_the_table_can_be_pulled_or_brought() {
    let daemon = Setup::new().prepare();
    let listed = run(&mut models_command(&daemon, &["list", "--format", "json"]), LIMIT);
    let models = listed.ended_with(0).json();
    for model in models.as_array().expect("a list") {
        is_known_to_pull(&daemon, model["name"].as_str().expect("a name"), model["source"].is_null());
    }
}

fn models_command(daemon: &Daemon, arguments: &[&str]) -> Command {
    let mut command = daemon.vactl_command();
    command.arg("models").args(arguments).env("VA_MODELS_DIR", daemon.models_dir());
    command
}

/// The command is understood and the model known: all that fails is that nothing lies in the folder it is to come from.
/// Of one that must be brought the plain command says so.
#[track_caller]
fn is_known_to_pull(daemon: &Daemon, name: &str, brought: bool) {
    let empty = daemon.folder().join("empty");
    std::fs::create_dir_all(&empty).expect("a folder");
    let ran = pull(daemon, &[name, "--from", empty.to_str().expect("text")]);
    assert!(ran.stderr.contains("could not be installed") && ran.stderr.contains(name), "{name}: {ran:#?}");
    if brought {
        let told = format!("`vactl models pull {name} --from FILE_OR_FOLDER`");
        pull(daemon, &[name]).ended_with(2).complains_of(&[&told]);
    }
}

/// With the licence that it asks to be accepted, where it does.
fn pull(daemon: &Daemon, arguments: &[&str]) -> Ran {
    let arguments = [&["pull"], arguments].concat();
    let ran = run(&mut models_command(daemon, &arguments), LIMIT);
    let Some((_, licence)) = ran.stderr.split_once("--accept-license ") else { return ran };
    let licence = licence.split('`').next().expect("a licence");
    run(models_command(daemon, &arguments).args(["--accept-license", licence]), LIMIT)
}
