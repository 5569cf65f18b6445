//! Between the daemon and each worker.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::description::{AudioRequest, FrameRequest};
use super::frames::VideoInfo;

/// A worker exits with this status where its descriptors were closed or replaced under it, which only foreign code in
/// the same process can have done.
pub const EXIT_LINK_LOST: i32 = 4;

/// From the daemon to an analyze worker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToAnalyze {
    /// Once, first: what to load.
    Configure {
        group: String,
        device: String,
        threads: usize,
        memory_mib: Option<u64>,
        /// Findings of one analyzer and video that are longer than this are refused, bytes.
        findings_limit: usize,
        /// Put on before anything is loaded; none where it is off.
        sandbox: Option<Sandbox>,
        analyzers: Vec<AnalyzerToLoad>,
    },
    /// One more analyzer, while others work. The answer is `Loaded` or `NotLoaded`.
    Load { analyzer: AnalyzerToLoad },
    /// Let go of an analyzer once no job uses it any more. The answer is `Unloaded`.
    Unload { analyzer: String },
    /// Frames and sound of a job come by the one descriptor of this message.
    StartJob { job: u64, analyzers: Vec<AnalyzerInJob> },
    /// The findings of an analyzer that others of this job asked for, as the message's body; no body where it has
    /// none to give.
    OtherFindings { job: u64, analyzer: String },
    /// The job was given up.
    CancelJob { job: u64 },
}

/// What a process that runs plugins may reach of the file system, beside libraries and the facts of the machine. `describe`
/// gets it as JSON on its command line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sandbox {
    pub readable: Vec<String>,
    pub writable: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnalyzerToLoad {
    pub name: String,
    pub version: String,
    pub path: String,
    /// The analyzer's settings as JSON text.
    pub settings: String,
    /// Folders of the installed models that it may use, by name.
    pub models: BTreeMap<String, String>,
    /// Of the others that it would use: why it may not, and what to do about it.
    pub absent_models: BTreeMap<String, String>,
    /// Why it is not to be loaded at all: a model is missing.
    pub missing: Option<String>,
    /// A single call may take this long, seconds.
    pub call_limit_s: f64,
    /// What it says that it takes on the device, MiB.
    pub memory_mib: u64,
    /// Nobody knows yet what it really takes: it is to be loaded while no other is.
    pub measure: bool,
    /// What it needs while it works is known; where not, its first calls are looked at more closely.
    pub known_at_work: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnalyzerInJob {
    pub name: String,
    /// Frames in one call, at most.
    pub batch: u32,
    /// Analyzers whose findings of the whole video it waits for.
    pub waits_for: Vec<String>,
    /// Analyzers of the same worker whose findings it gets frame by frame.
    pub frame_findings_of: Vec<String>,
}

/// From an analyze worker to the daemon.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromAnalyze {
    /// One analyzer is in memory.
    Loaded {
        analyzer: String,
        device: String,
        load_s: f64,
        /// What it took; nothing where others were loaded at the same time.
        memory: Option<MemoryTaken>,
    },
    /// One analyzer is not going to be.
    NotLoaded {
        analyzer: String,
        unavailable: bool,
        reason: String,
    },
    /// One analyzer is in memory no more, if it ever was.
    Unloaded {
        analyzer: String,
        /// By so much the worker's memory shrank.
        freed: MemoryTaken,
    },
    /// All of `Configure` is settled.
    Ready,
    Log {
        analyzer: String,
        level: LogLevel,
        message: String,
    },
    /// Seconds of the video that an analyzer is through with, and its own estimate of the rest, 0..1.
    Progress {
        job: u64,
        analyzer: String,
        done_s: f64,
        fraction: Option<f64>,
    },
    /// What a call of an analyzer touched while no other ran.
    AtWork {
        analyzer: String,
        memory: MemoryTaken,
    },
    /// An analyzer is through; the body of `Ok` is `{"segments":[…],"summary":…}`.
    Finished {
        job: u64,
        analyzer: String,
        outcome: Outcome,
    },
    /// An analyzer did not come back from a call. Its thread cannot be ended but with the worker.
    Hung {
        job: u64,
        analyzer: String,
        call: String,
        limit_s: f64,
    },
}

