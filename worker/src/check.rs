//! The role `check`: may this library serve as an analyzer here? It is opened, asked, loaded and tried, step by step.
//!
//! Each step is told as it begins: of a process that did not survive one, the daemon knows which it was.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use va_analyzer_sdk::abi::Plugin;
use va_analyzer_sdk::compatibility::SDK_VERSION;
use va_protocol::worker::check::{
    Check, CheckMemory, CheckStep, Checked, DryRun, FromCheck, StepOutcome, StepTaken,
};

use crate::analyze::trial::{NotLoaded, Trial};
use crate::analyze::{loader, needed};
use crate::memory::Marks;
use crate::{process, sandbox, translate};

/// Lines of JSON, whatever the library itself prints.
pub(crate) fn run() -> Result<()> {
    let (question, answers) = process::question_and_answers()?;
    let check: Check =
        serde_json::from_str(&question).context("standard input does not say what to check")?;
    if let Some(mib) = check.memory_mib {
        process::limit_memory(mib)?;
    }
    let marks = Marks::open();
    if let Some(sandbox) = &check.sandbox {
        sandbox::around_plugins(sandbox, needed(&check.analyzer))?;
    }
    let mut steps = Steps { answers, marks, taken: Vec::new() };
    let mut checked =
        Checked { steps: Vec::new(), description: None, dry_run: None, memory: CheckMemory::default() };
    steps.all(&check, &mut checked)?;
    checked.steps = std::mem::take(&mut steps.taken);
    steps.print(&FromCheck::Checked(Box::new(checked)))
}

/// Why a step did not come to its end.
enum NotDone {
    Skipped(String),
    Failed(String),
}

impl NotDone {
    fn failed(why: impl ToString) -> Self {
        NotDone::Failed(why.to_string())
    }
}

struct Steps {
    answers: File,
    marks: Marks,
    taken: Vec<StepTaken>,
}

impl Steps {
    fn all(&mut self, check: &Check, checked: &mut Checked) -> Result<()> {
        let path = Path::new(&check.analyzer.path);
        let file = self.take(CheckStep::File, Some(()), |()| {
            let file = loader::File::checked(path).map_err(NotDone::failed)?;
            let detail = format!("a shared library of {:.1} MB", file.bytes as f64 / 1e6);
            Ok((file, detail))
        })?;
        let plugin = self.take(CheckStep::Interface, file, |file| {
            let plugin = Plugin::open(&file.path).map_err(NotDone::failed)?;
            Ok((plugin, format!("an analyzer, as SDK {SDK_VERSION} has them")))
        })?;
        let described = self.take(CheckStep::Description, plugin, |plugin| {
            let description = plugin.description().map_err(|error| NotDone::Failed(error.message))?;
            let detail = format!("{} {}: {}", description.name, description.version, description.about);
            Ok(((plugin, translate::description(description)), detail))
        })?;
        checked.description = described.as_ref().map(|(_, description)| description.clone());
        let trial = self.take(CheckStep::Load, described, |(plugin, description)| {
            checked.memory.before_load = process::memory();
            let trial = load(&plugin, &description.name, check)?;
            checked.memory.after_load = process::memory();
            let detail = format!("loaded on {}", trial.device());
            Ok(((trial, description), detail))
        })?;
        self.marks.forget_peak();
        checked.dry_run = self.take(CheckStep::DryRun, trial, |(mut trial, own)| {
            let wants = check.description.as_ref().unwrap_or(&own);
            let tried = trial.run(wants, check.findings_limit);
            checked.memory.dry_run_peak = process::memory_peak();
            let dry_run = tried.map_err(|error| NotDone::Failed(format!("{error:#}")))?;
            let detail = in_words(&dry_run);
            Ok((dry_run, detail))
        })?;
        Ok(())
    }

    /// Takes a step, with what the one before came to; where that came to nothing, this one is skipped.
    fn take<I, T>(
        &mut self,
        step: CheckStep,
        input: Option<I>,
        run: impl FnOnce(I) -> Result<(T, String), NotDone>,
    ) -> Result<Option<T>> {
        let Some(input) = input else {
            self.taken.push(StepTaken { step, outcome: StepOutcome::Skipped, detail: None, took_ms: 0.0 });
            return Ok(None);
        };
        self.print(&FromCheck::Begun(step))?;
        let begun = Instant::now();
        let ran = run(input);
        let took_ms = (begun.elapsed().as_secs_f64() * 1e4).round() / 10.0;
        let (outcome, detail, came_to) = match ran {
            Ok((came_to, detail)) => (StepOutcome::Ok, detail, Some(came_to)),
            Err(NotDone::Skipped(why)) => (StepOutcome::Skipped, why, None),
            Err(NotDone::Failed(why)) => (StepOutcome::Failed, why, None),
        };
        self.taken.push(StepTaken { step, outcome, detail: Some(detail), took_ms });
        Ok(came_to)
    }

    fn print(&mut self, answer: &FromCheck) -> Result<()> {
        let line = serde_json::to_string(answer)? + "\n";
        self.answers.write_all(line.as_bytes()).context("the daemon does not hear the answer any more")
    }
}

fn load(plugin: &Plugin, name: &str, check: &Check) -> Result<Trial, NotDone> {
    if let Some(missing) = &check.analyzer.missing {
        return Err(NotDone::Skipped(missing.clone()));
    }
    Trial::load(plugin, name, check).map_err(|not| match not {
        NotLoaded::Unavailable(why) => NotDone::Skipped(why),
        NotLoaded::Failed(why) => NotDone::Failed(why),
    })
}

fn in_words(DryRun { frames, segments, .. }: &DryRun) -> String {
    let counted = |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let found = format!("{} found", counted(*segments as u64, "segment"));
    // Who only listens is shown none.
    if *frames == 0 { found } else { format!("{} seen, {found}", counted(*frames, "frame")) }
}
