//! `va-worker check`: good libraries, and each way in which one is none.

use serde_json::{Value, json};
use va_tests::{Install, LIMIT, Ran, Running, library_bytes, to_check};

/// A library in an installation of its own, and how it is to be checked.
struct Check {
    install: Install,
    order: Value,
}

impl Check {
    fn of(analyzer: &str) -> Self {
        let check = Check::of_file(&format!("{analyzer}.so"));
        check.install.add(analyzer);
        check
    }

    fn of_file(name: &str) -> Self {
        let install = Install::new();
        let order = to_check(&install.analyzers().join(name));
        Check { install, order }
    }

    fn bytes(name: &str, bytes: &[u8]) -> Self {
        let check = Check::of_file(name);
        std::fs::write(check.install.analyzers().join(name), bytes).expect("written");
        check
    }

    fn settings(self, settings: Value) -> Self {
        self.with("/analyzer/settings", settings.to_string().into())
    }

    fn with(mut self, place: &str, value: Value) -> Self {
        *self.order.pointer_mut(place).expect("there is such a field") = value;
        self
    }

    fn ran(&self) -> Ran {
        let mut command = self.install.worker();
        Running::start_with(command.arg("check"), &format!("{}\n", self.order)).ended(LIMIT)
    }

    /// What it answered, where it survived.
    #[track_caller]
    fn checked(&self) -> Value {
        let ran = self.ran().ended_with(0);
        let last = lines(&ran).pop().expect("an answer");
        assert!(last.get("checked").is_some(), "{last:#}\nstderr: {}", ran.stderr);
        last["checked"].clone()
    }

    /// The step that it did not survive.
    #[track_caller]
    fn died_in(&self) -> (String, Ran) {
        let ran = self.ran();
        let last = lines(&ran).pop().expect("an answer");
        assert_ne!(ran.code(), 0, "{last:#}");
        (last["begun"].as_str().expect("no step began").to_owned(), ran)
    }
}

/// Every line is JSON, whatever the library prints.
fn lines(ran: &Ran) -> Vec<Value> {
    let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    ran.text().lines().map(line).collect()
}

fn outcomes(checked: &Value) -> Vec<&str> {
    let steps = checked["steps"].as_array().expect("a list");
    assert_eq!(
        steps.iter().map(|step| step["step"].as_str().expect("a name")).collect::<Vec<_>>(),
        ["file", "interface", "description", "load", "dry_run"]
    );
    steps.iter().map(|step| step["outcome"].as_str().expect("a word")).collect()
}

/// Why the step that is not as it should be is so.
#[track_caller]
fn detail<'a>(checked: &'a Value, outcome: &str) -> &'a str {
    let steps = checked["steps"].as_array().expect("a list");
    let step = steps.iter().find(|step| step["outcome"] == outcome);
    step.unwrap_or_else(|| panic!("no step {outcome}: {checked:#}"))["detail"].as_str().expect("a reason")
}

const OK: [&str; 5] = ["ok"; 5];

#[test]
fn a_good_analyzer_passes_every_step_and_sees_and_hears_the_whole_clip() {
    let checked = Check::of("steady").checked();
    assert_eq!(outcomes(&checked), OK);
    assert_eq!(
        (&checked["description"]["name"], &checked["description"]["version"]),
        (&"steady".into(), &"1.2.3".into())
    );
    let dry_run = &checked["dry_run"];
    assert_eq!((&dry_run["frames"], &dry_run["segments"]), (&json!(10), &json!(10)));
    assert_eq!((&dry_run["summary"]["frames"], &dry_run["device"]), (&json!(10), &json!("cpu")));
    assert_eq!(dry_run["summary"]["sound"]["samples"], 32_000, "{dry_run:#}");
    let memory = |name: &str| checked["memory"][name].as_u64().expect("bytes");
    // At the peak the frames of the clip count, too.
    assert!(memory("before_load") > 0 && memory("after_load") >= memory("before_load"), "{checked:#}");
    assert!(memory("dry_run_peak") > memory("after_load"), "{checked:#}");
    assert!(checked["steps"].as_array().expect("a list").iter().all(|step| step["took_ms"].is_number()));
}

