//! The daemon's state: `GET /v1/status`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Status {
    pub pid: u32,
    pub version: String,
    pub socket: String,
    pub state_dir: String,
    /// The configuration file, where there is one.
    pub config: Option<String>,
    pub uptime_s: f64,
    pub groups: Vec<GroupStatus>,
    pub workers: Vec<WorkerStatus>,
    pub jobs: JobCounts,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupStatus {
    pub name: String,
    pub device: String,
    pub threads: usize,
    pub memory_mib: Option<u64>,
    pub analyzers: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkerStatus {
    pub pid: Option<u32>,
    pub role: WorkerRole,
    /// The group of an analyze worker.
    pub group: Option<String>,
    pub state: WorkerState,
    /// How often it was started again after an unexpected end.
    pub restarts: u32,
    /// How the last one ended, where one did.
    pub last_exit: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkerRole {
    Analyze,
    Decode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkerState {
    /// Loading its analyzers.
    Starting,
    Ready,
    /// Ended; is started again after a pause.
    Waiting,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JobCounts {
    pub queued: usize,
    pub running: usize,
    pub finished: u64,
}
