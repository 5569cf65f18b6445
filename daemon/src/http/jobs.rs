//! `POST /v1/jobs`: a job as a stream of events, one JSON object a line. `GET /v1/jobs/JOB/result`: its document.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};
use va_protocol::api::job::{JobEvent, JobRequest};
use va_protocol::api::problem::{Problem, ProblemKind};

use super::Daemon;
use super::problem::Refused;

/// A request is this long at most, bytes.
const LONGEST_REQUEST: usize = 1 << 20;

pub(super) async fn submit(State(daemon): State<Daemon>, body: Body) -> Result<Response, Refused> {
    let invalid = |detail: String| Refused(Problem::new(ProblemKind::InvalidRequest, detail));
    let bytes = axum::body::to_bytes(body, LONGEST_REQUEST).await;
    let bytes = bytes.map_err(|e| invalid(format!("the request's body cannot be read: {e}")))?;
    let request: JobRequest =
        serde_json::from_slice(&bytes).map_err(|e| invalid(format!("the request is no job request: {e}")))?;
    let cancel = CancellationToken::new();
    let events = daemon.jobs.submit(request, cancel.clone()).await?;
    let lines = Lines { events, _cancels: cancel.drop_guard() };
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response())
}

pub(super) async fn result(
    State(daemon): State<Daemon>,
    Path(job): Path<String>,
) -> Result<Response, Refused> {
    let missing = || {
        Problem::new(
            ProblemKind::NotFound,
            format!("there is no result of a job {job:?}; old ones are removed"),
        )
    };
    let results = daemon.jobs.results();
    let path = results.document(&job).ok_or_else(missing)?;
    let document = tokio::fs::read(&path).await.map_err(|_| missing())?;
    results.owed().fetched(&job);
    Ok(([(header::CONTENT_TYPE, "application/json")], document).into_response())
}

/// Events as lines. The server drops it when the client is gone, and that gives the job up.
struct Lines {
    events: mpsc::Receiver<JobEvent>,
    _cancels: DropGuard,
}

impl Stream for Lines {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.poll_recv(context).map(|event| {
            let mut line = serde_json::to_vec(&event?).unwrap_or_default();
            line.push(b'\n');
            Some(Ok(Bytes::from(line)))
        })
    }
}
