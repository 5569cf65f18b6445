//! What a detector puts out, into boxes.
//!
//! A decoder ([`yolo`], [`ssd`], [`anchors`]) gives [`Detection`]s in pixels of the model's input;
//! [`non_maximum_suppression`] keeps one of those that show the same thing; [`Fit`](crate::image::Fit) takes them to the
//! picture.

pub mod anchors;
mod nms;
pub mod ssd;
pub mod yolo;

pub use nms::{kept, non_maximum_suppression};

use crate::geometry::Rect;

/// Something found in a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    pub rect: Rect,
    /// 0..1.
    pub score: f32,
    /// The model's number for what it is.
    pub class: usize,
}
