//! How one analyzer's part of a job ended.

use serde_json::value::RawValue;
use va_protocol::api::result::{AnalyzerResult, AnalyzerStatus, ModelUsed, Timing};

use super::retry::Retry;
use crate::plugins::Run;

/// What became of an analyzer, and its findings.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) status: AnalyzerStatus,
    pub(super) reason: Option<String>,
    /// Of one that failed.
    pub(super) retry: Option<Retry>,
    pub(super) model: Option<String>,
    pub(super) device: Option<String>,
    pub(super) cache_hit: bool,
    pub(super) timing: Timing,
    pub(super) frames: u64,
    /// `{"segments":[…],"summary":…}` as text; empty where there are none.
    pub(super) findings: Vec<u8>,
    /// It took its worker with it, or kept it for ever: the last lines that the worker wrote.
    pub(super) fault: Option<Vec<String>>,
}

impl Settled {
    pub(super) fn without_findings(status: AnalyzerStatus, reason: impl Into<String>) -> Self {
        Settled {
            status,
            reason: Some(reason.into()),
            retry: None,
            model: None,
            device: None,
            cache_hit: false,
            timing: Timing::default(),
            frames: 0,
            findings: Vec::new(),
            fault: None,
        }
    }

    /// It failed, and not alone: its worker is gone, or has to go.
    pub(super) fn fault(reason: impl Into<String>, stderr: Vec<String>) -> Self {
        Settled { fault: Some(stderr), ..Settled::without_findings(AnalyzerStatus::Failed, reason) }
    }

    #[must_use]
    pub(super) fn retry(mut self, retry: Retry) -> Self {
        self.retry = Some(retry);
        self
    }

    pub(super) fn has_findings(&self) -> bool {
        matches!(self.status, AnalyzerStatus::Ok | AnalyzerStatus::Degraded)
    }

    /// What its run says of the analyzer itself; nothing where it failed in an orderly way.
    pub(super) fn run(&self) -> Option<Run> {
        match &self.fault {
            Some(stderr) => {
                let how = self.reason.clone().unwrap_or_default();
                Some(Run::Fault { how, stderr: stderr.clone() })
            }
            None => self.has_findings().then_some(Run::Good),
        }
    }

    /// Whether it was run at all.
    pub(super) fn ran(&self) -> bool {
        self.has_findings() || self.status == AnalyzerStatus::Failed
    }

    /// `sum_of` knows the sums of models.
    pub(super) fn into_result(
        self,
        version: Option<String>,
        sum_of: impl Fn(&str) -> Option<String>,
    ) -> AnalyzerResult {
        let failed = self.status == AnalyzerStatus::Failed;
        let retry = if failed { self.retry.unwrap_or_default() } else { Retry::default() };
        let (segments, summary) = parts(&self.findings).unwrap_or_else(nothing);
        AnalyzerResult {
            status: self.status,
            reason: self.reason,
            retry_possible: failed.then_some(retry.possible),
            suggested_action: retry.action,
            version,
            model: self.model.map(|name| ModelUsed { sha256: sum_of(&name), name }),
            device: self.device,
            cache_hit: self.cache_hit,
            timing: self.timing,
            frames: self.frames,
            segments,
            summary,
        }
    }
}

/// The two members of the findings, taken over as they are.
fn parts(findings: &[u8]) -> Option<(Box<RawValue>, Box<RawValue>)> {
    #[derive(serde::Deserialize)]
    struct Findings {
        segments: Box<RawValue>,
        summary: Box<RawValue>,
    }
    let Findings { segments, summary } = serde_json::from_slice(findings).ok()?;
    Some((segments, summary))
}

fn nothing() -> (Box<RawValue>, Box<RawValue>) {
    let raw = |text: &str| RawValue::from_string(text.to_owned()).expect("a constant that is JSON");
    (raw("[]"), raw("null"))
}
