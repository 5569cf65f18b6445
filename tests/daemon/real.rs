//! Every analyzer with its real models on real clips: each document is what the schema says, as all of them are checked to
//! be, and of what an eye sees nothing is missing or invented.

use std::path::{Path, PathBuf};

use serde_json::json;
use va_test_media::{made, media};
use va_tests::{Daemon, Document, Setup, own_analyzers};

/// All of our own, also those that run by themselves only where somebody wants to see them.
fn all() -> Daemon {
    let seen = "[analyzers.face_detection]\nenabled = true\n[analyzers.emotion_detection]\nenabled = true";
    let setup = own_analyzers().iter().fold(Setup::new().config(seen), |setup, name| setup.with(name));
    setup.real_models().start_ready()
}

/// # Panics
/// Where an analyzer did not do its work, but for want of sound or of weights that an operator must bring.
#[track_caller]
fn what_all_say(file: &Path) -> Document {
    let document = all().document(file, &[]);
    assert_eq!(document.status(), "success", "{}", document.error());
    let names: Vec<&String> = document.analyzers().keys().collect();
    assert_eq!(names, own_analyzers().iter().collect::<Vec<_>>());
    for name in own_analyzers() {
        let reason = document.reason_of(&name);
        match document.status_of(&name) {
            "ok" | "degraded" => {}
            "skipped" => {
                assert!(
                    document.video()["has_audio"] == false && reason.contains("no sound"),
                    "{name}: {reason}"
                );
            }
            _ => assert!(reason.contains("--from FILE_OR_FOLDER"), "{name}: {reason}"),
        }
    }
    document
}

/// The first seconds of a file, or of a picture.
fn part(name: &str, file: &Path, before: &[&str], seconds: &str) -> PathBuf {
    let file = file.to_str().expect("text");
    made(name, &[before, &["-t", seconds, "-i", file, "-crf", "18", "-pix_fmt", "yuv420p"]].concat())
}

#[test]
fn two_men_at_a_lectern_with_a_caption() {
    let document = what_all_say(&media("obama_speech.mp4"));
    assert_eq!(document.summary("object_detection")["object_counts"]["person"], 2);
    assert_eq!(document.summary("body_pose")["people_max"], 2);
    assert_eq!(document.summary("face_detection")["faces_max"], 2);
    let text = document.summary("text_overlay")["full_text"].as_str().expect("text").to_owned();
    assert!(text.contains("PRESIDENT OBAMA") && text.contains("IRAN"), "{text}");
    assert_eq!(document.summary("cut_analysis")["cut_count"], 0);
    assert_eq!(document.summary("audio_environment")["environment"], "speech");
    // One network, one answer: audio_analysis says what audio_environment heard.
    let ratios = &document.summary("audio_environment")["ratios"];
    assert_eq!(document.summary("audio_analysis")["speech_ratio"], ratios["speech"]);
    assert_eq!(document.summary("audio_analysis")["music_ratio"], 0.0);
    let cpu_s = document.analyzer("object_detection")["timing"]["cpu_s"].as_f64();
    assert!(cpu_s > Some(0.05), "eleven frames through a network: {cpu_s:?}");
    let told = story(&document).join(" ");
    assert!(
        ["one shot", "2 people", "negotiations", "president obama"].iter().all(|it| told.contains(it)),
        "{told}"
    );
    assert!(!told.contains("tehran") && document.status_of("temporal_flow") == "ok", "{told}");
    assert_eq!(document.status_of("speech_flow"), "ok", "{}", document.reason_of("speech_flow"));
    // 16 words in 7.7 s, as one counts them.
    let rate = document.summary("speech_flow")["words_per_minute"].as_f64();
    assert!(rate.is_some_and(|rate| (118.0..132.0).contains(&rate)), "{rate:?}");
    assert_eq!(document.summary("speech_flow")["pause_count"], pauses(&document).len());
    // Nobody publishes a network for it in a package, so voice and words stand in.
    let reason = document.reason_of("speech_emotion");
    assert!(
        document.status_of("speech_emotion") == "degraded" && reason.contains("wav2vec2-emotion"),
        "{reason}"
    );
    let felt = document.segments("speech_emotion");
    assert_eq!(felt.len(), document.segments("speech_transcription").len(), "{felt:?}");
    assert!(felt.iter().all(|passage| passage["arousal"].is_number()), "{felt:?}");
}

