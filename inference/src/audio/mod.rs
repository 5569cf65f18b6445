//! Sound: levels, channels, windows, frames of a stream, short-time spectra, mel bands, lower rates, pitch ([`pitch`]); where
//! speech is, by a network ([`vad`]), and how it is spoken ([`prosody`]).
//!
//! Samples are `f32`, nominally -1..1. Everything that meets a stream takes it in pieces of any length and answers
//! the same whatever the pieces: nothing here keeps more than a window of samples.

mod channels;
mod decimate;
mod frames;
mod level;
mod log_mel;
mod mel;
pub mod pitch;
pub mod prosody;
mod sidekit;
mod spectrum;
mod stft;
pub mod vad;
mod window;

pub use channels::{mix_to_mono, without_nonsense};
pub use decimate::Decimator;
pub use frames::Frames;
pub use level::{amplitude_to_db, mean_power, power_to_db};
pub use log_mel::LogMel;
pub use mel::MelBands;
pub use realfft::num_complex::Complex32;
pub use sidekit::{SidekitFrame, SidekitFrames};
pub use spectrum::Spectrum;
pub use stft::{Stft, spectral_bins};
pub use window::{hann, symmetric_hann};