#[test]
fn it_is_shown_what_it_asks_for_or_what_the_configuration_makes_of_that() {
    let checked = Check::of("sleepy").checked();
    assert_eq!(checked["dry_run"]["frames"], 2, "one a second");
    assert_eq!(checked["dry_run"]["summary"]["sound"]["samples"], 96_000, "as recorded, at 48 kHz");
    let listener = Check::of("listener").checked();
    assert_eq!((outcomes(&listener), &listener["dry_run"]["frames"]), (OK.to_vec(), &json!(0)));

    let mut description = checked["description"].clone();
    description["frames"]["sampling"] = json!({ "every_nth": 3 });
    let configured = Check::of("sleepy").with("/description", description).checked();
    assert_eq!(configured["dry_run"]["frames"], 4, "frames 0, 3, 6 and 9");
    assert_eq!(configured["description"], checked["description"], "the library's own word");
}

#[test]
fn what_others_would_find_is_nothing_in_each_frame_and_nothing_at_the_end() {
    for name in ["follower", "needy", "wanting"] {
        let checked = Check::of(name).checked();
        assert_eq!(outcomes(&checked), OK, "{name}: {checked:#}");
        let summary = &checked["dry_run"]["summary"];
        assert_eq!((&summary["others_by_frame"], &summary["others_whole"]), (&json!(0), &json!({})));
    }
}

#[test]
fn what_is_no_analyzer_fails_at_the_step_that_finds_out() {
    let steady = library_bytes("steady");
    let text = Check::bytes("text.so", b"#!/bin/sh\n").checked();
    assert_eq!(outcomes(&text), ["failed", "skipped", "skipped", "skipped", "skipped"]);
    assert!(detail(&text, "failed").contains("no ELF file"), "{text:#}");
    let cut = Check::bytes("cut.so", &steady[..steady.len() / 2]).checked();
    assert!(detail(&cut, "failed").contains("cut off"), "{cut:#}");
    let missing = Check::of_file("nowhere.so").checked();
    assert!(detail(&missing, "failed").contains("check the path"), "{missing:#}");

    let libraries =
        ["/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6", "/lib64/libm.so.6"];
    let libm = libraries.iter().find_map(|path| std::fs::read(path).ok()).expect("a libm");
    let libm = Check::bytes("libm.so", &libm).checked();
    assert_eq!(outcomes(&libm), ["ok", "failed", "skipped", "skipped", "skipped"]);
    assert!(detail(&libm, "failed").contains("exports no analyzer"), "{libm:#}");
}

#[test]
fn an_error_or_a_panic_is_told_with_its_words() {
    let at = |when: &str, behaviour: &str| {
        let settings = json!({ "behaviour": behaviour, "when": when, "message": "on a bad day" });
        Check::of("faulty").settings(settings).checked()
    };
    for behaviour in ["error", "panic"] {
        let checked = at("load", behaviour);
        assert_eq!(outcomes(&checked), ["ok", "ok", "ok", "failed", "skipped"]);
        assert!(detail(&checked, "failed").contains("on a bad day"), "{checked:#}");
        for when in ["open", "frames", "finish"] {
            let checked = at(when, behaviour);
            assert_eq!(outcomes(&checked), ["ok", "ok", "ok", "ok", "failed"], "{when}: {checked:#}");
            assert!(detail(&checked, "failed").contains("on a bad day"), "{checked:#}");
            assert_eq!(checked["dry_run"], Value::Null);
        }
    }
    let unknown = Check::of("faulty").settings(json!({ "no_such_key": 1 })).checked();
    assert!(detail(&unknown, "failed").contains("no_such_key"), "{unknown:#}");
}

