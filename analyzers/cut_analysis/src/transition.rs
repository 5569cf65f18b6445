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
