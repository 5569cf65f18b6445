//! Which stretches of a region are taken. Pure.

use std::collections::HashMap;

/// Stretches are handed out where they fit best, and what is given back grows together with what is free beside it.
#[derive(Debug)]
pub(super) struct Heap {
    /// Start and length, in order; none touches the next.
    free: Vec<(usize, usize)>,
    /// Lengths by start.
    taken: HashMap<usize, usize>,
}

impl Heap {
    pub(super) fn new(length: usize) -> Self {
        Heap { free: vec![(0, length)], taken: HashMap::new() }
    }

    /// Start and length of what is free.
    pub(super) fn free(&self) -> &[(usize, usize)] {
        &self.free
    }

    /// Where a stretch of this length starts; `None` where none is free.
    pub(super) fn take(&mut self, length: usize) -> Option<usize> {
        let fits = self.free.iter().enumerate().filter(|(_, free)| free.1 >= length);
        let (at, &(start, free)) = fits.min_by_key(|(_, free)| free.1)?;
        if free == length {
            self.free.remove(at);
        } else {
            self.free[at] = (start + length, free - length);
        }
        self.taken.insert(start, length);
        Some(start)
    }

    /// `start` came from [`Heap::take`]; any other is none of ours.
    pub(super) fn give_back(&mut self, start: usize) {
        let Some(length) = self.taken.remove(&start) else { return };
        let mut at = self.free.partition_point(|free| free.0 < start);
        if at > 0 && self.free[at - 1].0 + self.free[at - 1].1 == start {
            at -= 1;
            self.free[at].1 += length;
        } else {
            self.free.insert(at, (start, length));
        }
        if let Some(&(next, more)) = self.free.get(at + 1)
            && self.free[at].0 + self.free[at].1 == next
        {
            self.free[at].1 += more;
            self.free.remove(at + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_that_suffices_is_taken_and_the_rest_stays() {
        let mut heap = Heap::new(100);
        let starts: Vec<_> = [10, 5, 20, 5].map(|length| heap.take(length)).to_vec();
        assert_eq!(starts, [Some(0), Some(10), Some(15), Some(35)]);
        heap.give_back(0);
        heap.give_back(15);
        assert_eq!(heap.take(8), Some(0), "ten fit better than twenty and than sixty");
        assert_eq!(heap.take(2), Some(8));
        assert_eq!(heap.take(20), Some(15));
        assert_eq!(heap.take(61), None);
        assert_eq!(heap.take(60), Some(40));
        assert_eq!(heap.take(1), None);
    }

    #[test]
    fn what_is_given_back_in_any_order_is_one_again() {
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
            let mut heap = Heap::new(40);
            let starts = [10; 4].map(|length| heap.take(length).expect("free"));
            assert_eq!(heap.take(1), None);
            for at in order {
                heap.give_back(starts[at]);
                heap.give_back(starts[at]);
            }
            assert_eq!(heap.free, [(0, 40)], "{order:?}");
        }
    }
}
