//! Analyzers as files that come and go: what `vactl plugins` asks for, and what it is told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::analyzer::AnalyzerInfo;

/// Body of `POST /v1/analyzers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PluginToAdd {
    /// The library's file, which the daemon must be able to read; it is copied.
    pub path: String,
    /// The worker group that is to run it; where it is not given: as the configuration says, else the one with the most
    /// free memory.
    pub group: Option<String>,
}

/// Body of `POST /v1/check`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PluginToCheck {
    /// A library's file, or the name of an analyzer.
    pub plugin: String,
}

/// Body of `POST /v1/analyzers/NAME/enable`; may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PluginToEnable {
    /// The worker group that is to run it from now on.
    pub group: Option<String>,
}

/// What a child process found that opened a library, loaded its analyzer and ran it on a small clip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PluginCheck {
    pub path: String,
    /// Of the analyzer, as far as it came to say so.
    pub name: Option<String>,
    pub version: Option<String>,
    /// No step failed.
    pub passed: bool,
    /// In their order: `file`, `interface`, `description`, `load`, `dry_run`.
    pub steps: Vec<PluginCheckStep>,
    /// What the dry run came to.
    pub dry_run: Option<PluginDryRun>,
    /// Resident memory that loading it took, MB.
    pub memory_mb: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PluginCheckStep {
    pub step: String,
    /// `ok`, `skipped` or `failed`.
    pub outcome: String,
    /// Why it failed or was skipped; or what came out.
    pub detail: Option<String>,
    pub took_ms: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PluginDryRun {
    /// Where it ran: `cpu` or `cuda:N`.
    pub device: String,
    /// Frames that it was shown.
    pub frames: u64,
    /// Segments that it found.
    pub segments: usize,
    pub summary: Value,
    /// Why a smaller stand-in ran.
    pub degraded: Option<String>,
    pub model: Option<String>,
}

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PluginChanged {
    /// The analyzer by now; `null` where it is gone.
    pub analyzer: Option<AnalyzerInfo>,
    /// What a person should know of it, in sentences.
    pub notes: Vec<String>,
    /// Where it was added: what its check found.
    pub check: Option<PluginCheck>,
}

/// All that is known of one analyzer: `GET /v1/analyzers/NAME`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnalyzerDetails {
    pub analyzer: AnalyzerInfo,
    pub file: PluginFile,
    /// The version of the SDK that it was built with, where it says so.
    pub sdk_version: Option<String>,
    /// The version of the SDK that the worker has.
    pub worker_sdk_version: Option<String>,
    /// Switched on or off by the configuration, where it says so.
    pub enabled_by_configuration: Option<bool>,
    /// Switched on or off by hand, which outranks the configuration.
    pub enabled_by_hand: Option<bool>,
    /// Moved to a group by hand.
    pub group_by_hand: Option<String>,
    /// Analyzers that run and need or want its findings; it runs for them, unseen, also where it is switched off.
    pub used_by: Vec<String>,
    pub models: Vec<AnalyzerModel>,
    pub crashes: Crashes,
    /// Why it does not run by itself, each with what to do; empty where nothing stands in its way.
    pub why: Vec<Obstacle>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PluginFile {
    pub bytes: u64,
    /// `2026-01-31T12:00:00Z`
    pub modified: String,
    /// Copied by `vactl plugins add`; otherwise it lies in a plugin folder.
    pub added: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnalyzerModel {
    /// Any of these will do, the best one first.
    pub any_of: Vec<String>,
    /// The analyzer finds something without it, too.
    pub optional: bool,
    /// The first of them that is installed and allowed.
    pub installed: Option<String>,
    /// Where none is: why, and what to do about it.
    pub missing: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Crashes {
    /// Since it last did well.
    pub in_a_row: u32,
    pub last: Option<CrashReport>,
    /// It is left out for so long, seconds.
    pub tried_again_in_s: Option<f64>,
    /// The next job runs it alone, and that decides.
    pub on_trial: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CrashReport {
    /// `2026-01-31T12:00:00Z`
    pub at: String,
    pub how: String,
    /// The last lines that its worker wrote to standard error.
    pub stderr: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Obstacle {
    pub what: String,
    /// What to do about it.
    pub remedy: Option<String>,
}
