//! The example that stands in the schema of each analyzer, as a document, to be bent out of shape.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};
use va_protocol::api::schema;

static SCHEMA: LazyLock<Value> = LazyLock::new(schema::document);
static VALIDATOR: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::draft202012::new(&SCHEMA).expect("the schema is one"));

pub(crate) fn schema() -> &'static Value {
    &SCHEMA
}

/// Names of our analyzers, as the schema has them.
pub(crate) fn analyzers() -> impl Iterator<Item = &'static str> {
    SCHEMA["properties"]["analyzers"]["properties"].as_object().expect("an object").keys().map(String::as_str)
}

/// Where the document is not what the schema says, as JSON pointers.
pub(crate) fn defects(document: &Value) -> Vec<String> {
    VALIDATOR.iter_errors(document).map(|error| error.instance_path.to_string()).collect()
}

/// A document with one analyzer.
pub(crate) fn document(
    analyzer: &str,
    status: &str,
    reason: Value,
    segments: Value,
    summary: Value,
) -> Value {
    json!({
        "schema_version": "1.0", "status": "success", "error": null,
        "video": {
            "path": "/v.mp4", "source_url": null, "sha256": null, "size_bytes": 1, "duration_s": 10.0, "fps": 30.0,
            "frame_count": 300, "width": 1080, "height": 1920, "rotation": 0, "video_codec": "h264",
            "audio_codec": null, "has_audio": false
        },
        "analyzers": { analyzer: {
            "status": status, "reason": reason, "retry_possible": null, "suggested_action": null, "version": "0.1.0", "model": null, "device": "cpu",
            "cache_hit": true, "timing": { "queue_s": 0.0, "load_s": 0.0, "compute_s": 1.0, "cpu_s": 0.9, "wall_s": 2.0 },
            "frames": 10, "segments": segments, "summary": summary
        } },
        "metrics": {
            "processing_time_s": 2.0, "realtime_factor": 5.0, "decode_s": 1.0, "gpu_utilization_avg": null,
            "gpu_utilization_peak": null, "gpu_memory_peak_mb": null, "memory_peak_mb": 100.0,
            "cache_hit_rate": 1.0, "loads": 0, "evictions": 0, "restarts": 0, "quarantines": 0,
            "analyzer_success_rate": 1.0
        }
    })
}

/// The document with the example of one analyzer.
pub(crate) fn example(analyzer: &str) -> Value {
    let parts = &SCHEMA["$defs"][analyzer]["properties"];
    let of = |part: &str| parts[part]["examples"][0].clone();
    document(analyzer, "ok", Value::Null, of("segments"), of("summary"))
}

/// A field of an example; of a list's elements, those of the first one.
#[derive(Debug)]
pub(crate) struct Field {
    analyzer: &'static str,
    /// Such as `cut_analysis.segments.frame`.
    pub(crate) name: String,
    pointer: String,
    pub(crate) value: Value,
}

impl Field {
    /// Whether the example is let pass with another value of this field. A refusal must be due to the field.
    pub(crate) fn may_be(&self, value: Value) -> bool {
        let mut document = example(self.analyzer);
        *document.pointer_mut(&self.pointer).expect("the field is there") = value;
        self.passes(&document)
    }

    /// The same without the field. Elements of a list are not looked at.
    pub(crate) fn may_be_missing(&self) -> bool {
        let mut document = example(self.analyzer);
        let (parent, key) = self.pointer.rsplit_once('/').expect("a pointer");
        document.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object").remove(key);
        self.passes(&document)
    }

    /// The same with one field more inside of it.
    pub(crate) fn may_have_more(&self) -> bool {
        let mut more = self.value.clone();
        more["added_later"] = json!(1);
        self.may_be(more)
    }

    fn passes(&self, document: &Value) -> bool {
        let defects = defects(document);
        let result = format!("/analyzers/{}", self.analyzer);
        for at in &defects {
            let here = self.pointer.starts_with(at.as_str()) || at.starts_with(&self.pointer);
            assert!(here && at.starts_with(&result), "{} is bent, but refused is {at}", self.name);
        }
        defects.is_empty()
    }
}

/// All fields of all examples.
pub(crate) fn fields() -> Vec<Field> {
    let mut found = Vec::new();
    for analyzer in analyzers() {
        let example = example(analyzer);
        for part in ["segments", "summary"] {
            let pointer = format!("/analyzers/{analyzer}/{part}");
            let value = example.pointer(&pointer).expect("an example has both parts");
            collect(analyzer, format!("{analyzer}.{part}"), pointer, value, &mut found);
        }
    }
    found
}

pub(crate) fn field(name: &str) -> Field {
    fields()
        .into_iter()
        .find(|field| field.name == name)
        .unwrap_or_else(|| panic!("there is no field {name}"))
}

fn collect(analyzer: &'static str, name: String, pointer: String, value: &Value, found: &mut Vec<Field>) {
    found.push(Field { analyzer, name: name.clone(), pointer: pointer.clone(), value: value.clone() });
    let mut inside = (pointer, value);
    while let (pointer, Value::Array(elements)) = inside {
        let Some(first) = elements.first() else { return };
        inside = (format!("{pointer}/0"), first);
    }
    let (pointer, Value::Object(fields)) = inside else { return };
    for (key, value) in fields {
        collect(analyzer, format!("{name}.{key}"), format!("{pointer}/{key}"), value, found);
    }
}

/// Compares the names of fields with those that are expected, given in any order.
#[track_caller]
pub(crate) fn assert_names<T: AsRef<str> + Debug>(found: impl IntoIterator<Item = T>, expected: &[&str]) {
    let found: Vec<T> = found.into_iter().collect();
    let found: BTreeSet<&str> = found.iter().map(AsRef::as_ref).collect();
    let expected: BTreeSet<&str> = expected.iter().copied().collect();
    let more: Vec<_> = found.difference(&expected).collect();
    let missing: Vec<_> = expected.difference(&found).collect();
    assert!(more.is_empty() && missing.is_empty(), "not expected: {more:#?}, missing: {missing:#?}");
}
