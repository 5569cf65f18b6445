//! The supervisor, as others see it: what it can be asked for. Each call is a command to its task.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use va_protocol::api::status::{GroupStatus, WorkerStatus};

use super::analyze::AnalyzeWorker;
use super::link;
use super::process::{Ended, Process};
use super::shelf::LoadState;
use crate::memory::Memory;

/// Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Workers {
    pub(super) commands: mpsc::UnboundedSender<Command>,
    /// What they hold in memory.
    pub(crate) memory: Memory,
}

/// A group's analyzers, and for each what its worker says of it; `None` where the worker is not there.
pub(crate) type GroupAnalyzers = BTreeMap<String, Option<LoadState>>;

type Answer<T> = oneshot::Sender<T>;

#[derive(Debug)]
pub(super) enum Command {
    Worker {
        group: String,
        analyzers: Vec<String>,
        answer: Answer<Result<Arc<AnalyzeWorker>, String>>,
    },
    /// The one that has, or is about to have, what the group is to have by now.
    Newest {
        group: String,
        answer: Answer<Result<Option<Arc<AnalyzeWorker>>, String>>,
    },
    Solo {
        analyzers: Vec<String>,
        answer: Answer<Result<Arc<AnalyzeWorker>, String>>,
    },
    Decoder {
        answer: Answer<Result<(Process, link::Receiver), String>>,
    },
    KeepDecoder,
    Recycle {
        pid: u32,
    },
    Status {
        answer: Answer<(Vec<GroupStatus>, Vec<WorkerStatus>)>,
    },
    Analyzers {
        answer: Answer<GroupAnalyzers>,
    },
    /// A worker is.
    Ready,
    Ended {
        group: String,
        pid: u32,
        how: String,
    },
    StartAgain {
        group: String,
    },
    Stop,
}

impl Workers {
    /// A group's worker that has these analyzers as they are now, once it is loaded. Where the one that should have them
    /// does not start, the one before it, which may lack some.
    ///
    /// # Errors
    /// Where none is to be had; why, as the predicate of a sentence about it.
    pub(crate) async fn of_group(
        &self,
        group: &str,
        analyzers: Vec<String>,
    ) -> Result<Arc<AnalyzeWorker>, Ended> {
        let ask = |answer| Command::Worker { group: group.to_owned(), analyzers: analyzers.clone(), answer };
        let worker = self.ask(ask).await??;
        let Err(ended) = worker.ready().await else { return Ok(worker) };
        // By now its end is known, and another one answers or none.
        match self.ask(ask).await? {
            Ok(before) if before.process.pid != worker.process.pid && before.is_ready() => Ok(before),
            _ => Err(ended),
        }
    }

    /// Waits until a group's worker has what the group is to have by now, or does not start; a group without analyzers
    /// has no worker to wait for.
    ///
    /// # Errors
    /// How it ended, as the predicate of a sentence about it.
    pub(crate) async fn settled(&self, group: &str) -> Result<(), String> {
        let newest = self.ask(|answer| Command::Newest { group: group.to_owned(), answer }).await?;
        let Some(worker) = newest? else { return Ok(()) };
        worker.ready().await.map_err(|ended| ended.how)?;
        // By now it has taken over.
        self.ask(|answer| Command::Newest { group: group.to_owned(), answer }).await?.map(drop)
    }

    /// A worker of their own for analyzers of one group, for as long as somebody holds it.
    ///
    /// # Errors
    /// As [`of_group`](Self::of_group).
    pub(crate) async fn solo(&self, analyzers: Vec<String>) -> Result<Arc<AnalyzeWorker>, Ended> {
        let worker = self.ask(|answer| Command::Solo { analyzers, answer }).await??;
        worker.ready().await.map(|()| worker)
    }

    /// A process that waits for a video to decode.
    ///
    /// # Errors
    /// Where none can be started.
    pub(crate) async fn decoder(&self) -> Result<(Process, link::Receiver), String> {
        self.ask(|answer| Command::Decoder { answer }).await?
    }

    /// Has a decoder made ready for the next job, now that there is time.
    pub(crate) fn keep_decoder(&self) {
        let _ = self.commands.send(Command::KeepDecoder);
    }

    /// Ends a worker in which a call never returned, and starts another.
    pub(crate) fn recycle(&self, pid: u32) {
        let _ = self.commands.send(Command::Recycle { pid });
    }

    pub(crate) async fn status(&self) -> (Vec<GroupStatus>, Vec<WorkerStatus>) {
        self.ask(|answer| Command::Status { answer }).await.unwrap_or_default()
    }

    pub(crate) async fn analyzers(&self) -> GroupAnalyzers {
        self.ask(|answer| Command::Analyzers { answer }).await.unwrap_or_default()
    }

    /// Ends all workers.
    pub(crate) async fn stop(&self) {
        let _ = self.commands.send(Command::Stop);
        self.commands.closed().await;
    }

    async fn ask<T>(&self, command: impl FnOnce(Answer<T>) -> Command) -> Result<T, String> {
        let (answer, answered) = oneshot::channel();
        let gone = || "is not started: the daemon is stopping".to_owned();
        self.commands.send(command(answer)).map_err(|_| gone())?;
        answered.await.map_err(|_| gone())
    }
}
