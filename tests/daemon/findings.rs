//! What reaches an analyzer, and the findings of one that reach another.

use serde_json::json;
use va_tests::{Setup, clip, silent_clip};

#[test]
fn an_analyzer_gets_the_frames_and_the_sound_it_asked_for() {
    let daemon = Setup::new().with("steady").with("sleepy").with("faulty").start_ready();
    let document = daemon.document(&clip(), &[]);
    assert_eq!(document.status(), "success");
    assert_eq!(document.video()["frame_count"], 50);

    // Every frame, as it is, in batches; and the sound at 16 kHz.
    document.saw_all("steady");
    assert_eq!(document.numbers("steady", "index"), (0..50).map(f64::from).collect::<Vec<_>>());
    for (at, time) in document.numbers("steady", "timestamp").into_iter().enumerate() {
        assert!((time - at as f64 / 25.0).abs() < 1e-6, "frame {at} at {time} s");
    }
    for segment in document.segments("steady") {
        assert_eq!(
            (&segment["width"], &segment["height"], &segment["format"]),
            (&160.into(), &120.into(), &"rgb8".into())
        );
        assert!(segment["batch"].as_u64() <= Some(4), "{segment}");
    }
    let sound = &document.summary("steady")["sound"];
    assert_eq!(
        (&sound["sample_rate"], &sound["channels"], &sound["gaps"]),
        (&16_000.into(), &1.into(), &0.into())
    );
    let samples = sound["samples"].as_f64().expect("a number");
    // AAC comes in blocks of 1024 samples, of which the first and last are partly silence.
    assert!((samples - 32_000.0).abs() < 1_000.0, "{sound}");
    // The sine of lavfi has an amplitude of 1/8.
    assert!((sound["rms"].as_f64().expect("a number") - 0.125 / 2f64.sqrt()).abs() < 0.005, "{sound}");

    // One frame a second, small and gray; and the sound as it is.
    assert_eq!(document.numbers("sleepy", "index"), [0.0, 25.0]);
    let small = &document.segments("sleepy")[0];
    assert_eq!(
        (&small["width"], &small["height"], &small["format"]),
        (&64.into(), &48.into(), &"gray8".into())
    );
    let sound = &document.summary("sleepy")["sound"];
    assert_eq!(
        (&sound["sample_rate"], &sound["channels"], &sound["gaps"]),
        (&48_000.into(), &1.into(), &0.into())
    );

    // Never scaled up.
    assert_eq!(document.saw_all("faulty").segments("faulty")[0]["width"], 160);
    let checksums =
        |name: &str| document.segments(name).iter().map(|s| s["checksum"].clone()).collect::<Vec<_>>();
    assert_eq!(checksums("faulty"), checksums("steady"), "two analyzers that ask for the same see the same");
}

#[test]
fn the_configuration_changes_what_an_analyzer_sees() {
    let daemon = Setup::new()
        .with("steady")
        .with("faulty")
        .with("sleepy")
        .config("[analyzers.steady]\nevery_nth = 10\nbatch = 1")
        .config("[analyzers.faulty]\nper_second = 2.5")
        .config("[analyzers.sleepy]\nenabled = false")
        .start_ready();
    let document = daemon.document(&clip(), &[]);
    assert_eq!(document.numbers("steady", "index"), [0.0, 10.0, 20.0, 30.0, 40.0]);
    assert_eq!(document.numbers("steady", "batch"), [1.0; 5]);
    assert_eq!(document.numbers("faulty", "index"), [0.0, 10.0, 20.0, 30.0, 40.0]);
    assert!(!document.analyzers().contains_key("sleepy"), "switched off, and not asked for by name");
    let document = daemon.document(&clip(), &["--analyzers", "steady,sleepy"]);
    assert_eq!((document.status(), document.status_of("sleepy")), ("success", "skipped"));
    assert!(document.reason_of("sleepy").contains("[analyzers.sleepy]"), "{}", document.reason_of("sleepy"));
}

