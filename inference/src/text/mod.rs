//! Text: where a detector's map says it is, and what a recogniser's probabilities say.

mod components;
pub mod ctc;
pub mod db;
mod hull;

pub use components::{Component, Components};
pub use hull::{convex_hull, least_area_rectangle};
