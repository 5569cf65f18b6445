//! Sound: levels, channels, windows, frames of a stream, short-time spectra, mel bands, lower rates.
//!
//! Samples are `f32`, nominally -1..1. Everything that meets a stream takes it in pieces of any length and answers
//! the same whatever the pieces: nothing here keeps more than a window of samples.

mod channels;
mod decimate;
mod frames;
mod level;
mod mel;
mod stft;
mod window;

pub use channels::{mix_to_mono, without_nonsense};
pub use decimate::Decimator;
pub use frames::Frames;
pub use level::{amplitude_to_db, mean_power, power_to_db};
pub use mel::MelBands;
pub use realfft::num_complex::Complex32;
pub use stft::{Stft, spectral_bins};
pub use window::hann;
