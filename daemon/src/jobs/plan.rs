//! Which analyzers a job runs, where, and which of them wait for which. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use va_protocol::api::problem::{Problem, ProblemKind};
use va_protocol::api::result::AnalyzerStatus;
use va_protocol::worker::control::AnalyzerInJob;
use va_protocol::worker::description::{AnalyzerDescription, FindingsScope};

use crate::config::Config;
use crate::plugins::Registry;

/// What the configuration says of analyzers.
#[derive(Debug)]
pub(crate) struct Planner {
    config: Arc<Config>,
}

/// A job's analyzers.
#[derive(Debug, Default)]
pub(super) struct JobPlan {
    pub(super) run: Vec<Planned>,
    /// Those asked for that are not going to run: status and reason.
    pub(super) left_out: BTreeMap<String, (AnalyzerStatus, String)>,
    /// Asked for by name, not by "all".
    pub(super) by_name: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) name: String,
    pub(super) group: String,
    pub(super) description: AnalyzerDescription,
    /// Tells versions of the analyzer and of its settings apart.
    pub(super) fingerprint: String,
}

impl Planner {
    pub(crate) fn new(config: Arc<Config>) -> Self {
        Planner { config }
    }

    /// Why an analyzer is switched off; `None` where it is on.
    pub(crate) fn why_off(&self, name: &str) -> Option<String> {
        if !self.config.analyzer(name).enabled {
            return Some(format!("switched off by [analyzers.{name}] enabled = false"));
        }
        let none = || {
            format!(
                "no group takes it; name it in the analyzers of a [groups.NAME], or give one \"*\" for {name}"
            )
        };
        self.config.group_of(name).is_none().then(none)
    }

    pub(crate) fn group_of(&self, name: &str) -> Option<&str> {
        self.config.group_of(name).filter(|_| self.config.analyzer(name).enabled)
    }

    /// # Errors
    /// Where a name is asked for that no analyzer has.
    pub(super) fn plan(&self, asked: Option<&[String]>, registry: &Registry) -> Result<JobPlan, Problem> {
        let names: BTreeSet<&str> = match asked {
            Some(names) => names.iter().map(String::as_str).collect(),
            None => registry.names().filter(|name| self.why_off(name).is_none()).collect(),
        };
        let known: Vec<&str> = registry.names().collect();
        let unknown: Vec<&str> = names.iter().copied().filter(|name| !known.contains(name)).collect();
        if !unknown.is_empty() {
            let detail = format!("there is no analyzer {}", unknown.join(", "));
            let hint = format!("there are {}; `vactl plugins list` shows them", known.join(", "));
            return Err(Problem::new(ProblemKind::InvalidRequest, detail).hint(hint));
        }
        if names.is_empty() {
            let problem = Problem::new(ProblemKind::InvalidRequest, "there is no analyzer to run");
            return Err(
                problem.hint("put analyzers into a plugin folder; `vactl plugins list` shows what was found")
            );
        }
        let mut plan = JobPlan { by_name: asked.is_some(), ..JobPlan::default() };
        for name in names {
            let Some((plugin, description)) = registry.get(name) else { continue };
            match (self.why_off(name), self.config.group_of(name)) {
                (None, Some(group)) => {
                    let settings = self.config.analyzer(name);
                    plan.run.push(Planned {
                        name: name.to_owned(),
                        group: group.to_owned(),
                        description: description.clone(),
                        fingerprint: format!("{description:?} {settings:?} {}", changed(&plugin.path)),
                    });
                }
                (reason, _) => {
                    plan.left_out
                        .insert(name.to_owned(), (AnalyzerStatus::Skipped, reason.unwrap_or_default()));
                }
            }
        }
        Ok(plan)
    }
}

/// When a file was last changed, as text.
fn changed(path: &std::path::Path) -> String {
    let modified = std::fs::metadata(path).and_then(|metadata| metadata.modified());
    modified.map_or_else(|_| String::new(), |time| format!("{time:?}"))
}

/// What an analyzer is told of the others in its worker and job.
pub(super) fn in_job(planned: &Planned, same_worker: &[&Planned], all: &[Planned]) -> AnalyzerInJob {
    let wanted = |scope: FindingsScope| {
        let others = planned.description.findings.iter().filter(move |other| other.scope == scope);
        others.map(|other| other.analyzer.as_str())
    };
    let runs = |name: &str| all.iter().any(|other| other.name == name);
    let beside = |name: &str| same_worker.iter().any(|other| other.name == name);
    AnalyzerInJob {
        name: planned.name.clone(),
        batch: planned.description.batch.max(1),
        waits_for: wanted(FindingsScope::PerVideo).filter(|name| runs(name)).map(str::to_owned).collect(),
        frame_findings_of: wanted(FindingsScope::PerFrame)
            .filter(|name| beside(name))
            .map(str::to_owned)
            .collect(),
    }
}
