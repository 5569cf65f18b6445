//! One analyzer on one video: its calls, one after the other, in a thread of its own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use serde_json::value::RawValue;
use va_analyzer_sdk::abi::{FinalWord, NewSegments, OpenSession};
use va_analyzer_sdk::{AudioChunk, Error, ErrorKind, Frame, OtherFindings};
use va_protocol::worker::control::{AnalyzerInJob, FailureKind, FromAnalyze, Outcome, Spent};
use va_protocol::worker::frames::VideoInfo;

use super::board::Board;
use super::deadline::Deadlines;
use super::held::Lent;
use super::host::SessionHost;
use super::job::{Item, Settings};
use super::queue::Queue;
use crate::{link, translate};

/// How often the daemon hears how far an analyzer is.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);

pub(super) struct Session {
    pub(super) settings: Settings,
    pub(super) wanted: AnalyzerInJob,
    pub(super) analyzer: Lent,
    pub(super) queue: Arc<Queue<Item>>,
    pub(super) board: Arc<Board>,
    /// Name, position in the job and board of those whose findings come with each frame.
    pub(super) frame_sources: Vec<(String, usize, Arc<Board>)>,
    pub(super) others: Arc<Others>,
    pub(super) cancelled: Arc<AtomicBool>,
    pub(super) running: Arc<AtomicUsize>,
    pub(super) daemon: link::Sender,
    pub(super) deadlines: Deadlines,
    /// A call took too long: the session counts as ended, whatever it still does.
    pub(super) overdue: Arc<AtomicBool>,
}

/// The findings of whole videos that sessions of this job wait for.
#[derive(Default)]
pub(super) struct Others {
    settled: Mutex<Settled>,
    changed: Condvar,
}

#[derive(Default)]
struct Settled {
    /// JSON text by analyzer; none where it has nothing to give.
    findings: HashMap<String, Option<String>>,
    given_up: bool,
}

impl Others {
    /// Somebody's findings are known, or known not to come.
    pub(super) fn settle(&self, analyzer: &str, json: Option<String>) {
        self.settled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .findings
            .insert(analyzer.to_owned(), json);
        self.changed.notify_all();
    }

    /// Nobody waits any more.
    pub(super) fn cancel(&self) {
        self.settled.lock().unwrap_or_else(PoisonError::into_inner).given_up = true;
        self.changed.notify_all();
    }

    fn wait_for(&self, analyzer: &str) -> Option<String> {
        let mut settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if settled.given_up {
                return None;
            }
            if let Some(json) = settled.findings.get(analyzer) {
                return json.clone();
            }
            settled = self.changed.wait(settled).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// How far a session is, told to the daemon now and then.
pub(super) struct Progress {
    job: u64,
    analyzer: String,
    daemon: link::Sender,
    state: Mutex<(f64, Option<f64>, Instant)>,
}

impl Progress {
    /// The analyzer's own word, 0..1.
    pub(super) fn says(&self, fraction: f64) {
        self.tell(|state| state.1 = Some(fraction));
    }

    /// Through with this many seconds of the video.
    fn reached(&self, done_s: f64) {
        self.tell(|state| state.0 = state.0.max(done_s));
    }

    fn tell(&self, change: impl FnOnce(&mut (f64, Option<f64>, Instant))) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state);
        if state.2.elapsed() >= PROGRESS_EVERY {
            state.2 = Instant::now();
            let (done_s, fraction, _) = *state;
            let analyzer = self.analyzer.clone();
            let _ = self.daemon.send(&FromAnalyze::Progress { job: self.job, analyzer, done_s, fraction });
        }
    }
}

/// What a session has come to so far.
struct Findings {
    json: String,
    limit: usize,
    frames: u64,
    compute: Duration,
    /// What this thread did of its own accord.
    cpu_beside: Duration,
}

