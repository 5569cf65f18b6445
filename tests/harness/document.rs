//! A result document, and what holds for every one of them.

use serde_json::{Map, Value};

#[derive(Debug, Clone, PartialEq)]
pub struct Document(Value);

impl Document {
    /// # Panics
    /// Where the document breaks its contract.
    #[track_caller]
    pub fn checked(document: Value, schema: &Value) -> Self {
        let validator = jsonschema::validator_for(schema).expect("the schema is one");
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path))
            .collect();
        assert!(errors.is_empty(), "the document is not what the schema says: {errors:#?}\n{document:#}");
        let document = Document(document);
        document.check_status();
        document.analyzers().iter().for_each(|(name, result)| check_analyzer(name, result));
        document.check_facts();
        document
    }

    pub fn value(&self) -> &Value {
        &self.0
    }

    pub fn status(&self) -> &str {
        self.0["status"].as_str().expect("text")
    }

    /// Why the status is not `success`; empty where it is.
    pub fn error(&self) -> &str {
        self.0["error"].as_str().unwrap_or_default()
    }

    pub fn video(&self) -> &Value {
        &self.0["video"]
    }

    pub fn metrics(&self) -> &Value {
        &self.0["metrics"]
    }

    pub fn analyzers(&self) -> &Map<String, Value> {
        self.0["analyzers"].as_object().expect("an object")
    }

    #[track_caller]
    pub fn analyzer(&self, name: &str) -> &Value {
        self.analyzers().get(name).unwrap_or_else(|| panic!("there is no {name} in {self:#?}"))
    }

    #[track_caller]
    pub fn status_of(&self, name: &str) -> &str {
        self.analyzer(name)["status"].as_str().expect("text")
    }

    #[track_caller]
    pub fn reason_of(&self, name: &str) -> &str {
        self.analyzer(name)["reason"].as_str().unwrap_or_default()
    }

    #[track_caller]
    pub fn segments(&self, name: &str) -> &[Value] {
        self.analyzer(name)["segments"].as_array().expect("a list")
    }

    /// One number of each segment.
    #[track_caller]
    pub fn numbers(&self, name: &str, field: &str) -> Vec<f64> {
        let number =
            |segment: &Value| segment[field].as_f64().unwrap_or_else(|| panic!("no {field} in {segment}"));
        self.segments(name).iter().map(number).collect()
    }

    #[track_caller]
    pub fn summary(&self, name: &str) -> &Value {
        &self.analyzer(name)["summary"]
    }

    /// # Panics
    /// Where an analyzer did not do its work, or not on all frames.
    #[track_caller]
    pub fn saw_all(&self, name: &str) -> &Self {
        assert_eq!(self.status_of(name), "ok", "{}", self.reason_of(name));
        assert_eq!(self.analyzer(name)["frames"], self.video()["frame_count"], "frames that {name} saw");
        self
    }

    /// # Panics
    /// Where the analyzer did not fail, or for a reason that does not have all of these words.
    #[track_caller]
    pub fn failed(&self, name: &str, words: &[&str]) -> &Self {
        assert_eq!(self.status_of(name), "failed", "{:#}", self.0);
        for word in words {
            assert!(
                self.reason_of(name).contains(word),
                "{word:?} is missing in the reason: {}",
                self.reason_of(name)
            );
        }
        self
    }

    /// The status follows from the rest.
    #[track_caller]
    fn check_status(&self) {
        let any = |statuses: &[&str]| {
            self.analyzers().values().any(|result| statuses.iter().any(|status| result["status"] == *status))
        };
        match self.status() {
            "success" => {
                assert!(any(&["ok", "degraded"]) && !any(&["failed"]), "no success: {:#}", self.0);
                assert!(self.0["error"].is_null(), "a success with an error: {}", self.error());
            }
            "partial" => {
                assert!(any(&["ok", "degraded"]) && !self.error().is_empty(), "not partial: {:#}", self.0)
            }
            "error" => {
                assert!(!any(&["ok", "degraded"]) && !self.error().is_empty(), "not an error: {:#}", self.0)
            }
            other => panic!("a status {other:?}"),
        }
    }

    #[track_caller]
    fn check_facts(&self) {
        let (video, metrics) = (self.video(), self.metrics());
        for (name, least) in [("processing_time_s", 0.0), ("decode_s", 0.0), ("memory_peak_mb", 1.0)] {
            assert!(metrics[name].as_f64().expect("a number") >= least, "{name}: {metrics:#}");
        }
        for name in ["cache_hit_rate", "analyzer_success_rate"] {
            assert!((0.0..=1.0).contains(&metrics[name].as_f64().expect("a number")), "{name}: {metrics:#}");
        }
        if let Some(duration) = video["duration_s"].as_f64() {
            assert!((0.0..1e6).contains(&duration), "{video:#}");
        }
        let sum = video["sha256"].as_str().unwrap_or_default();
        assert!(sum.is_empty() || sum.len() == 64, "{video:#}");
        assert_eq!(video["has_audio"] == true, !video["audio_codec"].is_null(), "{video:#}");
    }
}

#[track_caller]
fn check_analyzer(name: &str, result: &Value) {
    let reason = result["reason"].as_str().unwrap_or_default();
    match result["status"].as_str().expect("text") {
        "ok" => assert!(result["reason"].is_null(), "{name} is ok, but: {reason}"),
        _ => assert!(
            !reason.trim().is_empty() && reason.lines().count() == 1,
            "the reason of {name}: {reason:?}"
        ),
    }
    let found = ["ok", "degraded"].iter().any(|status| result["status"] == *status);
    assert_eq!(result["summary"].is_object(), found, "the summary of {name}: {result:#}");
    assert!(
        found || result["segments"].as_array().is_some_and(Vec::is_empty),
        "segments of {name}: {result:#}"
    );
    for (part, seconds) in result["timing"].as_object().expect("an object") {
        assert!(
            seconds.as_f64().is_some_and(|seconds| (0.0..1e5).contains(&seconds)),
            "{part} of {name}: {seconds}"
        );
    }
}
