//! `/v1/analyzers`: what is there, whether it can be used, and why not; and how that is changed.

mod change;
mod details;

use axum::Json;
use axum::extract::State;
use va_protocol::api::analyzer::{AnalyzerInfo, AnalyzerState};
use va_protocol::worker::description::AnalyzerDescription;

pub(super) use self::change::{add, check, disable, enable, reload, reload_all, remove};
pub(super) use self::details::show;
use super::Daemon;
use crate::plugins::{Plugin, Registry};
use crate::workers::{GroupAnalyzers, LoadState};

pub(super) async fn list(State(mut daemon): State<Daemon>) -> Json<Vec<AnalyzerInfo>> {
    let registry = daemon.registry.get().await;
    let states = daemon.workers.analyzers().await;
    let named = registry.names().filter_map(|name| info(name, &registry, &states));
    Json(named.chain(registry.broken().iter().map(broken)).collect())
}

/// An analyzer of the registry.
fn info(name: &str, registry: &Registry, states: &GroupAnalyzers) -> Option<AnalyzerInfo> {
    let (plugin, description) = registry.get(name)?;
    let loaded = states.get(name).cloned().flatten();
    let device = match &loaded {
        Some(LoadState::Loaded { device, .. }) => Some(device.clone()),
        _ => None,
    };
    let (state, reason) = match (registry.why_off(name), registry.why_held(name), loaded) {
        (Some(reason), ..) => (AnalyzerState::Disabled, Some(reason)),
        (None, Some(reason), _) => (AnalyzerState::Quarantined, Some(reason)),
        (None, None, Some(LoadState::Loaded { .. })) => (AnalyzerState::Ready, None),
        (None, None, Some(LoadState::NotLoaded { unavailable: true, reason })) => {
            (AnalyzerState::Unavailable, Some(reason))
        }
        (None, None, Some(LoadState::NotLoaded { reason, .. })) => (AnalyzerState::Broken, Some(reason)),
        (None, None, Some(LoadState::Unloaded { .. } | LoadState::Unloading)) => {
            (AnalyzerState::Unloaded, None)
        }
        (None, None, None) if registry.is_on_trial(name) => {
            let reason = "the next job runs it alone, since it crashed again and again";
            (AnalyzerState::Quarantined, Some(reason.to_owned()))
        }
        (None, None, Some(LoadState::Loading) | None) => (AnalyzerState::Loading, None),
    };
    let group = registry.group_of(name).filter(|_| registry.is_enabled(name));
    Some(AnalyzerInfo {
        group: group.map(str::to_owned),
        device,
        ..described(name, plugin, description, state, reason)
    })
}

fn described(
    name: &str,
    plugin: &Plugin,
    description: &AnalyzerDescription,
    state: AnalyzerState,
    reason: Option<String>,
) -> AnalyzerInfo {
    AnalyzerInfo {
        name: name.to_owned(),
        version: Some(description.version.clone()),
        about: Some(description.about.clone()),
        state,
        reason,
        group: None,
        device: None,
        input: Some(description.input_in_words()),
        models: description.models.iter().map(|model| model.any_of.join(" or ")).collect(),
        path: plugin.path.display().to_string(),
    }
}

/// A library that is no usable analyzer, by the name of its file.
fn broken(plugin: &Plugin) -> AnalyzerInfo {
    AnalyzerInfo {
        name: plugin.name(),
        version: None,
        about: None,
        state: AnalyzerState::Broken,
        reason: plugin.described.as_ref().err().cloned(),
        group: None,
        device: None,
        input: None,
        models: Vec::new(),
        path: plugin.path.display().to_string(),
    }
}