impl Session {
    /// Runs to the end and reports it; after a call that did not come back in time, nobody hears the report any more.
    pub(super) fn run(self, video: &VideoInfo) {
        let (begun, cpu_begun) = (Instant::now(), thread_time());
        let mut found = Findings {
            json: String::new(),
            limit: self.settings.findings_limit,
            frames: 0,
            compute: Duration::ZERO,
            cpu_beside: Duration::ZERO,
        };
        let analysed = self.analyse(video, &mut found);
        self.board.end();
        self.queue.close();
        let findings = analysed.and_then(|last| document(&found.json, &last).map(|body| (last, body)));
        let frames = found.frames;
        let spent = Spent {
            compute_s: found.compute.as_secs_f64(),
            cpu_s: (thread_time() - cpu_begun).saturating_sub(found.cpu_beside).as_secs_f64(),
            wall_s: begun.elapsed().as_secs_f64(),
        };
        let (outcome, body) = match findings {
            Ok((last, body)) => {
                let (degraded, model) = (last.degraded().map(str::to_owned), last.model().map(str::to_owned));
                (Outcome::Ok { frames, spent, degraded, model }, body)
            }
            Err(error) => {
                let kind = translate::failure(error.kind);
                (Outcome::Failed { frames, spent, kind, reason: error.message }, String::new())
            }
        };
        if self.overdue.load(Ordering::Acquire) {
            return;
        }
        self.running.fetch_sub(1, Ordering::AcqRel);
        if !self.cancelled.load(Ordering::Acquire) {
            let analyzer = self.wanted.name.clone();
            let message = FromAnalyze::Finished { job: self.settings.number, analyzer, outcome };
            let _ = self.daemon.send_with(&message, body.as_bytes(), &[]);
        }
    }

    /// Ends before it began.
    pub(super) fn fail(self, reason: &str) {
        self.board.end();
        self.queue.close();
        self.running.fetch_sub(1, Ordering::AcqRel);
        let (kind, reason) = (FailureKind::Interrupted, reason.to_owned());
        let outcome = Outcome::Failed { frames: 0, spent: Spent::default(), kind, reason };
        let analyzer = self.wanted.name.clone();
        let _ = self.daemon.send(&FromAnalyze::Finished { job: self.settings.number, analyzer, outcome });
    }

    fn analyse(&self, video: &VideoInfo, found: &mut Findings) -> Result<FinalWord, Error> {
        let progress = Arc::new(Progress {
            job: self.settings.number,
            analyzer: self.wanted.name.clone(),
            daemon: self.daemon.clone(),
            state: Mutex::new((0.0, None, Instant::now())),
        });
        let host = Arc::new(SessionHost {
            shared: Arc::clone(&self.analyzer.shared),
            cancelled: Arc::clone(&self.cancelled),
            progress: Arc::clone(&progress),
        });
        let video = translate::video(video);
        let mut session = self.call("open", found, || self.analyzer.analyzer.open(&video, host))?;

        let alike = |a: &Item, b: &Item| matches!((a, b), (Item::Frame { .. }, Item::Frame { .. }));
        let enough = |first: &Item| match first {
            Item::Frame { batch_limit, .. } => self.wanted.batch.min(*batch_limit).max(1) as usize,
            // Sound comes in chunks of a second already: nobody waits for a second chunk.
            Item::Audio { .. } => 1,
        };
        loop {
            let items = self.queue.take(enough, alike);
            if items.is_empty() {
                break;
            }
            progress.reached(self.feed(&mut session, &items, found)?);
        }
        self.check_cancelled()?;
        for other in &self.wanted.waits_for {
            if let Some(json) = self.others.wait_for(other) {
                let other = OtherFindings { analyzer: other, json: &json };
                let segments = self.call("other_findings", found, || session.other_findings(&other))?;
                found.add(&segments)?;
            }
        }
        self.check_cancelled()?;
        let (segments, last) = self.call("finish", found, || session.finish())?;
        found.add(&segments)?;
        Ok(last)
    }

    /// Hands over frames, or one stretch of sound. Returns the seconds of the video that are through.
    fn feed(&self, session: &mut OpenSession, items: &[Item], found: &mut Findings) -> Result<f64, Error> {
        if let [Item::Audio { start_s, sample_rate, channels, slot }] = items {
            let samples = bytemuck::try_cast_slice(slot.bytes()).unwrap_or_default();
            let chunk =
                AudioChunk { start_s: *start_s, sample_rate: *sample_rate, channels: *channels, samples };
            let segments = self.call("audio", found, || session.audio(&chunk))?;
            found.add(&segments)?;
            return Ok(start_s + chunk.duration_s());
        }
        let texts: Vec<Vec<(&str, String)>> = items.iter().map(|item| self.frame_findings(item)).collect();
        let others: Vec<Vec<OtherFindings<'_>>> = texts
            .iter()
            .map(|texts| texts.iter().map(|(analyzer, json)| OtherFindings { analyzer, json }).collect())
            .collect();
        let mut frames = Vec::with_capacity(items.len());
        for (item, others) in items.iter().zip(&others) {
            let Item::Frame { index, timestamp_s, width, height, format, slot, .. } = item else { continue };
            frames.push(Frame {
                index: *index,
                timestamp_s: *timestamp_s,
                width: *width,
                height: *height,
                format: translate::pixel_format(*format),
                data: slot.bytes(),
                findings: others,
            });
        }
        let segments = self.call("frames", found, || session.frames(&frames))?;
        found.add(&segments)?;
        found.frames += frames.len() as u64;
        let last = frames.last().map_or((0, 0.0), |frame| (frame.index, frame.timestamp_s));
        self.board.post(&segments, last.0);
        Ok(last.1)
    }

