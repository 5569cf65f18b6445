//! One pass over a video: one decoder and some workers, brought together and set to work; `running` hears them.

mod running;

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use tokio::sync::mpsc;
use va_protocol::api::problem::{Problem, ProblemKind};
use va_protocol::api::result::AnalyzerStatus;
use va_protocol::worker::control::{Consumer, Decode, DecodeReport, FromDecode, Request};
use va_protocol::worker::frames::VideoInfo;

use self::running::Running;
use super::file::VideoFile;
use super::outcome::Settled;
use super::plan::{self, Planned};
use super::progress::Progress;
use super::retry::Retry;
use super::run::{Job, Means, NoDocument};
use crate::workers::{AnalyzeWorker, Ended, Hold, LoadState, Process, WorkerEvent};

const LOADING: &str = "while loading it";

pub(super) struct Pass<'a> {
    pub(super) job: &'a Job,
    pub(super) means: &'a Means,
    pub(super) video: &'a VideoFile,
    /// All analyzers of the job.
    pub(super) all: &'a [Planned],
}

/// An analyzer that was not through, and may be when it runs alone.
pub(super) struct Lost {
    pub(super) analyzer: String,
    pub(super) why: WhyLost,
}

pub(super) enum WhyLost {
    /// As the predicate of a sentence about the worker.
    WorkerEnded(Ended),
    /// In the analyzer's own words.
    OutOfMemory(String),
}

impl Lost {
    fn of(planned: &Planned, ended: &Ended, when: &str) -> Self {
        let ended = Ended { how: format!("{} {when}", ended.how), stderr: ended.stderr.clone() };
        Lost { analyzer: planned.name.clone(), why: WhyLost::WorkerEnded(ended) }
    }
}

/// What was learnt of the video.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) info: Option<VideoInfo>,
    pub(super) report: DecodeReport,
    /// The report is of the whole file, or of as much as there is of it.
    whole: bool,
    /// Resident memory of the workers at their peak, MB, by process.
    pub(super) memory_mb: BTreeMap<u32, f64>,
    /// Analyzers that had to go to make room for those of this job.
    pub(super) evictions: u64,
    /// Workers that ended while they worked for this job.
    pub(super) ended_workers: u64,
}

impl Seen {
    /// Adds what a second pass cost, and what it has seen where the first did not see the whole video.
    pub(super) fn again(&mut self, other: Seen) {
        let cpu_s = self.report.cpu_s + other.report.cpu_s;
        let memory_peak_mb = self.report.memory_peak_mb.max(other.report.memory_peak_mb);
        if !self.whole && (other.whole || other.report.frames >= self.report.frames) {
            (self.report, self.whole) = (other.report, other.whole);
        }
        (self.report.cpu_s, self.report.memory_peak_mb) = (cpu_s, memory_peak_mb);
        self.info = self.info.take().or(other.info);
        self.memory_mb.extend(other.memory_mb);
        self.evictions += other.evictions;
        self.ended_workers += other.ended_workers;
    }
}

/// Analyzers that share a worker in a pass.
#[derive(Debug)]
pub(super) struct Unit<'a> {
    /// The group whose worker it is; a worker of their own where there is none.
    pub(super) group: Option<String>,
    pub(super) analyzers: Vec<&'a Planned>,
    /// More of them, whose findings these need frame by frame. What comes of them here counts for nobody else.
    pub(super) beside: Vec<&'a Planned>,
}

/// A worker at work for this pass.
struct AtWork<'a> {
    worker: Arc<AnalyzeWorker>,
    analyzers: Vec<&'a Planned>,
    beside: Vec<&'a Planned>,
    /// It is the group's, so that a worker of their own is left to those that are lost here.
    shared: bool,
    recycle: bool,
    _hold: Hold,
}

impl<'a> AtWork<'a> {
    /// All that run in it.
    fn all(&self) -> Vec<&'a Planned> {
        [&self.analyzers[..], &self.beside[..]].concat()
    }
}

