//! `GET /v1/status` and `POST /v1/shutdown`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use va_protocol::api::status::Status;

use super::Daemon;

pub(super) async fn show(State(daemon): State<Daemon>) -> Json<Status> {
    let (groups, workers) = daemon.workers.status().await;
    let arguments = &daemon.arguments;
    Json(Status {
        pid: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        socket: arguments.socket().display().to_string(),
        state_dir: arguments.state_dir.display().to_string(),
        models_dir: daemon.models.folder().display().to_string(),
        config: arguments.config.as_ref().map(|path| path.display().to_string()),
        uptime_s: daemon.begun.elapsed().as_secs_f64(),
        sandbox: daemon.sandbox.status().await,
        groups,
        workers,
        jobs: daemon.jobs.counts().await,
    })
}

pub(super) async fn stop(State(daemon): State<Daemon>) -> StatusCode {
    tracing::info!("asked to stop by a client");
    daemon.stopping.cancel();
    StatusCode::ACCEPTED
}
