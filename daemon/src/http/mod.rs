//! The HTTP API: its table of routes, and what they share. One file for each resource.

pub(crate) mod listen;

mod analyzers;
mod jobs;
mod problem;
mod schema;
mod status;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::routing::{get, post};
use tokio_util::sync::CancellationToken;
use va_protocol::api::problem::{Problem, ProblemKind};

use self::problem::Refused;
use crate::args::Arguments;
use crate::jobs::Jobs;
use crate::plugins::Known;
use crate::workers::Workers;

/// What the routes speak with.
#[derive(Debug, Clone)]
pub(crate) struct Daemon {
    pub(crate) begun: Instant,
    pub(crate) arguments: Arc<Arguments>,
    pub(crate) registry: Known,
    pub(crate) workers: Workers,
    pub(crate) jobs: Jobs,
    pub(crate) stopping: CancellationToken,
}

fn routes(daemon: Daemon) -> Router {
    Router::new()
        .route("/v1/status", get(status::show))
        .route("/v1/shutdown", post(status::stop))
        .route("/v1/analyzers", get(analyzers::list))
        .route("/v1/jobs", post(jobs::submit))
        .route("/v1/jobs/{job}/result", get(jobs::result))
        .route("/v1/schema", get(schema::show))
        .fallback(|| async {
            Refused(Problem::new(ProblemKind::NotFound, "there is no such path in this API"))
        })
        .with_state(daemon)
}

pub(crate) async fn serve(listener: std::os::unix::net::UnixListener, daemon: Daemon) {
    let serving = async {
        let listener = tokio::net::UnixListener::from_std(listener)?;
        axum::serve(listener, routes(daemon)).await
    };
    if let Err(error) = serving.await {
        tracing::error!("cannot serve the socket any more: {error}");
    }
}
