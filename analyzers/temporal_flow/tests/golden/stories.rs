//! Whole stories, with all that the others may find.

use serde_json::{Value, json};

use crate::{CUTS, LEVELS, OBJECTS, SCENES, SOUNDS, SPEECH, TEXTS, Told, begins, cuts, roles, spoken, text};

const STORY: [&str; 11] = [
    "Have you ever baked bread without yeast?",
    "Today we make a sourdough loaf at home.",
    "All you need is flour, water and salt.",
    "Mix the flour with the water in a bowl.",
    "Cover the dough and let it rest overnight.",
    "In the morning the race along the river starts.",
    "Thousands of runners push through the rain.",
    "The leaders sprint for the finish line.",
    "In the evening everybody eats together at a long table.",
    "The bread is gone within minutes.",
    "Like and subscribe for more.",
];

fn levels(end_s: f64, loud: std::ops::Range<f64>) -> Value {
    let second = |at: u32| {
        let (from, to) = (f64::from(at), f64::from(at + 1).min(end_s));
        json!({ "start_time": from, "end_time": to, "rms_db": if loud.contains(&from) { -14.0 } else { -28.0 } })
    };
    (0..end_s.ceil() as u32).map(second).collect()
}

#[test]
fn a_story_with_all_its_parts() {
    let (speech, starts) = spoken(&STORY, 0.6);
    let (race, evening, call, end_s) = (starts[5], starts[8], starts[10], starts[11].ceil());
    let shots: Vec<f64> = (0..6).map(|at| race - 0.3 + f64::from(at) * (evening - race) / 6.0).collect();
    let told = Told::of(end_s)
        .with(SPEECH, speech)
        .with(CUTS, cuts(&[&shots[..], &[evening - 0.3]].concat()))
        .with(LEVELS, levels(end_s, race..evening - 1.0))
        .with(
            SOUNDS,
            json!([
                { "start_time": 0, "end_time": race, "label": "speech", "confidence": 0.9 },
                { "start_time": race, "end_time": end_s, "label": "music", "confidence": 0.9 }
            ]),
        )
        .plain();
    let seen = told.seen();
    let found = roles(&seen);
    assert_eq!((found[0], found.last()), ("hook", Some(&"call_to_action")), "{:#?}", seen.segments);
    assert!((begins(&seen)[0] - starts[1]).abs() < 1e-6);
    assert!((begins(&seen).last().expect("parts") - call).abs() < 1e-6);
    let climax = seen.segments.iter().find(|part| part["role"] == "climax").expect("a climax");
    assert_eq!(climax["start_time"], json!((race * 1000.0 - 300.0).round() / 1000.0), "{climax}");
    assert!(climax["summary"].as_str().is_some_and(|it| it.contains("shots with music")), "{climax}");
    assert!(found.contains(&"resolution"), "{found:?}");
    assert_eq!(seen.summary, json!({ "story_arc": "rise_fall", "pace": "moderate" }));
    assert_eq!((seen.degraded, seen.model.as_deref()), (None, Some("minilm-l6-v2")));
}

#[test]
fn pictures_alone_are_told_by_scenes_shots_and_things() {
    let frame = |at: u32| {
        let object = |kind: &str| {
            json!({ "object_class": kind, "confidence_score": 0.9, "track_id": 1,
            "position": "middle-center", "bounding_box": { "x": 0, "y": 0, "width": 1, "height": 1 } })
        };
        let objects = if at < 12 { vec![object("dog"), object("dog")] } else { vec![object("boat")] };
        json!({ "timestamp": at, "objects": objects })
    };
    let scene = |start_time: f64, end_time: f64| {
        json!({ "start_time": start_time, "end_time": end_time, "scene_id": 0,
        "shots": 1, "transition_in": null, "keyframe_time": start_time })
    };
    let told = Told::of(24.0)
        .without_sound()
        .with(CUTS, cuts(&[4.0, 12.0, 18.0]))
        .with(SCENES, json!([scene(0.0, 12.0), scene(12.0, 24.0)]))
        .with(OBJECTS, (0..24).map(frame).collect())
        .plain();
    let seen = told.seen();
    assert_eq!(begins(&seen), [12.0]);
    let summaries: Vec<&str> = seen.segments.iter().filter_map(|part| part["summary"].as_str()).collect();
    assert_eq!(summaries, ["2 shots of 2 dogs without sound.", "2 shots of a boat without sound."]);
    assert!(seen.segments.iter().all(|part| part["sentiment"].is_null()));
    assert_eq!(seen.degraded, None);
}

#[test]
fn texts_tell_the_story_where_nobody_speaks() {
    let texts = json!([
        text(0.0, 3.0, "3 things about the moon", "overlay"),
        text(3.2, 8.0, "It has no air", "overlay"),
        text(8.2, 13.0, "It is slowly moving away", "overlay"),
        text(13.2, 18.0, "Its dark side is not dark", "overlay"),
        text(18.2, 21.0, "FOLLOW FOR MORE", "overlay"),
    ]);
    let seen = Told::of(21.0).with(TEXTS, texts).plain().seen();
    let found = roles(&seen);
    assert_eq!((found[0], found.last()), ("hook", Some(&"call_to_action")), "{:#?}", seen.segments);
    let first = seen.segments[0]["summary"].as_str().expect("a summary");
    assert!(first.contains("\"3 things about the moon\" is written"), "{first}");
}

#[test]
fn a_statement_in_one_sentence_is_one_part() {
    let (speech, starts) = spoken(&[crate::topics::STATEMENT], 0.0);
    let seen = Told::of(starts[1]).with(SPEECH, speech).plain().seen();
    assert_eq!(roles(&seen), ["development"]);
    assert_eq!(seen.summary["story_arc"], Value::Null);
    assert_eq!(seen.summary["pace"], "moderate");
}

#[test]
fn each_part_feels_as_its_own_words_do() {
    let (glad, sad) =
        ("We love this wonderful garden and its happy bees.", "The terrible storm killed them all.");
    let (speech, starts) = spoken(&[glad, glad, sad, sad], 0.5);
    let cut = starts[2] - 0.2;
    let scene = |start_time: f64, end_time: f64| json!({ "start_time": start_time, "end_time": end_time });
    let seen = Told::of(starts[4])
        .with(SPEECH, speech)
        .with(CUTS, cuts(&[cut]))
        .with(SCENES, json!([scene(0.0, cut), scene(cut, starts[4])]))
        .plain()
        .seen();
    let feelings: Vec<f64> = seen.segments.iter().map(|part| crate::number(&part["sentiment"])).collect();
    assert_eq!(feelings.len(), 2, "{:?}", seen.segments);
    // What vaderSentiment 3.3.2 says of the sentences, to three decimals.
    let apart = feelings.iter().zip([0.9228, -0.8225]).map(|(ours, theirs)| (ours - theirs).abs());
    assert!(apart.fold(0.0, f64::max) < 1.1e-3, "{feelings:?}");
}
