//! Adding, removing, switching and checking analyzers, while jobs run: each counts from the next job on.

use std::path::Path as FilePath;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::de::DeserializeOwned;
use va_protocol::api::analyzer::AnalyzerInfo;
use va_protocol::api::plugin::{PluginChanged, PluginCheck, PluginToAdd, PluginToCheck, PluginToEnable};
use va_protocol::api::problem::{Problem, ProblemKind};
use va_protocol::worker::check::Check;
use va_protocol::worker::control::AnalyzerToLoad;

use super::super::Daemon;
use super::super::problem::Refused;
use super::details::unknown;
use super::info;
use crate::config::GroupConfig;
use crate::plugins::{Incoming, Origin, Registry, Verdict, Wish};

/// A dry run may take this long, beside loading.
const DRY_RUN_LIMIT: Duration = Duration::from_secs(60);

type Changed = Result<Json<PluginChanged>, Refused>;

pub(in crate::http) async fn add(State(mut daemon): State<Daemon>, body: Bytes) -> Changed {
    let PluginToAdd { path, group } = read(&body)?;
    check_group(&daemon, group.as_deref())?;
    let folder = daemon.plugins.programs().added.clone();
    let copying = {
        let folder = folder.clone();
        tokio::task::spawn_blocking(move || Incoming::copy(FilePath::new(&path), &folder))
    };
    let incoming = copying.await.map_err(internal)?.map_err(|error| invalid(format!("{error:#}")))?;
    // What was checked is what is kept: the copy.
    let Verdict { mut check, description } = verdict_of(&daemon, incoming.path(), None).await?;
    let failed = check.steps.iter().find(|step| step.outcome == "failed");
    let (Some(description), None) = (description, failed) else {
        let why = Verdict { check, description: None }
            .failure()
            .unwrap_or_else(|| "it does not say what it is".to_owned());
        let copy = incoming.path().display().to_string();
        let detail = format!("the plugin is not added: {why}").replace(&copy, "it");
        return Err(Refused(
            invalid(detail).hint("`vactl plugins test FILE.so` shows every step of the check"),
        ));
    };
    let before = daemon.registry.get().await;
    let mut notes = Vec::new();
    if let Some((present, own)) = before.get(&description.name) {
        notes.push(match present.origin {
            Origin::Added => format!("it replaces version {}", own.version),
            Origin::Folder => format!(
                "it stands in for {}, version {}, which `vactl plugins remove {}` brings back",
                present.path.display(),
                own.version,
                description.name
            ),
        });
    }
    let group = match group {
        Some(group) => Some(group),
        None => roomiest(&daemon, &before, &description.name).await,
    };
    let (name, version) = (description.name.clone(), description.version.clone());
    let keeping = {
        let name = name.clone();
        tokio::task::spawn_blocking(move || incoming.keep(&folder, &name, &version))
    };
    let path = keeping.await.map_err(internal)?.map_err(internal)?;
    check.path = path.display().to_string();
    daemon.plugins.wish(Wish::Added { path, name: name.clone(), group }).await.map_err(internal)?;
    tracing::info!(analyzer = %name, "added");
    changed(&mut daemon, &name, notes, Some(check)).await
}

pub(in crate::http) async fn remove(State(mut daemon): State<Daemon>, Path(name): Path<String>) -> Changed {
    let registry = daemon.registry.get().await;
    let plugin = registry.plugin(&name).ok_or_else(|| unknown(&name, &registry))?;
    if plugin.origin != Origin::Added {
        let detail =
            format!("{name} was not added: its file {} lies in a plugin folder", plugin.path.display());
        let hint =
            format!("remove that file, or switch the analyzer off with `vactl plugins disable {name}`");
        return Err(Refused(invalid(detail).hint(hint)));
    }
    let path = plugin.path.clone();
    let group = registry.group_of(&name).map(str::to_owned);
    daemon.plugins.wish(Wish::Remove { name: name.clone(), path }).await.map_err(internal)?;
    tracing::info!(analyzer = %name, "removed");
    let mut notes = Vec::new();
    if let Some((plugin, own)) = daemon.registry.get().await.get(&name) {
        notes.push(format!("{}, version {}, takes its place", plugin.path.display(), own.version));
    }
    settle(&daemon, group.as_deref()).await;
    changed(&mut daemon, &name, notes, None).await
}

