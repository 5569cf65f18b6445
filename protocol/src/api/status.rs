//! The daemon's state: `GET /v1/status`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Status {
    /// Of the daemon's process.
    pub pid: u32,
    /// Of the daemon.
    pub version: String,
    /// Path of the Unix socket.
    pub socket: String,
    /// Path of the state folder.
    pub state_dir: String,
    /// Path of the folder of installed models.
    pub models_dir: String,
    /// The configuration file, where there is one.
    pub config: Option<String>,
    /// Since it started.
    pub uptime_s: f64,
    /// What workers are kept from.
    pub sandbox: SandboxStatus,
    /// The worker groups of the configuration that have analyzers.
    pub groups: Vec<GroupStatus>,
    /// The processes that wait or work for jobs.
    pub workers: Vec<WorkerStatus>,
    pub jobs: JobCounts,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SandboxStatus {
    pub state: SandboxState,
    /// What it cannot keep them from here, each as a sentence.
    pub lacks: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SandboxState {
    On,
    /// On, but this kernel lacks some of it.
    Partly,
    /// By configuration.
    Off,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupStatus {
    pub name: String,
    /// As the configuration says: `cpu` or `auto`.
    pub device: String,
    /// Threads that one of its analyzers may keep busy.
    pub threads: usize,
    /// What its worker may allocate, MiB.
    pub memory_mib: Option<u64>,
    /// Names of its analyzers.
    pub analyzers: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkerStatus {
    /// `null` while it waits to be started again.
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
    /// Waiting for their turn.
    pub queued: usize,
    pub running: usize,
    /// With a document or a problem.
    pub finished: u64,
    /// Their clients were gone before.
    pub given_up: u64,
}
