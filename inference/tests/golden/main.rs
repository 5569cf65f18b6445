//! Compares with what other tools computed. `tests/reference/` holds the programs and what they gave.

mod boxes;
mod geometry;
mod host;
mod image;
mod map;
mod masks;
mod models;
mod pipeline;
mod reference;
mod runtime;
mod sidekit;
mod speech;
mod vader;
