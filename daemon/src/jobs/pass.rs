//! One pass over a video: one decoder, some workers, and whatever they have to say until every analyzer is settled.

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;
use va_protocol::api::job::JobEvent;
use va_protocol::api::problem::{Problem, ProblemKind};
use va_protocol::api::result::{AnalyzerStatus, Timing};
use va_protocol::worker::control::{
    Consumer, Decode, DecodeReport, FailureKind, FromAnalyze, FromDecode, Outcome, Request, Spent,
};
use va_protocol::worker::frames::VideoInfo;

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

/// The pass under way.
struct Running<'p, 'a> {
    pass: &'p Pass<'a>,
    workers: Vec<AtWork<'p>>,
    decoder: Process,
    /// Analyzers that are not settled.
    open: BTreeSet<String>,
    decoding: bool,
    settled: &'p mut BTreeMap<String, Settled>,
    seen: &'p mut Seen,
    progress: &'p mut Progress,
    lost: &'p mut Vec<Lost>,
}

impl Running<'_, '_> {
    async fn until_settled(&mut self, mut heard: mpsc::UnboundedReceiver<Heard>) -> Result<(), NoDocument> {
        self.open = self
            .workers
            .iter()
            .flat_map(|at| at.analyzers.iter().map(|planned| planned.name.clone()))
            .collect();
        self.tell_what_is_settled().await;
        while self.decoding || !self.open.is_empty() {
            let next = tokio::select! {
                next = heard.recv() => next,
                () = self.pass.job.cancel.cancelled() => return Err(NoDocument::GivenUp),
            };
            match next {
                Some(Heard::Worker(at, event)) => self.worker_said(at, event).await,
                Some(Heard::Decoder(message)) => self.decoder_said(message).await?,
                Some(Heard::DecoderEnded(how)) => self.decoder_ended(&how)?,
                None => break,
            }
            if let Some(analyzers) = self.progress.due(Instant::now()) {
                let event = JobEvent::Progress { job: self.pass.job.name.clone(), analyzers };
                // Progress that a slow client has no room for is of no use later.
                let _ = self.pass.job.events.try_send(event);
            }
        }
        Ok(())
    }

    async fn worker_said(&mut self, at: usize, event: WorkerEvent) {
        match event {
            WorkerEvent::Said(FromAnalyze::Finished { analyzer, .. }, _)
                if self.workers[at].beside.iter().any(|planned| planned.name == analyzer) => {}
            WorkerEvent::Said(FromAnalyze::Progress { analyzer, done_s, fraction, .. }, _) => {
                self.progress.reached(&analyzer, done_s, fraction);
            }
            WorkerEvent::Said(
                FromAnalyze::Finished {
                    analyzer,
                    outcome: Outcome::Failed { kind: FailureKind::OutOfMemory, reason, .. },
                    ..
                },
                _,
            ) if self.workers[at].shared => {
                self.pass.means.workers.memory.ran_out();
                self.lose(Lost { analyzer, why: WhyLost::OutOfMemory(reason) }).await;
            }
            WorkerEvent::Said(FromAnalyze::Finished { analyzer, outcome, .. }, body) => {
                let outcome = self.outcome(at, &analyzer, outcome, body);
                self.settle(&analyzer, outcome).await;
            }
            WorkerEvent::Said(FromAnalyze::Hung { analyzer, call, limit_s, .. }, _) => {
                self.workers[at].recycle = true;
                if self.workers[at].beside.iter().any(|planned| planned.name == analyzer) {
                    return;
                }
                let reason = format!("its call {call}() did not return within {limit_s} s (call_limit_s)");
                let fault = Settled::fault(reason, Vec::new());
                self.settle(&analyzer, fault.retry(Retry::hung(&analyzer))).await;
            }
            WorkerEvent::Said(..) => {}
            WorkerEvent::Ended(ended) => {
                self.seen.ended_workers += 1;
                for planned in self.workers[at].analyzers.clone() {
                    self.lose(Lost::of(planned, &ended, "while analysing this video")).await;
                }
            }
        }
    }

    async fn lose(&mut self, lost: Lost) {
        if self.open.remove(&lost.analyzer) {
            self.tell_others(&lost.analyzer, &[]).await;
            self.lost.push(lost);
        }
    }

    /// Settles an analyzer and lets those that wait for its findings have them.
    async fn settle(&mut self, analyzer: &str, outcome: Settled) {
        if !self.open.remove(analyzer) {
            return;
        }
        self.progress.settled(analyzer, outcome.status == AnalyzerStatus::Failed);
        self.tell_others(analyzer, &outcome.findings).await;
        self.settled.insert(analyzer.to_owned(), outcome);
    }

    /// Those that are not part of this pass: settled by an earlier one, or never loaded.
    async fn tell_what_is_settled(&self) {
        for planned in self.pass.all.iter().filter(|planned| !self.open.contains(&planned.name)) {
            let findings = self.settled.get(&planned.name).map_or(&[][..], |settled| &settled.findings);
            self.tell_others(&planned.name, findings).await;
        }
    }

