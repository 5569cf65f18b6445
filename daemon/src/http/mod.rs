//! The HTTP API: its table of routes, and what they share. One file for each resource.

pub(crate) mod listen;

mod analyzers;
#[cfg(test)]
mod documentation;
mod jobs;
mod memory;
mod metrics;
mod problem;
mod schema;
mod status;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::routing::{MethodRouter, delete, get, post};
use tokio_util::sync::CancellationToken;
use va_protocol::api::problem::{Problem, ProblemKind};

use self::problem::Refused;
use crate::args::Arguments;
use crate::config::Config;
use crate::jobs::Jobs;
use crate::models::Models;
use crate::plugins::{Known, Plugins};
use crate::workers::{Confinement, Workers};

/// What the routes speak with.
#[derive(Debug, Clone)]
pub(crate) struct Daemon {
    pub(crate) begun: Instant,
    pub(crate) arguments: Arc<Arguments>,
    pub(crate) sandbox: Arc<Confinement>,
    pub(crate) models: Arc<Models>,
    pub(crate) config: Arc<Config>,
    pub(crate) registry: Known,
    pub(crate) plugins: Plugins,
    pub(crate) workers: Workers,
    pub(crate) jobs: Jobs,
    pub(crate) stopping: CancellationToken,
}

/// One thing that a client may ask for. The router and `docs/api.md` are made of these.
struct Route {
    #[cfg_attr(not(test), expect(dead_code, reason = "for docs/api.md, which a test writes"))]
    method: &'static str,
    path: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "for docs/api.md, which a test writes"))]
    summary: &'static str,
    handler: MethodRouter<Daemon>,
}

impl Route {
    fn get<T: 'static>(path: &'static str, handler: impl Handler<T, Daemon>, summary: &'static str) -> Self {
        Route { method: "GET", path, summary, handler: get(handler) }
    }

    fn delete<T: 'static>(
        path: &'static str,
        handler: impl Handler<T, Daemon>,
        summary: &'static str,
    ) -> Self {
        Route { method: "DELETE", path, summary, handler: delete(handler) }
    }

    fn post<T: 'static>(path: &'static str, handler: impl Handler<T, Daemon>, summary: &'static str) -> Self {
        Route { method: "POST", path, summary, handler: post(handler) }
    }
}

fn table() -> [Route; 18] {
    [
        Route::get("/v1/status", status::show, "How the daemon does: its groups, workers and jobs."),
        Route::post("/v1/shutdown", status::stop, "Lets the running jobs finish, then stops the daemon."),
        Route::get(
            "/v1/analyzers",
            analyzers::list,
            "What analyzers there are, and whether they can be used.",
        ),
        Route::post(
            "/v1/analyzers",
            analyzers::add,
            "Checks a library and adds its analyzer, for the next job.",
        ),
        Route::get(
            "/v1/analyzers/{name}",
            analyzers::show,
            "All that is known of an analyzer, and why it does not run.",
        ),
        Route::delete("/v1/analyzers/{name}", analyzers::remove, "Removes an analyzer that was added."),
        Route::post(
            "/v1/analyzers/{name}/enable",
            analyzers::enable,
            "Switches an analyzer on, ends its quarantine, and may move it to another group.",
        ),
        Route::post("/v1/analyzers/{name}/disable", analyzers::disable, "Switches an analyzer off."),
        Route::post(
            "/v1/analyzers/{name}/reload",
            analyzers::reload,
            "Looks at an analyzer's file again, and loads it anew.",
        ),
        Route::post(
            "/v1/reload",
            analyzers::reload_all,
            "Looks at all plugin folders again, and loads all anew.",
        ),
        Route::post(
            "/v1/check",
            analyzers::check,
            "Checks a library in a process of its own, with a dry run.",
        ),
        Route::post("/v1/jobs", jobs::submit, "Analyses a video, and tells how far it is until it is done."),
        Route::get("/v1/jobs/{job}/result", jobs::result, "The result document of a job."),
        Route::get("/v1/schema", schema::show, "The JSON Schema of the result document."),
        Route::get("/v1/memory", memory::show, "Who has what of the memory, and which analyzers had to go."),
        Route::post("/v1/memory/warm", memory::warm, "Loads analyzers, and the models that they use."),
        Route::post("/v1/memory/evict", memory::evict, "Unloads analyzers that no job uses."),
        Route::get("/metrics", metrics::show, "What is counted, for Prometheus."),
    ]
}

fn routes(daemon: Daemon) -> Router {
    let router = table()
        .into_iter()
        // Several methods of one path are merged.
        .fold(Router::new(), |router, Route { path, handler, .. }| router.route(path, handler));
    router
        .fallback(|| async {
            Refused(Problem::new(ProblemKind::NotFound, "there is no such path in this API"))
        })
        .method_not_allowed_fallback(|| async {
            let problem = Problem::new(ProblemKind::InvalidRequest, "this path has no such method");
            (StatusCode::METHOD_NOT_ALLOWED, Refused(problem))
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