#[test]
fn little_memory_for_frames_makes_it_slower_but_not_different() {
    let roomy = Setup::new().with("steady").with("faulty").start_ready().document(&clip(), &[]);
    let tight = Setup::new().with("steady").with("faulty").config("[jobs]\nframe_memory_mib = 1");
    let tight = tight.start_ready().document(&clip(), &[]);
    let checksums = |document: &va_tests::Document| {
        document.segments("steady").iter().map(|segment| segment["checksum"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(checksums(&tight.saw_all("steady").clone()), checksums(&roomy.saw_all("steady").clone()));
}

#[test]
fn a_video_without_sound_skips_who_only_listens() {
    let daemon = Setup::new().with("steady").with("audio_analysis").start_ready();
    let document = daemon.document(&silent_clip(), &[]);
    assert_eq!((document.status(), document.status_of("audio_analysis")), ("success", "skipped"));
    assert!(
        document.reason_of("audio_analysis").contains("no sound"),
        "{}",
        document.reason_of("audio_analysis")
    );
    assert_eq!(document.video()["has_audio"], false);
    // Who wants both gets what there is.
    assert_eq!(document.saw_all("steady").summary("steady")["sound"]["samples"], 0);
}

#[test]
fn findings_reach_who_builds_on_them() {
    let daemon = Setup::new().with("steady").with("follower").start_ready();
    let document = daemon.document(&clip(), &[]);
    let summary = document.summary("follower");
    assert_eq!(summary["frames"], 10);
    assert_eq!(summary["others_by_frame"], 10, "one segment of steady for each frame of follower");
    assert_eq!(document.numbers("follower", "others"), [1.0; 10]);
    assert_eq!(summary["others_whole"], json!({ "steady": 50 }));
}

#[test]
fn findings_of_a_whole_video_cross_groups() {
    let groups = "[groups.one]\nanalyzers = [\"steady\"]\n[groups.two]\nanalyzers = [\"*\"]\n";
    let daemon = Setup::new().with("steady").with("follower").config(groups).start_ready();
    let document = daemon.document(&clip(), &[]);
    assert_eq!(document.summary("follower")["others_whole"], json!({ "steady": 50 }));
}

/// `follower` builds on `steady`, which does not do its work.
#[track_caller]
fn works_without(behaviour: &str, status: &str) {
    let daemon = Setup::new().with_settings("steady", behaviour).with("follower").start();
    let document = daemon.document(&clip(), &[]);
    assert_eq!(document.status_of("steady"), status);
    assert_eq!(document.status_of("follower"), "ok", "{}", document.reason_of("follower"));
    assert_eq!(document.summary("follower")["frames"], 10);
    assert_eq!(document.summary("follower")["others_whole"], json!({}));
}

#[test]
fn who_builds_on_an_analyzer_that_fails_works_without() {
    works_without("behaviour = \"error\"\nat_frame = 20", "failed");
}

#[test]
fn who_builds_on_an_analyzer_that_fails_at_the_end_works_without() {
    works_without("behaviour = \"panic\"\nwhen = \"finish\"", "failed");
}

#[test]
fn who_builds_on_an_analyzer_that_does_not_begin_works_without() {
    works_without("behaviour = \"panic\"\nwhen = \"open\"", "failed");
}

#[test]
fn who_builds_on_an_analyzer_that_crashes_works_without() {
    works_without("behaviour = \"abort\"\nat_frame = 20", "failed");
}

#[test]
fn who_builds_on_an_analyzer_that_hangs_works_without() {
    works_without("behaviour = \"deadlock\"\n[analyzers.steady]\ncall_limit_s = 0.5", "failed");
}

#[test]
fn who_builds_on_an_analyzer_that_cannot_be_loaded_works_without() {
    works_without("behaviour = \"error\"\nwhen = \"load\"", "failed");
}

#[test]
fn who_builds_on_an_analyzer_whose_model_is_missing_works_without() {
    works_without("behaviour = \"missing_model\"", "unavailable");
}

#[test]
fn who_builds_on_an_analyzer_that_has_nothing_to_hear_works_without() {
    let daemon = Setup::new().with("steady").with("listener").with("follower").start_ready();
    let document = daemon.document(&clip(), &[]);
    assert_eq!(document.summary("follower")["others_whole"], json!({ "steady": 50, "listener": 0 }));
    let document = daemon.document(&silent_clip(), &[]);
    assert_eq!((document.status(), document.status_of("listener")), ("success", "skipped"));
    assert_eq!(document.summary("follower")["others_whole"], json!({ "steady": 50 }));
}

#[test]
fn who_builds_on_findings_that_were_not_asked_for_works_without() {
    let daemon = Setup::new().with("steady").with("follower").start_ready();
    let document = daemon.document(&clip(), &["--analyzers", "follower"]);
    assert_eq!(document.status(), "success");
    assert_eq!(document.summary("follower")["others_by_frame"], 0);
}

/// `needy` cannot do without `steady`, which nobody asked for.
#[test]
fn an_analyzer_that_is_needed_runs_unseen() {
    for config in ["", "[analyzers.steady]\nenabled = false"] {
        let daemon = Setup::new().with("steady").with("needy").config(config).start_ready();
        let document = daemon.document(&clip(), &["--analyzers", "needy"]);
        assert_eq!(document.status(), "success", "{}", document.error());
        assert_eq!(document.analyzers().keys().collect::<Vec<_>>(), ["needy"]);
        assert_eq!(document.summary("needy")["others_by_frame"], 5, "one segment for each of its frames");
    }
}

#[test]
fn who_needs_an_analyzer_that_fails_is_degraded() {
    let daemon = Setup::new()
        .with_settings("steady", "behaviour = \"error\"\nat_frame = 20")
        .with("needy")
        .start_ready();
    let document = daemon.document(&clip(), &["--analyzers", "needy"]);
    document.failed("steady", &["told to fail"]);
    assert_eq!((document.status(), document.status_of("needy")), ("partial", "degraded"));
    assert!(document.reason_of("needy").contains("steady, which failed"), "{}", document.reason_of("needy"));
    assert_eq!(document.summary("needy")["others_by_frame"], 2, "frames 0 and 10");
}

#[test]
fn who_needs_an_analyzer_that_crashes_fails_with_it_and_nobody_else_does() {
    let daemon = Setup::new()
        .with_settings("steady", "behaviour = \"abort\"\nat_frame = 20")
        .with("needy")
        .with("sleepy")
        .start_ready();
    let document = daemon.document(&clip(), &[]);
    document.failed("steady", &["SIGABRT"]).failed("needy", &["SIGABRT"]);
    assert_eq!(document.status_of("sleepy"), "ok");
}

#[test]
fn who_crashes_does_not_take_the_one_it_needs_with_it() {
    let settings = "behaviour = \"abort\"\nat_frame = 20";
    let daemon = Setup::new().with("steady").with_settings("needy", settings).start_ready();
    let document = daemon.document(&clip(), &[]);
    document.saw_all("steady").failed("needy", &["SIGABRT"]);
}

#[test]
fn who_needs_an_analyzer_that_cannot_run_says_so() {
    let daemon =
        Setup::new().with_settings("steady", "behaviour = \"missing_model\"").with("needy").start_ready();
    let document = daemon.document(&clip(), &["--analyzers", "needy"]);
    assert_eq!((document.status(), document.status_of("needy")), ("error", "unavailable"));
    assert!(document.reason_of("needy").contains("model_that_nobody_has"), "{}", document.reason_of("needy"));

    let alone = Setup::new().with("needy").with("sleepy").start_ready();
    let document = alone.document(&clip(), &[]);
    assert_eq!((document.status(), document.status_of("needy")), ("success", "unavailable"));
    assert!(
        document.reason_of("needy").contains("there is no such analyzer"),
        "{}",
        document.reason_of("needy")
    );

    let groups = "[groups.one]\nanalyzers = [\"steady\"]\n[groups.two]\nanalyzers = [\"*\"]\n";
    let apart = Setup::new().with("steady").with("needy").config(groups).start_ready();
    let document = apart.document(&clip(), &["--analyzers", "needy"]);
    assert!(document.reason_of("needy").contains("the same group"), "{}", document.reason_of("needy"));
}

/// `wanting` finds less without `steady`, which nobody asked for.
#[test]
fn an_analyzer_that_is_wanted_runs_unseen_where_it_can_and_is_missed_where_it_cannot() {
    let daemon = Setup::new().with("steady").with("wanting").start_ready();
    let document = daemon.document(&clip(), &["--analyzers", "wanting"]);
    assert_eq!((document.status(), document.status_of("wanting")), ("success", "ok"));
    assert_eq!(document.analyzers().keys().collect::<Vec<_>>(), ["wanting"]);
    assert_eq!(document.summary("wanting")["others_whole"]["steady"], 50);

    let cases = [
        ("error", "partial", "steady, which failed"),
        ("missing_model", "success", "steady, which cannot run"),
    ];
    for (behaviour, status, reason) in cases {
        let settings = format!("behaviour = \"{behaviour}\"\nat_frame = 20");
        let daemon = Setup::new().with_settings("steady", &settings).with("wanting").start_ready();
        let document = daemon.document(&clip(), &["--analyzers", "wanting"]);
        assert_eq!((document.status(), document.status_of("wanting")), (status, "degraded"), "{behaviour}");
        assert!(document.reason_of("wanting").contains(reason), "{}", document.reason_of("wanting"));
        assert_eq!(document.summary("wanting")["others_whole"], serde_json::json!({}));
    }

    let alone = Setup::new().with("wanting").start_ready().document(&clip(), &[]);
    assert_eq!((alone.status(), alone.status_of("wanting")), ("success", "ok"), "there is no such analyzer");
}

#[test]
fn a_second_job_finds_the_analyzers_warm() {
    let daemon = Setup::new().with("steady").start_ready();
    let first = daemon.document(&clip(), &[]);
    let second = daemon.document(&clip(), &["--fresh"]);
    for document in [&first, &second] {
        assert_eq!(document.analyzer("steady")["cache_hit"], true);
        assert_eq!(document.analyzer("steady")["timing"]["load_s"], 0.0);
        assert_eq!(document.analyzer("steady")["device"], "cpu");
        assert_eq!(document.analyzer("steady")["version"], "1.2.3");
        assert_eq!(document.metrics()["cache_hit_rate"], 1.0);
    }
}

#[test]
fn all_our_own_analyzers_have_something_to_say() {
    let own = ["audio_analysis", "camera_analysis", "color_analysis", "content_quality", "cut_analysis"];
    let daemon = own.into_iter().fold(Setup::new(), Setup::with).start_ready();
    let document = daemon.document(&clip(), &[]);
    assert_eq!(document.status(), "success", "{}", document.error());
    for name in own {
        // These two do more with models, of which none is installed here.
        let without = ["content_quality", "cut_analysis"].contains(&name);
        assert_eq!(document.status_of(name), if without { "degraded" } else { "ok" }, "{name}");
        assert!(document.summary(name).as_object().is_some_and(|summary| !summary.is_empty()), "{name}");
    }
}
