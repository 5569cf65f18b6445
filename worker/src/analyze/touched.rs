//! What memory analyzers need while they work: the pages that one call touches, and what it takes and gives back, told by
//! the kernel, while no other call runs in this process.
//!
//! Growth would not tell: runtimes keep what they once took, so that a second analyzer computes in the pages of the first.
//! Touched pages are its own (its models') and those it computed in, whoever had them before.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use va_protocol::worker::control::MemoryTaken;

use crate::memory::Memory;

/// Calls are kept apart for so long at most; then they run as they come, and nothing is learnt.
const PATIENCE: Duration = Duration::from_millis(100);
/// Calls that may compute. Of an analyzer that nobody knows yet these of each kind are looked at, and as long as none was
/// alone, every one that has twice the number of the last: it takes the kernel some 30 ms to look at a worker of 1 GB.
const FIRST: [(&str, &[u32]); 3] = [("frames", &[1, 4, 16]), ("audio", &[1, 4, 16]), ("finish", &[1, 2])];
/// From this one on, of every analyzer, each that has twice the number of the last.
const LATER: u32 = 1024;

/// The calls that run in this process.
#[derive(Default)]
pub(super) struct Calls {
    state: Mutex<State>,
    changed: Condvar,
    /// Where to look; nothing is learnt without.
    memory: Option<Arc<Memory>>,
}

#[derive(Default)]
struct State {
    running: usize,
    begun: u64,
    /// One is being looked at.
    looking: bool,
}

/// What is looked at of one analyzer.
pub(super) struct Watched {
    calls: Arc<Calls>,
    /// What it needs is known from before.
    known: bool,
    /// A call was alone.
    learnt: AtomicBool,
    made: Mutex<HashMap<&'static str, u32>>,
}

impl Calls {
    pub(super) fn in_memory(memory: &Arc<Memory>) -> Self {
        Calls { memory: Some(Arc::clone(memory)), ..Calls::default() }
    }

    /// Runs what is not looked at: whoever is, is not alone.
    pub(super) fn beside<T>(&self, call: impl FnOnce() -> T) -> T {
        self.begin(false);
        let result = call();
        self.end(None);
        result
    }

    /// Runs a call, and says what it touched if it was alone all the time.
    fn look<T>(&self, call: impl FnOnce() -> T) -> (T, Option<MemoryTaken>) {
        let alone = self.begin(true);
        let memory = self.memory.as_ref().filter(|memory| alone.is_some() && memory.forget_touched());
        let before = memory.and_then(|memory| memory.gpu_now());
        let result = call();
        let touched = memory.and_then(|memory| {
            let gpu = memory.gpu_now().zip(before).map(|(now, before)| now.saturating_sub(before));
            Some(MemoryTaken { host: memory.touched()?, gpu })
        });
        let undisturbed = self.end(alone);
        (result, touched.filter(|_| undisturbed))
    }

    fn begin(&self, to_look: bool) -> Option<u64> {
        let waits = |state: &mut State| state.looking || (to_look && state.running > 0);
        let waited = self.changed.wait_timeout_while(self.lock(), PATIENCE, waits);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.running += 1;
        state.begun += 1;
        let alone = to_look && state.running == 1;
        state.looking = alone;
        alone.then_some(state.begun)
    }

