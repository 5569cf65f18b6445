//! `GET /v1/memory`, `POST /v1/memory/warm` and `POST /v1/memory/evict`: who has what of the memory, and changing it.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use va_protocol::api::memory::{MemoryStatus, Moved, Which};
use va_protocol::api::problem::{Problem, ProblemKind};

use super::Daemon;
use super::problem::Refused;

/// A request is this long at most, bytes.
const LONGEST_REQUEST: usize = 64 << 10;

pub(super) async fn show(State(daemon): State<Daemon>) -> Json<MemoryStatus> {
    Json(daemon.workers.memory.status().await)
}

pub(super) async fn warm(State(daemon): State<Daemon>, body: Body) -> Result<Json<Vec<Moved>>, Refused> {
    let which = which(body).await?;
    Ok(Json(daemon.workers.memory.warm(which.analyzers).await))
}

pub(super) async fn evict(State(daemon): State<Daemon>, body: Body) -> Result<Json<Vec<Moved>>, Refused> {
    let which = which(body).await?;
    Ok(Json(daemon.workers.memory.evict(which.analyzers).await))
}

/// All, where nothing is said.
async fn which(body: Body) -> Result<Which, Refused> {
    let invalid = |detail: String| {
        let problem = Problem::new(ProblemKind::InvalidRequest, detail);
        Refused(problem.hint("send {\"analyzers\": [\"NAME\"]}, or nothing for all"))
    };
    let bytes = axum::body::to_bytes(body, LONGEST_REQUEST).await;
    let bytes = bytes.map_err(|e| invalid(format!("the request's body cannot be read: {e}")))?;
    if bytes.is_empty() {
        return Ok(Which::default());
    }
    serde_json::from_slice(&bytes).map_err(|e| invalid(format!("the request does not name analyzers: {e}")))
}
