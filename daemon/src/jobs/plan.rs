//! Which analyzers a job runs, where, and which of them wait for which. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use va_protocol::api::problem::{Problem, ProblemKind};
use va_protocol::api::result::AnalyzerStatus;
use va_protocol::worker::control::AnalyzerInJob;
use va_protocol::worker::description::{AnalyzerDescription, FindingsRequest, FindingsScope};

use crate::config::Config;
use crate::models::Models;
use crate::plugins::Registry;

/// What the configuration says of analyzers, and which models they have.
#[derive(Debug)]
pub(super) struct Planner {
    config: Arc<Config>,
    models: Arc<Models>,
}

/// A job's analyzers.
#[derive(Debug, Default)]
pub(super) struct JobPlan {
    pub(super) run: Vec<Planned>,
    /// Those asked for that are not going to run: status and reason.
    pub(super) left_out: BTreeMap<String, (AnalyzerStatus, String)>,
    /// So many of them crashed again and again.
    pub(super) quarantined: u64,
    /// Asked for by name, not by "all".
    pub(super) by_name: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) name: String,
    pub(super) group: String,
    pub(super) description: AnalyzerDescription,
    /// Asked for. The others run because one of these needs or wants their findings.
    pub(super) shown: bool,
    /// It crashed again and again, and is tried once more, where it can take nobody with it.
    pub(super) alone: bool,
    /// Tells versions of the analyzer and of its settings apart.
    pub(super) fingerprint: String,
}

impl Planner {
    pub(super) fn new(config: Arc<Config>, models: Arc<Models>) -> Self {
        Planner { config, models }
    }

    /// # Errors
    /// Where a name is asked for that no analyzer has.
    pub(super) fn plan(&self, asked: Option<&[String]>, registry: &Registry) -> Result<JobPlan, Problem> {
        let names: BTreeSet<&str> = match asked {
            Some(names) => names.iter().map(String::as_str).collect(),
            None => registry.names().filter(|name| registry.why_off(name).is_none()).collect(),
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
        let mut needed = BTreeSet::new();
        for name in &names {
            if let Some(reason) = registry.why_off(name) {
                plan.left_out.insert((*name).to_owned(), (AnalyzerStatus::Skipped, reason));
                continue;
            }
            match self.why_cannot(name, registry) {
                Some(reason) => {
                    plan.quarantined += u64::from(registry.why_held(name).is_some());
                    plan.left_out.insert((*name).to_owned(), (AnalyzerStatus::Unavailable, reason));
                }
                None => {
                    let can = |other: &String| self.why_cannot(other, registry).is_none();
                    needed.extend(registry.with_wanted(name).into_iter().filter(can));
                }
            }
        }
        let shown = |name: &str| names.contains(name) && !plan.left_out.contains_key(name);
        plan.run = needed.iter().filter_map(|name| self.planned(name, shown(name), registry)).collect();
        Ok(plan)
    }

    fn planned(&self, name: &str, shown: bool, registry: &Registry) -> Option<Planned> {
        let (plugin, description) = registry.get(name)?;
        let settings = self.config.analyzer(name);
        let models = self.models.resolve(&description.models);
        Some(Planned {
            name: name.to_owned(),
            group: registry.group_of(name)?.to_owned(),
            description: description.clone(),
            shown,
            alone: registry.is_on_trial(name),
            fingerprint: format!("{description:?} {settings:?} {models:?} {:?}", plugin.identity),
        })
    }

    /// Why an analyzer cannot have all the findings that it needs; `None` where it can.
    fn why_cannot(&self, name: &str, registry: &Registry) -> Option<String> {
        registry.with_needed(name).iter().find_map(|other| self.why_not_for(name, other, registry))
    }

    /// Why an analyzer cannot have the findings of another that it needs; `None` where it can.
    fn why_not_for(&self, name: &str, other: &str, registry: &Registry) -> Option<String> {
        if registry.get(other).is_none() {
            let way = registry.way(name, other, |other| other.needed).filter(|way| way.len() > 2);
            let by = way.map(|way| format!(" ({})", way.join(" needs "))).unwrap_or_default();
            return Some(format!("it needs the findings of {other}{by}, and there is no such analyzer"));
        }
        let (group, others) = (registry.group_of(name), registry.group_of(other));
        if others.is_none() {
            return Some(format!("it needs the findings of {other}, which no group takes"));
        }
        if name == other {
            return registry.why_held(name);
        }
        let trial =
            || registry.is_on_trial(other).then(|| "it runs alone, on trial after crashes".to_owned());
        if let Some(reason) = registry.why_held(other).or_else(trial) {
            return Some(format!("it needs the findings of {other}, which cannot run: {reason}"));
        }
        let per_frame = registry.get(name).is_some_and(|(_, description)| {
            let of_other = |wanted: &FindingsRequest| wanted.analyzer == other && wanted.needed;
            description
                .findings
                .iter()
                .any(|wanted| of_other(wanted) && wanted.scope == FindingsScope::PerFrame)
        });
        (per_frame && group != others)
            .then(|| format!("it needs the findings of {other} frame by frame; put both into the same group"))
    }
}

/// Those of a job whose findings an analyzer needs frame by frame, by any number of steps.
pub(super) fn needed_beside<'a>(planned: &Planned, all: &'a [Planned]) -> Vec<&'a Planned> {
    let mut beside: Vec<&Planned> = Vec::new();
    let mut waiting = vec![&planned.description];
    while let Some(description) = waiting.pop() {
        let needed = |wanted: &&FindingsRequest| wanted.needed && wanted.scope == FindingsScope::PerFrame;
        for wanted in description.findings.iter().filter(needed) {
            if beside.iter().any(|other| other.name == wanted.analyzer) {
                continue;
            }
            if let Some(other) = all.iter().find(|other| other.name == wanted.analyzer) {
                beside.push(other);
                waiting.push(&other.description);
            }
        }
    }
    beside
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