/// What the pass hears, and from whom.
enum Heard {
    Worker(usize, WorkerEvent),
    Decoder(FromDecode),
    DecoderEnded(String),
}

impl Pass<'_> {
    /// Settles the analyzers of the units, or loses them. Each unit has a worker.
    pub(super) async fn run(
        &self,
        units: Vec<Unit<'_>>,
        settled: &mut BTreeMap<String, Settled>,
        seen: &mut Seen,
        progress: &mut Progress,
    ) -> Result<Vec<Lost>, NoDocument> {
        let (workers, mut lost) = tokio::select! {
            gathered = self.gather(units, settled, seen) => gathered,
            () = self.job.cancel.cancelled() => return Err(NoDocument::GivenUp),
        };
        let (decoder, heard) = self.begin(&workers).await?;
        let mut running = Running {
            pass: self,
            workers,
            decoder,
            open: BTreeSet::new(),
            decoding: true,
            settled,
            seen,
            progress,
            lost: &mut lost,
        };
        let ended = running.until_settled(heard).await;
        running.leave(ended.is_err()).await;
        ended?;
        Ok(lost)
    }

    /// Gets the workers; what is not loaded in them is settled here.
    async fn gather<'a>(
        &'a self,
        units: Vec<Unit<'a>>,
        settled: &mut BTreeMap<String, Settled>,
        seen: &mut Seen,
    ) -> (Vec<AtWork<'a>>, Vec<Lost>) {
        let (mut workers, mut lost) = (Vec::new(), Vec::new());
        for Unit { group, analyzers, beside } in units {
            let worker = match &group {
                Some(group) => {
                    let names = analyzers.iter().map(|planned| planned.name.clone());
                    self.means.workers.of_group(group, names.collect()).await
                }
                None => {
                    let names = analyzers.iter().chain(&beside).map(|planned| planned.name.clone());
                    self.means.workers.solo(names.collect()).await
                }
            };
            let names: Vec<String> =
                analyzers.iter().chain(&beside).map(|planned| planned.name.clone()).collect();
            let lent = match worker {
                Ok(worker) => {
                    self.means.workers.memory.lend(&worker, &names).await.map(|lending| (worker, lending))
                }
                Err(ended) => Err(ended),
            };
            let (worker, lending) = match lent {
                Ok(lent) => lent,
                Err(ended) => {
                    lost.extend(analyzers.iter().map(|planned| Lost::of(planned, &ended, LOADING)));
                    continue;
                }
            };
            seen.evictions += lending.evictions;
            let mut loaded = Vec::new();
            for planned in analyzers {
                // It came after that worker was started, and the worker that has it does not start.
                if group.is_some() && worker.load_state(&planned.name).is_none() {
                    lost.push(Lost::of(planned, &"does not have it".to_owned().into(), LOADING));
                    continue;
                }
                if let Some(refused) = lending.refused.get(&planned.name) {
                    let failed = Settled::without_findings(AnalyzerStatus::Failed, refused.reason.clone());
                    settled.insert(planned.name.clone(), failed.retry(Retry::no_room(refused.never)));
                    continue;
                }
                match why_not_loaded(&worker, planned, self.all) {
                    None => loaded.push(planned),
                    Some(outcome) => drop(settled.insert(planned.name.clone(), outcome)),
                }
            }
            let beside = beside.into_iter().filter(|planned| is_loaded(&worker, &planned.name)).collect();
            if !loaded.is_empty() {
                let (shared, _hold) = (group.is_some(), lending.hold);
                workers.push(AtWork { worker, analyzers: loaded, beside, shared, recycle: false, _hold });
            }
        }
        (workers, lost)
    }

    /// Connects decoder and workers, and sets them to work.
    async fn begin(
        &self,
        workers: &[AtWork<'_>],
    ) -> Result<(Process, mpsc::UnboundedReceiver<Heard>), NoDocument> {
        let internal = |why: String| Problem::new(ProblemKind::Internal, why);
        let (process, mut receiver) =
            self.means.workers.decoder().await.map_err(|how| internal(format!("a decoder {how}")))?;
        let (tell, heard) = mpsc::unbounded_channel();
        let file = self
            .video
            .descriptor
            .try_clone()
            .map_err(|error| internal(format!("out of descriptors: {error}")))?;
        let mut descriptors = vec![file];
        let mut consumers = Vec::new();
        for (at, at_work) in workers.iter().enumerate() {
            let (worker, analyzers) = (&at_work.worker, at_work.all());
            let (ours, theirs) =
                UnixStream::pair().map_err(|error| internal(format!("out of descriptors: {error}")))?;
            descriptors.push(OwnedFd::from(ours));
            let request = |planned: &&Planned| Request {
                frames: planned.description.frames,
                audio: planned.description.audio,
                batch: planned.description.batch,
            };
            consumers.push(Consumer { analyzers: analyzers.iter().map(request).collect() });
            let in_job =
                analyzers.iter().map(|planned| plan::in_job(planned, &analyzers, self.all)).collect();
            let mut events = worker.start_job(self.job.number, in_job, OwnedFd::from(theirs)).await;
            let tell = tell.clone();
            tokio::spawn(async move {
                while let Some(event) = events.recv().await {
                    if tell.send(Heard::Worker(at, event)).is_err() {
                        break;
                    }
                }
            });
        }
        let jobs = &self.means.config.jobs;
        let order = Decode {
            consumers,
            memory: jobs.frame_memory_mib << 20,
            own_memory_mib: jobs.decoder_memory_mib,
            threads: 0,
            stall_limit_s: jobs.stall_limit_s,
            sandbox: self.means.config.sandbox.enabled,
        };
        // A decoder that is gone already is noticed below.
        let _ = process.sender.send_with(&order, &[], &descriptors).await;
        let mut exit = process.exit.clone();
        tokio::spawn(async move {
            while let Ok(Some((message, _))) = receiver.receive::<FromDecode>().await {
                if tell.send(Heard::Decoder(message)).is_err() {
                    return;
                }
            }
            let ended = exit.wait_for(Option::is_some).await.ok().and_then(|exit| exit.clone());
            let _ = tell.send(Heard::DecoderEnded(ended.unwrap_or_default().how));
        });
        Ok((process, heard))
    }
}

