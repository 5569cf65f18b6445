//! Plugins of other versions of the SDK: `tests/compat` says what they are and how they are built.

use serde_json::{Value, json};
use va_tests::{Install, LIMIT, Ran, Running, Setup, bin_dir, clip};

fn plugin(name: &str) -> Vec<u8> {
    let path = bin_dir().join("../compat/plugins").join(format!("{name}.so"));
    std::fs::read(&path)
        .unwrap_or_else(|_| panic!("{} is missing: `make build-tests` builds it", path.display()))
}

/// What `va-worker describe` says of it.
fn described(name: &str) -> Value {
    let install = Install::new();
    let path = install.analyzers().join("plugin.so");
    std::fs::write(&path, plugin(name)).expect("written");
    let ran: Ran = Running::start(install.worker().arg("describe").arg(path)).ended(LIMIT);
    let last = ran.ended_with(0).text();
    serde_json::from_str(last.lines().last().unwrap_or_default()).expect("a line of JSON")
}

#[test]
fn a_plugin_of_the_first_sdk_is_loaded_and_run_by_this_worker() {
    let setup = Setup::new().with("steady").plugin("first_sdk.so", plugin("first_sdk"));
    let setup = setup.config("[analyzers.first_sdk.settings]\ngreeting = \"good day\"");
    let daemon = setup.start_ready();
    let document = daemon.document(&clip(), &["--format", "json"]);
    assert_eq!(document.status_of("first_sdk"), "degraded");
    assert_eq!(document.reason_of("first_sdk"), "it is of an older time");
    let segments = document.segments("first_sdk");
    assert_eq!(segments.len(), 25 + 1, "each second of 50 frames, and the end");
    assert!(segments[..25].iter().all(|segment| segment["mean"].as_f64().is_some_and(|mean| mean > 20.0)));
    let summary = document.summary("first_sdk");
    assert_eq!((&summary["greeting"], &summary["frames"]), (&json!("good day"), &json!(25)));
    assert_eq!(
        (&summary["segments_of_frames"], &summary["whole"]),
        (&json!(25), &json!(["steady found 50"]))
    );
    assert!(
        summary["samples"].as_u64().is_some_and(|samples| samples.abs_diff(32_000) < 2_000),
        "{summary:#}"
    );
}

#[test]
fn its_panic_is_its_own() {
    let setup = Setup::new().with("steady").plugin("first_sdk.so", plugin("first_sdk"));
    let daemon = setup.config("[analyzers.first_sdk.settings]\npanic = true").start();
    let document = daemon.document(&clip(), &["--format", "json"]);
    document.saw_all("steady");
    assert!(document.reason_of("first_sdk").contains("told to panic"), "{document:#?}");
}

#[test]
fn a_plugin_of_an_sdk_that_does_not_fit_is_refused_with_both_versions() {
    for (name, interface, words) in [
        ("newer_major", "1.0.0", "version mismatch"),
        ("older_minor", "0.0.9", "version mismatch"),
        ("other_layout", "0.1.0", "at sample_rate: mismatched type Expected: u32 Found: u64"),
    ] {
        let described = described(name);
        let reason = described["reason"].as_str().unwrap_or_else(|| panic!("{name}: {described:#}"));
        let versions = format!("its interface is {interface}, that of this worker 0.1.0");
        assert!(reason.contains(&versions) && reason.contains(words), "{name}: {reason}");
        assert!(reason.contains("rebuild it with SDK"), "{reason}");
    }
}