#[test]
fn findings_that_no_job_would_take_fail_the_dry_run() {
    let at = |settings: Value| {
        let checked = Check::of("faulty").settings(settings).checked();
        assert_eq!(outcomes(&checked), ["ok", "ok", "ok", "ok", "failed"]);
        detail(&checked, "failed").to_owned()
    };
    assert!(at(json!({ "behaviour": "malformed" })).contains("malformed"));
    assert!(at(json!({ "behaviour": "malformed", "when": "finish" })).contains("malformed"));
    assert!(at(json!({ "behaviour": "no_object" })).contains("must be an object, not 42"));
    assert!(at(json!({ "behaviour": "huge", "mib": 2 })).contains("larger than 1 MiB"));
}

#[test]
fn a_missing_model_is_no_failure_but_said() {
    let told = Check::of("modelled").with("/analyzer/missing", "model better is not installed".into());
    for (check, words) in [
        (told, "model better is not installed"),
        (Check::of("faulty").settings(json!({ "behaviour": "missing_model" })), "model_that_nobody_has"),
    ] {
        let checked = check.checked();
        assert_eq!(outcomes(&checked), ["ok", "ok", "ok", "skipped", "skipped"]);
        assert!(detail(&checked, "skipped").contains(words), "{checked:#}");
    }
}

#[test]
fn a_crash_leaves_the_step_it_came_in_as_the_last_word() {
    let (step, ran) = Check::of("unsound").died_in();
    assert_eq!((step.as_str(), ran.code()), ("description", 128 + 6));
    for (when, behaviour, step, code) in [
        ("load", "abort", "load", 128 + 6),
        ("load", "exit", "load", 7),
        ("frames", "segfault", "dry_run", 128 + 11),
        ("frames", "write_to_frame", "dry_run", 128 + 11),
        ("finish", "stack_overflow", "dry_run", 128 + 6),
    ] {
        let check = Check::of("faulty").settings(json!({ "behaviour": behaviour, "when": when }));
        let (died_in, ran) = check.died_in();
        assert_eq!((died_in.as_str(), ran.code()), (step, code), "{behaviour}: {}", ran.stderr);
    }
}

#[test]
fn a_call_that_does_not_come_back_is_told_once_its_limit_is_over() {
    for behaviour in ["hang", "deadlock"] {
        let check = Check::of("faulty")
            .settings(json!({ "behaviour": behaviour }))
            .with("/analyzer/call_limit_s", json!(0.2));
        let checked = check.checked();
        assert_eq!(outcomes(&checked), ["ok", "ok", "ok", "ok", "failed"]);
        assert!(detail(&checked, "failed").contains("frames() did not return within 0.2 s"), "{checked:#}");
    }
}

#[test]
fn what_a_library_prints_or_closes_does_not_get_into_the_answers() {
    for when in ["load", "frames"] {
        let check = Check::of("faulty").settings(json!({ "behaviour": "chatter", "when": when }));
        let ran = check.ran().ended_with(0);
        assert_eq!(lines(&ran).len(), 6, "five steps and what came of them");
        assert!(ran.stderr.contains("line 1999 of many to standard output"), "it goes to standard error");
        let (_, ran) =
            Check::of("faulty").settings(json!({ "behaviour": "close_fds", "when": when })).died_in();
        assert!([1, 4].contains(&ran.code()), "{}", ran.code());
    }
}

#[test]
fn memory_is_limited_as_that_of_a_group() {
    let leak = json!({ "behaviour": "leak", "when": "load", "mib": 600 });
    let check = Check::of("faulty").settings(leak).with("/memory_mib", json!(300));
    let (step, ran) = check.died_in();
    assert_eq!(step, "load");
    ran.complains_of(&["memory allocation"]);
}

#[test]
fn an_order_that_is_none_is_refused() {
    let install = Install::new();
    let ran = Running::start_with(install.worker().arg("check"), "{\"analyzer\": 1}\n").ended(LIMIT);
    ran.ended_with(1).complains_of(&["does not say what to check"]);
}
