//! One job in this worker: hears the decoder, and sorts what it says to the analyzers that want it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result};
use va_protocol::worker::control::{AnalyzerInJob, FailureKind, FromAnalyze, Outcome, Spent};
use va_protocol::worker::description::PixelFormat;
use va_protocol::worker::frames::{Content, FromDecoder, Release, VideoInfo, View};

use super::board::Board;
use super::deadline::Deadlines;
use super::held::Lent;
use super::queue::Queue;
use super::session::{self, Session};
use crate::frames::memfd::FrameMemory;
use crate::link;

#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) number: u64,
    /// Bytes of findings that one analyzer may hand over.
    pub(super) findings_limit: usize,
}

/// What waits for an analyzer.
pub(super) enum Item {
    Frame {
        index: u64,
        timestamp_s: f64,
        /// Who gets this frame, in whatever size: positions in the job, as bits.
        given_to: u64,
        width: u32,
        height: u32,
        format: PixelFormat,
        /// So many of this view's frames one call may hold.
        batch_limit: u32,
        slot: Arc<Slot>,
    },
    Audio {
        start_s: f64,
        sample_rate: u32,
        channels: u16,
        slot: Arc<Slot>,
    },
}

/// A slot of the ring that this worker holds. Given back when the last analyzer lets go of it.
pub(super) struct Slot {
    memory: Arc<FrameMemory>,
    decoder: link::Sender,
    view: usize,
    slot: usize,
    offset: u64,
    length: usize,
}

impl Slot {
    pub(super) fn bytes(&self) -> &[u8] {
        self.memory.slot(self.offset, self.length).unwrap_or_default()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // A decoder that is gone needs nothing back.
        let _ = self.decoder.send(&Release { view: self.view, slot: self.slot });
    }
}

pub(super) struct Job {
    queues: Vec<Arc<Queue<Item>>>,
    boards: Vec<Arc<Board>>,
    others: Arc<session::Others>,
    cancelled: Arc<AtomicBool>,
    /// Sessions that still run.
    running: Arc<AtomicUsize>,
}

impl Job {
    /// Starts the job's thread. Analyzers that are not loaded are reported at once.
    pub(super) fn start(
        settings: Settings,
        wanted: Vec<AnalyzerInJob>,
        lend: impl Fn(&str) -> Option<Lent>,
        (decoder, from_decoder): (link::Sender, link::Receiver),
        daemon: &link::Sender,
        deadlines: &Deadlines,
    ) -> Result<Arc<Self>> {
        let job = Arc::new(Job {
            queues: wanted.iter().map(|_| Arc::new(Queue::new())).collect(),
            boards: wanted.iter().map(|_| Arc::default()).collect(),
            others: Arc::default(),
            cancelled: Arc::default(),
            running: Arc::new(AtomicUsize::new(wanted.len())),
        });
        let positions: HashMap<&str, usize> =
            wanted.iter().enumerate().map(|(at, analyzer)| (analyzer.name.as_str(), at)).collect();
        let mut sessions = Vec::new();
        for (at, wanted) in wanted.iter().enumerate() {
            let Some(analyzer) = lend(&wanted.name) else {
                let reason = "it is not loaded in its worker".to_owned();
                let kind = FailureKind::Interrupted;
                let outcome = Outcome::Failed { frames: 0, spent: Spent::default(), kind, reason };
                let message =
                    FromAnalyze::Finished { job: settings.number, analyzer: wanted.name.clone(), outcome };
                daemon.send(&message)?;
                job.queues[at].close();
                job.boards[at].end();
                job.running.fetch_sub(1, Ordering::AcqRel);
                continue;
            };
            let sources = wanted.frame_findings_of.iter().filter_map(|name| {
                let at = *positions.get(name.as_str())?;
                Some((name.clone(), at, Arc::clone(&job.boards[at])))
            });
            sessions.push(Session {
                settings,
                wanted: wanted.clone(),
                analyzer,
                queue: Arc::clone(&job.queues[at]),
                board: Arc::clone(&job.boards[at]),
                frame_sources: sources.collect(),
                others: Arc::clone(&job.others),
                cancelled: Arc::clone(&job.cancelled),
                running: Arc::clone(&job.running),
                daemon: daemon.clone(),
                deadlines: deadlines.clone(),
                overdue: Arc::default(),
            });
        }
        let hearing = Arc::clone(&job);
        thread::Builder::new()
            .name(format!("job {}", settings.number))
            .spawn(move || hearing.hear(sessions, decoder, from_decoder))
            .context("cannot start a thread")?;
        Ok(job)
    }

