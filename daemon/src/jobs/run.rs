//! One job from its turn to its document.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use va_protocol::api::job::{JobEvent, JobRequest};
use va_protocol::api::problem::{Problem, ProblemKind};
use va_protocol::api::result::{AnalyzerStatus, DocumentStatus, SCHEMA_VERSION};

use super::dependencies;
use super::document::{self, Ingredients};
use super::file::{self, VideoFile};
use super::outcome::Settled;
use super::pass::{Lost, Pass, Seen, Unit, WhyLost};
use super::plan::{self, JobPlan, Planned, Planner};
use super::progress::Progress;
use super::results::{self, Results};
use super::retry::Retry;
use crate::config::Config;
use crate::models::Models;
use crate::plugins::{Known, Plugins};
use crate::workers::Workers;

/// What every job works with.
#[derive(Debug, Clone)]
pub(super) struct Means {
    pub(super) config: Arc<Config>,
    pub(super) models: Arc<Models>,
    pub(super) registry: Known,
    pub(super) plugins: Plugins,
    pub(super) workers: Workers,
    pub(super) results: Results,
    pub(super) planner: Arc<Planner>,
}

#[derive(Debug)]
pub(super) struct Job {
    /// For workers.
    pub(super) number: u64,
    /// For clients.
    pub(super) name: String,
    pub(super) request: JobRequest,
    /// The client is gone.
    pub(super) cancel: CancellationToken,
    pub(super) events: mpsc::Sender<JobEvent>,
    pub(super) asked: Instant,
}

impl Job {
    /// A client that is gone hears nothing; its job is being given up.
    pub(super) async fn tell(&self, event: JobEvent) {
        let _ = self.events.send(event).await;
    }
}

/// Why there is no document.
pub(super) enum NoDocument {
    Problem(Problem),
    GivenUp,
}

impl From<Problem> for NoDocument {
    fn from(problem: Problem) -> Self {
        NoDocument::Problem(problem)
    }
}

/// How a job came off the list of those that run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// With a document or a problem.
    Answered,
    /// Its client was gone.
    GivenUp,
}

pub(super) async fn run(job: Job, mut means: Means) -> Ended {
    let ended = document_of(&job, &mut means).await;
    means.workers.keep_decoder();
    let event = match ended {
        Ok(event) => {
            if let JobEvent::Finished { job, .. } = &event {
                means.results.owed().add(job);
            }
            event
        }
        Err(NoDocument::GivenUp) => {
            tracing::info!(job = %job.name, "given up: the client is gone");
            return Ended::GivenUp;
        }
        Err(NoDocument::Problem(problem)) => {
            tracing::info!(job = %job.name, "failed: {}", problem.detail);
            JobEvent::Failed { job: job.name.clone(), problem }
        }
    };
    job.tell(event).await;
    Ended::Answered
}

async fn document_of(job: &Job, means: &mut Means) -> Result<JobEvent, NoDocument> {
    let path = file::path_of(&job.request)?;
    let video = blocking(move || file::open(&path)).await??;
    let registry = tokio::select! {
        registry = means.registry.get() => registry,
        () = job.cancel.cancelled() => return Err(NoDocument::GivenUp),
    };
    let plan = means.planner.plan(job.request.analyzers.as_deref(), &registry)?;
    let key = key_of(&video, &plan);
    if !job.request.fresh {
        let (results, key) = (means.results.clone(), key.clone());
        if let Some((name, path)) = blocking(move || results.stored(&key)).await? {
            tracing::info!(job = %job.name, "answered by the stored result of {name}");
            return Ok(finished(&name, DocumentStatus::Success, &path, None));
        }
    }
    job.tell(JobEvent::Started { job: job.name.clone() }).await;
    let started_after_s = job.asked.elapsed().as_secs_f64();
    tracing::info!(job = %job.name, video = %video.path.display(), analyzers = plan.run.len(), "started");

    let ingredients = analyse(job, means, video, plan).await?;
    let document = document::compose(ingredients, &means.models, job.asked.elapsed().as_secs_f64());
    let status = document.status;
    let (results, name) = (means.results.clone(), job.name.clone());
    let kept = blocking(move || {
        let text = serde_json::to_vec_pretty(&document)?;
        results.keep(&name, &text, (status == DocumentStatus::Success).then_some(&key))
    });
    let path = kept.await?.map_err(|error| Problem::new(ProblemKind::Internal, format!("{error:#}")))?;
    tracing::info!(job = %job.name, took_s = job.asked.elapsed().as_secs_f64(), ?status, "finished");
    Ok(finished(&job.name, status, &path, Some(started_after_s)))
}