/// Start and end of the pauses, seconds.
fn pauses(document: &Document) -> Vec<(f64, f64)> {
    let pauses = document.segments("speech_flow").iter().filter(|segment| segment["kind"] == "pause");
    let time = |segment: &serde_json::Value, key: &str| segment[key].as_f64().expect("seconds");
    pauses.map(|pause| (time(pause, "start_time"), time(pause, "end_time"))).collect()
}

#[test]
fn how_somebody_speaks_is_told_alone_with_the_words_that_it_wants() {
    let daemon = Setup::new().with("speech_transcription").with("speech_flow").real_models().start_ready();
    let document = daemon.document(&media("beckett.wav"), &["--analyzers", "speech_flow"]);
    assert_eq!(document.analyzers().keys().collect::<Vec<_>>(), ["speech_flow"]);
    assert_eq!(document.status_of("speech_flow"), "ok", "{}", document.reason_of("speech_flow"));
    let summary = document.summary("speech_flow");
    // Twelve words in six phrases of 8.6 s.
    assert!(
        summary["words_per_minute"].as_f64().is_some_and(|rate| (75.0..95.0).contains(&rate)),
        "{summary}"
    );
    assert_eq!(pauses(&document).len(), 5, "{:?}", document.segments("speech_flow"));
}

#[test]
fn how_somebody_speaks_is_told_without_words_too_and_says_so() {
    let absent = Setup::new().with("speech_flow");
    let no_model = "model = \"whisper-large-v3\"";
    let unavailable = Setup::new().with("speech_flow").with_settings("speech_transcription", no_model);
    for (setup, why) in [
        (absent, "speech_transcription told nothing"),
        (unavailable, "it did without the findings of speech_transcription"),
    ] {
        let daemon = setup.real_models().start_ready();
        let document = daemon.document(&media("beckett.wav"), &["--analyzers", "speech_flow"]);
        let (status, reason) = (document.status_of("speech_flow"), document.reason_of("speech_flow"));
        assert!(status == "degraded" && reason.contains(why), "{status}: {reason}");
        let summary = document.summary("speech_flow");
        assert!(summary["words_per_minute"].is_null() && summary["pause_ratio"].is_number(), "{summary}");
        assert_eq!(pauses(&document).len(), 5, "{:?}", document.segments("speech_flow"));
    }
}

/// Nobody speaks, and nothing is told of how.
#[track_caller]
fn says_nothing_of_speech(document: &Document) {
    assert!(document.segments("speech_flow").is_empty(), "{:?}", document.segments("speech_flow"));
    let nothing = json!({
        "words_per_minute": null, "articulation_rate_wpm": null, "pause_ratio": null, "pause_count": 0,
        "pitch_range_semitones": null, "rhythm_npvi": null
    });
    assert_eq!(*document.summary("speech_flow"), nothing);
}

/// What is said of each part of the story.
fn story(document: &Document) -> Vec<String> {
    let parts = document.segments("temporal_flow").iter();
    parts.map(|part| part["summary"].as_str().unwrap_or_default().to_lowercase()).collect()
}

#[test]
fn a_story_that_is_asked_for_alone_is_told_with_what_it_wants() {
    let wanted = ["speech_transcription", "text_overlay", "cut_analysis", "audio_analysis", "temporal_flow"];
    let daemon = wanted.into_iter().fold(Setup::new(), Setup::with).real_models().start_ready();
    let document = daemon.document(&media("obama_speech.mp4"), &["--analyzers", "temporal_flow"]);
    assert_eq!(document.analyzers().keys().collect::<Vec<_>>(), ["temporal_flow"]);
    assert_eq!(document.status_of("temporal_flow"), "ok", "{}", document.reason_of("temporal_flow"));
    assert_eq!(document.segments("temporal_flow").len(), 1, "one sentence in one shot");
    let told = story(&document).join(" ");
    assert!(["negotiations", "president obama"].iter().all(|it| told.contains(it)), "{told}");
}