pub(in crate::http) async fn enable(
    State(daemon): State<Daemon>,
    Path(name): Path<String>,
    body: Bytes,
) -> Changed {
    let PluginToEnable { group } = if body.is_empty() { PluginToEnable::default() } else { read(&body)? };
    check_group(&daemon, group.as_deref())?;
    switch(daemon, name, true, group).await
}

pub(in crate::http) async fn disable(State(daemon): State<Daemon>, Path(name): Path<String>) -> Changed {
    switch(daemon, name, false, None).await
}

async fn switch(mut daemon: Daemon, name: String, enabled: bool, group: Option<String>) -> Changed {
    let registry = daemon.registry.get().await;
    registry.get(&name).ok_or_else(|| unknown(&name, &registry))?;
    let before = registry.group_of(&name).map(str::to_owned);
    daemon.plugins.wish(Wish::Enable { name: name.clone(), enabled, group }).await.map_err(internal)?;
    tracing::info!(analyzer = %name, enabled, "switched by hand");
    let mut notes = Vec::new();
    let users = daemon.registry.get().await.users_of(&name);
    if !enabled && !users.is_empty() {
        notes.push(format!("it still runs, unseen, for {}, which build on its findings", users.join(", ")));
    }
    settle(&daemon, before.as_deref()).await;
    changed(&mut daemon, &name, notes, None).await
}

pub(in crate::http) async fn reload(State(mut daemon): State<Daemon>, Path(name): Path<String>) -> Changed {
    let registry = daemon.registry.get().await;
    registry.plugin(&name).ok_or_else(|| unknown(&name, &registry))?;
    daemon.plugins.wish(Wish::Reload { name: Some(name.clone()) }).await.map_err(internal)?;
    changed(&mut daemon, &name, Vec::new(), None).await
}

pub(in crate::http) async fn reload_all(
    State(mut daemon): State<Daemon>,
) -> Result<Json<Vec<AnalyzerInfo>>, Refused> {
    daemon.plugins.wish(Wish::Reload { name: None }).await.map_err(internal)?;
    let registry = daemon.registry.get().await;
    for group in registry.groups().keys() {
        settle(&daemon, Some(group)).await;
    }
    Ok(super::list(State(daemon)).await)
}

pub(in crate::http) async fn check(
    State(mut daemon): State<Daemon>,
    body: Bytes,
) -> Result<Json<PluginCheck>, Refused> {
    let PluginToCheck { plugin } = read(&body)?;
    let registry = daemon.registry.get().await;
    let by_name = registry.get(&plugin).map(|(plugin, _)| plugin.path.clone());
    let path = match by_name {
        Some(path) => path,
        None if plugin.contains('/') => plugin.into(),
        None => {
            return Err(unknown(&plugin, &registry)
                .hint("name an analyzer, or a library by its path")
                .into());
        }
    };
    Ok(Json(verdict_of(&daemon, &path, Some(&registry)).await?.check))
}

