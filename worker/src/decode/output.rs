//! Where decoded frames and sound go: a slot of shared memory, and a word to each worker that wants it.

use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::{Context, Result, ensure};
use va_protocol::worker::frames::{FromDecoder, Release, VideoInfo};

use super::plan::Plan;
use super::watch::Watch;
use crate::frames::memfd::SharedMemory;
use crate::frames::ring::{MAX_CONSUMERS, Slots};
use crate::link;

pub(super) struct Output {
    memory: SharedMemory,
    /// Offset and distance of the slots of each view, bytes.
    places: Vec<(u64, u64)>,
    books: Arc<Books>,
    links: Vec<link::Sender>,
    watch: Option<Watch>,
}

/// What the threads that hear the workers share with the one that decodes.
struct Books {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    views: Vec<Slots>,
    /// Consumers that still listen, as bits.
    listening: u64,
}

impl Books {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Output {
    pub(super) fn new(video: &VideoInfo, plan: &Plan, sockets: Vec<UnixStream>) -> Result<Self> {
        ensure!(sockets.len() <= MAX_CONSUMERS, "more than {MAX_CONSUMERS} workers for one video");
        let memory = SharedMemory::new(plan.memory.max(1))?;
        let listening = u64::MAX.checked_shr((MAX_CONSUMERS - sockets.len()) as u32).unwrap_or(0);
        let views = plan.views.iter().map(|view| Slots::new(view.slots)).collect();
        let books =
            Arc::new(Books { state: Mutex::new(State { views, listening }), changed: Condvar::new() });
        let mut links = Vec::new();
        for (consumer, socket) in sockets.into_iter().enumerate() {
            let (sender, receiver) = link::ends(socket)?;
            let setup = FromDecoder::Setup {
                video: video.clone(),
                memory: plan.memory.max(1),
                views: plan.views.clone(),
            };
            // A worker that is gone already is noticed by its listener below.
            let _ = sender.send_with(&setup, &[], &[memory.descriptor()]);
            let books = Arc::clone(&books);
            thread::Builder::new()
                .name(format!("releases-{consumer}"))
                .spawn(move || listen(receiver, consumer, &books))
                .context("cannot start a thread")?;
            links.push(sender);
        }
        let places = plan.views.iter().map(|view| (view.offset, view.slot_bytes)).collect();
        Ok(Output { memory, places, books, links, watch: None })
    }

    /// From now on, time spent waiting for analyzers is reported as such.
    pub(super) fn working(&mut self, watch: &Watch) {
        self.watch = Some(watch.clone());
    }

    pub(super) fn nobody_listens(&self) -> bool {
        self.books.lock().listening == 0
    }

    /// Fills a slot of a view and hands it to the consumers for which `wanted` names analyzers that want it; what they
    /// are told is `announce(slot, consumer)`. Waits until a slot is free.
    pub(super) fn put(
        &mut self,
        view: usize,
        length: usize,
        wanted: &[u64],
        fill: impl FnOnce(&mut [u8]) -> Result<()>,
        announce: impl Fn(usize, usize) -> FromDecoder,
    ) -> Result<()> {
        let Some(slot) = self.take(view) else { return Ok(()) };
        let (offset, distance) = self.places[view];
        fill(self.memory.slot(offset + distance * slot as u64, length))?;
        let wanting = wanted.iter().enumerate().filter(|(_, analyzers)| **analyzers != 0);
        let bits = wanting.clone().fold(0, |bits, (consumer, _)| bits | 1 << consumer);
        {
            let mut state = self.books.lock();
            let holders = bits & state.listening;
            state.views[view].hand_out(slot, holders);
        }
        for (consumer, _) in wanting {
            // A worker that is gone is noticed by its listener, which frees what it held.
            let _ = self.links[consumer].send(&announce(slot, consumer));
        }
        Ok(())
    }

    /// Nothing follows.
    pub(super) fn end(&self) {
        for link in &self.links {
            let _ = link.send(&FromDecoder::End);
        }
    }

    /// A free slot; `None` where nobody listens any more.
    fn take(&self, view: usize) -> Option<usize> {
        let mut state = self.books.lock();
        if let Some(slot) = state.views[view].take() {
            return Some(slot);
        }
        drop(state);
        for link in &self.links {
            let _ = link.send(&FromDecoder::Flush);
        }
        self.blame_analyzers(true);
        state = self.books.lock();
        let slot = loop {
            if state.listening == 0 {
                break None;
            }
            if let Some(slot) = state.views[view].take() {
                break Some(slot);
            }
            state = self.books.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        };
        drop(state);
        self.blame_analyzers(false);
        slot
    }

    fn blame_analyzers(&self, waiting: bool) {
        if let Some(watch) = &self.watch {
            watch.waiting(waiting);
        }
    }
}

/// Hears what one worker releases, until it is gone.
fn listen(mut receiver: link::Receiver, consumer: usize, books: &Books) {
    while let Ok(Some((Release { view, slot }, _, _))) = receiver.receive() {
        let mut state = books.lock();
        if let Some(slots) = state.views.get_mut(view) {
            slots.release(slot, consumer);
        }
        drop(state);
        books.changed.notify_all();
    }
    let mut state = books.lock();
    state.listening &= !(1 << consumer);
    state.views.iter_mut().for_each(|slots| slots.release_all(consumer));
    drop(state);
    books.changed.notify_all();
}
