//! The schema as a whole, what holds for every analyzer, and the analyzers that are not ours.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use va_protocol::api::result::Document;

use crate::example::{analyzers, assert_names, defects, document, example, schema};

/// (status, reason, segments, summary, where the document is refused)
const STATUSES: &[(&str, &str, &str, &str, &[&str])] = &[
    ("ok", "null", "[{}]", "{}", &[]),
    ("ok", "null", "[]", "{}", &[]),
    ("ok", r#""but""#, "[]", "{}", &["reason"]),
    ("ok", "null", "[]", "null", &["summary"]),
    ("degraded", r#""a smaller one ran""#, "[{}]", "{}", &[]),
    ("degraded", "null", "[]", "{}", &["reason"]),
    ("degraded", r#""a smaller one ran""#, "[]", "null", &["summary"]),
    ("failed", r#""it crashed""#, "[]", "null", &[]),
    ("failed", r#""""#, "[]", "null", &["reason"]),
    ("failed", r#""it crashed""#, "[{}]", "null", &["segments"]),
    ("failed", r#""it crashed""#, "[]", "{}", &["summary"]),
    ("skipped", r#""no sound""#, "[]", "null", &[]),
    ("skipped", "null", "[]", "null", &["reason"]),
    ("unavailable", r#""no model""#, "[]", "null", &[]),
    ("unavailable", r#""no model""#, "[{}]", "{}", &["segments", "summary"]),
    ("fine", r#""why""#, "[]", "null", &["status"]),
    ("ok", "null", "[1]", "{}", &["segments/0"]),
    ("ok", "null", "{}", "{}", &["segments"]),
];

/// Each `$ref` within a schema, or anything else.
fn references(schema: &Value) -> Vec<&str> {
    match schema {
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str);
            own.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(elements) => elements.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn it_is_a_schema_of_draft_2020_12() {
    assert_eq!(schema()["$schema"], "https://json-schema.org/draft/2020-12/schema");
    jsonschema::draft202012::meta::validate(schema()).unwrap_or_else(|e| panic!("{}: {e}", e.instance_path));
}

#[test]
fn references_lead_to_definitions_and_no_definition_is_left_over() {
    let used: BTreeSet<&str> = references(schema()).into_iter().collect();
    for reference in &used {
        let pointer = reference.strip_prefix('#').expect("a place in this document");
        assert!(schema().pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let definitions = schema()["$defs"].as_object().expect("an object");
    for (name, definition) in definitions {
        assert!(used.contains(format!("#/$defs/{name}").as_str()), "{name} is not used");
        for inner in definition["$defs"].as_object().into_iter().flat_map(|inner| inner.keys()) {
            assert!(
                used.contains(format!("#/$defs/{name}/$defs/{inner}").as_str()),
                "{name}/{inner} is not used"
            );
        }
    }
}

#[test]
fn every_file_of_the_folder_is_part_of_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    let entries = folder.read_dir().expect("the folder is there");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    let files = analyzers().chain(["common"]).map(|name| format!("{name}.json")).collect::<Vec<_>>();
    assert_names(names, &files.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn the_analyzers_that_the_contract_names_are_there() {
    let names = [
        "age_estimation",
        "audio_analysis",
        "audio_environment",
        "background_segmentation",
        "body_pose",
        "camera_analysis",
        "color_analysis",
        "content_quality",
        "cut_analysis",
        "emotion_detection",
        "eye_tracking",
        "face_detection",
        "object_detection",
        "qwen2_vl_temporal",
        "scene_segmentation",
        "speech_emotion",
        "speech_flow",
        "speech_transcription",
        "temporal_flow",
        "text_overlay",
    ];
    assert_names(analyzers(), &names);
}

#[test]
fn what_is_unknown_is_null_and_not_left_out() {
    let whole = example("cut_analysis");
    for part in ["", "/video", "/metrics", "/analyzers/cut_analysis", "/analyzers/cut_analysis/timing"] {
        let fields = whole.pointer(part).and_then(Value::as_object).expect("an object");
        for field in fields.keys() {
            let mut document = whole.clone();
            document.pointer_mut(part).and_then(Value::as_object_mut).expect("an object").remove(field);
            assert_eq!(defects(&document), [part], "{part}/{field} is left out");
        }
    }
}

#[test]
fn the_examples_are_what_the_types_read_and_write() {
    for analyzer in analyzers() {
        let example = example(analyzer);
        let typed: Document = serde_json::from_str(&example.to_string()).expect("the types can read it");
        assert_eq!(serde_json::to_value(typed).expect("JSON"), example);
    }
}

#[test]
fn reason_and_findings_follow_from_the_status_of_any_analyzer() {
    for (status, reason, segments, summary, refused) in STATUSES {
        let [reason, segments, summary] =
            [reason, segments, summary].map(|text| serde_json::from_str::<Value>(text).expect("JSON"));
        let row = format!("{status}, {reason}, {segments}, {summary}");
        let found: BTreeSet<String> =
            defects(&document("theirs", status, reason, segments, summary)).into_iter().collect();
        let expected = refused.iter().map(|part| format!("/analyzers/theirs/{part}")).collect();
        assert_eq!(found, expected, "{row}");
    }
}

#[test]
fn our_analyzers_may_fail_as_any_other() {
    for analyzer in analyzers() {
        let failed =
            |segments, summary| defects(&document(analyzer, "failed", json!("why"), segments, summary));
        assert!(failed(json!([]), Value::Null).is_empty(), "{analyzer}");
        let found = example(analyzer);
        let part = |part: &str| found["analyzers"][analyzer][part].clone();
        assert!(!failed(part("segments"), Value::Null).is_empty(), "{analyzer}");
        assert!(!failed(json!([]), part("summary")).is_empty(), "{analyzer}");
    }
}

#[test]
fn what_is_wrong_with_ours_is_let_pass_with_another() {
    let free = |name: &str| document(name, "ok", Value::Null, json!([{ "any": 1 }]), json!({ "more": [] }));
    assert_names(defects(&free("theirs")), &[]);
    for analyzer in analyzers() {
        assert!(!defects(&free(analyzer)).is_empty(), "{analyzer}");
    }
}