/// Checks a library in a process of its own, with the settings and models that it would have.
async fn verdict_of(
    daemon: &Daemon,
    library: &FilePath,
    registry: Option<&Registry>,
) -> Result<Verdict, Problem> {
    let programs = daemon.plugins.programs();
    let (described, _) = crate::plugins::describe(programs, library).await;
    let description = described.ok();
    let name = description.as_ref().map_or("", |own| &own.name);
    let analyzer = daemon.config.analyzer(name);
    let models = daemon.models.resolve(description.as_ref().map_or(&[][..], |own| &own.models));
    let group =
        registry.and_then(|registry| registry.group_of(name)).or_else(|| daemon.config.group_of(name));
    let group = group.and_then(|group| daemon.config.groups.get(group)).cloned().unwrap_or_default();
    let question = Check {
        analyzer: AnalyzerToLoad {
            name: name.to_owned(),
            version: String::new(),
            path: library.to_string_lossy().into_owned(),
            settings: serde_json::to_string(&analyzer.settings).unwrap_or_else(|_| "{}".to_owned()),
            models: models.folders,
            absent_models: models.absent,
            missing: models.missing,
            call_limit_s: analyzer.call_limit_s,
            memory_mib: 0,
            measure: false,
            known_at_work: true,
        },
        description: description.map(|own| analyzer.apply(own)),
        device: group.device.to_string(),
        threads: group.threads(),
        memory_mib: group.memory_mib,
        findings_limit: daemon.config.jobs.findings_limit_mib << 20,
        sandbox: programs.sandbox.clone(),
    };
    let limit = Duration::from_secs_f64(daemon.config.jobs.load_limit_s) + DRY_RUN_LIMIT;
    crate::plugins::check(programs, &question, limit).await.map_err(internal)
}

/// The group with the most free memory, for an analyzer that no group takes by itself.
async fn roomiest(daemon: &Daemon, registry: &Registry, name: &str) -> Option<String> {
    let shared_out = daemon.config.groups.values().any(GroupConfig::is_auto);
    if shared_out || registry.group_of(name).is_some() || daemon.config.group_of(name).is_some() {
        return None;
    }
    let workers = daemon.workers.memory.status().await.workers;
    let free = |(name, group): &(&String, &GroupConfig)| {
        let taken =
            workers.iter().filter(|worker| worker.group == **name).map(|worker| worker.resident_bytes);
        // A group without a limit has all that the machine has.
        group.memory_mib.map_or(u64::MAX, |mib| mib << 20).saturating_sub(taken.sum())
    };
    daemon.config.groups.iter().max_by_key(free).map(|(name, _)| name.clone())
}

/// What the analyzer is by now, once its group's worker has it.
async fn changed(
    daemon: &mut Daemon,
    name: &str,
    mut notes: Vec<String>,
    check: Option<PluginCheck>,
) -> Changed {
    let registry = daemon.registry.get().await;
    if registry.is_enabled(name)
        && let Some(group) = registry.group_of(name)
        && let Err(how) = daemon.workers.settled(group).await
    {
        notes.push(format!("the worker of group {group} {how}; jobs run its analyzers one by one"));
    }
    let states = daemon.workers.analyzers().await;
    Ok(Json(PluginChanged { analyzer: info(name, &registry, &states), notes, check }))
}

/// A group that loses an analyzer has it no more, where it can be had.
async fn settle(daemon: &Daemon, group: Option<&str>) {
    if let Some(group) = group {
        // Why it cannot is told where somebody needs the worker.
        let _ = daemon.workers.settled(group).await;
    }
}

fn check_group(daemon: &Daemon, group: Option<&str>) -> Result<(), Problem> {
    let groups = &daemon.config.groups;
    match group.filter(|group| !groups.contains_key(*group)) {
        None => Ok(()),
        Some(group) => {
            let known: Vec<&str> = groups.keys().map(String::as_str).collect();
            let hint = format!(
                "the configuration has {}; add a section [groups.{group}] to it, or name one of these",
                known.join(", ")
            );
            Err(invalid(format!("there is no group {group}")).hint(hint))
        }
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body)
        .map_err(|error| invalid(format!("the request's body is not usable: {error}")))
}

fn invalid(detail: String) -> Problem {
    Problem::new(ProblemKind::InvalidRequest, detail)
}

fn internal(error: impl std::fmt::Display) -> Problem {
    Problem::new(ProblemKind::Internal, format!("{error:#}"))
}
