//! Text: where a detector's map says it is, what a recogniser's probabilities say, and how a sentence feels ([`vader`]).

mod components;
pub mod ctc;
pub mod db;
mod hull;
pub mod vader;

pub use components::{Component, Components};
pub use hull::{convex_hull, least_area_rectangle};