#[test]
fn a_story_without_the_transcript_says_so() {
    let daemon = Setup::new().with("cut_analysis").with("temporal_flow").real_models().start_ready();
    let document = daemon.document(&media("obama_speech.mp4"), &[]);
    let reason = document.reason_of("temporal_flow");
    assert_eq!((document.status(), document.status_of("temporal_flow")), ("success", "degraded"));
    assert!(reason.contains("speech_transcription") && reason.contains("text_overlay"), "{reason}");
    assert_eq!(story(&document), ["one shot."]);
}

#[test]
fn half_a_second_of_a_park() {
    let document = what_all_say(&media("park.mp4"));
    assert_eq!(document.segments("temporal_flow").len(), 1);
    assert!(document.segments("temporal_flow")[0]["sentiment"].is_null(), "nobody speaks");
    says_nothing_of_speech(&document);
}

#[test]
fn an_animated_film_without_people() {
    let document = what_all_say(&media("bigbuckbunny.mp4"));
    assert_eq!(document.summary("face_detection")["faces_max"], 0);
    assert_eq!(document.summary("text_overlay")["full_text"], "");
    // The animal's yawn is a voice, but no word.
    assert!(document.summary("speech_flow")["words_per_minute"].is_null());
    assert!(story(&document).iter().all(|part| !part.contains("said") && !part.contains("written")));
}

#[test]
fn a_campus_walk_without_sound() {
    let document = what_all_say(&part("walk.mp4", &media("vtest.avi"), &[], "5"));
    let people = document.summary("object_detection")["object_counts"]["person"].as_u64();
    assert!(people >= Some(4), "{people:?}");
    assert_eq!(document.status_of("audio_analysis"), "skipped");
    assert_eq!(document.status_of("audio_environment"), "skipped");
}

#[test]
fn a_garden_where_nobody_is() {
    let garden = part("garden.mp4", &media("Garden.jpg"), &["-loop", "1", "-framerate", "25"], "2");
    let document = what_all_say(&garden);
    assert!(document.summary("object_detection")["object_counts"]["person"].is_null());
    assert_eq!(document.summary("body_pose")["people_max"], 0);
    assert_eq!(document.summary("face_detection")["faces_max"], 0);
}

#[test]
fn black_shows_nothing_to_any_of_them() {
    let black = ["-f", "lavfi", "-i", "color=black:size=320x240:rate=25:duration=3"];
    let silence = ["-f", "lavfi", "-i", "anullsrc=sample_rate=48000:channel_layout=mono", "-shortest"];
    let black = made("black.mp4", &[&black[..], &silence, &["-pix_fmt", "yuv420p"]].concat());
    let document = what_all_say(&black);
    let nothing = json!({ "object_counts": {}, "unique_tracks": {} });
    assert_eq!(*document.summary("object_detection"), nothing);
    assert_eq!(document.summary("body_pose")["people_max"], 0);
    assert_eq!(*document.summary("face_detection"), json!({ "faces_max": 0, "unique_tracks": 0 }));
    assert_eq!(*document.summary("age_estimation"), json!({ "people": [] }));
    assert_eq!(document.summary("text_overlay")["full_text"], "");
    assert_eq!(document.summary("emotion_detection")["dominant_emotion"], json!(null));
    assert_eq!(document.summary("eye_tracking")["camera_contact_ratio"], json!(null));
    assert_eq!(story(&document), ["one shot in silence."]);
    let silence = json!({ "environment": "silence", "ratios": { "silence": 1.0 } });
    assert_eq!(*document.summary("audio_environment"), silence);
    says_nothing_of_speech(&document);
    assert_eq!(*document.summary("speech_emotion"), json!({ "dominant_emotion": null }));
    for name in ["object_detection", "body_pose", "text_overlay", "speech_emotion"] {
        assert!(document.segments(name).is_empty(), "{name}: {:?}", document.segments(name));
    }
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
    // The two men, and nobody else, in every frame.
    let people = |segment: &serde_json::Value| {
        let objects = segment["objects"].as_array().expect("objects").clone();
        let people = objects.iter().filter(|object| object["object_class"] == "person");
        people.map(|object| object["track_id"].as_u64()).collect::<std::collections::BTreeSet<_>>()
    };
    let men: Vec<_> = document.segments("object_detection").iter().map(people).collect();
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