    /// What others found in this frame, of those that were given it.
    fn frame_findings(&self, item: &Item) -> Vec<(&str, String)> {
        let Item::Frame { index, given_to, .. } = item else { return Vec::new() };
        let given = self.frame_sources.iter().filter(|(_, at, _)| given_to >> at & 1 == 1);
        given.filter_map(|(name, _, board)| Some((name.as_str(), board.wait_for(*index)?))).collect()
    }

    /// Every call into the analyzer goes through here: timed, and reported where it does not come back.
    fn call<T>(
        &self,
        name: &'static str,
        found: &mut Findings,
        call: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let limit = self.analyzer.call_limit;
        let (job, analyzer, daemon) = (self.settings.number, self.wanted.name.clone(), self.daemon.clone());
        let (queue, board, running) =
            (Arc::clone(&self.queue), Arc::clone(&self.board), Arc::clone(&self.running));
        let given_up = Arc::clone(&self.overdue);
        let overdue = move || {
            given_up.store(true, Ordering::Release);
            queue.close();
            board.end();
            running.fetch_sub(1, Ordering::AcqRel);
            let limit_s = limit.as_secs_f64();
            let _ = daemon.send(&FromAnalyze::Hung { job, analyzer, call: name.to_owned(), limit_s });
        };
        let cpu_begun = thread_time();
        let mut in_call = Duration::ZERO;
        let timed = || {
            let (begun, cpu_begun) = (Instant::now(), thread_time());
            let result = self.deadlines.guard(limit, Box::new(overdue), call);
            found.compute += begun.elapsed();
            in_call = thread_time() - cpu_begun;
            result
        };
        let (result, touched) = self.analyzer.watched.call(name, timed);
        // What it takes to look at memory is none of the analyzer's doing.
        found.cpu_beside += (thread_time() - cpu_begun).saturating_sub(in_call);
        if let Some(memory) = touched {
            let message = FromAnalyze::AtWork { analyzer: self.wanted.name.clone(), memory };
            let _ = self.daemon.send(&message);
        }
        result
    }

    fn check_cancelled(&self) -> Result<(), Error> {
        if self.cancelled.load(Ordering::Acquire) {
            return Err(Error::of(ErrorKind::Cancelled, "the job was given up"));
        }
        Ok(())
    }
}

impl Findings {
    fn add(&mut self, segments: &NewSegments) -> Result<(), Error> {
        let more = segments.json();
        if self.json.len() + more.len() > self.limit {
            let message = format!(
                "its findings are larger than {} MiB; ask for fewer of them, or raise jobs.findings_limit_mib",
                self.limit >> 20
            );
            return Err(Error::new(message));
        }
        segments.iter().try_for_each(|(segment, _)| is_object(segment))?;
        if !self.json.is_empty() && !more.is_empty() {
            self.json.push(',');
        }
        self.json.push_str(more);
        Ok(())
    }
}

/// CPU time of this thread so far.
fn thread_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}

/// Before others get it with its frame, and before it goes into the document.
fn is_object(segment: &str) -> Result<(), Error> {
    let malformed = |why: String| Error::new(format!("its findings are malformed: {why}"));
    let value: &RawValue = serde_json::from_str(segment).map_err(|error| malformed(error.to_string()))?;
    if !value.get().starts_with('{') {
        let shown: String = segment.chars().take(40).collect();
        return Err(malformed(format!("a segment must be an object, not {shown}")));
    }
    Ok(())
}

/// The findings as they go into the result document. The summary is made sure to be an object, too.
fn document(segments: &str, last: &FinalWord) -> Result<String, Error> {
    serde_json::from_str::<HashMap<String, &RawValue>>(last.summary_json())
        .map_err(|error| Error::new(format!("its summary is malformed: {error}")))?;
    Ok(format!("{{\"segments\":[{segments}],\"summary\":{}}}", last.summary_json()))
}
