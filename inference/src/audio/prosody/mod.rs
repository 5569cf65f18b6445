//! How speech is spoken: level and pitch every 10 ms, syllables by the peaks of the level, and what is out of the
//! ordinary for a speaker.
//!
//! [`Hearing`] takes the sound as it comes, together with the detector of speech, and keeps two numbers for each 10 ms, never
//! the sound. What is read off its [`Contour`] afterwards is pure.

mod baseline;
mod contour;
mod hearing;
mod syllables;

pub use baseline::{Baseline, median, percentile};
pub use contour::{Contour, HOP_S, Listener, semitones};
pub use hearing::{Heard, Hearing};
pub use syllables::syllables;
