//! Where somebody speaks: Silero's network, 32 ms by 32 ms, and the stretches of speech in what it says.
//!
//! [`Detector`] is the loaded network and serves any number of streams; a [`Stream`] is the state of one recording, which
//! must not meet another; [`Stretches`] is pure.

mod detector;
mod stretches;

pub use detector::{CHUNK, Detector, MODEL, RATE, Stream};
pub use stretches::{Rules, Stretch, Stretches};
