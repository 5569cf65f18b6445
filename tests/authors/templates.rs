//! Each template as it comes: formatted, without a warning, tested, built, and accepted by a worker.

use std::path::Path;

use serde_json::{Value, json};
use va_tests::{Install, Running, run, to_check};

use crate::{LIMIT, outside, target, workspace};

/// `vactl plugins new` with the SDK of this workspace.
fn new(install: &Install, folder: &Path, arguments: &[&str]) -> va_tests::Ran {
    let mut command = install.vactl();
    command.args(["plugins", "new"]).args(arguments).current_dir(folder);
    command.env("VA_SDK_DIR", workspace().join("analyzer-sdk"));
    run(&mut command, LIMIT)
}

fn cargo(folder: &Path, arguments: &[&str]) -> String {
    let mut command = outside("cargo", folder);
    command.args(arguments).env("CARGO_TARGET_DIR", target());
    let ran = run(&mut command, LIMIT).ended_with(0);
    ran.text() + &ran.stderr
}

fn is_whole(template: &str) {
    let (install, folder) = (Install::new(), tempfile::tempdir().expect("a folder"));
    let name = format!("from_{template}");
    let written = new(&install, folder.path(), &[&name, "--template", template, "--format", "json"])
        .ended_with(0)
        .json();
    let crate_folder = folder.path().join(&name);
    assert_eq!((&written["name"], &written["template"]), (&json!(name), &json!(template)));
    for file in written["files"].as_array().expect("a list") {
        assert!(crate_folder.join(file.as_str().expect("a name")).is_file(), "{file} is missing");
    }

    cargo(&crate_folder, &["fmt", "--check"]);
    // `--locked`: the Cargo.lock that comes with it is the one that cargo would write.
    cargo(&crate_folder, &["clippy", "--release", "--locked", "--all-targets", "--", "-D", "warnings"]);
    let tested = cargo(&crate_folder, &["test", "--release", "--locked"]);
    assert!(tested.contains("test result: ok. 4 passed"), "{tested}");
    cargo(&crate_folder, &["build", "--release", "--locked"]);

    let checked = checked(&install, &target().join(format!("release/lib{name}.so")));
    let steps = checked["steps"].as_array().expect("a list");
    assert!(steps.iter().all(|step| step["outcome"] == "ok"), "{checked:#}");
    assert_eq!(checked["description"]["name"], name);
    assert!(checked["dry_run"]["summary"].is_object());
}

fn checked(install: &Install, library: &Path) -> Value {
    let order = to_check(library);
    let mut command = install.worker();
    let ran = Running::start_with(command.arg("check"), &format!("{order}\n")).ended(LIMIT).ended_with(0);
    let text = ran.text();
    let last: Value = serde_json::from_str(text.lines().last().unwrap_or_default()).expect("a line of JSON");
    last["checked"].clone()
}

#[test]
fn the_one_for_frames_builds_tests_and_loads() {
    is_whole("frames");
}

#[test]
fn the_one_for_audio_builds_tests_and_loads() {
    is_whole("audio");
}

#[test]
fn the_one_for_findings_builds_tests_and_loads() {
    is_whole("findings");
}
