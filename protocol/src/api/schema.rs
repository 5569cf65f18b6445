//! The JSON Schema of the result document: the outer part from its types, the findings of each of our analyzers from
//! the files in `schema/`.
//!
//! A file is written by hand, since an analyzer's own types are out of reach from here. It becomes `#/$defs/NAME`,
//! may use all of `common.json` as `#/$defs/…`, and is read from the program itself. The findings of an analyzer
//! that is not ours stay free-form.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::result::{Document, SCHEMA_VERSION};

/// A name, and the text of its file.
macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("../../schema/", $name, ".json")))
    };
}

const COMMON: (&str, &str) = file!("common");

const ANALYZERS: [(&str, &str); 20] = [
    file!("age_estimation"),
    file!("audio_analysis"),
    file!("audio_environment"),
    file!("background_segmentation"),
    file!("body_pose"),
    file!("camera_analysis"),
    file!("color_analysis"),
    file!("content_quality"),
    file!("cut_analysis"),
    file!("emotion_detection"),
    file!("eye_tracking"),
    file!("face_detection"),
    file!("object_detection"),
    file!("qwen2_vl_temporal"),
    file!("scene_segmentation"),
    file!("speech_emotion"),
    file!("speech_flow"),
    file!("speech_transcription"),
    file!("temporal_flow"),
    file!("text_overlay"),
];

/// The schema of [`Document`], draft 2020-12.
pub fn document() -> Value {
    // As it is written: each field is there, and null where it is unknown.
    let types = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = types.into_root_schema_for::<Document>().to_value();
    schema["title"] = "Result document of va".into();
    schema["properties"]["schema_version"]["const"] = SCHEMA_VERSION.into();
    schema["$defs"]["AnalyzerResult"]["allOf"] = json!([{ "$ref": "#/$defs/findings_by_status" }]);
    define(&mut schema, object(parsed(COMMON)["$defs"].take()));
    for file in ANALYZERS {
        let name = file.0;
        schema["properties"]["analyzers"]["properties"][name] = json!({ "$ref": format!("#/$defs/{name}") });
        define(&mut schema, Map::from_iter([(name.to_owned(), parsed(file))]));
    }
    schema
}

fn define(schema: &mut Value, definitions: Map<String, Value>) {
    let known = schema["$defs"].as_object_mut().expect("the types have definitions");
    for (name, definition) in definitions {
        let taken = known.insert(name.clone(), definition).is_some();
        assert!(!taken, "two definitions are named {name}");
    }
}

fn parsed((name, text): (&str, &str)) -> Value {
    serde_json::from_str(text)
        .unwrap_or_else(|e| panic!("schema/{name}.json, part of this program, is broken: {e}"))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("definitions have names, but these are {other}"),
    }
}
