//! Boxes, and the affine maps between a picture and a crop of it.
//!
//! Coordinates are continuous, in pixels from the top left *corner*: pixel `i` covers `i..i + 1` and its centre is at
//! `i + 0.5`. (OpenCV counts from the centre of the first pixel; [`Affine::of_opencv`] converts.)

mod affine;
mod rect;

pub use affine::Affine;
pub use rect::Rect;
