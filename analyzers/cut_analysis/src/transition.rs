//! A transition between two shots, in frames.

use serde::Serialize;

/// What kind of transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Cut,
    Dissolve,
    FadeIn,
    FadeOut,
    Wipe,
}

/// Frames are counted as in [`Film`](crate::film::Film).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transition {
    pub kind: Kind,
    /// First frame that is not the old shot alone.
    pub start: usize,
    /// First frame in which the new shot prevails (for a fade out: black).
    pub frame: usize,
    /// First frame that is the new shot alone; `start` for a cut.
    pub end: usize,
    /// 0..1
    pub confidence: f32,
}

impl Transition {
    /// Whether both share a frame.
    pub fn overlaps(&self, other: &Transition) -> bool {
        self.start <= other.end && other.start <= self.end
    }
}

/// How sure the classical detector is of what it saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Beyond doubt: nobody else is asked.
    Sure,
    /// A transition, as far as it can tell.
    Likely,
    /// Hardly one, as far as it can tell.
    Unlikely,
    /// It sees none, but the picture before and after is not the same.
    Unexplained,
}

/// A transition that may be one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    pub transition: Transition,
    pub standing: Standing,
    /// Whether nothing moves much right beside it; of gradual ones it is not asked.
    pub calm: bool,
}

impl Candidate {
    /// Whether the classical detector, left alone, takes it for a transition.
    pub fn found(&self) -> bool {
        self.standing <= Standing::Likely
    }

    /// Whether somebody else should be asked.
    pub fn doubtful(&self) -> bool {
        self.standing != Standing::Sure
    }
}
