//! To `va-worker check` and back: may this library serve as an analyzer here?

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::control::{AnalyzerToLoad, Sandbox};
use super::description::AnalyzerDescription;

/// What to check: one line of JSON at the standard input of `va-worker check`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Check {
    pub analyzer: AnalyzerToLoad,
    /// What it is shown, with the configuration's changes. Where it is not given: as the library itself says.
    pub description: Option<AnalyzerDescription>,
    pub device: String,
    pub threads: usize,
    pub memory_mib: Option<u64>,
    /// Findings that are longer than this are refused, bytes.
    pub findings_limit: usize,
    /// Put on before the library is opened; none where it is off.
    pub sandbox: Option<Sandbox>,
}

/// What `va-worker check` prints, one line of JSON for each. Where it ends before [`Checked`](FromCheck::Checked), the
/// step that began last is the one that took the process with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromCheck {
    /// From now on this step runs.
    Begun(CheckStep),
    /// The last line, whatever came out.
    Checked(Box<Checked>),
}

/// In this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStep {
    /// The file is a whole shared library of this machine.
    File,
    /// It exports an analyzer, whose types are laid out as those of this worker.
    Interface,
    /// It says what it is and wants.
    Description,
    /// It gets ready for videos, with its settings and models.
    Load,
    /// It analyses the clip that is built in, and hands over findings as a job wants them.
    DryRun,
}

impl CheckStep {
    pub const ALL: [CheckStep; 5] =
        [CheckStep::File, CheckStep::Interface, CheckStep::Description, CheckStep::Load, CheckStep::DryRun];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    Ok,
    /// It could not be tried: a model is missing, or an earlier step failed.
    Skipped,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepTaken {
    pub step: CheckStep,
    pub outcome: StepOutcome,
    /// Why it failed or was skipped; or what came out.
    pub detail: Option<String>,
    pub took_ms: f64,
}

/// All that a check found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checked {
    /// Every step, in their order.
    pub steps: Vec<StepTaken>,
    /// As the library says, without the configuration's changes.
    pub description: Option<AnalyzerDescription>,
    pub dry_run: Option<DryRun>,
    pub memory: CheckMemory,
}

impl Checked {
    /// The first step that failed, if any did.
    pub fn failed(&self) -> Option<&StepTaken> {
        self.steps.iter().find(|taken| taken.outcome == StepOutcome::Failed)
    }
}

/// What came of the clip that is built in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DryRun {
    /// Where its models ran.
    pub device: String,
    /// Frames that it was shown.
    pub frames: u64,
    pub segments: usize,
    pub summary: Box<RawValue>,
    /// Why a smaller stand-in ran, where one did.
    pub degraded: Option<String>,
    pub model: Option<String>,
}

/// Resident memory of the process, bytes; 0 where the system does not tell, or it never came so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckMemory {
    pub before_load: u64,
    pub after_load: u64,
    /// The most during the dry run, with the clip's own frames.
    pub dry_run_peak: u64,
}
