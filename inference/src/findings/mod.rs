//! The words of findings that several analyzers share: one writes them, others read them.

mod bounding_box;
pub mod faces;
pub mod transcript;

pub use bounding_box::BoundingBox;
