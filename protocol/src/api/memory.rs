//! Who has what of the memory: `GET /v1/memory`, and what is answered where analyzers are warmed or evicted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The ledger. Bytes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MemoryStatus {
    pub devices: Vec<DeviceMemory>,
    pub workers: Vec<WorkerMemory>,
    pub analyzers: Vec<AnalyzerMemory>,
    /// The latest ones, the newest first.
    pub evictions: Vec<Eviction>,
    pub counts: MemoryCounts,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceMemory {
    /// `cpu` or `cuda:N`.
    pub device: String,
    /// The machine's, or what the daemon's cgroup may take of it.
    pub total_bytes: u64,
    pub free_bytes: u64,
    /// By whomever, before analyzers have to go.
    pub limit_bytes: u64,
    /// By analyzers that are loaded.
    pub analyzers_bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkerMemory {
    pub pid: u32,
    pub group: String,
    /// Resident now.
    pub resident_bytes: u64,
    /// Resident at most, since it started; what is above that of its analyzers was taken while they worked.
    pub peak_bytes: u64,
    /// What it may allocate, by the configuration of its group.
    pub limit_bytes: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnalyzerMemory {
    pub name: String,
    pub group: String,
    pub state: MemoryState,
    /// Of the machine's memory: what its loading took, or would take.
    pub bytes: u64,
    /// The same of the GPU's.
    pub gpu_bytes: Option<u64>,
    /// The most that one of its calls was seen to need, what is loaded of it included, in bytes of the machine's memory;
    /// `null` where none was alone in its worker yet.
    pub at_work_bytes: Option<u64>,
    /// The same of the GPU's.
    pub at_work_gpu_bytes: Option<u64>,
    /// It was measured; what the analyzer says of itself where not.
    pub measured: bool,
    /// A job uses it.
    pub in_use: bool,
    /// Since a job used it, or since it was loaded.
    pub idle_s: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemoryState {
    Loading,
    Loaded,
    /// It is on its way out.
    Unloading,
    /// Loaded again when a job wants it.
    Unloaded,
    /// It could not be loaded.
    NotLoaded,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Eviction {
    pub analyzer: String,
    pub group: String,
    /// The analyzer that needed its memory; a person or a job that ran out of memory where it is `null`.
    pub made_room_for: Option<String>,
    pub ago_s: f64,
    /// Of the machine's memory, as the worker saw it.
    pub freed_bytes: u64,
    /// Its memory did not come back, so that its worker was replaced.
    pub worker_replaced: bool,
}

/// Since the daemon started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemoryCounts {
    pub loads: u64,
    pub evictions: u64,
    /// Loads that found no room.
    pub refusals: u64,
    /// Analyzers of jobs that were loaded already.
    pub cache_hits: u64,
    /// Analyzers of jobs that had to be loaded first.
    pub cache_misses: u64,
    /// Analyzers that ran out of memory while they worked.
    pub out_of_memory: u64,
}

/// Which analyzers to warm or to evict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// All, where it is not given.
    #[serde(default)]
    pub analyzers: Option<Vec<String>>,
}

/// What became of one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    pub analyzer: String,
    /// It is loaded, or unloaded, as was asked for.
    pub done: bool,
    /// Why not, in one sentence.
    pub reason: Option<String>,
}