/// Bytes by which a worker grew or shrank, where an analyzer came or went; what its sessions do meanwhile is part of it.
/// Where an analyzer worked, what it touched of the worker's memory, and by how much the GPU's use grew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryTaken {
    /// Resident memory, without what it shares with a decoder.
    pub host: u64,
    /// Of the GPU that it was told to use, by this and all other processes.
    pub gpu: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    Ok { frames: u64, spent: Spent, degraded: Option<String>, model: Option<String> },
    Failed { frames: u64, spent: Spent, kind: FailureKind, reason: String },
}

/// What may be done about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// It would fail again.
    Failed,
    /// The device's memory did not suffice.
    OutOfMemory,
    /// The analyzer panicked.
    Panicked,
    /// Neither the analyzer's fault nor the video's: what it was to work with was gone.
    Interrupted,
}

/// What a session took, seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    /// Inside of the analyzer.
    pub compute_s: f64,
    /// Of the processor, by the session's own thread.
    pub cpu_s: f64,
    pub wall_s: f64,
}

/// From the daemon to a decode worker: one message, then the worker reads its video and exits.
#[derive(Debug, Serialize, Deserialize)]
pub struct Decode {
    /// One for each analyze worker of the job. Descriptors: the video's file, then one socket for each consumer.
    pub consumers: Vec<Consumer>,
    /// The frame memory may take this much, bytes.
    pub memory: u64,
    /// So much may the decoder allocate beside that, MiB.
    pub own_memory_mib: u64,
    pub threads: usize,
    /// The decoder may be silent for this long, seconds.
    pub stall_limit_s: f64,
    /// Whether it puts its sandbox on before it reads the video.
    pub sandbox: bool,
}

/// An analyze worker, seen from the decoder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Consumer {
    pub analyzers: Vec<Request>,
}

/// What one analyzer wants to see and hear.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    pub frames: Option<FrameRequest>,
    pub audio: Option<AudioRequest>,
    /// Frames that it would like in one call.
    pub batch: u32,
}

/// From a decode worker to the daemon.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromDecode {
    /// The file is a video; frames follow.
    Opened {
        video: VideoInfo,
    },
    Progress {
        done_s: f64,
    },
    /// The file was read to its end, or as far as it goes.
    Finished(DecodeReport),
    /// All analyze workers have left, so the rest was not read. Of the file, only the frames so far are told.
    Unheard(DecodeReport),
    /// The file is no video that can be read.
    Unreadable {
        reason: String,
    },
}

/// What there is to say of a file once it was read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DecodeReport {
    pub sha256: Option<String>,
    pub frames: u64,
    /// Seconds from the first frame to the end of the last one.
    pub duration_s: Option<f64>,
    /// Seconds of sound that were decoded.
    pub audio_s: Option<f64>,
    pub cpu_s: f64,
    /// Peak of the decode worker's resident memory.
    pub memory_peak_mb: f64,
    /// Why the file is not whole, in one sentence.
    pub defect: Option<String>,
}

/// What `va-worker confine` prints, as one line: what this kernel cannot do of the sandbox, each as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confined {
    pub lacks: Vec<String>,
}

/// What `va-worker gpus` prints, as one line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gpus {
    pub gpus: Vec<Gpu>,
    /// Why none can be asked, where that is so.
    pub why_none: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gpu {
    /// As in `cuda:N`.
    pub number: u32,
    pub name: String,
    pub total_bytes: u64,
    /// By all processes.
    pub used_bytes: u64,
}

/// What `va-worker describe` prints, as one line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Described {
    Ok {
        description: super::description::AnalyzerDescription,
        /// Of the SDK that the worker has.
        worker_sdk: String,
    },
    Refused {
        reason: String,
        worker_sdk: String,
    },
}
