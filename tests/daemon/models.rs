//! Models come and go while the daemon runs.

use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::json;
use va_test_media::media;
use va_tests::{Daemon, Setup, clip};

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
    va_tests::run(&mut daemon.command(), va_tests::LIMIT)
        .ended_with(2)
        .complains_of(&["permisive", "permissive"]);
}

#[test]
fn real_models_see_the_two_men_of_a_real_clip() {
    let daemon = Setup::new().with("object_detection").with("body_pose").real_models().start_ready();
    let document = daemon.document(&media("obama_speech.mp4"), &[]);
    assert_eq!(document.status(), "success", "{}", document.error());
    let detected = document.analyzer("object_detection");
    // Smaller than the reference, and says so.
    assert_eq!((&detected["status"], &detected["model"]["name"]), (&"degraded".into(), &"yolo11n".into()));
    assert!(detected["model"]["sha256"].as_str().is_some_and(|sum| sum.len() == 64), "{detected:#}");
    // The flag is a person now and then, with little confidence; the two men are always there.
    let sure = |segment: &serde_json::Value| {
        let objects = segment["objects"].as_array().expect("objects").clone();
        let person = |object: &serde_json::Value| {
            object["object_class"] == "person" && object["confidence_score"].as_f64() > Some(0.8)
        };
        let ids = objects.iter().filter(|object| person(object)).map(|object| object["track_id"].as_u64());
        ids.collect::<std::collections::BTreeSet<_>>()
    };
    let men: Vec<_> = document.segments("object_detection").iter().map(sure).collect();
    assert!(men.iter().all(|ids| ids.len() == 2 && *ids == men[0]), "{men:?}");
    // The pose of a person is that of the object: box and number are the same.
    let at = |name: &str| &document.segments(name)[0];
    let person = at("object_detection")["objects"].as_array().expect("objects");
    let person = person.iter().find(|object| object["object_class"] == "person").expect("a person");
    let pose = &at("body_pose")["people"][0];
    assert_eq!((&pose["bounding_box"], &pose["track_id"]), (&person["bounding_box"], &person["track_id"]));

    let posing = daemon.document(&media("obama_speech.mp4"), &["--analyzers", "body_pose"]);
    assert_eq!(posing.analyzers().keys().collect::<Vec<_>>(), ["body_pose"], "detection runs unseen");
    assert_eq!(posing.summary("body_pose"), document.summary("body_pose"));
}

#[test]
fn a_black_clip_shows_nothing_to_any_model() {
    let black = va_test_media::made(
        "black.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            "color=black:size=320x240:rate=25:duration=2",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
        ],
    );
    let daemon = Setup::new().with("object_detection").with("body_pose").real_models().start_ready();
    let document = daemon.document(&black, &[]);
    assert_eq!(document.status(), "success", "{}", document.error());
    assert_eq!(document.summary("object_detection")["object_counts"], json!({}));
    assert_eq!(document.summary("body_pose")["people_max"], 0);
}
