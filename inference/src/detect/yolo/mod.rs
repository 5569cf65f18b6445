//! YOLOv8, YOLO11 and their kin, as Ultralytics exports them: `images` f32 `[b, 3, h, w]` in, `output0` f32
//! `[b, rows, candidates]` out.
//!
//! [`Network`] runs one on frames; [`Candidates`] reads what comes out of it.

mod candidates;
mod input;
mod network;

pub use candidates::Candidates;
pub use network::{Batch, Network, Room};