fn is_loaded(worker: &AnalyzeWorker, analyzer: &str) -> bool {
    matches!(worker.load_state(analyzer), Some(LoadState::Loaded { .. }))
}

/// What becomes of an analyzer that this worker cannot run, or not to any end: for its own sake, or for the sake of
/// one whose findings it needs.
fn why_not_loaded(worker: &AnalyzeWorker, planned: &Planned, all: &[Planned]) -> Option<Settled> {
    let settled = |unavailable: bool, reason: String| {
        let status = if unavailable { AnalyzerStatus::Unavailable } else { AnalyzerStatus::Failed };
        Settled::without_findings(status, reason)
    };
    match worker.load_state(&planned.name) {
        Some(LoadState::Loaded { .. }) => {}
        Some(LoadState::NotLoaded { unavailable, reason }) => return Some(settled(unavailable, reason)),
        // It has ended while it loaded it, or was never told of it.
        _ => return Some(settled(false, "its worker does not have it".to_owned())),
    }
    let needed = planned.description.findings.iter().filter(|other| other.needed);
    let here = needed.filter_map(|other| all.iter().find(|planned| planned.name == other.analyzer));
    here.filter_map(|other| match worker.load_state(&other.name) {
        Some(LoadState::NotLoaded { unavailable, reason }) => {
            let needs = format!("it needs the findings of {}, which cannot run: {reason}", other.name);
            Some(settled(unavailable, needs))
        }
        _ => None,
    })
    .next()
}
