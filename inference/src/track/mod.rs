//! Boxes of one picture after another into tracks: the same thing keeps its number.
//!
//! After ByteTrack (Zhang et al. 2022): surely seen boxes are matched to tracks first, doubtful ones only to tracks that
//! are still without one, and matching is by overlap with where a track is predicted to be. Two things differ, as
//! pictures may be a third of a second apart: all limits are in seconds, and what is still unmatched is tried once more
//! with both boxes enlarged (as the buffered overlap of C-BIoU, Yang et al. 2023).
//!
//! ```text
//!            seen, once                  `hits` pictures, or a score of `sure`
//!   (none) ─────────────▶ tentative ──────────────────────────────────────────▶ confirmed ◀─┐
//!                            │ a picture without it                       unseen │          │ seen again
//!                            ▼                                                   ▼          │
//!                         forgotten                                            lost ────────┘
//!                                                                                │ `forget_s`
//!                                                                                ▼
//!                                                                              ended
//! ```
//!
//! Nothing here looks at pixels: two things of a class that cross while hidden may swap their numbers.

mod assign;
mod motion;
#[cfg(test)]
mod tests;
mod tracker;

pub use assign::best_pairs;
pub use tracker::{Limits, Seen, Track, Tracker};
