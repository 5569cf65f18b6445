//! A pass under way: what decoder and workers say, until every analyzer is settled or lost.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use tokio::sync::mpsc;
use va_protocol::api::job::JobEvent;
use va_protocol::api::problem::{Problem, ProblemKind};
use va_protocol::api::result::{AnalyzerStatus, Timing};
use va_protocol::worker::control::{FailureKind, FromAnalyze, FromDecode, Outcome, Spent};
use va_protocol::worker::frames::VideoInfo;

use super::super::outcome::Settled;
use super::super::plan::Planned;
use super::super::progress::Progress;
use super::super::retry::Retry;
use super::super::run::NoDocument;
use super::{AtWork, Heard, Lost, Pass, Seen, WhyLost};
use crate::workers::{LoadState, Process, WorkerEvent};

/// The pass under way.
pub(super) struct Running<'p, 'a> {
    pub(super) pass: &'p Pass<'a>,
    pub(super) workers: Vec<AtWork<'p>>,
    pub(super) decoder: Process,
    /// Analyzers that are not settled.
    pub(super) open: BTreeSet<String>,
    pub(super) decoding: bool,
    pub(super) settled: &'p mut BTreeMap<String, Settled>,
    pub(super) seen: &'p mut Seen,
    pub(super) progress: &'p mut Progress,
    pub(super) lost: &'p mut Vec<Lost>,
}

impl Running<'_, '_> {
    pub(super) async fn until_settled(
        &mut self,
        mut heard: mpsc::UnboundedReceiver<Heard>,
    ) -> Result<(), NoDocument> {
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
    pub(super) async fn leave(&mut self, failed: bool) {
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

fn round(seconds: f64) -> f64 {
    (seconds.max(0.0) * 1000.0).round() / 1000.0
}
