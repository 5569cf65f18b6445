//! The task that owns the queue: first come, first served, so many at a time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use va_protocol::api::job::{JobEvent, JobRequest};
use va_protocol::api::problem::{Problem, ProblemKind};
use va_protocol::api::status::JobCounts;

use super::plan::Planner;
use super::results::Results;
use super::run::{self, Ended, Job, Means};
use crate::config::Config;
use crate::models::Models;
use crate::plugins::{Known, Plugins};
use crate::workers::Workers;

/// The scheduler, for others. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Jobs {
    commands: mpsc::UnboundedSender<Command>,
    results: Results,
}

#[derive(Debug)]
enum Command {
    Submit {
        request: JobRequest,
        cancel: CancellationToken,
        answer: oneshot::Sender<Result<mpsc::Receiver<JobEvent>, Problem>>,
    },
    Counts {
        answer: oneshot::Sender<JobCounts>,
    },
}

impl Jobs {
    /// Takes a job; its events come by the receiver.
    ///
    /// # Errors
    /// Where the daemon is stopping or the queue is full.
    pub(crate) async fn submit(
        &self,
        request: JobRequest,
        cancel: CancellationToken,
    ) -> Result<mpsc::Receiver<JobEvent>, Problem> {
        let (answer, answered) = oneshot::channel();
        let stopping = || {
            Problem::new(ProblemKind::Busy, "the daemon is stopping")
                .hint("start it again, or wait until it was")
        };
        self.commands.send(Command::Submit { request, cancel, answer }).map_err(|_| stopping())?;
        answered.await.unwrap_or_else(|_| Err(stopping()))
    }

    pub(crate) async fn counts(&self) -> JobCounts {
        let (answer, answered) = oneshot::channel();
        let _ = self.commands.send(Command::Counts { answer });
        answered.await.unwrap_or_default()
    }

    pub(crate) fn results(&self) -> &Results {
        &self.results
    }
}

/// Starts the scheduler. It ends once it is told to stop and its last job is over.
pub(crate) fn schedule(
    config: Arc<Config>,
    models: Arc<Models>,
    registry: Known,
    plugins: Plugins,
    workers: Workers,
    results: Results,
    stopping: CancellationToken,
) -> (Jobs, JoinHandle<()>) {
    let (commands, inbox) = mpsc::unbounded_channel();
    let planner = Arc::new(Planner::new(Arc::clone(&config), Arc::clone(&models)));
    let jobs = Jobs { commands, results: results.clone() };
    let means = Means { config, models, registry, plugins, workers, results, planner };
    let scheduler = Scheduler {
        means,
        queue: VecDeque::new(),
        running: JoinSet::new(),
        finished: 0,
        given_up: 0,
        next: 1,
    };
    (jobs, tokio::spawn(scheduler.run(inbox, stopping)))
}

struct Scheduler {
    means: Means,
    queue: VecDeque<Job>,
    running: JoinSet<Ended>,
    finished: u64,
    given_up: u64,
    next: u64,
}

impl Scheduler {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Command>, stopping: CancellationToken) {
        loop {
            tokio::select! {
                command = inbox.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => break,
                },
                Some(ended) = self.running.join_next(), if !self.running.is_empty() => self.count(ended),
                () = stopping.cancelled() => break,
            }
            self.start_what_may().await;
        }
        inbox.close();
        let problem = Problem::new(ProblemKind::Busy, "the daemon was stopped before this job's turn");
        for job in std::mem::take(&mut self.queue) {
            job.tell(JobEvent::Failed { job: job.name.clone(), problem: problem.clone() }).await;
        }
        let limit = Duration::from_secs_f64(self.means.config.daemon.drain_s);
        let drained = async { while self.running.join_next().await.is_some() {} };
        if tokio::time::timeout(limit, drained).await.is_err() {
            tracing::warn!(
                "{} running jobs are given up: they take longer than {} s",
                self.running.len(),
                limit.as_secs_f64()
            );
            self.running.shutdown().await;
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Counts { answer } => {
                let counts = JobCounts {
                    queued: self.queue.len(),
                    running: self.running.len(),
                    finished: self.finished,
                    given_up: self.given_up,
                };
                let _ = answer.send(counts);
            }
            Command::Submit { answer, .. } if self.queue.len() >= self.means.config.jobs.queue_limit => {
                let problem =
                    Problem::new(ProblemKind::Busy, format!("{} jobs are waiting already", self.queue.len()));
                let _ = answer.send(Err(problem.hint("send it again later, or raise jobs.queue_limit")));
            }
            Command::Submit { request, cancel, answer } => {
                let (events, receiver) = mpsc::channel(64);
                let job = Job {
                    number: self.next,
                    name: name_of(self.next),
                    request,
                    cancel,
                    events,
                    asked: Instant::now(),
                };
                self.next += 1;
                let ahead = self.queue.len() + self.running.len();
                if ahead >= self.means.config.jobs.concurrent {
                    job.tell(JobEvent::Queued { job: job.name.clone(), ahead }).await;
                }
                self.queue.push_back(job);
                let _ = answer.send(Ok(receiver));
            }
        }
    }

    fn count(&mut self, ended: Result<Ended, JoinError>) {
        match ended {
            Ok(Ended::Answered) => self.finished += 1,
            Ok(Ended::GivenUp) => self.given_up += 1,
            Err(error) => tracing::error!("a job's task ended badly: {error}"),
        }
    }

    async fn start_what_may(&mut self) {
        let waiting = self.queue.len();
        self.queue.retain(|job| !job.cancel.is_cancelled());
        self.given_up += (waiting - self.queue.len()) as u64;
        let mut moved = self.queue.len() != waiting;
        while self.running.len() < self.means.config.jobs.concurrent {
            let Some(job) = self.queue.pop_front() else { break };
            self.running.spawn(run::run(job, self.means.clone()));
            moved = true;
        }
        if moved {
            for (at, job) in self.queue.iter().enumerate() {
                // A client that does not read its events must not hold up the others.
                let _ = job
                    .events
                    .try_send(JobEvent::Queued { job: job.name.clone(), ahead: at + self.running.len() });
            }
        }
    }
}

/// Names rise with time, also from one daemon to the next.
fn name_of(number: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis());
    format!("{now:012x}-{number}")
}