    pub(super) fn is_over(&self) -> bool {
        self.running.load(Ordering::Acquire) == 0
    }

    /// The findings of an analyzer of this job that others wait for; none where it has none to give.
    pub(super) fn other_findings(&self, analyzer: &str, json: Vec<u8>) {
        self.others.settle(analyzer, String::from_utf8(json).ok().filter(|json| !json.is_empty()));
    }

    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        self.queues.iter().for_each(|queue| queue.close());
        self.boards.iter().for_each(|board| board.end());
        self.others.cancel();
    }

    /// Hears the decoder to its end. Where it dies, the analyzers finish with what they have got.
    fn hear(&self, sessions: Vec<Session>, decoder: link::Sender, mut from_decoder: link::Receiver) {
        let mut sessions = Some(sessions);
        let mut memory: Option<(Arc<FrameMemory>, Vec<View>)> = None;
        while let Ok(Some((message, _, descriptors))) = from_decoder.receive::<FromDecoder>() {
            match message {
                FromDecoder::Setup { video, memory: bytes, views } => {
                    let mapped = descriptors
                        .into_iter()
                        .next()
                        .context("no memory")
                        .and_then(|fd| FrameMemory::map(fd, bytes));
                    match mapped {
                        Ok(mapped) => memory = Some((Arc::new(mapped), views)),
                        Err(error) => {
                            eprintln!("va-worker: frames cannot be read: {error:#}");
                            break;
                        }
                    }
                    self.open(sessions.take().unwrap_or_default(), &video);
                }
                FromDecoder::Frame { view, slot, index, timestamp_s, wanted_by, given_to } => {
                    let Some((slot, View { content, batch_limit, .. })) =
                        held(&memory, &decoder, view, slot, None)
                    else {
                        break;
                    };
                    let Content::Frames { width, height, format } = content else { break };
                    let slot = Arc::new(slot);
                    self.to_those(wanted_by, || {
                        let slot = Arc::clone(&slot);
                        Item::Frame { index, timestamp_s, given_to, width, height, format, batch_limit, slot }
                    });
                }
                FromDecoder::Audio { view, slot, start_s, samples, wanted_by } => {
                    let length = Some(samples * 4);
                    let Some((slot, View { content, .. })) = held(&memory, &decoder, view, slot, length)
                    else {
                        break;
                    };
                    let Content::Audio { sample_rate, channels } = content else { break };
                    let slot = Arc::new(slot);
                    self.to_those(wanted_by, || Item::Audio {
                        start_s,
                        sample_rate,
                        channels,
                        slot: Arc::clone(&slot),
                    });
                }
                FromDecoder::Flush => self.queues.iter().for_each(|queue| queue.flush()),
                FromDecoder::End => break,
            }
            if self.is_over() {
                // Nobody here looks any more: the closed link tells the decoder.
                return;
            }
        }
        for session in sessions.into_iter().flatten() {
            session.fail("the decoder ended before the first frame");
        }
        self.queues.iter().for_each(|queue| queue.end());
    }

    fn open(&self, sessions: Vec<Session>, video: &VideoInfo) {
        for session in sessions {
            let video = video.clone();
            let name = session.wanted.name.clone();
            let started = thread::Builder::new().name(name).spawn(move || session.run(&video));
            if let Err(error) = started {
                eprintln!("va-worker: cannot start a thread for an analyzer: {error}");
            }
        }
    }

    fn to_those(&self, wanted_by: u64, item: impl Fn() -> Item) {
        for (at, queue) in self.queues.iter().enumerate() {
            if wanted_by >> at & 1 == 1 {
                queue.push(item());
            }
        }
    }
}

/// A slot as the decoder named it; `None` where it names one that does not exist.
fn held(
    memory: &Option<(Arc<FrameMemory>, Vec<View>)>,
    decoder: &link::Sender,
    view: usize,
    slot: usize,
    length: Option<usize>,
) -> Option<(Slot, View)> {
    let (memory, views) = memory.as_ref()?;
    let known = views.get(view)?;
    let View { content, offset, slot_bytes, slots, .. } = *known;
    let length = length.unwrap_or(match content {
        Content::Frames { width, height, format } => width as usize * height as usize * format.channels(),
        Content::Audio { .. } => 0,
    });
    let offset = offset + slot_bytes * slot as u64;
    let there = slot < slots && length as u64 <= slot_bytes && memory.slot(offset, length).is_some();
    let memory = Arc::clone(memory);
    there.then(|| (Slot { memory, decoder: decoder.clone(), view, slot, offset, length }, known.clone()))
}