    /// Hands the findings of an analyzer to the workers of those that wait for them; empty where there are none.
    async fn tell_others(&self, analyzer: &str, findings: &[u8]) {
        for at_work in &self.workers {
            let waits = |planned: &&Planned| {
                planned.description.findings.iter().any(|other| other.analyzer == analyzer)
            };
            let worker = &at_work.worker;
            if at_work.all().iter().any(waits) {
                worker.other_findings(self.pass.job.number, analyzer, findings).await;
            }
        }
    }

    fn outcome(&self, at: usize, analyzer: &str, outcome: Outcome, findings: Vec<u8>) -> Settled {
        let asked = self.pass.job.asked;
        let (device, load_s, cache_hit) = match self.workers[at].worker.load_state(analyzer) {
            Some(LoadState::Loaded { device, load_s, at }) => {
                (Some(device), if at < asked { 0.0 } else { load_s }, at < asked)
            }
            _ => (None, 0.0, false),
        };
        self.pass.means.workers.memory.used(cache_hit);
        let timing = |spent: Spent| Timing {
            queue_s: round(asked.elapsed().as_secs_f64() - spent.wall_s),
            load_s: round(load_s),
            compute_s: round(spent.compute_s),
            cpu_s: round(spent.cpu_s),
            wall_s: round(spent.wall_s),
        };
        match outcome {
            Outcome::Ok { frames, spent, degraded, model } => {
                let status = if degraded.is_some() { AnalyzerStatus::Degraded } else { AnalyzerStatus::Ok };
                Settled {
                    status,
                    reason: degraded,
                    retry: None,
                    model,
                    device,
                    cache_hit,
                    timing: timing(spent),
                    frames,
                    findings,
                    fault: None,
                }
            }
            Outcome::Failed { frames, spent, kind, reason } => {
                let retry = Retry::after(kind, analyzer);
                let failed = Settled::without_findings(AnalyzerStatus::Failed, reason).retry(retry);
                Settled { device, cache_hit, timing: timing(spent), frames, ..failed }
            }
        }
    }

    async fn decoder_said(&mut self, message: FromDecode) -> Result<(), NoDocument> {
        match message {
            FromDecode::Opened { video } => {
                self.progress.lasts(video.duration_s);
                self.skip_what_has_no_input(&video).await;
                self.seen.info = Some(video);
            }
            // While this one is at work, the next job's decoder gets ready.
            FromDecode::Progress { .. } => self.pass.means.workers.keep_decoder(),
            FromDecode::Finished(report) => {
                self.decoding = false;
                (self.seen.report, self.seen.whole) = (report, true);
            }
            // Why nobody listens any more is told by the workers.
            FromDecode::Unheard(report) => {
                self.decoding = false;
                self.seen.report = report;
            }
            FromDecode::Unreadable { reason } => return Err(self.unreadable(&reason).into()),
        }
        Ok(())
    }

    /// A decoder that ends without a report has crashed. What the analyzers have seen until then counts.
    fn decoder_ended(&mut self, how: &str) -> Result<(), NoDocument> {
        if !self.decoding {
            return Ok(());
        }
        self.decoding = false;
        if self.seen.info.is_none() {
            return Err(self.unreadable(&format!("the decoder {how} while opening it")).into());
        }
        self.seen.report.defect =
            Some(format!("the decoder {how} within the file; the findings reach up to there"));
        self.seen.whole = true;
        Ok(())
    }

    fn unreadable(&self, reason: &str) -> Problem {
        let detail = format!("cannot read {}: {reason}", self.pass.video.path.display());
        Problem::new(ProblemKind::UnreadableVideo, detail)
            .hint("play it with a video player; if that works, report this file")
    }

    async fn skip_what_has_no_input(&mut self, video: &VideoInfo) {
        let planned: Vec<&Planned> = self.workers.iter().flat_map(|at| at.analyzers.clone()).collect();
        for planned in planned {
            let description = &planned.description;
            let (wants_frames, wants_sound) = (description.frames.is_some(), description.audio.is_some());
            let reason = match (wants_frames && !video.has_video, wants_sound && !video.has_audio) {
                (true, true) => "the video has neither picture nor sound",
                (true, false) if !wants_sound => "the video has no picture",
                (false, true) if !wants_frames => "the video has no sound",
                _ => continue,
            };
            self.settle(&planned.name, Settled::without_findings(AnalyzerStatus::Skipped, reason)).await;
        }
    }

    /// Takes leave of the workers; one in which a call never returned is replaced.
    async fn leave(&mut self, failed: bool) {
        for AtWork { worker, recycle, .. } in &self.workers {
            self.seen.memory_mb.insert(worker.process.pid, worker.process.memory_peak_mb());
            worker.leave_job(self.pass.job.number, failed || *recycle).await;
            if *recycle {
                self.pass.means.workers.recycle(worker.process.pid);
            }
        }
        self.decoder.kill();
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

fn round(seconds: f64) -> f64 {
    (seconds.max(0.0) * 1000.0).round() / 1000.0
}