    /// Whether it was alone from its begin, where that gave a number.
    fn end(&self, alone: Option<u64>) -> bool {
        let mut state = self.lock();
        state.running -= 1;
        state.looking &= alone.is_none();
        self.changed.notify_all();
        alone == Some(state.begun)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    pub(super) fn new(calls: &Arc<Calls>, known: bool) -> Self {
        Watched { calls: Arc::clone(calls), known, learnt: AtomicBool::default(), made: Mutex::default() }
    }

    /// Runs a call of this kind; where it was one to look at, what it touched.
    pub(super) fn call<T>(&self, kind: &'static str, call: impl FnOnce() -> T) -> (T, Option<MemoryTaken>) {
        let Some((_, first)) = FIRST.iter().find(|(known, _)| *known == kind) else {
            return (self.calls.beside(call), None);
        };
        let number = {
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            let made = made.entry(kind).or_default();
            *made = made.saturating_add(1);
            *made
        };
        let learnt = self.known || self.learnt.load(Ordering::Relaxed);
        let now_and_then = number.is_power_of_two() && (number >= LATER || !learnt);
        if !now_and_then && (self.known || !first.contains(&number)) {
            return (self.calls.beside(call), None);
        }
        let (result, touched) = self.calls.look(call);
        self.learnt.fetch_or(touched.is_some(), Ordering::Relaxed);
        (result, touched)
    }
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;
    use std::sync::mpsc;
    use std::thread;

    use super::*;
    use crate::memory::Marks;

    const MIB: u64 = 1 << 20;

    fn calls() -> Calls {
        Calls::in_memory(&Arc::new(Memory::of("cpu", Marks::open())))
    }

    fn touch(block: &mut [u8]) {
        block.iter_mut().step_by(4096).for_each(|byte| *byte = byte.wrapping_add(1));
        black_box(block);
    }

    #[test]
    fn a_call_that_is_alone_is_told_what_it_touched_whoever_took_it() {
        let calls = calls();
        let (mut used, mut unused) = (vec![1u8; 32 << 20], vec![1u8; 64 << 20]);
        for given_back in [0, 100] {
            let (_, touched) = calls.look(|| {
                touch(&mut used);
                drop(black_box(vec![1u8; given_back << 20]));
            });
            let host = touched.expect("the kernel tells").host;
            let all = (32 + given_back as u64) * MIB;
            // The kernel counts what is resident in steps.
            assert!((all - 2 * MIB..all + 16 * MIB).contains(&host), "{host} bytes");
        }
        touch(&mut unused);
    }

    #[test]
    fn a_call_beside_another_is_told_nothing_and_waits_for_nobody_long() {
        let calls = Arc::new(calls());
        let ((enter, entered), (leave, left)) = (mpsc::channel(), mpsc::channel::<()>());
        let other = Arc::clone(&calls);
        let beside = thread::spawn(move || {
            other.beside(|| {
                enter.send(()).expect("heard");
                let _ = left.recv();
            });
        });
        entered.recv().expect("it runs");
        assert_eq!(calls.look(|| 7), (7, None));
        drop(leave);
        beside.join().expect("ended");
        assert!(calls.look(|| ()).1.is_some(), "nobody is there any more");
    }

    #[test]
    fn one_that_comes_while_another_is_looked_at_spoils_it_after_a_while() {
        let calls = Arc::new(calls());
        let (_, touched) = calls.look(|| {
            let other = Arc::clone(&calls);
            thread::spawn(move || other.beside(|| ())).join().expect("it does not wait for ever");
        });
        assert_eq!(touched, None);
    }

    #[test]
    fn the_first_calls_of_a_new_one_are_looked_at_and_later_ever_fewer() {
        let calls = Arc::new(calls());
        let looked_at = |watched: &Watched| -> Vec<u32> {
            (1..=2100).filter(|_| watched.call("frames", || ()).1.is_some()).collect()
        };
        assert_eq!(looked_at(&Watched::new(&calls, false)), [1, 4, 16, 1024, 2048]);
        let never_alone = Watched::new(&Arc::default(), false);
        let tried = (1..=70).filter(|_| never_alone.call("frames", || ()).1.is_some());
        assert_eq!(tried.count(), 0);
        assert!(!never_alone.learnt.load(Ordering::Relaxed), "it is tried again");
        let known = Watched::new(&calls, true);
        assert_eq!(looked_at(&known), [1024, 2048]);
        assert!(known.call("finish", || ()).1.is_none(), "its first of that kind");
    }
}
