//! `GET /v1/analyzers/NAME`: all that is known of one analyzer, above all why it does not run.

use std::time::Instant;

use axum::Json;
use axum::extract::{Path, State};
use va_models::store::utc;
use va_protocol::api::analyzer::{AnalyzerInfo, AnalyzerState};
use va_protocol::api::plugin::{AnalyzerDetails, AnalyzerModel, CrashReport, Crashes, Obstacle, PluginFile};
use va_protocol::api::problem::{Problem, ProblemKind};
use va_protocol::api::status::{WorkerState, WorkerStatus};

use super::super::Daemon;
use super::super::problem::Refused;
use super::{broken, info};
use crate::plugins::{Origin, Plugin, Registry, Standing, Trouble};

pub(in crate::http) async fn show(
    State(mut daemon): State<Daemon>,
    Path(name): Path<String>,
) -> Result<Json<AnalyzerDetails>, Refused> {
    let registry = daemon.registry.get().await;
    let states = daemon.workers.analyzers().await;
    let trouble = daemon.plugins.trouble(&name).await;
    let plugin = registry.plugin(&name).ok_or_else(|| unknown(&name, &registry))?;
    let analyzer = info(&name, &registry, &states).unwrap_or_else(|| broken(plugin));
    let models = models(plugin, &daemon);
    let mut why = obstacles(&analyzer, &registry, &trouble, &models);
    if analyzer.state == AnalyzerState::Loading {
        why.extend(worker_obstacle(&analyzer, &daemon).await);
    }
    let switched = registry.override_of(&name);
    let (file, description) = (&plugin.identity, plugin.described.as_ref().ok());
    Ok(Json(AnalyzerDetails {
        file: PluginFile {
            bytes: file.bytes,
            modified: utc(file.modified()),
            added: plugin.origin == Origin::Added,
        },
        sdk_version: description.and_then(|own| own.sdk_version.clone()),
        worker_sdk_version: plugin.worker_sdk.clone(),
        enabled_by_configuration: daemon.config.analyzer(&name).enabled,
        enabled_by_hand: switched.enabled,
        group_by_hand: switched.group,
        used_by: registry.users_of(&name),
        models,
        crashes: crashes(trouble),
        why,
        analyzer,
    }))
}

/// The worker of its group does not start.
async fn worker_obstacle(analyzer: &AnalyzerInfo, daemon: &Daemon) -> Option<Obstacle> {
    let (_, workers) = daemon.workers.status().await;
    let its = |worker: &&WorkerStatus| worker.group == analyzer.group && worker.state == WorkerState::Waiting;
    let worker = workers.iter().find(its)?;
    let (group, how) = (analyzer.group.as_deref()?, worker.last_exit.as_deref()?);
    let what = format!("the worker of its group {group} {how}; it is started again after a pause");
    let remedy = "the next job runs the group's analyzers one by one, and tells which of them it is";
    Some(Obstacle { what, remedy: Some(remedy.to_owned()) })
}

/// There is no such analyzer.
pub(super) fn unknown(name: &str, registry: &Registry) -> Problem {
    let known: Vec<&str> = registry.names().collect();
    let problem = Problem::new(ProblemKind::NotFound, format!("there is no analyzer {name}"));
    if known.is_empty() {
        return problem.hint("there is none at all; `vactl plugins add FILE.so` adds one");
    }
    problem.hint(format!("there are {}; `vactl plugins list` shows them", known.join(", ")))
}

fn models(plugin: &Plugin, daemon: &Daemon) -> Vec<AnalyzerModel> {
    let requests = plugin.described.as_ref().map_or(&[][..], |description| &description.models);
    let model = |request: &va_protocol::worker::description::ModelRequest| {
        let resolved = daemon.models.resolve(std::slice::from_ref(request));
        let installed = request.any_of.iter().find(|name| resolved.folders.contains_key(*name)).cloned();
        let first_absent = || request.any_of.iter().find_map(|name| resolved.absent.get(name)).cloned();
        let missing = resolved.missing.clone().or_else(first_absent).filter(|_| installed.is_none());
        AnalyzerModel { any_of: request.any_of.clone(), optional: request.optional, installed, missing }
    };
    requests.iter().map(model).collect()
}

fn crashes(trouble: Trouble) -> Crashes {
    let held = match trouble.standing {
        Standing::Held { until, .. } => Some(until.saturating_duration_since(Instant::now()).as_secs_f64()),
        _ => None,
    };
    Crashes {
        in_a_row: trouble.in_a_row,
        last: trouble.last.map(|crash| CrashReport {
            at: utc(crash.at),
            how: crash.how,
            stderr: crash.stderr,
        }),
        tried_again_in_s: held.map(|seconds| (seconds * 10.0).round() / 10.0),
        on_trial: matches!(trouble.standing, Standing::OnTrial { .. }),
    }
}

/// What stands in its way, the nearest first.
fn obstacles(
    analyzer: &AnalyzerInfo,
    registry: &Registry,
    trouble: &Trouble,
    models: &[AnalyzerModel],
) -> Vec<Obstacle> {
    let name = &analyzer.name;
    let obstacle = |what: String, remedy: Option<String>| Obstacle { what, remedy };
    let mut all = Vec::new();
    if analyzer.state == AnalyzerState::Broken {
        let remedy = format!(
            "mend the file or replace it: a changed one is looked at by itself; `vactl plugins test {}` tells more",
            analyzer.path
        );
        all.extend(analyzer.reason.clone().map(|reason| obstacle(reason, Some(remedy))));
        return all;
    }
    if let Some(reason) = registry.why_off(name) {
        let command = format!("vactl plugins enable {name}");
        let remedy = (!reason.contains(&command)).then_some(command);
        all.push(obstacle(reason, remedy));
    }
    match &trouble.standing {
        Standing::Held { until, crashes } => {
            let seconds = until.saturating_duration_since(Instant::now()).as_secs_f64().ceil();
            let what = format!(
                "it crashed {crashes} times in a row and is left out; it is tried again in {seconds:.0} s"
            );
            all.push(obstacle(
                what,
                Some(format!("mend and replace it, or try it at once: vactl plugins enable {name}")),
            ));
        }
        Standing::OnTrial { crashes } => {
            let what =
                format!("it crashed {crashes} times in a row; the next job runs it alone, and that decides");
            all.push(obstacle(what, None));
        }
        Standing::Free => {}
    }
    let needed = registry.with_needed(name);
    for other in needed.iter().filter(|other| *other != name) {
        if registry.get(other).is_none() {
            all.push(obstacle(
                format!("it needs the findings of {other}, and there is no such analyzer"),
                None,
            ));
        } else if let Some(reason) = registry.why_held(other) {
            all.push(obstacle(format!("it needs the findings of {other}: {reason}"), None));
        }
    }
    let missing: Vec<&String> =
        models.iter().filter(|model| !model.optional).filter_map(|model| model.missing.as_ref()).collect();
    all.extend(missing.iter().map(|reason| obstacle((*reason).clone(), None)));
    if missing.is_empty() && analyzer.state == AnalyzerState::Unavailable {
        all.extend(analyzer.reason.clone().map(|reason| obstacle(reason, None)));
    }
    all
}
