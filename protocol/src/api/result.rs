//! The result document: one analysis of one video.
//!
//! Times are seconds from the first frame; boxes and points pixels of the upright source frame; scores 0..1; unknown
//! is `null`. Fields are only ever added within a major version. `vactl schema` prints the JSON Schema
//! ([`schema`](super::schema)), which tells the findings of each analyzer, too.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Version of the document's shape.
pub const SCHEMA_VERSION: &str = "1.0";

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    pub schema_version: String,
    pub status: DocumentStatus,
    /// Why the status is not `success`, in one sentence.
    pub error: Option<String>,
    pub video: VideoFacts,
    /// By the analyzer's name.
    pub analyzers: BTreeMap<String, AnalyzerResult>,
    pub metrics: Metrics,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentStatus {
    /// No analyzer failed, and at least one gave findings.
    Success,
    /// One failed, or one asked for by name is unavailable, or the file is truncated or corrupt.
    Partial,
    /// No findings at all.
    Error,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VideoFacts {
    /// As the daemon saw it; bytes that are no UTF-8 are shown as U+FFFD.
    pub path: String,
    pub source_url: Option<String>,
    pub sha256: Option<String>,
    pub size_bytes: u64,
    pub duration_s: Option<f64>,
    /// Mean frame rate.
    pub fps: Option<f64>,
    /// Frames that were decoded.
    pub frame_count: u64,
    /// Pixels, upright.
    pub width: Option<u32>,
    /// Pixels, upright.
    pub height: Option<u32>,
    /// The clockwise turn (0, 90, 180, 270) that makes the stored picture upright.
    pub rotation: u16,
    pub video_codec: Option<String>,
    pub audio_codec: Option<String>,
    pub has_audio: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AnalyzerResult {
    pub status: AnalyzerStatus,
    /// One sentence whenever the status is not `ok`.
    pub reason: Option<String>,
    /// Whether the same request may succeed later; `null` unless the status is `failed`.
    #[serde(default)]
    pub retry_possible: Option<bool>,
    /// What a person may do about it, where the status is `failed` and there is something.
    #[serde(default)]
    pub suggested_action: Option<String>,
    /// The analyzer's own version.
    pub version: Option<String>,
    pub model: Option<ModelUsed>,
    /// Where it ran: `cpu` or `cuda:N`.
    pub device: Option<String>,
    /// The analyzer, with its models, was loaded already.
    pub cache_hit: bool,
    pub timing: Timing,
    /// Frames it looked at.
    pub frames: u64,
    /// Empty unless the status is `ok` or `degraded`.
    #[schemars(with = "Vec<BTreeMap<String, serde_json::Value>>")]
    pub segments: Box<RawValue>,
    /// `null` unless the status is `ok` or `degraded`.
    #[schemars(with = "Option<BTreeMap<String, serde_json::Value>>")]
    pub summary: Box<RawValue>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnalyzerStatus {
    Ok,
    /// A smaller stand-in ran.
    Degraded,
    Failed,
    /// Disabled, or the video has no such input.
    Skipped,
    /// A model is not installed, or the analyzer is not there.
    Unavailable,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ModelUsed {
    pub name: String,
    pub sha256: Option<String>,
}

/// Seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timing {
    /// From the request until the analyzer's session was open.
    pub queue_s: f64,
    /// Loading the analyzer and its models; 0 where it was warm.
    pub load_s: f64,
    /// Inside of the analyzer.
    pub compute_s: f64,
    /// CPU seconds of the analyzer's own thread; what a model spends in threads beside it is not in it.
    #[serde(default)]
    pub cpu_s: f64,
    /// From the session's opening to its findings.
    pub wall_s: f64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Metrics {
    /// From the request until the document.
    pub processing_time_s: f64,
    /// Seconds of video analysed in a second.
    pub realtime_factor: Option<f64>,
    /// CPU seconds of the decode worker: reading, decoding, scaling, for all analyzers together.
    pub decode_s: f64,
    pub gpu_utilization_avg: Option<f64>,
    pub gpu_utilization_peak: Option<f64>,
    pub gpu_memory_peak_mb: Option<f64>,
    /// Peaks of the resident memory of the daemon and the workers of this job, added up.
    pub memory_peak_mb: f64,
    /// Share of the analyzers that were loaded already.
    pub cache_hit_rate: f64,
    /// Analyzers that were loaded while the job waited.
    #[serde(default)]
    pub loads: u64,
    /// Analyzers that had to go to make room for those of the job.
    #[serde(default)]
    pub evictions: u64,
    /// Workers that ended while they worked for the job.
    #[serde(default)]
    pub restarts: u64,
    /// Analyzers that were left out, since they had crashed again and again.
    #[serde(default)]
    pub quarantines: u64,
    /// Share of the analyzers that ran which gave findings.
    pub analyzer_success_rate: f64,
}
