//! `GET /v1/analyzers`: what is there, and whether it can be used.

use axum::Json;
use axum::extract::State;
use va_protocol::api::analyzer::{AnalyzerInfo, AnalyzerState};

use super::Daemon;
use crate::jobs::Planner;
use crate::workers::LoadState;

pub(super) async fn list(State(mut daemon): State<Daemon>) -> Json<Vec<AnalyzerInfo>> {
    let registry = daemon.registry.get().await;
    let states = daemon.workers.analyzers().await;
    let planner: &Planner = daemon.jobs.planner();
    let mut list = Vec::new();
    for name in registry.names() {
        let Some((plugin, description)) = registry.get(name) else { continue };
        let loaded = states.get(name).cloned().flatten();
        let device = match &loaded {
            Some(LoadState::Loaded { device, .. }) => Some(device.clone()),
            _ => None,
        };
        let (state, reason) = match (planner.why_off(name), loaded) {
            (Some(reason), _) => (AnalyzerState::Disabled, Some(reason)),
            (None, Some(LoadState::Loaded { .. })) => (AnalyzerState::Ready, None),
            (None, Some(LoadState::NotLoaded { unavailable: true, reason })) => {
                (AnalyzerState::Unavailable, Some(reason))
            }
            (None, Some(LoadState::NotLoaded { reason, .. })) => (AnalyzerState::Broken, Some(reason)),
            (None, None) => (AnalyzerState::Loading, None),
        };
        list.push(AnalyzerInfo {
            name: name.to_owned(),
            version: Some(description.version.clone()),
            about: Some(description.about.clone()),
            state,
            reason,
            group: planner.group_of(name).map(str::to_owned),
            device,
            input: Some(description.input_in_words()),
            models: description.models.iter().map(|model| model.any_of.join(" or ")).collect(),
            path: plugin.path.display().to_string(),
        });
    }
    for (path, reason) in registry.broken() {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        list.push(AnalyzerInfo {
            name,
            version: None,
            about: None,
            state: AnalyzerState::Broken,
            reason: Some(reason.clone()),
            group: None,
            device: None,
            input: None,
            models: Vec::new(),
            path: path.display().to_string(),
        });
    }
    Json(list)
}
