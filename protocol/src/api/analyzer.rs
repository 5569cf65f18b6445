//! An analyzer as a listing shows it: `GET /v1/analyzers`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnalyzerInfo {
    pub name: String,
    /// The analyzer's own.
    pub version: Option<String>,
    /// What it finds, in a few words.
    pub about: Option<String>,
    pub state: AnalyzerState,
    /// Why it is not ready.
    pub reason: Option<String>,
    /// The worker group that runs it.
    pub group: Option<String>,
    /// Where it runs: `cpu` or `cuda:N`.
    pub device: Option<String>,
    /// What it wants to see and hear, in words: `every 5th frame, longest side 384, gray`.
    pub input: Option<String>,
    /// Names of the models that it uses.
    pub models: Vec<String>,
    /// Its library.
    pub path: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnalyzerState {
    /// Loaded in its group's worker.
    Ready,
    /// Known; its worker is starting.
    Loading,
    /// Known, and not in memory: loaded when a job wants it.
    Unloaded,
    /// Switched off, by the configuration or by hand.
    Disabled,
    /// Left out for a while, since it crashed again and again.
    Quarantined,
    /// A model is missing.
    Unavailable,
    /// It cannot be loaded.
    Broken,
}
