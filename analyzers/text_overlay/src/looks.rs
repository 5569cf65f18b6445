//! When to search a frame for text: seldom, and only where something changed that may be text. Pure decisions.

use crate::blocks::Change;

/// Blocks with letters that must have changed since the last search.
const LEAST_CHANGED: usize = 2;
/// Blocks with letters that came, for a search before its time.
const LEAST_CAME: usize = 2;
/// After so many vain searches before their time the next one needs no more blocks still.
const MOST_DOUBLINGS: u32 = 6;

/// Why a frame is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The first frame.
    First,
    /// A text that stood there is gone or changed.
    Lost,
    /// It is time, and the picture changed.
    Due,
    /// Letters seem to have come.
    Came,
}

/// Decides frame by frame.
#[derive(Debug, Clone)]
pub struct Looks {
    every: u64,
    last: Option<u64>,
    vain: u32,
}

impl Looks {
    /// Searches every `every` frames of a video where the picture goes on changing.
    pub fn new(every: u64) -> Self {
        Looks { every, last: None, vain: 0 }
    }

    /// Whether the frame of this number is to be searched. `change` is since the frame that was searched last; `lost`
    /// whether a known text is not there any more.
    pub fn reason(&self, frame: u64, change: &Change, lost: bool) -> Option<Reason> {
        let Some(last) = self.last else { return Some(Reason::First) };
        if lost {
            return Some(Reason::Lost);
        }
        if frame >= last + self.every {
            return (change.may_be_text >= LEAST_CHANGED).then_some(Reason::Due);
        }
        (change.came >= LEAST_CAME << self.vain).then_some(Reason::Came)
    }

    /// The frame was searched; `found` whether there was a text not known before.
    pub fn looked(&mut self, frame: u64, reason: Reason, found: bool) {
        self.last = Some(frame);
        if found {
            self.vain = 0;
        } else if reason == Reason::Came {
            self.vain = (self.vain + 1).min(MOST_DOUBLINGS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(may_be_text: usize, came: usize) -> Change {
        Change { may_be_text, came, moved: 0.0 }
    }

    fn after_first() -> Looks {
        let mut looks = Looks::new(30);
        assert_eq!(looks.reason(0, &change(0, 0), false), Some(Reason::First));
        looks.looked(0, Reason::First, false);
        looks
    }

    #[test]
    fn a_still_picture_is_searched_once() {
        assert_eq!(after_first().reason(300, &change(0, 0), false), None);
        assert_eq!(after_first().reason(300, &change(1, 0), false), None);
    }

    #[test]
    fn a_moving_picture_is_searched_at_its_time() {
        assert_eq!(after_first().reason(20, &change(50, 0), false), None);
        assert_eq!(after_first().reason(30, &change(50, 0), false), Some(Reason::Due));
    }

    #[test]
    fn letters_that_come_or_go_are_searched_at_once() {
        assert_eq!(after_first().reason(10, &change(3, 3), false), Some(Reason::Came));
        assert_eq!(after_first().reason(10, &change(0, 0), true), Some(Reason::Lost));
    }

    #[test]
    fn vain_searches_make_it_harder_until_one_finds_something() {
        let mut looks = after_first();
        looks.looked(10, Reason::Came, false);
        looks.looked(20, Reason::Came, false);
        assert_eq!(looks.reason(30, &change(7, 7), false), None);
        assert_eq!(looks.reason(30, &change(8, 8), false), Some(Reason::Came));
        looks.looked(30, Reason::Came, true);
        assert_eq!(looks.reason(40, &change(2, 2), false), Some(Reason::Came));
    }
}
