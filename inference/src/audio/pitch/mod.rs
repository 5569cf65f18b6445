//! The pitch of a voice or an instrument, frame by frame, by pYIN (Mauch & Dixon 2014): [`Yin`] finds the periods that a
//! frame may have, [`PitchPath`] the likeliest way through them, and where there is no pitch.
//!
//! Of several voices it follows one. Both work on frames; nothing here keeps sound.

mod path;
mod yin;

pub use path::PitchPath;
pub use yin::{Candidate, Yin};
