//! Which slot of which view is held by whom: the decoder's books. Pure.

/// Consumers of a job, as bits: at most this many.
pub(crate) const MAX_CONSUMERS: usize = 64;

/// The slots of one view.
///
/// ```text
///            take               hand_out              release by each holder
///   free ───────────▶ taken ───────────────▶ held ───────────────────────────▶ free
/// ```
#[derive(Debug)]
pub(crate) struct Slots {
    /// For each slot, who holds it.
    holders: Vec<u64>,
    free: Vec<usize>,
}

impl Slots {
    pub(crate) fn new(count: usize) -> Self {
        Slots { holders: vec![0; count], free: (0..count).rev().collect() }
    }

    /// A free slot, now the decoder's to write to.
    pub(crate) fn take(&mut self) -> Option<usize> {
        self.free.pop()
    }

    /// The slot is written; these consumers, as bits, hold it. Where there is none it is free again.
    pub(crate) fn hand_out(&mut self, slot: usize, consumers: u64) {
        self.holders[slot] = consumers;
        if consumers == 0 {
            self.free.push(slot);
        }
    }

    /// A consumer is done with a slot. What it does not hold it cannot release.
    pub(crate) fn release(&mut self, slot: usize, consumer: usize) {
        let bit = 1 << consumer;
        let Some(holders) = self.holders.get_mut(slot) else { return };
        if *holders & bit != 0 {
            *holders &= !bit;
            if *holders == 0 {
                self.free.push(slot);
            }
        }
    }

    /// A consumer is gone, and with it all that it held.
    pub(crate) fn release_all(&mut self, consumer: usize) {
        for slot in 0..self.holders.len() {
            self.release(slot, consumer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_free_again_once_every_holder_released_it() {
        let mut slots = Slots::new(1);
        let slot = slots.take().expect("free");
        assert_eq!(slots.take(), None);
        slots.hand_out(slot, 0b101);
        slots.release(slot, 0);
        slots.release(slot, 0);
        slots.release(slot, 1);
        assert_eq!(slots.take(), None, "consumer 2 still holds it");
        slots.release(slot, 2);
        slots.release(slot, 2);
        assert_eq!(slots.take(), Some(slot));
        assert_eq!(slots.take(), None, "released twice is not free twice");
    }

    #[test]
    fn a_consumer_that_dies_gives_back_all_it_held() {
        let mut slots = Slots::new(2);
        for _ in 0..2 {
            let slot = slots.take().expect("free");
            slots.hand_out(slot, 0b1);
        }
        slots.release_all(0);
        assert!(slots.take().is_some() && slots.take().is_some());
    }

    #[test]
    fn a_release_of_no_slot_is_ignored() {
        let mut slots = Slots::new(1);
        slots.release(17, 0);
        assert_eq!(slots.take(), Some(0));
    }
}