/// Runs all analyzers: first in their groups' workers, then those whose worker died, each in a worker of its own, so
/// that the one that is to blame takes nobody with it.
async fn analyse(
    job: &Job,
    means: &Means,
    video: VideoFile,
    plan: JobPlan,
) -> Result<Ingredients, NoDocument> {
    let mut settled: BTreeMap<String, Settled> = BTreeMap::new();
    let shown = plan.run.iter().filter(|planned| planned.shown);
    let mut progress = Progress::new(shown.map(|planned| planned.name.clone()), job.asked);
    let pass = Pass { job, means, video: &video, all: &plan.run };
    let mut seen = Seen::default();
    let lost = pass.run(units_of(&plan.run), &mut settled, &mut seen, &mut progress).await?;
    if !lost.is_empty() {
        let names: Vec<&str> = lost.iter().map(|lost| lost.analyzer.as_str()).collect();
        tracing::warn!(job = %job.name, "again, each on its own: {}", names.join(", "));
        if lost.iter().any(|lost| matches!(lost.why, WhyLost::OutOfMemory(_))) {
            let gone = means.workers.memory.evict(None).await;
            seen.evictions += gone.iter().filter(|moved| moved.done).count() as u64;
        }
        let again = plan.run.iter().filter(|planned| names.contains(&planned.name.as_str()));
        let again = again.map(|planned| alone(planned, &plan.run)).collect();
        let mut seen_again = Seen::default();
        for Lost { analyzer, why } in pass.run(again, &mut settled, &mut seen_again, &mut progress).await? {
            let outcome = match why {
                WhyLost::WorkerEnded(ended) => {
                    let retry = Retry::crashed(&ended.how);
                    Settled::fault(format!("its worker process {}", ended.how), ended.stderr).retry(retry)
                }
                WhyLost::OutOfMemory(reason) => Settled::without_findings(AnalyzerStatus::Failed, reason)
                    .retry(Retry::out_of_memory(&analyzer)),
            };
            settled.insert(analyzer, outcome);
        }
        seen.again(seen_again);
    }
    means.plugins.ran(settled.iter().filter_map(|(name, settled)| Some((name.clone(), settled.run()?))));
    dependencies::degrade(&mut settled, &plan.run);
    for planned in plan.run.iter().filter(|planned| !planned.shown) {
        // One that failed is shown: the status of the document has to have its reason.
        if settled.get(&planned.name).is_some_and(|settled| settled.status != AnalyzerStatus::Failed) {
            settled.remove(&planned.name);
        }
    }
    for (name, (status, reason)) in &plan.left_out {
        settled.insert(name.clone(), Settled::without_findings(*status, reason.clone()));
    }
    let versions =
        plan.run.iter().map(|planned| (planned.name.clone(), planned.description.version.clone())).collect();
    let JobPlan { by_name, quarantined, .. } = plan;
    Ok(Ingredients { video, seen, settled, versions, by_name, quarantined })
}

/// Analyzers by their group; those on trial each on its own.
fn units_of(all: &[Planned]) -> Vec<Unit<'_>> {
    let mut groups: BTreeMap<&str, Vec<&Planned>> = BTreeMap::new();
    for planned in all.iter().filter(|planned| !planned.alone) {
        groups.entry(&planned.group).or_default().push(planned);
    }
    let unit =
        |(group, analyzers): (&str, _)| Unit { group: Some(group.to_owned()), analyzers, beside: Vec::new() };
    let on_trial = all.iter().filter(|planned| planned.alone).map(|planned| alone(planned, all));
    groups.into_iter().map(unit).chain(on_trial).collect()
}

fn alone<'a>(planned: &'a Planned, all: &'a [Planned]) -> Unit<'a> {
    Unit { group: None, analyzers: vec![planned], beside: plan::needed_beside(planned, all) }
}

fn key_of(video: &VideoFile, plan: &JobPlan) -> String {
    let path = video.path.to_string_lossy();
    // What is unavailable counts only where it was asked for by name.
    let by_name = if plan.by_name { "by name" } else { "all" };
    let mut parts = vec![SCHEMA_VERSION, env!("CARGO_PKG_VERSION"), &path, &video.identity, by_name];
    parts.extend(plan.run.iter().map(|planned| planned.fingerprint.as_str()));
    parts.extend(plan.left_out.keys().map(String::as_str));
    results::key(&parts)
}

fn finished(
    job: &str,
    status: DocumentStatus,
    path: &std::path::Path,
    started_after_s: Option<f64>,
) -> JobEvent {
    let document = path.display().to_string();
    JobEvent::Finished {
        job: job.to_owned(),
        status,
        document,
        stored: started_after_s.is_none(),
        started_after_s,
    }
}

/// Work that touches the disk, away from the thread that serves everybody.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let failed = |error| Problem::new(ProblemKind::Internal, format!("the daemon failed: {error}"));
    tokio::task::spawn_blocking(work).await.map_err(failed)
}
