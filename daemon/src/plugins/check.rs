//! Has a plugin checked in a process of its own, where it can do no harm.

use std::process::Output;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::process::Command;
use va_protocol::api::plugin::{PluginCheck, PluginCheckStep, PluginDryRun};
use va_protocol::worker::check::{Check, CheckStep, Checked, FromCheck, StepOutcome};
use va_protocol::worker::description::AnalyzerDescription;

use crate::workers::{Programs, Unheard, ask, exit_in_words};

/// What a check came to, for a client, and the analyzer's own words.
pub(crate) struct Verdict {
    pub(crate) check: PluginCheck,
    pub(crate) description: Option<AnalyzerDescription>,
}

impl Verdict {
    /// The first step that failed, in words.
    pub(crate) fn failure(&self) -> Option<String> {
        let failed = self.check.steps.iter().find(|step| step.outcome == FAILED)?;
        let detail = failed.detail.as_deref().unwrap_or("it says no reason");
        Some(format!("{}: {detail}", failed.step.replace('_', " ")))
    }
}

const FAILED: &str = "failed";

/// Asks `va-worker check`.
///
/// # Errors
/// Where the worker cannot be started; whatever the plugin does is a verdict.
pub(crate) async fn check(programs: &Programs, question: &Check, limit: Duration) -> Result<Verdict> {
    let mut command = Command::new(&programs.worker);
    command.arg("check");
    let mut line = serde_json::to_vec(question)?;
    line.push(b'\n');
    let path = &question.analyzer.path;
    match ask(command, &line, limit).await {
        Ok(output) => Ok(heard(path, &output)),
        Err(Unheard::TooLong) => {
            Ok(ended(path, None, &format!("it takes longer than {} s", limit.as_secs())))
        }
        Err(Unheard::Unstarted(error)) => {
            Err(error).with_context(|| format!("cannot start {}", programs.worker.display()))
        }
    }
}

/// The lines of a worker that came to its end, one way or another.
fn heard(path: &str, output: &Output) -> Verdict {
    let mut begun = None;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        match serde_json::from_str(line) {
            Ok(FromCheck::Checked(checked)) => return told(path, *checked),
            Ok(FromCheck::Begun(step)) => begun = Some(step),
            Err(_) => {}
        }
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let last = words.lines().rfind(|line| !line.trim().is_empty() && !line.starts_with("note: run with"));
    let last = last.map_or_else(String::new, |last| format!("; its last words: {}", last.trim()));
    ended(path, begun, &format!("the process {}{last}", exit_in_words(output.status)))
}

/// It ended in a step, after all before it.
fn ended(path: &str, begun: Option<CheckStep>, how: &str) -> Verdict {
    let begun = begun.unwrap_or(CheckStep::File);
    let step = |step: CheckStep| {
        let (outcome, detail) = match step.cmp(&begun) {
            std::cmp::Ordering::Less => (StepOutcome::Ok, None),
            std::cmp::Ordering::Equal => (StepOutcome::Failed, Some(how.to_owned())),
            std::cmp::Ordering::Greater => (StepOutcome::Skipped, None),
        };
        PluginCheckStep { step: word(&step), outcome: word(&outcome), detail, took_ms: 0.0 }
    };
    let steps = CheckStep::ALL.into_iter().map(step).collect();
    let check = PluginCheck {
        path: path.to_owned(),
        name: None,
        version: None,
        passed: false,
        steps,
        dry_run: None,
        memory_mb: None,
    };
    Verdict { check, description: None }
}

fn told(path: &str, checked: Checked) -> Verdict {
    let passed = checked.failed().is_none();
    let steps = checked.steps.into_iter().map(|taken| PluginCheckStep {
        step: word(&taken.step),
        outcome: word(&taken.outcome),
        detail: taken.detail,
        took_ms: taken.took_ms,
    });
    let dry_run = checked.dry_run.map(|run| PluginDryRun {
        device: run.device,
        frames: run.frames,
        segments: run.segments,
        summary: serde_json::from_str(run.summary.get()).unwrap_or_default(),
        degraded: run.degraded,
        model: run.model,
    });
    let memory = checked.memory;
    let taken = memory.after_load.checked_sub(memory.before_load).filter(|_| memory.after_load > 0);
    let check = PluginCheck {
        path: path.to_owned(),
        name: checked.description.as_ref().map(|own| own.name.clone()),
        version: checked.description.as_ref().map(|own| own.version.clone()),
        passed,
        steps: steps.collect(),
        dry_run,
        memory_mb: taken.map(|bytes| (bytes as f64 / 1e4).round() / 100.0),
    };
    Verdict { check, description: checked.description }
}

/// A word of the protocol, as the API has it.
fn word(word: &impl serde::Serialize) -> String {
    serde_json::to_value(word).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    #[test]
    fn a_process_that_dies_is_told_with_the_step_it_died_in() {
        let output = Output {
            status: ExitStatus::from_raw(11),
            stdout: b"{\"begun\":\"file\"}\n{\"begun\":\"interface\"}\nwhatever\n".to_vec(),
            stderr: b"boo\n\n".to_vec(),
        };
        let verdict = heard("/x.so", &output);
        let outcomes: Vec<&str> = verdict.check.steps.iter().map(|step| step.outcome.as_str()).collect();
        assert_eq!(outcomes, ["ok", "failed", "skipped", "skipped", "skipped"]);
        let failure = verdict.failure().expect("it failed");
        assert!(failure.starts_with("interface: the process was killed by SIGSEGV"), "{failure}");
        assert!(failure.ends_with("its last words: boo") && !verdict.check.passed, "{failure}");
    }
}
