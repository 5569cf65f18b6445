//! Worker processes: starting them, speaking with them, noticing their end, starting them again.

mod analyze;
mod ask;
mod confinement;
mod handle;
mod link;
mod process;
mod programs;
mod restart;
mod shelf;
mod supervisor;

pub(crate) use self::analyze::{AnalyzeWorker, WorkerEvent};
pub(crate) use self::ask::{Unheard, ask};
pub(crate) use self::confinement::Confinement;
pub(crate) use self::handle::{GroupAnalyzers, Workers};
pub(crate) use self::process::{Ended, Process, exit_in_words, memory_peak_mb, resident_bytes};
pub(crate) use self::programs::Programs;
pub(crate) use self::shelf::{Hold, LoadState, Standing};
pub(crate) use self::supervisor::supervise;
