//! The types of the API as tables, from their JSON Schemas.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value};
use va_protocol::api::analyzer::AnalyzerInfo;
use va_protocol::api::job::{JobEvent, JobRequest};
use va_protocol::api::memory::{MemoryStatus, Moved, Which};
use va_protocol::api::plugin::{
    AnalyzerDetails, PluginChanged, PluginCheck, PluginToAdd, PluginToCheck, PluginToEnable,
};
use va_protocol::api::problem::{Problem, ProblemKind};
use va_protocol::api::result::Document;
use va_protocol::api::status::Status;

use crate::documentation::cell;

/// The types that travel, by name.
pub(super) struct Types {
    /// What a client sends: fields with a default may be left out.
    sent: Map<String, Value>,
    /// What the daemon sends: all fields are there.
    received: Map<String, Value>,
}

impl Types {
    pub(super) fn of_the_api() -> Self {
        let mut sent = SchemaSettings::draft2020_12().for_deserialize().into_generator();
        know::<JobRequest>(&mut sent);
        know::<PluginToAdd>(&mut sent);
        know::<PluginToCheck>(&mut sent);
        know::<PluginToEnable>(&mut sent);
        know::<Which>(&mut sent);
        let mut received = SchemaSettings::draft2020_12().for_serialize().into_generator();
        know::<Status>(&mut received);
        know::<AnalyzerInfo>(&mut received);
        know::<AnalyzerDetails>(&mut received);
        know::<PluginChanged>(&mut received);
        know::<PluginCheck>(&mut received);
        know::<MemoryStatus>(&mut received);
        know::<Moved>(&mut received);
        know::<JobEvent>(&mut received);
        know::<Document>(&mut received);
        know::<Problem>(&mut received);
        Types { sent: sent.take_definitions(true), received: received.take_definitions(true) }
    }

    pub(super) fn link<T: JsonSchema>(&self) -> String {
        self.named(&T::schema_name())
    }

    pub(super) fn named(&self, name: &str) -> String {
        assert!(self.sent.contains_key(name) || self.received.contains_key(name), "no type {name} travels");
        // The kinds of problems stand with the errors, where a reader needs them.
        let heading = if name == "ProblemKind" { "Errors" } else { name };
        format!("[{name}](#{})", anchor(heading))
    }

    pub(super) fn text(&self) -> String {
        let mut all: Vec<(&String, &Value)> = self.sent.iter().chain(&self.received).collect();
        all.sort_by_key(|(name, _)| *name);
        all.into_iter()
            .filter(|(name, _)| *name != "ProblemKind")
            .map(|(name, schema)| {
                let about = description(schema);
                let about = if about.is_empty() { String::new() } else { format!("{about}\n\n") };
                format!("\n### {name}\n\n{about}{}", self.definition(schema))
            })
            .collect()
    }

    /// The kinds of problems, with their status of HTTP.
    pub(super) fn problems(&self) -> String {
        let rows: String = variants(&self.received["ProblemKind"])
            .map(|(value, meaning)| {
                let kind: ProblemKind = serde_json::from_value(value.clone()).expect("a kind");
                format!("| {} | `{}` | {} |\n", kind.http_status(), word(&kind), cell(&meaning))
            })
            .collect();
        format!("| status | kind | meaning |\n|---|---|---|\n{rows}")
    }

    fn definition(&self, schema: &Value) -> String {
        if schema.get("properties").is_some() {
            return format!("| field | type | meaning |\n|---|---|---|\n{}", self.fields(schema, None));
        }
        let is_object = |variant: &Value| variant.get("properties").is_some();
        match schema.get("oneOf").and_then(Value::as_array) {
            Some(kinds) if kinds.iter().all(is_object) => {
                kinds.iter().map(|kind| self.kind(kind)).collect::<Vec<_>>().join("\n")
            }
            _ => variants(schema).map(|(value, meaning)| item(&value, &meaning)).collect(),
        }
    }

    /// One kind of event, by its tag.
    fn kind(&self, schema: &Value) -> String {
        let tag = &schema["properties"]["event"]["const"];
        format!(
            "`\"event\": {tag}`: {}\n\n| field | type | meaning |\n|---|---|---|\n{}",
            description(schema),
            self.fields(schema, Some("event"))
        )
    }

    fn fields(&self, schema: &Value, without: Option<&str>) -> String {
        let properties = schema["properties"].as_object().expect("an object's fields");
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let optional = properties.keys().map(String::as_str).filter(|name| !required.contains(name));
        // In the order of the source, where the schema has it.
        let names = required.iter().copied().chain(optional).filter(|name| Some(*name) != without);
        names
            .map(|name| {
                let field = &properties[name];
                let kind = self.kind_of(field);
                let default = match (required.contains(&name), field.get("default")) {
                    (true, _) => String::new(),
                    (false, Some(default)) => format!("; `{default}` where it is absent"),
                    (false, None) => "; may be absent".to_owned(),
                };
                format!("| `{name}` | {kind}{default} | {} |\n", cell(&description(field)))
            })
            .collect()
    }

    /// A field's type in words.
    fn kind_of(&self, schema: &Value) -> String {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return self.named(reference.rsplit('/').next().unwrap_or_default());
        }
        if let Some(kinds) = schema.get("anyOf").and_then(Value::as_array) {
            return kinds.iter().map(|kind| self.kind_of(kind)).collect::<Vec<_>>().join(" or ");
        }
        if schema.as_bool() == Some(true) {
            return "any value".to_owned();
        }
        let kinds = match &schema["type"] {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            kind => vec![kind.as_str().unwrap_or_else(|| panic!("a field of no known type: {schema}"))],
        };
        let kind = |kind: &str| match kind {
            "array" => format!("list of {}", self.kind_of(&schema["items"])),
            "object" if schema["additionalProperties"].is_object() => {
                format!("object, each value {}", self.kind_of(&schema["additionalProperties"]))
            }
            kind => kind.to_owned(),
        };
        kinds.into_iter().map(kind).collect::<Vec<_>>().join(" or ")
    }
}

fn know<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}

fn description(schema: &Value) -> String {
    schema.get("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " ")
}

/// The values of an enumeration, each with its meaning.
fn variants(schema: &Value) -> impl Iterator<Item = (Value, String)> {
    let parts = schema["oneOf"].as_array().cloned().unwrap_or_else(|| vec![schema.clone()]);
    parts.into_iter().flat_map(|part| {
        let about = description(&part);
        match (part.get("const"), part["enum"].as_array()) {
            (Some(value), _) => vec![(value.clone(), about)],
            (None, Some(values)) => values.iter().map(|value| (value.clone(), String::new())).collect(),
            (None, None) => panic!("an enumeration of no known form: {part}"),
        }
    })
}

fn item(value: &Value, meaning: &str) -> String {
    let meaning = if meaning.is_empty() { String::new() } else { format!(": {meaning}") };
    format!("- `{value}`{meaning}\n")
}

pub(super) fn word(kind: &ProblemKind) -> String {
    serde_json::to_value(kind).expect("a word").as_str().unwrap_or_default().to_owned()
}

/// What a heading is called in links to it.
pub(super) fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
}
