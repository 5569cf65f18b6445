//! An analyzer as a listing shows it: `GET /v1/analyzers`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnalyzerInfo {
    pub name: String,
    pub version: Option<String>,
    pub about: Option<String>,
    pub state: AnalyzerState,
    /// Why it is not ready.
    pub reason: Option<String>,
    pub group: Option<String>,
    pub device: Option<String>,
    /// What it wants to see and hear, in words: `every 5th frame, longest side 384, gray`.
    pub input: Option<String>,
    pub models: Vec<String>,
    pub path: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnalyzerState {
    /// Loaded in its group's worker.
    Ready,
    /// Known; its worker is starting.
    Loading,
    /// Switched off by the configuration.
    Disabled,
    /// A model is missing.
    Unavailable,
    /// It cannot be loaded.
    Broken,
}
